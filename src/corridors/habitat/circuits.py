"""Current between ranges through a network of resistors, by conjugate gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyamg
from scipy.ndimage import label
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from corridors.habitat.circuit_grid import STEPS, Array, Mask, net_currents

Nodes = npt.NDArray[np.int32]

MAX_ITERATIONS = 2000
# Off-diagonal elements below this share of the diagonal do not bind cells into one aggregate, so
# that aggregates end at barriers.
_STRENGTH = 0.05
_COARSEST = 200
_jit = numba.njit(cache=True, nogil=True)


class NoConvergenceError(ValueError):
    """The conjugate gradients did not reach the tolerance."""


@dataclass(frozen=True)
class Terminals:
    """The parts of two ranges as nodes of the network, each at one potential.

    Parameters
    ----------
    node
        Number of the terminal of each cell, -1 for none, int32 (ny, nx).
    links
        Pairs (own, others): a part of one range, and all parts of the other range together.
    weights
        Weight of each link, sum 1: a part counts by its cells, both ranges the same.
    n_shared
        Parts that share cells with the other range: nothing lies between, they have no link.
    """

    node: Nodes
    links: tuple[tuple[int, tuple[int, ...]], ...]
    weights: Array
    n_shared: int

    @property
    def n(self) -> int:
        """Number of terminals."""
        return int(self.node.max()) + 1


def terminals(first: Mask, second: Mask, known: Mask, *, max_parts: int) -> Terminals:
    """Return the parts of two ranges as terminals.

    Parameters
    ----------
    first, second
        Cells of the ranges, (ny, nx). Cells that touch, also in a corner, are one part.
    known
        Cells with known resistance, (ny, nx).
    max_parts
        Of each range only the parts with most cells are terminals; the others are ground.

    Notes
    -----
    Two links, or one if both ranges are of one part, are the same pair of terminals the other way
    round and stand once.
    """
    node = np.full(known.shape, -1, dtype=np.int32)
    parts: list[tuple[int, npt.NDArray[np.int64]]] = []
    for side, inside in enumerate((first, second)):
        labels, n = label(inside & known, structure=np.ones((3, 3)))
        sizes = np.bincount(labels.ravel(), minlength=n + 1)[1:]
        largest = np.sort(np.argsort(-sizes, kind="stable")[:max_parts]) + 1
        parts += [(side, np.flatnonzero(labels == number)) for number in largest.tolist()]
    sides = np.array([side for side, _ in parts], dtype=np.int64)
    joined = _joined([cells for _, cells in parts])
    for number, (_, cells) in zip(joined.tolist(), parts, strict=True):
        node.ravel()[cells] = number
    links: dict[tuple[int, tuple[int, ...]], float] = {}
    n_shared = 0
    for side in (0, 1):
        others = tuple(sorted(set(joined[sides == 1 - side].tolist())))
        for number in sorted(set(joined[sides == side].tolist())):
            size = sum(
                cells.size
                for own, (of, cells) in zip(joined.tolist(), parts, strict=True)
                if of == side and own == number
            )
            if number in others:
                n_shared += 1
            elif others:
                same = (others[0], (number,)) if len(others) == 1 else None
                key = same if same in links else (number, others)
                total = sum(cells.size for of, cells in parts if of == side)
                links[key] = links.get(key, 0.0) + size / total
    weights = np.array(list(links.values()))
    return Terminals(node, tuple(links), weights / weights.sum() if links else weights, n_shared)


def _joined(parts: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Return a number for each part, the same for parts that share cells."""
    n = len(parts)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    cells = np.concatenate(list(parts))
    of = np.repeat(np.arange(n), [part.size for part in parts])
    order = np.lexsort((of, cells))
    same = np.flatnonzero(cells[order][1:] == cells[order][:-1])
    a, b = of[order][same], of[order][same + 1]
    graph = csr_matrix((np.ones(a.size), (a, b)), shape=(n, n))
    numbers: npt.NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return numbers


