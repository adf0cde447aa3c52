"""Classes of the rasters of habitat that mean something: resistance, and the current through it."""

from __future__ import annotations

import numpy as np

from corridors.atlas import palette
from corridors.foundation.arrays import Floats, Reals

Classes = list[tuple[float, str, str]]

# Shares of the known cells with the strongest current.
_STRONGEST = (0.01, 0.05, 0.1, 0.25, 0.5)


def current_classes(current: Reals) -> Classes:
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


def resistance_classes(resistance: Reals) -> Classes:
    """Return (upper bound, colour, label), ascending: each value, or five classes of equal area.

    An end of the range that fills a class or more (ground as good as the best, or as bad as it
    gets) is a class of its own, and the others share what is left.

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
    >>> mostly_open = np.concatenate([np.ones(70), np.linspace(1.1, 9.0, 30)])
    >>> [label for _, _, label in resistance_classes(mostly_open)]
    ['1', '1.1 to 3.07', '3.07 to 5.05', '5.05 to 7.02', '7.02 to 9']
    """
    values = np.sort(np.asarray(resistance, np.float32).ravel()).astype(float)
    if not values.size:
        return []
    n = len(palette.RESISTANCE)
    each = np.unique(values)
    if each.size > n:
        bounds, labels = _equal_areas(values, n)
    else:
        bounds, labels = each.tolist(), [f"{value:g}" for value in each]
    colours = [
        palette.RESISTANCE[round(k * (n - 1) / max(1, len(bounds) - 1))] for k in range(len(bounds))
    ]
    return list(zip([*bounds[:-1], float("inf")], colours, labels, strict=True))


def _equal_areas(values: Floats, n: int) -> tuple[list[float], list[str]]:
    """Return upper bounds and labels of ``n`` classes or fewer of sorted values."""
    least, most = float(values[0]), float(values[-1])
    is_least, is_most = ((values == end).mean() >= 1 / n for end in (least, most))
    middle = values[(values > least) | ~is_least]
    middle = middle[(middle < most) | ~is_most]
    n_middle = n - int(is_least) - int(is_most)
    cuts = np.quantile(middle, np.linspace(0, 1, n_middle + 1))
    # Rounded as in the labels, so that no two classes read alike.
    inner = sorted({float(f"{cut:.3g}") for cut in cuts[1:-1]} - {least, most})
    inner = [cut for cut in inner if middle[0] <= cut < middle[-1]]
    edges = [float(middle[0]), *inner, float(middle[-1])]
    bounds = edges[1:]
    labels = [f"{low:.3g} to {high:.3g}" for low, high in zip(edges[:-1], bounds, strict=True)]
    if is_least:
        bounds, labels = [least, *bounds], [f"{least:.3g}", *labels]
    if is_most:
        bounds, labels = [*bounds, most], [*labels, f"{most:.3g}"]
    return bounds, labels
