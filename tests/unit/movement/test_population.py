"""From migrations to the herd, on worlds that can be added up by hand."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.foundation.facts import Remark
from corridors.foundation.grid import Surface, pack, weighted_sum
from corridors.movement.population import (
    Herd,
    animal,
    class_rules,
    isopleth_cells,
    mass_in,
    top_area,
    window,
)
from worlds.surfaces import CRS, surface


def use(cells: dict[tuple[int, int], float], isopleth: float = 0.99):
    return window(surface(cells), footprint_isopleth=isopleth)


def cells(*pairs: tuple[int, int]) -> list[int]:
    row, col = np.array(sorted(pairs)).T
    return pack(row, col).tolist()


def test_each_season_of_an_animal_weighs_the_same():
    spring = [use({(3, -2): 1.0}), use({(3, -1): 1.0})]
    one = animal({"spring": spring, "autumn": [use({(3, -1): 0.5, (4, 0): 0.5})]})
    assert one.surface.mass.tolist() == [0.25, 0.5, 0.25]
    assert (one.surface.row.tolist(), one.surface.col.tolist()) == ([3, 3, 4], [-2, -1, 0])


def test_a_footprint_is_the_union_of_the_windows_isopleths():
    # 0.06 in one of four windows is 0.015 of the mean: the mean's isopleth would lose it.
    rare = use({(3, -2): 0.94, (9, 9): 0.06}, 0.95)
    often = [use({(3, -2): 1.0}, 0.95)] * 3
    assert animal({"spring": [rare, *often]}).footprint.tolist() == cells((3, -2), (9, 9))


def test_a_season_without_windows_does_not_count():
    one = animal({"spring": [use({(0, 0): 1.0})], "autumn": []})
    assert one.surface.total == 1.0


def test_every_animal_has_one_vote():
    herd = Herd()
    herd.add(animal({"spring": [use({(0, 0): 1.0})] * 5}))
    herd.add(animal({"spring": [use({(0, 0): 0.5, (1, 0): 0.5})]}))
    population = herd.population()
    assert population.surface.mass.tolist() == [0.75, 0.25]
    assert population.n_animals.tolist() == [2, 1]
    assert population.n_tracked == 2
    assert population.cells(2).tolist() == cells((0, 0))


def test_tails_outside_every_footprint_hold_mass_but_no_animal():
    herd = Herd()
    herd.add(animal({"spring": [use({(0, 0): 0.995, (0, 1): 0.005})]}))
    assert herd.population().n_animals.tolist() == [1, 0]


def test_a_herd_without_animals_is_none():
    assert Herd().population() is None


@pytest.mark.parametrize(
    ("n_tracked", "medium", "high"),
    [(1, 0, 0), (10, 0, 0), (11, 0, 3), (15, 0, 3), (20, 0, 4), (21, 3, 5), (30, 3, 6), (31, 4, 7)],
)
def test_a_share_is_a_class_only_if_it_means_more_than_two_animals(n_tracked, medium, high):
    rules = class_rules(n_tracked, medium_share=0.10, high_share=0.20)
    assert [rule.n_needed for rule in rules] == [1, medium, high]
    assert [bool(rule.reason) for rule in rules] == [False, not medium, not high]


def test_a_missing_class_says_why():
    assert class_rules(15, medium_share=0.1, high_share=0.2)[1].reason == Remark.of(
        "class_of_too_few", share=0.1, n_tracked=15, n_animals=1.5
    )


def test_thresholds_do_not_depend_on_rounding():
    # 0.07 * 100 is 7.000000000000001 in binary: seven animals are 7 %.
    assert class_rules(100, medium_share=0.07, high_share=0.2)[1].n_needed == 7


def test_the_top_of_the_area_counts_cells_not_mass():
    row = np.arange(20, dtype=np.int32)
    mass = np.full(20, 0.05)
    mass[[4, 17]] += [0.02, 0.01]
    mass /= mass.sum()
    world = Surface(CRS, 50.0, row, np.full(20, 3, dtype=np.int32), mass)
    assert top_area(world, 0.10, trim_isopleth=1.0).tolist() == cells((4, 3), (17, 3))
    # Ties go to the first row.
    assert top_area(world, 0.11, trim_isopleth=1.0).tolist() == cells((0, 3), (4, 3), (17, 3))


def test_isopleth_cells_and_their_mass():
    world = surface({(0, 5): 0.5, (0, 6): 0.3, (2, 1): 0.2})
    chosen = isopleth_cells(world, 0.8)
    assert chosen.tolist() == cells((0, 5), (0, 6))
    elsewhere = np.array([-1], dtype=np.int64)
    assert mass_in(world, [chosen, elsewhere]) == pytest.approx([0.8, 0.0])


def test_adding_in_batches_is_adding_one_by_one_to_the_last_bit(rng):
    herd, total, covered = Herd(), None, {}
    for _ in range(40):
        mass = rng.random((6, 6)) * (rng.random((6, 6)) < 0.3)
        mass[rng.integers(6), rng.integers(6)] += 0.1
        mass /= mass.sum()
        one = animal({"spring": [use({tuple(at): mass[tuple(at)] for at in np.argwhere(mass)})]})
        herd.add(one)
        terms = [(total, 1.0)] if total is not None else []
        total = weighted_sum([*terms, (one.surface, 1.0)])
        for key in one.footprint.tolist():
            covered[key] = covered.get(key, 0) + 1
    population = herd.population()
    mean = weighted_sum([(total, 1.0 / 40)])
    assert population.surface.mass.tobytes() == mean.mass.tobytes()
    keys = pack(population.surface.row, population.surface.col).tolist()
    assert population.n_animals.tolist() == [covered.get(key, 0) for key in keys]
