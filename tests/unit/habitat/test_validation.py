"""Whether shares are told from chance."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.habitat.validation import compare, high_cells


def strip(shape=(60, 80)):
    """Use along a diagonal strip, and an area that holds just it."""
    iy, ix = np.indices(shape)
    inside = np.abs(iy - ix * 0.5 - 5) <= 2
    use = np.where(inside & (ix > 20) & (ix < 60), 1.0, 0.0)
    return use / use.sum(), inside


def test_use_inside_its_own_strip_is_rare_by_chance():
    use, inside = strip()
    (found,) = compare(use, (inside,), np.ones(use.shape, bool), n_shifts=99, seed=1)
    assert found.share == 1.0
    assert found.p == 0.01
    assert found.random_mean == pytest.approx(inside.mean(), abs=0.05)
    assert found.n_shifts == 99


def test_an_area_without_relation_to_the_use_is_no_news():
    use, _ = strip()
    checks = np.indices(use.shape).sum(axis=0) % 2 == 0
    (found,) = compare(use, (checks,), np.ones(use.shape, bool), n_shifts=199, seed=2)
    assert found.share == pytest.approx(0.5, abs=0.05)
    assert found.p > 0.05


def test_the_same_seed_gives_the_same_answer_and_areas_share_the_places():
    use, inside = strip()
    known = np.ones(use.shape, bool)
    one = compare(use, (inside, inside), known, n_shifts=99, seed=3)
    assert one == compare(use, (inside, inside), known, n_shifts=99, seed=3)
    assert one[0] == one[1]
    assert one != compare(use, (inside, inside), known, n_shifts=99, seed=4)


def test_use_on_unknown_cells_does_not_count():
    use = np.array([[0.5, 0.25, 0.25]])
    known = np.array([[False, True, True]])
    (found,) = compare(use, (np.array([[True, True, False]]),), known, n_shifts=99, seed=1)
    assert found.share == 0.5


def test_use_that_no_other_place_can_hold_has_no_random_mean():
    # Turned or moved, more than half of the use leaves the grid or the known ground.
    use = np.zeros((1, 41))
    use[0, :] = 1.0
    known = np.zeros(use.shape, bool)
    known[0, :1] = True
    (found,) = compare(use, (known,), known, n_shifts=3, seed=1)
    assert (found.n_shifts, found.random_mean, found.random_p95) == (0, None, None)


def test_no_use_on_known_cells_is_an_error():
    with pytest.raises(ValueError, match="no use"):
        compare(np.eye(2), (np.eye(2) > 0,), np.eye(2) == 0, n_shifts=99, seed=1)


def test_the_highest_cells_are_a_share_of_the_known_ones():
    values = np.arange(20.0).reshape(4, 5)
    values[0] = np.nan
    assert np.flatnonzero(high_cells(values, 0.2)).tolist() == [17, 18, 19]
    assert not high_cells(np.full((2, 2), np.nan), 0.5).any()
