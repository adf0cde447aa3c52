"""Slope and aspect of an elevation model on an equal-area grid."""

from __future__ import annotations

from typing import Literal

import numpy as np

from corridors.foundation.arrays import Floats

Derived = Literal["slope_deg", "northness", "eastness"]


def gradient(elevation: Floats, *, cell_m: float) -> tuple[Floats, Floats]:
    """Return the rise towards east and north, m per m, of the inner cells.

    Parameters
    ----------
    elevation
        Height in m, (ny, nx), row 0 in the north; NaN: unknown.
    cell_m
        Edge of a cell, m on the ground.

    Returns
    -------
    east, north : array (ny - 2, nx - 2)
        NaN where one of the nine cells is unknown.

    Notes
    -----
    Weighted differences over 3 x 3 cells (Horn 1981, doi:10.1109/PROC.1981.11918): exact on a
    plane. Cells of the working CRS are equal in area; within 300 km of its centre their edges
    are true to 1 in 1000.

    Examples
    --------
    >>> y, x = np.mgrid[2:-1:-1, 0:3] * 10.0
    >>> [part.round(9).tolist() for part in gradient(0.5 * x - 0.25 * y, cell_m=10.0)]
    [[[0.5]], [[-0.25]]]
    """
    z = elevation
    east = (z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:]) - (
        z[:-2, :-2] + 2 * z[1:-1, :-2] + z[2:, :-2]
    )
    north = (z[:-2, :-2] + 2 * z[:-2, 1:-1] + z[:-2, 2:]) - (
        z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:]
    )
    # The middle cell has no weight, but where it is unknown so is the slope.
    unknown = np.where(np.isfinite(z[1:-1, 1:-1]), 0.0, np.nan)
    return east / (8 * cell_m) + unknown, north / (8 * cell_m) + unknown


def derive(elevation: Floats, what: Derived, *, cell_m: float) -> Floats:
    """Return slope or exposition of the inner cells, (ny - 2, nx - 2).

    Parameters
    ----------
    elevation, cell_m
        As in :func:`gradient`.
    what
        ``slope_deg``: steepest slope, degrees. ``northness``, ``eastness``: the part towards
        north or east, -1...1, of the surface's upward normal: sin(slope) cos(aspect) and
        sin(slope) sin(aspect), aspect being where the slope faces. Flat ground has 0 of both,
        so nothing is undefined and means over cells make sense.

    Examples
    --------
    A slope of 45 degrees that rises to the south faces north.

    >>> y, x = np.mgrid[2:-1:-1, 0:3] * 10.0
    >>> derive(-y, "slope_deg", cell_m=10.0), derive(-y, "northness", cell_m=10.0).round(4)
    (array([[45.]]), array([[0.7071]]))
    """
    east, north = gradient(elevation, cell_m=cell_m)
    if what == "slope_deg":
        return np.degrees(np.arctan(np.hypot(east, north)))
    rise = north if what == "northness" else east
    return -rise / np.sqrt(1.0 + east**2 + north**2)


def block_mean(values: Floats, n: int) -> Floats:
    """Return the mean of the known values in blocks of n x n cells, NaN where none is known.

    Examples
    --------
    >>> block_mean(np.array([[1.0, 3.0], [np.nan, 5.0]]), 2)
    array([[3.]])
    """
    ny, nx = values.shape[0] // n, values.shape[1] // n
    blocks = values.reshape(ny, n, nx, n)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0.0).sum(axis=(1, 3))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
