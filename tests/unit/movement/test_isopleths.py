"""Isopleths on worlds small enough to count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corridors.foundation.grid import Surface
from corridors.movement.isopleths import isopleth_mask
from worlds.surfaces import strip


def test_the_cell_at_which_the_share_is_reached_belongs_to_the_isopleth() -> None:
    assert isopleth_mask(strip([0.5, 0.3, 0.2]), 0.6).tolist() == [True, True, False]


def test_a_share_reached_exactly_takes_no_further_cell() -> None:
    assert isopleth_mask(strip([0.1] * 10), 0.9).sum() == 9


def test_the_share_is_of_the_total_not_of_one() -> None:
    assert isopleth_mask(strip([0.05, 0.03, 0.02]), 0.5).tolist() == [True, False, False]


def test_ties_go_to_the_south_and_then_to_the_west() -> None:
    tied = replace(strip([0.25] * 4), row=np.array([3, 2, 2, 1], dtype=np.int32))
    assert isopleth_mask(tied, 0.5).tolist() == [False, True, False, True]


def test_the_order_of_the_cells_does_not_matter(rng: np.random.Generator) -> None:
    mass = rng.integers(1, 5, 200) / 600
    whole = strip(mass.tolist())
    shuffled = rng.permutation(200)
    other = Surface(
        whole.crs, whole.cell_m, whole.row[shuffled], whole.col[shuffled], whole.mass[shuffled]
    )
    assert (isopleth_mask(other, 0.7) == isopleth_mask(whole, 0.7)[shuffled]).all()


def test_isopleth_0_is_empty_and_isopleth_1_has_every_cell_with_mass() -> None:
    assert not isopleth_mask(strip([0.5, 0.5]), 0.0).any()
    assert isopleth_mask(strip([0.5, 0.0, 0.5]), 1.0).tolist() == [True, False, True]


def test_no_cells_and_no_mass_give_no_isopleth() -> None:
    assert isopleth_mask(strip([]), 0.9).shape == (0,)
    assert not isopleth_mask(strip([0.0, 0.0]), 0.9).any()


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_a_share_outside_0_to_1_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        isopleth_mask(strip([1.0]), p)


def test_unknown_mass_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        isopleth_mask(strip([0.5, float("nan")]), 0.5)