@dataclass(frozen=True)
class Circuit:
    """A network whose potentials are known.

    Parameters
    ----------
    conductance
        Conductances of the edges, (4, ny, nx).
    potentials
        Of each terminal, the potential of each cell if this terminal is held at 1 and the others
        at 0, (n_terminals, ny, nx) in 0...1; NaN where no path leads to a terminal.
    exchange
        Current out of terminal i if terminal j is held at 1 and the others at 0,
        (n_terminals, n_terminals): the network as it is seen from its terminals.
    n_cells
        Cells whose potential was computed.
    n_cut_off
        Known cells that no path joins with a terminal.
    iterations
        Steps of the conjugate gradients of each solution.
    """

    conductance: Array
    potentials: Array
    exchange: Array
    n_cells: int
    n_cut_off: int
    iterations: tuple[int, ...]

    def resistance(self, own: int, others: Sequence[int]) -> float:
        """Return the effective resistance between a terminal and others; inf: no path."""
        levels = self.levels(own, others)
        conductance = float(levels @ self.exchange @ levels)
        return 1.0 / conductance if conductance > 0.0 else np.inf

    def levels(self, own: int, others: Sequence[int]) -> Array:
        """Return the potential of each terminal with ``own`` at 1 and ``others`` at 0.

        The other terminals float: what flows in flows out again.
        """
        out = np.zeros(len(self.exchange))
        out[own] = 1.0
        held = {own, *others}
        floating = [k for k in range(out.size) if k not in held]
        if floating:
            inner = self.exchange[np.ix_(floating, floating)]
            # A floating terminal without any path gets 0; it carries no current.
            out[floating] = -np.linalg.lstsq(inner, self.exchange[floating, own], rcond=None)[0]
        return out

    def potential(self, own: int, others: Sequence[int]) -> Array:
        """Return the potential of each cell with ``own`` at 1 and ``others`` at 0, (ny, nx)."""
        levels = self.levels(own, others)
        out = np.zeros(self.potentials.shape[1:])
        for level, field in zip(levels.tolist(), self.potentials, strict=True):
            out += level * field
        return out

    def imbalance(self, node: Nodes, own: int, others: Sequence[int]) -> tuple[float, float]:
        """Return by how much currents do not add up, as shares of the current between terminals.

        The largest net current of a cell that is no terminal, and the difference between what
        leaves one terminal and what arrives at the others.
        """
        net = net_currents(self.conductance, self.potential(own, others))
        out = float(net[node == own].sum())
        arrived = -float(net[np.isin(node, others)].sum())
        total = 1.0 / self.resistance(own, others)
        return float(np.abs(net[node < 0]).max(initial=0.0)) / total, abs(out - arrived) / total


def solve(conductance: Array, node: Nodes, *, tolerance: float) -> Circuit:
    """Return the potentials of a network for each of its terminals.

    Parameters
    ----------
    conductance
        Conductances of the edges, (4, ny, nx), 0: no edge.
    node
        Number 0...n-1 of the terminal of each cell, -1 for none, (ny, nx). The cells of a terminal
        are at one potential.
    tolerance
        Neither at a cell nor between the terminals do the currents fail to add up by more than
        this share of the current that leaves the terminal.

    Raises
    ------
    NoConvergenceError
        The tolerance was not reached.

    Notes
    -----
    The Laplacian of the cells that are no terminal (symmetric, positive definite; Doyle & Snell
    1984; McRae et al. 2008, doi:10.1890/07-1861.1), stored by rows with int32 indices, is solved
    by conjugate gradients. The preconditioner is one V-cycle of smoothed aggregation (Vanek et al.
    1996, doi:10.1007/BF02238511; pyamg) in single precision, set up once for all terminals; its
    prolongation is damped locally, because the usual estimate of a spectral radius begins with
    random numbers. One solution per terminal but the last, whose potential is what is missing to 1.
    About 500 bytes per cell at the peak, and 8 more for each terminal.
    """
    n_terminals = int(node.max()) + 1
    known = _has_edge(conductance) | (node >= 0)
    parts = np.asarray(label(known, structure=np.ones((3, 3)))[0], dtype=np.int32)
    reached = _parts_reached(parts, node, n_terminals)
    joined_cells = np.asarray(reached.any(axis=0))[parts]
    free = joined_cells & (node < 0)
    number = np.full(node.shape, -1, dtype=np.int32)
    number[free] = np.arange(int(free.sum()), dtype=np.int32)
    n_free = int(free.sum())
    potentials = np.empty((n_terminals, *node.shape))
    iterations = []
    matrix = csr_matrix(_laplacian(conductance, number, n_free), shape=(n_free, n_free))
    cycle = _preconditioner(matrix) if n_free else None
    for terminal in range(n_terminals):
        field = np.where(joined_cells, (node == terminal).astype(np.float64), np.nan)
        if terminal == n_terminals - 1:
            field[free] = 1.0 - potentials[:-1, free].sum(axis=0)
        elif not reached[:, reached[terminal]][np.arange(n_terminals) != terminal].any():
            # No way to another terminal: one potential, which no step would tell from rounding.
            field[free] = reached[terminal][parts[free]]
            iterations.append(0)
        elif n_free:
            entering, leaving = _entering(conductance, node, number, terminal, n_free)
            found, n_steps = _conjugate_gradients(
                matrix, entering, cycle, leaving=leaving, tolerance=tolerance
            )
            field[free] = found
            iterations.append(n_steps)
        potentials[terminal] = field
    return Circuit(
        conductance=conductance,
        potentials=potentials,
        exchange=_exchange(conductance, potentials),
        n_cells=n_free,
        n_cut_off=int((known & ~joined_cells).sum()),
        iterations=tuple(iterations),
    )


