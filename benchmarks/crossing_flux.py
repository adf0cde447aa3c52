"""Net flux of every bridge through every piece in its reach, against finding these pairs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.special import ndtr
from shapely import STRtree

from benchmarks.figure import Figure, median_seconds
from corridors.barriers.flux import Bridges, pair_flux, reach_m
from corridors.barriers.segments import Pieces

ACCURACY = 1e-8  # what the pipeline asks for


def run() -> Figure:
    rng = np.random.default_rng(20240101)
    n = 10_000
    step = rng.normal(0, 250, (2, n))
    x, y = np.cumsum(np.hstack([[[0.0], [0.0]], step]), axis=1)
    error = np.full(n, 20.0)
    bridges = Bridges(
        x[:-1], y[:-1], x[1:], y[1:], np.full(n, 120.0), np.full(n, 700.0), error, error
    )
    ends = square_fences(x, y, side=3000.0)
    pieces = Pieces(ends, np.arange(len(ends)))
    lines, steps = (
        pieces.lines,
        Pieces(np.column_stack([x[:-1], y[:-1], x[1:], y[1:]]), np.arange(n)).lines,
    )
    reach = reach_m(bridges, 0.0, flux_floor=1e-6)
    tree = STRtree(lines)
    b, p = tree.query(steps, predicate="dwithin", distance=reach)
    tolerance = np.zeros(len(ends))

    flux, yardstick = median_seconds(
        lambda: pair_flux(bridges, ends, tolerance, b, p, accuracy=ACCURACY),
        lambda: tree.query(steps, predicate="dwithin", distance=reach),
        repeats=5,
    )
    wrong = box_error(bridges)
    return Figure(
        name="crossing_flux",
        value=1e6 * flux / b.size,
        unit="us per pair",
        yardstick=f"STRtree dwithin query that finds the pair: {1e6 * yardstick / b.size:.3g} us",
        ratio=flux / yardstick,
        target=10.0 if wrong < 1e-6 else 0.0,
        note=f"{n} bridges, {b.size} pairs within reach, one thread; flux into a box against the"
        f" change of mass inside: worst error {wrong:.0e} at accuracy {ACCURACY:g}",
    )


def square_fences(x: np.ndarray, y: np.ndarray, side: float) -> np.ndarray:
    """Return the pieces, 250 m long, of a square lattice of fences under the track."""
    half = 125.0
    across = np.arange(np.floor(x.min() / side), np.ceil(x.max() / side) + 1) * side
    along = np.arange(np.floor(y.min() / side), np.ceil(y.max() / side) + 1) * side
    fine_y = np.arange(along[0] + half, along[-1], 2 * half)
    fine_x = np.arange(across[0] + half, across[-1], 2 * half)
    vx, vy = (m.ravel() for m in np.meshgrid(across, fine_y))
    hx, hy = (m.ravel() for m in np.meshgrid(fine_x, along))
    return np.vstack(
        [
            np.column_stack([vx, vy - half, vx, vy + half]),
            np.column_stack([hx - half, hy, hx + half, hy]),
        ]
    )


def box_error(bridges: Bridges) -> float:
    """Return the worst difference between the flux into a box and the change of mass inside."""
    n = 1000
    low = np.column_stack([bridges.x0_m, bridges.y0_m])[:n] + np.array([40.0, -210.0])
    high = low + np.array([330.0, 470.0])
    corner = [low, np.column_stack([high[:, 0], low[:, 1]]), high]
    corner += [np.column_stack([low[:, 0], high[:, 1]]), low]
    ends = np.vstack([np.hstack([a, b]) for a, b in pairwise(corner)])
    bridge = np.tile(np.arange(n), 4)
    flux = pair_flux(bridges, ends, np.zeros(4 * n), bridge, np.arange(4 * n), accuracy=ACCURACY)
    inward = flux.reshape(4, n).sum(axis=0)  # anticlockwise: the left of each side is inside

    def mass(px: np.ndarray, py: np.ndarray, sd: np.ndarray) -> np.ndarray:
        across = ndtr((high[:, 0] - px) / sd) - ndtr((low[:, 0] - px) / sd)
        return across * (ndtr((high[:, 1] - py) / sd) - ndtr((low[:, 1] - py) / sd))

    before = mass(bridges.x0_m[:n], bridges.y0_m[:n], bridges.error0_m[:n])
    after = mass(bridges.x1_m[:n], bridges.y1_m[:n], bridges.error1_m[:n])
    return float(np.abs(inward - (after - before)).max())
