"""The best chain of the pieces of a track, compiled; :mod:`corridors.movement.parts` wants it."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from corridors.foundation.arrays import Floats, Indices

# A way that goes on beside what is left out is shorter than the jump away, by this much.
_RETURN_FRAC = 0.5
# Metres of a chain's way that weigh as much as a fix: a tie goes to the shorter way.
_TIE_M = 1e9


@njit(cache=True, nogil=True)
def best_chain(
    x: Floats,
    y: Floats,
    t: Floats,
    first: Indices,
    last: Indices,
    speed_m_s: float,
    sprint_m: float,
) -> Indices:
    """Return the pieces of the chain with the most fixes, in order.

    Parameters
    ----------
    x, y, t
        Positions, m, and times, s, shape (n,).
    first, last
        The first and the last fix of each piece, shape (m,).
    speed_m_s, sprint_m
        Of :class:`corridors.movement.parts.Reach`.
    """
    m = first.size
    score, before = np.empty(m), np.full(m, -1)
    for j in range(m):
        own = 0.0
        for k in range(first[j], last[j]):
            own -= math.hypot(x[k + 1] - x[k], y[k + 1] - y[k]) / _TIE_M
        own += last[j] - first[j] + 1
        score[j] = own
        for i in range(j - 1, -1, -1):
            a, b = last[i], first[j]
            way = math.hypot(x[b] - x[a], y[b] - y[a])
            if way > speed_m_s * (t[b] - t[a]) + sprint_m:
                continue
            if j - i > 1:
                c = first[i + 1]
                jump = math.hypot(x[c] - x[a], y[c] - y[a])
                if way > _RETURN_FRAC * jump:
                    continue
            together = score[i] + own - way / _TIE_M
            if together > score[j]:
                score[j], before[j] = together, i
    at = int(np.argmax(score))
    chain = np.empty(m, np.int64)
    n = 0
    while at >= 0:
        chain[n] = at
        at = before[at]
        n += 1
    return chain[:n][::-1]
