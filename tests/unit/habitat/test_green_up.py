"""Green-up of simulated greenness, and migrations along it."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.habitat.green_up import green_up, surfing

OPTIONS = {"base_quantile": 0.025, "min_dates": 6, "min_r2": 0.8}
DAYS = np.arange(3.0, 363.0, 7.0)


def greenness(peak, scale=9.0, noise=0.0, autumn=290.0, rng=None):
    peak = np.atleast_1d(np.asarray(peak, float))
    rise = 1 / (1 + np.exp((peak - DAYS[:, None]) / scale))
    fall = 1 / (1 + np.exp((DAYS[:, None] - autumn) / 12.0))
    values = 40.0 + 170.0 * rise * fall
    return values + (noise * rng.standard_normal(values.shape) if noise else 0.0)


def test_the_day_of_the_fastest_rise_is_found_to_a_few_hours():
    true = np.array([90.0, 103.4, 120.0, 151.7])
    found = green_up(DAYS, greenness(true), **OPTIONS)
    assert found.peak_d == pytest.approx(true, abs=0.5)
    assert found.scale_d == pytest.approx(np.full(4, 9.0), rel=0.1)
    assert (found.r2 > 0.99).all()


def test_noise_and_missing_dates_move_it_by_a_few_days_and_without_bias(rng):
    true = rng.uniform(90, 150, 300)
    values = greenness(true, noise=8.0, rng=rng)
    values[rng.random(values.shape) < 0.15] = np.nan
    error = green_up(DAYS, values, **OPTIONS).peak_d - true
    error = error[np.isfinite(error)]
    assert error.size > 290
    assert np.sqrt(np.mean(error**2)) < 4.0
    assert abs(error.mean()) < 1.0


def test_a_cloud_on_one_date_changes_little():
    values = greenness([110.0])
    clouded = values.copy()
    clouded[np.argmin(np.abs(DAYS - 150.0)), 0] = 20.0
    one, two = (green_up(DAYS, own, **OPTIONS).peak_d[0] for own in (values, clouded))
    assert two == pytest.approx(one, abs=2.0)


def test_cells_do_not_depend_on_each_other():
    both = green_up(DAYS, greenness([100.0, 140.0]), **OPTIONS)
    alone = green_up(DAYS, greenness([140.0]), **OPTIONS)
    assert both.peak_d[1] == pytest.approx(alone.peak_d[0], abs=1e-9)


def test_evergreen_unknown_and_noisy_cells_have_no_green_up(rng):
    values = np.stack(
        [
            np.full(DAYS.size, 180.0),
            np.full(DAYS.size, np.nan),
            rng.normal(150, 20, DAYS.size),
            np.where(DAYS > 130, 200.0, np.nan),  # no winter: the rise was not seen
        ],
        axis=1,
    )
    assert np.isnan(green_up(DAYS, values, **OPTIONS).peak_d).all()


def test_too_few_dates_are_no_series():
    few = slice(0, 60, 10)
    found = green_up(DAYS[few], greenness([110.0])[few], **OPTIONS)
    assert np.isnan(found.peak_d).all()


def test_an_animal_on_the_wave_is_nearer_to_it_than_one_that_stayed():
    fixes = np.array([100.0, 107.0, 115.0, 122.0])
    peaks = np.array([98.0, 108.0, 113.0, 125.0])
    found = surfing(fixes, peaks)
    assert found.n == 4
    assert found.days_from_peak == pytest.approx(0.0)
    assert found.abs_days_from_peak == 2.0
    assert found.abs_days_if_stayed == pytest.approx((2 + 9 + 17 + 24) / 4)
    assert found.wave_d == 27.0
    assert found.correlation == pytest.approx(np.corrcoef(fixes, peaks)[0, 1])


def test_fixes_without_green_up_do_not_count():
    found = surfing(np.array([100.0, 110.0]), np.array([np.nan, 105.0]))
    assert (found.n, found.days_from_peak) == (1, 5.0)
    assert np.isnan(found.correlation)
    nothing = surfing(np.array([100.0]), np.array([np.nan]))
    assert nothing.n == 0
    assert np.isnan(nothing.abs_days_from_peak)
