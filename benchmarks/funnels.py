"""Herds that walk a bent strip of known width."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import lfilter
from scipy.stats import norm

from corridors.foundation.arrays import Floats, Indices

LENGTH_M = 40_000.0
# The strip bends by so much, over so long a way.
_BEND_M, _BENDS_M = 1500.0, 6000.0
# How long an animal keeps its side, m, and the share of the variance that is its own.
_MEMORY_M, _OWN = 2000.0, 0.9


def walks(
    rng: np.random.Generator,
    n_units: int,
    width_m: Callable[[Floats], Floats],
    *,
    turn: float,
    step_m: float,
    error_m: float,
) -> tuple[list[Floats], Indices]:
    """Return two migrations of each unit, there and back, and whose each is.

    Across the strip every unit is as likely anywhere, and keeps mostly to its side. ``turn`` is the
    strip's direction, radian; ``error_m`` the SD of a fix per axis.
    """
    paths = []
    for _ in range(n_units):
        own = rng.normal()
        for back in (False, True):
            along = np.arange(rng.uniform(-step_m, 0.0), LENGTH_M, step_m)
            keep = np.exp(-step_m / _MEMORY_M)
            noise = rng.normal(size=along.size) * np.sqrt(1 - keep**2)
            noise[0] /= np.sqrt(1 - keep**2)
            wander = lfilter([1.0], [1.0, -keep], noise)
            side = norm.cdf(np.sqrt(_OWN) * own + np.sqrt(1 - _OWN) * wander) - 0.5
            path = placed(along, side * width_m(along), turn)
            path += rng.normal(0.0, error_m, path.shape)
            paths.append(path[::-1] if back else path)
    return paths, np.repeat(np.arange(n_units), 2)


def placed(along: Floats, side: Floats, turn: float) -> Floats:
    """Return the plane's x and y of positions in the strip, m, shape (n, 2)."""
    slope = _BEND_M / _BENDS_M * np.cos(along / _BENDS_M)
    long = np.hypot(1.0, slope)
    x = along - side * slope / long
    y = _BEND_M * np.sin(along / _BENDS_M) + side / long
    cos, sin = np.cos(turn), np.sin(turn)
    return np.column_stack([cos * x - sin * y, sin * x + cos * y])


def along_of(point_m: Floats, turn: float) -> float:
    """Return how far along the strip the nearest point of its middle is, m."""
    along = np.arange(0.0, LENGTH_M, 5.0)
    middle = placed(along, np.zeros(along.size), turn)
    return float(along[np.argmin(np.hypot(*(middle - point_m).T))])
