"""Surfaces of a few cells, and how far two of them are apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from corridors.foundation.grid import Surface, weighted_sum

CRS = "EPSG:32612"


def surface(cells: Mapping[tuple[int, int], float], *, cell_m: float = 50.0) -> Surface:
    """Return a surface from ``{(row, col): mass}``."""
    row, col = np.array(sorted(cells), dtype=np.int32).T
    return Surface(CRS, cell_m, row, col, np.array([cells[cell] for cell in sorted(cells)]))


def strip(
    mass: Sequence[float] | np.ndarray, *, row: int = 0, first: int = 0, cell_m: float = 50.0
) -> Surface:
    """Return a surface of row 0, from column ``first`` on."""
    col = np.arange(first, first + len(mass), dtype=np.int32)
    return Surface(CRS, cell_m, np.zeros(col.size, np.int32), col, np.array(mass, float))


def even(columns: Sequence[int], *, row: int = 0, cell_m: float = 50.0) -> Surface:
    """Return a surface of one row that is even on these columns."""
    col = np.array(columns, dtype=np.int32)
    mass = np.full(col.size, 1 / col.size)
    return Surface(CRS, cell_m, np.full(col.size, row, np.int32), col, mass)


def distance(a: Surface, b: Surface) -> float:
    """Return the total variation distance: the share of mass that lies elsewhere."""
    return float(np.abs(weighted_sum([(a, 1.0), (b, -1.0)]).mass).sum()) / 2
