"""The Boyce index on scores whose use is known."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.habitat.boyce import boyce_index


def index(available, used, window_frac=0.1, n_windows=101):
    return boyce_index(
        np.asarray(available, float), np.asarray(used, float),
        window_frac=window_frac, n_windows=n_windows,
    )  # fmt: skip


def test_use_that_rises_with_the_score_gives_one_and_falling_use_minus_one():
    score = np.arange(200)
    assert index(score, np.repeat(score, score)) == 1.0
    assert index(score, np.repeat(score, score[::-1])) == -1.0


def test_use_unrelated_to_the_score_is_near_zero_on_average(rng):
    found = [index(rng.normal(size=2000), rng.normal(size=300)) for _ in range(60)]
    assert abs(np.mean(found)) < 0.15


def test_three_classes_by_hand():
    # Shares of ground 0.2, 0.3, 0.5; of use 0.5, 0.3, 0.2: ratios 2.5, 1, 0.4 fall with the score.
    available = np.repeat([1.0, 2.0, 3.0], [20, 30, 50])
    used = np.repeat([1.0, 2.0, 3.0], [5, 3, 2])
    assert index(available, used) == -1.0
    # Ratios 1, 0.5, 1.3: ranks 2, 1, 3 against 1, 2, 3 give a correlation of 0.5.
    used = np.repeat([1.0, 2.0, 3.0], [20, 15, 65])
    assert index(available, used) == 0.5


def test_the_scale_of_the_score_does_not_matter(rng):
    available, used = rng.normal(size=500), rng.normal(0.7, size=80)
    assert index(available, used) == index(np.exp(3 * available), np.exp(3 * used))


@pytest.mark.parametrize("used", [[], [1.0]])
def test_without_use_or_with_one_score_there_is_no_index(used):
    assert np.isnan(index(np.ones(50), used))
