"""Which lines lie near a place: a lattice over their straight pieces, asked for many fixes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from corridors.barriers.piece_cells import PieceCells
from corridors.barriers.segments import straight_pieces
from corridors.foundation.arrays import Floats, Geometries, Indices, Indices32
from corridors.foundation.compiled import to_read


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
    cells
        The pieces within reach of each cell.
    """

    ends: Floats
    owner: Indices
    distance_m: float
    cells: PieceCells

    def near(self, x_m: Floats, y_m: Floats) -> Nearness:
        """Return the lines within :attr:`distance_m` of each place."""
        x_m, y_m = to_read(x_m), to_read(y_m)
        counts = np.zeros(x_m.size, dtype=np.int64)
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        cells = self.cells
        where = (
            self.ends, self.owner, self.distance_m, (cells.x_m, cells.y_m), cells.cell_m,
            cells.shape, cells.first, cells.piece,
        )  # fmt: skip
        _search(x_m, y_m, *where, counts, none, nothing, False)
        line = np.empty(int(counts.sum()), dtype=np.int64)
        distance = np.empty(line.size)
        first = np.cumsum(counts) - counts
        _search(x_m, y_m, *where, first, line, distance, True)
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
    Cells are twice the reach wide, wider where the lines would need too many of them. One look
    into one cell finds all that is near a place; the distance itself is then exact. A query costs
    the pieces listed in its cell, whatever the number of lines.

    Examples
    --------
    >>> import shapely
    >>> lines = shapely.linestrings([[(0, 0), (100, 0)], [(0, 30), (100, 30)]])
    >>> found = lattice_of(lines, distance_m=20.0).near(np.array([50.0, 50.0]), np.array([13., 60]))
    >>> found.place.tolist(), found.line.tolist(), found.distance_m.tolist()
    ([0, 0], [0, 1], [13.0, 17.0])
    """
    pieces = straight_pieces(lines)
    cells = PieceCells.of(pieces.ends, reach_m=distance_m, cell_m=2 * distance_m)
    return Lattice(pieces.ends, pieces.owner, distance_m, cells)


@njit(cache=True, nogil=True)
def _distance2(x: float, y: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Return the squared distance of a place from a piece."""
    ux, uy = bx - ax, by - ay
    share = ((x - ax) * ux + (y - ay) * uy) / (ux * ux + uy * uy)
    share = min(1.0, max(0.0, share))
    dx, dy = x - ax - share * ux, y - ay - share * uy
    return float(dx * dx + dy * dy)


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
