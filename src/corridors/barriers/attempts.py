"""Trials of a herd at its barriers, and at copies of them where nothing stands, as one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.barriers.copies import Copies
from corridors.barriers.crossings import OTHER, Steps, window_of
from corridors.barriers.trials import Rule, trials
from corridors.barriers.visits import Lines, Visits, Ways, visits
from corridors.foundation.arrays import Flags, Floats, Indices, Times

REAL = -1
COLUMNS = (
    "rule",
    "copy",
    "segment",
    "animal",
    "state",
    "at_end",
    "trials",
    "passed",
    "sure",
    "away",
)
_DAYS = 365.25
_COVERED_FRAC = 0.8  # of the herd's usual migration time, to say that a season was tracked
_NEAR_DAYS = 60.0  # a migration so far from the usual time still is that of the season


@dataclass(frozen=True)
class States:
    """In which state of the year each window lies.

    Parameters
    ----------
    names
        Seasons, sorted; ``other`` is the time outside of all windows.
    is_migration
        Whether each is a migration.
    of_window
        State of each row of MIGRATIONS.
    """

    names: tuple[str, ...]
    is_migration: Flags
    of_window: Indices

    @classmethod
    def of(cls, windows: pd.DataFrame) -> States:
        """Return the states of MIGRATIONS: a season is a migration if most of its windows are."""
        season = windows["season"].astype(str).to_numpy(object)
        names = tuple(sorted({*season, OTHER}))
        code = np.searchsorted(np.array(names), season.astype(str)).astype(np.int64)
        moves = (windows["part"] == "migration").to_numpy(float)
        n = np.bincount(code, minlength=len(names))
        is_migration = 2 * np.bincount(code, weights=moves, minlength=len(names)) > n
        return cls(names, is_migration, code)

    def at(self, window: Indices) -> Indices:
        """Return the state of windows; negative: outside of all."""
        other = self.names.index(OTHER)
        if not len(self.of_window):
            return np.full(len(window), other)
        return np.where(window >= 0, self.of_window[np.maximum(window, 0)], other)


def attempts(
    ways: Ways,
    states: States,
    lines: Lines,
    copies: Copies,
    stays: pd.DataFrame,
    *,
    tolerance_m: Floats,
    distance_m: float,
    end_m: float,
    rules: Sequence[Rule],
) -> pd.DataFrame:
    """Return the trials of each animal at each segment, real and copied.

    Parameters
    ----------
    ways, states
        The herd's steps, and the states of its windows.
    lines, copies
        The barriers, and their copies from :func:`corridors.barriers.copies.copies`.
    stays
        Seasons without a migration after one, from :func:`exposure`.
    tolerance_m
        How far off each joined line may lie, m, shape (n_lines,): the first rule takes it where it
        is mapped, each other one at another position, from :func:`positions`.
    distance_m
        A visit comes this near, m.
    end_m
        A trial that begins this near to a free end is one at the end, m.
    rules
        When a visit is a new trial: no single rule fits.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`: ``rule``, number of the rule; ``copy``, :data:`REAL` or the number of the
        copy; codes of ``segment`` (row of the segments), ``animal`` (place among the sorted
        names) and ``state``; ``at_end``, 1 for trials that began
        near a free end, 2 for those beyond one; ``trials``,
        ``passed`` and ``sure`` (passed through, not round an end), numbers; ``away``: seasons in
        which an animal did not come back and had not surely passed here in its migration before.
        Sorted by the first six.
    """
    parts = []
    n = len(lines.line)
    met = _visits(ways, [copies.lines] * len(rules), distance_m, end_m)
    for number, (rule, own) in enumerate(zip(rules, met, strict=True)):
        part = _table(own, states, rule, copies.copy, copies.segment, stays)
        parts.append(part.assign(rule=number))
    met = _visits(ways, positions(lines, tolerance_m, len(rules)), distance_m, end_m)
    for number, (rule, own) in enumerate(zip(rules, met, strict=True)):
        part = _table(own, states, rule, np.full(n, REAL), np.arange(n), stays)
        parts.append(part.assign(rule=number))
    table = pd.concat(parts, ignore_index=True)[list(COLUMNS)]
    return table.sort_values(list(COLUMNS[:6]), ignore_index=True)


def positions(lines: Lines, tolerance_m: Floats, n: int) -> list[Lines]:
    """Return ``n`` positions of the lines within their tolerance, the first as mapped.

    Notes
    -----
    The others lie evenly in the circle of the tolerance: at golden angles, each ring of the same
    area. A line moves as a whole, so it stays closed; all move alike, so where one lies depends on
    no other. No random number is drawn. Lines of no tolerance are the same ones every time.

    Examples
    --------
    >>> import shapely
    >>> one = np.array([0])
    >>> fence = np.asarray([shapely.LineString([(0, 0), (9, 0)])], dtype=object)
    >>> lines = Lines.of(fence, one, one + 1, np.full((1, 4), np.nan), None)
    >>> moved = positions(lines, np.array([8.0]), 3)
    >>> [float(np.hypot(*own.tree.pieces.ends[0, :2]).round(2)) for own in moved]
    [0.0, 4.0, 6.93]
    """
    if not tolerance_m.any():
        return [lines] * n
    golden = np.pi * (3.0 - np.sqrt(5.0))
    out = [lines]
    for k in range(1, n):
        far = np.sqrt((k - 0.5) / (n - 1)) * tolerance_m
        way = np.array([np.cos(golden * k), np.sin(golden * k)])
        out.append(lines.moved(far[:, None] * way))
    return out


def _visits(
    ways: Ways, lines: Sequence[Lines], distance_m: float, end_m: float
) -> Iterator[Visits]:
    """Yield the visits to lines, found once for those that follow each other and are the same."""
    last: Lines | None = None
    for own in lines:
        if own is not last:
            met, last = visits(ways, own, distance_m=distance_m, end_m=end_m), own
        yield met


def _table(
    met: Visits,
    states: States,
    rule: Rule,
    copy: Indices,
    segment: Indices,
    stays: pd.DataFrame,
) -> pd.DataFrame:
    moves = states.is_migration[states.at(met.window)]
    own = trials(met, moves, rule)
    frame = pd.DataFrame(
        {
            "copy": copy[own.segment],
            "segment": segment[own.segment],
            "animal": own.animal,
            "state": states.at(own.window),
            "at_end": own.at_end,
            "trials": 1,
            "passed": own.passed.astype(np.int64),
            "sure": own.sure.astype(np.int64),
            "away": 0,
        }
    )
    failed = pd.DataFrame({"window": own.window, "row": np.arange(len(own))})[~own.sure]
    failed = failed[failed["window"] >= 0].merge(stays, on="window")
    # However often it tried at a line, the season that it kept away from it is one.
    failed = failed.assign(line=own.line[failed["row"]]).drop_duplicates(
        ["window", "line", "state"]
    )
    away = frame.iloc[failed["row"].to_numpy()].assign(
        state=failed["state"].to_numpy(), trials=0, passed=0, sure=0, away=1
    )
    frame = pd.concat([frame, away], ignore_index=True)
    keys = ["copy", "segment", "animal", "state", "at_end"]
    return frame.groupby(keys, sort=True, as_index=False).sum()


def exposure(
    steps: Steps,
    windows: pd.DataFrame,
    states: States,
    *,
    within_us: tuple[int, int] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the seasons of each state for which each animal was tracked.

    Parameters
    ----------
    steps
        Of the herd.
    windows
        MIGRATIONS.
    states
        From :meth:`States.of`.
    within_us
        First moment and the first one after the last of the time that counts, microseconds since
        1970 UTC; None: all times. What is usual in the herd is told from all times.

    Returns
    -------
    exposure
        One row per animal (sorted), one column per state (its name).
    stays
        Seasons in which an animal was tracked and did not migrate, after a migration of the year
        before: ``window`` (row of that one) and ``state``.

    Notes
    -----
    A migration counts 1, and so does a season in which the animal was tracked for most of the
    herd's usual migration time and did not migrate: else animals that stay would not count. An
    animal that a fence turned back in spring does not come by in autumn either: at this fence such
    a season is no exposure (``stays``, and ``away`` of :func:`attempts`), else the loss would hide
    itself. Time
    in a range counts as a share of the time that the herd spends in it in a year, so tracks of
    migrations alone and of whole years give the same figures per year.
    """
    frame = steps.frame
    names = sorted(frame["animal"].astype(str).unique())
    code = np.searchsorted(np.array(names), frame["animal"].to_numpy(str))
    out = np.zeros((len(names), len(states.names)))
    start, end = (windows[name].to_numpy("datetime64[us]") for name in ("start_utc", "end_utc"))
    known = windows["animal"].astype(str).isin(names).to_numpy(bool)
    owner = np.searchsorted(np.array(names), windows["animal"].to_numpy(str))
    moves = states.is_migration[states.of_window]
    counts = known & moves & _holds(start + (end - start) // 2, within_us)
    np.add.at(out, (owner[counts], states.of_window[counts]), 1.0)
    days = steps.duration_min / (24 * 60)
    state = states.at(window_of(frame["animal"], frame["start_utc"], windows))
    own = np.zeros_like(out)
    np.add.at(own, (code, state), days)
    share = own.sum(axis=0) / max(days.sum(), 1e-12)
    times = frame["start_utc"].to_numpy("datetime64[us]")
    if within_us is not None:
        days = np.where(_holds(times, within_us), days, 0.0)
        own = np.zeros_like(out)
        np.add.at(own, (code, state), days)
    resting = np.flatnonzero(~states.is_migration & (share > 0))
    out[:, resting] = own[:, resting] / (_DAYS * share[resting])
    stays = [pd.DataFrame({"window": np.zeros(0, np.int64), "state": np.zeros(0, np.int64)})]
    for one in np.flatnonzero(states.is_migration):
        rows = np.flatnonzero(known & (states.of_window == one))
        if rows.size:
            who, when = _stayed(
                code, times, days, (owner[rows], start[rows], end[rows]), len(names)
            )
            np.add.at(out[:, one], who, 1.0)
            before = _before(who, when, owner, end, np.flatnonzero(known & moves))
            found = pd.DataFrame({"window": before[before >= 0], "state": one})
            stays.append(found)
    table = pd.DataFrame(out, index=pd.Index(names, name="animal"), columns=list(states.names))
    return table, pd.concat(stays, ignore_index=True).astype("int64")


def _holds(times: Times, within_us: tuple[int, int] | None) -> Flags:
    if within_us is None:
        return np.ones(len(times), dtype=bool)
    time_us = times.astype(np.int64)
    return np.asarray((time_us >= within_us[0]) & (time_us < within_us[1]))


def _stayed(
    code: Indices,
    times: Times,
    days: Floats,
    migrations: tuple[Indices, Times, Times],
    n_animals: int,
) -> tuple[Indices, Times]:
    """Return who was tracked in the usual time of one migration and did not migrate, and when."""
    owner, start, end = migrations
    begin, finish = _usual_days(start, end)
    middle = start + (end - start) // 2
    who, when = [np.zeros(0, np.int64)], [np.zeros(0, "datetime64[us]")]
    for year in np.unique(times.astype("datetime64[Y]")):
        first, last = (year.astype("datetime64[us]") + _time(day) for day in (begin, finish))
        held = (times >= first) & (times < last)
        covered = np.bincount(code[held], weights=days[held], minlength=n_animals)
        near = (middle >= first - _time(_NEAR_DAYS)) & (middle <= last + _time(_NEAR_DAYS))
        went = np.bincount(owner[near], minlength=n_animals) > 0
        own = np.flatnonzero((covered >= _COVERED_FRAC * (finish - begin)) & ~went)
        who.append(own)
        when.append(np.full(len(own), first))
    return np.concatenate(who), np.concatenate(when)


def _before(who: Indices, when: Times, owner: Indices, end: Times, moves: Indices) -> Indices:
    """Return the last migration of each animal in the year before a time, -1: none."""
    out = np.full(len(who), -1, dtype=np.int64)
    for k, (animal, time) in enumerate(zip(who, when, strict=True)):
        own = moves[(owner[moves] == animal) & (end[moves] < time + _time(_NEAR_DAYS))]
        own = own[end[own] > time - _time(_DAYS - _NEAR_DAYS)]
        if own.size:
            out[k] = own[end[own].argmax()]
    return out


def _time(days: float) -> np.timedelta64:
    return np.timedelta64(round(days * 86_400_000_000), "us")


def _usual_days(start: Times, end: Times) -> tuple[float, float]:
    """Return the first and last day of the year of the usual migration, the last after the first.

    The circular mean of the middles, and half of the median length to both sides.
    """
    length = np.median((end - start) / np.timedelta64(1, "D"))
    middle = start + (end - start) // 2
    day = (middle - middle.astype("datetime64[Y]").astype("datetime64[us]")) / np.timedelta64(
        1, "D"
    )
    angle = np.angle(np.exp(2j * np.pi * day / _DAYS).mean())
    centre = float((angle / (2 * np.pi) % 1.0) * _DAYS)
    half = max(0.5, 0.5 * float(length))
    return centre - half, centre + half
