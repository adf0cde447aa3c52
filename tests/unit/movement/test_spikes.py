"""Gross outliers, spikes, impossible speeds."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.movement.spikes import (
    distance_to_median,
    gross_outliers,
    spikes,
    steps,
    too_fast,
)

HOUR = 3600.0
ONE = {"speed_m_s": 1.5, "turn_cos": -0.97, "gap_h": 49.0}


def walk(rng: np.random.Generator, n: int, hours: float = 2.0) -> tuple[np.ndarray, ...]:
    """Return a walk of steps with 200 m standard deviation: x, y, time, track."""
    x, y = rng.normal(0, 200, (2, n)).cumsum(axis=1)
    return x, y, np.arange(n) * hours * HOUR, np.zeros(n, dtype=np.int64)


def test_no_step_leads_to_another_animal_or_over_a_gap() -> None:
    moved = steps(
        np.array([0.0, 100.0, 200.0, 300.0]),
        np.zeros(4),
        np.array([0.0, 100.0, 60 * HOUR, 60 * HOUR + 100]),
        np.array([0, 0, 0, 1]),
        gap_h=49.0,
    )
    assert moved.speed_out[0] == 1.0
    assert np.isnan(moved.speed_in[2])
    assert np.isnan(moved.speed_in[3])


def test_planted_spikes_are_found_and_no_other_fix(rng: np.random.Generator) -> None:
    x, y, t, k = walk(rng, 500)
    planted = np.array([40, 42, 200, 301])
    angle = rng.uniform(0, 2 * np.pi, planted.size)
    x[planted] += 20_000 * np.cos(angle)
    y[planted] += 20_000 * np.sin(angle)
    assert np.flatnonzero(spikes(x, y, t, k, **ONE)).tolist() == planted.tolist()


def test_the_good_fix_between_two_spikes_to_one_place_is_not_blamed(
    rng: np.random.Generator,
) -> None:
    x, y, t, k = walk(rng, 60)
    x[[20, 22]] += 30_000.0
    assert np.flatnonzero(spikes(x, y, t, k, **ONE)).tolist() == [20, 22]


def test_a_missing_fix_beside_a_spike_does_not_hide_it() -> None:
    # A fix every 4 h; one 41 km away with the fix before it missing: 1.42 m/s in, 2.85 m/s out.
    t = np.array([0.0, 4, 8, 16, 20, 24, 28]) * HOUR
    x = np.array([0.0, 300, 100, 41_000, 0, 200, 100])
    y, k = np.zeros(7), np.zeros(7, dtype=np.int64)
    assert np.flatnonzero(spikes(x, y, t, k, **ONE)).tolist() == [3]
    back = spikes(x[::-1], y, t[-1] - t[::-1], k, **ONE)
    assert np.flatnonzero(back).tolist() == [3]


def test_a_long_walk_over_a_gap_and_slowly_back_is_no_spike() -> None:
    # 25 km out while the collar was silent for two days, back within 8 h at 0.9 m/s.
    t = np.array([0.0, 4, 8, 56, 60, 64, 68]) * HOUR
    x = np.array([0.0, 300, 100, 25_000, 12_000, 200, 100])
    k = np.zeros(7, dtype=np.int64)
    assert not spikes(x, np.zeros(7), t, k, **ONE).any()


def test_a_fast_march_straight_on_is_no_spike() -> None:
    t = np.arange(30) * HOUR
    x = 2.0 * t
    k = np.zeros(30, dtype=np.int64)
    assert not spikes(x, np.zeros(30), t, k, **ONE).any()
    assert too_fast(x * 2, np.zeros(30), t, k, speed_m_s=3.0, gap_h=49.0).any()
    assert not too_fast(x, np.zeros(30), t, k, speed_m_s=3.0, gap_h=49.0).any()


def test_a_fix_aside_of_the_way_is_too_fast_and_its_neighbours_are_not(
    rng: np.random.Generator,
) -> None:
    x, y, t, k = walk(rng, 100)
    x[49:] += 45_000.0
    x[50] -= 22_000.0
    y[50] += 50_000.0
    found = too_fast(x, y, t, k, speed_m_s=3.0, gap_h=49.0)
    assert np.flatnonzero(found).tolist() == [50]


def test_the_median_window_shifts_inward_at_the_ends() -> None:
    x = np.zeros(50)
    x[0] = x[49] = 1000.0
    far = distance_to_median(x, np.zeros(50), np.zeros(50, dtype=int), np.array([0, 25, 49]))
    assert far.tolist() == [1000.0, 0.0, 1000.0]


def test_the_median_of_a_short_track_takes_no_fix_of_the_next_animal() -> None:
    x = np.array([1.0, 2.0, 3.0, 500.0, 500.0])
    far = distance_to_median(x, np.zeros(5), np.array([0, 0, 0, 1, 1]), np.arange(5))
    assert far.tolist() == [1.0, 0.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("block", [1, 3, 5])
def test_a_block_far_away_before_a_long_gap_is_an_outlier(
    rng: np.random.Generator, block: int
) -> None:
    x, y, t, k = walk(rng, 100)
    x[:block] += 700_000.0
    t[block:] += 22 * 24 * HOUR
    found = gross_outliers(x, y, t, k, median_m=1e5, speed_m_s=1.5, gap_h=49.0)
    assert np.flatnonzero(found).tolist() == list(range(block))


def test_the_ends_of_a_steady_long_migration_are_no_outliers() -> None:
    t = np.arange(60) * 24 * HOUR
    x = np.arange(60) * 20_000.0  # twenty kilometres a day, one fix a day
    found = gross_outliers(
        x, np.zeros(60), t, np.zeros(60, dtype=int), median_m=1e5, speed_m_s=1.5, gap_h=49.0
    )
    assert not found.any()
