"""The way around lines that are closed: how much longer the least-cost path becomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rasterio import Affine
from rasterio.features import rasterize
from scipy.ndimage import label, minimum_position
from skimage.graph import MCP_Geometric

from corridors.foundation.arrays import Bytes, Flags, Floats, Geometries, Indices
from corridors.foundation.grid import Grid


@dataclass(frozen=True)
class Ways:
    """The least-cost way of each part of two ranges to the other range.

    Parameters
    ----------
    length_m
        Length of each way on the grid, m, (n_parts,); NaN where no way leads.
    cost_m
        Cost of each, m of easiest ground, likewise.
    weight
        Cells of each part, (n_parts,); the same parts whatever is closed.
    paths
        Array indices (iy, ix) of the cells of each way, int (n, 2).
    """

    length_m: Floats
    cost_m: Floats
    weight: Floats
    paths: tuple[Indices, ...]

    @property
    def has_way(self) -> Flags:
        """Which parts have a way."""
        return np.isfinite(self.length_m)

    def mean(self, values: Floats, parts: Flags) -> float:
        """Return the mean of ``values`` over the chosen parts, weighted by their size."""
        weight = self.weight[parts]
        return float((values[parts] * weight).sum() / weight.sum()) if len(weight) else float("nan")


def closed_cells(lines: Geometries, grid: Grid) -> Flags:
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
    burnt: Bytes = rasterize(
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


def ways_around(
    resistance: Floats, first: Flags, second: Flags, closed: Flags, *, cell_m: float
) -> Ways:
    """Return the least-cost ways between two ranges that enter no closed cell.

    Parameters
    ----------
    resistance
        Cost of one metre, (ny, nx), > 0; NaN: no path leads through.
    first, second
        Cells of the two ranges, (ny, nx). Cells that touch, also in a corner, are one part.
    closed
        From :func:`closed_cells`.
    cell_m
        Edge of a cell, m.

    Notes
    -----
    Parts that share cells with the other range are left out: nothing lies between. Two searches
    over the grid, O(n log n).

    Examples
    --------
    A wall with an open end costs the way around it:

    >>> ground, start, goal, wall = np.ones((5, 5)), *np.zeros((3, 5, 5), bool)
    >>> start[0, 0] = goal[0, 4] = True
    >>> wall[:4, 2] = True
    >>> free = ways_around(ground, start, goal, np.zeros_like(wall), cell_m=10.0)
    >>> around = ways_around(ground, start, goal, wall, cell_m=10.0)
    >>> free.length_m.round(1).tolist(), around.length_m.round(1).tolist()
    ([40.0, 40.0], [96.6, 96.6])
    """
    known = np.isfinite(resistance)
    passable = known & ~closed
    found: list[tuple[float, float, float, Indices]] = []
    for own, other in ((first, second), (second, first)):
        search = MCP_Geometric(np.where(passable, resistance * cell_m, -1.0))
        starts = np.argwhere(other & passable)
        cost = np.full(resistance.shape, np.inf)
        if len(starts):
            cost = np.asarray(search.find_costs(starts)[0])
        labels, n_parts = label(own & known, structure=np.ones((3, 3)))
        shared = np.unique(labels[other])
        parts = [part for part in range(1, n_parts + 1) if part not in shared]
        size = np.bincount(labels.ravel(), minlength=n_parts + 1)
        nearest = np.reshape(minimum_position(cost, labels, parts) if parts else [], (-1, 2))
        for part, (iy, ix) in zip(parts, nearest.astype(np.int64), strict=True):
            least, length, path = np.nan, np.nan, np.zeros((0, 2), dtype=np.int64)
            if np.isfinite(cost[iy, ix]):
                path = np.array(search.traceback((int(iy), int(ix))), dtype=np.int64)
                length = float(np.hypot(*np.diff(path, axis=0).T).sum() * cell_m)
                least = float(cost[iy, ix])
            found.append((length, least, float(size[part]), path))
    length_m, cost_m, weight = (np.array([row[k] for row in found], np.float64) for k in range(3))
    return Ways(length_m, cost_m, weight, tuple(row[3] for row in found))
