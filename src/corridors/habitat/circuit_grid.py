"""The habitat grid as a network of resistors: conductances between neighbouring cells.

Conductances are one array (4, ny, nx): ``[k, iy, ix]`` belongs to the edge between cell (iy, ix)
and its neighbour to the east, south-west, south or south-east (k = 0...3); 0: no edge. An edge's
number is its index in the raveled array.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
import shapely

from corridors.foundation.arrays import Flags, Floats, Geometries, Indices
from corridors.foundation.grid import Grid

# Steps (iy, ix) to the neighbours of the four kinds of edges.
STEPS = ((0, 1), (1, -1), (1, 0), (1, 1))
# A line that runs exactly through cell centres must lie on one side of all of them.
_OFF_CENTRE = (1.0e-6, 0.6180339887e-6)
_jit = numba.njit(cache=True, nogil=True)


@dataclass(frozen=True)
class Cuts:
    """Which edges of the grid each line crosses.

    Parameters
    ----------
    line
        Number of the line, int64 (n,).
    edge
        Number of the edge, int64 (n,); pairs are unique and sorted by (line, edge).
    """

    line: Indices
    edge: Indices

    def of(self, lines: Flags) -> Cuts:
        """Return the cuts of the lines marked, with the numbers unchanged."""
        keep = lines[self.line]
        return Cuts(self.line[keep], self.edge[keep])


def coarsened(resistance: Floats, grid: Grid, *, max_cells: int) -> tuple[Floats, Grid]:
    """Return the resistance on the finest grid of at most ``max_cells`` whole multiples of cells.

    A coarse cell has the mean resistance of its known cells if at least half of them are known.

    Examples
    --------
    >>> fine = Grid("EPSG:32612", 100.0, row_min=0, col_min=-1, n_rows=2, n_cols=3)
    >>> coarse, grid = coarsened(np.array([[1.0, 2.0, 4.0], [3.0, 4.0, np.nan]]), fine, max_cells=4)
    >>> coarse, grid.bounds
    (array([[2.        , 3.33333333]]), (-200.0, 0.0, 200.0, 200.0))
    """
    times = max(1, math.ceil(math.sqrt(resistance.size / max_cells)))
    while (
        times > 1 and math.prod(Grid.covering("", times, _lattice_bounds(grid)).shape) > max_cells
    ):
        times += 1
    if times == 1:
        return resistance, grid
    coarse = Grid.covering(grid.crs, times * grid.cell_m, grid.bounds)
    iy, ix = np.nonzero(np.isfinite(resistance))
    row, col = grid.lattice_index(iy, ix)
    down, right = coarse.array_index(row // times, col // times)
    cell = down * coarse.n_cols + right
    n_cells = coarse.n_rows * coarse.n_cols
    count = np.bincount(cell, minlength=n_cells)
    total = np.bincount(cell, weights=resistance[iy, ix], minlength=n_cells)
    known = count >= 0.5 * times**2
    mean = np.where(known, total / np.maximum(count, 1), np.nan)
    return mean.reshape(coarse.shape), coarse


def _lattice_bounds(grid: Grid) -> tuple[float, float, float, float]:
    return (
        grid.col_min,
        grid.row_min,
        grid.col_min + grid.n_cols,
        grid.row_min + grid.n_rows,
    )


def conductances(resistance: Floats) -> Floats:
    """Return the conductances between neighbouring cells.

    Parameters
    ----------
    resistance
        Resistance of each cell, (ny, nx), > 0; NaN: there is no cell.

    Returns
    -------
    array (4, ny, nx)
        1 over the mean resistance of two cells, over 2**0.5 for diagonal neighbours.

    Examples
    --------
    >>> conductances(np.array([[1.0, 3.0], [1.0, np.nan]]))[0, 0, 0]
    np.float64(0.5)
    """
    if not (np.isnan(resistance) | ((resistance > 0) & np.isfinite(resistance))).all():
        raise ValueError("resistance must be > 0 and finite, or NaN")
    out = np.zeros((4, *resistance.shape))
    for edge, (down, right) in zip(out, STEPS, strict=True):
        here, there = _pair(resistance, down, right)
        length = math.hypot(down, right)
        between = 2.0 / ((here + there) * length)
        _pair(edge, down, right)[0][...] = np.where(np.isnan(between), 0.0, between)
    return out


def _pair(values: Floats, down: int, right: int) -> tuple[Floats, Floats]:
    """Return views of the cells that have such a neighbour, and of these neighbours."""
    n_rows, n_cols = values.shape
    rows, below = slice(0, n_rows - down), slice(down, n_rows)
    if right >= 0:
        return values[rows, : n_cols - right], values[below, right:]
    return values[rows, -right:], values[below, : n_cols + right]


def crossed_edges(lines: Geometries, grid: Grid) -> Cuts:
    """Return the edges between cell centres that lines cross.

    Parameters
    ----------
    lines
        LineStrings or MultiLineStrings in the CRS of the grid, (n,).
    grid
        The lattice of the cells.

    Notes
    -----
    Every edge lies on a line of one of four families (rows, columns and both diagonals through
    cell centres), so the crossings of a straight piece are where a linear function of the position
    takes whole numbers, and none is missed: two cells on different sides of an unbroken line are
    joined by no edge that it does not cross. Pieces that end nowhere (a coordinate that is not
    finite) cut nothing. O(length / cell).
    """
    points, owner = shapely.get_coordinates(lines, return_index=True)
    if shapely.get_type_id(lines).size and (shapely.get_type_id(lines) != 1).any():
        parts, of = shapely.get_parts(lines, return_index=True)
        points, part = shapely.get_coordinates(parts, return_index=True)
        owner = of[part]
    else:
        part = owner
    x_min, _, _, y_max = grid.bounds
    # Positions in cells, whole numbers at centres, rows southward as in arrays.
    col = (points[:, 0] - x_min) / grid.cell_m - 0.5 + _OFF_CENTRE[0]
    row = (y_max - points[:, 1]) / grid.cell_m - 0.5 + _OFF_CENTRE[1]
    size = np.array([grid.n_rows, grid.n_cols])[:, None]
    at = np.stack([row, col])
    low, high = np.minimum(at[:, :-1], at[:, 1:]), np.maximum(at[:, :-1], at[:, 1:])
    # Also out: pieces with an end that the working CRS does not reach.
    is_piece = (
        (part[1:] == part[:-1]) & np.isfinite(low).all(axis=0) & np.isfinite(high).all(axis=0)
    )
    is_piece &= (high >= 0).all(axis=0) & (low <= size).all(axis=0)
    start = np.stack([row[:-1], col[:-1]])[:, is_piece]
    end = np.stack([row[1:], col[1:]])[:, is_piece]
    line = owner[:-1][is_piece].astype(np.int64)
    n_cells = grid.n_rows * grid.n_cols
    found_line, found_edge = [], []
    for kind, (down, right) in enumerate(STEPS):
        # Constant along the edges of this kind, and different by 1 between neighbouring ones.
        f_start, f_end = (down * at[1] - right * at[0] for at in (start, end))
        piece, whole = _whole_numbers(f_start, f_end)
        share = (whole - f_start[piece]) / (f_end - f_start)[piece]
        at = start[:, piece] + share * (end - start)[:, piece]
        # The cell at which the edge begins: the northern one, of two in a row the western one.
        if down:
            iy = np.floor(at[0]).astype(np.int64)
            ix = (whole + right * iy).astype(np.int64)
        else:
            ix = np.floor(at[1]).astype(np.int64)
            iy = (-whole).astype(np.int64)
        inside = (iy >= 0) & (iy + down < grid.n_rows)
        inside &= (np.minimum(ix, ix + right) >= 0) & (np.maximum(ix, ix + right) < grid.n_cols)
        found_line.append(line[piece][inside])
        found_edge.append((kind * n_cells + iy * grid.n_cols + ix)[inside])
    n_edges = 4 * n_cells
    pairs = np.unique(np.concatenate(found_line) * n_edges + np.concatenate(found_edge))
    return Cuts(pairs // n_edges, pairs % n_edges)


def beyond(whole: Cuts, parts: Cuts, line_of: Indices, *, n_edges: int) -> tuple[Cuts, Indices]:
    """Return what lines cut that none of their parts cuts, and which lines these are.

    Parameters
    ----------
    whole, parts
        Which edges the lines and their parts cross.
    line_of
        Line of each part, -1 for none, (n_parts,).
    n_edges
        Of the grid.

    Returns
    -------
    Cuts
        Lines that cut anything more, numbered anew from 0.
    array
        Number in ``whole`` of each of these lines, (n,).

    Examples
    --------
    >>> lines = Cuts(np.array([0, 1, 1]), np.array([5, 2, 3]))
    >>> rest, kept = beyond(lines, Cuts(np.array([0]), np.array([2])), np.array([1]), n_edges=9)
    >>> rest.line.tolist(), rest.edge.tolist(), kept.tolist()
    ([0, 1], [5, 3], [0, 1])
    """
    is_beyond = ~np.isin(
        whole.line * n_edges + whole.edge, line_of[parts.line] * n_edges + parts.edge
    )
    kept, line = np.unique(whole.line[is_beyond], return_inverse=True)
    return Cuts(line, whole.edge[is_beyond]), kept


def _whole_numbers(start: Floats, end: Floats) -> tuple[Indices, Floats]:
    """Return each whole number in (min, max] of each pair: number of the pair, and the number."""
    low, high = np.floor(np.minimum(start, end)), np.floor(np.maximum(start, end))
    count = (high - low).astype(np.int64)
    piece = np.repeat(np.arange(start.size), count)
    first = np.cumsum(count) - count
    return piece, low[piece] + 1.0 + (np.arange(piece.size) - first[piece])


def burn(conductance: Floats, cuts: Cuts, added: Floats) -> Floats:
    """Return conductances with the lines' resistances in series with the edges they cross.

    Parameters
    ----------
    conductance
        Without lines, (4, ny, nx).
    cuts
        Which edges the lines cross.
    added
        Of each line, the resistance that it adds to an edge as a multiple of the edge's own,
        (n_lines,), >= 0; a line that passes the share p of those that reach it over one cell
        adds 1/p - 1, so that the edge has p times its conductance.

    Examples
    --------
    >>> open_ground = conductances(np.ones((1, 3)))
    >>> wall = Cuts(np.array([0]), np.array([1]))
    >>> burn(open_ground, wall, np.array([3.0]))[0]
    array([[1.  , 0.25, 0.  ]])
    """
    times = total_added(cuts, added, conductance.size)
    out: Floats = conductance / (1.0 + times.reshape(conductance.shape))
    return out


def added_by(
    permeability: Floats, *, least_permeability: float, ground_m: float, cell_m: float
) -> Floats:
    """Return what lines add to an edge as multiples of the edge's own resistance.

    Parameters
    ----------
    permeability
        Of each line, (n_lines,), 0...1.
    least_permeability
        What a closed line lets through, > 0.
    ground_m
        A line of permeability p adds (1/p - 1) times the resistance of this much of the ground, m:
        what it adds per metre of its length does not depend on the cell.
    cell_m
        Cell edge, m.

    Examples
    --------
    >>> added_by(np.array([0.5, 0.0]), least_permeability=0.1, ground_m=200.0, cell_m=100.0)
    array([ 2., 18.])
    """
    share = np.maximum(permeability, least_permeability)
    out: Floats = (1.0 / share - 1.0) * ground_m / cell_m
    return out


def total_added(cuts: Cuts, added: Floats, n_edges: int) -> Floats:
    """Return the sum of what the lines add to each edge, (n_edges,)."""
    total = np.bincount(cuts.edge, weights=added[cuts.line], minlength=n_edges)
    return total.astype(np.float64, copy=False)


@_jit
def currents(conductance: Floats, potential: Floats) -> Floats:
    """Return the current through each cell for given potentials, (ny, nx).

    Half the sum of the currents in its edges: what flows in and out again, and half of what enters
    or leaves the network there. Cells with an unknown potential (NaN) carry none.
    """
    _, n_rows, n_cols = conductance.shape
    out = np.zeros((n_rows, n_cols))
    for iy in range(n_rows):
        for ix in range(n_cols):
            for kind in range(4):
                g = conductance[kind, iy, ix]
                if g > 0.0:
                    down, right = STEPS[kind]
                    drop = abs(potential[iy, ix] - potential[iy + down, ix + right])
                    if drop > 0.0:
                        out[iy, ix] += 0.5 * g * drop
                        out[iy + down, ix + right] += 0.5 * g * drop
    return out


@_jit
def net_currents(conductance: Floats, potential: Floats) -> Floats:
    """Return the current that flows out of each cell less that which flows in, (ny, nx)."""
    _, n_rows, n_cols = conductance.shape
    out = np.zeros((n_rows, n_cols))
    for iy in range(n_rows):
        for ix in range(n_cols):
            for kind in range(4):
                g = conductance[kind, iy, ix]
                if g > 0.0:
                    down, right = STEPS[kind]
                    flow = g * (potential[iy, ix] - potential[iy + down, ix + right])
                    if not math.isnan(flow):
                        out[iy, ix] += flow
                        out[iy + down, ix + right] -= flow
    return out
