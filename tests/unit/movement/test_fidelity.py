"""Overlap of surfaces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corridors.movement.fidelity import overlap
from worlds.surfaces import strip


def test_a_surface_overlaps_wholly_with_itself_even_if_it_lost_mass():
    surface = strip([0.2, 0.5, 0.2])
    found = overlap(surface, replace(surface, mass=surface.mass * 1.1))
    assert found.bhattacharyya == pytest.approx(1.0)
    assert found.intersection == pytest.approx(1.0)


def test_surfaces_apart_do_not_overlap():
    found = overlap(strip([0.5, 0.5]), strip([1.0], first=2))
    assert (found.bhattacharyya, found.intersection) == (0.0, 0.0)


def test_overlap_by_hand():
    found = overlap(strip([0.36, 0.64]), strip([0.64, 0.36]))
    assert found.bhattacharyya == pytest.approx(2 * 0.6 * 0.8)
    assert found.intersection == pytest.approx(0.72)


def test_other_lattices_and_empty_surfaces_are_refused():
    with pytest.raises(ValueError, match="lattices"):
        overlap(strip([1.0]), replace(strip([1.0]), cell_m=100.0))
    with pytest.raises(ValueError, match="empty"):
        overlap(strip([1.0]), strip([0.0]))
