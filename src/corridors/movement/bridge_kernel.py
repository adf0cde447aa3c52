"""The numerical core of Brownian bridges on a lattice: panels in time, tiles in space.

A bridge is cut into panels in which neither the place nor the width of its normal distribution
changes by much. Each panel is integrated by a Gauss-Kronrod pair whose two answers, compared cell
by cell, say whether it has to be halved. A first pass over the panels finds the tiles that can be
touched, so that memory follows the path and not its bounding box.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from corridors.movement.normal_cdf import normal_cdf

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

TILE = 64
# A panel spans about this many standard deviations of movement (or e-folds of width).
_PANEL_WIDTH = 6.0
_MAX_DEPTH = 40
# The Kronrod answer is much nearer to the truth than to the Gauss answer: its error is taken as
# d sqrt(_SHARPNESS d), d their relative distance; tests/golden/test_occurrence.py holds it to that.
_SHARPNESS = 0.25
_N_NODES = 15

# Kronrod's 15 nodes with the weights of both rules; the Gauss nodes are the odd ones.
_HALF = (
    (0.991455371120812639206854697526, 0.022935322010529224963732008059, 0.0),
    (
        0.949107912342758524526189684048,
        0.063092092629978553290700663189,
        0.129484966168869693270611,
    ),
    (0.864864423359769072789712788641, 0.104790010322250183839876322542, 0.0),
    (
        0.741531185599394439863864773281,
        0.140653259715525918745189590510,
        0.279705391489276667901468,
    ),
    (0.586087235467691130294144838259, 0.169004726639267902826583426599, 0.0),
    (
        0.405845151377397166906606412077,
        0.190350578064785409913256402421,
        0.381830050505118944950370,
    ),
    (0.207784955007898467600689403773, 0.204432940075298892414161999235, 0.0),
    (0.0, 0.209482141084727828012999174892, 0.417959183673469387755102),
)
_NODES: Floats = np.array([-row[0] for row in _HALF] + [row[0] for row in _HALF[-2::-1]])
_KRONROD: Floats = np.array([row[1] for row in _HALF] + [row[1] for row in _HALF[-2::-1]])
_GAUSS: Floats = np.array([row[2] for row in _HALF] + [row[2] for row in _HALF[-2::-1]])


@njit(cache=True, nogil=True)
def _variance(a: float, diffusion: float, e0: float, e1: float) -> float:
    """Return the variance (m2) at share ``a``; ``diffusion`` is L s2, ``e0``, ``e1`` errors."""
    return diffusion * a * (1 - a) + (1 - a) ** 2 * e0 * e0 + a * a * e1 * e1


@njit(cache=True, nogil=True)
def _largest_variance(a0: float, a1: float, diffusion: float, e0: float, e1: float) -> float:
    """Return the largest variance on [a0, a1]."""
    largest = max(_variance(a0, diffusion, e0, e1), _variance(a1, diffusion, e0, e1))
    curve = diffusion - e0 * e0 - e1 * e1
    if curve > 0:
        top = (diffusion / 2 - e0 * e0) / curve
        if a0 < top < a1:
            largest = max(largest, _variance(top, diffusion, e0, e1))
    return largest


@njit(cache=True, nogil=True)
def _box(theta0: float, theta1: float, bridge: Floats, reach: float, out: Integers) -> None:
    """Set ``out`` to the (first, last) column and row that a panel touches.

    ``bridge`` is (x, y, dx, dy, diffusion, error 0, error 1) with lengths in cells.
    """
    a0, a1 = (1 - math.cos(theta0)) / 2, (1 - math.cos(theta1)) / 2
    r = reach * math.sqrt(_largest_variance(a0, a1, bridge[4], bridge[5], bridge[6]))
    for axis in range(2):
        p0, p1 = bridge[axis] + a0 * bridge[2 + axis], bridge[axis] + a1 * bridge[2 + axis]
        out[2 * axis] = math.floor(min(p0, p1) - r)
        out[2 * axis + 1] = math.floor(max(p0, p1) + r)


@njit(cache=True, nogil=True)
def _is_wide(theta0: float, theta1: float, bridge: Floats) -> bool:
    """Return whether the distribution changes too much within the panel."""
    length = math.hypot(bridge[2], bridge[3])
    most = 0.0
    for k in range(3):
        theta = theta0 + (theta1 - theta0) * (0.05 + 0.45 * k)
        a = (1 - math.cos(theta)) / 2
        v = _variance(a, bridge[4], bridge[5], bridge[6])
        if v <= 0.0:
            return length > 0.0
        slope = bridge[4] * (1 - 2 * a) - 2 * (1 - a) * bridge[5] ** 2 + 2 * a * bridge[6] ** 2
        rate = (length / math.sqrt(v) + abs(slope) / (2 * v)) * math.sin(theta) / 2
        most = max(most, rate)
    return most * (theta1 - theta0) > _PANEL_WIDTH


@njit(cache=True, nogil=True)
def _put(stack: Floats, at: int, first: float, second: float, third: float) -> None:
    """Set one row of ``stack``."""
    stack[at, 0] = first
    stack[at, 1] = second
    stack[at, 2] = third


@njit(cache=True, nogil=True)
def _find_panels(bridges: Floats, reach: float, limits: Floats, boxes: Integers) -> int:
    """Set as many panels as there is room for; return how many there are."""
    stack = np.empty((_MAX_DEPTH + 2, 3))
    box = np.empty(4, np.int64)
    n = 0
    for i in range(bridges.shape[0]):
        _put(stack, 0, 0.0, math.pi, 0.0)
        top = 1
        while top > 0:
            top -= 1
            theta0, theta1, depth = stack[top, 0], stack[top, 1], stack[top, 2]
            _box(theta0, theta1, bridges[i], reach, box)
            is_one_cell = box[0] == box[1] and box[2] == box[3]
            if depth < _MAX_DEPTH and not is_one_cell and _is_wide(theta0, theta1, bridges[i]):
                middle = (theta0 + theta1) / 2
                _put(stack, top, middle, theta1, depth + 1)
                _put(stack, top + 1, theta0, middle, depth + 1)
                top += 2
                continue
            if n < limits.shape[0]:
                _put(limits, n, float(i), theta0, theta1)
                for k in range(4):
                    boxes[n, k] = box[k]
            n += 1
    return n


def panels(bridges: Floats, reach: float) -> tuple[Floats, Integers]:
    """Return the panels of all bridges: (bridge, from, to) and their boxes of cells.

    The time axis is theta in 0...pi with share a = (1 - cos theta) / 2, in which a bridge without
    location error moves evenly in units of its own width.
    """
    room, n = 8 * bridges.shape[0], 0
    while True:
        limits, boxes = np.empty((room, 3)), np.empty((room, 4), np.int64)
        n = _find_panels(bridges, reach, limits, boxes)
        if n <= room:
            return limits[:n], boxes[:n]
        room = n


@njit(cache=True, nogil=True)
def mark_tiles(boxes: Integers, tile_row: int, tile_col: int, marks: npt.NDArray[np.int32]) -> None:
    """Set ``marks`` (tile rows, tile columns) to 1 where a box of cells lies."""
    for k in range(boxes.shape[0]):
        for row in range(boxes[k, 2] // TILE, boxes[k, 3] // TILE + 1):
            for col in range(boxes[k, 0] // TILE, boxes[k, 1] // TILE + 1):
                marks[row - tile_row, col - tile_col] = 1


@njit(cache=True, nogil=True)
def _edges(centre: float, sd: float, reach: float, out: Floats) -> tuple[int, int]:
    """Set ``out`` to the probability of each cell along one axis; return (first cell, number).

    The tails beyond ``reach`` standard deviations are counted in the outermost cells.
    """
    first = math.floor(centre - reach * sd)
    n = math.floor(centre + reach * sd) - first + 1
    below = 0.0
    for j in range(n - 1):
        upto = normal_cdf((first + j + 1 - centre) / sd)
        out[j] = max(upto - below, 0.0)
        below = upto
    out[n - 1] = max(1.0 - below, 0.0)
    return first, n


@njit(cache=True, nogil=True)
def _integrate(
    theta0: float,
    theta1: float,
    bridge: Floats,
    reach: float,
    box: Integers,
    px: Floats,
    py: Floats,
    spans: Integers,
    patch: Floats,
) -> float:
    """Fill ``patch`` (rows, cols of ``box``) and return half the L1 distance of the two rules."""
    half, centre = (theta1 - theta0) / 2, (theta1 + theta0) / 2
    for k in range(_N_NODES):
        theta = centre + half * _NODES[k]
        a = (1 - math.cos(theta)) / 2
        sd = math.sqrt(_variance(a, bridge[4], bridge[5], bridge[6]))
        spans[k, 0], spans[k, 1] = _edges(bridge[0] + a * bridge[2], sd, reach, px[k])
        spans[k, 2], spans[k, 3] = _edges(bridge[1] + a * bridge[3], sd, reach, py[k])
    distance = 0.0
    n_cols = box[1] - box[0] + 1
    gauss = px[_N_NODES]
    for j in range(box[3] - box[2] + 1):
        row = patch[j]
        row[:n_cols] = 0.0
        gauss[:n_cols] = 0.0
        for k in range(_N_NODES):
            r = j + box[2] - spans[k, 2]
            if r < 0 or r >= spans[k, 3]:
                continue
            jacobian = half * math.sin(centre + half * _NODES[k]) / 2 * py[k, r]
            shift = spans[k, 0] - box[0]
            weight = jacobian * _KRONROD[k]
            for c in range(spans[k, 1]):
                row[shift + c] += weight * px[k, c]
            if k % 2 == 1:
                weight = jacobian * _GAUSS[k]
                for c in range(spans[k, 1]):
                    gauss[shift + c] += weight * px[k, c]
        for c in range(n_cols):
            distance += abs(row[c] - gauss[c])
    return distance / 2


@njit(cache=True, nogil=True)
def _add(
    patch: Floats,
    box: Integers,
    weight: float,
    tile_row: int,
    tile_col: int,
    index: npt.NDArray[np.int32],
    tiles: Floats,
) -> None:
    """Add ``weight`` times the patch to the tiles."""
    for row in range(box[2], box[3] + 1):
        tile_r = row // TILE - tile_row
        r = row % TILE
        col = box[0]
        while col <= box[1]:
            end = min((col // TILE + 1) * TILE, box[1] + 1)
            target = tiles[index[tile_r, col // TILE - tile_col], r]
            shift, source = col % TILE, col - box[0]
            for c in range(end - col):
                target[shift + c] += weight * patch[row - box[2], source + c]
            col = end


@njit(cache=True, nogil=True)
def accumulate(
    bridges: Floats,
    weights: Floats,
    limits: Floats,
    boxes: Integers,
    reach: float,
    tolerance: float,
    tile_row: int,
    tile_col: int,
    index: npt.NDArray[np.int32],
    tiles: Floats,
) -> tuple[int, int]:
    """Add every panel to the tiles; return the number of panels integrated and of those halved."""
    n_cols, n_rows = 1, 1
    for k in range(boxes.shape[0]):
        n_cols = max(n_cols, boxes[k, 1] - boxes[k, 0] + 1)
        n_rows = max(n_rows, boxes[k, 3] - boxes[k, 2] + 1)
    px = np.empty((_N_NODES + 1, n_cols))
    py = np.empty((_N_NODES, n_rows))
    patch = np.empty((n_rows, n_cols))
    spans = np.empty((_N_NODES, 4), np.int64)
    stack = np.empty((_MAX_DEPTH + 2, 3))
    box = np.empty(4, np.int64)
    n_done, n_halved = 0, 0
    for k in range(limits.shape[0]):
        i = int(limits[k, 0])
        _put(stack, 0, limits[k, 1], limits[k, 2], 0.0)
        top = 1
        while top > 0:
            top -= 1
            theta0, theta1, depth = stack[top, 0], stack[top, 1], stack[top, 2]
            mass = (math.cos(theta0) - math.cos(theta1)) / 2
            _box(theta0, theta1, bridges[i], reach, box)
            if box[0] == box[1] and box[2] == box[3]:
                patch[0, 0] = mass
                _add(patch, box, weights[i], tile_row, tile_col, index, tiles)
                continue
            distance = _integrate(theta0, theta1, bridges[i], reach, box, px, py, spans, patch)
            n_done += 1
            allowed = tolerance * ((theta1 - theta0) / math.pi + mass) / 2
            error = distance * min(1.0, math.sqrt(_SHARPNESS * distance / mass))
            if error > allowed and depth < _MAX_DEPTH:
                n_halved += 1
                middle = (theta0 + theta1) / 2
                _put(stack, top, middle, theta1, depth + 1)
                _put(stack, top + 1, theta0, middle, depth + 1)
                top += 2
                continue
            _add(patch, box, weights[i], tile_row, tile_col, index, tiles)
    return n_done, n_halved


@njit(cache=True, nogil=True)
def cells_of_tiles(
    index: npt.NDArray[np.int32], tiles: Floats, tile_row: int, tile_col: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]:
    """Return (row, col, mass) of the cells with mass, sorted by (row, col)."""
    n = 0
    for value in tiles.ravel():
        if value > 0:
            n += 1
    row, col, mass = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n)
    n = 0
    for i in range(index.shape[0]):
        for r in range(TILE):
            for j in range(index.shape[1]):
                if index[i, j] < 0:
                    continue
                line = tiles[index[i, j], r]
                for c in range(TILE):
                    if line[c] > 0:
                        row[n] = (tile_row + i) * TILE + r
                        col[n] = (tile_col + j) * TILE + c
                        mass[n] = line[c]
                        n += 1
    return row, col, mass
