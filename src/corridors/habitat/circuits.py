"""Current between ranges through a network of resistors, by conjugate gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from pyamg.aggregation import (
    fit_candidates,
    jacobi_prolongation_smoother,
    standard_aggregation,
)
from pyamg.multilevel import MultilevelSolver
from pyamg.relaxation.smoothing import change_smoothers
from pyamg.relaxation.utils import relaxation_as_linear_operator
from pyamg.strength import symmetric_strength_of_connection
from scipy.sparse import csr_matrix

from corridors.foundation.arrays import Floats, Indices32
from corridors.foundation.compiled import to_read
from corridors.habitat.circuit_grid import STEPS, net_currents
from corridors.habitat.circuit_system import entering, system

MAX_ITERATIONS = 2000
# Off-diagonal elements below this share of the diagonal do not bind cells into one aggregate, so
# that aggregates end at barriers.
_STRENGTH = 0.05
_COARSEST = 200
_MAX_LEVELS = 10
_SWEEPS = ("block_gauss_seidel", {"sweep": "symmetric"})
_FIRST_SWEEPS = ("block_gauss_seidel", {"sweep": "symmetric", "iterations": 4})
_jit = numba.njit(cache=True, nogil=True)


class NoConvergenceError(ValueError):
    """The conjugate gradients did not reach the tolerance."""


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
    parts
        Number of the connected part of the network of each terminal, (n_terminals,).
    n_cells
        Cells whose potential was computed.
    n_cut_off
        Known cells that no path joins with a terminal.
    iterations
        Steps of the conjugate gradients of each solution.
    """

    conductance: Floats
    potentials: Floats
    exchange: Floats
    parts: Indices32
    n_cells: int
    n_cut_off: int
    iterations: tuple[int, ...]

    def resistance(self, own: int, others: Sequence[int]) -> float:
        """Return the effective resistance between a terminal and others; inf: no path."""
        # Rounding leaves a little current where there is no path.
        if not (self.parts[list(others)] == self.parts[own]).any():
            return np.inf
        levels = self.levels(own, others)
        return 1.0 / float(levels @ self.exchange @ levels)

    def levels(self, own: int, others: Sequence[int]) -> Floats:
        """Return the potential of each terminal with ``own`` at 1 and ``others`` at 0.

        The other terminals float: what flows in flows out again.
        """
        out = np.zeros(len(self.exchange))
        out[own] = 1.0
        held = {own, *others}
        # Terminals that no path joins with ``own`` stay at 0; they carry no current.
        near = np.flatnonzero(self.parts == self.parts[own]).tolist()
        floating = [k for k in near if k not in held]
        if floating:
            inner = self.exchange[np.ix_(floating, floating)]
            out[floating] = -np.linalg.lstsq(inner, self.exchange[floating, own], rcond=None)[0]
        return out

    def potential(self, own: int, others: Sequence[int]) -> Floats:
        """Return the potential of each cell with ``own`` at 1 and ``others`` at 0, (ny, nx)."""
        levels = self.levels(own, others)
        out = np.zeros(self.potentials.shape[1:])
        for level, field in zip(levels.tolist(), self.potentials, strict=True):
            out += level * field
        return out

    def imbalance(self, node: Indices32, own: int, others: Sequence[int]) -> tuple[float, float]:
        """Return by how much currents do not add up, as shares of the current between terminals.

        The largest net current of a cell that is no terminal, and the difference between what
        leaves one terminal and what arrives at the others.
        """
        net = net_currents(self.conductance, self.potential(own, others))
        out = float(net[node == own].sum())
        arrived = -float(net[np.isin(node, others)].sum())
        total = 1.0 / self.resistance(own, others)
        return float(np.abs(net[node < 0]).max(initial=0.0)) / total, abs(out - arrived) / total


def solve(
    conductance: Floats,
    node: Indices32,
    *,
    tolerance: float,
    near: Circuit | None = None,
    cycle: Any = None,
) -> Circuit:
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
        this share of the current that leaves the terminal with all others at 0. Of the current of
        a link it may be more (:meth:`Circuit.imbalance`), as other terminals lie nearer.
    near
        A circuit with the same cells and terminals and similar conductances, to begin with.
    cycle
        What :func:`preconditioner` made for a network of the same cells and terminals in which few
        edges are others. It decides how many steps are needed, not how right the result is.

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
    equations = system(conductance, node)
    joined, free = equations.is_joined, equations.number >= 0
    n_terminals = len(equations.reached)
    potentials = np.empty((n_terminals, *node.shape))
    iterations = []
    if cycle is None and equations.n:
        cycle = _v_cycle(equations.matrix)
    for terminal in range(n_terminals):
        field = np.where(joined, (node == terminal).astype(np.float64), np.nan)
        if terminal == n_terminals - 1:
            field[free] = 1.0 - potentials[:-1, free].sum(axis=0)
        elif equations.is_alone(terminal):
            # One potential in all its part, which no step would tell from rounding.
            field[free] = equations.reached[terminal][equations.parts[free]]
            iterations.append(0)
        elif equations.n:
            into, leaving = entering(
                conductance, to_read(node), equations.number, terminal, equations.n
            )
            field[free], n_steps = _conjugate_gradients(
                equations.matrix,
                into,
                cycle,
                begin=np.zeros(equations.n) if near is None else near.potentials[terminal][free],
                leaving=leaving,
                tolerance=tolerance,
            )
            iterations.append(n_steps)
        potentials[terminal] = field
    return Circuit(
        conductance=conductance,
        potentials=potentials,
        exchange=_exchange(conductance, potentials),
        parts=equations.terminal_parts,
        n_cells=equations.n,
        n_cut_off=int(((equations.parts > 0) & ~joined).sum()),
        iterations=tuple(iterations),
    )


