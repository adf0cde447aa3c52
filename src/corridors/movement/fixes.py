"""Flags on fixes and bursts of usable ones: marked, never deleted.

Source: METHODS section 2. A fix with any flag is not usable. Flags that need neighbours are found
among the fixes that no earlier flag has taken, so that one bad fix does not discredit the next.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Bits, Flags, Floats, Indices, Indices32
from corridors.foundation.vocabulary import FLAG_BIT, FLAGS
from corridors.movement.spikes import gross_outliers, spikes, too_fast


def flag_fixes(
    fixes: pd.DataFrame,
    x_m: Floats,
    y_m: Floats,
    *,
    max_speed_m_s: float,
    spike_speed_m_s: float,
    spike_turn_cos: float,
    spike_median_m: float,
    dop_max: float,
    allow_2d: bool,
    mortality_step_m: float,
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
    spike_speed_m_s, spike_turn_cos
        ``spike``: speed in and out above, cosine of the turning angle below.
    spike_median_m
        ``spike``: this far from the local median, and fast.
    dop_max, allow_2d
        ``poor_fix``: dilution of precision above; 2-D; positions that the collar calls no fix.
    mortality_step_m, mortality_h
        ``mortality``: no step longer than this, for more than this, until the track ends.
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
    dead = mortality(x_m, y_m, time_s, track, flags, step_m=mortality_step_m, hours=mortality_h)
    flags[dead] |= FLAG_BIT["mortality"]
    return flags


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


def mortality(
    x_m: Floats,
    y_m: Floats,
    time_s: Floats,
    track: Indices,
    flags: Bits,
    *,
    step_m: float,
    hours: float,
) -> Flags:
    """Return fixes after an animal's last move, if it lay still long enough until its track ends.

    Parameters
    ----------
    x_m, y_m, time_s, track, flags
        All fixes, shape (n,); only usable ones make steps, but all later ones are marked.
    step_m
        Longest step of an animal that lies still, m.
    hours
        It lies still for more than this, h.

    Notes
    -----
    The fix at which it comes to rest is not marked: it is where the animal went.
    """
    dead = np.zeros(len(track), dtype=bool)
    use = np.flatnonzero(flags == 0)
    if len(use) < 2:
        return dead
    x, y, t, k = x_m[use], y_m[use], time_s[use], track[use]
    # A fix starts the last run if the step into it is long, or there is none.
    starts = np.ones(len(use), dtype=bool)
    starts[1:] = (np.diff(k) != 0) | (np.hypot(np.diff(x), np.diff(y)) > step_m)
    n_tracks = int(track.max()) + 1
    rest = np.full(n_tracks, -np.inf)
    np.maximum.at(rest, k[starts], t[starts])
    last = np.full(n_tracks, -np.inf)
    np.maximum.at(last, k, t)
    with np.errstate(invalid="ignore"):
        still = last - rest > hours * 3600
    return np.asarray(still[track] & (time_s > rest[track]))


def bursts(track: Indices, time_s: Floats, flags: Bits, *, gap_h: float) -> Indices32:
    """Return burst numbers from 0 for each animal's usable fixes, -1 for the others.

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
