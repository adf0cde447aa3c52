"""Seasonal arrows: a few vertices along the middle of a corridor, one for each branch of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from shapely import Polygon, distance, points, union_all
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import polylabel
from skimage.graph import MCP_Geometric

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.grid import Grid

# The least used cell costs so many times as much as the most used ones; ground without use so many
# times as much again. A way leaves the ground only where nothing else joins the ranges.
_MOST_COST = 50.0
_OFF_GROUND = 1000.0
# Points of a way among which vertices are chosen: n log n of segments are measured for each.
_N_CANDIDATES = 60
_EVERYWHERE = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True)
class Arrow:
    """One arrow.

    Parameters
    ----------
    line
        Planar line from the range that is left into the one that is reached, m.
    off_ground_frac
        Share of its length outside of the ground, 0...1.
    """

    line: LineString
    off_ground_frac: float


@dataclass(frozen=True)
class Rules:
    """What is an arrow of its own.

    Parameters
    ----------
    fork_m
        A corridor forks around ground without use at least this wide, and into parts of a range at
        least as large as a disc of this width, m.
    max_detour
        A branch around such ground is at most this many times as long as the first way, >= 1.
    max_vertices
        Vertices of an arrow at most, >= 3.
    """

    fork_m: float
    max_detour: float
    max_vertices: int


def arrows(
    grid: Grid,
    ground: Flags,
    worth: Floats,
    left: BaseGeometry,
    reached: BaseGeometry,
    rules: Rules,
) -> list[Arrow]:
    """Return the arrows from one range into another, the largest parts of the ranges first.

    Parameters
    ----------
    grid
        Where the cells lie.
    ground
        Cells of the corridor and of both ranges, shape (ny, nx).
    worth
        How much the cells are used, or how deep they lie in the corridor, shape (ny, nx), >= 0;
        the way costs its inverse.
    left, reached
        Polygons of the ranges, planar, m.
    rules
        What counts as a branch.

    Returns
    -------
    list of Arrow
        No two of them nearer to each other than half of ``fork_m`` all along.

    Notes
    -----
    A way is the least-cost path between the points deepest in two parts of the ranges. Where the
    ground has a hole at least ``fork_m`` wide, the other way around it is looked for with the first
    way barred beside the hole. Time O(n log n) in the cells for each pair of parts and each hole.

    Examples
    --------
    >>> grid = Grid("EPSG:32612", 100.0, 0, 0, 5, 40)
    >>> ground = np.ones((5, 40), dtype=bool)
    >>> west, east = Polygon([(0, 0), (500, 0), (500, 500), (0, 500)]), Polygon(
    ...     [(3500, 0), (4000, 0), (4000, 500), (3500, 500)])
    >>> (one,) = arrows(grid, ground, ground.astype(float), west, east, Rules(2000.0, 2.0, 3))
    >>> one.line.coords[0], one.line.coords[-1], one.off_ground_frac
    ((250.0, 250.0), (3750.0, 250.0), 0.0)
    """
    paths = _Paths(grid, ground, worth)
    holes = paths.holes(rules.fork_m)
    kept: list[LineString] = []
    found: list[Arrow] = []

    def keep(cells: Indices) -> None:
        line = paths.line(cells)
        if _departs(line, kept, rules.fork_m / 2.0):
            kept.append(line)
            found.append(_generalised(paths, cells, rules.max_vertices))

    for start in _ends(left, rules.fork_m):
        for end in _ends(reached, rules.fork_m):
            first = paths.between(start, end)
            if first is None:
                continue
            keep(first)
            longest_m = rules.max_detour * paths.line(first).length
            for hole in holes:
                other = paths.around(hole, first, start, end)
                if other is not None and paths.line(other).length <= longest_m:
                    keep(other)
    return found


def depth(inside: Flags) -> Floats:
    """Return how deep cells lie in a set of cells, in cells, 0 outside, shape (ny, nx)."""
    deep: Floats = ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    return deep


def _ends(area: BaseGeometry, fork_m: float) -> list[tuple[float, float]]:
    """Return the deepest point of each part of a range, the largest first.

    Parts nearer to each other than ``fork_m`` are one; a small one is no end of its own.
    """
    parts = _polygons(area)
    if not parts:
        return []
    groups = [
        [part for part in parts if part.intersects(around)]
        for around in _polygons(union_all([part.buffer(fork_m / 2.0) for part in parts]))
    ]
    groups.sort(key=lambda own: (-sum(part.area for part in own), own[0].bounds))
    least_m2 = math.pi * (fork_m / 2.0) ** 2
    chosen = [
        own
        for rank, own in enumerate(groups)
        if not rank or sum(part.area for part in own) >= least_m2
    ]
    found = []
    for own in chosen:
        largest = max(own, key=lambda part: part.area)
        label = polylabel(largest, tolerance=max(1.0, largest.area**0.5 / 100.0))
        found.append((float(label.x), float(label.y)))
    return found


def _polygons(area: BaseGeometry) -> list[Polygon]:
    parts = getattr(area, "geoms", [area])
    return [part for part in parts if isinstance(part, Polygon) and part.area > 0]


def _departs(line: LineString, kept: Sequence[LineString], away_m: float) -> bool:
    if not kept:
        return True
    return bool(distance(points(np.asarray(line.coords)), union_all(kept)).max() > away_m)


class _Paths:
    """Least-cost ways over one ground; a way is rows and columns of its cells, shape (n, 2)."""

    def __init__(self, grid: Grid, ground: Flags, worth: Floats) -> None:
        self.grid, self.ground = grid, ground
        used = worth[ground]
        most = float(np.quantile(used, 0.95)) if used.size else 0.0
        relative = np.clip(worth / most, 1.0 / _MOST_COST, 1.0) if most > 0 else np.ones_like(worth)
        self._cost = np.where(ground, 1.0 / relative, -1.0)

    def cell(self, x_m: float, y_m: float) -> tuple[int, int] | None:
        """Return the array row and column of a point, None outside of the grid."""
        row, col = self.rows_cols(np.array([[x_m, y_m]]))[0]
        n_rows, n_cols = self.grid.shape
        return (int(row), int(col)) if 0 <= row < n_rows and 0 <= col < n_cols else None

    def rows_cols(self, xy_m: Floats) -> Indices:
        """Return array rows and columns of points, shape (n, 2)."""
        west, _, _, north = self.grid.bounds
        cell_m = self.grid.cell_m
        return np.stack(
            [
                np.floor((north - xy_m[:, 1]) / cell_m),
                np.floor((xy_m[:, 0] - west) / cell_m),
            ],
            axis=1,
        ).astype(np.int64)

    def line(self, cells: Indices) -> LineString:
        """Return a way as a line through its cells' centres, m."""
        return LineString(self.centres(cells))

    def centres(self, cells: Indices) -> Floats:
        """Return the centres of cells, m, shape (n, 2)."""
        x_m, y_m = self.grid.centres()
        return np.stack([x_m[cells[:, 1]], y_m[cells[:, 0]]], axis=1)

    def between(self, start: tuple[float, float], end: tuple[float, float]) -> Indices | None:
        """Return the way between two points; it leaves the ground only where it must."""
        way = self._way(self._cost, start, end)
        if way is None:
            cost = np.where(self.ground, self._cost, _MOST_COST * _OFF_GROUND)
            way = self._way(cost, start, end)
        return way

    def around(
        self, hole: Flags, first: Indices, start: tuple[float, float], end: tuple[float, float]
    ) -> Indices | None:
        """Return the way on the other side of a hole than ``first``, if there is one."""
        near, at = ndimage.distance_transform_edt(~hole, return_indices=True)
        nearest = first[int(np.argmin(near[first[:, 0], first[:, 1]]))]
        origin = at[:, nearest[0], nearest[1]]
        barred = self._bar(origin, nearest)
        if barred is None:
            return None
        cost = self._cost.copy()
        gaps = first[cost[first[:, 0], first[:, 1]] < 0]
        # Where the first way leaves the ground, so may this one.
        cost[gaps[:, 0], gaps[:, 1]] = _MOST_COST * _OFF_GROUND
        cost[barred] = -1.0
        return self._way(cost, start, end)

    def _bar(self, origin: Indices, through: Indices) -> Flags | None:
        """Return the cells from a hole across a way and on to where the ground ends."""
        step = (through - origin).astype(float)
        length = float(np.hypot(*step))
        if length == 0:
            return None
        n_rows, n_cols = self.grid.shape
        barred = np.zeros((n_rows, n_cols), dtype=bool)
        at, has_passed = origin.astype(float), 0.0
        while True:
            row, col = (round(float(one)) for one in at)
            is_in = 0 <= row < n_rows and 0 <= col < n_cols
            if not is_in or (has_passed > length and not self.ground[row, col]):
                break
            barred[row, col] = True
            at = at + 0.5 * step / length
            has_passed += 0.5
        # Wide enough that no diagonal step slips through.
        return np.asarray(ndimage.binary_dilation(barred, _EVERYWHERE), dtype=bool)

    def _way(
        self, cost: Floats, start: tuple[float, float], end: tuple[float, float]
    ) -> Indices | None:
        first, last = self.cell(*start), self.cell(*end)
        if first is None or last is None or cost[first] < 0 or cost[last] < 0:
            return None
        finder = MCP_Geometric(cost)
        reached, _ = finder.find_costs([first], [last])
        if not np.isfinite(reached[last]):
            return None
        way = np.array(finder.traceback(last), dtype=np.int64)
        return way if len(way) > 1 else None

    def holes(self, fork_m: float) -> list[Flags]:
        """Return the holes of the ground that are at least ``fork_m`` wide, the largest first."""
        labels, n = ndimage.label(~np.pad(self.ground, 1))
        sizes = np.bincount(labels.ravel(), minlength=n + 1)
        found = []
        for label in sorted(range(1, n + 1), key=lambda one: (-sizes[one], one)):
            # The outside touches the frame.
            if label == labels[0, 0] or sizes[label] * self.grid.cell_m**2 < fork_m**2 / 2.0:
                continue
            hole = np.asarray(labels == label, dtype=bool)[1:-1, 1:-1]
            if 2.0 * float(depth(hole).max()) * self.grid.cell_m >= fork_m:
                found.append(hole)
        return found


