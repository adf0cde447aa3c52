"""One animal against the corridor of the others."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.foundation.grid import pack
from corridors.movement.population import Herd, animal, window
from corridors.movement.skill import others_cells, share_inside
from worlds.surfaces import even


def one(*cols):
    return animal({"spring": [window(even(cols, row=7), footprint_isopleth=1.0)]})


def key(*cols):
    return pack(np.full(len(cols), 7), np.array(cols)).tolist()


@pytest.fixture
def herd():
    animals = [one(1, 2, 3), one(2, 3, 4), one(3, 4, 5, 9)]
    together = Herd()
    for each in animals:
        together.add(each)
    return together.population(), animals


def test_the_corridor_of_the_others_forgets_what_one_animal_alone_used(herd):
    population, (first, second, third) = herd
    assert others_cells(population, first, 1).tolist() == key(2, 3, 4, 5, 9)
    assert others_cells(population, second, 1).tolist() == key(1, 2, 3, 4, 5, 9)
    assert others_cells(population, third, 2).tolist() == key(2, 3)


def test_mass_and_fixes_inside_are_shares(herd):
    population, (_, _, third) = herd
    cells = others_cells(population, third, 1)
    keys = pack(third.surface.row, third.surface.col)
    # Cells 3 and 4 of its four are the others' too.
    assert share_inside(cells, keys, third.surface.mass) == pytest.approx(0.5)
    fixes = np.array(key(3, 3, 9, 5))
    assert share_inside(cells, fixes, np.ones(4)) == 0.5


def test_nothing_to_compare_is_unknown_and_nothing_inside_is_zero(herd):
    population, (first, *_) = herd
    cells = others_cells(population, first, 3)
    assert cells.size == 0
    assert share_inside(cells, np.array(key(1)), np.ones(1)) == 0.0
    assert np.isnan(share_inside(cells, np.zeros(0, dtype=np.int64), np.zeros(0)))
