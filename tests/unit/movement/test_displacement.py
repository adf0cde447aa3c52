"""Displacement models: values, derivatives, recovery of known parameters."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.movement.displacement import (
    MODELS,
    PARAMETERS,
    Limits,
    akaike_weights,
    daily_median,
    daily_range,
    fit_models,
    jacobian,
    net_displacement,
    predict,
)

LIMITS = Limits(
    date_d=(1.0, 364.0), duration_d=(1.0, 21.0), zeta=(0.05, 0.95), kappa_per_d=(-1.0, -0.01)
)
TRUTH = {
    "migrant": (60.0, 85.0, 4.0, 150.0, 6.0),
    "mixed_migrant": (60.0, 85.0, 4.0, 150.0, 6.0, 0.6),
    "disperser": (45.0, 120.0, 5.0),
    "resident": (4.0, -0.2),
    "nomad": (0.3,),
}
DAYS = np.arange(0.0, 365.0)


@pytest.mark.parametrize("model", MODELS)
def test_the_derivatives_agree_with_small_steps(model: str) -> None:
    parameters = np.array(TRUTH[model])
    exact = jacobian(model, parameters, DAYS)
    for i in range(parameters.size):
        step = np.zeros(parameters.size)
        step[i] = 1e-6
        difference = predict(model, parameters + step, DAYS) - predict(
            model, parameters - step, DAYS
        )
        np.testing.assert_allclose(exact[:, i], difference / 2e-6, atol=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_each_model_is_found_again_with_its_parameters(
    model: str, rng: np.random.Generator
) -> None:
    y = np.maximum(predict(model, TRUTH[model], DAYS) + rng.normal(0, 0.5, DAYS.size), 0)
    fits = fit_models(DAYS, y, limits=LIMITS, n_starts=8)
    best = min(fits.values(), key=lambda fit: fit.aic)
    assert best.model == model
    names = PARAMETERS[model]
    error = np.abs(np.array(best.parameters) - TRUTH[model])
    tolerance = {"rho_d": 1.5, "zeta": 0.01, "gamma_km": 0.1, "kappa_per_d": 0.1}
    assert (error <= [tolerance.get(name, 0.3) for name in names]).all(), best
    assert sum(akaike_weights(fits).values()) == pytest.approx(1)


def test_half_of_the_way_back_lies_after_both_windows_and_the_stay() -> None:
    fit = fit_models(DAYS, predict("migrant", TRUTH["migrant"], DAYS), limits=LIMITS, n_starts=8)[
        "migrant"
    ]
    assert fit.theta_back_d == pytest.approx(85 + 2 * 4 + 2 * 6 + 150, abs=0.05)
    # Half-way back the displacement is half of delta.
    assert fit.predict(np.array([fit.theta_back_d]))[0] == pytest.approx(30, abs=0.05)


def test_more_starts_do_not_change_a_clear_fit(rng: np.random.Generator) -> None:
    y = np.abs(predict("mixed_migrant", TRUTH["mixed_migrant"], DAYS) + rng.normal(0, 3, 365))
    few, many = (fit_models(DAYS, y, limits=LIMITS, n_starts=n) for n in (4, 30))
    for model in ("migrant", "mixed_migrant", "disperser"):
        assert few[model].rss_km2 == pytest.approx(many[model].rss_km2, rel=1e-4)


def test_a_perfect_fit_of_two_nested_models_goes_to_the_smaller_one() -> None:
    fits = fit_models(DAYS, np.zeros(365), limits=LIMITS, n_starts=4)
    assert all(np.isfinite(fit.aic) for fit in fits.values())
    assert min(fits.values(), key=lambda fit: fit.aic).model == "nomad"


def test_gaps_and_constant_days_are_fitted_without_error() -> None:
    days = np.concatenate([np.arange(0.0, 40.0), np.arange(300.0, 340.0)])
    fits = fit_models(days, np.where(days > 100, 30.0, 0.0), limits=LIMITS, n_starts=4)
    assert min(fits.values(), key=lambda fit: fit.aic).model == "disperser"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(bad: float) -> None:
    y = np.ones(50)
    y[3] = bad
    with pytest.raises(ValueError, match="finite"):
        fit_models(np.arange(50.0), y, limits=LIMITS, n_starts=4)


def test_too_few_points_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit_models(np.arange(7.0), np.ones(7), limits=LIMITS, n_starts=4)


def test_displacement_counts_from_the_mean_of_the_first_fixes() -> None:
    x = np.array([-1000.0, 1000.0, 3000.0])
    np.testing.assert_allclose(net_displacement(x, 0 * x, n_origin=2), [1, 1, 3])
    np.testing.assert_allclose(net_displacement(x, 0 * x, n_origin=20), [2, 0, 2])
    assert net_displacement(np.empty(0), np.empty(0), n_origin=20).size == 0


def test_the_daily_median_is_one_point_per_day_with_fixes() -> None:
    time = np.array([0.1, 0.2, 0.3, 5.5, 7.0, 7.9])
    days, median = daily_median(time, np.array([9.0, 1.0, 2.0, 4.0, 1.0, 2.0]))
    np.testing.assert_allclose(days, [0.2, 5.5, 7.45])
    np.testing.assert_allclose(median, [2, 4, 1.5])


def test_the_daily_range_leaves_out_days_with_one_fix() -> None:
    time = np.array([0.0, 0.5, 1.0, 2.0, 2.5])
    x, y = np.array([0.0, 3000, 9e9, 0, 6000]), np.array([0.0, 4000, 9e9, 0, 8000])
    assert daily_range(time, x, y) == pytest.approx(7.5)
    assert np.isnan(daily_range(np.array([0.0, 1.0]), x[:2], y[:2]))