def _generalised(paths: _Paths, cells: Indices, max_vertices: int) -> Arrow:
    """Return a way with few vertices: first as little outside as can be, then as near as can be."""
    keep = np.unique(np.linspace(0, len(cells) - 1, _N_CANDIDATES).round().astype(np.int64))
    xy = paths.centres(cells[keep])
    n = len(xy)
    outside, off = np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1, n):
            outside[i, j] = _outside_m(paths, xy[i], xy[j])
            off[i, j] = _squares(xy[i : j + 1])
    # A metre outside weighs more than any distance from the way.
    total = outside * (1.0 + off.max()) * n + off
    best, before = total[0].copy(), [np.zeros(n, dtype=np.int64)]
    best[0] = 0.0
    for _ in range(min(max_vertices, n) - 2):
        through = np.where(np.tri(n, k=0, dtype=bool), np.inf, best[:, None] + total)
        chosen = np.argmin(through, axis=0)
        better = np.minimum(through[chosen, np.arange(n)], best)
        before.append(np.where(better < best, chosen, -1))
        best = better
    vertices = [n - 1]
    for chosen in reversed(before):
        if vertices[-1] == 0:
            break
        if chosen[vertices[-1]] >= 0:
            vertices.append(int(chosen[vertices[-1]]))
    line = LineString(xy[vertices[::-1]])
    off_m = sum(outside[a, b] for a, b in zip(vertices[1:], vertices, strict=False))
    return Arrow(line, float(off_m / line.length))


def _outside_m(paths: _Paths, a: Floats, b: Floats) -> float:
    """Return how much of a straight line lies outside of the ground, m."""
    length = float(np.hypot(*(b - a)))
    n = max(2, math.ceil(2.0 * length / paths.grid.cell_m))
    share = (np.arange(n) + 0.5) / n
    cells = paths.rows_cols(a + share[:, None] * (b - a))
    return length * float(np.mean(~paths.ground[cells[:, 0], cells[:, 1]]))


def _squares(xy: Floats) -> float:
    """Return the sum of squared distances of points from the line of the first and the last."""
    along = xy[-1] - xy[0]
    length = float(np.hypot(*along))
    if length == 0:
        return float(((xy - xy[0]) ** 2).sum())
    away = (xy - xy[0]) @ np.array([-along[1], along[0]]) / length
    return float((away**2).sum())
