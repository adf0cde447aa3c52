"""How far a rank is settled."""

from __future__ import annotations

import numpy as np

from corridors.foundation.arrays import Floats, Labels


def stability(rank_from: Floats, rank_to: Floats) -> Labels:
    """Return how far the rank is settled: firm, likely or open.

    ``firm``: the last place of the interval is at most twice the first; ``likely``: at most five
    times; and neither spans more than half of all places. ``open``: all others. Places are compared
    by their ratio because 1 or 3 is a difference, and 101 or 103 is none.

    Examples
    --------
    >>> low, high = np.array([1.0, 2.0, 3.0, 1.0] + [20.0] * 26), np.array([2.0, 9.0] + [30.0] * 28)
    >>> stability(low, high)[:5].tolist()
    ['firm', 'likely', 'open', 'open', 'firm']
    """
    is_narrow = rank_to - rank_from + 1.0 <= np.ceil(len(rank_from) / 2)
    factor = np.where(is_narrow, rank_to / rank_from, np.inf)
    found = np.where(factor <= 2.0, "firm", np.where(factor <= 5.0, "likely", "open"))
    return found.astype(object)
