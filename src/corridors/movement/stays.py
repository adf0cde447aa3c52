"""Stays of an animal: between the change points of its daily positions.

Source: METHODS section 3; change points by PELT (Killick et al. 2012, doi
10.1080/01621459.2012.737745) in the package ruptures (Truong et al. 2020, doi
10.1016/j.sigpro.2019.107299).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from corridors.foundation.arrays import Floats, Indices
from corridors.movement.displacement import daily_median

# Shorter pieces between two change points cannot be told from days on the way.
_MIN_PIECE_DAYS = 2
# Two coordinates and the day of a change: what each change point adds to a description.
_PARAMETERS = 3
# Days over which steps are compared with those over one.
_LATER_D = 8
# Lower quartile of the sum of two squared normal values of variance 1.
_QUARTILE_OF_TWO = 2.0 * float(np.log(4.0 / 3.0))
# A stop lengthens the way by no more than this share.
_DETOUR_FRAC = 0.25


@dataclass(frozen=True)
class Stay:
    """A time in one place.

    Parameters
    ----------
    first_d, last_d
        Its first and last day with a fix.
    x_m, y_m
        Mean of its daily positions.
    spread_km
        Median distance of these from it.
    """

    first_d: float
    last_d: float
    x_m: float
    y_m: float
    spread_km: float

    def since(self, day: float) -> Stay:
        """Return it with days that count from another one."""
        return replace(self, first_d=self.first_d - day, last_d=self.last_d - day)

    def km_to(self, other: Stay) -> float:
        """Return the distance to another stay, km."""
        return float(np.hypot(self.x_m - other.x_m, self.y_m - other.y_m)) / 1000.0


class Daily(NamedTuple):
    """One position per day that has fixes: mean time, d, and medians, m."""

    time_d: Floats
    x_m: Floats
    y_m: Floats

    @classmethod
    def of(cls, time_d: Floats, x_m: Floats, y_m: Floats) -> Daily:
        """Return the days of a track, times in days, ascending."""
        day, x = daily_median(time_d, x_m)
        return cls(day, x, daily_median(time_d, y_m)[1])


def long_run_variance(daily: Daily, *, memory_d: float) -> float:
    """Return the variance per axis, m2, that a mean of n days has n times over.

    Parameters
    ----------
    daily
        Days of an animal.
    memory_d
        What is kept for longer is a place and no noise, d.

    Notes
    -----
    Positions in a range are alike from day to day: as a first-order autoregression with variance
    s2 and correlation r they have s2 (1 + r) / (1 - r). Both are told from the lower quartiles of
    the squared steps over one day and over eight, which the days of a few moves hardly change:
    these are 2 s2 (1 - r) and 2 s2 (1 - r^8), up to one factor. r is at most exp(-1 / memory_d).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, y = rng.normal(0.0, 100.0, (2, 3000))
    >>> x[1500:] += 50_000.0
    >>> 0.9e4 < long_run_variance(Daily(np.arange(3000.0), x, y), memory_d=15.0) < 1.1e4
    True
    """
    one, later = _mean_square(daily, 1), _mean_square(daily, _LATER_D)
    most = float(np.exp(-1.0 / memory_d))
    if one <= 0.0 or later <= one:
        alike = 0.0
    elif later / one >= _ratio(most):
        alike = most
    else:
        alike = float(brentq(lambda r: _ratio(r) - later / one, 0.0, most))
    return one / (2.0 * (1.0 - alike)) * (1.0 + alike) / (1.0 - alike)


def _ratio(alike: float) -> float:
    """Return (1 - r^8) / (1 - r)."""
    return float(sum(alike**k for k in range(_LATER_D)))


def _mean_square(daily: Daily, lag: int) -> float:
    """Return the mean square per axis, m2, of steps over so many days, told from the quartile."""
    days = np.floor(daily.time_d)
    whole = days[lag:] - days[:-lag] == lag
    if not whole.any():
        return 0.0
    x, y = ((axis[lag:] - axis[:-lag])[whole] for axis in daily[1:])
    return float(np.quantile(x**2 + y**2, 0.25)) / _QUARTILE_OF_TWO


def stays(daily: Daily, *, apart_km: float, min_days: float) -> list[Stay]:
    """Return where an animal stayed, in order of time.

    Parameters
    ----------
    daily
        Its days, of one part of its track.
    apart_km
        Places nearer to each other are one.
    min_days
        A shorter time in a place is an excursion, or a part of a way.

    Notes
    -----
    Daily positions are cut where a new mean lessens the sum of squares by more than 3 S ln n: the
    Bayesian information criterion for two coordinates and a day, with the long-run variance S of
    the track itself, in which nothing lasts longer than ``min_days``. Pieces that follow each
    other nearer than ``apart_km`` become one, the nearest first; then the short ones are left
    out, and what they parted becomes one likewise.
    """
    if daily.time_d.size < 2 * _MIN_PIECE_DAYS:
        return []
    pieces = _merged(daily, _pieces(daily, min_days), apart_km)
    long = [
        piece for piece in pieces if daily.time_d[piece[-1]] - daily.time_d[piece[0]] >= min_days
    ]
    return [_stay(daily, piece) for piece in _merged(daily, long, apart_km)]


def without_stops(
    found: Sequence[Stay], home: Sequence[Stay], *, max_stop_days: float
) -> list[Stay]:
    """Return stays without those on the way, which they lengthen by no more than a quarter.

    Who is in a place for ``max_stop_days`` has a range there. A stay at ``home`` is no stop
    either, although it may lie between two other places.
    """
    kept = list(found)
    at = 1
    while at < len(kept) - 1:
        before, here, after = kept[at - 1 : at + 2]
        way = before.km_to(here) + here.km_to(after)
        is_short = here.last_d - here.first_d < max_stop_days and here not in home
        if is_short and way <= (1.0 + _DETOUR_FRAC) * before.km_to(after):
            del kept[at]
            at = max(at - 1, 1)
        else:
            at += 1
    return kept


def _pieces(daily: Daily, memory_d: float) -> list[Indices]:
    """Return the days of each piece between change points."""
    # Half a second to import, and most tracks need no change points.
    from ruptures import KernelCPD

    n = daily.time_d.size
    km = np.column_stack([daily.x_m - daily.x_m.mean(), daily.y_m - daily.y_m.mean()]) / 1000.0
    penalty = _PARAMETERS * long_run_variance(daily, memory_d=memory_d) / 1e6 * np.log(n)
    ends = KernelCPD(kernel="linear", min_size=_MIN_PIECE_DAYS).fit(km).predict(pen=penalty)
    return [np.arange(low, high) for low, high in pairwise([0, *map(int, ends)])]


def _merged(daily: Daily, pieces: list[Indices], apart_km: float) -> list[Indices]:
    out = list(pieces)
    while len(out) > 1:
        middle = np.array([[axis[piece].mean() for axis in daily[1:]] for piece in out])
        gaps = np.hypot(*np.diff(middle, axis=0).T) / 1000.0
        at = int(np.argmin(gaps))
        if gaps[at] >= apart_km:
            break
        out[at : at + 2] = [np.concatenate(out[at : at + 2])]
    return out


def _stay(daily: Daily, piece: Indices) -> Stay:
    x, y = daily.x_m[piece], daily.y_m[piece]
    at = float(x.mean()), float(y.mean())
    spread = float(np.median(np.hypot(x - at[0], y - at[1]))) / 1000.0
    return Stay(float(daily.time_d[piece[0]]), float(daily.time_d[piece[-1]]), *at, spread)