def _parts_reached(parts: Nodes, node: Nodes, n_terminals: int) -> Mask:
    """Return which connected parts of the network hold a cell of each terminal."""
    out = np.zeros((n_terminals, int(parts.max()) + 1), dtype=np.bool_)
    cells = node >= 0
    out[node[cells], parts[cells]] = True
    return out


@_jit
def _has_edge(conductance: Array) -> Mask:
    _, n_rows, n_cols = conductance.shape
    out = np.zeros((n_rows, n_cols), dtype=np.bool_)
    for iy in range(n_rows):
        for ix in range(n_cols):
            for kind in range(4):
                if conductance[kind, iy, ix] > 0.0:
                    down, right = STEPS[kind]
                    out[iy, ix] = True
                    out[iy + down, ix + right] = True
    return out


@_jit
def _to_neighbour(conductance: Array, iy: int, ix: int, k: int) -> float:
    """Return the conductance to cell k of the 3 x 3 around a cell, 0 outside the grid."""
    _, n_rows, n_cols = conductance.shape
    y, x = iy + k // 3 - 1, ix + k % 3 - 1
    if y < 0 or y >= n_rows or x < 0 or x >= n_cols:
        return 0.0
    if k > 4:
        return float(conductance[k - 5, iy, ix])
    return float(conductance[3 - k, y, x])


