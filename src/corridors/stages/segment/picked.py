"""Windows that a person has picked, and the rules of the others."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from corridors.config.segmentation import Segment
from corridors.formats.picks import Pick, Span, read_picks
from corridors.foundation.artefacts import RawFiles
from corridors.movement.animal_years import YearTrack
from corridors.movement.biological_year import year_start
from corridors.movement.seasons import ChosenNames
from corridors.movement.year_windows import Row, WindowRules
from corridors.stages.segment.stage import Settings

# North and south of the equator.
_MIDWINTER = ("01-21", "07-21")


def window_rules(settings: Segment, tracks: list[YearTrack]) -> WindowRules:
    """Return what becomes a window by the configuration; ``tracks`` are of the herd."""
    return WindowRules(
        one_way=settings.one_way,
        complete_margin_days=settings.complete_margin_days,
        migration_padding_phi=settings.migration_padding_phi,
        season_names=_chosen_names(settings, tracks),
        min_range_days=settings.min_range_days,
    )


def _chosen_names(settings: Segment, tracks: list[YearTrack]) -> ChosenNames | None:
    """Return the names that a person gave, with the day they go by."""
    chosen, day = settings.season_names.chosen, settings.season_names.home_day
    if chosen is None:
        return None
    if day == "auto":
        day = settings.bio_year_start
    if day == "auto":
        is_south = 2 * sum(track.is_south for track in tracks) > len(tracks)
        day = _MIDWINTER[is_south]
    home = year_start(2001, day) - year_start(2001, "01-01")
    return ChosenNames(*chosen, home_day=float(home / np.timedelta64(1, "D")))


def configured_picks(
    raw: RawFiles, settings: Settings, tracks: list[YearTrack], start: str
) -> list[Pick]:
    """Read and check the herd's picks, if it has any."""
    configured = settings.picks
    if not configured:
        return []
    known = {
        track.animal: {
            bio_year: Span(
                _datetime(_ends(track)[0]),
                _datetime(_ends(track)[1]),
                _datetime(year_start(bio_year, start)),
                _datetime(year_start(bio_year + 1, start)),
            )
            for bio_year in map(int, np.unique(track.bio_year))
        }
        for track in tracks
    }
    return read_picks(
        raw.of(configured),
        configured,
        known,
        migrations=migration_seasons(settings.segment),
    )


def migration_seasons(settings: Segment) -> tuple[str, str]:
    """Return the names of the migration out of the winter range and of the one back."""
    chosen: tuple[str, str] | None = settings.season_names.chosen
    return chosen or ("spring", "autumn")


def picked_windows(picks: list[Pick], tracks: list[YearTrack]) -> list[Row]:
    """Return the windows of picks; those that touch an end of the track are open there."""
    ends = {track.animal: _ends(track) for track in tracks}
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


def _ends(track: YearTrack) -> tuple[np.datetime64, np.datetime64]:
    """Return the times of the first and the last fix."""
    first, last = track.time_utc[[0, -1]]
    return first, last


def _datetime(time: np.datetime64) -> datetime:
    plain: datetime = time.astype("datetime64[us]").item()
    return plain.replace(tzinfo=UTC)


def _datetime64(time: datetime) -> np.datetime64:
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")
