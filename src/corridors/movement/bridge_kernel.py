"""The numerical core of Brownian bridges on a lattice: panels in time, tiles in space.

A bridge is cut into panels in which neither the place nor the width of its normal distribution
changes by much. Each panel is integrated by a Gauss-Kronrod pair whose two answers, compared cell
by cell, say whether it has to be halved. A first pass over the panels finds the tiles that can be
touched, so that memory follows the path and not its bounding box.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from corridors.foundation.arrays import Floats, Indices, Indices32
from corridors.foundation.normal import normal_cdf

TILE = 64
# A panel spans about this many standard deviations of movement (or e-folds of width).
_PANEL_WIDTH = 6.0
_MAX_DEPTH = 40
_FAR = 18.0
# The Kronrod answer is much nearer to the truth than to the Gauss answer: its error is taken as
# d sqrt(_SHARPNESS d), d their relative distance, twice to ten times the error found on random
# bridges; tests/golden/test_occurrence.py holds it to that.
_SHARPNESS = 0.04
_N_NODES, _N_SMALL = 21, 10
# Products of more numbers than this are done in parts: BLAS shares larger ones among threads.
_PRODUCT = 200_000

# Half of Kronrod's 21 nodes, with the weights of both rules.
_HALF = (
    (0.995657163025808080735527280689, 0.011694638867371874278064396062, 0.0),
    (0.973906528517171720077964012084, 0.032558162307964727478818972459, 0.066671344308688137594),
    (0.930157491355708226001207180060, 0.054755896574351996031381300245, 0.0),
    (0.865063366688984510732096688423, 0.075039674810919952767043140916, 0.149451349150580593146),
    (0.780817726586416897063717578345, 0.093125454583697605535065465083, 0.0),
    (0.679409568299024406234327365115, 0.109387158802297641899210590326, 0.219086362515982043996),
    (0.562757134668604683339000099273, 0.123491976262065851077958109585, 0.0),
    (0.433395394129247190799265943166, 0.134709217311473325928054001772, 0.269266719309996355091),
    (0.294392862701460198131126603104, 0.142775938577060080797094273139, 0.0),
    (0.148874338981631210884826001130, 0.147739104901338491374841515972, 0.295524224714752870174),
    (0.0, 0.149445554002916905664936468390, 0.0),
)
_RULE: Floats = np.array(
    [(-x, k, g) for x, k, g in _HALF] + [(x, k, g) for x, k, g in _HALF[-2::-1]]
)
# The nodes of both rules first, so that the smaller rule is the first rows of a table.
_RULE = np.ascontiguousarray(np.vstack([_RULE[1::2], _RULE[0::2]]).T)
_NODES, _KRONROD, _GAUSS = _RULE[0].copy(), _RULE[1].copy(), _RULE[2].copy()


@njit(cache=True, nogil=True)
def _clock(u: float, bridge: Floats) -> tuple[float, float]:
    """Return the share of the bridge's time at ``u`` and its derivative."""
    if bridge[8] > 0.0:
        t = math.tanh(u)
        share: float = bridge[7] + bridge[8] * t
        return min(max(share, 0.0), 1.0), bridge[8] * (1.0 - t * t)
    return (1 - math.cos(u)) / 2, math.sin(u) / 2


@njit(cache=True, nogil=True)
def _share(u: float, bridge: Floats) -> float:
    """Return the share of the bridge's time at ``u``."""
    return _clock(u, bridge)[0]


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
def _box(u0: float, u1: float, bridge: Floats, reach: float, out: Indices) -> None:
    """Set ``out`` to the (first, last) column and row that a panel touches."""
    a0, a1 = _share(u0, bridge), _share(u1, bridge)
    r = reach * math.sqrt(_largest_variance(a0, a1, bridge[4], bridge[5], bridge[6]))
    for axis in range(2):
        p0, p1 = bridge[axis] + a0 * bridge[2 + axis], bridge[axis] + a1 * bridge[2 + axis]
        out[2 * axis] = math.floor(min(p0, p1) - r)
        out[2 * axis + 1] = math.floor(max(p0, p1) + r)


