"""Straight pieces of lines in square cells: one look into a cell finds all that lie near it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from corridors.foundation.arrays import Floats, Indices, Indices32

# Bounds the memory of the cells, 8 bytes each, however far apart the pieces lie; where they lie in
# a row, cells to both sides of it come on top, as many once more.
_MOST_CELLS = 4_000_000
# Share of a cell by which a piece may be out of it and is listed: more than rounding.
_SLACK_FRAC = 1e-9


@dataclass(frozen=True)
class PieceCells:
    """Which pieces come within reach of each cell, and perhaps some more.

    Parameters
    ----------
    x_m, y_m, cell_m
        Lower left corner of the cells and their edge.
    shape
        Number of columns and rows; 0 and 0 without pieces.
    first, piece
        Pieces of cell ``row * columns + column`` are ``piece[first[cell]:first[cell + 1]]``,
        ascending.
    """

    x_m: float
    y_m: float
    cell_m: float
    shape: tuple[int, int]
    first: Indices
    piece: Indices32

    @classmethod
    def of(cls, ends: Floats, *, reach_m: float, cell_m: float | None = None) -> PieceCells:
        """Put pieces into the cells that they come within reach of.

        Parameters
        ----------
        ends
            ``x_a, y_a, x_b, y_b`` of each piece, m, any planar CRS, shape (p, 4).
        reach_m
            How near to a cell is near, m, at least 0.
        cell_m
            Edge of a cell, m, wider where the pieces would need too many cells; None: about as
            many cells as pieces.

        Examples
        --------
        >>> cells = PieceCells.of(np.array([[0.0, 0.0, 3.5, 0.0]]), reach_m=0.0, cell_m=1.0)
        >>> cells.shape, np.diff(cells.first).reshape(cells.shape[::-1]).tolist()
        ((5, 3), [[1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
        """
        if not len(ends):
            return cls(0.0, 0.0, 1.0, (0, 0), np.zeros(1, np.int64), np.zeros(0, np.int32))
        low = np.minimum(ends[:, :2], ends[:, 2:]).min(axis=0) - reach_m
        high = np.maximum(ends[:, :2], ends[:, 2:]).max(axis=0) + reach_m
        width, height = (max(float(side), 1.0) for side in high - low)
        n_cells = min(len(ends), _MOST_CELLS) if cell_m is None else _MOST_CELLS
        longest = 4 * max(width, height) / _MOST_CELLS
        cell = max(cell_m or 0.0, float(np.sqrt(width * height / n_cells)), longest)
        # Half a cell more on all sides, so that no piece lies on the outer edge.
        x_m, y_m = float(low[0]) - cell / 2, float(low[1]) - cell / 2
        shape = int(width / cell) + 2, int(height / cell) + 2
        count = np.zeros(shape[0] * shape[1], np.int64)
        _put(ends, reach_m, x_m, y_m, cell, shape, count, np.zeros(0, np.int32), False)
        first = np.append(0, np.cumsum(count))
        piece = np.empty(int(first[-1]), np.int32)
        _put(ends, reach_m, x_m, y_m, cell, shape, first[:-1].copy(), piece, True)
        return cls(x_m, y_m, cell, shape, first, piece)


@njit(cache=True, nogil=True)
def _put(
    ends: Floats,
    reach: float,
    x_m: float,
    y_m: float,
    cell: float,
    shape: tuple[int, int],
    at: Indices,
    piece: Indices32,
    is_filling: bool,
) -> None:
    """Count the pieces of each cell into ``at``, or write them from there on."""
    grown = reach + _SLACK_FRAC * cell
    for p in range(ends.shape[0]):
        xa, ya, xb, yb = ends[p, 0], ends[p, 1], ends[p, 2], ends[p, 3]
        below = int((min(ya, yb) - grown - y_m) / cell)
        above = min(shape[1] - 1, int((max(ya, yb) + grown - y_m) / cell))
        for row in range(below, above + 1):
            # The part of the piece that comes within reach of the row.
            left, right = min(xa, xb), max(xa, xb)
            if ya != yb:
                low, high = y_m + row * cell - grown, y_m + (row + 1) * cell + grown
                s = min(1.0, max(0.0, (low - ya) / (yb - ya)))
                t = min(1.0, max(0.0, (high - ya) / (yb - ya)))
                one, other = xa + s * (xb - xa), xa + t * (xb - xa)
                left, right = min(one, other), max(one, other)
            west = int((left - grown - x_m) / cell)
            east = min(shape[0] - 1, int((right + grown - x_m) / cell))
            for column in range(west, east + 1):
                here = row * shape[0] + column
                if is_filling:
                    piece[at[here]] = p
                at[here] += 1
