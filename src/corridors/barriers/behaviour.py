"""What an animal did at a barrier: events near it, each told by duration, crossings, straightness.

The classes are those of Xu et al. 2021 (J. Appl. Ecol. 58:690). Their program is followed to the
letter in :mod:`corridors.barriers.behaviour_peer`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely

from corridors.barriers.crossings import meetings
from corridors.barriers.proximity import Lattice, Nearness, lattice_of
from corridors.barriers.straightness import Own, Tracks, own_straightness, straightness
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices, Words
from corridors.foundation.vocabulary import BEHAVIOURS

Counts = Callable[[Indices, Indices], Flags]

# A longer lag than this many intervals means that a fix is missing.
_MISSED = 1.5
# Meetings nearer to each other than this share of a step are one: a vertex that two lines share.
_SAME = 1e-9


@dataclass(frozen=True)
class Events:
    """Events in order of animal and time, one row each.

    Parameters
    ----------
    first, last
        Row of the first and last fix within the buffer, shape (k,).
    duration_h
        Between these.
    behaviour
        One of ``BEHAVIOURS``.
    reason
        Why it is unknown, one of ``UNKNOWN_BEHAVIOUR``; else "".
    n_crossings
        Places where the path meets a barrier: of events up to ``bounce_h`` with the step before and
        the one after.
    straightness, own
        Of the event, and of the animal around it; ``own`` only of events that are told by it.
    """

    first: Indices
    last: Indices
    duration_h: Floats
    behaviour: Words
    reason: Words
    n_crossings: Indices
    straightness: Floats
    own: Own

    def __len__(self) -> int:
        return self.first.size

    def moved(self, rows: int) -> Events:
        """Return the events of tracks that begin ``rows`` rows later."""
        return replace(self, first=self.first + rows, last=self.last + rows)


@dataclass(frozen=True)
class Touches:
    """Lines that events touch, sorted by event, then line.

    Parameters
    ----------
    event, line
        Shape (k,).
    n_fixes, n_crossings
        Fixes of the event within the buffer of the line, and crossings of it.
    distance_m
        Distance of the event's nearest fix.
    """

    event: Indices
    line: Indices
    n_fixes: Indices
    n_crossings: Indices
    distance_m: Floats

    def renamed(self, lines: Indices) -> Touches:
        """Return the touches with ``lines[line]`` in place of each line."""
        return replace(self, line=lines[self.line])


def behaviours(
    tracks: Tracks,
    lines: Geometries,
    *,
    buffer_m: float,
    bounce_h: float,
    trapped_h: float,
    window_h: float,
    own_sd: float,
    max_crossings: int,
    gap_h: float,
    counts: Counts | None = None,
    lattice: Lattice | None = None,
) -> tuple[Events, Touches]:
    """Return what each animal did at barriers of one kind.

    Parameters
    ----------
    tracks
        Usable fixes.
    lines
        Barrier segments in the working CRS.
    buffer_m
        A fix this near is at the barrier, m.
    bounce_h
        Events up to this long are a quick cross or a bounce, h.
    trapped_h
        Longer ones are trapped, h.
    window_h
        The animal's own straightness is taken from half of this before and after, h.
    own_sd
        An event is less straight, or straighter, than usual beyond this many standard deviations.
    max_crossings
        Those with more crossings are unknown.
    gap_h
        Absences from the buffer up to this long, beyond the interval, do not end an event, h.
    counts
        Given times and lines of equal shape, whether the line stands then; None: always.
    lattice
        ``lattice_of(lines, distance_m=buffer_m)``, if it is at hand.

    Notes
    -----
    An event is a run of fixes within ``buffer_m`` of any line; a missing fix ends it (a lag above
    1.5 times the animal's modal lag). Durations and the lag are compared with the
    settings to a tenth of an hour.

    * up to ``bounce_h``, with the step before and after: crosses: quick_cross; does not: bounce;
      unknown where one of these steps is missing and the others do not cross;
    * above ``trapped_h``: trapped;
    * else its straightness s (net displacement over path) against mean m and standard deviation of
      all stretches as long, of the same animal around it: s < m - own_sd sd: back_and_forth;
      s > m + own_sd sd: trace, both with at most ``max_crossings`` crossings, else unknown;
      between: average_movement; unknown with fewer stretches than a quarter of those possible.

    An animal whose fixes are farther apart than ``bounce_h`` is unknown at all its events. One that
    steps over a line without a fix within the buffer has no event.
    """
    near = (lattice or lattice_of(lines, distance_m=buffer_m)).near(tracks.x_m, tracks.y_m)
    if counts is not None:
        stands = counts(tracks.time_us[near.place], near.line)
        near = Nearness(near.place[stands], near.line[stands], near.distance_m[stands])
    interval, lag = modal_lag_h(tracks)[tracks.animal], tracks.lag_h
    follows = lag <= _MISSED * interval
    first, last = _runs(tracks, near.place, follows, interval, gap_h)
    duration = (tracks.time_us[last] - tracks.time_us[first]) / 3.6e9
    rounded = np.round(duration, 1)
    is_short = rounded <= bounce_h
    before, after = follows[first], np.append(follows[1:], False)[last]
    event, line, position = _crossings(
        tracks, lines, first - (is_short & before), last + (is_short & after), counts
    )
    n_crossings = _places(event, position, first.size)
    own = own_straightness(
        tracks,
        np.cumsum(~follows),
        first,
        np.where(is_short | (rounded > trapped_h), first, last),
        window_h=window_h,
        slack_h=interval[first] / 2,
    )
    own = _masked(own, is_short | (rounded > trapped_h))
    ratio = straightness(tracks, first, last)
    behaviour, reason = tell(
        rounded,
        n_crossings,
        before & after,
        ratio,
        own,
        bounce_h=bounce_h,
        trapped_h=trapped_h,
        own_sd=own_sd,
        max_crossings=max_crossings,
        n_needed=(window_h / interval[first] + 1) / 4,
    )
    sparse = np.round(interval[first], 1) > bounce_h
    behaviour[sparse], reason[sparse] = "unknown", "sparse"
    events = Events(first, last, duration, behaviour, reason, n_crossings, ratio, own)
    return events, _touches(tracks, lines, events, near, event, line, position)


def modal_lag_h(tracks: Tracks) -> Floats:
    """Return each animal's most frequent lag, to a minute, the shortest of several; hours.

    NaN for one with a single fix; shape (largest number of an animal + 1,).
    """
    out = np.full(int(tracks.animal.max(initial=-1)) + 1, np.nan)
    lag = tracks.lag_h
    known = np.isfinite(lag)
    minutes = np.maximum(1, np.rint(lag[known] * 60)).astype(np.int64)
    width = int(minutes.max(initial=0)) + 1
    pair, n = np.unique(tracks.animal[known] * width + minutes, return_counts=True)
    animal, minute = pair // width, pair % width
    order = np.lexsort((-minute, n, animal))
    out[animal[order]] = minute[order] / 60
    return out


def tell(
    duration_h: Floats,
    n_crossings: Indices,
    is_whole: Flags,
    straightness: Floats,
    own: Own,
    *,
    bounce_h: float,
    trapped_h: float,
    own_sd: float,
    max_crossings: int,
    n_needed: Floats,
) -> tuple[Words, Words]:
    """Return the class of each event and why it is unknown; parameters as in :func:`behaviours`.

    ``is_whole``: there is a fix just before and one just after; ``n_needed``: stretches to compare.
    """
    is_short = duration_h <= bounce_h
    low, high = own.mean - own_sd * own.sd, own.mean + own_sd * own.sd
    crossed = n_crossings > max_crossings
    cases = [
        (is_short & (n_crossings > 0), "quick_cross", ""),
        (is_short & is_whole, "bounce", ""),
        (is_short, "unknown", "end"),
        (duration_h > trapped_h, "trapped", ""),
        (own.n < n_needed, "unknown", "alone"),
        (np.isnan(straightness), "unknown", "still"),
        ((straightness >= low) & (straightness <= high), "average_movement", ""),
        (crossed, "unknown", "crossed"),
        (straightness < low, "back_and_forth", ""),
        (straightness > high, "trace", ""),
    ]
    when = [case[0] for case in cases]
    width = max(map(len, BEHAVIOURS))
    behaviour = np.select(when, [np.full(is_short.size, c[1]) for c in cases], "unknown")
    reason = np.select(when, [np.full(is_short.size, c[2]) for c in cases], "alone")
    return behaviour.astype(f"U{width}"), reason.astype("U8")


def _runs(
    tracks: Tracks, place: Indices, follows: Flags, interval: Floats, gap_h: float
) -> tuple[Indices, Indices]:
    """Return first and last fix of each event from the fixes ``place`` within the buffer."""
    inside = np.unique(place)
    if not inside.size:
        return inside, inside
    a, b = inside[:-1], inside[1:]
    joined = (b == a + 1) & follows[b]
    if gap_h > 0:
        away = (tracks.time_us[b] - tracks.time_us[a]) / 3.6e9 - interval[a]
        joined |= (tracks.animal[a] == tracks.animal[b]) & (away <= gap_h)
    ends = np.append(np.flatnonzero(~joined), inside.size - 1)
    return inside[np.append(0, ends[:-1] + 1)], inside[ends]


def steps_between(first: Indices, last: Indices) -> tuple[Indices, Indices]:
    """Return event and start fix of each step of events from fix ``first`` to ``last``."""
    n = last - first
    event = np.repeat(np.arange(first.size), n)
    return event, np.arange(event.size) - np.repeat(np.cumsum(n) - n, n) + first[event]


def _crossings(
    tracks: Tracks, lines: Geometries, first: Indices, last: Indices, counts: Counts | None
) -> tuple[Indices, Indices, Floats]:
    """Return event, line and position along the track of each crossing, in this order."""
    event, fix = steps_between(first, last)
    x, y, time = tracks.x_m, tracks.y_m, tracks.time_us
    met = meetings(np.column_stack([x[fix], y[fix], x[fix + 1], y[fix + 1]]), lines)
    at = fix[met.step]
    if counts is not None:
        when = time[at] + np.rint(met.share * (time[at + 1] - time[at])).astype(np.int64)
        stands = counts(when, met.line)
    else:
        stands = np.ones(at.size, dtype=np.bool_)
    return event[met.step][stands], met.line[stands], (at + met.share)[stands]


def _places(event: Indices, position: Floats, n_events: int) -> Indices:
    """Return the number of different places of each event."""
    new = np.ones(event.size, dtype=np.bool_)
    new[1:] = (event[1:] != event[:-1]) | (position[1:] - position[:-1] > _SAME)
    return np.bincount(event[new], minlength=n_events).astype(np.int64)


def _masked(own: Own, out: Flags) -> Own:
    nothing = np.where(out, np.nan, 0.0)
    return Own(np.where(out, 0, own.n), own.mean + nothing, own.sd + nothing)


def _touches(
    tracks: Tracks,
    lines: Geometries,
    events: Events,
    near: Nearness,
    event: Indices,
    line: Indices,
    position: Floats,
) -> Touches:
    """Return the lines near the fixes of each event, and those that its path crosses."""
    n = max(1, lines.size)
    own = np.searchsorted(events.first, near.place, side="right") - 1
    order = np.lexsort((position, line, event))
    event, line, position = event[order], line[order], position[order]
    # Where two straight pieces of one line join, or a fix lies on it, it is crossed once.
    new = np.ones(event.size, dtype=np.bool_)
    new[1:] = (np.diff(event) != 0) | (np.diff(line) != 0) | (np.diff(position) > _SAME)
    pair, row = np.unique(
        np.concatenate([own * n + near.line, event[new] * n + line[new]]), return_inverse=True
    )
    close, across = row[: own.size], row[own.size :]
    distance = np.full(pair.size, np.inf)
    np.minimum.at(distance, close, near.distance_m)
    far = np.flatnonzero(np.isinf(distance))
    which, fix = steps_between(events.first[pair[far] // n], events.last[pair[far] // n] + 1)
    places = shapely.points(tracks.x_m[fix], tracks.y_m[fix])
    np.minimum.at(distance, far[which], shapely.distance(places, lines[pair[far[which]] % n]))
    return Touches(
        pair // n,
        pair % n,
        np.bincount(close, minlength=pair.size).astype(np.int64),
        np.bincount(across, minlength=pair.size).astype(np.int64),
        distance,
    )
