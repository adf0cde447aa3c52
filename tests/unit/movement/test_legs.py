"""Legs and stops of a migration on walks that are known."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.movement.legs import legs


def walk(*points: tuple[float, float], step_d: float = 0.25) -> tuple[np.ndarray, ...]:
    """A track along a bearing through (day, km), with 200 m of noise."""
    rng = np.random.default_rng(1)
    day = np.arange(points[0][0], points[-1][0], step_d)
    km = np.interp(day, *np.array(points).T)
    noise = rng.normal(0, 0.2, (2, day.size))
    return day, 1000 * (0.6 * km + noise[0]), 1000 * (0.8 * km + noise[1])


def test_a_straight_walk_is_one_leg() -> None:
    track = walk((0, 0), (12, 60))
    (only,) = legs(*track, min_stop_days=3.0, stop_radius_frac=0.15)
    assert (only.first, only.last, only.stop_days) == (0, track[0].size - 1, 0.0)


def test_two_stopovers_part_three_legs() -> None:
    track = walk((0, 0), (4, 25), (14, 25), (18, 50), (24, 50), (30, 90))
    found = legs(*track, min_stop_days=3.0, stop_radius_frac=0.1)
    assert len(found) == 3
    np.testing.assert_allclose([leg.stop_days for leg in found], [11, 7, 0], atol=2)
    # The legs and the stops between them are the whole window.
    assert found[0].first == 0
    assert found[-1].last == track[0].size - 1
    moving = sum(track[0][leg.last] - track[0][leg.first] for leg in found)
    resting = sum(leg.stop_days for leg in found)
    assert moving + resting == pytest.approx(track[0][-1] - track[0][0])


def test_a_pause_shorter_than_a_stop_parts_nothing() -> None:
    track = walk((0, 0), (4, 30), (5.5, 30), (10, 60))
    assert len(legs(*track, min_stop_days=3.0, stop_radius_frac=0.1)) == 1


def test_a_window_of_two_fixes_has_one_leg() -> None:
    two = np.array([0.0, 1.0])
    (only,) = legs(two, 1000 * two, two, min_stop_days=3.0, stop_radius_frac=0.15)
    assert (only.first, only.last) == (0, 1)