@njit(cache=True, nogil=True)
def _is_wide(u0: float, u1: float, bridge: Floats) -> bool:
    """Return whether the distribution changes too much within the panel."""
    length = math.hypot(bridge[2], bridge[3])
    total = 0.0
    for k in range(3):
        u = u0 + (u1 - u0) * (0.05 + 0.45 * k)
        a, pace = _clock(u, bridge)
        v = _variance(a, bridge[4], bridge[5], bridge[6])
        if v <= 0.0:
            return length > 0.0
        slope = bridge[4] * (1 - 2 * a) - 2 * (1 - a) * bridge[5] ** 2 + 2 * a * bridge[6] ** 2
        rate = (length / math.sqrt(v) + abs(slope) / (2 * v)) * pace
        total += (4.0 if k == 1 else 1.0) / 6 * rate
    return total * (u1 - u0) > _PANEL_WIDTH


@njit(cache=True, nogil=True)
def _put(stack: Floats, at: int, first: float, second: float, third: float) -> None:
    """Set one row of ``stack``."""
    stack[at, 0] = first
    stack[at, 1] = second
    stack[at, 2] = third


@njit(cache=True, nogil=True)
def _find_panels(bridges: Floats, reach: float, limits: Floats, boxes: Indices) -> int:
    """Set as many panels as there is room for; return how many there are."""
    stack = np.empty((_MAX_DEPTH + 2, 3))
    box = np.empty(4, np.int64)
    n = 0
    for i in range(bridges.shape[0]):
        _put(stack, 0, bridges[i, 9], bridges[i, 10], 0.0)
        top = 1
        while top > 0:
            top -= 1
            u0, u1, depth = stack[top, 0], stack[top, 1], stack[top, 2]
            _box(u0, u1, bridges[i], reach, box)
            is_one_cell = box[0] == box[1] and box[2] == box[3]
            if depth < _MAX_DEPTH and not is_one_cell and _is_wide(u0, u1, bridges[i]):
                middle = (u0 + u1) / 2
                _put(stack, top, middle, u1, depth + 1)
                _put(stack, top + 1, u0, middle, depth + 1)
                top += 2
                continue
            if n < limits.shape[0]:
                _put(limits, n, float(i), u0, u1)
                for k in range(4):
                    boxes[n, k] = box[k]
            n += 1
    return n


def panels(bridges: Floats, reach: float) -> tuple[Floats, Indices]:
    """Return the panels of all bridges: (bridge, from, to) and their boxes of cells."""
    room, n = 8 * bridges.shape[0], 0
    while True:
        limits, boxes = np.empty((room, 3)), np.empty((room, 4), np.int64)
        n = _find_panels(bridges, reach, limits, boxes)
        if n <= room:
            return limits[:n], boxes[:n]
        room = n


def with_clocks(bridges: Floats) -> Floats:
    """Return the bridges with the variable u in which their time is integrated.

    Adds (middle, radius, first u, last u). Where diffusion outweighs the location errors the
    share of the time is a = middle + radius tanh u, which makes the standard deviation
    proportional to 1 / cosh u: it changes by one e-fold at most per unit of u, however narrow it
    is at the ends. Else a = (1 - cos u) / 2, and the radius is 0.
    """
    diffusion, e0, e1 = bridges[:, 4], bridges[:, 5] ** 2, bridges[:, 6] ** 2
    curve = diffusion - e0 - e1
    is_bow = curve > diffusion / 2
    safe = np.where(is_bow, curve, 1.0)
    middle = np.where(is_bow, (diffusion / 2 - e0) / safe, 0.0)
    radius = np.where(is_bow, np.sqrt(middle**2 + e0 / safe), 0.0)
    scale = np.where(is_bow, radius, 1.0)
    # Without location error the ends are infinitely far; the rest is below rounding there.
    with np.errstate(divide="ignore"):
        first = np.maximum(np.arctanh(np.maximum(-middle / scale, -1.0)), -_FAR)
        last = np.minimum(np.arctanh(np.minimum((1 - middle) / scale, 1.0)), _FAR)
    first, last = np.where(is_bow, first, 0.0), np.where(is_bow, last, np.pi)
    return np.column_stack((bridges, middle, radius, first, last))


