"""The track of an animal: its usable fixes in order of time, each with its location error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Floats, Frame, Indices, Integers, Microseconds, Times
from corridors.foundation.clock import microseconds

_US_PER_MIN = 60_000_000


@dataclass(frozen=True)
class Track:
    """Usable fixes of one animal or window, in order of time.

    Parameters
    ----------
    x_m, y_m
        Working CRS, m, shape (n,).
    time_us
        Microseconds since 1970 UTC, ascending, shape (n,).
    error_m
        Standard deviation per axis of each position, m, shape (n,); NaN is unknown.
    """

    x_m: Floats
    y_m: Floats
    time_us: Microseconds
    error_m: Floats

    def __len__(self) -> int:
        return self.time_us.size

    @property
    def time_utc(self) -> Times:
        """The times as UTC, with microseconds."""
        return self.time_us.view("datetime64[us]")

    @property
    def time_min(self) -> Floats:
        """Minutes since the first fix."""
        return (self.time_us - self.time_us[:1]) / _US_PER_MIN

    def within(self, start_us: int, end_us: int) -> Track:
        """Return the fixes from start to end, both included."""
        first, last = np.searchsorted(self.time_us, [start_us, end_us + 1])
        part = slice(int(first), int(last))
        return Track(self.x_m[part], self.y_m[part], self.time_us[part], self.error_m[part])

    def with_error(self, error_m: float) -> Track:
        """Return the same fixes, each with one location error, m."""
        return Track(self.x_m, self.y_m, self.time_us, np.full(len(self), error_m))


def location_error_m(dop: Floats, *, error_m: float, error_per_dop_m: float | None) -> Floats:
    """Return the location error of each fix, m, shape (n,).

    Parameters
    ----------
    dop
        Dilution of precision, shape (n,); NaN, 0 or less is unknown.
    error_m
        The error of a fix whose dilution is unknown or not asked for, m.
    error_per_dop_m
        The error at a dilution of 1, m; None: every fix has ``error_m``.

    Examples
    --------
    >>> location_error_m(np.array([2.0, np.nan, 0.0]), error_m=20.0, error_per_dop_m=5.0).tolist()
    [10.0, 20.0, 20.0]
    """
    if error_per_dop_m is None:
        return np.full(dop.size, float(error_m))
    return np.where(dop > 0, error_per_dop_m * dop, error_m)


def usable(fixes: Frame) -> Frame:
    """Return the usable rows of CLEAN_FIXES, in their order: those with a burst."""
    return fixes[fixes["burst"] >= 0]


def usable_rows(burst: Integers, time_us: Microseconds) -> Indices:
    """Return the rows of an animal's usable fixes in order of time.

    Parameters
    ----------
    burst
        As in CLEAN_FIXES, -1 where a fix is not usable, shape (n,).
    time_us
        Microseconds since 1970 UTC, shape (n,). Fixes of one time stay in their order.

    Examples
    --------
    >>> usable_rows(np.array([0, -1, 0]), np.array([20, 15, 10])).tolist()
    [2, 0]
    """
    rows = np.flatnonzero(burst >= 0)
    return rows[np.argsort(time_us[rows], kind="stable")]


def tracks(fixes: pd.DataFrame, *, error_m: Floats) -> Iterator[tuple[str, Track, Indices]]:
    """Yield each animal, sorted by name, with its track and the rows that it is made of.

    Parameters
    ----------
    fixes
        Usable fixes: ``animal time_utc x_m y_m``, in any order.
    error_m
        Location error of each fix, m, shape (n,).
    """
    time_us = microseconds(fixes["time_utc"])
    x_m, y_m = (fixes[name].to_numpy(float) for name in ("x_m", "y_m"))
    number, names = pd.factorize(fixes["animal"], sort=True)
    order = np.lexsort((time_us, number))
    edges = np.searchsorted(number[order], np.arange(1, len(names)))
    for name, rows in zip(names, np.split(order, edges), strict=False):
        yield str(name), Track(x_m[rows], y_m[rows], time_us[rows], error_m[rows]), rows
