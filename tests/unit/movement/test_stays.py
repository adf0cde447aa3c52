"""Stays between change points, and the migrations of animals that have a home."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corridors.movement.cycles import places
from corridors.movement.stays import Daily, Stay, long_run_variance, stays, without_stops

# Places on a line (km) with the days from which the animal is there.
HOME, NEAR, FAR = 0.0, 30.0, 60.0


def days(points: list[tuple[float, float]], *, seed: int = 1, n: int = 365) -> Daily:
    """Return daily positions on a way through (day, km), in ranges with SD 1 km and memory."""
    rng = np.random.default_rng(seed)
    day = np.arange(float(n)) + 0.5
    km = np.interp(day, *np.array(points).T)
    noise = np.zeros((2, n))
    for i in range(1, n):
        noise[:, i] = 0.8 * noise[:, i - 1] + rng.normal(0, 0.6, 2)
    return Daily(day, 1000.0 * (km + noise[0]), 1000.0 * noise[1])


def there_and_back(first: float, last: float, to: float) -> list[tuple[float, float]]:
    return [(0, HOME), (first, HOME), (first + 5, to), (last, to), (last + 5, HOME), (365, HOME)]


def stay(first_d: float, last_d: float, km: float, spread_km: float = 1.0) -> Stay:
    return Stay(first_d, last_d, 1000.0 * km, 0.0, spread_km)


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_the_long_run_variance_is_that_of_the_noise_whatever_the_moves(memory: float) -> None:
    rng = np.random.default_rng(3)
    noise = np.zeros((2, 4000))
    for i in range(1, 4000):
        noise[:, i] = memory * noise[:, i - 1] + rng.normal(0, 100.0, 2)
    noise[0, 1000:3000] += 40_000.0
    truth = 100.0**2 / (1 - memory) ** 2
    found = long_run_variance(Daily(np.arange(4000.0), *noise), memory_d=15.0)
    assert found == pytest.approx(truth, rel=0.15)


def test_positions_that_are_alike_for_longer_than_a_stay_are_no_noise() -> None:
    x, y = np.cumsum(np.random.default_rng(1).normal(0, 100.0, (2, 1000)), axis=1)
    alike = np.exp(-1 / 15.0)
    limit = 100.0**2 / (2 * (1 - alike)) * (1 + alike) / (1 - alike)
    found = long_run_variance(Daily(np.arange(1000.0), x, y), memory_d=15.0)
    assert found == pytest.approx(limit, rel=0.2)


def test_a_stay_of_twenty_days_is_found_and_an_excursion_of_ten_is_not() -> None:
    short = stays(days(there_and_back(100, 125, FAR)), apart_km=10.0, min_days=15.0)
    assert [round(one.x_m / 1000.0, -1) for one in short] == [HOME, FAR, HOME]
    assert short[1].first_d == pytest.approx(105, abs=3)
    assert short[1].last_d == pytest.approx(125, abs=3)
    [only] = stays(days(there_and_back(100, 115, FAR)), apart_km=10.0, min_days=15.0)
    assert (only.first_d, only.last_d) == (0.5, 364.5)


def test_a_track_without_moves_is_one_stay_and_two_days_are_none() -> None:
    still = days([(0, HOME), (365, HOME)])
    assert len(stays(still, apart_km=3.0, min_days=15.0)) == 1
    assert stays(Daily(*(axis[:2] for axis in still)), apart_km=3.0, min_days=1.0) == []


def test_a_stop_on_the_way_is_left_out_but_not_home_and_no_range() -> None:
    way = [stay(0, 50, HOME), stay(55, 75, NEAR), stay(80, 200, FAR)]
    assert without_stops(way, [], max_stop_days=30.0) == [way[0], way[2]]
    assert without_stops(way, [way[1]], max_stop_days=30.0) == way
    assert without_stops(way, [], max_stop_days=20.0) == way
    aside = [way[0], replace(way[1], y_m=30_000.0), way[2]]
    assert without_stops(aside, [], max_stop_days=30.0) == aside


def found(*own: Stay, year_d: float = 365.0) -> list[tuple[float, float]]:
    out = places(
        list(own), year_d=year_d, apart_km=10.0, max_stop_days=30.0, max_stay_spread_frac=0.25
    )
    return [(way.before.last_d, way.after.first_d) for way in out.ways]


def test_two_cycles_to_two_places_on_either_side_of_home_are_four_migrations() -> None:
    year = [
        stay(0, 45, HOME), stay(50, 125, FAR), stay(130, 215, HOME), stay(220, 300, -FAR),
        stay(305, 364, HOME),
    ]  # fmt: skip
    assert found(*year) == [(45, 50), (125, 130), (215, 220), (300, 305)]


def test_a_stay_over_the_border_of_the_year_is_whole_and_each_year_has_its_own_ways() -> None:
    life = [stay(0, 300, HOME), stay(305, 430, FAR), stay(435, 660, HOME), stay(665, 730, FAR)]
    assert found(*life) == [(300, 305)]
    assert found(*(one.since(365) for one in life)) == [(65, 70), (295, 300)]


def test_a_stop_in_both_seasons_is_no_home() -> None:
    # Winter, stop, summer, stop, another winter: only the stop is come back to.
    year = [
        stay(0, 60, -50),
        stay(65, 90, 0),
        stay(95, 250, 50),
        stay(255, 300, 1),
        stay(305, 364, -90),
    ]
    assert found(*year) == []


def test_places_one_after_the_other_are_a_nomads_even_if_two_of_them_are_near() -> None:
    year = [stay(40.0 * at, 40.0 * at + 35, 50.0 * at) for at in range(8)]
    year.append(stay(325, 360, 52))
    out = places(year, year_d=365.0, apart_km=10.0, max_stop_days=30.0, max_stay_spread_frac=0.25)
    assert (out.ways, out.n_places, out.has_home) == ((), 8, False)


def test_a_stay_too_wide_for_a_range_is_left_by_no_migration() -> None:
    assert found(stay(0, 100, HOME), stay(105, 250, NEAR), stay(255, 364, HOME)) != []
    assert found(stay(0, 100, HOME), stay(105, 250, NEAR, 9.0), stay(255, 364, HOME)) == []


def test_no_stays_have_no_places() -> None:
    assert found() == []
