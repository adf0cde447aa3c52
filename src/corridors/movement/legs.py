"""Legs of a migration and the stops between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from corridors.foundation.arrays import Floats


@dataclass(frozen=True)
class Leg:
    """A stretch of a migration without a stop: its first and last fix, and the stop after it.

    Parameters
    ----------
    first, last
        Positions of the fixes in the window's arrays.
    stop_days
        Length of the stop that follows, d; 0 after the last leg.
    """

    first: int
    last: int
    stop_days: float


def legs(
    time_d: Floats, x_m: Floats, y_m: Floats, *, min_stop_days: float, stop_radius_frac: float
) -> list[Leg]:
    """Return the legs of one migration, in order of time.

    Parameters
    ----------
    time_d, x_m, y_m
        Fixes of the window, days ascending and planar m, shape (n,), n >= 2.
    min_stop_days
        A shorter pause is no stop.
    stop_radius_frac
        Radius of a stop as a share of the distance between the first and the last fix.

    Returns
    -------
    list
        At least one leg.

    Notes
    -----
    A stop begins on the first day whose median position no later day leaves by more than the
    radius for ``min_stop_days``, and lasts until one does. One whose middle lies within the radius
    of the first or the last fix belongs to a range and is no stop. Stops whose middles lie within
    the radius are one; its ends are cut back to the fixes within a third of the radius.

    Examples
    --------
    >>> days = np.arange(30.0)
    >>> x = np.interp(days, [0, 5, 20, 29], [0, 30e3, 30e3, 90e3])
    >>> [(leg.first, leg.last, leg.stop_days) for leg in
    ...     legs(days, x, 0 * x, min_stop_days=3.0, stop_radius_frac=0.1)]
    [(0, 5, 15.0), (20, 29, 0.0)]
    """
    day = np.floor(time_d - time_d[0]).astype(int)
    begin = np.searchsorted(day, np.unique(day))
    bounds = np.append(begin, day.size)
    parts = [slice(low, high) for low, high in pairwise(bounds)]
    x, y = (np.array([np.median(axis[part]) for part in parts]) for axis in (x_m, y_m))
    radius = stop_radius_frac * float(np.hypot(x_m[-1] - x_m[0], y_m[-1] - y_m[0]))
    stops: list[_Stop] = []
    at = 1
    while at < len(parts) - 1:
        away = np.hypot(x[at:] - x[at], y[at:] - y[at]) > radius
        n = int(np.argmax(away)) if away.any() else away.size
        came, left = int(bounds[at]), int(bounds[at + n]) - 1
        if time_d[left] - time_d[came] < min_stop_days:
            at += 1
            continue
        here = _Stop(came, left, float(np.median(x[at : at + n])), float(np.median(y[at : at + n])))
        ends = (_Stop(end, end, float(x_m[end]), float(y_m[end])) for end in (0, -1))
        if all(here.apart(end) > radius for end in ends):
            if stops and here.apart(stops[-1]) <= radius:
                # One stop that began on the day of arrival, and its rest.
                here = replace(here, came=stops.pop().came)
            stops.append(here)
        at += n
    stops = [_trimmed(stop, x_m, y_m, radius / 3) for stop in stops]
    edges = [0, *(fix for stop in stops for fix in (stop.came, stop.left)), time_d.size - 1]
    rests = [float(time_d[stop.left] - time_d[stop.came]) for stop in stops]
    return [
        Leg(first, last, rest)
        for first, last, rest in zip(edges[::2], edges[1::2], [*rests, 0.0], strict=True)
    ]


@dataclass(frozen=True)
class _Stop:
    """First and last fix of a stop, and its middle."""

    came: int
    left: int
    x_m: float
    y_m: float

    def apart(self, other: _Stop) -> float:
        return float(np.hypot(self.x_m - other.x_m, self.y_m - other.y_m))


def _trimmed(stop: _Stop, x_m: Floats, y_m: Floats, radius: float) -> _Stop:
    """Return the stop from the first to the last fix near its middle: the rest is walking."""
    fixes = slice(stop.came, stop.left + 1)
    near = np.hypot(x_m[fixes] - stop.x_m, y_m[fixes] - stop.y_m) <= radius
    if not near.any():
        return stop
    inside = stop.came + np.flatnonzero(near)
    return replace(stop, came=int(inside[0]), left=int(inside[-1]))
