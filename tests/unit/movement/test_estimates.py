"""Which method makes the surface of a window, and what it says of itself."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from corridors.movement.estimates import Method, Track, choose, dynamic, estimate
from corridors.movement.refusals import NoSurfaceError, Refusal, steps_too_long

METHOD = Method(
    name="auto",
    variance_form="corrected",
    window_fixes=7,
    margin_fixes=3,
    min_fixes=4,
    max_lag_h=8.0,
    fmv_max_lag_h=27.0,
    max_long_lag_frac=0.25,
    s2_fixed_m2_min=800.0,
    location_error_m=20.0,
    line_buffer_m=100.0,
    time_tolerance=1e-5,
    memory_mb=100.0,
    crs="EPSG:32612",
    cell_m=100.0,
)


def track(n: int, lag_h: float = 2.0) -> Track:
    x, y = np.cumsum(np.random.default_rng(n).normal(0, 400, (2, n)), axis=1)
    return Track(x, y, np.arange(n) * round(lag_h * 3.6e9), np.full(n, 20.0))


@pytest.mark.parametrize(
    ("lag_h", "name", "max_lag_h"),
    [
        ([2.0] * 6, "dbbmm", 8.0),
        ([2.0, 2.0, 2.0, 2.0, 9.0, 2.0], "bbmm", 8.0),
        ([2.0, 9.0, 9.0, 2.0, 2.0, 2.0], "fmv", 27.0),
    ],
)
def test_auto_takes_the_finest_method_that_the_steps_allow(
    lag_h: list[float], name: str, max_lag_h: float
) -> None:
    choice = choose(np.array(lag_h), len(lag_h) + 1, METHOD)
    assert (choice.method, choice.max_lag_h, choice.error) == (name, max_lag_h, None)


def test_a_species_without_a_value_has_no_surface_from_long_steps() -> None:
    choice = choose(np.array([9.0, 9.0, 2.0]), 4, replace(METHOD, s2_fixed_m2_min=None))
    assert choice.error == Refusal("no_species_value", 2 / 3, 0.25)


def test_a_named_method_is_not_exchanged_for_another() -> None:
    lag_h = np.array([9.0, 9.0, 2.0])
    assert choose(lag_h, 4, replace(METHOD, name="bbmm")).error
    assert not choose(lag_h, 4, replace(METHOD, name="fmv")).error


def test_an_estimate_counts_its_bridges_and_the_steps_left_out() -> None:
    whole = track(40)
    gap_us = np.where(np.arange(40) < 20, 0, round(9 * 3.6e9))
    found = estimate(replace(whole, time_us=whole.time_us + gap_us), METHOD)
    assert (found.method, found.n_fixes, found.n_bridges, found.n_long_lags) == ("dbbmm", 40, 38, 1)
    assert found.bridge_us.size == 38
    assert found.mass == pytest.approx(1.0)
    assert (found.n_over_max_lag, found.n_run_fixes, found.step_median_h) == (1, 20, 2.0)


def test_a_dynamic_variance_has_no_bbmm3_form() -> None:
    with pytest.raises(ValueError, match="bbmm3"):
        dynamic(track(20), form="bbmm3", window_fixes=7, margin_fixes=3, max_lag_h=8.0)


def test_a_track_within_a_window_holds_both_ends() -> None:
    part = track(5).within(round(2 * 3.6e9), round(6 * 3.6e9))
    assert part.time_min.tolist() == [0.0, 120.0, 240.0]


@pytest.mark.parametrize("n", [6, 40])
def test_fixes_that_scatter_like_their_error_have_a_line_where_the_choice_is_automatic(
    n: int,
) -> None:
    rng = np.random.default_rng(n)
    x, y = rng.normal(0, 3.0, (2, n))
    still = Track(x, y, np.arange(n) * 7_200_000_000, np.full(n, 20.0))
    found = estimate(still, METHOD)
    assert (found.method, found.reason, found.error) == ("line", "no_variance", None)
    assert found.mass == pytest.approx(1.0, abs=1e-9)
    named = estimate(still, replace(METHOD, name="bbmm"))
    assert named.error.code == "no_movement"
    assert named.surface is None


def test_a_refusal_comes_back_whole_from_another_process() -> None:
    error = steps_too_long(np.array([600.0, 540.0]), 480.0)
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, NoSurfaceError)
    assert again.refusal == Refusal("no_short_step", 540.0, 480.0)
    assert str(again) == str(error)
