"""Positions that no animal can have been at: gross outliers, spikes, impossible speeds.

Source: METHODS section 2; Bjørneraas et al. 2010, J. Wildl. Manage. 74:1361. Arrays are ordered by
(animal, time), one entry per fix that is still believed; ``track`` numbers the animals.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corridors.foundation.arrays import Flags, Floats, Indices

_WINDOW = 21  # fixes of the moving median, as in Bjørneraas et al.: ten on either side
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Steps:
    """Movement into and out of each fix: speeds (m/s, NaN where there is no step), turn cosine."""

    speed_in: Floats
    speed_out: Floats
    turn_cos: Floats


def steps(x_m: Floats, y_m: Floats, time_s: Floats, track: Indices, *, gap_h: float) -> Steps:
    """Return speeds and turning angles; no step leads to another track or over a gap.

    Parameters
    ----------
    x_m, y_m, time_s
        Positions (m) and times (s), shape (n,).
    track
        Number of the animal, shape (n,).
    gap_h
        A longer time between fixes is no step, h.

    Examples
    --------
    >>> out = steps(np.array([0.0, 900.0, 0.0]), np.zeros(3), np.array([0.0, 300.0, 600.0]),
    ...             np.zeros(3, dtype=int), gap_h=49.0)
    >>> float(out.speed_in[1]), float(out.speed_out[1]), float(out.turn_cos[1])
    (3.0, 3.0, -1.0)
    """
    n = len(x_m)
    speed_in, speed_out, turn = (np.full(n, np.nan) for _ in range(3))
    if n < 2:
        return Steps(speed_in, speed_out, turn)
    dx, dy, dt = np.diff(x_m), np.diff(y_m), np.diff(time_s)
    linked = (np.diff(track) == 0) & (dt <= gap_h * 3600) & (dt > 0)
    length = np.hypot(dx, dy)
    speed = np.full(n - 1, np.nan)
    speed[linked] = length[linked] / dt[linked]
    speed_out[:-1], speed_in[1:] = speed, speed
    product = length[1:] * length[:-1]
    both = linked[1:] & linked[:-1] & (product > 0)
    dot = dx[1:] * dx[:-1] + dy[1:] * dy[:-1]
    turn[1:-1][both] = dot[both] / product[both]
    return Steps(speed_in, speed_out, turn)


def median_interval(time_s: Floats, track: Indices) -> Floats:
    """Return the median time between the fixes of each fix's track, s; NaN: only one fix.

    Examples
    --------
    >>> median_interval(np.array([0.0, 10.0, 20.0, 50.0, 7.0]), np.array([0, 0, 0, 0, 1])).tolist()
    [10.0, 10.0, 10.0, 10.0, nan]
    """
    out = np.full(len(track), np.nan)
    edges = np.flatnonzero(np.diff(track)) + 1
    for low, high in itertools.pairwise([0, *edges.tolist(), len(track)]):
        if high - low > 1:
            out[low:high] = np.median(np.diff(time_s[low:high]))
    return out


def distance_to_median(x_m: Floats, y_m: Floats, track: Indices, at: Indices) -> Floats:
    """Return the distance (m) of fixes to the component-wise median of the 21 fixes around them.

    Near the ends of a track the window keeps its length by shifting inward, so that an outlier at
    an end is one of 21; a shorter track is one window.

    Parameters
    ----------
    x_m, y_m, track
        All fixes, shape (n,).
    at
        Indices of the fixes to judge, shape (k,).
    """
    out = np.empty(len(at))
    first = np.searchsorted(track, track, side="left")
    end = np.searchsorted(track, track, side="right")
    for start in range(0, len(at), _CHUNK):
        i = at[start : start + _CHUNK]
        low = np.maximum(np.minimum(i - _WINDOW // 2, end[i] - _WINDOW), first[i])
        window = low[:, None] + np.arange(_WINDOW)
        inside = window < end[i][:, None]
        window = np.where(inside, window, i[:, None])
        out[start : start + _CHUNK] = np.hypot(
            x_m[i] - _median(x_m[window], inside), y_m[i] - _median(y_m[window], inside)
        )
    return out


def _median(values: Floats, inside: Flags) -> Floats:
    ordered = np.sort(np.where(inside, values, np.inf), axis=1)
    n = inside.sum(axis=1)
    row = np.arange(len(values))
    return np.asarray(0.5 * (ordered[row, (n - 1) // 2] + ordered[row, n // 2]))


def gross_outliers(
    x_m: Floats,
    y_m: Floats,
    time_s: Floats,
    track: Indices,
    *,
    median_m: float,
    speed_m_s: float,
    gap_h: float,
) -> Flags:
    """Return fixes far from the local median that one step, too fast or too long, sets apart.

    Parameters
    ----------
    x_m, y_m, time_s, track
        Fixes, shape (n,).
    median_m
        Distance to the median of 21 fixes above which a fix is an outlier, m ...
    speed_m_s
        ... if it was reached or left faster than this, m/s, or by a step longer than ``median_m``,
        however long it took. Without this condition the end of a steady migration with sparse
        fixes would be an outlier; with it a collar's first fixes at its factory are.
    gap_h
        A longer time between fixes has no speed, h.

    Notes
    -----
    Repeated on the fixes that remain until nothing more is found, so that a block of several
    outliers goes from its edges inward.
    """

    def candidates(keep: Indices) -> tuple[Flags, Floats]:
        moved = steps(x_m[keep], y_m[keep], time_s[keep], track[keep], gap_h=gap_h)
        apart = np.fmax(moved.speed_in, moved.speed_out) > speed_m_s
        same = np.diff(track[keep]) == 0
        jump = same & (np.hypot(np.diff(x_m[keep]), np.diff(y_m[keep])) > median_m)
        apart[:-1] |= jump
        apart[1:] |= jump
        at = np.flatnonzero(apart)
        far = np.zeros(len(keep))
        far[at] = distance_to_median(x_m[keep], y_m[keep], track[keep], at)
        return far > median_m, far

    return _repeat(len(x_m), candidates, track)


def spikes(
    x_m: Floats,
    y_m: Floats,
    time_s: Floats,
    track: Indices,
    *,
    speed_m_s: float,
    turn_cos: float,
    gap_h: float,
) -> Flags:
    """Return out-and-back fixes: fast in, fast out, and back the way they came.

    A missing fix beside a spike doubles the time of one of its steps and would hide it. So one of
    the two steps must be too fast as it is, the other one if it took the track's median interval.

    Parameters
    ----------
    x_m, y_m, time_s, track
        Fixes, shape (n,).
    speed_m_s
        Both speeds above this, m/s.
    turn_cos
        Cosine of the turning angle below this (-1 is straight back).
    gap_h
        A longer time between fixes is no step, h.

    Notes
    -----
    Of neighbouring candidates only the one farthest from the local median is flagged, then steps
    are drawn anew over the fixes that remain, until no candidate is left.
    """
    usual_s = median_interval(time_s, track)

    def candidates(keep: Indices) -> tuple[Flags, Floats]:
        x, y, t, k = x_m[keep], y_m[keep], time_s[keep], track[keep]
        moved = steps(x, y, t, k, gap_h=gap_h)
        # A step lasts at least as long as usual: gaps count as usual, short intervals as they are.
        lag = np.diff(t) / usual_s[keep][1:]
        missing = np.maximum(1.0, np.where(np.isfinite(lag), lag, 1.0))
        without_gap_in, without_gap_out = moved.speed_in.copy(), moved.speed_out.copy()
        without_gap_in[1:] *= missing
        without_gap_out[:-1] *= missing
        found = np.maximum(moved.speed_in, moved.speed_out) > speed_m_s
        found &= np.minimum(without_gap_in, without_gap_out) > speed_m_s
        found &= moved.turn_cos < turn_cos
        return found, _score(x_m, y_m, track, keep, found)

    return _repeat(len(x_m), candidates, track)


def too_fast(
    x_m: Floats,
    y_m: Floats,
    time_s: Floats,
    track: Indices,
    *,
    speed_m_s: float,
    gap_h: float,
) -> Flags:
    """Return fixes that were reached and left faster than an animal can move.

    Parameters and notes are those of :func:`spikes`, without the turning angle.
    """

    def candidates(keep: Indices) -> tuple[Flags, Floats]:
        moved = steps(x_m[keep], y_m[keep], time_s[keep], track[keep], gap_h=gap_h)
        found = np.minimum(moved.speed_in, moved.speed_out) > speed_m_s
        return found, _score(x_m, y_m, track, keep, found)

    return _repeat(len(x_m), candidates, track)


def _score(x_m: Floats, y_m: Floats, track: Indices, keep: Indices, found: Flags) -> Floats:
    at = np.flatnonzero(found)
    score = np.full(len(keep), -1.0)
    score[at] = distance_to_median(x_m[keep], y_m[keep], track[keep], at)
    return score


def _repeat(n: int, candidates: Callable[[Indices], tuple[Flags, Floats]], track: Indices) -> Flags:
    """Flag local maxima among candidates until there are none."""
    flagged = np.zeros(n, dtype=bool)
    keep = np.arange(n)
    while len(keep):
        found, score = candidates(keep)
        if not found.any():
            break
        score = np.where(found, score, -1.0)
        same = track[keep][1:] == track[keep][:-1]
        before = np.concatenate([[-1.0], np.where(same, score[:-1], -1.0)])
        after = np.concatenate([np.where(same, score[1:], -1.0), [-1.0]])
        # Of equals the earlier one, so that the answer does not depend on the order of work.
        worst = found & (score > before) & (score >= after)
        flagged[keep[worst]] = True
        keep = keep[~worst]
    return flagged
