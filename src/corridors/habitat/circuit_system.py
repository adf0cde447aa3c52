"""The linear equations of a circuit: the Laplacian of the cells whose potential is unknown."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from scipy.ndimage import label
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from corridors.foundation.arrays import Flags, Floats, Indices32
from corridors.habitat.circuit_grid import STEPS

_jit = numba.njit(cache=True, nogil=True)


@dataclass(frozen=True)
class System:
    """The equations and where their unknowns are.

    Parameters
    ----------
    matrix
        Laplacian of the unknown cells, symmetric and positive definite, with int32 indices.
    number
        Number of the unknown of each cell, -1 for none, int32 (ny, nx).
    parts
        Number of the connected part of the network of each cell, 0: no cell, int32 (ny, nx).
    reached
        Which parts hold cells of each terminal, (n_terminals, n_parts + 1).
    """

    matrix: csr_matrix
    number: Indices32
    parts: Indices32
    reached: Flags

    @property
    def n(self) -> int:
        """Number of unknowns."""
        return int(self.matrix.shape[0])

    @property
    def is_joined(self) -> Flags:
        """Which cells a path joins with a terminal, (ny, nx)."""
        return np.asarray(self.reached.any(axis=0))[self.parts]

    @property
    def terminal_parts(self) -> Indices32:
        """Number of what paths, also through other terminals, join with each terminal."""
        joined = csr_matrix((self.reached @ self.reached.T).astype(np.int8))
        return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int32)

    def is_alone(self, terminal: int) -> bool:
        """Return whether no path leads from a terminal to another one."""
        others = np.arange(len(self.reached)) != terminal
        return not self.reached[:, self.reached[terminal]][others].any()


def system(conductance: Floats, node: Indices32) -> System:
    """Return the equations of a network.

    Parameters
    ----------
    conductance
        Conductances of the edges, (4, ny, nx), 0: no edge.
    node
        Number of the terminal of each cell, -1 for none, (ny, nx).
    """
    known = _has_edge(conductance) | (node >= 0)
    parts = np.asarray(label(known, structure=np.ones((3, 3)))[0], dtype=np.int32)
    reached = _parts_reached(parts, node)
    free = np.asarray(reached.any(axis=0))[parts] & (node < 0)
    n = int(free.sum())
    number = np.full(node.shape, -1, dtype=np.int32)
    number[free] = np.arange(n, dtype=np.int32)
    matrix = csr_matrix(_laplacian(conductance, number, n), shape=(n, n))
    return System(matrix, number, parts, reached)


def _parts_reached(parts: Indices32, node: Indices32) -> Flags:
    """Return which connected parts of the network hold a cell of each terminal."""
    out = np.zeros((int(node.max()) + 1, int(parts.max()) + 1), dtype=np.bool_)
    cells = node >= 0
    out[node[cells], parts[cells]] = True
    return out


@_jit
def _has_edge(conductance: Floats) -> Flags:
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
def _to_neighbour(conductance: Floats, iy: int, ix: int, k: int) -> float:
    """Return the conductance to cell k of the 3 x 3 around a cell, 0 outside the grid."""
    _, n_rows, n_cols = conductance.shape
    y, x = iy + k // 3 - 1, ix + k % 3 - 1
    if y < 0 or y >= n_rows or x < 0 or x >= n_cols:
        return 0.0
    if k > 4:
        return float(conductance[k - 5, iy, ix])
    return float(conductance[3 - k, y, x])


@_jit
def _laplacian(
    conductance: Floats, number: Indices32, n: int
) -> tuple[Floats, Indices32, Indices32]:
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
    conductance: Floats,
    number: Indices32,
    iy: int,
    ix: int,
    starts: Indices32,
    columns: Indices32,
    data: Floats,
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
def entering(
    conductance: Floats, node: Indices32, number: Indices32, terminal: int, n: int
) -> tuple[Floats, float]:
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
