"""Corridor area against the number of animals, on worlds that are solved by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from corridors.movement.rarefaction import (
    SharedCells,
    cells_in_order,
    mean_cells,
    orders,
    slopes,
    sufficient_from,
)
from worlds.footprints import patterns

# Four animals: A alone on 1 and 2, all on 3, B and C on 4, C and D on 5, D alone on 6.
FOOTPRINTS = {"A": [1, 2, 3], "B": [3, 4], "C": [3, 4, 5], "D": [3, 5, 6]}


def counted(names, n_needed, footprints=FOOTPRINTS):
    """Cells that at least ``n_needed`` of some animals use, counted with sets."""
    every = [cell for name in names for cell in footprints[name]]
    return sum(every.count(cell) >= n_needed for cell in set(every))


def test_cells_are_grouped_by_the_animals_that_use_them():
    found = patterns(FOOTPRINTS.values())
    assert found.n_animals == 4
    # A; A-D; B and C; C and D; D.
    assert sorted(found.n_cells.tolist()) == [1, 1, 1, 1, 2]
    assert found.cells_by_use().tolist() == [0, 3, 2, 0, 1]


def test_the_mean_curve_of_four_animals_is_the_mean_of_all_their_samples():
    mean = mean_cells(patterns(FOOTPRINTS.values()).cells_by_use(), [1, 1, 1, 1])
    by_hand = [
        np.mean([counted(names, 1) for names in itertools.combinations("ABCD", k)])
        for k in (1, 2, 3, 4)
    ]
    assert by_hand == [2.75, 4.166666666666667, 5.25, 6.0]
    assert mean == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("n_needed", [[0, 0, 2, 2], [0, 2, 2, 3], [0, 0, 0, 4]])
def test_a_class_that_needs_more_animals_has_the_mean_of_all_samples_too(n_needed):
    mean = mean_cells(patterns(FOOTPRINTS.values()).cells_by_use(), n_needed)
    for k, needed in enumerate(n_needed, start=1):
        if needed:
            by_hand = [counted(names, needed) for names in itertools.combinations("ABCD", k)]
            assert mean[k - 1] == pytest.approx(np.mean(by_hand), rel=1e-12)
        else:
            assert np.isnan(mean[k - 1])


def test_every_order_is_followed_exactly():
    every = np.array(list(itertools.permutations(range(4))))
    n_needed = np.array([[1, 1, 1, 1], [0, 0, 2, 2]])
    drawn = cells_in_order(patterns(FOOTPRINTS.values()), every, n_needed)
    for order, curves in zip(every, drawn, strict=True):
        names = ["ABCD"[i] for i in order]
        for q, k in itertools.product((0, 1), range(4)):
            needed = n_needed[q, k]
            assert curves[q, k] == (counted(names[: k + 1], needed) if needed else 0)
    mean = mean_cells(patterns(FOOTPRINTS.values()).cells_by_use(), [1, 1, 1, 1])
    assert drawn[:, 0].mean(axis=0) == pytest.approx(mean, rel=1e-12)


def test_units_bring_all_their_animals_and_a_class_counts_animals():
    unit = np.array([0, 1, 0])  # A and C are one unit, B is another
    some = {name: FOOTPRINTS[name] for name in "ABC"}
    n_needed = np.array([[1, 1, 1], [0, 2, 2]])
    drawn = cells_in_order(patterns(some.values()), np.array([[0, 1], [1, 0]]), n_needed, unit)
    for order, curves in zip(("ACB", "BAC"), drawn, strict=True):
        first = order[:2] if order == "ACB" else order[:1]
        assert curves[0].tolist() == [counted(first, 1), counted(order, 1)]
        # One animal alone makes no class that needs two.
        assert curves[1].tolist() == [counted(first, 2) if len(first) > 1 else 0, counted(order, 2)]


def test_the_cells_of_a_unit_are_those_of_any_of_its_animals():
    whole = patterns(FOOTPRINTS.values()).of_units(np.array([0, 1, 0, 2]))
    assert whole.n_animals == 3
    # A and C use 1-5, B 3 and 4, D 3, 5 and 6.
    assert whole.cells_by_use().tolist() == [0, 3, 2, 1]


def test_the_end_of_the_curve_falls_by_what_one_animal_alone_uses():
    # Q cells are used by one animal only, so the last of n adds Q / n of them on average.
    mean = mean_cells(patterns(FOOTPRINTS.values()).cells_by_use(), [1] * 4)
    assert slopes(mean)[-1] == pytest.approx((3 / 4) / 6)


def test_animals_that_all_use_the_same_cells_are_sufficient_from_the_second_on():
    same = patterns([[1, 2]] * 4)
    slope = slopes(mean_cells(same.cells_by_use(), [1] * 4))
    assert slope[1:] == pytest.approx(0)
    assert sufficient_from(slope, max_slope_frac=0.01) == 2


def test_animals_that_share_nothing_are_never_sufficient():
    apart = patterns([[i] for i in range(4)])
    slope = slopes(mean_cells(apart.cells_by_use(), [1] * 4))
    assert slope[1:] == pytest.approx([1 / 2, 1 / 3, 1 / 4])
    assert sufficient_from(slope, max_slope_frac=0.01) is None
    assert sufficient_from(slope, max_slope_frac=0.3) == 4


def test_one_animal_is_never_sufficient():
    alone = patterns([[1, 2, 3]])
    slope = slopes(mean_cells(alone.cells_by_use(), [1]))
    assert np.isnan(slope).all()
    assert sufficient_from(slope, max_slope_frac=1.0) is None


def test_a_curve_that_steepens_again_counts_from_its_last_rise():
    assert sufficient_from(np.array([np.nan, 0.001, 0.2, 0.001]), max_slope_frac=0.01) == 4


def test_two_hundred_animals_have_a_finite_mean():
    use = np.zeros(201, dtype=np.int64)
    use[[1, 100, 200]] = [1000, 500, 10]
    mean = mean_cells(use, [1] * 200)
    assert mean[0] == pytest.approx((1000 * 1 + 500 * 100 + 10 * 200) / 200, rel=1e-9)
    assert mean[-1] == pytest.approx(1510, rel=1e-9)
    assert (np.diff(mean) > 0).all()


def test_orders_follow_from_the_seed_alone():
    assert (orders(7, 50, seed=1) == orders(7, 50, seed=1)).all()
    assert (orders(7, 50, seed=1) != orders(7, 50, seed=2)).any()
    assert (np.sort(orders(7, 50, seed=1), axis=1) == np.arange(7)).all()


def test_a_footprint_outside_the_herd_is_refused():
    with pytest.raises(ValueError, match="not the herd's"):
        SharedCells(np.array([1, 2])).add(np.array([2, 3]))
