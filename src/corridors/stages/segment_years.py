"""Tracks of a herd by biological year, each year with its class, for the stage `segment`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corridors.formats.fixes import read_animals
from corridors.foundation.arrays import Indices
from corridors.foundation.arrow import positions, times_us
from corridors.foundation.track import Track, usable_rows
from corridors.movement.biological_year import (
    apart_d,
    bio_years,
    days_since,
    quiet_starts,
    year_start,
)
from corridors.movement.displacement import Limits
from corridors.movement.migrations import ROUND_TRIPS, Rules, YearClass, classify
from corridors.stages.context import StageContext

_COLUMNS = ["time_utc", "burst", "x_m", "y_m", "geometry"]
# Starts of the year that `auto` compares, and animals that it compares them on.
_QUIET_DAYS = 5
_JUDGED_ANIMALS = 40


@dataclass(frozen=True)
class YearTrack(Track):
    """The track of one animal with the biological year of each fix; nobody asks for errors here."""

    animal: str
    is_south: bool
    bio_year: Indices


@dataclass(frozen=True)
class Year:
    """One animal's biological year and where it lies in the track."""

    track: YearTrack
    bio_year: int
    start: np.datetime64
    rows: slice
    result: YearClass


def usable_tracks(context: StageContext, settings: Any) -> tuple[str, list[YearTrack]]:
    """Return the start of the biological year (MM-DD) and the usable tracks by animal."""
    tracks = []
    for name, table in read_animals(context.read("clean", "fixes.parquet"), _COLUMNS):
        time_us = times_us(table["time_utc"])
        rows = usable_rows(table["burst"].to_numpy(), time_us)
        if rows.size:
            x, y = (table[column].to_numpy()[rows] for column in ("x_m", "y_m"))
            is_south = bool(np.median(positions(table["geometry"])[1][rows]) < 0)
            time, unknown = time_us[rows], np.full(rows.size, np.nan)
            year = bio_years(time.view("datetime64[us]"), "01-01")
            tracks.append(YearTrack(x, y, time, unknown, name, is_south, year))
    start = settings.bio_year_start
    if start == "auto":
        start = _best_start(tracks, settings)
    return start, [_with_years(track, start) for track in tracks]


def _best_start(tracks: list[YearTrack], settings: Any) -> str:
    """Return the quiet day from which most animals, then most years, are seen to migrate.

    Of equal days the one nearest to midwinter counts. Large herds are judged by some animals.
    """
    judged = tracks[:: max(1, -(-len(tracks) // _JUDGED_ANIMALS))]
    if not judged:
        return "01-01"
    try:
        days = quiet_starts(
            np.repeat(np.arange(len(judged)), [track.time_utc.size for track in judged]),
            np.concatenate([track.time_utc for track in judged]),
            np.concatenate([track.x_m for track in judged]),
            np.concatenate([track.y_m for track in judged]),
            half_width_d=settings.quiet_days,
            n=_QUIET_DAYS,
        )
    except ValueError:
        # Nobody was tracked for long enough to see a season, so no year can be classified.
        return "01-01"
    south = 2 * sum(track.is_south for track in judged) > len(judged)
    midwinter = "07-21" if south else "01-21"
    scores = []
    for day in days:
        trips = [
            track.animal
            for track in judged
            for year in classed_years(_with_years(track, day), day, settings)
            if year.result.label in ROUND_TRIPS
        ]
        scores.append((-len(set(trips)), -len(trips), apart_d(day, midwinter), day))
    return min(scores)[3]


def _with_years(track: YearTrack, start: str) -> YearTrack:
    return replace(track, bio_year=bio_years(track.time_utc, start))


def rules_of(settings: Any) -> Rules:
    """Return the rules of the configuration."""
    return Rules(
        n_origin=settings.n_origin_fixes,
        min_fixes=settings.min_fixes,
        min_days=settings.min_days,
        max_interval_days=settings.max_interval_days,
        min_distance_km=settings.min_distance_km,
        min_range_multiple=settings.min_range_multiple,
        min_stay_days=settings.min_stay_days,
        max_stay_spread_frac=settings.max_stay_spread_frac,
        margin_days=settings.complete_margin_days,
        limits=Limits(
            date_d=settings.date_bounds_d,
            duration_d=settings.duration_bounds_d,
            zeta=settings.mixed_bounds,
            kappa_per_d=(-settings.resident_bounds_per_d[1], -settings.resident_bounds_per_d[0]),
        ),
        n_starts=settings.n_starts,
    )


def classed_years(track: YearTrack, start: str, settings: Any) -> Iterator[Year]:
    """Yield each biological year of a track with its class."""
    rules = rules_of(settings)
    for bio_year in np.unique(track.bio_year):
        low, high = np.searchsorted(track.bio_year, [bio_year, bio_year + 1])
        origin = year_start(int(bio_year), start)
        days = days_since(track.time_utc[low:high], origin)
        result = classify(days, track.x_m[low:high], track.y_m[low:high], rules=rules)
        yield Year(track, int(bio_year), origin, slice(int(low), int(high)), result)
