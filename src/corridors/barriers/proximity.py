"""Which lines lie near a place: a lattice over their straight pieces, asked for many fixes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from corridors.barriers.segments import straight_pieces
from corridors.foundation.arrays import Floats, Geometries, Indices, Indices32

# Bounds the memory of the lattice: 8 bytes per cell, however far apart the lines lie.
_MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class Nearness:
    """Pairs of a place and a line within the distance, sorted by place, then line.

    Parameters
    ----------
    place, line
        Shape (k,).
    distance_m
        Exact planar distance, shape (k,).
    """

    place: Indices
    line: Indices
    distance_m: Floats


@dataclass(frozen=True)
class Lattice:
    """Straight pieces of lines, listed by the square cells that lie within reach of them.

    Parameters
    ----------
    ends
        ``x_a, y_a, x_b, y_b`` of each piece, shape (p, 4).
    owner
        Line of each piece, ascending, shape (p,).
    distance_m
        Reach, m.
    origin_m, cell_m, shape
        Corner of the lattice, edge of a cell, and number of columns and rows.
    start, piece
        Pieces of cell ``row * columns + column`` are ``piece[start[cell]:start[cell + 1]]``.
    """

    ends: Floats
    owner: Indices
    distance_m: float
    origin_m: tuple[float, float]
    cell_m: float
    shape: tuple[int, int]
    start: Indices
    piece: Indices32

    def near(self, x_m: Floats, y_m: Floats) -> Nearness:
        """Return the lines within :attr:`distance_m` of each place."""
        counts = np.zeros(x_m.size, dtype=np.int64)
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        where = (self.ends, self.owner, self.distance_m, self.origin_m, self.cell_m, self.shape)
        _search(x_m, y_m, *where, self.start, self.piece, counts, none, nothing, False)
        line = np.empty(int(counts.sum()), dtype=np.int64)
        distance = np.empty(line.size)
        first = np.cumsum(counts) - counts
        _search(x_m, y_m, *where, self.start, self.piece, first, line, distance, True)
        return Nearness(np.repeat(np.arange(x_m.size), counts), line, distance)


def lattice_of(lines: Geometries, *, distance_m: float) -> Lattice:
    """Return a lattice that finds the lines within ``distance_m`` of any place.

    Parameters
    ----------
    lines
        Line geometries in the working CRS.
    distance_m
        Reach, m, above 0.

    Notes
    -----
    Cells are twice the reach wide, wider where the lines would need too many of them. A piece is
    listed in a cell if it comes within the reach of the circle around the cell, so that one look
    into one cell finds all; the distance itself is then exact. A query costs the pieces listed in
    its cell, whatever the number of lines.

    Examples
    --------
    >>> import shapely
    >>> lines = shapely.linestrings([[(0, 0), (100, 0)], [(0, 30), (100, 30)]])
    >>> found = lattice_of(lines, distance_m=20.0).near(np.array([50.0, 50.0]), np.array([13., 60]))
    >>> found.place.tolist(), found.line.tolist(), found.distance_m.tolist()
    ([0, 0], [0, 1], [13.0, 17.0])
    """
    pieces = straight_pieces(lines)
    ends = pieces.ends
    if not len(ends):
        empty = np.zeros(0, np.int32)
        return Lattice(ends, pieces.owner, distance_m, (0, 0), 1.0, (0, 0), np.zeros(1, int), empty)
    low = np.minimum(ends[:, :2], ends[:, 2:]).min(axis=0) - distance_m
    high = np.maximum(ends[:, :2], ends[:, 2:]).max(axis=0) + distance_m
    width, height = (float(side) for side in high - low)
    cell = max(2 * distance_m, float(np.sqrt(width * height / _MOST_CELLS)))
    shape = (int(width // cell) + 1, int(height // cell) + 1)
    origin = (float(low[0]), float(low[1]))
    counts = np.zeros(shape[0] * shape[1] + 1, dtype=np.int64)
    nowhere = np.zeros(0, np.int32)
    _list(ends, distance_m, origin, cell, shape, counts, nowhere, False)
    start = np.append(0, np.cumsum(counts[:-1]))
    piece = np.empty(int(start[-1]), dtype=np.int32)
    _list(ends, distance_m, origin, cell, shape, start[:-1].copy(), piece, True)
    return Lattice(ends, pieces.owner, distance_m, origin, cell, shape, start, piece)


@njit(cache=True, nogil=True)
def _distance2(x: float, y: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Return the squared distance of a place from a piece."""
    ux, uy = bx - ax, by - ay
    share = ((x - ax) * ux + (y - ay) * uy) / (ux * ux + uy * uy)
    share = min(1.0, max(0.0, share))
    dx, dy = x - ax - share * ux, y - ay - share * uy
    return float(dx * dx + dy * dy)


@njit(cache=True, nogil=True)
def _list(
    ends: Floats,
    distance: float,
    origin: tuple[float, float],
    cell: float,
    shape: tuple[int, int],
    at: Indices,
    piece: Indices32,
    is_filling: bool,
) -> None:
    """Count the pieces of each cell into ``at``, or write them from there on."""
    reach2 = (distance + cell * np.sqrt(0.5) * (1 + 1e-9)) ** 2
    for p in range(ends.shape[0]):
        ax, ay, bx, by = ends[p, 0], ends[p, 1], ends[p, 2], ends[p, 3]
        first = max(0, int((min(ay, by) - distance - origin[1]) // cell))
        last = min(shape[1] - 1, int((max(ay, by) + distance - origin[1]) // cell))
        left = max(0, int((min(ax, bx) - distance - origin[0]) // cell))
        right = min(shape[0] - 1, int((max(ax, bx) + distance - origin[0]) // cell))
        for row in range(first, last + 1):
            y = origin[1] + (row + 0.5) * cell
            for column in range(left, right + 1):
                x = origin[0] + (column + 0.5) * cell
                if _distance2(x, y, ax, ay, bx, by) <= reach2:
                    index = row * shape[0] + column
                    if is_filling:
                        piece[at[index]] = p
                    at[index] += 1


@njit(cache=True, nogil=True)
def _search(
    x_m: Floats,
    y_m: Floats,
    ends: Floats,
    owner: Indices,
    distance: float,
    origin: tuple[float, float],
    cell: float,
    shape: tuple[int, int],
    start: Indices,
    piece: Indices32,
    at: Indices,
    line: Indices,
    distance_m: Floats,
    is_filling: bool,
) -> None:
    """Count the lines near each place into ``at``, or write them from there on."""
    limit = distance * distance
    for k in range(x_m.size):
        across, along = (x_m[k] - origin[0]) // cell, (y_m[k] - origin[1]) // cell
        # Also false where a position is NaN.
        if not (0 <= across < shape[0] and 0 <= along < shape[1]):
            continue
        index = int(along) * shape[0] + int(across)
        best, current = np.inf, -1
        for n in range(start[index], start[index + 1]):
            p = piece[n]
            if owner[p] != current:
                if best <= limit:
                    if is_filling:
                        line[at[k]], distance_m[at[k]] = current, np.sqrt(best)
                    at[k] += 1
                best, current = np.inf, owner[p]
            away = _distance2(x_m[k], y_m[k], ends[p, 0], ends[p, 1], ends[p, 2], ends[p, 3])
            best = min(best, away)
        if best <= limit:
            if is_filling:
                line[at[k]], distance_m[at[k]] = current, np.sqrt(best)
            at[k] += 1
