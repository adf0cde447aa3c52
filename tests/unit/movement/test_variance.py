"""Motion variance: gaps, forms, refusals, and that the corrected form is right on average."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from corridors.foundation.arrays import Floats
from corridors.foundation.errors import MethodError
from corridors.movement.variance import Form, left_out, motion_variance


def walk(
    rng: np.random.Generator, lag_min: Floats, s2: float, error_m: float
) -> tuple[Floats, Floats, Floats]:
    """Return a Brownian track with located positions and its times."""
    time = np.concatenate(([0.0], np.cumsum(lag_min)))
    place = [
        np.concatenate(([0.0], np.cumsum(rng.normal(0, np.sqrt(s2 * lag_min)))))
        + rng.normal(0, error_m, time.size)
        for _ in range(2)
    ]
    return place[0], place[1], time


def mean_estimate(form: Form) -> float:
    """Return the mean estimate over tracks with s2 = 100 m2/min and an error of 60 m."""
    rng = np.random.default_rng(7)
    found = []
    for _ in range(150):
        x, y, t = walk(rng, rng.uniform(30, 120, 200), 100.0, 60.0)
        error = np.full(t.size, 60.0)
        found.append(motion_variance(x, y, t, error, max_lag_min=480.0, form=form).s2_m2_min)
    return float(np.mean(found))


def test_the_corrected_form_is_right_on_average_where_horne_s_form_is_twice_too_large() -> None:
    assert mean_estimate("corrected") == pytest.approx(100, rel=0.03)
    assert mean_estimate("horne") > 200


def test_without_location_error_corrected_and_horne_agree(rng: np.random.Generator) -> None:
    x, y, t = walk(rng, rng.uniform(10, 200, 99), 500.0, 0.0)
    corrected, horne = (
        motion_variance(x, y, t, np.zeros(100), max_lag_min=480.0, form=form)
        for form in ("corrected", "horne")
    )
    assert corrected == horne


def test_bbmm3_differs_only_where_lags_differ(rng: np.random.Generator) -> None:
    x, y, t = walk(rng, np.full(60, 120.0), 500.0, 20.0)
    even, irregular = t, np.where(np.arange(61) % 2 == 1, t + 60, t)
    error = np.full(61, 20.0)
    for time, is_same in ((even, True), (irregular, False)):
        horne, bbmm3 = (
            motion_variance(x, y, time, error, max_lag_min=480.0, form=form).s2_m2_min
            for form in ("horne", "bbmm3")
        )
        assert (abs(horne - bbmm3) < 1e-6 * horne) is is_same


def test_fixes_are_left_out_alternately_and_anew_after_a_gap(rng: np.random.Generator) -> None:
    lag = np.full(10, 60.0)
    lag[3] = 1000.0  # runs of 4 and 7 fixes: one and three left out
    x, y, t = walk(rng, lag, 100.0, 0.0)
    found = motion_variance(x, y, t, np.zeros(11), max_lag_min=480.0, form="corrected")
    assert found.n_triplets == 4
    moved = np.where(np.arange(11) > 3, x + 1e6, x)
    again = motion_variance(moved, y, t, np.zeros(11), max_lag_min=480.0, form="corrected")
    assert again.s2_m2_min == pytest.approx(found.s2_m2_min, rel=1e-6)


def test_the_estimate_is_a_maximum_of_the_likelihood(rng: np.random.Generator) -> None:
    x, y, t = walk(rng, rng.uniform(10, 200, 40), 300.0, 15.0)
    error = np.full(t.size, 15.0)
    best = motion_variance(x, y, t, error, max_lag_min=480.0, form="corrected").s2_m2_min

    def log_likelihood(s2: float) -> float:
        i = np.arange(1, t.size - 1, 2)
        a = (t[i] - t[i - 1]) / (t[i + 1] - t[i - 1])
        v = (t[i + 1] - t[i - 1]) * a * (1 - a) * s2 + ((1 - a) ** 2 + a**2 + 1) * 15.0**2
        r2 = sum((z[i] - z[i - 1] - a * (z[i + 1] - z[i - 1])) ** 2 for z in (x, y))
        return float(-np.sum(np.log(2 * np.pi * v) + r2 / (2 * v)))

    at_best = log_likelihood(best)
    grid = np.geomspace(1e-6, 1e9, 4000)
    assert at_best >= max(log_likelihood(s2) for s2 in grid)


def test_units_scale(rng: np.random.Generator) -> None:
    x, y, t = walk(rng, rng.uniform(10, 200, 40), 300.0, 15.0)
    error = np.full(t.size, 15.0)
    one = motion_variance(x, y, t, error, max_lag_min=480.0, form="corrected")
    scaled = motion_variance(x * 3, y * 3, t * 2, error * 3, max_lag_min=960.0, form="corrected")
    assert scaled.s2_m2_min == pytest.approx(one.s2_m2_min * 4.5, rel=1e-9)


def test_the_interval_ends_where_the_likelihood_is_exp_1_92_below_its_maximum(
    rng: np.random.Generator,
) -> None:
    x, y, t = walk(rng, rng.uniform(10, 200, 40), 300.0, 15.0)
    found = motion_variance(x, y, t, np.full(41, 15.0), max_lag_min=480.0, form="corrected")
    i = np.arange(1, 40, 2)
    terms = left_out(x, y, t, np.full(41, 15.0), i, form="corrected")

    def log_likelihood(s2: float) -> float:
        r2, slope, base = terms
        v = slope * s2 + base
        return float(-np.sum(np.log(v) + r2 / (2 * v)))

    drop = chi2.ppf(0.95, 1) / 2
    for end in (found.s2_low_m2_min, found.s2_high_m2_min):
        assert log_likelihood(found.s2_m2_min) - log_likelihood(end) == pytest.approx(
            drop, abs=1e-6
        )


def test_the_interval_reaches_zero_where_error_alone_may_explain_the_fixes() -> None:
    rng = np.random.default_rng(5)
    found = None
    for _ in range(20):
        x, y, t = walk(rng, np.full(12, 60.0), 1.0, 60.0)
        try:
            found = motion_variance(x, y, t, np.full(13, 60.0), max_lag_min=480.0, form="corrected")
        except MethodError:
            continue
        break
    assert found is not None
    assert found.s2_low_m2_min == 0 < found.s2_m2_min < found.s2_high_m2_min


def test_an_interval_in_two_stretches_is_reported_whole() -> None:
    # One exact fix that hardly strays speaks for no movement; eight poor ones stray farther than
    # their error, which speaks for much.
    x, error = np.zeros(19), np.zeros(19)
    x[1::2] = np.append(1.0, np.full(8, 200 * np.sqrt(7.25)))
    error[3::2] = 200.0
    t = np.arange(19) * 60.0
    found = motion_variance(x, np.zeros(19), t, error, max_lag_min=480.0, form="corrected")
    r2, slope, base = left_out(x, np.zeros(19), t, error, np.arange(1, 18, 2), form="corrected")
    grid = np.geomspace(1e-4, 1e6, 20_000)
    v = slope * grid[:, None] + base
    value = -(np.log(v) + r2 / (2 * v)).sum(axis=1)
    near = value >= value.max() - chi2.ppf(0.95, 1) / 2
    assert int((np.diff(near.astype(int)) == 1).sum()) == 2
    assert found.s2_low_m2_min == pytest.approx(grid[near][0], rel=2e-3)
    assert found.s2_high_m2_min == pytest.approx(grid[near][-1], rel=2e-3)


def test_an_animal_that_scatters_less_than_its_error_has_no_variance() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(0, 5, (2, 50))
    with pytest.raises(MethodError, match="no movement at all") as caught:
        motion_variance(
            x, y, np.arange(50) * 60.0, np.full(50, 20.0), max_lag_min=480.0, form="corrected"
        )
    assert "location error 20 m" in str(caught.value)
    assert "cure" in str(caught.value)


def test_fixes_that_never_move_have_no_variance_even_without_error() -> None:
    same = np.zeros(20)
    with pytest.raises(MethodError, match="no movement at all"):
        motion_variance(same, same, np.arange(20.0), same, max_lag_min=480.0, form="corrected")


def test_gaps_everywhere_leave_no_variance() -> None:
    t = np.arange(6) * 1000.0
    for form in ("corrected", "bbmm3"):
        with pytest.raises(MethodError, match="no three fixes in a row"):
            motion_variance(t, t, t, np.ones(6), max_lag_min=480.0, form=form)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time_min": np.array([0.0, 1.0, 1.0])}, "increase strictly"),
        ({"x_m": np.array([0.0, np.nan, 1.0])}, "finite"),
        ({"error_m": np.array([0.0, -1.0, 1.0])}, "negative"),
        ({"y_m": np.zeros(2)}, "same length"),
        ({"form": "swapped"}, "swapped"),
    ],
)
def test_impossible_arguments_are_refused(change: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {
        "x_m": np.array([0.0, 5.0, 1.0]),
        "y_m": np.zeros(3),
        "time_min": np.arange(3.0),
        "error_m": np.zeros(3),
        "form": "corrected",
    }
    with pytest.raises(ValueError, match=message):
        motion_variance(**{**arguments, **change}, max_lag_min=480.0)  # type: ignore[arg-type]
