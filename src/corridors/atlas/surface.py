"""Classes of an occurrence surface that mean something: cells that hold a stated share of use."""

from __future__ import annotations

import numpy as np

from corridors.atlas import palette
from corridors.foundation.arrays import Reals

# Share of the use that the cells of a class and all stronger ones hold.
SHARES = (0.5, 0.75, 0.9, 0.95, 0.99)

Classes = list[tuple[float, str, str]]


def classes(mass: Reals) -> Classes:
    """Return (upper bound, colour, label), ascending, for a pseudocolour style; "" is no colour.

    Parameters
    ----------
    mass
        Cell values >= 0 of any shape; NaN is no data. Their sum need not be 1.

    Returns
    -------
    list
        Empty where there is no cell with mass. Equal neighbours share one class.

    Examples
    --------
    >>> for bound, _, label in classes(np.array([0.5, 0.3, 0.15, 0.05])):
    ...     print(f"{bound:.2f} {label}")
    0.05 the rest (not drawn)
    0.15 cells that hold 99 % of the use
    0.30 cells that hold 90 % of the use
    0.50 cells that hold 75 % of the use
    inf cells that hold 50 % of the use
    """
    values = np.sort(np.asarray(mass, float)[np.isfinite(mass) & (np.asarray(mass) > 0)])[::-1]
    if not len(values):
        return []
    held = np.cumsum(values) / values.sum()
    # Smallest value among the strongest cells that together hold the share.
    index = [min(int(np.searchsorted(held, share - 1e-12)), len(values) - 1) for share in SHARES]
    thresholds = [float(values[i]) for i in index]
    found: Classes = []
    upper = float("inf")
    for share, bound, colour in zip(SHARES, thresholds, palette.SURFACE, strict=True):
        if bound < upper:
            found.append(
                (upper, colour, f"cells that hold {share:.0%} of the use".replace("%", " %"))
            )
            # A discrete class ends at its bound inclusive; the threshold cell is above it.
            upper = float(np.nextafter(np.float32(bound), np.float32(0)))
    # The rest reaches far out, where it says nothing: transparent.
    found.append((upper, "", "the rest (not drawn)"))
    return found[::-1]
