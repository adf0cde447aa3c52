"""Places in the true order, and whether an interval holds them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def true_places(loss: Floats) -> tuple[Floats, Floats]:
    """Return the first and the last place that each row shares with those of the same loss.

    >>> [part.tolist() for part in true_places(np.array([0.0, 4.0, 0.0, 2.0]))]
    [[3.0, 1.0, 3.0, 2.0], [4.0, 1.0, 4.0, 2.0]]
    """
    ordered = np.sort(-loss)
    first: Floats = np.searchsorted(ordered, -loss, side="left").astype(float) + 1.0
    last: Floats = np.searchsorted(ordered, -loss, side="right").astype(float)
    return first, last


def held_by(low: Floats, high: Floats, first: Floats, last: Floats) -> Floats:
    """Return the share of the places first...last inside low...high."""
    common = np.maximum(0.0, np.minimum(high, last) - np.maximum(low, first) + 1.0)
    return np.asarray(common / (last - first + 1.0))
