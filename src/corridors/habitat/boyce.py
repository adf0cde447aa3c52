"""The continuous Boyce index: whether more is used where the model says so."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from corridors.foundation.arrays import Floats


def boyce_index(available: Floats, used: Floats, *, window_frac: float, n_windows: int) -> float:
    """Return the continuous Boyce index, -1...1; NaN where there are fewer than three windows.

    Parameters
    ----------
    available
        Score of the available cells, (m,), m >= 1, in any monotone scale.
    used
        Score of used cells that the model did not see, (n,).
    window_frac
        Share of the available ground in a window.
    n_windows
        Windows, evenly spaced from the lowest to the highest score.

    Notes
    -----
    In every window the share of used cells is divided by the share of available ones; the index
    is Spearman's correlation of these ratios with the windows' scores (Boyce et al. 2002,
    doi:10.1016/S0304-3800(02)00200-4; moving windows: Hirzel et al. 2006,
    doi:10.1016/j.ecolmodel.2006.05.017). Windows hold equal shares of the available ground rather
    than of the range of scores: so the index does not depend on how scores are scaled, and no
    window is empty. Equal scores share their mean place; windows with the same cells as the one
    before are left out.

    Examples
    --------
    >>> score = np.arange(100.0)
    >>> boyce_index(score, np.repeat(score, np.arange(100)), window_frac=0.2, n_windows=11)
    1.0
    """
    if used.size == 0:
        return float("nan")
    order = np.sort(available)
    place = np.sort(_places(order, available))
    used_place = np.sort(_places(order, used))
    low = np.linspace(0.0, 1.0 - window_frac, n_windows)
    edges = np.concatenate([low - 1e-12, low + window_frac + 1e-12])
    first, last = np.searchsorted(place, edges).reshape(2, -1)
    used_first, used_last = np.searchsorted(used_place, edges).reshape(2, -1)
    kept = last > first
    kept[1:] &= (first[1:] != first[:-1]) | (last[1:] != last[:-1])
    if kept.sum() < 3:
        return float("nan")
    ratio = (used_last - used_first)[kept] / (last - first)[kept]
    ranks = rankdata(ratio)
    if np.ptp(ranks) == 0:
        return float("nan")
    # Windows are in order of score.
    return float(np.corrcoef(np.arange(ranks.size), ranks)[0, 1].round(12))


def _places(order: Floats, values: Floats) -> Floats:
    """Return the share of sorted scores below each value, equal ones counted half."""
    below = np.searchsorted(order, values, side="left")
    upto = np.searchsorted(order, values, side="right")
    places: Floats = (below + upto) / (2.0 * order.size)
    return places
