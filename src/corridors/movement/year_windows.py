"""Windows of a herd: migrations of each biological year, and stays in seasonal ranges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from corridors.movement.animal_years import Year, YearTrack
from corridors.movement.biological_year import days_since, time_at, year_start
from corridors.movement.seasonal_ranges import Move, stay
from corridors.movement.seasons import ChosenNames, season_names
from corridors.movement.windows import Window, migration_windows, way_windows


@dataclass(frozen=True)
class WindowRules:
    """What becomes a window.

    Parameters
    ----------
    one_way
        Windows of moves without return: ``always``, ``never``, or ``incomplete``, only where the
        data miss a part of the year.
    complete_margin_days
        A year is complete that lacks no more than this at either end, d.
    migration_padding_phi
        See :func:`~corridors.movement.windows.migration_windows`.
    season_names
        Names of the moves out and back; None: spring and autumn by their dates.
    min_range_days
        A shorter stay is no seasonal range, d.
    """

    one_way: Literal["incomplete", "always", "never"]
    complete_margin_days: float
    migration_padding_phi: float
    season_names: ChosenNames | None
    min_range_days: float


@dataclass(frozen=True)
class WindowsNote:
    """What is to be said of the windows of a year.

    Parameters
    ----------
    code
        One of ``vocabulary.WINDOW_REASONS``, or "".
    lost_seasons
        Migrations of the chosen model that no fix shows.
    """

    code: str = ""
    lost_seasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One window, still without its id."""

    animal: str
    bio_year: int
    season: str
    part: str
    start: np.datetime64
    end: np.datetime64
    method: str
    open_before: bool
    open_after: bool


def automatic_windows(year: Year, rules: WindowRules) -> tuple[list[Row], WindowsNote]:
    """Return the automatic windows of one year, and what is to be said of them."""
    moves, note = year.result.moves, WindowsNote()
    if year.result.label == "disperser" and rules.one_way != "always":
        days = days_since(year.track.time_utc[year.rows], year.start)
        margin = rules.complete_margin_days
        complete = days[0] <= margin and days[-1] >= 365.0 - margin
        if rules.one_way == "never" or complete:
            return [], WindowsNote("no_return")
        note = WindowsNote("unseen_return")
    if not moves:
        return [], note
    track = year.track
    own = track.part_of(year.rows.start)
    place = days_since(track.time_utc[own], year.start), track.x_m[own], track.y_m[own]
    windows = (
        way_windows(*place, year.result.ways)
        if year.result.ways
        else migration_windows(*place, moves, padding_phi=rules.migration_padding_phi)
    )
    middles = [_day_of_year(time_at(theta, year.start)) for theta, _ in moves]
    names = _names(middles, windows, track.is_south, rules.season_names)
    lost = [name for name, window in zip(names, windows, strict=True) if window is None]
    note = replace(note, lost_seasons=tuple(lost))
    rows = [
        Row(
            track.animal,
            year.bio_year,
            name,
            "migration",
            time_at(window.start_d, year.start),
            time_at(window.end_d, year.start),
            "auto",
            window.is_open_before,
            window.is_open_after,
        )
        for name, window in zip(names, windows, strict=True)
        if window is not None
    ]
    return rows, note


def _names(
    middles: list[float],
    windows: Sequence[Window | None],
    is_south: bool,
    chosen: ChosenNames | None,
) -> list[str]:
    """Return the names of a year's moves; where one was not seen, chosen names go by the other."""
    names = season_names(middles, is_south=is_south, chosen=chosen)
    seen = [i for i, window in enumerate(windows) if window is not None]
    if chosen is not None and len(seen) == 1 and len(names) == 2:
        [name] = season_names([middles[seen[0]]], is_south=is_south, chosen=chosen)
        if name != names[seen[0]]:
            names.reverse()
    return names


def _day_of_year(time: np.datetime64) -> float:
    return float((time - time.astype("datetime64[Y]")) / np.timedelta64(1, "D"))


def kept_apart(rows: list[Row], fixed: list[Row]) -> list[Row]:
    """Return automatic windows that overlap neither each other nor the ``fixed`` ones.

    Of two biological years the earlier one has its way; a pick always has.
    """
    picked: dict[str, list[Row]] = {}
    for row in fixed:
        picked.setdefault(row.animal, []).append(row)
    out: list[Row] = []
    for row in sorted(rows, key=lambda row: (row.animal, row.start, row.end)):
        if out and out[-1].animal == row.animal and row.start < out[-1].end:
            row = replace(row, start=out[-1].end)
        for other in picked.get(row.animal, ()):
            if other.start < row.end and row.start < other.end:
                row = (
                    replace(row, start=other.end)
                    if other.start <= row.start
                    else replace(row, end=other.start)
                )
        if row.start < row.end:
            out.append(row)
    return out


