"""Isopleths: the smallest set of cells that holds a share of a surface's mass."""

from __future__ import annotations

import numpy as np

from corridors.foundation.arrays import Flags
from corridors.foundation.grid import Surface

# Ten cells of 0.1 hold 0.9 in nine of them, although their floating-point sum is a little less.
_ROUNDING = 1e-12


def isopleth_mask(surface: Surface, p: float) -> Flags:
    """Return which cells belong to isopleth ``p``.

    The isopleth is the smallest set of cells that holds at least ``p`` of the surface's total
    mass; the cell at which the share is reached belongs to it. Among cells of equal mass the
    southernmost row counts first, then the westernmost column, so the set is the same everywhere.

    Parameters
    ----------
    surface
        Mass on lattice cells, shape (n,); the total need not be 1.
    p
        Share of the total mass, 0...1.

    Returns
    -------
    bool array (n,)
        True for the cells of the isopleth, in the order of ``surface``. All False where ``p`` is
        0 or the surface holds no mass.

    Raises
    ------
    ValueError
        ``p`` is outside 0...1, or a mass is negative or not finite.

    Examples
    --------
    >>> four = Surface("EPSG:32612", 50.0, np.arange(4, dtype=np.int32),
    ...                np.zeros(4, dtype=np.int32), np.array([0.1, 0.4, 0.1, 0.4]))
    >>> isopleth_mask(four, 0.8)
    array([False,  True, False,  True])
    >>> isopleth_mask(four, 0.85)
    array([ True,  True, False,  True])
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"an isopleth is a share between 0 and 1, got {p}")
    mass = np.asarray(surface.mass, dtype=np.float64)
    if mass.size and not (np.isfinite(mass).all() and mass.min() >= 0):
        raise ValueError("mass must be finite and not negative")
    inside = np.zeros(mass.size, dtype=np.bool_)
    order = np.lexsort((surface.col, surface.row, -mass))
    held = np.cumsum(mass[order])
    if p == 0 or held.size == 0 or held[-1] == 0:
        return inside
    n = int(np.searchsorted(held, p * held[-1] * (1 - _ROUNDING), side="left")) + 1
    inside[order[:n]] = True
    return inside
