"""Flags on fixes and bursts of usable ones: marked, never deleted.

Source: METHODS section 2. A fix with any flag is not usable. Flags that need neighbours are found
among the fixes that no earlier flag has taken, so that one bad fix does not discredit the next.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Bits, Flags, Floats, Indices, Indices32
from corridors.foundation.track import location_error_m
from corridors.foundation.vocabulary import FLAG_BIT, FLAGS
from corridors.movement.parts import Reach, impossible_steps, unreachable
from corridors.movement.spikes import distance_to_median, gross_outliers, spikes, too_fast
from corridors.movement.stillness import dead


def flag_fixes(
    fixes: pd.DataFrame,
    x_m: Floats,
    y_m: Floats,
    *,
    max_speed_m_s: float,
    sprint_m: float,
    spike_speed_m_s: float,
    spike_turn_cos: float,
    spike_median_m: float,
    dop_max: float,
    allow_2d: bool,
    repeat_s: float,
    error_m: float,
    error_per_dop_m: float | None,
    mortality_h: float,
    burst_gap_h: float,
    settling_days: float,
) -> Bits:
    """Return all flags of fixes: those they came with and those found here.

    Parameters
    ----------
    fixes
        ``animal, time_utc, dop, fix_type, flags`` sorted by (animal, time), shape (n,).
    x_m, y_m
        Planar positions, m, in a CRS without strong distortion; NaN without a position.
    max_speed_m_s
        ``too_fast``: speed in and out above this.
    sprint_m
        ``unreachable``: out of the reach of an animal that is this much farther than that speed
        carries it, m; see :func:`~corridors.movement.parts.unreachable`.
    spike_speed_m_s, spike_turn_cos
        ``spike``: speed in and out above, cosine of the turning angle below.
    spike_median_m
        ``spike``: this far from the local median, and fast.
    dop_max, allow_2d
        ``poor_fix``: dilution of precision above; 2-D; positions that the collar calls no fix.
    repeat_s
        ``repeated``: all but one of the fixes within this time, s.
    error_m, error_per_dop_m
        Location error, see :func:`~corridors.foundation.track.location_error_m`.
    mortality_h
        ``mortality``: scatters no more than its error, for more than this, until its part of the
        track ends.
    burst_gap_h
        Fixes farther apart in time make no step, h.
    settling_days
        ``range_start``: this long after the first usable fix that is no gross outlier, d.

    Returns
    -------
    numpy.ndarray
        uint16 (n,), bits of ``vocabulary.FLAGS``.
    """
    flags = fixes["flags"].to_numpy(dtype=np.uint16).copy()
    track = pd.factorize(fixes["animal"])[0].astype(np.int64)
    time_s = seconds(fixes["time_utc"])
    # A position that the projection has no image for cannot be used by what follows.
    lost = ~(np.isfinite(x_m) & np.isfinite(y_m)) & (flags == 0)
    flags[lost] |= FLAG_BIT["impossible_coordinate"]
    flags[poor(fixes, dop_max=dop_max, allow_2d=allow_2d)] |= FLAG_BIT["poor_fix"]
    repeated = duplicate_times(track, time_s, fixes["dop"].to_numpy(dtype=float), flags)
    flags[repeated] |= FLAG_BIT["duplicate_time"]
    left = np.flatnonzero(flags == 0)
    found = repeats(x_m[left], y_m[left], time_s[left], track[left], within_s=repeat_s)
    flags[left[found]] |= FLAG_BIT["repeated"]
    left = np.flatnonzero(flags == 0)
    found = gross_outliers(
        x_m[left],
        y_m[left],
        time_s[left],
        track[left],
        median_m=spike_median_m,
        speed_m_s=spike_speed_m_s,
        gap_h=burst_gap_h,
    )
    flags[left[found]] |= FLAG_BIT["spike"]
    # Counted from the capture, not from fixes at the collar's factory.
    flags[settling(track, time_s, flags, days=settling_days)] |= FLAG_BIT["range_start"]
    left = np.flatnonzero(flags == 0)
    found = spikes(
        x_m[left],
        y_m[left],
        time_s[left],
        track[left],
        speed_m_s=spike_speed_m_s,
        turn_cos=spike_turn_cos,
        gap_h=burst_gap_h,
    )
    flags[left[found]] |= FLAG_BIT["spike"]
    left = np.flatnonzero(flags == 0)
    found = too_fast(
        x_m[left],
        y_m[left],
        time_s[left],
        track[left],
        speed_m_s=max_speed_m_s,
        gap_h=burst_gap_h,
    )
    flags[left[found]] |= FLAG_BIT["too_fast"]
    reach = Reach(max_speed_m_s, sprint_m)
    errors = location_error_m(
        fixes["dop"].to_numpy(dtype=float), error_m=error_m, error_per_dop_m=error_per_dop_m
    )
    for number in range(int(track.max(initial=-1)) + 1):
        own = np.flatnonzero(track == number)
        left = own[flags[own] == 0]
        found = unreachable(x_m[left], y_m[left], time_s[left], reach, min_part_h=mortality_h)
        flags[left[found]] |= FLAG_BIT["unreachable"]
        left = left[~found]
        jump = impossible_steps(x_m[left], y_m[left], time_s[left], reach)
        part = np.cumsum(jump, dtype=np.int64)
        died = dead(x_m[left], y_m[left], time_s[left], part, errors[left], hours=mortality_h)
        flags[_with_between(own, left, died)] |= FLAG_BIT["mortality"]
    return flags


def _with_between(own: Indices, left: Indices, marked: Flags) -> Indices:
    """Return the fixes of ``own`` that are marked among ``left``, with all between two of them."""
    state = np.zeros(own.size, dtype=bool)
    if left.size:
        # A fix of which nothing is known is in the state of the fix before it.
        last = np.searchsorted(left, own, side="right") - 1
        state = (last >= 0) & marked[np.maximum(last, 0)]
    return own[state]


def seconds(time_utc: pd.Series) -> Floats:
    """Return times as seconds since 1970, exact to the microsecond."""
    micro = time_utc.astype("datetime64[us, UTC]").astype("int64").to_numpy()
    return np.asarray(micro / 1e6, dtype=np.float64)


def poor(fixes: pd.DataFrame, *, dop_max: float, allow_2d: bool) -> Flags:
    """Return positions of poor quality; a fix whose DOP and type are not stated is not poor."""
    kind = fixes["fix_type"].to_numpy(dtype=object)
    placed = (fixes["flags"].to_numpy() & FLAG_BIT["no_position"]) == 0
    bad = (fixes["dop"].to_numpy(dtype=float) > dop_max) | (kind == "none")
    if not allow_2d:
        bad |= kind == "2d"
    return np.asarray(bad & placed)


def duplicate_times(track: Indices, time_s: Floats, dop: Floats, flags: Bits) -> Flags:
    """Return all but the best of the fixes of one animal at one time.

    The best is one without other flags, then with the lowest DOP (unknown is last), then the first
    in the file.

    Examples
    --------
    >>> duplicate_times(np.array([0, 0, 0]), np.array([5.0, 5.0, 9.0]), np.array([4.0, 2.0, 9.0]),
    ...                 np.zeros(3, dtype=np.uint16)).tolist()
    [True, False, False]
    """
    n = len(track)
    order = np.lexsort(
        (np.arange(n), np.where(np.isnan(dop), np.inf, dop), flags != 0, time_s, track)
    )
    out = np.zeros(n, dtype=bool)
    if n > 1:
        a, b = order[:-1], order[1:]
        out[b] = (track[a] == track[b]) & (time_s[a] == time_s[b])
    return out


def settling(track: Indices, time_s: Floats, flags: Bits, *, days: float) -> Flags:
    """Return fixes less than ``days`` after the animal's first usable fix, that one included."""
    if days <= 0 or not len(track):
        return np.zeros(len(track), dtype=bool)
    first = np.full(int(track.max()) + 1, np.inf)
    usable = flags == 0
    np.minimum.at(first, track[usable], time_s[usable])
    since = time_s - first[track]
    return np.asarray((since >= 0) & (since < days * 86400))


