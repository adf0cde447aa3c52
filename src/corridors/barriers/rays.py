"""Rays against lines: how far a straight way from a point leads before it meets a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from corridors.barriers.piece_cells import PieceCells
from corridors.foundation.arrays import Floats, Indices, Indices32, Microseconds
from corridors.foundation.compiled import to_read


@dataclass(frozen=True)
class LineIndex:
    """Straight pieces of lines in square cells, for :func:`first_hits`.

    Parameters
    ----------
    ends
        ``x_a, y_a, x_b, y_b`` of each piece, m, shape (p, 4).
    from_us, to_us
        Time in which each piece stands, microseconds since 1970; the second is exclusive.
    cells
        The pieces that meet each cell.
    """

    ends: Floats
    from_us: Microseconds
    to_us: Microseconds
    cells: PieceCells


def line_index(ends: Floats, from_us: Microseconds, to_us: Microseconds) -> LineIndex:
    """Put straight pieces into cells, about one piece per cell.

    Parameters
    ----------
    ends
        ``x_a, y_a, x_b, y_b``, m, any planar CRS, shape (p, 4).
    from_us, to_us
        Time in which each piece stands, microseconds since 1970; the second is exclusive.
    """
    return LineIndex(ends, from_us, to_us, PieceCells.of(ends, reach_m=0.0))


def first_hits(
    index: LineIndex,
    x_m: Floats,
    y_m: Floats,
    time_us: Microseconds,
    heading_rad: Floats,
    reach_m: Floats,
) -> Floats:
    """Return the way to the first line along each ray, inf where none is within reach.

    Parameters
    ----------
    index
        The lines.
    x_m, y_m, time_us
        Where and when each bundle of rays starts, shape (n,).
    heading_rad, reach_m
        Direction from the x axis towards the y axis, and length of each ray, shape (n, k).

    Notes
    -----
    A ray walks through the cells of the index and stops at the first hit, so the cost grows with
    the way to it and not with the number of lines. A ray that runs along a piece does not meet it.

    Examples
    --------
    >>> wall = np.array([[3.0, -10.0, 3.0, 10.0]])
    >>> index = line_index(wall, np.array([0]), np.array([10]))
    >>> way = first_hits(index, np.array([0.0, 0.0]), np.array([0.0, 0.0]), np.array([5, 10]),
    ...                  np.array([[0.0, np.pi], [0.0, np.pi]]), np.full((2, 2), 100.0))
    >>> way.tolist()
    [[3.0, inf], [inf, inf]]
    """
    return first_meetings(index, x_m, y_m, time_us, heading_rad, reach_m)[0]


def first_meetings(
    index: LineIndex,
    x_m: Floats,
    y_m: Floats,
    time_us: Microseconds,
    heading_rad: Floats,
    reach_m: Floats,
) -> tuple[Floats, Floats]:
    """Return the way to the first line along each ray, and the sine of the angle between them.

    As :func:`first_hits`; the sine is 0...1, and 1 where none is within reach.
    """
    cells = index.cells
    way: Floats
    sine: Floats
    way, sine = _cast(
        index.ends,
        index.from_us,
        index.to_us,
        cells.x_m,
        cells.y_m,
        cells.cell_m,
        cells.shape,
        cells.first,
        cells.piece,
        to_read(x_m),
        to_read(y_m),
        to_read(time_us),
        to_read(heading_rad),
        to_read(reach_m),
    )
    return way, sine


@njit(cache=True, nogil=True)
def _inside(
    x: float, y: float, c: float, s: float, reach: float, width: float, height: float
) -> tuple[float, float]:
    """Return where a ray enters and leaves the cells; the second is smaller if it misses them."""
    enter, leave = 0.0, reach
    for start, way, size in ((x, c, width), (y, s, height)):
        if way == 0.0:
            if start < 0.0 or start > size:
                leave = -1.0
        else:
            a, b = -start / way, (size - start) / way
            enter, leave = max(enter, min(a, b)), min(leave, max(a, b))
    return enter, leave


@njit(cache=True, nogil=True)
def _nearest(
    ends: Floats,
    from_us: Microseconds,
    to_us: Microseconds,
    pieces: Indices32,
    begin: int,
    stop: int,
    x: float,
    y: float,
    c: float,
    s: float,
    time: int,
) -> tuple[float, float]:
    """Return the way along a ray to the first of the pieces ``begin`` to ``stop``, or inf.

    And the sine of the angle at which it is met, else 1.
    """
    best, sine = np.inf, 1.0
    for q in range(begin, stop):
        p = pieces[q]
        if time < from_us[p] or time >= to_us[p]:
            continue
        ax, ay = ends[p, 0] - x, ends[p, 1] - y
        dx, dy = ends[p, 2] - ends[p, 0], ends[p, 3] - ends[p, 1]
        cross = c * dy - s * dx
        if cross == 0.0:
            continue
        t = (ax * dy - ay * dx) / cross
        u = (ax * s - ay * c) / cross
        if t >= 0.0 and 0.0 <= u <= 1.0 and t < best:
            best, sine = t, abs(cross) / np.hypot(dx, dy)
    return best, sine


@njit(cache=True, nogil=True)
def _cast(
    ends: Floats,
    from_us: Microseconds,
    to_us: Microseconds,
    x_m: float,
    y_m: float,
    cell: float,
    shape: tuple[int, int],
    first: Indices,
    pieces: Indices32,
    x: Floats,
    y: Floats,
    time_us: Microseconds,
    heading: Floats,
    reach: Floats,
) -> tuple[Floats, Floats]:
    n, k = heading.shape
    out, sines = np.full((n, k), np.inf), np.ones((n, k))
    n_cols, n_rows = shape
    if n_cols == 0:
        return out, sines
    for i in range(n):
        for j in range(k):
            c, s = np.cos(heading[i, j]), np.sin(heading[i, j])
            left, low = x[i] - x_m, y[i] - y_m
            enter, leave = _inside(left, low, c, s, reach[i, j], cell * n_cols, cell * n_rows)
            if leave < enter:
                continue
            column = min(max(int((left + enter * c) / cell), 0), n_cols - 1)
            row = min(max(int((low + enter * s) / cell), 0), n_rows - 1)
            right, up = (1 if c > 0 else -1), (1 if s > 0 else -1)
            # The way to the next column and row, and from one to the next.
            next_x = ((column + (right > 0)) * cell - left) / c if c != 0.0 else np.inf
            next_y = ((row + (up > 0)) * cell - low) / s if s != 0.0 else np.inf
            step_x = cell / abs(c) if c != 0.0 else np.inf
            step_y = cell / abs(s) if s != 0.0 else np.inf
            best, sine = np.inf, 1.0
            while 0 <= column < n_cols and 0 <= row < n_rows:
                here = row * n_cols + column
                way, angle = _nearest(
                    ends, from_us, to_us, pieces, first[here], first[here + 1],
                    x[i], y[i], c, s, time_us[i],
                )  # fmt: skip
                if way < best:
                    best, sine = way, angle
                edge = min(next_x, next_y)
                if best <= edge or edge > leave:
                    break
                if next_x < next_y:
                    column += right
                    next_x += step_x
                else:
                    row += up
                    next_y += step_y
            if best <= reach[i, j]:
                out[i, j], sines[i, j] = best, sine
    return out, sines
