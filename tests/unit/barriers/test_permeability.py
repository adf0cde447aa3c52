"""Kappa: estimate, interval, limits and the share it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.permeability import CASES, herds, summary
from scipy import stats

from corridors.barriers.kappa_likelihood import Seen, log_likelihood, maximum
from corridors.barriers.permeability import permeability, share_of
from worlds.tries import draws


def estimate(hazard: np.ndarray, crossed: np.ndarray, animal: np.ndarray | None = None):
    one = np.zeros(len(crossed), int) if animal is None else animal
    return permeability(hazard, crossed, one, confidence=0.95, min_expected=5.0)


def test_equal_chances_have_a_closed_form() -> None:
    # With one s for all tries, the share that crossed is 1 - s^kappa.
    found = estimate(np.full(50, -np.log(0.8)), np.arange(50) < 8)
    assert found.kappa == pytest.approx(np.log(42 / 50) / np.log(0.8))
    assert found.share == pytest.approx((8 / 50) / 0.2)
    assert (found.n_steps, found.n_crossings, found.n_animals) == (50, 8, 1)
    assert found.expected == pytest.approx(10.0)


def test_the_share_is_capped_at_one_and_its_interval_follows_kappa() -> None:
    hazard = np.full(50, -np.log(0.8))
    found = estimate(hazard, np.arange(50) < 12)
    assert found.kappa > 1
    assert found.share == found.share_high == 1.0
    assert found.share_low == pytest.approx(share_of(found.low, hazard))
    assert found.share_low < 1


def test_at_the_ends_of_the_interval_the_likelihood_ratio_is_the_quantile(
    rng: np.random.Generator,
) -> None:
    hazard, crossed = draws(rng, 0.5, 300)
    found = estimate(hazard, crossed)
    top = log_likelihood(np.log(found.kappa), hazard, crossed)
    for end in found.profile:
        ratio = 2 * (top - log_likelihood(np.log(end), hazard, crossed))
        assert ratio == pytest.approx(stats.chi2.ppf(0.95, 1), rel=1e-6)
    around = [log_likelihood(np.log(found.kappa * f), hazard, crossed) for f in (0.99, 1.01)]
    assert max(around) < top


def test_without_any_crossing_there_is_a_limit_and_no_estimate(rng: np.random.Generator) -> None:
    hazard = rng.exponential(0.5, 40)
    found = estimate(hazard, np.zeros(40, bool))
    assert np.isnan(found.kappa)
    assert np.isnan(found.share)
    assert found.interval == "upper_limit"
    # So closed a barrier lets nobody through in 5 % of such herds.
    assert np.prod(np.exp(-found.high * hazard)) == pytest.approx(0.05)
    assert found.low == found.share_low == 0.0
    assert found.share_high == pytest.approx(share_of(found.high, hazard))


def test_where_each_try_crossed_there_is_a_lower_limit_and_no_estimate() -> None:
    hazard = np.full(10, 1.0)
    found = estimate(hazard, np.ones(10, bool))
    assert np.isnan(found.kappa)
    assert found.interval == "lower_limit"
    assert np.prod(-np.expm1(-found.low * hazard)) == pytest.approx(0.05)
    assert found.high == np.inf
    assert found.share_high == 1.0


@pytest.mark.parametrize("n", [0, 1, 9])
def test_too_few_tries_give_no_number_at_all(n: int) -> None:
    found = estimate(np.full(n, np.log(2)), np.arange(n) % 2 == 0)
    assert found.interval == "none"
    for value in (found.kappa, found.low, found.high, found.share, *found.profile):
        assert np.isnan(value)


def test_few_crossings_where_many_were_expected_are_an_estimate() -> None:
    found = estimate(np.full(100, np.log(2)), np.arange(100) < 2)
    assert found.interval == "profile"
    assert found.low < found.kappa < found.high < 0.2


def test_animals_that_differ_widen_the_interval(rng: np.random.Generator) -> None:
    animal = np.repeat(np.arange(12), 60)
    own = np.exp(rng.normal(-0.5, 0.8, 12))
    hazard, crossed = draws(rng, own[animal], animal.size)
    found = estimate(hazard, crossed, animal)
    assert (found.interval, found.n_units) == ("units", 12)
    assert found.spread > 2
    assert found.low < found.profile[0] < found.kappa < found.profile[1] < found.high


def test_the_wider_interval_is_about_that_of_resampled_animals(rng: np.random.Generator) -> None:
    animal = np.repeat(np.arange(30), 40)
    own = np.exp(rng.normal(-0.5, 0.7, 30))
    hazard, crossed = draws(rng, own[animal], animal.size)
    found = estimate(hazard, crossed, animal)
    boot = []
    for _ in range(300):
        rows = np.concatenate([np.flatnonzero(animal == a) for a in rng.integers(0, 30, 30)])
        boot.append(maximum(hazard[rows], crossed[rows], np.ones((rows.size, 1)))[0][0])
    low, high = np.quantile(boot, [0.025, 0.975])
    assert np.log(found.high / found.low) == pytest.approx(high - low, rel=0.25)


def test_the_interval_of_units_is_narrower_too_where_animals_are_very_alike() -> None:
    # Each of six animals crosses at every fifth of its tries: they are more alike than by chance.
    hazard, crossed = np.full(300, np.log(2)), np.arange(300) % 5 == 0
    found = estimate(hazard, crossed, np.repeat(np.arange(6), 50))
    assert found.interval == "units"
    assert found.spread == pytest.approx(0.0, abs=1e-9)
    assert found.profile[0] < found.low < found.kappa < found.high < found.profile[1]
    # Something is left of it: six animals say no more than that.
    width, whole = (np.log(b / a) for a, b in ((found.low, found.high), found.profile))
    assert width == pytest.approx(whole * 0.5 * stats.t.ppf(0.975, 5) / np.sqrt(3.8415), 0.02)


def test_animals_that_travel_together_count_once(rng: np.random.Generator) -> None:
    # Six units of three animals; those of a unit do just the same.
    hazard, crossed = draws(rng, 0.5, 240)
    unit = np.tile(np.repeat(np.arange(6), 40), 3)
    animal = unit + 6 * np.repeat(np.arange(3), 240)
    hazard, crossed = np.tile(hazard, 3), np.tile(crossed, 3)
    rules = {"confidence": 0.95, "min_expected": 5.0}
    found = permeability(hazard, crossed, animal, unit=unit, **rules)
    alone = permeability(hazard[:240], crossed[:240], animal[:240], **rules)
    assert (found.n_animals, found.n_units, alone.n_units) == (18, 6, 6)
    assert (found.kappa, found.low, found.high) == pytest.approx(
        (alone.kappa, alone.low, alone.high), rel=1e-6
    )
    assert found.spread == pytest.approx(3 * alone.spread, rel=1e-6)
    # As eighteen they would say too much.
    assert permeability(hazard, crossed, animal, **rules).low > found.low


@pytest.mark.parametrize("n_crossing", [0, 3, 10])
def test_of_too_few_units_companions_count_as_if_they_did_the_same(n_crossing: int) -> None:
    hazard, crossed = np.full(10, np.log(2)), np.arange(10) < n_crossing
    rules = {"confidence": 0.95, "min_expected": 5.0}
    alone = permeability(hazard, crossed, np.zeros(10, int), **rules)
    found = permeability(
        np.tile(hazard, 4),
        np.tile(crossed, 4),
        np.repeat(np.arange(4), 10),
        unit=np.zeros(40, int),
        **rules,
    )
    assert found.interval == alone.interval
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high), rel=1e-6)
    if alone.interval == "profile":
        assert found.profile[0] > found.low  # as if all tries were independent
        assert np.isnan(alone.spread)
        assert found.spread == 4.0


def test_with_few_animals_the_profile_is_used(rng: np.random.Generator) -> None:
    animal = np.repeat(np.arange(4), 60)
    hazard, crossed = draws(rng, np.array([0.1, 2.0, 0.1, 2.0])[animal], animal.size)
    found = estimate(hazard, crossed, animal)
    assert found.interval == "profile"
    assert found.spread > 2  # said, though not used
    assert (found.low, found.high) == found.profile


@pytest.mark.parametrize("case", [CASES[1], CASES[4]], ids=lambda case: case.name)
def test_intervals_hold_the_true_kappa_of_simulated_herds(case) -> None:
    found = herds(case, 60)
    table = summary(found)
    # What 95 % of coverage would give in 60 herds but once in a thousand.
    fewest = stats.binom.ppf(0.001, 60, 0.95)
    assert (table["covered"] * 60 >= fewest).all()
    assert (table["used"] * 60 >= fewest).all()
    assert (np.abs(table["median"] / table["truth"] - 1) < 0.12).all()
    if case.has_levels:
        assert (table["rejected"] > 0.8).all()


def test_lengths_of_crossing_steps_give_a_permeability_that_is_too_low() -> None:
    table = summary(herds(CASES[2], 25, law="crossing_steps"))
    assert table["truth"].item() == 1.0
    assert table["median"].item() < 0.85
    assert table["covered"].item() < 0.6


def seen(crossed: np.ndarray, mistaken: float, odds: float = 1.0) -> Seen:
    return Seen(np.full(crossed.size, odds), np.where(crossed, mistaken, 0.0))


def test_crossings_that_location_error_explains_are_no_estimate_of_a_closed_fence() -> None:
    hazard, crossed = np.full(400, -np.log(0.8)), np.arange(400) < 2
    sure = permeability(hazard, crossed, np.zeros(400, int), confidence=0.95, min_expected=5.0)
    assert sure.low > 0
    assert sure.n_sure == 2
    found = permeability(
        hazard, crossed, np.zeros(400, int), confidence=0.95, min_expected=5.0,
        seen=seen(crossed, 0.03),
    )  # fmt: skip
    assert found.interval == "upper_limit"
    assert (found.low, found.n_sure, found.n_crossings) == (0.0, 0, 2)
    # Two more than error explains: an estimate, and an interval that reaches 0.
    some = np.arange(400) < 6
    found = permeability(
        hazard, some, np.zeros(400, int), confidence=0.95, min_expected=5.0,
        seen=seen(some, 0.03),
    )  # fmt: skip
    assert 0 < found.kappa < 0.06
    assert found.low == 0.0


def test_a_dead_zone_that_hides_more_stays_than_crossings_is_allowed_for(
    rng: np.random.Generator,
) -> None:
    # Of what crosses all is seen, of what stays one half.
    hazard = rng.exponential(0.4, 20_000) + 0.01
    crossed = rng.uniform(size=hazard.size) < -np.expm1(-0.5 * hazard)
    kept = crossed | (rng.uniform(size=hazard.size) < 0.5)
    hazard, crossed = hazard[kept], crossed[kept]
    one = np.zeros(crossed.size, int)
    plain, allowed = (
        permeability(hazard, crossed, one, confidence=0.95, min_expected=5.0, seen=told)
        for told in (None, seen(crossed, 0.0, odds=2.0))
    )
    assert plain.kappa > 0.8
    assert allowed.kappa == pytest.approx(0.5, abs=0.04)
    at = maximum(hazard, crossed, np.ones((one.size, 1)), seen(crossed, 0.0, odds=2.0))[0][0]
    assert np.exp(at) == pytest.approx(allowed.kappa, rel=1e-5)
