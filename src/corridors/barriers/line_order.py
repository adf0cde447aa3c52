"""The order of segments along a joined line."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from corridors.foundation.arrays import Floats, Indices

_ASKED = 16  # ends near a head; of one line hardly more meet
_SAME_M = 1e-6


def positions_along(ends_m: Floats, line: Indices, sign: Indices, *, tolerance_m: float) -> Indices:
    """Return the place of each segment in the order along its line, from 0, shape (n,).

    Parameters
    ----------
    ends_m
        From :func:`corridors.barriers.segments.segment_ends`, shape (n, 8).
    line, sign
        From :func:`corridors.barriers.segments.joined_lines`.
    tolerance_m
        Ends this near to each other touch, m.

    Notes
    -----
    The walk begins at a segment that no other leads to; on a closed line at that with the lowest
    number. Where a line touches itself the nearest end goes on, of equally near ones that of the
    segment with the lowest number: what else there is changes nothing.

    Examples
    --------
    Three segments, the second one digitised backwards:

    >>> ends = np.array([[8, 0, 9, 0, 11, 0, 12, 0.], [8, 0, 7, 0, 5, 0, 4, 0],
    ...                  [0, 0, 1, 0, 3, 0, 4, 0]])
    >>> one = np.zeros(3, np.int64)
    >>> positions_along(ends, one, np.array([1, -1, 1]), tolerance_m=0.5).tolist()
    [2, 1, 0]
    """
    n = len(line)
    forward = (sign > 0)[:, None]
    tail = np.where(forward, ends_m[:, 0:2], ends_m[:, 6:8])
    head = np.where(forward, ends_m[:, 6:8], ends_m[:, 0:2])
    follower = _followers(tail, head, line, tolerance_m)
    is_led_to = np.zeros(n, dtype=bool)
    is_led_to[follower[follower >= 0]] = True
    out = np.full(n, -1, dtype=np.int64)
    count = np.zeros(int(line.max()) + 1 if n else 0, dtype=np.int64)
    for first in np.lexsort((np.arange(n), is_led_to)).tolist():
        at = first
        while at >= 0 and out[at] < 0:
            out[at] = count[line[at]]
            count[line[at]] += 1
            at = int(follower[at])
    return out


def _followers(tail: Floats, head: Floats, line: Indices, tolerance_m: float) -> Indices:
    """Return the segment whose tail is at the head of each one, of its line; -1: none."""
    n = len(line)
    out = np.full(n, -1, dtype=np.int64)
    several = np.flatnonzero(np.bincount(line, minlength=1)[line] > 1)
    if not several.size:
        return out
    # Lines lie far apart on a third axis, so that only ends of one line are near.
    height = line[several] * (4.0 * tolerance_m)
    tree = cKDTree(np.column_stack([tail[several], height]))
    heads = np.column_stack([head[several], height])
    away, near = tree.query(heads, k=_ASKED, distance_upper_bound=tolerance_m * (1 + 1e-9))
    away = np.where(near == np.arange(several.size)[:, None], np.inf, away)
    nearest = away.min(axis=1)
    # Of ends that meet in one point the tree names any first, by what else is in it.
    next_one = np.where(away <= nearest[:, None] + _SAME_M, near, several.size).min(axis=1)
    found = np.isfinite(nearest)
    out[several[found]] = several[next_one[found]]
    return out
