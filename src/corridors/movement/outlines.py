"""Outlines of sets of lattice cells: nested, valid polygons without crumbs.

The boundary is traced on the sparse cells themselves, so the cost grows with the number of cells
and never with their bounding box.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry import MultiPolygon, Polygon

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.grid import pack, unpack

# East, north, west, south: an edge runs with its cell on the left.
_STEP_COL = np.array([1, 0, -1, 0], dtype=np.int64)
_STEP_ROW = np.array([0, 1, 0, -1], dtype=np.int64)
_LEFT, _STRAIGHT, _RIGHT = 1, 0, 3
_NEIGHBOURS = ((-1, 0), (0, 1), (1, 0), (0, -1))  # across the edges east, north, west, south


@dataclass(frozen=True)
class Patch:
    """One polygon of an outline and the cells it was drawn around.

    Parameters
    ----------
    polygon
        Planar polygon, m.
    cells
        Keys of its cells (:func:`corridors.foundation.grid.pack`), int64 (n,), sorted, without
        the cells of filled holes.
    area_m2
        Area of the cells and filled holes before the corners were cut, m2.
    """

    polygon: Polygon
    cells: Indices
    area_m2: float


def outline(
    levels: Sequence[Indices],
    *,
    cell_m: float,
    min_area_m2: float,
    max_area_change_frac: float,
) -> list[list[Patch]]:
    """Return the polygons of nested sets of cells, one list of patches for each set.

    Parameters
    ----------
    levels
        Keys of the cells of each set, int64, sorted, unique; each set holds the next one.
    cell_m
        Edge of a cell, m.
    min_area_m2
        Patches and holes with a smaller area are dropped and filled, m2.
    max_area_change_frac
        Cutting the corners changes the area of no set by more than this share.

    Returns
    -------
    list of list of Patch
        Sorted by the patches' first cell. Patches of one set do not touch; every polygon is
        valid, and each set's polygons lie within those of the set before.

    Notes
    -----
    Cells that share an edge are one patch; cells that share a corner only are not. Each corner of
    the staircase is cut by a triangle with legs ``t * cell_m``, 0 < t <= 1/2, the same t for all
    sets. Convex corners lose and concave corners gain t^2/2 cells; a closed ring has four more
    convex corners than concave ones, so a set of n cells with k outer and h inner rings changes
    by exactly 2 t^2 (k - h) cells, and t follows from the limit. What is left in the square around
    a lattice corner grows with the set of its member cells, therefore nesting is kept exactly.
    Every cell side keeps its vertices although they may be collinear: shared boundaries then stay
    shared in any map projection. Time O(n log n), memory about 250 bytes per cell of the largest
    set.

    Examples
    --------
    >>> keys = pack(np.array([0, 0, 0, 1, 1, 1]), np.array([4, 5, 6, 4, 5, 6]))
    >>> (patch,), = outline([keys], cell_m=10.0, min_area_m2=0.0, max_area_change_frac=0.1)
    >>> patch.polygon.bounds, patch.area_m2, patch.polygon.area  # four corners of 1/8 cell less
    ((40.0, 0.0, 70.0, 20.0), 600.0, 550.0)
    """
    traced = [_trace(np.asarray(level, dtype=np.int64)) for level in levels]
    kept = [_keep(rings, min_area_m2 / cell_m**2) for rings in traced]
    cut = 0.5
    for rings, keep in zip(traced, kept, strict=True):
        areas = rings.area[keep]
        excess = abs(int((areas > 0).sum()) - int((areas < 0).sum()))
        if excess:
            # A little less than the limit, which rounding must not pass.
            most = (1.0 - 1e-9) * max_area_change_frac * areas.sum()
            cut = min(cut, math.sqrt(most / (2 * excess)))
    return [
        _patches(rings, keep, cell_m=cell_m, cut=cut)
        for rings, keep in zip(traced, kept, strict=True)
    ]


def merge(patches: Sequence[Patch]) -> MultiPolygon:
    """Return the polygons of ``patches`` as one geometry."""
    return MultiPolygon([patch.polygon for patch in patches])


def members(key: Indices, among: Indices) -> tuple[Flags, Indices]:
    """Return whether each ``key`` occurs in the sorted ``among``, and where it does."""
    if among.size == 0:
        return np.zeros(key.shape, dtype=bool), np.zeros(key.shape, dtype=np.int64)
    at = np.minimum(np.searchsorted(among, key), among.size - 1)
    return among[at] == key, at


def components(key: Indices) -> Indices:
    """Return the number of the patch of each cell, 0... in the order of the first cells.

    Parameters
    ----------
    key
        Keys of the cells, sorted, unique. Cells that share an edge belong together.

    Examples
    --------
    >>> components(pack(np.array([0, 0, 1]), np.array([0, 1, 2])))
    array([0, 0, 1])
    """
    row, col = unpack(key)
    links: list[Indices] = []
    for d_row, d_col in ((0, 1), (1, 0)):
        found, at = members(pack(row + d_row, col + d_col), key)
        links.append(np.stack([np.flatnonzero(found), at[found]]))
    source, target = np.concatenate(links, axis=1)
    graph = coo_array(
        (np.ones(source.size, dtype=np.int8), (source, target)), shape=(key.size, key.size)
    )
    _, label = connected_components(graph, directed=False)
    _, first = np.unique(label, return_index=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(first.size)
    patch: Indices = rank[label]
    return patch


@dataclass(frozen=True)
class _Rings:
    """Boundary edges in ring order; ``area`` in cells, negative for holes."""

    key: Indices
    patch_of_cell: Indices
    col: Indices
    row: Indices
    direction: Indices
    start: Indices
    area: Floats
    patch: Indices


def _trace(key: Indices) -> _Rings:
    row, col = (axis.astype(np.int64) for axis in unpack(key))
    cols, rows, directions, cells = [], [], [], []
    # Start corner of the edges east, north, west and south, seen from the cell's own corner.
    for east_to_south, ((d_row, d_col), (s_row, s_col)) in enumerate(
        zip(_NEIGHBOURS, ((0, 0), (0, 1), (1, 1), (1, 0)), strict=True)
    ):
        inside, _ = members(pack(row + d_row, col + d_col), key)
        cell = np.flatnonzero(~inside)
        cells.append(cell)
        rows.append(row[cell] + s_row)
        cols.append(col[cell] + s_col)
        directions.append(np.full(cell.size, east_to_south, dtype=np.int64))
    edge_row, edge_col = np.concatenate(rows), np.concatenate(cols)
    direction, cell = np.concatenate(directions), np.concatenate(cells)
    edge_key = pack(edge_row, edge_col) * 4 + direction
    order = np.argsort(edge_key)
    edge_key, edge_row, edge_col = edge_key[order], edge_row[order], edge_col[order]
    direction, cell = direction[order], cell[order]
    corner = pack(edge_row + _STEP_ROW[direction], edge_col + _STEP_COL[direction]) * 4
    following = np.full(edge_key.size, -1, dtype=np.int64)
    # Left first: where two cells meet in a corner only, the ring stays with its own cell.
    for turn in (_RIGHT, _STRAIGHT, _LEFT):
        found, at = members(corner + (direction + turn) % 4, edge_key)
        following[found] = at[found]
    ring_order, start = _chain(following)
    edge_row, edge_col = edge_row[ring_order], edge_col[ring_order]
    direction = direction[ring_order]
    patch_of_cell = components(key)
    if start.size == 0:
        area = np.zeros(0)
    else:
        # Twice the area as whole numbers, from the cells' own corner so that they stay small.
        x, y = edge_col - col.min(), edge_row - row.min()
        twice = x * _STEP_ROW[direction] - y * _STEP_COL[direction]
        area = np.add.reduceat(twice, start) / 2.0
    return _Rings(
        key=key,
        patch_of_cell=patch_of_cell,
        col=edge_col,
        row=edge_row,
        direction=direction,
        start=start,
        area=area,
        patch=patch_of_cell[cell[ring_order[start]]] if start.size else start,
    )


@numba.njit(cache=True, nogil=True)
def _chain(
    following: Indices,
) -> tuple[Indices, Indices]:
    """Return the edges in ring order and where each ring starts."""
    n = following.size
    order = np.empty(n, np.int64)
    start = np.empty(n, np.int64)
    seen = np.zeros(n, np.bool_)
    n_order = 0
    n_rings = 0
    for first in range(n):
        if seen[first]:
            continue
        start[n_rings] = n_order
        n_rings += 1
        edge = first
        while not seen[edge]:
            seen[edge] = True
            order[n_order] = edge
            n_order += 1
            edge = following[edge]
    return order, start[:n_rings].copy()


def _keep(rings: _Rings, min_cells: float) -> Flags:
    """Return which rings stay when small holes are filled and then small patches dropped."""
    n_patches = int(rings.patch.max()) + 1 if rings.patch.size else 0
    # What lies inside a filled hole is smaller than the hole and goes as a crumb.
    keep: Flags = (rings.area > 0) | (-rings.area >= min_cells)
    area = np.bincount(rings.patch, weights=rings.area * keep, minlength=n_patches)
    return keep & (area >= min_cells)[rings.patch]


def _patches(rings: _Rings, keep: Flags, *, cell_m: float, cut: float) -> list[Patch]:
    shares = (0.5,) if cut == 0.5 else (cut, 1.0 - cut)
    x = np.stack([rings.col + share * _STEP_COL[rings.direction] for share in shares], axis=1)
    y = np.stack([rings.row + share * _STEP_ROW[rings.direction] for share in shares], axis=1)
    xy = np.stack([x * cell_m, y * cell_m], axis=2)
    end = np.append(rings.start[1:], rings.col.size)
    shells: dict[int, int] = {}
    holes: dict[int, list[int]] = {}
    for ring in np.flatnonzero(keep).tolist():
        patch = int(rings.patch[ring])
        if rings.area[ring] > 0:
            shells[patch] = ring
        else:
            holes.setdefault(patch, []).append(ring)

    def line(ring: int) -> Floats:
        return xy[rings.start[ring] : end[ring]].reshape(-1, 2)

    by_patch = np.argsort(rings.patch_of_cell, kind="stable")
    first = np.searchsorted(rings.patch_of_cell[by_patch], np.arange(rings.key.size + 1))
    out = []
    for patch in sorted(shells):
        inner = holes.get(patch, [])
        polygon = Polygon(line(shells[patch]), [line(ring) for ring in inner])
        n_cells = rings.area[shells[patch]] + sum(rings.area[ring] for ring in inner)
        cells = rings.key[by_patch[first[patch] : first[patch + 1]]]
        out.append(Patch(polygon, cells, float(n_cells) * cell_m**2))
    return out
