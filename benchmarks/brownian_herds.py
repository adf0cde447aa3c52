"""Herds whose motion variance, location errors and true paths are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from corridors.foundation.arrays import Floats

GAP_MIN = 1440.0


@dataclass(frozen=True)
class Scenario:
    """How the animals of a herd move and how they are located.

    Parameters
    ----------
    name
        In words, for the table.
    s2_m2_min
        Median motion variance of the animals, m2/min; single animals vary by a third.
    lag_min
        Shortest and longest lag, minutes; lags are uniform between the two.
    cell_m
        Edge of the cells of its surfaces, m.
    drift_m_min
        Steady migration of all animals towards 60 degrees north of east, m/min.
    gap_share
        Share of the steps that last a day.
    error_m
        Location error of every fix, standard deviation per axis, m; or metres per unit of DOP,
        if ``has_dop``.
    has_dop
        Whether the error of each fix is its own: DOP between 1 and 10, median 4, known.
    n_fixes
        Fixes of each animal.
    """

    name: str
    s2_m2_min: float
    lag_min: tuple[float, float]
    cell_m: float
    drift_m_min: float = 0.0
    gap_share: float = 0.0
    error_m: float = 20.0
    has_dop: bool = False
    n_fixes: int = 121


SCENARIOS = (
    Scenario("good fixes, 1 m", 800.0, (120.0, 120.0), 100.0, error_m=1.0),
    Scenario("regular lags, 2 h", 800.0, (120.0, 120.0), 100.0),
    Scenario("irregular lags, 0.5–4 h", 800.0, (30.0, 240.0), 100.0),
    Scenario("drift, 6 km a day", 800.0, (120.0, 120.0), 200.0, drift_m_min=25 / 6),
    Scenario("gaps, one step in 20", 800.0, (120.0, 120.0), 100.0, gap_share=0.05),
    Scenario("DOP errors, 5–50 m", 300.0, (60.0, 60.0), 50.0, error_m=5.0, has_dop=True),
    Scenario("all of these", 300.0, (30.0, 240.0), 200.0, 25 / 6, 0.05, 5.0, has_dop=True),
)
FEW_FIXES = tuple(replace(SCENARIOS[1], name=f"{n} fixes", n_fixes=n) for n in (4, 6, 11, 31))


@dataclass(frozen=True)
class Animal:
    """What is true of an animal and what its collar says.

    Parameters
    ----------
    s2_m2_min
        True motion variance, m2/min.
    time_min, error_m
        Times of the fixes, minutes, and standard deviations of their errors, m, shape (n,).
    x_m, y_m
        Fixes, m, shape (n,).
    true_m
        Where the animal was at these times, m, shape (2, n).
    """

    s2_m2_min: float
    time_min: Floats
    error_m: Floats
    x_m: Floats
    y_m: Floats
    true_m: Floats


def animal(rng: np.random.Generator, scenario: Scenario) -> Animal:
    """Return one animal of a herd; herds start within some kilometres of the origin."""
    s2 = scenario.s2_m2_min * float(np.exp(rng.normal(0, 0.3)))
    lag = rng.uniform(*scenario.lag_min, scenario.n_fixes - 1)
    lag[rng.random(lag.size) < scenario.gap_share] = GAP_MIN
    heading = np.array([[0.5], [np.sqrt(0.75)]])
    step = rng.normal(0, np.sqrt(s2 * lag), (2, lag.size)) + scenario.drift_m_min * lag * heading
    true = np.cumsum(np.hstack([rng.normal(0, 1000, (2, 1)), step]), axis=1)
    error = np.full(scenario.n_fixes, scenario.error_m)
    if scenario.has_dop:
        error *= np.clip(np.exp(rng.normal(np.log(4), 0.5, error.size)), 1, 10)
    x, y = true + rng.normal(0, 1, true.shape) * error
    return Animal(s2, np.concatenate(([0.0], np.cumsum(lag))), error, x, y, true)


def path(
    rng: np.random.Generator, one: Animal, *, max_lag_min: float, n_moments: int
) -> tuple[Floats, Floats]:
    """Return the animal's true path between its fixes, and the share of time of each point.

    Parameters
    ----------
    max_lag_min
        Longer steps are left out, as by the surface.
    n_moments
        Points of each step. One lies at random within each of as many equal parts of its time, so
        that shares of time have no bias however few there are.

    Returns
    -------
    xy_m, weight
        Positions, shape (2, n_steps, n_moments), and weights, shape (n_steps, n_moments), sum 1.

    Notes
    -----
    Given the true positions at the fixes the path is a Brownian bridge, whatever the steady drift;
    it is drawn moment after moment from its exact law.
    """
    lag = np.diff(one.time_min)
    used = lag <= max_lag_min
    lag = lag[used]
    at, end = one.true_m[:, :-1][:, used], one.true_m[:, 1:][:, used]
    moment = (np.arange(n_moments)[:, None] + rng.random((n_moments, lag.size))) / n_moments
    xy = np.empty((2, lag.size, n_moments))
    past = np.zeros(lag.size)
    for k, now in enumerate(moment):
        share = (now - past) / (1 - past)
        spread = np.sqrt(lag * one.s2_m2_min * (now - past) * (1 - share))
        at = at + share * (end - at) + rng.normal(0, 1, at.shape) * spread
        xy[:, :, k] = at
        past = now
    weight = np.repeat(lag[:, None] / (lag.sum() * n_moments), n_moments, axis=1)
    return xy, weight
