"""How far an animal strays to the side of the straight way between two fixes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from scipy.optimize import minimize

from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.errors import Fault, MethodError
from corridors.movement.variance import require_track

# Degrees of freedom from 1 to practically normal; the growth with the way at most that of a circle.
_TAILS = (1.0, 200.0)
_GROWTH = (1e-6, 1.0)
_DAY_MIN = 1440.0
# Steps longer than a quarter of a day do not resolve the daily round.
RESOLVED_MIN = _DAY_MIN / 4
_OFF_FRAC = 0.1
_SPAN = 1e-6


@dataclass(frozen=True)
class Straying:
    """Law of the sideways distance from the straight way.

    Parameters
    ----------
    s2_m2_min
        Variance per minute of an animal that comes back to where it was, m2/min, > 0.
    growth
        What the squared way adds to it, per way^2 / lag, >= 0.
    tails
        Degrees of freedom of Student's t, >= 1; large: normal.
    n_triplets
        Left-out fixes that it rests on.
    arm_min
        Median time from a left-out fix to those it is compared with, minutes.
    """

    s2_m2_min: float
    growth: float
    tails: float
    n_triplets: int
    arm_min: float

    def variance(self, way_m: Floats, lag_min: Floats) -> Floats:
        """Return the scale of each bridge, m2/min: ``s2 + growth way^2 / lag``."""
        return np.asarray(self.s2_m2_min + self.growth * way_m**2 / lag_min)


def straying(
    x_m: Floats,
    y_m: Floats,
    time_min: Floats,
    error_m: Floats,
    *,
    max_lag_min: float,
    min_triplets: int,
    same_hour_beyond_min: float = RESOLVED_MIN,
) -> Straying:
    """Estimate how far an animal strays to the side of the straight way between its fixes.

    Parameters
    ----------
    x_m, y_m
        Positions in one projected CRS, m, shape (n,), finite.
    time_min
        Times, minutes, shape (n,), strictly increasing.
    error_m
        Standard deviation per axis of each fix, m, shape (n,), >= 0.
    max_lag_min
        Longer steps are gaps; no triplet spans one.
    min_triplets
        Fewer left-out fixes say too little.
    same_hour_beyond_min
        Where the median step is longer, fixes are compared with those a day before and after.

    Raises
    ------
    MethodError
        Fewer than ``min_triplets`` left-out fixes.
    ValueError
        Arrays of different shape, not finite, or times that do not increase.

    Notes
    -----
    A fix is left out between two others, T apart, at the share alpha of their time. The distance
    o of the fix to the side of the straight line between them (its way D) has the law

        o ~ t_nu,  scale^2 = T alpha (1-alpha) (s2 + g D^2 / T) + e^2,

    e^2 from the location errors of the three fixes, as in
    :func:`~corridors.movement.variance.motion_variance`. Only the sideways part counts: whether an
    animal walks early or late changes when it passes a line, not where, and a net passage does not
    depend on the clock; but animals that rest and walk in turn are several times farther from
    their straight way along it than across it. Degrees of freedom nu stand for quiet and restless
    times that the fixes do not tell apart: the variance of a bridge is s2 + g D^2/L times an
    inverse-gamma variable of mean 1 in its inverse. s2, g, nu maximise the likelihood of all
    triplets together. (Overlapping triplets are not independent; the estimate stays consistent.)

    Where steps are long (by default: over six hours), a left-out fix is compared with those a day
    before and after: at other times of day animals are elsewhere, feeding or resting, and a
    triplet would take that commuting for straying.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, y = np.cumsum(rng.normal(0, np.sqrt(120 * 500.0), (2, 3000)), axis=1)
    >>> law = straying(x, y, np.arange(3000) * 120.0, np.zeros(3000),
    ...                max_lag_min=480.0, min_triplets=30)
    >>> 450 < law.s2_m2_min < 550, law.growth < 0.05, law.tails > 30
    (True, True, True)
    """
    x, y, t, error = (np.ascontiguousarray(v, np.float64) for v in (x_m, y_m, time_min, error_m))
    require_track(x, y, t, error)
    before, middle, after = _triplets(t, max_lag_min, same_hour_beyond_min)
    span = t[after] - t[before]
    share = (t[middle] - t[before]) / span
    way_x, way_y = x[after] - x[before], y[after] - y[before]
    way = np.hypot(way_x, way_y)
    # Without a way there is no side; such a fix says nothing of where.
    told = way > 0
    n = int(told.sum())
    if n < min_triplets:
        raise MethodError(
            Fault(
                "too few fixes to tell how far the animal strays from its way",
                expected=f"{min_triplets} fixes with a fix before and after them",
                got=str(n),
                cure="set intersect.bridge to brownian",
            )
        )
    off_x = x[middle] - x[before] - share * way_x
    off_y = y[middle] - y[before] - share * way_y
    side = ((off_y * way_x - off_x * way_y) / np.where(told, way, 1.0))[told]
    base = (1 - share) ** 2 * error[before] ** 2 + share**2 * error[after] ** 2 + error[middle] ** 2
    slope = (span * share * (1 - share))[told]
    s2, growth, tails = _fitted(side**2, slope, (way**2 / span)[told], base[told])
    return Straying(s2, growth, tails, n, float(np.median((span / 2)[told])))


def _triplets(t: Floats, max_lag_min: float, beyond_min: float) -> tuple[Indices, Indices, Indices]:
    """Return the fixes before, left out, and after; a day apart where steps are long."""
    if t.size < 3:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    lag = np.diff(t)
    run = np.concatenate(([0], np.cumsum(lag > max_lag_min)))
    middle = np.arange(1, t.size - 1)
    usual = lag[lag <= max_lag_min]
    if usual.size and np.median(usual) > beyond_min:
        before, after = _nearest(t, t[middle] - _DAY_MIN), _nearest(t, t[middle] + _DAY_MIN)
        one, two = t[middle] - t[before], t[after] - t[middle]
        off = np.maximum(np.abs(one - _DAY_MIN), np.abs(two - _DAY_MIN))
        keep = (off <= _OFF_FRAC * _DAY_MIN) & (run[before] == run[after])
    else:
        before, after = middle - 1, middle + 1
        keep = run[before] == run[after]
    return before[keep], middle[keep], after[keep]


def _nearest(t: Floats, wanted: Floats) -> Indices:
    """Return the index of the time nearest to each wanted one."""
    right = np.clip(np.searchsorted(t, wanted), 1, t.size - 1)
    return np.where(wanted - t[right - 1] <= t[right] - wanted, right - 1, right)


def _fitted(side2: Floats, slope: Floats, way2: Floats, base: Floats) -> tuple[float, float, float]:
    """Return s2, growth and tails of greatest likelihood."""
    usual = float(np.mean(np.maximum(side2 - base, 0.0) / slope))
    usual = max(usual, _SPAN)
    low = [math.log(usual * _SPAN), math.log(_GROWTH[0]), math.log(_TAILS[0])]
    high = [math.log(usual * 10), math.log(_GROWTH[1]), math.log(_TAILS[1])]
    start = np.array([math.log(usual / 2), math.log(0.02), math.log(4.0)])
    simplex = np.vstack([start, start + np.diag([-1.0, 1.0, 1.0])])
    search: Any = minimize  # its stubs know no bounds with a simplex
    found = search(
        lambda p: _loss(p, side2, slope, way2, base),
        start,
        method="Nelder-Mead",
        bounds=[*zip(low, high, strict=True)],
        options={"initial_simplex": simplex, "xatol": 1e-4, "fatol": 1e-6, "maxiter": 2000},
    )
    s2, growth, tails = np.exp(found.x).tolist()
    return float(s2), float(growth), float(tails)


@njit(cache=True, nogil=True)
def _loss(p: Floats, side2: Floats, slope: Floats, way2: Floats, base: Floats) -> float:
    """Return minus the log-likelihood, up to a constant."""
    s2, growth, nu = math.exp(p[0]), math.exp(p[1]), math.exp(p[2])
    total = 0.0
    for i in range(side2.size):
        v = slope[i] * (s2 + growth * way2[i]) + base[i]
        total += 0.5 * math.log(v) + 0.5 * (nu + 1) * math.log1p(side2[i] / (nu * v))
    constant = math.lgamma(0.5 * (nu + 1)) - math.lgamma(0.5 * nu) - 0.5 * math.log(nu)
    return total - side2.size * constant
