"""Windows of a herd for the stage `segment`: automatic ones, picks, ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from corridors.formats.picks import Pick, Span, read_picks
from corridors.movement.biological_year import days_since, time_at, year_start
from corridors.movement.seasonal_ranges import Move, stay
from corridors.movement.seasons import season_names
from corridors.movement.windows import migration_windows
from corridors.stages.context import StageContext
from corridors.stages.segment_years import Year, YearTrack


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


def automatic_windows(year: Year, settings: Any) -> tuple[list[Row], str]:
    """Return the automatic windows of one year, and what to add to its reason."""
    moves, note = year.result.moves, ""
    if year.result.label == "disperser" and settings.one_way != "always":
        days = days_since(year.track.time_utc[year.rows], year.start)
        margin = settings.complete_margin_days
        complete = days[0] <= margin and days[-1] >= 365.0 - margin
        if settings.one_way == "never" or complete:
            return [], "a move without return is not a migration"
        note = "the data miss a part of the year, so a return may not have been seen"
    if not moves:
        return [], note
    track = year.track
    windows = migration_windows(
        days_since(track.time_utc, year.start),
        track.x_m,
        track.y_m,
        moves,
        padding_phi=settings.migration_padding_phi,
    )
    middles = [_day_of_year(time_at(theta, year.start)) for theta, _ in moves]
    names = season_names(middles, is_south=track.is_south, chosen=settings.season_names.chosen)
    lost = [name for name, window in zip(names, windows, strict=True) if window is None]
    if lost:
        missing = f"{' and '.join(lost)} migration not in the data"
        note = f"{note}; {missing}" if note else missing
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
    settings: Any,
) -> list[Row]:
    """Return the stays of the animals that migrate; residents have no seasonal ranges."""
    own: dict[str, list[Row]] = {}
    for row in rows:
        own.setdefault(row.animal, []).append(row)
    return [
        row
        for track in tracks
        if any(row.part == "migration" for row in own.get(track.animal, ()))
        for season, span in spans.items()
        for row in _stays(track, own[track.animal], season, span, start, settings)
        if (row.animal, row.bio_year) not in picked
    ]


def _stays(
    track: YearTrack,
    own: list[Row],
    season: str,
    span: tuple[float, float],
    start: str,
    settings: Any,
) -> Iterator[Row]:
    # A winter that began before the first biological year may reach into the track.
    for bio_year in range(int(track.bio_year[0]) - 1, int(track.bio_year[-1]) + 1):
        origin = year_start(bio_year, start)
        days = days_since(track.time_utc, origin)
        taken = [
            (float(low), float(high))
            for low, high in (days_since(np.array([row.start, row.end]), origin) for row in own)
        ]
        found = stay(days, span, taken, min_range_days=settings.min_range_days)
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
    """Return the dates of all migrations; a side that is open has none."""
    moves = []
    for row in rows:
        if row.part == "migration":
            ends = days_since(np.array([row.start, row.end]), year_start(row.bio_year, start))
            moves.append(
                Move(
                    row.season,
                    float("nan") if row.open_before else float(ends[0]),
                    float("nan") if row.open_after else float(ends[1]),
                )
            )
    return moves


def configured_picks(context: StageContext, tracks: list[YearTrack], start: str) -> list[Pick]:
    """Read and check the herd's picks, if it has any."""
    configured = context.settings.picks
    if not configured:
        return []
    known = {
        track.animal: {
            int(bio_year): Span(
                _datetime(track.time_utc[0]),
                _datetime(track.time_utc[-1]),
                _datetime(year_start(int(bio_year), start)),
                _datetime(year_start(int(bio_year) + 1, start)),
            )
            for bio_year in np.unique(track.bio_year)
        }
        for track in tracks
    }
    return read_picks(
        context.raw_path(configured),
        configured,
        known,
        migrations=migration_seasons(context.settings.segment),
    )


def migration_seasons(settings: Any) -> tuple[str, str]:
    """Return the names of the migration out of the winter range and of the one back."""
    chosen: tuple[str, str] | None = settings.season_names.chosen
    return chosen or ("spring", "autumn")


def picked_windows(picks: list[Pick], tracks: list[YearTrack]) -> list[Row]:
    """Return the windows of picks; those that touch an end of the track are open there."""
    ends = {track.animal: (track.time_utc[0], track.time_utc[-1]) for track in tracks}
    rows = []
    for pick in picks:
        if pick.start_utc is None or pick.end_utc is None:
            continue
        begin, end = (_datetime64(time) for time in (pick.start_utc, pick.end_utc))
        first, last = ends[pick.animal]
        rows.append(
            Row(
                pick.animal,
                pick.bio_year,
                pick.season,
                pick.part,
                begin,
                end,
                "pick",
                bool(begin <= first),
                bool(end >= last),
            )
        )
    return rows


def as_pick(row: Row) -> Pick:
    """Return a window as a row of the picks CSV."""
    return Pick(
        row.animal, row.bio_year, row.season, row.part, _datetime(row.start), _datetime(row.end)
    )


def _datetime(time: np.datetime64) -> datetime:
    plain: datetime = time.astype("datetime64[us]").item()
    return plain.replace(tzinfo=UTC)


def _datetime64(time: datetime) -> np.datetime64:
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")
