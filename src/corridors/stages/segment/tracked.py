"""Tracks of a herd by year, and the rules by which its years are classed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from corridors.config.segmentation import Segment
from corridors.foundation.arrays import Microseconds
from corridors.foundation.arrow import positions, times_us, values
from corridors.foundation.artefacts import FixTable
from corridors.foundation.track import usable_rows
from corridors.movement.animal_years import YearTrack, best_start
from corridors.movement.biological_year import bio_years
from corridors.movement.displacement import Limits
from corridors.movement.least_distances import LeastDistance, least_distance
from corridors.movement.migrations import Origin, Rules

_COLUMNS = ["time_utc", "burst", "x_m", "y_m", "geometry"]


def usable_tracks(
    fixes: FixTable,
    settings: Segment,
    parted: Mapping[str, Sequence[str]],
    species: str | None,
) -> tuple[str, list[YearTrack]]:
    """Return the start of the biological year (MM-DD) and the usable tracks by animal.

    Parameters
    ----------
    fixes
        CLEAN_FIXES.
    settings
        Keys of `segment`.
    parted
        Animal -> times, ISO 8601, of the first fixes of later parts of its track.
    species
        Of the herd.
    """
    tracks = []
    for name, table in fixes.animals(_COLUMNS):
        time_us = times_us(table["time_utc"])
        rows = usable_rows(values(table, "burst"), time_us)
        if rows.size:
            x, y = (values(table, column)[rows] for column in ("x_m", "y_m"))
            is_south = bool(np.median(positions(table["geometry"])[1][rows]) < 0)
            time, unknown = time_us[rows], np.full(rows.size, np.nan)
            year = bio_years(time.view("datetime64[us]"), "01-01")
            starts = _rows_at(time, parted.get(name, ()))
            tracks.append(YearTrack(x, y, time, unknown, name, is_south, year, starts))
    start = settings.bio_year_start
    if start == "auto":
        start = best_start(tracks, rules_of(settings, species), half_width_d=settings.quiet_days)
    return start, [track.with_years(start) for track in tracks]


def _rows_at(time_us: Microseconds, times: Sequence[str]) -> tuple[int, ...]:
    """Return the rows of fixes at these times, ISO 8601."""
    wanted = [datetime.fromisoformat(time).replace(tzinfo=None) for time in times]
    at = np.array(wanted, dtype="datetime64[us]").view(np.int64)
    return tuple(np.searchsorted(time_us, at).tolist())


def min_distance_of(settings: Segment, species: str | None) -> LeastDistance:
    """Return the least distance of a migration: as configured, or that of the species."""
    if settings.min_distance_km == "auto":
        return least_distance(species)
    return LeastDistance(settings.min_distance_km, "", "configured")


def rules_of(settings: Segment, species: str | None) -> Rules:
    """Return the rules of the configuration for a species."""
    return Rules(
        origin=Origin(n_fixes=settings.n_origin_fixes, max_days=settings.max_origin_days),
        min_fixes=settings.min_fixes,
        min_days=settings.min_days,
        max_interval_days=settings.max_interval_days,
        min_distance_km=min_distance_of(settings, species).km,
        min_range_multiple=settings.min_range_multiple,
        min_stay_days=settings.min_stay_days,
        max_stay_spread_frac=settings.max_stay_spread_frac,
        max_excursion_days=settings.max_excursion_days,
        margin_days=settings.complete_margin_days,
        limits=Limits(
            date_d=settings.date_bounds_d,
            duration_d=settings.duration_bounds_d,
            zeta=settings.mixed_bounds,
            kappa_per_d=(-settings.resident_bounds_per_d[1], -settings.resident_bounds_per_d[0]),
        ),
        n_starts=settings.n_starts,
    )