@njit(cache=True, nogil=True)
def mark_tiles(boxes: Indices, tile_row: int, tile_col: int, marks: Indices32) -> None:
    """Set ``marks`` (tile rows, tile columns) to 1 where a box of cells lies."""
    for k in range(boxes.shape[0]):
        for row in range(boxes[k, 2] // TILE, boxes[k, 3] // TILE + 1):
            for col in range(boxes[k, 0] // TILE, boxes[k, 1] // TILE + 1):
                marks[row - tile_row, col - tile_col] = 1


@njit(cache=True, nogil=True)
def _edges(centre: float, sd: float, reach: float, out: Floats) -> None:
    """Set ``out`` to the probability of each cell along one axis.

    The tails beyond ``reach`` standard deviations are counted in the outermost cells.
    """
    # Rounding may put an end just outside of the panel's box.
    first = max(math.floor(centre - reach * sd), 0)
    last = min(math.floor(centre + reach * sd), out.size - 1)
    inverse = 1.0 / sd
    out[:first] = 0.0
    out[last:] = 0.0
    # Two loops, for the first has no step that waits for the one before.
    for j in range(first, last):
        out[j] = normal_cdf((j + 1 - centre) * inverse)
    below = 0.0
    for j in range(first, last):
        upto = out[j]
        out[j] = max(upto - below, 0.0)
        below = upto
    out[last] = max(1.0 - below, 0.0)


@njit(cache=True, nogil=True, fastmath={"reassoc"})
def _distance(a: Floats, b: Floats) -> float:
    """Return the sum of absolute differences."""
    total = 0.0
    for i in range(a.size):
        total += abs(a[i] - b[i])
    return total


@njit(cache=True, nogil=True)
def _integrate(
    u0: float,
    u1: float,
    mass: float,
    bridge: Floats,
    reach: float,
    box: Indices,
    nodes: Floats,
    along: Floats,
    small: Floats,
    patch: Floats,
) -> float:
    """Fill ``patch`` (rows x cols of ``box``) and return half the L1 distance of the two rules.

    ``nodes``, ``along`` and ``small`` are room: for the nodes, the probabilities along both axes
    and the patch by the smaller rule.
    """
    half, centre = (u1 - u0) / 2, (u1 + u0) / 2
    n_cols, n_rows = box[1] - box[0] + 1, box[3] - box[2] + 1
    first, second, third = _N_NODES * n_cols, _N_NODES * n_rows, _N_SMALL * n_rows
    px = along[:first].reshape((_N_NODES, n_cols))
    py = along[first : first + second].reshape((n_rows, _N_NODES))
    at = first + second
    py_small = along[at : at + third].reshape((n_rows, _N_SMALL))
    line = along[at + third : at + third + n_rows]
    total = 0.0
    for k in range(_N_NODES):
        nodes[k, 0], nodes[k, 1] = _clock(centre + half * _NODES[k], bridge)
        total += nodes[k, 1] * _KRONROD[k]
    for k in range(_N_NODES):
        a = nodes[k, 0]
        sd = math.sqrt(_variance(a, bridge[4], bridge[5], bridge[6]))
        _edges(bridge[0] + a * bridge[2] - box[0], sd, reach, px[k])
        _edges(bridge[1] + a * bridge[3] - box[2], sd, reach, line)
        # The rule is exact for the mass.
        weight = nodes[k, 1] * mass / total
        for j in range(n_rows):
            py[j, k] = line[j] * weight * _KRONROD[k]
        if k < _N_SMALL:
            for j in range(n_rows):
                py_small[j, k] = line[j] * weight * _GAUSS[k]
    distance = 0.0
    n_part = max(_PRODUCT // (_N_NODES * n_cols), 1)
    for j in range(0, n_rows, n_part):
        end = min(j + n_part, n_rows)
        part = patch[j * n_cols : end * n_cols]
        other = small[: part.size]
        np.dot(py[j:end], px, part.reshape((end - j, n_cols)))
        np.dot(py_small[j:end], px[:_N_SMALL], other.reshape((end - j, n_cols)))
        distance += _distance(part, other)
    return distance / 2


@njit(cache=True, nogil=True)
def _add(
    patch: Floats,
    box: Indices,
    weight: float,
    tile_row: int,
    tile_col: int,
    index: Indices32,
    tiles: Floats,
) -> None:
    """Add ``weight`` times the patch (rows x cols of ``box``) to the tiles."""
    n_cols = box[1] - box[0] + 1
    for row in range(box[2], box[3] + 1):
        tile_r = row // TILE - tile_row
        r = row % TILE
        col = box[0]
        while col <= box[1]:
            end = min((col // TILE + 1) * TILE, box[1] + 1)
            target = tiles[index[tile_r, col // TILE - tile_col], r]
            shift, source = col % TILE, (row - box[2]) * n_cols + col - box[0]
            for c in range(end - col):
                target[shift + c] += weight * patch[source + c]
            col = end


@njit(cache=True, nogil=True)
def accumulate(
    bridges: Floats,
    weights: Floats,
    limits: Floats,
    boxes: Indices,
    reach: float,
    tolerance: float,
    tile_row: int,
    tile_col: int,
    index: Indices32,
    tiles: Floats,
) -> tuple[int, int]:
    """Add every panel to the tiles; return the number of panels integrated and of those halved."""
    n_cells, n_sides = 1, 2
    for k in range(boxes.shape[0]):
        n_cols, n_rows = boxes[k, 1] - boxes[k, 0] + 1, boxes[k, 3] - boxes[k, 2] + 1
        n_cells, n_sides = max(n_cells, n_cols * n_rows), max(n_sides, n_cols + 2 * n_rows)
    along = np.empty(_N_NODES * n_sides)
    patch, small = np.empty(n_cells), np.empty(n_cells)
    nodes = np.empty((_N_NODES, 2))
    stack = np.empty((_MAX_DEPTH + 2, 3))
    box = np.empty(4, np.int64)
    n_done, n_halved = 0, 0
    for k in range(limits.shape[0]):
        i = int(limits[k, 0])
        _put(stack, 0, limits[k, 1], limits[k, 2], 0.0)
        top = 1
        while top > 0:
            top -= 1
            u0, u1, depth = stack[top, 0], stack[top, 1], stack[top, 2]
            mass = _share(u1, bridges[i]) - _share(u0, bridges[i])
            _box(u0, u1, bridges[i], reach, box)
            if box[0] == box[1] and box[2] == box[3]:
                patch[0] = mass
                _add(patch, box, weights[i], tile_row, tile_col, index, tiles)
                continue
            distance = _integrate(u0, u1, mass, bridges[i], reach, box, nodes, along, small, patch)
            n_done += 1
            allowed = tolerance * ((u1 - u0) / (bridges[i, 10] - bridges[i, 9]) + mass) / 4
            error = distance * min(1.0, math.sqrt(_SHARPNESS * distance / mass))
            if error > allowed and depth < _MAX_DEPTH:
                n_halved += 1
                middle = (u0 + u1) / 2
                _put(stack, top, middle, u1, depth + 1)
                _put(stack, top + 1, u0, middle, depth + 1)
                top += 2
                continue
            _add(patch, box, weights[i], tile_row, tile_col, index, tiles)
    return n_done, n_halved


@njit(cache=True, nogil=True)
def cells_of_tiles(
    index: Indices32, tiles: Floats, tile_row: int, tile_col: int
) -> tuple[Indices32, Indices32, Floats]:
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
