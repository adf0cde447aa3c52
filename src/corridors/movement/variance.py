"""Motion variance of a track: how far an animal strays from straight lines between its fixes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numba import njit

from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.compiled import to_read
from corridors.foundation.errors import Fault
from corridors.movement.refusals import NoSurfaceError, Refusal, no_movement

Form = Literal["corrected", "horne", "bbmm3"]

# Span of the search below its upper end; a maximum below it moves the animal by less than a
# millionth of what its fixes show, which is "no movement" and not a small number.
_SPAN = 1e-12
# Steps of a third of an e-fold: one left-out fix alone has a maximum wider than one e-fold.
_N_SCAN = 84
# Half the 95 % point of chi-square with one degree of freedom.
_HALF_CHI2_95 = 1.9207294103470658


@dataclass(frozen=True)
class MotionVariance:
    """Motion variance of one track.

    Parameters
    ----------
    s2_m2_min
        Brownian motion variance per axis, m2/min, > 0.
    n_triplets
        Left-out fixes that it rests on.
    s2_low_m2_min, s2_high_m2_min
        95 % interval of the variance, m2/min; the low end is 0 where location error alone explains
        the fixes nearly as well.
    """

    s2_m2_min: float
    n_triplets: int
    s2_low_m2_min: float
    s2_high_m2_min: float


def motion_variance(
    x_m: Floats,
    y_m: Floats,
    time_min: Floats,
    error_m: Floats,
    *,
    max_lag_min: float,
    form: Form,
) -> MotionVariance:
    """Estimate the Brownian motion variance by leaving out every second fix.

    Parameters
    ----------
    x_m, y_m
        Positions in one projected CRS, m, shape (n,), finite.
    time_min
        Times, minutes, shape (n,), strictly increasing.
    error_m
        Standard deviation per axis of each fix, m, shape (n,), >= 0.
    max_lag_min
        Longer steps are gaps, minutes; ``inf``: no step is.
    form
        ``corrected``: the left-out fix has a location error too. ``horne``: as published, without
        it (biased where the error is not small against the movement). ``bbmm3``: as ``horne`` but
        weighted by the lag after the fix instead of the one before, and with the gap rule of that
        program; only to compare with it.

    Raises
    ------
    MethodError
        No three fixes in a row without a gap; or the likelihood has its maximum at no movement
        at all, because the fixes scatter less than the location error alone explains.
    ValueError
        Arrays of different shape, not finite, or times that do not increase.

    Notes
    -----
    Fix i is left out between its neighbours, T = L(i-1) + L(i), alpha = L(i-1) / T, and its
    distance r from the point alpha of the way has per axis the variance

        v = T alpha (1-alpha) s2 + (1-alpha)^2 d(i-1)^2 + alpha^2 d(i+1)^2 + d(i)^2

    (last term in ``corrected`` only). The estimate maximises the sum of -ln(2 pi v) - r^2/(2v)
    over i = 2, 4, ... of each run of fixes without a gap, to 1e-12 relative. The likelihood of
    a track may have several maxima; the whole range in which a maximum can lie is scanned.
    Horne et al. 2007, Ecology 88:2354.

    The interval holds every s2 whose log-likelihood is within 1.92 (half the 95 % point of
    chi-square, one degree of freedom) of the maximum; where these are several stretches, it
    reaches from the lowest to the highest. Residuals of alternate fixes are independent but for
    the location error of the fix that two triplets share, which the likelihood leaves out:
    with even lags and errors it makes the interval 3 % too narrow at worst (no movement).

    Examples
    --------
    A fix 30 m beside the middle of two others, 10 min away, without location error: the best
    s2 satisfies T/4 s2 = r^2/2, so s2 = 450/5.

    >>> one = motion_variance(np.array([0.0, 50.0, 100.0]), np.array([0.0, 30.0, 0.0]),
    ...                       np.array([0.0, 10.0, 20.0]), np.zeros(3),
    ...                       max_lag_min=60.0, form="corrected")
    >>> round(one.s2_m2_min, 9), one.n_triplets
    (90.0, 1)
    >>> round(one.s2_low_m2_min, 1), round(one.s2_high_m2_min, 1)  # one fix says little
    (20.4, 1577.3)
    """
    x, y, t, error = (to_read(np.asarray(v, np.float64)) for v in (x_m, y_m, time_min, error_m))
    require_track(x, y, t, error)
    if form not in ("corrected", "horne", "bbmm3"):
        raise ValueError(f"form must be corrected, horne or bbmm3, got {form!r}")
    middle = _bbmm3_fixes(t, max_lag_min) if form == "bbmm3" else _alternate_fixes(t, max_lag_min)
    if middle.size == 0:
        raise NoSurfaceError(
            Fault(
                "no motion variance: no three fixes in a row without a long gap",
                expected=f"three successive fixes with lags up to {max_lag_min:g} min",
                got=f"{t.size} fixes",
                cure="raise occurrence.max_lag_h or use method fmv",
            ),
            Refusal("no_three_in_a_row", t.size),
        )
    r2, slope, base = left_out(x, y, t, error, middle, form=form)
    s2, low, high = _maximum(r2, slope, base)
    if not s2 > 0:
        raise no_movement("motion variance", r2, error)
    return MotionVariance(s2, int(middle.size), low, high)


def left_out(
    x_m: Floats,
    y_m: Floats,
    time_min: Floats,
    error_m: Floats,
    middle: Indices,
    *,
    form: Form,
) -> tuple[Floats, Floats, Floats]:
    """Return what each left-out fix says of the variance.

    Parameters
    ----------
    x_m, y_m, time_min, error_m, form
        As in :func:`motion_variance`.
    middle
        Indices of the fixes left out, each with a neighbour on both sides.

    Returns
    -------
    r2, slope, base
        Squared distance from its expected place, m2; its variance is ``slope * s2 + base``, min
        and m2.
    """
    require_track(x_m, y_m, time_min, error_m)
    before, after = middle - 1, middle + 1
    span = time_min[after] - time_min[before]
    lag = (
        time_min[after] - time_min[middle]
        if form == "bbmm3"
        else time_min[middle] - time_min[before]
    )
    share = lag / span
    r2 = (x_m[middle] - x_m[before] - share * (x_m[after] - x_m[before])) ** 2 + (
        y_m[middle] - y_m[before] - share * (y_m[after] - y_m[before])
    ) ** 2
    slope = span * share * (1 - share)
    base = (1 - share) ** 2 * error_m[before] ** 2 + share**2 * error_m[after] ** 2
    if form == "corrected":
        base = base + error_m[middle] ** 2
    return r2, slope, base


def require_track(x_m: Floats, y_m: Floats, time_min: Floats, error_m: Floats) -> None:
    """Refuse arrays that are no track.

    Parameters
    ----------
    x_m, y_m, time_min, error_m
        Positions (m), times (minutes) and standard deviations (m) of the fixes, shape (n,).

    Raises
    ------
    ValueError
        Of different shape, not finite, times that do not increase, negative errors.
    """
    if not (x_m.ndim == 1 and x_m.shape == y_m.shape == time_min.shape == error_m.shape):
        raise ValueError("x_m, y_m, time_min and error_m must be 1-D and of the same length")
    if not all(np.isfinite(v).all() for v in (x_m, y_m, time_min, error_m)):
        raise ValueError("positions, times and errors must be finite")
    if (np.diff(time_min) <= 0).any():
        raise ValueError("times must increase strictly")
    if (error_m < 0).any():
        raise ValueError("error_m must not be negative")


def _alternate_fixes(t: Floats, max_lag_min: float) -> Indices:
    """Return every second interior fix, counted anew in each run without a gap."""
    is_gap = np.diff(t) > max_lag_min
    starts = np.concatenate(([0], np.flatnonzero(is_gap) + 1))
    run = np.concatenate(([0], np.cumsum(is_gap)))
    index = np.arange(t.size)
    is_last = np.concatenate((is_gap, [True]))
    return np.flatnonzero(((index - starts[run]) % 2 == 1) & ~is_last)


@njit(cache=True, nogil=True)
def _bbmm3_fixes(t: Floats, max_lag_min: float) -> Indices:
    """Return the fixes that BBMM 3.0 leaves out: a long mean lag moves it on by one fix."""
    out = np.empty(t.size, np.int64)
    n = 0
    i = 1
    while i < t.size - 1:
        if (t[i + 1] - t[i - 1]) / 2 >= max_lag_min:
            i += 1
            continue
        out[n] = i
        n += 1
        i += 2
    return out[:n]


@njit(cache=True, nogil=True)
def _log_likelihood(s2: float, r2: Floats, slope: Floats, base: Floats) -> float:
    """Return the log-likelihood up to a constant; -inf where a variance is 0."""
    total = 0.0
    for i in range(r2.size):
        v = slope[i] * s2 + base[i]
        if v <= 0.0:
            return -np.inf
        total -= math.log(v) + r2[i] / (2 * v)
    return total


@njit(cache=True, nogil=True)
def _score(s2: float, r2: Floats, slope: Floats, base: Floats) -> float:
    """Return the derivative of the log-likelihood."""
    total = 0.0
    for i in range(r2.size):
        v = slope[i] * s2 + base[i]
        total += slope[i] * (r2[i] / (2 * v) - 1) / v
    return total


@njit(cache=True, nogil=True)
def _maximum(r2: Floats, slope: Floats, base: Floats) -> tuple[float, float, float]:
    """Return the s2 of greatest likelihood, or 0 where that is at or below the lower bound.

    Its 95 % interval goes with it. Each term has its maximum at (r2/2 - base) / slope, so no
    maximum lies above the largest of these. The best point of a logarithmic scan brackets the
    maximum; the score is bisected there.
    """
    upper = 0.0
    for i in range(r2.size):
        upper = max(upper, (r2[i] / 2 - base[i]) / slope[i])
    if upper <= 0.0:
        return 0.0, 0.0, 0.0
    step = -math.log(_SPAN) / (_N_SCAN - 1)
    top = math.log(upper) + step
    values = np.empty(_N_SCAN + 1)
    for k in range(_N_SCAN + 1):
        values[k] = _log_likelihood(math.exp(top - step * k), r2, slope, base)
    best = int(np.argmax(values))
    at_zero = _log_likelihood(0.0, r2, slope, base)
    if best == _N_SCAN or at_zero >= values[best]:
        return 0.0, 0.0, 0.0
    low = top - step * (best + 1)
    high = low + 2 * step
    for _ in range(60):
        middle = (low + high) / 2
        if _score(math.exp(middle), r2, slope, base) > 0:
            low = middle
        else:
            high = middle
    log_s2 = (low + high) / 2
    low, high = _interval(log_s2, values, top, step, at_zero, r2, slope, base)
    return math.exp(log_s2), low, high


@njit(cache=True, nogil=True)
def _interval(
    log_s2: float,
    values: Floats,
    top: float,
    step: float,
    at_zero: float,
    r2: Floats,
    slope: Floats,
    base: Floats,
) -> tuple[float, float]:
    """Return the ends of the 95 % interval; ``values[k]`` is the scan at ``top - k step``."""
    needed = _log_likelihood(math.exp(log_s2), r2, slope, base) - _HALF_CHI2_95
    inside = log_s2
    outside = top - step * math.floor((top - log_s2) / step)
    for k in range(_N_SCAN, -1, -1):
        if values[k] >= needed and top - step * k > log_s2:
            inside, outside = top - step * k, top - step * (k - 1)
    # Above the scan the likelihood only falls.
    while _log_likelihood(math.exp(outside), r2, slope, base) >= needed:
        inside, outside = outside, outside + step
    high = _end(inside, outside, needed, r2, slope, base)
    if at_zero >= needed or values[_N_SCAN] >= needed:
        return 0.0, high
    inside = log_s2
    outside = top - step * math.ceil((top - log_s2) / step)
    for k in range(_N_SCAN):
        if values[k] >= needed and top - step * k < log_s2:
            inside, outside = top - step * k, top - step * (k + 1)
    return _end(inside, outside, needed, r2, slope, base), high


@njit(cache=True, nogil=True)
def _end(
    inside: float, outside: float, needed: float, r2: Floats, slope: Floats, base: Floats
) -> float:
    """Return where between two logarithms of s2 the log-likelihood falls below ``needed``."""
    for _ in range(40):
        middle = (inside + outside) / 2
        if _log_likelihood(math.exp(middle), r2, slope, base) >= needed:
            inside = middle
        else:
            outside = middle
    return math.exp(inside)
