"""Occurrence surfaces: where an animal was during one migration or stay."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from corridors.foundation.arrays import Floats
from corridors.foundation.grid import Surface
from corridors.movement.bridge_kernel import (
    TILE,
    accumulate,
    cells_of_tiles,
    mark_tiles,
    panels,
    with_clocks,
)
from corridors.movement.refusals import steps_too_long, too_large


def bridge_surface(
    x_m: Floats,
    y_m: Floats,
    time_min: Floats,
    error_m: Floats,
    s2_m2_min: float | Floats,
    *,
    crs: str,
    cell_m: float,
    max_lag_min: float,
    time_tolerance: float,
    memory_mb: float,
) -> Surface:
    """Return the occurrence surface of Brownian bridges between successive fixes.

    Parameters
    ----------
    x_m, y_m
        Positions in ``crs``, m, shape (n,), finite, n >= 2.
    time_min
        Times, minutes, shape (n,), strictly increasing.
    error_m
        Standard deviation per axis of each fix, m, shape (n,), >= 0.
    s2_m2_min
        Motion variance per axis, m2/min: one, or one per bridge, shape (n-1,). At least 0, and
        above 0 where both ends are without error; NaN where a step is not bridged.
    crs, cell_m
        The lattice: cell edges are multiples of ``cell_m`` from the origin of ``crs``.
    max_lag_min
        Longer steps are not bridged, minutes.
    time_tolerance
        Total variation that the time quadrature may leave, 1e-12...1e-2.
    memory_mb
        Memory that the surface may need while it is computed, MB.

    Returns
    -------
    Surface
        Mass 1 to rounding; cells that hold any mass, sorted by (row, col).

    Raises
    ------
    MethodError
        Every step is longer than ``max_lag_min``, or the surface needs more than ``memory_mb``.
    ValueError
        Arrays of the wrong shape, not finite, times that do not increase, a variance not above 0.

    Notes
    -----
    The value of a cell is

        sum_i L_i / sum L  *  integral_0^1 integral_cell N2(z; mu_i(a), v_i(a) I) dz da,
        mu_i(a) = X_i + a (X_{i+1} - X_i),
        v_i(a) = L_i a (1-a) s2_i + (1-a)^2 d_i^2 + a^2 d_{i+1}^2

    over the bridges used: integrated over the cell as a product of differences of the normal
    distribution function, not sampled at its centre. The time integral is adaptive
    (:mod:`corridors.movement.bridge_kernel`). A normal distribution is followed to the distance
    beyond which half of ``time_tolerance`` lies, and that rest is counted in the outermost
    cells, so no mass is lost. Horne et al. 2007, Ecology 88:2354.

    Cost grows with the cells within reach of the path; memory likewise, in tiles of 64 x 64 cells.

    Examples
    --------
    An animal that rests in the middle of a cell that is large against its movement:

    >>> rest = bridge_surface(np.array([50.0, 50.0]), np.array([-50.0, -50.0]),
    ...                       np.array([0.0, 60.0]), np.array([1.0, 1.0]), 0.1,
    ...                       crs="EPSG:32612", cell_m=100.0, max_lag_min=480.0,
    ...                       time_tolerance=1e-5, memory_mb=100.0)
    >>> rest.row, rest.col, rest.total
    (array([-1], dtype=int32), array([0], dtype=int32), 1.0)
    """
    bridges, weights = _bridges(
        x_m, y_m, time_min, error_m, s2_m2_min, cell_m=cell_m, max_lag_min=max_lag_min
    )
    if not 1e-12 <= time_tolerance <= 1e-2:
        raise ValueError(f"time_tolerance must lie within 1e-12...1e-2, got {time_tolerance}")
    # Four tails (two axes, two sides) together hold half of the tolerance.
    reach = float(-ndtri(time_tolerance / 8))
    limits, boxes = panels(bridges, reach)
    first, last = boxes.min(axis=0) // TILE, boxes.max(axis=0) // TILE
    tile_row, tile_col = int(first[2]), int(first[0])
    shape = int(last[3]) - tile_row + 1, int(last[1]) - tile_col + 1
    _check_memory(4.0 * shape[0] * shape[1], memory_mb, cell_m)
    index = np.zeros(shape, dtype=np.int32)
    mark_tiles(boxes, tile_row, tile_col, index)
    touched = index > 0
    n_tiles = int(touched.sum())
    largest = np.max((boxes[:, 1] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 2] + 1))
    # The tiles, as much again twice for rows, columns and mass of the result, one panel's patch.
    _check_memory(24.0 * n_tiles * TILE**2 + 8.0 * float(largest), memory_mb, cell_m)
    index[...] = -1
    index[touched] = np.arange(n_tiles, dtype=np.int32)
    tiles = np.zeros((n_tiles, TILE, TILE))
    accumulate(
        bridges, weights, limits, boxes, reach, time_tolerance, tile_row, tile_col, index, tiles
    )
    row, col, mass = cells_of_tiles(index, tiles, tile_row, tile_col)
    # A surface in one cell may exceed 1 by rounding.
    return Surface(crs, cell_m, row, col, np.minimum(mass, 1.0))


def _check_memory(needed: float, memory_mb: float, cell_m: float) -> None:
    """Refuse a surface that needs more than ``memory_mb``."""
    if needed > memory_mb * 1e6:
        raise too_large(needed, memory_mb, cell_m)


def _bridges(
    x_m: Floats,
    y_m: Floats,
    time_min: Floats,
    error_m: Floats,
    s2_m2_min: float | Floats,
    *,
    cell_m: float,
    max_lag_min: float,
) -> tuple[Floats, Floats]:
    """Return (x, y, dx, dy, L s2, error 0, error 1) in cells, and weight, of each bridge used."""
    x, y, t, error = (np.asarray(v, np.float64) for v in (x_m, y_m, time_min, error_m))
    if not (x.ndim == 1 and x.size >= 2 and x.shape == y.shape == t.shape == error.shape):
        raise ValueError("x_m, y_m, time_min and error_m must be 1-D, of one length, at least 2")
    if not all(np.isfinite(v).all() for v in (x, y, t, error)):
        raise ValueError("positions, times and errors must be finite")
    lag = np.diff(t)
    if (lag <= 0).any() or (error < 0).any():
        raise ValueError("times must increase strictly and errors must not be negative")
    s2 = np.broadcast_to(np.asarray(s2_m2_min, np.float64), lag.shape)
    used = lag <= max_lag_min
    has_width = (s2 > 0) | ((s2 == 0) & (error[:-1] + error[1:] > 0))
    if not (np.isfinite(s2) & has_width)[used].all():
        raise ValueError("s2_m2_min must be finite and > 0, or 0 where the fixes have an error")
    if not (np.isfinite(cell_m) and cell_m > 0):
        raise ValueError(f"cell_m must be finite and > 0, got {cell_m}")
    if not used.any():
        raise steps_too_long(lag, max_lag_min)
    table = np.column_stack(
        (
            x[:-1] / cell_m,
            y[:-1] / cell_m,
            np.diff(x) / cell_m,
            np.diff(y) / cell_m,
            lag * s2 / cell_m**2,
            error[:-1] / cell_m,
            error[1:] / cell_m,
        )
    )[used]
    return with_clocks(table), lag[used] / lag[used].sum()
