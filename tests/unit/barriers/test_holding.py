"""How far barriers hold animals to their straight way."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from corridors.barriers.holding import Holding, holding

WALL = np.array([shapely.LineString([(x, -400.0), (x, 5000.0)]) for x in range(0, 40000, 2500)])


def triplets(n: int, sd: float, seed: int) -> np.ndarray:
    """Return steps of 2 km past the walls' ends, with a fix between that strays by ``sd``."""
    rng = np.random.default_rng(seed)
    start = np.column_stack([rng.uniform(0, 36000, n), rng.uniform(-1500, 300, n)])
    end = np.add(start, (2000.0, 0.0))
    return np.hstack([start, (start + end) / 2 + rng.normal(0, sd, (n, 2)), end])


def told(fixes: np.ndarray, sd: float = 600.0) -> Holding:
    n = len(fixes)
    return holding(fixes, np.full(n, 0.5), np.full(n, sd), 200.0, WALL, max_triplets=10_000)


def test_free_animals_are_not_held() -> None:
    found = told(triplets(4000, 600.0, 1))
    assert found.expected > 100
    assert found.share(prior_departures=1.0) == pytest.approx(0.0, abs=0.08)


def test_animals_that_keep_to_their_way_are_held() -> None:
    assert told(triplets(4000, 1.0, 2)).share(prior_departures=1.0) > 0.9


def test_a_herd_of_which_half_keep_to_it_is_half_held() -> None:
    both = told(triplets(4000, 600.0, 3)) + told(triplets(4000, 1.0, 4))
    assert both.share(prior_departures=1.0) == pytest.approx(0.5, abs=0.08)


def test_little_is_told_from_few_fixes() -> None:
    assert Holding(2.0, 0.0).share(prior_departures=10.0) == pytest.approx(1 / 6)
    assert Holding(0.0, 0.0).share(prior_departures=10.0) == 0.0
    assert Holding(5.0, 9.0).share(prior_departures=10.0) == 0.0


def test_without_fixes_or_barriers_nothing_is_told() -> None:
    nothing = Holding(0.0, 0.0)
    assert told(np.zeros((0, 6))) == nothing
    fixes = triplets(10, 600.0, 5)
    none = np.zeros(0, dtype=object)
    half, scale = np.full(10, 0.5), np.full(10, 600.0)
    assert holding(fixes, half, scale, 5.0, none, max_triplets=10) == nothing


def test_the_same_fixes_tell_the_same() -> None:
    fixes = triplets(300, 600.0, 6)
    assert told(fixes) == told(fixes)
