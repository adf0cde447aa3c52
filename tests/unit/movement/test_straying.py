"""How far an animal strays to the side of its way."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.foundation.errors import MethodError
from corridors.movement.straying import Straying, straying


def walk(seed: int, n: int, lag_min: float, s2: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, y = np.cumsum(rng.normal(0, np.sqrt(lag_min * s2), (2, n)), axis=1)
    return x, y, np.arange(n) * lag_min


def law(x: np.ndarray, y: np.ndarray, t: np.ndarray, error_m: float = 0.0) -> Straying:
    return straying(x, y, t, np.full(x.size, error_m), max_lag_min=2000.0, min_triplets=30)


def test_of_brownian_motion_it_is_the_variance_without_tails() -> None:
    found = law(*walk(1, 4000, 120.0, 800.0))
    scale = found.s2_m2_min + found.growth * 240.0 * 2 * 800.0 / 240.0
    assert scale == pytest.approx(800.0, rel=0.06)
    assert found.tails > 30
    assert found.n_triplets == 3998


def test_location_error_of_the_three_fixes_is_taken_off() -> None:
    x, y, t = walk(2, 4000, 60.0, 100.0)
    noise = np.random.default_rng(3).normal(0, 60.0, (2, x.size))
    with_error, without = law(x + noise[0], y + noise[1], t, 60.0), law(x, y, t)
    assert with_error.s2_m2_min == pytest.approx(without.s2_m2_min, rel=0.3)


def test_bursts_along_the_way_do_not_widen_it() -> None:
    """An animal that waits and walks in turn on a straight line strays to no side."""
    rng = np.random.default_rng(4)
    x = np.cumsum(rng.exponential(1000.0, 3000) * (rng.random(3000) < 0.3))
    y = rng.normal(0, 5.0, 3000)
    found = law(x, y, np.arange(3000) * 120.0)
    assert found.s2_m2_min * 60 < 100.0


def test_restless_and_quiet_days_are_tails() -> None:
    rng = np.random.default_rng(5)
    s2 = 500.0 / rng.gamma(1.5, 1 / 1.5, 400)
    steps = rng.normal(0, 1, (2, 8000)) * np.sqrt(120 * np.repeat(s2, 20))
    x, y = np.cumsum(steps, axis=1)
    found = law(x, y, np.arange(8000) * 120.0)
    assert 2 < found.tails < 8


def test_commuting_by_day_is_not_straying() -> None:
    x, y, t = walk(6, 1500, 720.0, 100.0)
    there = np.where(np.arange(1500) % 2 == 0, 0.0, 3000.0)
    found, alone = law(x + there, y, t), law(x, y, t)
    assert found.arm_min == 1440.0
    assert found == alone


def test_triplets_do_not_span_gaps() -> None:
    x, y, t = walk(7, 200, 120.0, 100.0)
    t[100:] += 5000.0
    assert law(x, y, t).n_triplets == 196


def test_too_few_fixes_are_refused() -> None:
    with pytest.raises(MethodError, match="too few fixes to tell how far the animal strays"):
        law(*walk(8, 20, 120.0, 100.0))


def test_an_animal_that_does_not_move_has_no_side() -> None:
    with pytest.raises(MethodError):
        law(np.zeros(100), np.zeros(100), np.arange(100) * 120.0)


@pytest.mark.parametrize("bad", ["shape", "nan", "order"])
def test_bad_arrays_are_refused(bad: str) -> None:
    x, y, t = walk(9, 100, 120.0, 100.0)
    if bad == "shape":
        x = x[1:]
    elif bad == "nan":
        x[3] = np.nan
    else:
        t[5] = t[4]
    with pytest.raises(ValueError, match=r"same length|finite|increase"):
        straying(x, y, t, np.zeros(100), max_lag_min=2000.0, min_triplets=30)