def range_windows(
    rows: list[Row],
    tracks: list[YearTrack],
    spans: dict[str, tuple[float, float]],
    start: str,
    picked: set[tuple[str, int]],
    rules: WindowRules,
) -> list[Row]:
    """Return the stays of the animals that migrate; residents have no seasonal ranges.

    An animal with several cycles a year is not where the herd is by its dates: it stays between its
    own migrations.

    Parameters
    ----------
    rows
        Windows of migrations, and those that were picked.
    tracks
        Of the herd.
    spans
        When the herd is in its ranges, days since the start of the biological year.
    start
        Start of the biological year, MM-DD.
    picked
        Animals and years of which a person has chosen the windows.
    rules
        What becomes a window.
    """
    own: dict[str, list[Row]] = {}
    for row in rows:
        own.setdefault(row.animal, []).append(row)
    found: list[Row] = []
    for track in tracks:
        moves = [row for row in own.get(track.animal, ()) if row.part == "migration"]
        if _has_cycles(moves):
            found += _between(track, moves, rules)
        elif moves:
            for season, span in spans.items():
                found += _stays(track, own[track.animal], season, span, start, rules)
    return [row for row in found if (row.animal, row.bio_year) not in picked]


def _has_cycles(moves: list[Row]) -> bool:
    """Return whether an animal migrates twice in one season of a year."""
    return len({(row.bio_year, row.season) for row in moves}) < len(moves)


def _between(track: YearTrack, moves: list[Row], rules: WindowRules) -> Iterator[Row]:
    """Yield the stays before, between and after migrations of one animal."""
    chosen = rules.season_names
    out = chosen.out if chosen else "spring"
    time = track.time_utc
    ordered = sorted(moves, key=lambda row: row.start)
    for before, after in pairwise([None, *ordered, None]):
        low = int(np.searchsorted(time, before.end, side="right")) if before else 0
        high = (int(np.searchsorted(time, after.start)) if after else time.size) - 1
        seasons = {"summer" if before.season == out else "winter"} if before else set()
        seasons |= {"winter" if after.season == out else "summer"} if after else set()
        is_parted = any(low < at <= high for at in track.part_starts)
        if len(seasons) > 1 or is_parted or high <= low:
            continue
        if (time[high] - time[low]) / np.timedelta64(1, "D") < rules.min_range_days:
            continue
        yield Row(
            track.animal,
            int(track.bio_year[low]),
            seasons.pop(),
            "range",
            time[low],
            time[high],
            "auto",
            before is None,
            after is None,
        )


def _stays(
    track: YearTrack,
    own: list[Row],
    season: str,
    span: tuple[float, float],
    start: str,
    rules: WindowRules,
) -> Iterator[Row]:
    # A winter that began before the first biological year may reach into the track.
    for bio_year in range(int(track.bio_year[0]) - 1, int(track.bio_year[-1]) + 1):
        origin = year_start(bio_year, start)
        days = days_since(track.time_utc, origin)
        taken = [
            (float(low), float(high))
            for low, high in (days_since(np.array([row.start, row.end]), origin) for row in own)
        ]
        # A stay ends where the track is parted.
        taken += [(float(days[at - 1]), float(days[at])) for at in track.part_starts]
        found = stay(days, span, taken, min_range_days=rules.min_range_days)
        if found is None:
            continue
        first, last = np.searchsorted(days, [found[0], found[1]])
        yield Row(
            track.animal,
            int(track.bio_year[first]),
            season,
            "range",
            track.time_utc[first],
            track.time_utc[last],
            "auto",
            bool(first == 0 and span[0] < days[0]),
            bool(last == days.size - 1 and span[1] > days[-1]),
        )


def moves_of(rows: list[Row], start: str) -> list[Move]:
    """Return the dates of migrations; a side that is open has none.

    Those of a year with several cycles are left out: they are no dates of a herd's one winter.
    """
    migrations = [row for row in rows if row.part == "migration"]
    n_alike = Counter((row.animal, row.bio_year, row.season) for row in migrations)
    several = {(animal, year) for (animal, year, _), n in n_alike.items() if n > 1}
    moves = []
    for row in migrations:
        if (row.animal, row.bio_year) not in several:
            ends = days_since(np.array([row.start, row.end]), year_start(row.bio_year, start))
            moves.append(
                Move(
                    row.season,
                    float("nan") if row.open_before else float(ends[0]),
                    float("nan") if row.open_after else float(ends[1]),
                )
            )
    return moves
