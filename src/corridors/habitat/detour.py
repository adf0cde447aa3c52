"""The way around lines that are closed: how much longer the least-cost path becomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rasterio import Affine
from rasterio.features import rasterize

from corridors.foundation.grid import Grid
from corridors.habitat.connectivity import NoWayError, link_ranges

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Way:
    """The cheapest way between two ranges.

    Parameters
    ----------
    length_m
        Length of the path on the grid, m; NaN where there is no way.
    cost_m
        Its cost, m of easiest ground; NaN where there is no way.
    path
        Array indices (iy, ix) of its cells, int (n, 2); (0, 2) where there is no way.
    reason
        Why there is no way, or "".
    """

    length_m: float
    cost_m: float
    path: npt.NDArray[np.int64]
    reason: str = ""


def closed_cells(lines: Geometries, grid: Grid) -> Mask:
    """Return the cells of ``grid`` that no path may use, so that none slips through a line.

    Parameters
    ----------
    lines
        Planar lines that nothing passes, in the CRS of the grid; None and empty ones are skipped.
    grid
        Grid of the resistance.

    Notes
    -----
    Every cell that a line touches. Where a line runs exactly through the corner of cells two of
    them touch only there, and a step between the two others would cross the line: one of these is
    taken, too.

    Examples
    --------
    >>> from shapely import LineString
    >>> grid = Grid("EPSG:32612", 10.0, row_min=0, col_min=0, n_rows=3, n_cols=3)
    >>> closed_cells(np.array([LineString([(15, 0), (15, 30)])]), grid).astype(int).tolist()
    [[0, 1, 0], [0, 1, 0], [0, 1, 0]]
    """
    usable = [line for line in lines if line is not None and not line.is_empty]
    if not usable:
        return np.zeros(grid.shape, dtype=np.bool_)
    burnt: npt.NDArray[np.uint8] = rasterize(
        [(line, 1) for line in usable],
        out_shape=grid.shape,
        transform=Affine(*grid.transform),
        all_touched=True,
        dtype="uint8",
    )
    closed = burnt.astype(np.bool_)
    for a, b, c, d in (
        (np.s_[:-1, :-1], np.s_[1:, 1:], np.s_[:-1, 1:], np.s_[1:, :-1]),
        (np.s_[:-1, 1:], np.s_[1:, :-1], np.s_[:-1, :-1], np.s_[1:, 1:]),
    ):
        leaks = closed[a] & closed[b] & ~closed[c] & ~closed[d]
        closed[c] |= leaks
    return closed


def way_around(resistance: Array, first: Mask, second: Mask, closed: Mask, *, cell_m: float) -> Way:
    """Return the least-cost way between two ranges that enters no closed cell.

    Parameters
    ----------
    resistance
        Cost of one metre, (ny, nx), > 0; NaN: no path leads through.
    first, second
        Cells of the two ranges, (ny, nx).
    closed
        From :func:`closed_cells`.
    cell_m
        Edge of a cell, m.

    Examples
    --------
    A wall with an open end costs the way around it:

    >>> ground, start, goal, wall = np.ones((5, 5)), *np.zeros((3, 5, 5), bool)
    >>> start[0, 0] = goal[0, 4] = True
    >>> wall[:4, 2] = True
    >>> free = way_around(ground, start, goal, np.zeros_like(wall), cell_m=10.0)
    >>> around = way_around(ground, start, goal, wall, cell_m=10.0)
    >>> round(free.length_m, 1), round(around.length_m, 1)
    (40.0, 96.6)
    """
    ground = np.where(closed, np.nan, resistance)
    try:
        found = link_ranges(ground, first, second, cell_m=cell_m)
    except NoWayError as error:
        return Way(np.nan, np.nan, np.zeros((0, 2), np.int64), str(error))
    steps = np.hypot(*np.diff(found.path, axis=0).T) * cell_m
    return Way(float(steps.sum()), float(found.least[0]), found.path)
