"""Distances and time of one migration."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.foundation.crs import GEOD
from corridors.movement.journeys import fix_weights_days, geodesic_m, lengths


def test_lengths_of_a_triangle_are_geodesic():
    lon, lat = np.array([71.0, 71.5, 71.2]), np.array([37.0, 37.3, 36.9])
    sides = [
        GEOD.inv(lon[i], lat[i], lon[j], lat[j])[2] / 1000 for i, j in ((0, 1), (1, 2), (0, 2))
    ]
    found = lengths(lon, lat)
    assert found.path_km == pytest.approx(sides[0] + sides[1], rel=1e-12)
    assert found.net_km == pytest.approx(sides[2], rel=1e-12)
    assert found.farthest_km == pytest.approx(max(sides), rel=1e-12)
    # Short cuts at the corner and along the chords make the way at every 5 % a little shorter.
    assert 0.95 * found.path_km < found.resampled_km < found.path_km


def test_a_straight_way_is_as_long_however_it_is_measured():
    lat = np.linspace(37.0, 38.0, 500)
    found = lengths(np.full(500, 71.0), lat)
    for value in (found.path_km, found.resampled_km, found.farthest_km):
        assert value == pytest.approx(found.net_km, rel=1e-6)


def test_wiggles_lengthen_the_path_but_hardly_the_resampled_way():
    n = 2000
    lat = np.linspace(37.0, 38.0, n) + 0.002 * (-1.0) ** np.arange(n)
    found = lengths(np.full(n, 71.0), lat)
    assert found.path_km > 5 * found.net_km
    assert found.resampled_km < 1.1 * found.net_km


@pytest.mark.parametrize("seed", range(4))
def test_the_farthest_pair_of_many_fixes_is_missed_by_less_than_a_fifth_of_a_percent(seed):
    rng = np.random.default_rng(seed)
    lon = 179.5 + 0.4 * rng.normal(size=400).cumsum() / 20
    lon, lat = (lon + 180) % 360 - 180, 66 + 0.2 * rng.normal(size=400).cumsum() / 20
    first, second = np.triu_indices(400, 1)
    true_km = geodesic_m(lon[first], lat[first], lon[second], lat[second]).max() / 1000
    found = lengths(lon, lat).farthest_km
    assert 0.998 * true_km <= found <= true_km * (1 + 1e-12)


def test_fixes_on_one_spot_have_no_length():
    found = lengths(np.full(90, 71.0), np.full(90, 37.0))
    assert (found.net_km, found.path_km, found.resampled_km, found.farthest_km) == (0, 0, 0, 0)


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_fixes_have_unknown_lengths(n):
    found = lengths(np.full(n, 71.0), np.full(n, 37.0))
    assert np.isnan([found.net_km, found.path_km, found.resampled_km, found.farthest_km]).all()


def test_weights_of_fixes_add_up_to_the_time_without_gaps():
    hours = np.array([0.0, 2.0, 4.0, 40.0, 44.0])
    weight = fix_weights_days(hours * 3600, max_lag_h=26.0)
    assert weight * 24 == pytest.approx([1, 2, 1, 2, 2])
    assert weight.sum() * 24 == pytest.approx(8)


@pytest.mark.parametrize("n", [0, 1])
def test_a_single_fix_stands_for_no_time(n):
    assert fix_weights_days(np.zeros(n), max_lag_h=26.0).tolist() == [0.0] * n
