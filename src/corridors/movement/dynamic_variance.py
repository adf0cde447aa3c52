"""Motion variance that changes along a track: windows of fixes, cut where the movement changes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numba import njit

from corridors.foundation.arrays import Codes, Floats, Indices
from corridors.foundation.errors import Fault
from corridors.movement.refusals import NoSurfaceError, Refusal, no_movement
from corridors.movement.variance import left_out, motion_variance

# Where a bridge's variance comes from; GAP: a longer step than is bridged.
GAP, INSIDE, EDGE, SHORT = -1, 0, 1, 2

# The scan for the maximum: steps of a third of an e-fold down from the largest value possible,
# as in `motion_variance`; a maximum below the last one is no movement.
_STEP = 1 / 3
_N_SCAN = 84


@dataclass(frozen=True)
class DynamicVariance:
    """Motion variance of each bridge of a track.

    Parameters
    ----------
    s2_m2_min
        Brownian motion variance per axis, m2/min, shape (n-1,), >= 0; NaN for a gap.
    source
        Shape (n-1,): ``INSIDE`` the mean over all windows that can hold the bridge; ``EDGE`` near
        an end of a run of fixes, from fewer windows or carried from the nearest one; ``SHORT`` in
        a run shorter than a window, the variance of the whole track; ``GAP`` not bridged.
    breaks
        Fix at which each window with a break is cut, in the order of the windows.
    n_windows
        Windows looked at.
    """

    s2_m2_min: Floats
    source: Codes
    breaks: Indices
    n_windows: int


def dynamic_variance(
    x_m: Floats,
    y_m: Floats,
    time_min: Floats,
    error_m: Floats,
    *,
    max_lag_min: float,
    form: Literal["corrected", "horne"],
    window_fixes: int,
    margin_fixes: int,
) -> DynamicVariance:
    """Estimate the Brownian motion variance of every bridge from the fixes around it.

    Parameters
    ----------
    x_m, y_m
        Positions in one projected CRS, m, shape (n,), finite.
    time_min
        Times, minutes, shape (n,), strictly increasing.
    error_m
        Standard deviation per axis of each fix, m, shape (n,), >= 0.
    max_lag_min
        Longer steps are gaps, minutes; no window spans one. ``inf``: no step is.
    form
        As in :func:`~corridors.movement.variance.motion_variance`.
    window_fixes
        Fixes in a window, odd.
    margin_fixes
        A window breaks at its fix number ``margin_fixes`` (from 1) or later, and at the same
        number from its end or sooner; odd, ``window_fixes >= 2 margin_fixes + 1``.

    Raises
    ------
    MethodError
        No run of ``window_fixes`` fixes without a gap; a shorter run needs the variance of the
        whole track and that has none; or no movement at all anywhere.
    ValueError
        Arrays of different shape, not finite, times that do not increase; a window or margin that
        is not odd or does not fit.

    Notes
    -----
    Every window of a run is judged twice: with one variance for its left-out fixes 2, 4, ...
    (numbered in the window), and cut in two at its fix b = margin, margin + 2, ..., each part with
    its own. With the log-likelihoods l of :func:`~corridors.movement.variance.motion_variance`,
    the cut with the smallest -2 (l1 + l2) + 2 ln(window) is taken if that is below
    -2 l + ln(window). The window then votes for its bridges between the margins; a bridge's
    variance is the mean of its votes. Kranstauber et al. 2012, J. Anim. Ecol. 81:738.

    Unlike the usual program, windows do not span gaps and no fix is dropped at the ends of a run:
    bridges beyond the first and the last vote take that vote and are marked.

    The parts of all windows are runs of left-out fixes that many windows share; each is maximised
    once, from a scan whose rows (one per left-out fix) are shared too. Cost is linear in the
    fixes; memory 16 bytes per fix and length of a part.
    """
    x, y, t, error = (np.ascontiguousarray(v, np.float64) for v in (x_m, y_m, time_min, error_m))
    if form not in ("corrected", "horne"):
        raise ValueError(f"form must be corrected or horne, got {form!r}")
    if not (window_fixes % 2 == margin_fixes % 2 == 1 and margin_fixes >= 3):
        raise ValueError("window_fixes and margin_fixes must be odd, margin_fixes at least 3")
    if window_fixes < 2 * margin_fixes + 1:
        raise ValueError("window_fixes must be at least 2 margin_fixes + 1")
    # Of every fix but the first and last; those beside a gap are in no window.
    r2, slope, base = left_out(x, y, t, error, np.arange(1, max(t.size - 1, 1)), form=form)
    is_gap = np.diff(t) > max_lag_min
    first = np.concatenate(([0], np.flatnonzero(is_gap) + 1))
    length = np.diff(np.append(first, t.size))
    if length.max() < window_fixes:
        raise NoSurfaceError(
            Fault(
                "no dynamic motion variance: too few fixes in a row",
                expected=f"{window_fixes} fixes without a step over {max_lag_min:g} min",
                got=f"at most {length.max()}",
                cure="use method bbmm or auto, or lower occurrence.window_fixes",
            ),
            Refusal("few_in_a_row", int(length.max()), window_fixes),
        )
    s2, source = np.full(t.size - 1, np.nan), np.full(t.size - 1, GAP, dtype=np.int8)
    breaks: list[Indices] = []
    n_windows = 0
    for start, n in zip(first.tolist(), length.tolist(), strict=True):
        own = slice(start, start + n - 1)
        if n >= window_fixes:
            inner = slice(start, start + n - 2)
            s2[own], source[own], at = _run(
                r2[inner], slope[inner], base[inner], window_fixes, margin_fixes
            )
            breaks.append(at + start)
            n_windows += n - window_fixes + 1
        else:
            source[own] = SHORT
    is_short = source == SHORT
    if is_short.any():
        whole = motion_variance(x, y, t, error, max_lag_min=max_lag_min, form=form)
        s2[is_short] = whole.s2_m2_min
    if not np.nanmax(s2) > 0:
        raise no_movement("dynamic motion variance", r2, error)
    return DynamicVariance(s2, source, np.concatenate(breaks), n_windows)


@njit(cache=True, nogil=True)
def _run(
    r2: Floats, slope: Floats, base: Floats, window: int, margin: int
) -> tuple[Floats, Codes, Indices]:
    """Return variance and source of each bridge of one run without gaps, and its breaks.

    Element i of ``r2``, ``slope`` and ``base`` belongs to fix i + 1 of the run.
    """
    shortest, longest, whole = (margin - 1) // 2, (window - margin) // 2, (window - 1) // 2
    parts, height, all_s2, all_height = _maxima(r2, slope, base, shortest, longest, whole)
    n_bridges = r2.size + 1
    n_windows = n_bridges - window + 2
    total, votes = np.zeros(n_bridges), np.zeros(n_bridges, np.int64)
    breaks = np.empty(n_windows, np.int64)
    n_breaks = 0
    penalty = math.log(window)
    for w in range(n_windows):
        best, cut = -2 * all_height[w] + penalty, 0
        for k in range(shortest, longest + 1):
            after = whole - k
            both = height[w, k - shortest] + height[w + 2 * k, after - shortest]
            if -2 * both + 2 * penalty < best:
                best, cut = -2 * both + 2 * penalty, k
        for j in range(margin - 1, window - margin):
            if cut == 0:
                vote = all_s2[w]
            elif j < 2 * cut:
                vote = parts[w, cut - shortest]
            else:
                vote = parts[w + 2 * cut, whole - cut - shortest]
            total[w + j] += vote
            votes[w + j] += 1
        if cut > 0:
            breaks[n_breaks] = w + 2 * cut
            n_breaks += 1
    source = np.empty(n_bridges, np.int8)
    low, high = margin - 1, n_bridges - margin
    for i in range(n_bridges):
        inside = min(max(i, low), high)
        source[i] = EDGE if votes[i] < window - 2 * margin + 1 else INSIDE
        total[i] = total[i] / votes[i] if votes[i] > 0 else np.nan
        if i > high:
            total[i] = total[inside]
    total[:low] = total[low]
    return total, source, breaks[:n_breaks]


@njit(cache=True, nogil=True, error_model="numpy")
def _maxima(
    r2: Floats, slope: Floats, base: Floats, shortest: int, longest: int, whole: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the greatest likelihood of every part and window, and where it is.

    Row i, column k: the left-out fixes i, i + 2, ..., ``shortest`` + k of them. The last two
    results are those of ``whole`` left-out fixes.
    """
    n = r2.size
    parts, height = np.zeros((n, longest - shortest + 1)), np.zeros((n, longest - shortest + 1))
    all_s2, all_height = np.zeros(n), np.zeros(n)
    top = 0.0
    for i in range(n):
        top = max(top, (r2[i] / 2 - base[i]) / slope[i])
    if not top > 0.0:
        return parts, height, all_s2, all_height
    grid = top * np.exp(_STEP * (1.0 - np.arange(_N_SCAN)))
    # Rows of the scan for the fixes in reach of the window, in a ring.
    ring = 2 * whole
    rows = np.empty((ring, _N_SCAN))
    total = np.empty(_N_SCAN)
    ready = 0
    for i in range(n):
        while ready < min(i + 2 * whole - 1, n):
            _scan(r2[ready], slope[ready], base[ready], grid, rows[ready % ring])
            ready += 1
        total[:] = 0.0
        for k in range(1, whole + 1):
            last = i + 2 * (k - 1)
            if last >= n:
                break
            row = rows[last % ring]
            for g in range(_N_SCAN):
                total[g] += row[g]
            if k < shortest or longest < k < whole:
                continue
            s2, at = _refined(r2, slope, base, i, k, grid, total)
            if k == whole:
                all_s2[i], all_height[i] = s2, at
            if k <= longest:
                parts[i, k - shortest], height[i, k - shortest] = s2, at
    return parts, height, all_s2, all_height


