"""Classes of the rasters of habitat that mean something: resistance, and the current through it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corridors.atlas import palette

Classes = list[tuple[float, str, str]]
Values = npt.NDArray[np.floating]

# Shares of the known cells with the strongest current.
_STRONGEST = (0.01, 0.05, 0.1, 0.25, 0.5)


def current_classes(current: Values) -> Classes:
    """Return (upper bound, colour, label), ascending, by the share of the cells; "" is no colour.

    Parameters
    ----------
    current
        Current of cells, > 0, any shape.

    Examples
    --------
    >>> for bound, _, label in current_classes(np.arange(1.0, 101.0)):
    ...     print(f"{bound:g} {label}")
    50 the weaker half (not drawn)
    75 strongest 50 % of the cells
    90 strongest 25 % of the cells
    95 strongest 10 % of the cells
    99 strongest 5 % of the cells
    inf strongest 1 % of the cells
    """
    values = np.sort(np.asarray(current, float).ravel())
    if not values.size:
        return []
    found: Classes = []
    upper = float("inf")
    for share, colour in zip(_STRONGEST, palette.CURRENT, strict=True):
        below = int(np.ceil((1 - share) * values.size)) - 1
        bound = float(values[max(below, 0)])
        if bound < upper:
            label = f"strongest {share:.0%} of the cells".replace("%", " %")
            found.append((upper, colour, label))
            upper = bound
    found.append((upper, "", "the weaker half (not drawn)"))
    return found[::-1]


def resistance_classes(resistance: Values) -> Classes:
    """Return (upper bound, colour, label), ascending: each value, or five classes of equal area.

    Parameters
    ----------
    resistance
        Cost of one metre in known cells, >= 1, any shape.

    Examples
    --------
    >>> for bound, _, label in resistance_classes(np.array([1.0, 1.0, 4.0, 10.0])):
    ...     print(f"{bound:g} {label}")
    1 1
    4 4
    inf 10
    """
    values = np.unique(np.asarray(resistance, np.float32).ravel()).astype(float)
    if not values.size:
        return []
    n = len(palette.RESISTANCE)
    if values.size > n:
        cuts = np.quantile(np.asarray(resistance, float), np.linspace(0, 1, n + 1)[1:])
        values = np.unique(np.float32(cuts)).astype(float)
        low = np.concatenate([[float(np.min(resistance))], values[:-1]])
        labels = [f"{a:.3g} to {b:.3g}" for a, b in zip(low, values, strict=True)]
    else:
        labels = [f"{value:g}" for value in values]
    colours = [
        palette.RESISTANCE[round(k * (n - 1) / max(1, len(values) - 1))] for k in range(len(values))
    ]
    bounds = [*values[:-1].tolist(), float("inf")]
    return list(zip(bounds, colours, labels, strict=True))