def repeats(x_m: Floats, y_m: Floats, time_s: Floats, track: Indices, *, within_s: float) -> Flags:
    """Return all but one of the fixes that are within some seconds of the first of them.

    They tell one place, with errors that are not independent; the one nearest to the median of
    the fixes around stays.

    Parameters
    ----------
    x_m, y_m, time_s, track
        Fixes, shape (n,).
    within_s
        Longest time after the first, s; 0: none is a repeat.

    Examples
    --------
    >>> t = np.array([0.0, 1, 2, 3600, 7200])
    >>> repeats(np.array([5.0, 0, 9, 0, 0]), np.zeros(5), t, np.zeros(5, int), within_s=30).tolist()
    [True, False, True, False, False]
    """
    out = np.zeros(len(track), dtype=bool)
    near = np.zeros(len(track), dtype=bool)
    near[1:] = (np.diff(track) == 0) & (np.diff(time_s) <= within_s)
    if within_s <= 0 or not near.any():
        return out
    first = _groups(time_s, near, within_s)
    size = np.bincount(first, minlength=len(track))
    several = np.flatnonzero(size[first] > 1)
    away = distance_to_median(x_m, y_m, track, several)
    order = np.lexsort((np.arange(several.size), away, first[several]))
    best = np.ones(several.size, dtype=bool)
    best[1:] = np.diff(first[several][order]) != 0
    out[several[order[~best]]] = True
    return out