@njit(cache=True, nogil=True, error_model="numpy")
def _scan(r2: float, slope: float, base: float, grid: Floats, out: Floats) -> None:
    """Set ``out`` to the log-likelihood of one left-out fix, up to a constant, on the grid."""
    for g in range(grid.size):
        v = slope * grid[g] + base
        out[g] = -math.log(v) - r2 / (2 * v)


@njit(cache=True, nogil=True, error_model="numpy")
def _refined(
    r2: Floats, slope: Floats, base: Floats, i: int, k: int, grid: Floats, scan: Floats
) -> tuple[float, float]:
    """Return the maximum next to the best point of the scan, or 0 if no movement is likelier.

    Newton's method in ln s2 on the derivative, kept within its bracket by bisection.
    """
    best = 0
    for g in range(1, grid.size):
        if scan[g] > scan[best]:
            best = g
    at_best = scan[best]
    at_zero = _height(r2, slope, base, i, k, 0.0)
    if best == grid.size - 1 or at_zero >= at_best:
        return 0.0, max(at_zero, at_best)
    high = math.log(grid[max(best - 1, 0)])
    low = math.log(grid[best + 1])
    at = math.log(grid[best])
    for _ in range(60):
        s2 = math.exp(at)
        score, curve = 0.0, 0.0
        for j in range(i, i + 2 * k, 2):
            move = slope[j] * s2
            inverse = 1.0 / (move + base[j])
            share = move * inverse
            excess = r2[j] * inverse / 2
            score += share * (excess - 1.0)
            curve += share * (excess - 1.0 + share * (1.0 - 2.0 * excess))
        if score > 0:
            low = at
        else:
            high = at
        step = -score / curve if curve < 0 else np.inf
        if not low < at + step < high:
            step = (low + high) / 2 - at
        at += step
        if abs(step) < 1e-12:
            break
    s2 = math.exp(at)
    return s2, _height(r2, slope, base, i, k, s2)


@njit(cache=True, nogil=True, error_model="numpy")
def _height(r2: Floats, slope: Floats, base: Floats, i: int, k: int, s2: float) -> float:
    """Return the log-likelihood up to a constant; -inf where a variance is 0."""
    total, product = 0.0, 1.0
    for j in range(i, i + 2 * k, 2):
        v = slope[j] * s2 + base[j]
        if v <= 0.0:
            return -np.inf
        total -= r2[j] / (2 * v)
        product *= v
        # One logarithm for several variances, as long as their product cannot overflow.
        if not 1e-100 < product < 1e100:
            total -= math.log(product)
            product = 1.0
    return total - math.log(product)
