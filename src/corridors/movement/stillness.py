"""Collars that lie still: on a dead animal, in the grass, in an office.

Source: METHODS section 2. A collar lies still as long as its fixes scatter around one place no
farther than their location error explains.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from corridors.foundation.arrays import Flags, Floats, Indices

# Of a collar that lies still the median distance from its place is 1.18 errors, and one fix of
# 3,000 is farther than four.
_MEDIAN_ERRORS = 1.18 * 1.2
_FARTHEST_ERRORS = 4.0
_FAR_FRAC = 0.05
# Fixes in a row that outliers explain; and fixes on the way when somebody moves the collar.
_OUTLIERS, _ON_THE_WAY = 1, 3


def still_since(
    x_m: Floats, y_m: Floats, time_s: Floats, error_m: Floats, *, hours: float
) -> int | None:
    """Return the fix since which a collar lies still until the last one; None: it does not.

    A collar that was moved once, or more often, and lay still before as well has lain still since
    the first time.

    Parameters
    ----------
    x_m, y_m
        Positions, m, in order of time, shape (n,).
    time_s
        Times, s, ascending, shape (n,).
    error_m
        Location error of each fix, SD per axis, m, shape (n,).
    hours
        It lies still for more than this, h.

    Notes
    -----
    Its place is the median of the last ``hours``. It lies there while no two fixes in a row are
    farther away than four errors, if half of them are within 1.4 errors and at most one of twenty
    is beyond four (1.18, and one of 3,000, are what a normal error gives).

    Examples
    --------
    >>> x = np.concatenate([np.arange(20) * 300.0, np.full(20, 6000.0), np.full(20, 9000.0)])
    >>> still_since(x, np.zeros(60), np.arange(60) * 4 * 3600.0, np.full(60, 20.0), hours=48)
    20
    >>> still_since(x, np.zeros(60), np.arange(60) * 4 * 3600.0, np.full(60, 200.0), hours=100)
    """
    start = _run_before(x_m.size, x_m, y_m, time_s, error_m, hours)
    if start is None:
        return None
    while True:
        earlier = [
            found
            for end in range(start, max(start - _ON_THE_WAY, 0) - 1, -1)
            if (found := _run_before(end, x_m, y_m, time_s, error_m, hours)) is not None
        ]
        if not earlier:
            return start
        start = min(earlier)


def _run_before(
    end: int, x_m: Floats, y_m: Floats, time_s: Floats, error_m: Floats, hours: float
) -> int | None:
    """Return where the run begins in which the collar lies still until fix ``end - 1``."""
    if end < 2:
        return None
    since = time_s[end - 1] - hours * 3600
    window = int(np.searchsorted(time_s[:end], since))
    if window == 0:
        return None
    place = np.median(x_m[window:end]), np.median(y_m[window:end])
    away = np.hypot(x_m[:end] - place[0], y_m[:end] - place[1]) / error_m[:end]
    if not _fits(away[window:]):
        return None
    far = away > _FARTHEST_ERRORS
    left = np.flatnonzero(far[1:] & far[:-1])
    start = int(left[-1]) + _OUTLIERS + 1 if left.size else int(far[0])
    lies = time_s[end - 1] - time_s[start] > hours * 3600
    return start if lies and _fits(away[start:]) else None


def _fits(away: Floats) -> bool:
    """Return whether distances from a place, in errors, are those of a collar that lies there."""
    is_near = float(np.median(away)) <= _MEDIAN_ERRORS
    return is_near and float(np.mean(away > _FARTHEST_ERRORS)) <= _FAR_FRAC


def dead(
    x_m: Floats,
    y_m: Floats,
    time_s: Floats,
    part: Indices,
    error_m: Floats,
    *,
    hours: float,
) -> Flags:
    """Return the fixes of a collar on which nobody lives any more.

    Parameters
    ----------
    x_m, y_m, time_s, error_m, hours
        As in :func:`still_since`.
    part
        Number of the part of the track that a fix is in, ascending, shape (n,); see
        :mod:`corridors.movement.parts`.

    Notes
    -----
    The fix at which an animal comes to rest is not marked: it is where the animal went, unless it
    never made so long a step before, for then its collar was brought there. A collar
    that lies still until its part of the track ends was carried away then, and what comes later is
    not its animal's. A part that is still from its first fix on is no place where the animal went;
    at the beginning of a track it is a collar that nobody wore yet.
    """
    found = np.zeros(x_m.size, dtype=bool)
    edges = [*np.flatnonzero(np.diff(part, prepend=-1)).tolist(), x_m.size]
    has_lived = False
    for low, high in pairwise(edges):
        own = slice(low, high)
        start = still_since(x_m[own], y_m[own], time_s[own], error_m[own], hours=hours)
        if start is None:
            has_lived = True
            continue
        is_whole = start == 0 and len(edges) > 2
        is_brought = is_whole or _is_longest(x_m[own][: start + 1], y_m[own][: start + 1])
        found[low + start + (0 if is_brought else 1) : high] = True
        has_lived |= start > 0
        if has_lived:
            found[high:] = True
            break
    return found


def _is_longest(x_m: Floats, y_m: Floats) -> bool:
    """Return whether the last step of several is longer than each of the others."""
    step = np.hypot(np.diff(x_m), np.diff(y_m))
    return step.size > 1 and bool(step[-1] > step[:-1].max())
