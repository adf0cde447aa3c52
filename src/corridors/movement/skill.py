"""How well the corridor of the other animals foretells where one animal goes."""

from __future__ import annotations

import numpy as np

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.grid import pack
from corridors.movement.population import Population, Use


def others_cells(population: Population, own: Use, n_needed: int) -> Indices:
    """Return the corridor cells of a herd without one of its animals.

    Parameters
    ----------
    population
        The herd with the animal.
    own
        The animal; its footprint is part of the herd's.
    n_needed
        Animals among the others that must use a cell, >= 1.

    Returns
    -------
    int64 array
        Keys, sorted.
    """
    key = pack(population.surface.row, population.surface.col)
    n_others = population.n_animals.copy()
    n_others[np.searchsorted(key, own.footprint)] -= 1
    return key[n_others >= n_needed]


def share_inside(cells: Indices, keys: Indices, weight: Floats) -> float:
    """Return the share of the weight that lies on some cells; NaN where there is no weight.

    Parameters
    ----------
    cells
        Keys of the cells, sorted.
    keys, weight
        Where the weight is, in any order, and how much, (n,).

    Examples
    --------
    >>> share_inside(np.array([2, 5]), np.array([5, 7, 2, 2]), np.ones(4))
    0.75
    """
    total = float(weight.sum())
    if total == 0:
        return float("nan")
    return float(weight[is_in(cells, keys)].sum()) / total


def is_in(cells: Indices, keys: Indices) -> Flags:
    """Return which keys are among sorted cells."""
    if cells.size == 0:
        return np.zeros(keys.size, dtype=np.bool_)
    at = np.minimum(np.searchsorted(cells, keys), cells.size - 1)
    found: Flags = cells[at] == keys
    return found
