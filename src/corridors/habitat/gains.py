"""What each line takes from the effective resistance, all lines from the solutions at hand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.habitat.circuit_grid import STEPS, Cuts, total_added

_jit = numba.njit(cache=True, nogil=True)


@dataclass(frozen=True)
class Gains:
    """Fall of the effective resistance of each link with each line opened.

    Parameters
    ----------
    finite
        With the line opened wholly, (n_links, n_lines), >= 0.
    linear
        Derivative by the opening, extrapolated to the whole: never below ``finite``.
    """

    finite: Floats
    linear: Floats


def opened(conductance: Floats, cuts: Cuts, added: Floats) -> Floats:
    """Return by how much each cut edge would conduct more without the line that cuts it.

    Parameters
    ----------
    conductance
        With all lines, (4, ny, nx).
    cuts
        Which edges the lines cross.
    added
        Of each line, what it adds to the resistance of an edge, as a multiple of the edge's own
        (:func:`corridors.habitat.circuit_grid.burn`).

    Returns
    -------
    array (n_cuts,)
        Difference of the conductance; other lines that cut the edge stay.
    """
    own = added[cuts.line]
    times = 1.0 + total_added(cuts, added, conductance.size)[cuts.edge]
    more: Floats = conductance.ravel()[cuts.edge] * (times / (times - own) - 1.0)
    return more


def gains(
    conductance: Floats,
    fixed: Flags,
    potentials: Floats,
    resistances: Floats,
    cuts: Cuts,
    more: Floats,
    *,
    n_lines: int,
    margin_cells: int,
) -> Gains:
    """Return the fall of effective resistance of each link with each line opened in turn.

    Parameters
    ----------
    conductance
        With all lines, (4, ny, nx).
    fixed
        Cells of terminals, (ny, nx).
    potentials
        Of each link, 1 at one end and 0 at the other, (n_links, ny, nx).
    resistances
        Effective resistance of each link, (n_links,).
    cuts, more
        Edges of each line and by how much they would conduct more (:func:`opened`).
    n_lines
        Number of lines.
    margin_cells
        The answer of the network to the opening is computed in the rectangle of the line's edges
        and this many cells beyond.

    Notes
    -----
    With potentials held, an opening raises the conductance C = 1/R between the ends by
    d'Dd - z'A'z, d being the differences of potential along its edges, D their added
    conductances, z = BDd the currents that these would carry at the old potentials, and A' the
    inverse of the Laplacian of the opened network (the rank-k formula of Woodbury, written so
    that one solution per line does for any number of edges). The first term is the derivative
    (adjoint): dR/dg = -(Va - Vb)^2 for unit current. A' is that of a window around the line whose
    rim, r from the middle of the line, leaks to the unchanged potentials with conductance g/(2r).
    Endless open ground, in which the answer decays like a dipole, would be g/r; other lines hinder
    it, and half of that is nearest to the truth on landscapes with many (`barrier_gains` in the
    benchmarks).
    """
    order = np.argsort(cuts.line, kind="stable")
    starts = np.searchsorted(cuts.line[order], np.arange(n_lines + 1))
    first, answer = _windows(
        conductance, fixed, potentials, starts, cuts.edge[order], more[order], margin_cells
    )
    resistance = resistances[:, None]
    finite = np.clip(first - answer, 0.0, None) * resistance
    return Gains(finite=resistance * finite / (1.0 + finite), linear=resistance**2 * first)


@_jit
def _windows(
    conductance: Floats,
    fixed: Flags,
    potentials: Floats,
    starts: Indices,
    edges: Indices,
    more: Floats,
    margin: int,
) -> tuple[Floats, Floats]:
    _, n_rows, n_cols = conductance.shape
    n_links, n_lines = potentials.shape[0], starts.size - 1
    first = np.zeros((n_links, n_lines))
    answer = np.zeros((n_links, n_lines))
    for line in range(n_lines):
        own = edges[starts[line] : starts[line + 1]]
        add = more[starts[line] : starts[line + 1]]
        if own.size == 0:
            continue
        top, bottom, left, right = n_rows, -1, n_cols, -1
        for k in range(own.size):
            iy, ix, y, x = _ends(own[k], n_rows, n_cols)
            top, bottom = min(top, iy), max(bottom, y)
            left, right = min(left, ix, x), max(right, ix, x)
            for link in range(n_links):
                drop = potentials[link, iy, ix] - potentials[link, y, x]
                if not math.isnan(drop):
                    first[link, line] += add[k] * drop * drop
        middle_y, middle_x = (top + bottom) / 2, (left + right) / 2
        top, bottom = max(0, top - margin), min(n_rows - 1, bottom + margin)
        left, right = max(0, left - margin), min(n_cols - 1, right + margin)
        height, width = bottom - top + 1, right - left + 1
        # Cells are numbered along the shorter side, for a narrow band.
        step_y, step_x = (1, height) if height < width else (width, 1)
        band = _window(
            conductance, fixed, top, left, height, width, step_y, step_x, middle_y, middle_x
        )
        for k in range(own.size):
            iy, ix, y, x = _ends(own[k], n_rows, n_cols)
            a = (iy - top) * step_y + (ix - left) * step_x
            b = (y - top) * step_y + (x - left) * step_x
            _join(band, a, b, add[k], fixed[iy, ix], fixed[y, x])
        _factor(band)
        for link in range(n_links):
            z = np.zeros(band.shape[0])
            for k in range(own.size):
                iy, ix, y, x = _ends(own[k], n_rows, n_cols)
                current = add[k] * (potentials[link, iy, ix] - potentials[link, y, x])
                if not math.isnan(current):
                    if not fixed[iy, ix]:
                        z[(iy - top) * step_y + (ix - left) * step_x] += current
                    if not fixed[y, x]:
                        z[(y - top) * step_y + (x - left) * step_x] -= current
            answer[link, line] = _half_solved(band, z)
    return first, answer


@_jit
def _ends(edge: int, n_rows: int, n_cols: int) -> tuple[int, int, int, int]:
    """Return (iy, ix) of the two cells of an edge."""
    kind, cell = divmod(edge, n_rows * n_cols)
    iy, ix = divmod(cell, n_cols)
    return iy, ix, iy + STEPS[kind][0], ix + STEPS[kind][1]


@_jit
def _join(band: Floats, a: int, b: int, g: float, a_fixed: bool, b_fixed: bool) -> None:
    """Put an edge into the Laplacian: band[i, k] is the element (i, i - k)."""
    if not a_fixed:
        band[a, 0] += g
    if not b_fixed:
        band[b, 0] += g
    if not a_fixed and not b_fixed:
        band[max(a, b), abs(a - b)] -= g


@_jit
def _window(
    conductance: Floats,
    fixed: Flags,
    top: int,
    left: int,
    height: int,
    width: int,
    step_y: int,
    step_x: int,
    middle_y: float,
    middle_x: float,
) -> Floats:
    """Return the Laplacian of a window with a leaking rim, lower band; 1 where there is no cell."""
    n_cols = conductance.shape[2]
    band = np.zeros((height * width, min(height, width) + 2))
    for iy in range(max(0, top - 1), top + height):
        for ix in range(max(0, left - 1), min(n_cols, left + width + 1)):
            for kind in range(4):
                g = conductance[kind, iy, ix]
                if g <= 0.0:
                    continue
                y, x = iy + STEPS[kind][0], ix + STEPS[kind][1]
                a_in = top <= iy and left <= ix < left + width
                b_in = top <= y < top + height and left <= x < left + width
                a = (iy - top) * step_y + (ix - left) * step_x
                b = (y - top) * step_y + (x - left) * step_x
                if a_in and b_in:
                    _join(band, a, b, g, fixed[iy, ix], fixed[y, x])
                elif a_in:
                    radius = max(1.0, math.hypot(iy - middle_y, ix - middle_x))
                    _join(band, a, 0, g / (2.0 * radius), fixed[iy, ix], True)
                elif b_in:
                    radius = max(1.0, math.hypot(y - middle_y, x - middle_x))
                    _join(band, b, 0, g / (2.0 * radius), fixed[y, x], True)
    for k in range(band.shape[0]):
        if band[k, 0] == 0.0:
            band[k, 0] = 1.0
    return band


@_jit
def _factor(band: Floats) -> None:
    """Replace the lower band of a matrix by its Cholesky factor."""
    n, n_band = band.shape
    for i in range(n):
        first = max(0, i - n_band + 1)
        for j in range(first, i + 1):
            total = band[i, i - j]
            for k in range(max(first, j - n_band + 1), j):
                total -= band[i, i - k] * band[j, j - k]
            if j < i:
                band[i, i - j] = total / band[j, 0]
            else:
                # A window without any way to the rim has one zero pivot; nothing flows there.
                band[i, 0] = math.sqrt(total) if total > 0.0 else 1.0


@_jit
def _half_solved(band: Floats, z: Floats) -> float:
    """Return z'A'z for the factor of A: the square of the solution of the lower half."""
    n, n_band = band.shape
    out = 0.0
    for i in range(n):
        total = z[i]
        for k in range(max(0, i - n_band + 1), i):
            total -= band[i, i - k] * z[k]
        z[i] = total / band[i, 0]
        out += z[i] * z[i]
    return out
