"""Whether permeability differs between seasons or kinds: likelihood ratios, levels, empty cases."""

from __future__ import annotations

import numpy as np

from corridors.barriers.kappa_differences import covariate_tests
from worlds.tries import draws


def test_a_covariate_that_matters_is_found_and_one_that_does_not_is_not(
    rng: np.random.Generator,
) -> None:
    n = 1500
    traffic = rng.choice(np.array(["low", "high"], dtype=object), n)
    season = rng.choice(np.array(["spring", "autumn", "winter"], dtype=object), n)
    hazard, crossed = draws(rng, np.where(traffic == "low", 1.0, 0.4), n)
    levels = {"traffic": traffic, "season": season, "one": np.full(n, "x", dtype=object)}
    by = {t.covariate: t for t in covariate_tests(hazard, crossed, levels, spread=np.nan)}
    assert by["traffic"].p_value < 1e-6
    assert by["season"].p_value > 0.01
    assert by["season"].n_levels == 3
    assert np.isnan(by["one"].p_value)
    # Divided by the spread between animals, the same ratio says less.
    wide = covariate_tests(hazard, crossed, levels, spread=20.0)
    assert wide[0].p_value > by["traffic"].p_value


def test_a_level_without_crossings_does_not_break_the_test(rng: np.random.Generator) -> None:
    hazard, crossed = draws(rng, 0.8, 400)
    level = np.where(np.arange(400) < 100, "closed", "open").astype(object)
    crossed &= level == "open"
    (test,) = covariate_tests(hazard, crossed, {"level": level}, spread=np.nan)
    assert test.p_value < 1e-6


def test_two_covariates_that_say_the_same_have_no_test_of_their_own(
    rng: np.random.Generator,
) -> None:
    hazard, crossed = draws(rng, 0.8, 200)
    level = np.where(np.arange(200) < 100, "a", "b").astype(object)
    tests = covariate_tests(hazard, crossed, {"one": level, "two": level}, spread=np.nan)
    assert all(np.isnan(test.p_value) for test in tests)


def test_without_any_try_or_crossing_no_covariate_is_tested() -> None:
    none = np.zeros(0, object)
    (test,) = covariate_tests(np.zeros(0), np.zeros(0, bool), {"a": none}, spread=np.nan)
    assert np.isnan(test.p_value)
    level = np.array(["a", "b"] * 5, dtype=object)
    (test,) = covariate_tests(np.ones(10), np.zeros(10, bool), {"a": level}, spread=np.nan)
    assert np.isnan(test.p_value)
