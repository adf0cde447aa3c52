"""Permeability of barriers: how much more rarely animals cross than if the barrier were not there.

The chance of a step to cross is 1 - s^kappa, where s is the chance that a null step stays
(:mod:`corridors.barriers.null_steps`) and kappa = exp(X b): 0 is closed, 1 no effect, above 1 the
animals seek it (Barbour & Gurarie, doi 10.1111/2041-210x.70339).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize, stats

from corridors.barriers.kappa_likelihood import (
    HIGHEST,
    LOWEST,
    Seen,
    log_likelihood,
    seen_chance,
    slopes,
)
from corridors.barriers.unit_spread import Spread, unit_spread
from corridors.foundation.arrays import Flags, Floats, Indices

Interval = Literal["profile", "units", "upper_limit", "lower_limit", "none"]

_MIN_UNITS = 5  # with fewer the spread between units is anybody's guess
_LEAST = 0.25  # of the variance of independent tries: what units that are alike by chance leave
_DOUBT = 1e-3  # a crossing more likely mistaken than this is not sure


@dataclass(frozen=True)
class Kappa:
    """Permeability of one group of tries.

    Parameters
    ----------
    n_steps, n_crossings, n_animals, n_units
        Tries, those that crossed, animals with a try, and independent units with one.
    expected
        Crossings to be expected if the barrier were not there: the sum of 1 - s.
    kappa
        Estimate; NaN where none, or every one, of the tries crossed, or the data are too few.
    profile
        Interval of the profile likelihood, or the one-sided limit with 0 or inf on its other side.
    low, high
        Interval to be used.
    interval
        Which: ``units``: from the differences between units; ``profile``, wider where animals
        travel together: too few units to tell; ``upper_limit``, ``lower_limit``: one-sided;
        ``none``: too few data.
    spread
        Variance of ln kappa between units over that of independent tries. Of one unit alone the
        animals in it; NaN where that is one.
    n_sure
        Crossings that location error cannot have made.
    share, share_low, share_high
        Share of the crossings of free animals that still happen, 0...1: the permeability.
    """

    n_steps: int
    n_crossings: int
    n_animals: int
    n_units: int
    expected: float
    kappa: float
    profile: tuple[float, float]
    low: float
    high: float
    interval: Interval
    spread: float
    n_sure: int
    share: float
    share_low: float
    share_high: float


def permeability(
    hazard: Floats,
    crossed: Flags,
    animal: Indices,
    *,
    confidence: float,
    min_expected: float,
    seen: Seen | None = None,
    unit: Indices | None = None,
) -> Kappa:
    """Estimate one permeability with its interval.

    Parameters
    ----------
    hazard, crossed
        From :func:`corridors.barriers.null_steps.informative`, shape (n,).
    animal
        Whose try it is, any integers, shape (n,).
    confidence
        Of the interval, e.g. 0.95.
    min_expected
        With fewer crossings to be expected without the barrier nothing is estimated.
    seen
        What is seen of the tries; None: all.
    unit
        Independent unit of each try, any integers, shape (n,): animals that travel together are
        one. None: each animal is one.

    Notes
    -----
    The interval holds each kappa that a likelihood-ratio test would not reject. Where no try
    crossed the likelihood s^kappa has its maximum at 0, which is no estimate: the upper limit is
    the kappa that would have led to no crossing with probability 1 - confidence, ln(1 / (1 -
    confidence)) / sum(h). Where each crossed, the lower limit is found likewise. Crossings that
    location error explains as well are none: the maximum is at 0 then too.

    Tries of one unit are not independent. With five units or more the scores of the units give the
    variance between them (sandwich); the likelihood ratio is divided by what it is of the model's
    variance (Chandler & Bate 2007, doi 10.1093/biomet/asm015) and compared with Student's t, whose
    degrees of freedom say how well units of these sizes tell it
    (:func:`~corridors.barriers.unit_spread.unit_spread`). Few units may be alike by chance; at
    least half of the profile's width is left. The wider of this and the profile would hold too
    often: in 99 % of herds of like animals.

    With fewer units animals of one unit count as if they did the same: the logarithm of the
    likelihood is divided by the animals of a unit, in the mean over tries. So are limits.

    Examples
    --------
    Ten tries with an even chance of crossing, of which two cross; twenty of which none does:

    >>> even = np.full(10, np.log(2))
    >>> found = permeability(even, np.arange(10) < 2, np.zeros(10, int), confidence=0.95,
    ...                      min_expected=5)
    >>> round(found.kappa, 3), round(found.share, 3), found.interval
    (0.322, 0.4, 'profile')
    >>> closed = permeability(np.tile(even, 2), np.zeros(20, bool), np.zeros(20, int),
    ...                       confidence=0.95, min_expected=5)
    >>> closed.kappa, round(closed.high, 3), closed.interval
    (nan, 0.216, 'upper_limit')

    The two may have been put on the other side by location error:

    >>> doubted = Seen(np.ones(10), np.where(np.arange(10) < 2, 0.05, 0.0))
    >>> found = permeability(even, np.arange(10) < 2, np.zeros(10, int), confidence=0.95,
    ...                      min_expected=5, seen=doubted)
    >>> round(found.kappa, 2), round(found.low, 2), found.n_sure
    (0.29, 0.02, 0)
    """
    n, n_crossed = int(crossed.size), int(crossed.sum())
    n_animals = int(np.unique(animal).size)
    own = animal if unit is None else unit
    n_units, alike = int(np.unique(own).size), _alike(animal, own)
    told = seen if seen is not None else Seen.all_of(n)
    free = seen_chance(hazard, told.odds)
    expected = float(free.sum())
    n_sure = int((crossed & (told.mistaken < _DOUBT)).sum())
    nan, error = float("nan"), 1.0 - confidence

    def at(b: float) -> float:
        return log_likelihood(b, hazard, crossed, told)

    def result(
        kappa: float,
        profile: tuple[float, float],
        used: tuple[float, float],
        interval: Interval,
        spread: float = nan,
    ) -> Kappa:
        shares = [share_of(value, hazard) for value in (kappa, *used)]
        return Kappa(
            n, n_crossed, n_animals, n_units, expected, kappa, profile, *used, interval, spread,
            n_sure, *shares,
        )  # fmt: skip

    if expected < min_expected:
        return result(nan, (nan, nan), (nan, nan), "none")
    if n_crossed == n:
        root = _root(lambda b: at(b) - alike * float(np.log(error)), LOWEST, HIGHEST)
        limit = (float(np.exp(root)), float("inf"))
        return result(nan, limit, limit, "lower_limit")
    best = _highest(at)
    if best == LOWEST:
        closed = at(LOWEST) + alike * float(np.log(error))
        limit = (0.0, float(np.exp(_root(lambda b: at(b) - closed, LOWEST, HIGHEST))))
        return result(nan, limit, limit, "upper_limit")
    top = at(best)

    def bounds(drop: float) -> tuple[float, float]:
        def below(b: float) -> float:
            return at(b) - (top - drop / 2)

        low, high = (_root(below, *ends) for ends in ((LOWEST, best), (best, HIGHEST)))
        return 0.0 if low == LOWEST else float(np.exp(low)), float(np.exp(high))

    drop = float(stats.chi2.ppf(confidence, 1))
    profile = bounds(drop)
    between = _spread(best, hazard, crossed, own, told, alike)
    if n_units >= _MIN_UNITS and np.isfinite(between.ratio):
        wide = max(_LEAST * alike, between.ratio)
        wide *= float(stats.t.ppf(1 - error / 2, between.freedom)) ** 2
        return result(float(np.exp(best)), profile, bounds(wide), "units", between.ratio)
    spread = alike if n_units == 1 and n_animals > 1 else between.ratio
    return result(float(np.exp(best)), profile, bounds(drop * alike), "profile", spread)


def _alike(animal: Indices, unit: Indices) -> float:
    """Return how many animals the unit of a try has, mean over tries; 1 without any."""
    if not animal.size:
        return 1.0
    pairs, row = np.unique(np.column_stack([unit, animal]), axis=0, return_inverse=True)
    _, own, count = np.unique(pairs[:, 0], return_inverse=True, return_counts=True)
    return float(count[own][row.ravel()].mean())


def _highest(at: Callable[[float], float]) -> float:
    """Return the ln kappa of greatest likelihood; the lowest where that is as likely."""
    grid = np.linspace(-12.0, 6.0, 73)
    values = np.array([at(float(b)) for b in grid])
    k = int(values.argmax())
    if at(LOWEST) >= values[k] - 1e-9:
        return LOWEST
    ends = (float(grid[max(0, k - 1)]), float(grid[min(grid.size - 1, k + 1)]))
    found = optimize.minimize_scalar(
        lambda b: -at(b), bounds=ends, method="bounded", options={"xatol": 1e-9}
    )
    return float(found.x)


def share_of(kappa: float, hazard: Floats) -> float:
    """Return the share of the crossings of free animals that still happen, at most 1.

    Notes
    -----
    pi = sum(1 - s^kappa) / sum(1 - s): of the steps that would have crossed the line if it were
    not a barrier, the share that does. NaN for kappa NaN.

    Examples
    --------
    >>> round(share_of(0.5, np.array([0.01])), 2), share_of(3.0, np.array([0.01]))
    (0.5, 1.0)
    """
    free = -np.expm1(-hazard)
    if not free.size or np.isnan(kappa):
        return float("nan")
    return float(min(1.0, (-np.expm1(-kappa * hazard)).sum() / free.sum()))


def _spread(
    best: float, hazard: Floats, crossed: Flags, unit: Indices, seen: Seen, alike: float
) -> Spread:
    """Return the variance of ln kappa between units over that of independent tries."""
    _, own = np.unique(unit, return_inverse=True)
    score, information = (
        np.asarray(np.bincount(own, weights=one), np.float64)
        for one in slopes(np.exp(best) * hazard, hazard, crossed, seen)
    )
    return unit_spread(score, information, alike=alike)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where ``function`` of ln kappa changes its sign; the farther end where nowhere."""
    if function(low) * function(high) > 0:
        return low if low == LOWEST else high
    return float(optimize.brentq(function, low, high, xtol=1e-10))
