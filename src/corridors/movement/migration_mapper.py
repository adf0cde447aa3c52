"""Occurrence surfaces as Migration Mapper v3 and BBMM 3.0 make them, to compare with ours.

Nothing here is how a surface should be made: density at cell centres, a grid that follows the
track's own extent, bridge ends counted twice. :mod:`corridors.movement.occurrence` does it right;
``docs/profiles.md`` says what each difference does to a corridor.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numba import njit

from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.errors import Fault
from corridors.foundation.grid import Surface, pack
from corridors.movement.refusals import NoSurfaceError, Refusal, steps_too_long, too_large

TimeRule = Literal["both_ends", "even"]

# Half a squared distance in variances beyond which exp(-q) is lost in the rounding of any sum
# that includes the middle of the same distribution.
_LOST = 40.0
_BYTES_PER_CELL = 24.0


def centre_surface(
    x_m: Floats,
    y_m: Floats,
    time_min: Floats,
    error_m: Floats,
    s2_m2_min: float,
    *,
    crs: str,
    cell_m: float,
    max_lag_min: float,
    time_step_min: float,
    time_rule: TimeRule,
    margin_frac: float,
    memory_mb: float,
) -> Surface:
    """Return Brownian bridges sampled at cell centres and normalised within a grid.

    Parameters
    ----------
    x_m, y_m
        Positions in ``crs``, m, shape (n,), finite, n >= 2.
    time_min
        Times, minutes, shape (n,), strictly increasing.
    error_m
        Standard deviation per axis of each fix, m, shape (n,), > 0.
    s2_m2_min
        Motion variance per axis, m2/min, > 0.
    crs, cell_m
        The lattice.
    max_lag_min
        Longer steps are not bridged, minutes.
    time_step_min
        Step of the time sum, minutes.
    time_rule
        ``both_ends``: a sample at 0, step, 2 step ... up to the lag, each weighing one step, so
        that both ends of a bridge count in full and a last part of a step not at all. ``even``:
        equal steps of at most ``time_step_min`` that end with the bridge, the ends at half weight.
    margin_frac
        The grid is the track's extent and this share of its width (height) on either side; what
        lies outside is lost. ``inf``: the grid holds everything.
    memory_mb
        Memory that the grid may need, MB.

    Returns
    -------
    Surface
        Sum 1 over the grid; cells that hold anything, sorted by (row, col).

    Raises
    ------
    MethodError
        Every step is longer than ``max_lag_min``, the grid needs more than ``memory_mb``, or no
        cell centre is near the track.

    Notes
    -----
    p(z) = sum_i sum_k w N2(z; mu_i(a_k), v_i(a_k) I) at the centre z of a cell, divided by its sum
    over the grid. A fix near a centre counts up to cell_m^2 / (2 pi error^2) times, one far from
    every centre hardly at all. Merkle et al. 2022, doi:10.1111/2041-210X.13976; Horne et al. 2007,
    Ecology 88:2354. Distances of more than about 9 standard deviations are left out: what they add
    is below the rounding of the sum.

    Examples
    --------
    Three fixes in the middle of three cells, one time step apart: both bridges count the middle
    fix.

    >>> still = centre_surface(np.array([50.0, 150.0, 250.0]), np.full(3, 50.0),
    ...     np.array([0.0, 5.0, 10.0]), np.full(3, 5.0), 1e-6, crs="EPSG:32612", cell_m=100.0,
    ...     max_lag_min=480.0, time_step_min=5.0, time_rule="both_ends", margin_frac=0.25,
    ...     memory_mb=1.0)
    >>> still.col, still.mass
    (array([0, 1, 2], dtype=int32), array([0.25, 0.5 , 0.25]))
    """
    lag = np.diff(time_min)
    used = lag <= max_lag_min
    if not used.any():
        raise steps_too_long(lag, max_lag_min)
    widest = float(np.max(lag[used])) * s2_m2_min / 4 + float(np.max(error_m)) ** 2
    col, n_cols = _span(x_m, cell_m, margin_frac, widest)
    row, n_rows = _span(y_m, cell_m, margin_frac, widest)
    needed = _BYTES_PER_CELL * n_rows * n_cols
    if needed > memory_mb * 1e6:
        raise too_large(needed, memory_mb, cell_m)
    density = np.zeros((n_rows, n_cols))
    _accumulate(
        x_m / cell_m - col - 0.5,
        y_m / cell_m - row - 0.5,
        lag,
        error_m / cell_m,
        s2_m2_min / cell_m**2,
        max_lag_min,
        time_step_min,
        time_rule == "even",
        density,
    )
    total = float(density.sum())
    if not total > 0:
        moved_m = math.sqrt(widest)
        raise NoSurfaceError(
            Fault(
                "no occurrence surface: no cell centre is near enough to the track",
                expected=f"cells not much larger than the movement, {moved_m:.3g} m",
                got=f"cells of {cell_m:g} m",
                cure="set a smaller working.cell_m",
            ),
            Refusal("coarse_cells", cell_m, moved_m),
        )
    iy, ix = np.nonzero(density)
    return Surface(
        crs,
        cell_m,
        (iy + row).astype(np.int32),
        (ix + col).astype(np.int32),
        density[iy, ix] / total,
    )


def _span(at_m: Floats, cell_m: float, margin_frac: float, variance_m2: float) -> tuple[int, int]:
    """Return the first cell and the number of cells of the grid along one axis."""
    low, high = float(at_m.min()), float(at_m.max())
    if math.isinf(margin_frac):
        margin = math.sqrt(2 * _LOST * variance_m2) + cell_m
    else:
        margin = margin_frac * (high - low)
    first = round((low - margin) / cell_m)
    return first, max(1, round((high + margin) / cell_m) - first)


@njit(cache=True, nogil=True)
def _accumulate(
    x: Floats,
    y: Floats,
    lag: Floats,
    error: Floats,
    s2: float,
    max_lag: float,
    step: float,
    is_even: bool,
    density: Floats,
) -> None:
    """Add every sample of every bridge; lengths in cells from the centre of cell (0, 0)."""
    n_rows, n_cols = density.shape
    ex, ey = np.empty(n_cols), np.empty(n_rows)
    for i in range(lag.size):
        if lag[i] > max_lag:
            continue
        n = math.floor(lag[i] / step) + 1
        if is_even:
            n = math.ceil(lag[i] / step) + 1
        for k in range(n):
            a, weight = k * step / lag[i], step
            if is_even:
                a, weight = k / (n - 1), lag[i] / (n - 1)
                if k in (0, n - 1):
                    weight /= 2
            v = lag[i] * a * (1 - a) * s2
            v += (1 - a) ** 2 * error[i] ** 2 + a * a * error[i + 1] ** 2
            mx, my = x[i] + a * (x[i + 1] - x[i]), y[i] + a * (y[i + 1] - y[i])
            reach = math.sqrt(2 * _LOST * v)
            c0, c1 = max(0, math.ceil(mx - reach)), min(n_cols - 1, math.floor(mx + reach))
            r0, r1 = max(0, math.ceil(my - reach)), min(n_rows - 1, math.floor(my + reach))
            for c in range(c0, c1 + 1):
                ex[c] = math.exp(-((c - mx) ** 2) / (2 * v))
            for r in range(r0, r1 + 1):
                ey[r] = weight / (2 * math.pi * v) * math.exp(-((r - my) ** 2) / (2 * v))
            for r in range(r0, r1 + 1):
                line = density[r]
                for c in range(c0, c1 + 1):
                    line[c] += ey[r] * ex[c]


def trimmed(surface: Surface, kept_frac: float, *, with_crossing: bool) -> Surface:
    """Return the surface without its least cells, sum 1, in single precision as in its files.

    Parameters
    ----------
    surface
        Mass on cells, sum 1.
    kept_frac
        Share of the mass, 0...1. From the largest cell down, the crossing cell is the first at
        which the sum is above this share; smaller ones go. Without one, nothing goes.
    with_crossing
        Keep the crossing cell: so a single surface is trimmed; a merged one loses it.
    """
    crossing = _crossing(surface.mass, kept_frac)
    kept = surface.mass >= crossing if with_crossing else surface.mass > crossing
    mass = surface.mass[kept]
    rounded = (mass / mass.sum()).astype(np.float32).astype(np.float64)
    return Surface(surface.crs, surface.cell_m, surface.row[kept], surface.col[kept], rounded)


def footprint(surface: Surface, isopleth: float) -> Indices:
    """Return the sorted keys of the cells above the crossing cell of an isopleth.

    The crossing cell, and every cell equal to it, is left out, so that the footprint holds
    somewhat less than ``isopleth`` of the mass.

    Examples
    --------
    >>> two = Surface("EPSG:32612", 50.0, np.zeros(2, "i4"), np.arange(2, dtype="i4"),
    ...               np.array([0.98, 0.02]))
    >>> footprint(two, 0.99).size
    1
    """
    inside = surface.mass > _crossing(surface.mass, isopleth)
    return np.sort(pack(surface.row[inside], surface.col[inside]))


def _crossing(mass: Floats, share: float) -> float:
    """Return the first mass, from the largest down, at which the sum is above ``share``."""
    ordered = np.sort(mass)[::-1]
    above = np.flatnonzero(np.cumsum(ordered) > share)
    return float(ordered[above[0]]) if above.size else -math.inf