@_jit
def _laplacian(conductance: Array, number: Nodes, n: int) -> tuple[Array, Nodes, Nodes]:
    """Return data, columns and starts of the rows of the Laplacian of the numbered cells."""
    n_rows, n_cols = number.shape
    starts = np.zeros(n + 1, dtype=np.int32)
    for iy in range(n_rows):
        for ix in range(n_cols):
            if number[iy, ix] >= 0:
                size = 1
                for k in range(9):
                    if k != 4 and _to_neighbour(conductance, iy, ix, k) > 0.0:
                        size += int(number[iy + k // 3 - 1, ix + k % 3 - 1] >= 0)
                starts[number[iy, ix] + 1] = size
    for own in range(n):
        starts[own + 1] += starts[own]
    columns = np.empty(starts[n], dtype=np.int32)
    data = np.empty(starts[n])
    for iy in range(n_rows):
        for ix in range(n_cols):
            if number[iy, ix] >= 0:
                _fill_row(conductance, number, iy, ix, starts, columns, data)
    return data, columns, starts


@_jit
def _fill_row(
    conductance: Array,
    number: Nodes,
    iy: int,
    ix: int,
    starts: Nodes,
    columns: Nodes,
    data: Array,
) -> None:
    at = starts[number[iy, ix]]
    diagonal = at
    total = 0.0
    # In the order of the cells' numbers, so that columns are sorted.
    for k in range(9):
        if k == 4:
            diagonal = at
            columns[at] = number[iy, ix]
            at += 1
            continue
        g = _to_neighbour(conductance, iy, ix, k)
        if g > 0.0:
            total += g
            other = number[iy + k // 3 - 1, ix + k % 3 - 1]
            if other >= 0:
                columns[at] = other
                data[at] = -g
                at += 1
    data[diagonal] = total


@_jit
def _entering(
    conductance: Array, node: Nodes, number: Nodes, terminal: int, n: int
) -> tuple[Array, float]:
    """Return the current into each free cell with one terminal at 1 and all else at 0, and all."""
    _, n_rows, n_cols = conductance.shape
    into = np.zeros(n)
    leaving = 0.0
    for iy in range(n_rows):
        for ix in range(n_cols):
            for kind in range(4):
                g = conductance[kind, iy, ix]
                if g <= 0.0:
                    continue
                y, x = iy + STEPS[kind][0], ix + STEPS[kind][1]
                if (node[iy, ix] == terminal) == (node[y, x] == terminal):
                    continue
                leaving += g
                if number[iy, ix] >= 0:
                    into[number[iy, ix]] += g
                elif number[y, x] >= 0:
                    into[number[y, x]] += g
    return into, leaving


def _preconditioner(matrix: csr_matrix) -> Any:
    single = matrix.astype(np.float32)
    solver = pyamg.smoothed_aggregation_solver(
        single,
        B=np.ones((matrix.shape[0], 1), dtype=np.float32),
        symmetry="symmetric",
        strength=("symmetric", {"theta": _STRENGTH}),
        smooth=("jacobi", {"weighting": "local"}),
        max_coarse=_COARSEST,
        coarse_solver="splu",
    )
    return solver.aspreconditioner(cycle="V")


def _conjugate_gradients(
    matrix: csr_matrix, entering: Array, cycle: Any, *, leaving: float, tolerance: float
) -> tuple[Array, int]:
    """Return the solution of the system, and the number of steps.

    With the terminal at 1 the current between the terminals is the power lost in the network,
    ``leaving`` - x·b - x·r for the solution x, the right side b and the residual r; the residual is
    measured by it.
    """
    x = np.zeros(entering.size)
    residual = entering.copy()
    z = cycle.matvec(residual.astype(np.float32)).astype(np.float64)
    direction = z.copy()
    slope = _dot(residual, z)
    for step in range(1, MAX_ITERATIONS + 1):
        along = matrix @ direction
        share = slope / _dot(direction, along)
        x += share * direction
        residual -= share * along
        current = leaving - _dot(x, entering) - _dot(x, residual)
        if _imbalance(residual) <= tolerance * current:
            # The recursion drifts from the true residual: only the true one counts.
            residual = entering - matrix @ x
            if _imbalance(residual) <= tolerance * current:
                return x, step
        z = cycle.matvec(residual.astype(np.float32)).astype(np.float64)
        previous, slope = slope, _dot(residual, z)
        direction = z + (slope / previous) * direction
    raise NoConvergenceError(
        f"the currents do not add up to {tolerance:g} after {MAX_ITERATIONS} steps"
    )


def _imbalance(residual: Array) -> float:
    """Return what does not add up at the worst cell, or between the terminals."""
    return max(float(np.abs(residual).max()), abs(float(residual.sum())))


@_jit
def _dot(a: Array, b: Array) -> float:
    """Return the inner product; BLAS would add in an order that depends on its threads."""
    total = 0.0
    for start in range(0, a.size, 4096):
        block = 0.0
        for k in range(start, min(start + 4096, a.size)):
            block += a[k] * b[k]
        total += block
    return total


@_jit
def _exchange(conductance: Array, potentials: Array) -> Array:
    """Return the power that each pair of potentials shares, (n_terminals, n_terminals)."""
    n, n_rows, n_cols = potentials.shape
    out = np.zeros((n, n))
    for iy in range(n_rows):
        row = np.zeros((n, n))
        for ix in range(n_cols):
            for kind in range(4):
                g = conductance[kind, iy, ix]
                if g <= 0.0 or np.isnan(potentials[0, iy, ix]):
                    continue
                y, x = iy + STEPS[kind][0], ix + STEPS[kind][1]
                for a in range(n):
                    drop = g * (potentials[a, iy, ix] - potentials[a, y, x])
                    for b in range(a, n):
                        row[a, b] += drop * (potentials[b, iy, ix] - potentials[b, y, x])
        out += row
    for a in range(n):
        for b in range(a):
            out[a, b] = out[b, a]
    return out
