"""Overlap of surfaces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corridors.foundation.grid import Surface
from corridors.movement.fidelity import overlap


def line(mass, first=0):
    cols = np.arange(first, first + len(mass), dtype=np.int32)
    return Surface("EPSG:32612", 50.0, np.full(cols.size, -3, "i4"), cols, np.array(mass))


def test_a_surface_overlaps_wholly_with_itself_even_if_it_lost_mass():
    surface = line([0.2, 0.5, 0.2])
    found = overlap(surface, replace(surface, mass=surface.mass * 1.1))
    assert found.bhattacharyya == pytest.approx(1.0)
    assert found.intersection == pytest.approx(1.0)


def test_surfaces_apart_do_not_overlap():
    found = overlap(line([0.5, 0.5]), line([1.0], first=2))
    assert (found.bhattacharyya, found.intersection) == (0.0, 0.0)


def test_overlap_by_hand():
    found = overlap(line([0.36, 0.64]), line([0.64, 0.36]))
    assert found.bhattacharyya == pytest.approx(2 * 0.6 * 0.8)
    assert found.intersection == pytest.approx(0.72)


def test_other_lattices_and_empty_surfaces_are_refused():
    with pytest.raises(ValueError, match="lattices"):
        overlap(line([1.0]), replace(line([1.0]), cell_m=100.0))
    with pytest.raises(ValueError, match="empty"):
        overlap(line([1.0]), line([0.0]))
