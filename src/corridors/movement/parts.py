"""Parts of a track: where a collar came to a place that its animal cannot have walked to.

Source: METHODS section 2. Fixes are those of one animal that are still believed, in order of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridors.foundation.arrays import Flags, Floats, Indices

# Fixes on either side of an impossible step that may be the false ones, each by itself.
_DOUBTED = 3


@dataclass(frozen=True)
class Reach:
    """How far an animal can be from where it was: ``speed`` times the time, and ``sprint`` more.

    Parameters
    ----------
    speed_m_s
        That no animal keeps up, m/s.
    sprint_m
        What a short run and location errors add, m.
    """

    speed_m_s: float
    sprint_m: float

    def of(self, seconds: Floats) -> Floats:
        """Return the farthest distance after some time, m."""
        return np.asarray(self.speed_m_s * seconds + self.sprint_m)


def impossible_steps(x_m: Floats, y_m: Floats, time_s: Floats, reach: Reach) -> Flags:
    """Return which fixes the animal cannot have come to from the fix before; never the first.

    Examples
    --------
    >>> t = np.array([0.0, 4.0, 8.0]) * 3600
    >>> impossible_steps(np.array([0.0, 60e3, 60e3]), np.zeros(3), t, Reach(3.0, 1e3)).tolist()
    [False, True, False]
    """
    out = np.zeros(x_m.size, dtype=bool)
    out[1:] = np.hypot(np.diff(x_m), np.diff(y_m)) > reach.of(np.diff(time_s))
    return out


def unreachable(
    x_m: Floats, y_m: Floats, time_s: Floats, reach: Reach, *, min_part_h: float
) -> Flags:
    """Return fixes that lie beside the track: it leaves for them, and goes on without them.

    Parameters
    ----------
    x_m, y_m, time_s
        Positions, m, and times, s, ascending, shape (n,).
    reach
        A step beyond it is impossible.
    min_part_h
        A part of the track that another one does not go on from is no part of the animal's life
        unless it lasts longer, h.

    Notes
    -----
    Impossible steps cut the track into pieces; up to three fixes on either side of such a step are
    pieces of their own. Pieces follow each other where the step between them is possible and, if
    pieces are left out between, less than half of the jump to the first of these: an outlier is
    left out because the track comes back, a carried collar does not come back. The chain with the
    most fixes (of equal ones, the shortest way) is one part of the track; what it leaves out is
    false. What lies before and after it is treated alike: it is another part, or false.

    Examples
    --------
    A fix 5 km away after a minute is false, an office 60 km away after four hours is a part.

    >>> t = np.array([0.0, 240, 241, 480, 720, 960, 1200]) * 60
    >>> x = np.array([0.0, 100, 5100, 200, 100, 60100, 60110])
    >>> unreachable(x, np.zeros(7), t, Reach(3.0, 1e3), min_part_h=2.0).tolist()
    [False, False, True, False, False, False, False]
    """
    false = np.zeros(x_m.size, dtype=bool)
    jump = impossible_steps(x_m, y_m, time_s, reach)
    if not jump.any():
        return false
    # Most tracks have no such step, and need no compiler.
    from corridors.movement.chains import best_chain

    first = _pieces(jump)
    last = np.append(first[1:], x_m.size) - 1
    open_spans = [(0, first.size, True)]
    while open_spans:
        low, high, is_main = open_spans.pop()
        chain = low + best_chain(
            x_m, y_m, time_s, first[low:high], last[low:high], reach.speed_m_s, reach.sprint_m
        )
        begin, end = int(chain[0]), int(chain[-1])
        if not is_main and time_s[last[end]] - time_s[first[begin]] <= min_part_h * 3600:
            false[first[begin] : last[end] + 1] = True
        else:
            kept = np.zeros(end - begin + 1, dtype=bool)
            kept[chain - begin] = True
            for piece in begin + np.flatnonzero(~kept):
                false[first[piece] : last[piece] + 1] = True
        open_spans += [(a, b, False) for a, b in ((low, begin), (end + 1, high)) if b > a]
    return false


def _pieces(jump: Flags) -> Indices:
    """Return the first fix of each piece."""
    at = np.flatnonzero(jump)
    edges = (at[:, None] + np.arange(-_DOUBTED, _DOUBTED + 1)).ravel()
    return np.unique(np.append(edges[(edges > 0) & (edges < jump.size)], 0))


def far_parts(x_m: Floats, y_m: Floats, part: Indices, home_m: Floats, *, far_m: float) -> Flags:
    """Return the fixes of parts that are far from where the herd is, if another part is nearer.

    A part in another UTM zone or hemisphere is the same animal, wrongly placed.

    Parameters
    ----------
    x_m, y_m
        Positions, m, shape (n,).
    part
        Number of the part of each, ascending from 0, shape (n,).
    home_m
        Middle of the herd, m, shape (2,).
    far_m
        By so much a part is farther from it than the nearest part, m.
    """
    away = np.array(
        [
            np.hypot(np.median(x_m[part == k]) - home_m[0], np.median(y_m[part == k]) - home_m[1])
            for k in range(int(part[-1]) + 1)
        ]
    )
    return np.asarray((away > away.min() + far_m)[part])
