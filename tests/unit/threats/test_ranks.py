"""Ranks of places and their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.threats.ranks import ranks, shortest_runs

DRAWS = 500


def fullest(place: np.ndarray, length: int) -> tuple[int, int]:
    """Return most draws in a run of so many places, and its first place, by counting."""
    ends = range(1, int(place.max()) - length + 2)
    held = [int(((place >= first) & (place < first + length)).sum()) for first in ends]
    return max(held), held.index(max(held)) + 1


def by_counting(place: np.ndarray) -> tuple[int, int]:
    runs = []
    for length in range(1, int(place.max()) + 1):
        count, first = fullest(place, length)
        runs.append((abs(10 * count - 9 * len(place)), length, first))
    _, length, first = min(runs)
    return first, first + length - 1


@pytest.mark.parametrize("seed", range(20))
def test_a_run_is_the_shortest_of_those_nearest_to_nine_in_ten_draws(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, n_draws = int(rng.integers(1, 30)), int(rng.integers(1, 60))
    score = 3.0 * rng.random((n_draws, n)) + rng.random(n) * rng.integers(0, 9)
    place = score.argsort(axis=1).argsort(axis=1) + 1
    low, high = shortest_runs(place)
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [
        by_counting(place[:, k]) for k in range(n)
    ]


def test_among_hundreds_of_places_that_miss_nothing_a_rank_tells_nothing() -> None:
    # 500 draws of 300 places: runs of which the next longer one holds no more are the rule.
    _, low, high, _ = ranks(np.zeros((DRAWS, 300), dtype=np.float32), seed=1).T
    assert (high - low + 1).min() > 0.8 * 300


def test_a_gap_between_two_heaps_of_draws_does_not_end_the_run() -> None:
    place = np.repeat([[1], [40]], [300, 200], axis=0)
    assert [int(ends[0]) for ends in shortest_runs(place)] == [1, 40]