def _groups(time_s: Floats, near: Flags, within_s: float) -> Indices:
    """Return the first fix of the group of each fix; ``near`` is close to the fix before it."""
    first = np.arange(near.size)
    starts = np.flatnonzero(~near)
    runs = np.flatnonzero(near & ~np.append(near[1:], False))  # last of each run
    for last in runs.tolist():
        begin = int(starts[np.searchsorted(starts, last) - 1])
        while begin <= last:
            end = begin + int(
                np.searchsorted(time_s[begin : last + 1], time_s[begin] + within_s, side="right")
            )
            first[begin:end] = begin
            begin = end
    return first


def bursts(
    track: Indices,
    time_s: Floats,
    flags: Bits,
    *,
    gap_h: float,
    parted: Flags | None = None,
) -> Indices32:
    """Return burst numbers from 0 for each animal's usable fixes, -1 for the others.

    A burst ends at a longer gap, and before a fix of ``parted``, shape (n,).

    Examples
    --------
    >>> bursts(np.zeros(4, dtype=int), np.array([0.0, 1.0, 50.0, 51.0]) * 3600,
    ...        np.array([0, 2, 0, 0], dtype=np.uint16), gap_h=49.0).tolist()
    [0, -1, 1, 1]
    """
    out = np.full(len(track), -1, dtype=np.int32)
    use = np.flatnonzero(flags == 0)
    if not len(use):
        return out
    k, t = track[use], time_s[use]
    other = np.concatenate([[True], np.diff(k) != 0])
    new = other | np.concatenate([[True], np.diff(t) > gap_h * 3600])
    if parted is not None:
        new |= parted[use]
    number = np.cumsum(new) - 1
    first = np.maximum.accumulate(np.where(other, number, 0))
    out[use] = (number - first).astype(np.int32)
    return out


def count_flags(fixes: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return how many fixes of each animal carry each flag, flags that occur only."""
    flags = fixes["flags"].to_numpy()
    counts: dict[str, dict[str, int]] = {}
    for animal, rows in fixes.groupby("animal", sort=True).indices.items():
        own = flags[rows]
        found = {name: int(((own & FLAG_BIT[name]) != 0).sum()) for name in FLAGS}
        counts[str(animal)] = {name: n for name, n in found.items() if n}
    return counts
