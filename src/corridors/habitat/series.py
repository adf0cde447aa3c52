"""Grids with dates: what of them counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

import numpy as np

from corridors.foundation.arrays import Floats

Statistic = Literal["mean", "min", "max", "sd"]


def reduce_series(
    grids: Iterable[tuple[date, Floats]], *, statistic: Statistic
) -> tuple[Floats, list[date]]:
    """Return a statistic of the known values of each cell, and the dates.

    Parameters
    ----------
    grids
        Date and values (ny, nx), NaN: no data; at least one. One is held at a time.
    statistic
        ``sd`` is the standard deviation of the values at hand (n, not n - 1).

    Returns
    -------
    array (ny, nx)
        NaN where no date has data.
    list
        The dates in the order they came.

    Notes
    -----
    Mean and variance are updated value by value (Welford 1962, doi:10.2307/1266577), so that
    large values do not cancel.

    Examples
    --------
    >>> one, two = np.array([[1.0, np.nan]]), np.array([[4.0, 2.0]])
    >>> days = [(date(2005, 5, 1), one), (date(2005, 6, 1), two)]
    >>> reduce_series(days, statistic="mean")[0]
    array([[2.5, 2. ]])
    >>> reduce_series(days, statistic="sd")[0]
    array([[1.5, 0. ]])
    """
    days: list[date] = []
    nothing: Floats = np.zeros(0)
    n = mean = square = least = most = nothing
    for day, values in grids:
        if not days:
            n, mean, square = (np.zeros(values.shape) for _ in range(3))
            least, most = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
        days.append(day)
        known = np.isfinite(values)
        n = n + known
        step = np.where(known, values - mean, 0.0)
        mean = mean + step / np.maximum(n, 1.0)
        square = square + step * np.where(known, values - mean, 0.0)
        least, most = np.fmin(least, values), np.fmax(most, values)
    if not days:
        raise ValueError("a series has at least one date")
    found = {
        "mean": mean,
        "min": least,
        "max": most,
        "sd": np.sqrt(square / np.maximum(n, 1.0)),
    }[statistic]
    return np.where(n > 0, found, np.nan), days
