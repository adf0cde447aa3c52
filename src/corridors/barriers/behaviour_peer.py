"""Barrier behaviour as BaBA tells it (Xu et al. 2021), defects included, to compare with."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import STRtree

from corridors.barriers.behaviour import Events, Touches, modal_lag_h, steps_between, tell
from corridors.barriers.straightness import Own, Tracks, own_straightness, straightness
from corridors.foundation.arrays import Floats, Geometries, Indices


def peer_behaviours(
    tracks: Tracks,
    lines: Geometries,
    *,
    interval_h: float,
    buffer_m: float,
    bounce_h: float,
    trapped_h: float,
    window_h: float,
    own_sd: float,
    max_crossings: int,
    gap_h: float,
) -> tuple[Events, Floats]:
    """Return the events that BaBA finds, in its order, and its number of each burst.

    Parameters
    ----------
    tracks
        The fixes.
    lines
        Barrier features in the working CRS.
    interval_h
        The lag that all animals share, h.
    buffer_m, bounce_h, trapped_h, window_h, own_sd, max_crossings, gap_h
        As in :func:`corridors.barriers.behaviour.behaviours`; BaBA calls them ``d``, ``b_time``,
        ``p_time``, ``w``, ``sd_multiplier``, ``max_cross`` and ``tolerance``.

    Notes
    -----
    What differs from ours: the buffer has corners of 20 sides; lags count as equal to a tenth of an
    hour and any other ends an event, as does a fix too many; the fixes before and after are the
    next ones there are, however much later, so that only an event at an end of the track is unknown
    for want of one; a place where two features meet counts as two crossings; a stretch of track has
    as many steps as the event, and an animal that stood still throughout one stops the program
    (here such a stretch is left out).
    """
    inside = np.unique(
        STRtree(shapely.buffer(lines, buffer_m, quad_segs=5)).query(
            shapely.points(tracks.x_m, tracks.y_m), predicate="intersects"
        )[0]
    ).astype(np.int64)
    first, last, burst = _bursts(tracks, inside, interval_h, gap_h)
    duration = (tracks.time_us[last] - tracks.time_us[first]) / 3.6e9
    is_short = duration <= bounce_h
    lag = tracks.lag_h
    before, after = np.isfinite(lag)[first], np.append(np.isfinite(lag)[1:], False)[last]
    n_crossings = _crossings(tracks, lines, first - (is_short & before), last + (is_short & after))
    told_by_it = np.flatnonzero(~is_short & (duration <= trapped_h))
    own = own_straightness(
        tracks,
        np.cumsum(~(np.round(lag, 1) - interval_h == 0)),
        first[told_by_it],
        last[told_by_it],
        window_h=window_h,
        slack_h=np.zeros(told_by_it.size),
        n_steps=np.floor(duration[told_by_it] / interval_h + 1e-10).astype(np.int64),
    )
    own = _spread(own, told_by_it, first.size)
    own_ratio = straightness(tracks, first, last)
    behaviour, reason = tell(
        duration,
        n_crossings,
        before & after,
        own_ratio,
        own,
        bounce_h=bounce_h,
        trapped_h=trapped_h,
        own_sd=own_sd,
        max_crossings=max_crossings,
        n_needed=np.full(first.size, (window_h / interval_h + 1) / 4),
    )
    events = Events(first, last, duration, behaviour, reason, n_crossings, own_ratio, own)
    return events, burst


def peer_touches(tracks: Tracks, lines: Geometries, events: Events, *, buffer_m: float) -> Touches:
    """Return the features at which BaRanking counts each event: near its first fix."""
    places = np.asarray(shapely.points(tracks.x_m[events.first], tracks.y_m[events.first]))
    event, line = STRtree(lines).query(places, predicate="dwithin", distance=buffer_m)
    order = np.lexsort((line, event))
    event, line = event[order].astype(np.int64), line[order].astype(np.int64)
    distance = np.asarray(shapely.distance(places[event], lines[line]), np.float64)
    return Touches(event, line, np.ones_like(event), np.zeros_like(event), distance)


def shared_lag_h(tracks: Tracks) -> float | None:
    """Return the modal lag of all animals, NaN without any; None where they differ."""
    lags = np.unique(modal_lag_h(tracks))
    lags = lags[np.isfinite(lags)]
    return None if lags.size > 1 else float(lags[0]) if lags.size else float("nan")


def _bursts(
    tracks: Tracks, inside: Indices, interval_h: float, gap_h: float
) -> tuple[Indices, Indices, Floats]:
    """Return first and last fix of each burst, and its number: excess lags summed up, h."""
    if not inside.size:
        return inside, inside, np.zeros(0)
    new = np.append(True, np.diff(tracks.animal[inside]) != 0)
    lag = np.append(interval_h, np.diff(tracks.time_us[inside]) / 3.6e9)
    excess = np.round(np.where(new, 0.0, lag - interval_h), 1)
    excess[(excess >= interval_h) & (excess <= gap_h)] = 0.0
    total = np.cumsum(excess)
    total -= np.repeat(total[new], np.diff(np.append(np.flatnonzero(new), inside.size)))
    # Equal sums of one animal are one burst, even where a negative excess came between.
    keys = np.column_stack([tracks.animal[inside], np.rint(total * 10)]).astype(np.int64)
    key, at, burst = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    end = np.zeros(at.size, dtype=np.int64)
    np.maximum.at(end, burst.ravel(), np.arange(inside.size))
    order = np.argsort(at, kind="stable")
    return inside[at[order]], inside[end[order]], key[order, 1] / 10


def _crossings(tracks: Tracks, lines: Geometries, first: Indices, last: Indices) -> Indices:
    """Return the number of points, over all features, in which each event's path meets one."""
    moves = np.flatnonzero(last > first)
    event, fix = steps_between(first[moves], last[moves] + 1)
    places = np.column_stack([tracks.x_m[fix], tracks.y_m[fix]])
    paths = np.asarray(shapely.linestrings(places, indices=event), dtype=object)
    tree = STRtree(lines)
    one, two = tree.query(paths, predicate="intersects")
    shared = shapely.intersection(paths[one], lines[two])
    n = np.bincount(moves[one], shapely.get_num_coordinates(shared), minlength=first.size)
    return n.astype(np.int64)


def _spread(own: Own, at: Indices, size: int) -> Own:
    """Return ``own`` with rows for all events, unknown where there is none."""
    n = np.zeros(size, dtype=np.int64)
    mean, sd = np.full(size, np.nan), np.full(size, np.nan)
    n[at], mean[at], sd[at] = own.n, own.mean, own.sd
    return Own(n, mean, sd)
