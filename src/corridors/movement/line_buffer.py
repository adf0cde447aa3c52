"""Occurrence as a band around the straight lines between fixes, for tracks too sparse to bridge."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from corridors.foundation.arrays import Floats, Indices, Indices32
from corridors.foundation.grid import Surface
from corridors.movement.refusals import steps_too_long

# Lines per row of cells along which the band is measured.
_N_LINES = 16


def line_surface(
    x_m: Floats,
    y_m: Floats,
    time_min: Floats,
    *,
    crs: str,
    cell_m: float,
    max_lag_min: float,
    buffer_m: float,
) -> Surface:
    """Return a surface that is even within ``buffer_m`` of the steps of a track.

    Parameters
    ----------
    x_m, y_m
        Positions in ``crs``, m, shape (n,), finite, n >= 2.
    time_min
        Times, minutes, shape (n,), strictly increasing.
    crs, cell_m
        The lattice: cell edges are multiples of ``cell_m`` from the origin of ``crs``.
    max_lag_min
        Longer steps are left out, minutes.
    buffer_m
        Half width of the band, m, > 0.

    Returns
    -------
    Surface
        Mass of a cell = covered area of the cell / area of the union of all bands. Sum 1.

    Raises
    ------
    MethodError
        Every step is longer than ``max_lag_min``.
    ValueError
        Arrays of different shape or not finite, times that do not increase, a width not above 0.

    Notes
    -----
    A band is the set of points at most ``buffer_m`` from its step. Overlaps count once. The area
    is exact along x and measured on 16 lines per cell along y (midpoint rule).

    Examples
    --------
    >>> band = line_surface(np.array([0.0, 1000.0]), np.array([50.0, 50.0]),
    ...                     np.array([0.0, 60.0]), crs="EPSG:32612", cell_m=100.0,
    ...                     max_lag_min=480.0, buffer_m=50.0)
    >>> len(band.mass), bool(np.ptp(band.mass[1:-1]) < 1e-15), round(band.total, 12)
    (12, True, 1.0)
    """
    x, y, t = (np.asarray(v, np.float64) for v in (x_m, y_m, time_min))
    if not (x.ndim == 1 and x.size >= 2 and x.shape == y.shape == t.shape):
        raise ValueError("x_m, y_m and time_min must be 1-D, of one length, at least 2")
    if not all(np.isfinite(v).all() for v in (x, y, t)) or (np.diff(t) <= 0).any():
        raise ValueError("positions must be finite and times must increase strictly")
    if not (cell_m > 0 and buffer_m > 0 and math.isfinite(cell_m) and math.isfinite(buffer_m)):
        raise ValueError("cell_m and buffer_m must be finite and > 0")
    lag = np.diff(t)
    used = lag <= max_lag_min
    if not used.any():
        raise steps_too_long(lag, max_lag_min)
    ends = np.column_stack((x[:-1], y[:-1], x[1:], y[1:]))[used] / cell_m
    row, col, area = _covered(ends, buffer_m / cell_m)
    return Surface(crs, cell_m, row, col, np.minimum(area / area.sum(), 1.0))


@njit(cache=True, nogil=True)
def _interval(step: Floats, radius: float, y: float) -> tuple[float, float]:
    """Return where the line at height ``y`` enters and leaves the band; (inf, -inf): nowhere.

    The band is convex, so the discs at its ends and the rectangle between them, where they meet
    the line at all, meet it in one interval.
    """
    low, high = math.inf, -math.inf
    for k in range(2):
        rest = radius**2 - (y - step[2 * k + 1]) ** 2
        if rest >= 0:
            low = min(low, step[2 * k] - math.sqrt(rest))
            high = max(high, step[2 * k] + math.sqrt(rest))
    dx, dy = step[2] - step[0], step[3] - step[1]
    length = math.hypot(dx, dy)
    if length == 0.0:
        return low, high
    ux, uy = dx / length, dy / length
    # Along the line: 0 <= s <= length and -radius <= d <= radius are two slabs in x.
    first, last = -math.inf, math.inf
    for slope, offset, a, b in (
        (ux, uy * (y - step[1]) - ux * step[0], 0.0, length),
        (-uy, ux * (y - step[1]) + uy * step[0], -radius, radius),
    ):
        if abs(slope) < 1e-15:
            if not a <= offset <= b:
                return low, high
            continue
        p, q = (a - offset) / slope, (b - offset) / slope
        first, last = max(first, min(p, q)), min(last, max(p, q))
    if first <= last:
        low, high = min(low, first), max(high, last)
    return low, high


@njit(cache=True, nogil=True)
def _sort(starts: Floats, stops: Floats, n: int) -> None:
    """Sort the first ``n`` intervals by start, in place; they are few and nearly sorted."""
    for k in range(1, n):
        start, stop = starts[k], stops[k]
        j = k - 1
        while j >= 0 and starts[j] > start:
            starts[j + 1], stops[j + 1] = starts[j], stops[j]
            j -= 1
        starts[j + 1], stops[j + 1] = start, stop


@njit(cache=True, nogil=True)
def _add_row(
    steps: Floats,
    radius: float,
    row: int,
    active: Indices,
    starts: Floats,
    stops: Floats,
    col0: int,
    share: Floats,
) -> tuple[int, int]:
    """Add the covered share of each cell of a row to ``share``; return (first, last) column."""
    first, last = col0 + share.size, col0 - 1
    for line in range(_N_LINES):
        m = 0
        for k in active:
            low, high = _interval(steps[k], radius, row + (line + 0.5) / _N_LINES)
            if low < high:
                starts[m], stops[m] = low, high
                m += 1
        _sort(starts, stops, m)
        at = -math.inf
        for k in range(m):
            low, high = max(starts[k], at), stops[k]
            if high <= low:
                continue
            at = high
            a, b = math.floor(low), math.floor(high)
            first, last = min(first, a), max(last, b)
            for c in range(a, b + 1):
                share[c - col0] += (min(high, c + 1) - max(low, c)) / _N_LINES
    return first, last


@njit(cache=True, nogil=True)
def _fill(
    steps: Floats,
    radius: float,
    span: Floats,
    share: Floats,
    cells: Indices,
    shares: Floats,
) -> int:
    """Set (row, col) and covered share of the cells in order; return how many there are.

    ``steps`` are sorted by lower edge; ``span`` is (lowest, highest, westernmost) of all bands.
    """
    n = steps.shape[0]
    active = np.empty(n, np.int64)
    starts, stops = np.empty(n), np.empty(n)
    col0 = math.floor(span[2])
    n_out, n_active, arrived = 0, 0, 0
    for row in range(math.floor(span[0]), math.floor(span[1]) + 1):
        while arrived < n and min(steps[arrived, 1], steps[arrived, 3]) - radius < row + 1:
            active[n_active] = arrived
            n_active += 1
            arrived += 1
        kept = 0
        for k in range(n_active):
            if max(steps[active[k], 1], steps[active[k], 3]) + radius >= row:
                active[kept] = active[k]
                kept += 1
        n_active = kept
        first, last = _add_row(steps, radius, row, active[:n_active], starts, stops, col0, share)
        for c in range(first, last + 1):
            if share[c - col0] > 0:
                cells[n_out, 0], cells[n_out, 1] = row, c
                shares[n_out] = share[c - col0]
                n_out += 1
            share[c - col0] = 0.0
    return n_out


def _covered(steps: Floats, radius: float) -> tuple[Indices32, Indices32, Floats]:
    """Return (row, col, covered share) of the cells that any band touches, sorted."""
    low, high = np.minimum(steps[:, 1], steps[:, 3]), np.maximum(steps[:, 1], steps[:, 3])
    west = float(np.minimum(steps[:, 0], steps[:, 2]).min()) - radius
    east = float(np.maximum(steps[:, 0], steps[:, 2]).max()) + radius
    # Cells that touch a band lie within a band that is one cell's diagonal wider.
    wide = radius + math.sqrt(2)
    length = np.hypot(steps[:, 2] - steps[:, 0], steps[:, 3] - steps[:, 1])
    room = math.ceil(float((2 * wide * length + math.pi * wide**2).sum()))
    cells, shares = np.empty((room, 2), np.int64), np.empty(room)
    n = _fill(
        np.ascontiguousarray(steps[np.argsort(low, kind="stable")]),
        radius,
        np.array([float(low.min()) - radius, float(high.max()) + radius, west]),
        np.zeros(math.floor(east) - math.floor(west) + 2),
        cells,
        shares,
    )
    return cells[:n, 0].astype(np.int32), cells[:n, 1].astype(np.int32), shares[:n].copy()
