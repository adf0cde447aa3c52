"""Legs of a migration and the stops between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]


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
    time_d: Float, x_m: Float, y_m: Float, *, min_stop_days: float, stop_radius_frac: float
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
    radius for ``min_stop_days``, and lasts until one does. One that begins with the window or
    lasts to its end belongs to the range, and the leg beside it is short but there.

    Examples
    --------
    >>> days = np.arange(30.0)
    >>> x = np.interp(days, [0, 5, 20, 29], [0, 30e3, 30e3, 90e3])
    >>> [(leg.first, leg.last, leg.stop_days) for leg in
    ...     legs(days, x, 0 * x, min_stop_days=3.0, stop_radius_frac=0.1)]
    [(0, 4, 16.0), (20, 29, 0.0)]
    """
    day = np.floor(time_d - time_d[0]).astype(int)
    begin = np.searchsorted(day, np.unique(day))
    bounds = np.append(begin, day.size)
    parts = [slice(low, high) for low, high in pairwise(bounds)]
    x, y = (np.array([np.median(axis[part]) for part in parts]) for axis in (x_m, y_m))
    radius = stop_radius_frac * float(np.hypot(x_m[-1] - x_m[0], y_m[-1] - y_m[0]))
    out: list[Leg] = []
    first, at = 0, 1
    while at < len(parts) - 1:
        away = np.hypot(x[at:] - x[at], y[at:] - y[at]) > radius
        n = int(np.argmax(away)) if away.any() else away.size
        came, left = int(bounds[at]), int(bounds[at + n]) - 1
        if n < 2 or at + n >= len(parts) or time_d[left] - time_d[came] < min_stop_days:
            at += 1
            continue
        out.append(Leg(first, came, float(time_d[left] - time_d[came])))
        first, at = left, at + n
    out.append(Leg(first, time_d.size - 1, 0.0))
    return out
