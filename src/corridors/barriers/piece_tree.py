"""Which straight pieces of barriers lie near a straight step: a packed tree of their boxes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely
from numba import njit

from corridors.barriers.segments import Pieces
from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.compiled import to_read
from corridors.foundation.parallel import in_order

T = TypeVar("T")

_FAN = 16
_BITS = 16
_BLOCK = 8192  # steps that a thread takes at a time
_ROOM = 1 << 17  # pairs that it holds; doubled where one step has more
# A determinant of differences is known by its sign when it is larger than this share of the sum
# of its two products (Shewchuk 1997, ccwerrboundA); then exact arithmetic has the same sign.
_SURE = (3.0 + 16.0 * 2.0**-53) * 2.0**-53


@dataclass(frozen=True)
class PieceTree:
    """Boxes of pieces, sixteen to a node, along a Hilbert curve.

    Parameters
    ----------
    pieces
        The pieces.
    piece
        Piece of each leaf, shape (p,).
    boxes
        West, south, east, north: those of the leaves, then of the nodes above them, level by
        level up to the root, shape (k, 4).
    starts
        Where each level starts in ``boxes``, and their end.
    """

    pieces: Pieces
    piece: Indices
    boxes: Floats
    starts: Indices

    @classmethod
    def of(cls, pieces: Pieces) -> PieceTree:
        """Return the tree of these pieces; the order does not depend on the machine."""
        ends = pieces.ends
        low, high = np.minimum(ends[:, :2], ends[:, 2:]), np.maximum(ends[:, :2], ends[:, 2:])
        order = np.zeros(0, dtype=np.int64)
        if len(ends):
            centre = (low + high) / 2
            first = centre.min(axis=0)
            scale = (2**_BITS - 1) / max(float((centre.max(axis=0) - first).max()), 1e-300)
            place = ((centre - first) * scale).astype(np.int64)
            order = np.argsort(_hilbert(to_read(place[:, 0]), to_read(place[:, 1])), kind="stable")
        levels = [np.hstack([low, high])[order]]
        while len(levels[-1]) > 1:
            below = levels[-1]
            edge = np.arange(0, len(below), _FAN)
            levels.append(
                np.hstack(
                    [
                        np.minimum.reduceat(below[:, :2], edge, axis=0),
                        np.maximum.reduceat(below[:, 2:], edge, axis=0),
                    ]
                )
            )
        starts = np.concatenate([[0], np.cumsum([len(level) for level in levels])])
        return cls(pieces, order, np.vstack(levels), starts.astype(np.int64))

    def meet(self, steps: Floats) -> tuple[Indices, Indices]:
        """Return the pairs of a step and a piece that have a point in common.

        Parameters
        ----------
        steps
            ``x0, y0, x1, y1``, shape (n, 4).

        Returns
        -------
        step, piece
            Sorted by step, then piece.

        Notes
        -----
        Four signs of areas decide. Where rounding leaves one of them open (ends that touch, pieces
        in line) the pair is given to GEOS.
        """
        steps = to_read(steps)
        parts = list(self.in_blocks(len(steps), lambda rows: self._meet(steps, rows)))
        if not parts:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        step, piece = (np.concatenate(column) for column in zip(*parts, strict=True))
        return step, piece

    def _meet(self, steps: Floats, rows: slice) -> tuple[Indices, Indices]:
        found = self._collect(
            rows, lambda first, room: _meetings(self._arrays, steps, first, rows.stop, room)
        )
        step, piece, code = (np.concatenate(column) for column in zip(*found, strict=True))
        open_ = np.flatnonzero(code == 0)
        if open_.size:
            one, two = (
                shapely.linestrings(ends.reshape(-1, 2, 2))
                for ends in (steps[step[open_]], self.pieces.ends[piece[open_]])
            )
            # Else GEOS does not see that a step of no length lies on a piece.
            shapely.prepare(one)
            apart = ~np.asarray(shapely.intersects(one, two), dtype=bool)
            keep = np.ones(step.size, dtype=bool)
            keep[open_[apart]] = False
            step, piece = step[keep], piece[keep]
        return step, piece

    def near(self, steps: Floats, reach_m: Floats, rows: slice) -> Iterator[tuple[Any, ...]]:
        """Yield the pairs of a step and a piece within reach, some whole steps at a time.

        Parameters
        ----------
        steps, reach_m
            ``x0, y0, x1, y1`` and how far each step reaches, m.
        rows
            The steps that are looked at.

        Yields
        ------
        step, piece, distance_m
            Sorted by step, then piece.
        """
        steps, reach_m = to_read(steps), to_read(reach_m)
        return self._collect(
            rows, lambda first, room: _near(self._arrays, steps, reach_m, first, rows.stop, room)
        )

    @property
    def _arrays(self) -> tuple[Any, ...]:
        return self.boxes, self.starts, self.piece, self.pieces.ends

    def _collect(
        self, rows: slice, search: Callable[[int, int], tuple[Any, ...]]
    ) -> Iterator[tuple[Any, ...]]:
        """Yield what ``search(first, room)`` finds until all rows are done."""
        first, room = rows.start, _ROOM
        while first < rows.stop:
            done, *columns = search(first, room)
            if done == first:
                room *= 2
                continue
            first = done
            yield tuple(columns)

    def in_blocks(
        self, n_steps: int, work: Callable[[slice], T], block: int = _BLOCK
    ) -> Iterator[T]:
        """Yield ``work`` of ``block`` steps after the other, in their order, on all cores."""
        if not len(self.pieces.ends):
            return iter(())
        edges = range(0, n_steps, block)
        return in_order(work, (slice(low, min(low + block, n_steps)) for low in edges))


@njit(cache=True, nogil=True)
def _hilbert(x: Indices, y: Indices) -> Indices:
    """Return the position of cells along the Hilbert curve."""
    out = np.zeros(x.size, np.int64)
    last = (1 << _BITS) - 1
    for k in range(x.size):
        a, b = x[k], y[k]
        for bit in range(_BITS - 1, -1, -1):
            right, upper = (a >> bit) & 1, (b >> bit) & 1
            out[k] = 4 * out[k] + ((3 * right) ^ upper)
            if upper == 0:
                if right == 1:
                    a, b = last - a, last - b
                a, b = b, a
    return out


@njit(cache=True, nogil=True)
def _hits(
    boxes: Any, starts: Any, leaf: Any, box: tuple[float, float, float, float], stack: Any, out: Any
) -> int:
    """Put the pieces whose boxes meet ``box`` into ``out``, sorted; return their number."""
    west, south, east, north = box
    n = 0
    stack[0, 0], stack[0, 1] = starts.size - 2, 0
    top = 1
    while top > 0:
        top -= 1
        level, node = stack[top]
        k = starts[level] + node
        if boxes[k, 0] > east or boxes[k, 2] < west or boxes[k, 1] > north or boxes[k, 3] < south:
            continue
        if level == 0:
            out[n] = leaf[node]
            n += 1
            continue
        below, first = starts[level - 1], node * _FAN
        last = min(first + _FAN, starts[level] - below)
        for child in range(first, last):
            k = below + child
            if (
                boxes[k, 0] <= east
                and boxes[k, 2] >= west
                and boxes[k, 1] <= north
                and boxes[k, 3] >= south
            ):
                if level == 1:
                    out[n] = leaf[child]
                    n += 1
                else:
                    stack[top, 0], stack[top, 1] = level - 1, child
                    top += 1
    if n > 32:
        out[:n] = np.sort(out[:n])
    else:
        for i in range(1, n):
            value = out[i]
            j = i
            while j > 0 and out[j - 1] > value:
                out[j] = out[j - 1]
                j -= 1
            out[j] = value
    return n


@njit(cache=True, nogil=True, inline="always")
def _side(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> int:
    """Return on which side of a-b c lies: 1, -1, or 0 where rounding leaves it open."""
    one, two = (ax - cx) * (by - cy), (ay - cy) * (bx - cx)
    area, limit = one - two, _SURE * (abs(one) + abs(two))
    if area > limit:
        return 1
    return -1 if -area > limit else 0


@njit(cache=True, nogil=True)
def _meetings(tree: Any, steps: Any, first: int, last: int, room: int) -> Any:
    """Return where it stopped and step, piece and certainty (1; 0: open) of the pairs found."""
    boxes, starts, leaf, ends = tree
    step, piece = np.empty(room, np.int64), np.empty(room, np.int64)
    code = np.empty(room, np.int8)
    out = np.empty(leaf.size, np.int64)
    stack = np.empty((_FAN * starts.size, 2), np.int64)
    n = 0
    for i in range(first, last):
        ax, ay, bx, by = steps[i]
        box = (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
        m = _hits(boxes, starts, leaf, box, stack, out)
        if n + m > room:
            return i, step[:n], piece[:n], code[:n]
        for k in range(m):
            j = out[k]
            cx, cy, dx, dy = ends[j]
            one, two = _side(ax, ay, bx, by, cx, cy), _side(ax, ay, bx, by, dx, dy)
            if one * two > 0:
                continue
            three, four = _side(cx, cy, dx, dy, ax, ay), _side(cx, cy, dx, dy, bx, by)
            if three * four > 0:
                continue
            step[n], piece[n] = i, j
            code[n] = 1 if one * two < 0 and three * four < 0 else 0
            n += 1
    return last, step[:n], piece[:n], code[:n]


@njit(cache=True, nogil=True, inline="always")
def point_gap(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> float:
    """Return the squared distance of p from a-b, m2."""
    ex, ey = bx - ax, by - ay
    square = ex * ex + ey * ey
    share = ((px - ax) * ex + (py - ay) * ey) / square if square > 0.0 else 0.0
    share = min(max(share, 0.0), 1.0)
    gx, gy = px - ax - share * ex, py - ay - share * ey
    return gx * gx + gy * gy


@njit(cache=True, nogil=True)
def _gap(
    ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float
) -> float:
    """Return the squared distance of two straight pieces, m2."""
    if _side(ax, ay, bx, by, cx, cy) * _side(ax, ay, bx, by, dx, dy) < 0 and (
        _side(cx, cy, dx, dy, ax, ay) * _side(cx, cy, dx, dy, bx, by) < 0
    ):
        return 0.0
    one = min(point_gap(cx, cy, ax, ay, bx, by), point_gap(dx, dy, ax, ay, bx, by))
    two = min(point_gap(ax, ay, cx, cy, dx, dy), point_gap(bx, by, cx, cy, dx, dy))
    return min(one, two)


@njit(cache=True, nogil=True)
def _near(tree: Any, steps: Any, reach: Any, first: int, last: int, room: int) -> Any:
    """Return where it stopped and step, piece and distance (m) of the pairs found."""
    boxes, starts, leaf, ends = tree
    step, piece = np.empty(room, np.int64), np.empty(room, np.int64)
    distance = np.empty(room)
    out = np.empty(leaf.size, np.int64)
    stack = np.empty((_FAN * starts.size, 2), np.int64)
    n = 0
    for i in range(first, last):
        ax, ay, bx, by = steps[i]
        r = reach[i]
        box = (min(ax, bx) - r, min(ay, by) - r, max(ax, bx) + r, max(ay, by) + r)
        m = _hits(boxes, starts, leaf, box, stack, out)
        if n + m > room:
            return i, step[:n], piece[:n], distance[:n]
        for k in range(m):
            j = out[k]
            gap = math.sqrt(_gap(ax, ay, bx, by, ends[j, 0], ends[j, 1], ends[j, 2], ends[j, 3]))
            if gap <= r:
                step[n], piece[n], distance[n] = i, j, gap
                n += 1
    return last, step[:n], piece[:n], distance[:n]