def preconditioner(conductance: Floats, node: Indices32) -> Any:
    """Return what :func:`solve` may take as ``cycle`` for networks that hardly differ from this.

    Parameters
    ----------
    conductance, node
        See :func:`solve`.
    """
    equations = system(conductance, node)
    return _v_cycle(equations.matrix) if equations.n else None


def _v_cycle(matrix: csr_matrix) -> Any:
    finest = MultilevelSolver.Level()
    finest.A = matrix.astype(np.float32)
    finest.A.symmetry = "symmetric"
    even = np.ones((matrix.shape[0], 1), dtype=np.float32)
    finest.B = relaxation_as_linear_operator(_FIRST_SWEEPS, finest.A, np.zeros_like(even)) @ even
    levels = [finest]
    while len(levels) < _MAX_LEVELS and levels[-1].A.shape[0] > _COARSEST:
        levels.append(_coarser(levels[-1]))
    solver = MultilevelSolver(levels, coarse_solver="splu")
    change_smoothers(solver, _SWEEPS, _SWEEPS)
    return solver.aspreconditioner(cycle="V")


def _coarser(fine: Any) -> Any:
    """Return the next level, as pyamg's `smoothed_aggregation_solver` makes it.

    It is made here for two lines. pyamg leaves the rows of a coarse matrix unsorted, and scipy then
    adds up duplicates, of which there are none, in a Python loop: a fifth of the time of a circuit.
    And it stores them in blocks, of one number each, in which a sweep takes five times as long.
    """
    aggregates, _ = standard_aggregation(symmetric_strength_of_connection(fine.A, theta=_STRENGTH))
    coarse = MultilevelSolver.Level()
    tentative, coarse.B = fit_candidates(aggregates, fine.B)
    fine.A.sort_indices()
    fine.P = csr_matrix(
        jacobi_prolongation_smoother(fine.A, tentative, None, fine.B, weighting="local")
    )
    fine.R = csr_matrix(fine.P.T)
    coarse.A = csr_matrix(fine.R @ fine.A @ fine.P)
    coarse.A.symmetry = "symmetric"
    return coarse


def _conjugate_gradients(
    matrix: csr_matrix,
    into: Floats,
    cycle: Any,
    *,
    begin: Floats,
    leaving: float,
    tolerance: float,
) -> tuple[Floats, int]:
    """Return the solution of the system, and the number of steps.

    With the terminal at 1 the current between the terminals is the power lost in the network,
    ``leaving`` - x·b - x·r for the solution x, the right side b and the residual r; the residual is
    measured by it.
    """
    x = begin
    residual = into - matrix @ x
    # Right already: a near circuit's solution, or a terminal that only touches other terminals.
    if _imbalance(residual) <= tolerance * (leaving - _dot(x, into) - _dot(x, residual)):
        return x, 0
    z = cycle.matvec(residual.astype(np.float32)).astype(np.float64)
    direction = z.copy()
    slope = _dot(residual, z)
    for step in range(1, MAX_ITERATIONS + 1):
        along = matrix @ direction
        share = slope / _dot(direction, along)
        x += share * direction
        residual -= share * along
        current = leaving - _dot(x, into) - _dot(x, residual)
        if _imbalance(residual) <= tolerance * current:
            # The recursion drifts from the true residual: only the true one counts.
            residual = into - matrix @ x
            if _imbalance(residual) <= tolerance * current:
                return x, step
        z = cycle.matvec(residual.astype(np.float32)).astype(np.float64)
        previous, slope = slope, _dot(residual, z)
        direction = z + (slope / previous) * direction
    raise NoConvergenceError(
        f"the currents do not add up to {tolerance:g} after {MAX_ITERATIONS} steps"
    )


def _imbalance(residual: Floats) -> float:
    """Return what does not add up at the worst cell, or between the terminals."""
    return max(float(np.abs(residual).max()), abs(float(residual.sum())))


@_jit
def _dot(a: Floats, b: Floats) -> float:
    """Return the inner product; BLAS would add in an order that depends on its threads."""
    total = 0.0
    for start in range(0, a.size, 4096):
        block = 0.0
        for k in range(start, min(start + 4096, a.size)):
            block += a[k] * b[k]
        total += block
    return total


@_jit
def _exchange(conductance: Floats, potentials: Floats) -> Floats:
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
