"""Does an animal take the same way again? Overlap of its surfaces between years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridors.foundation.grid import Surface, pack


@dataclass(frozen=True)
class Overlap:
    """How alike two surfaces are, 0 (apart) ... 1 (the same).

    Parameters
    ----------
    bhattacharyya
        Sum of sqrt(p q) over cells.
    intersection
        Sum of min(p, q) over cells: the volume of intersection.
    """

    bhattacharyya: float
    intersection: float


def overlap(one: Surface, two: Surface) -> Overlap:
    """Return the overlap of two surfaces on one lattice, each scaled to the mass 1.

    Parameters
    ----------
    one, two
        Surfaces that hold mass, sorted by (row, col).

    Raises
    ------
    ValueError
        The surfaces lie on different lattices, or one is empty.

    Notes
    -----
    Fieberg & Kochanny 2005 (J. Wildl. Manage. 69:1346) compare both indices; the volume of
    intersection is never above the affinity.

    Examples
    --------
    >>> def even(*cols): return Surface("EPSG:32612", 50.0, np.zeros(len(cols), "i4"),
    ...     np.array(cols, "i4"), np.full(len(cols), 1 / len(cols)))
    >>> overlap(even(1, 2), even(2, 3))
    Overlap(bhattacharyya=0.5, intersection=0.5)
    """
    if (one.crs, one.cell_m) != (two.crs, two.cell_m):
        raise ValueError("surfaces lie on different lattices")
    if not (one.total > 0 and two.total > 0):
        raise ValueError("an empty surface overlaps with nothing")
    _, in_one, in_two = np.intersect1d(
        pack(one.row, one.col), pack(two.row, two.col), assume_unique=True, return_indices=True
    )
    p, q = one.mass[in_one] / one.total, two.mass[in_two] / two.total
    return Overlap(min(1.0, float(np.sqrt(p * q).sum())), min(1.0, float(np.minimum(p, q).sum())))
