"""Facts of a herd's migrations: classes, shares, dates, legs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from corridors.foundation.clock import median_day, median_day_of_year
from corridors.foundation.facts.segment import PartialMigration, SeasonFacts, SegmentFacts
from corridors.foundation.vocabulary import MOVEMENT_CLASSES, RANGES
from corridors.movement.biological_year import days_since, time_at, year_start
from corridors.movement.least_distances import LeastDistance
from corridors.movement.migrations import ROUND_TRIPS
from corridors.movement.year_windows import Row


def segment_facts(
    years: pd.DataFrame,
    migrations: pd.DataFrame,
    legs: pd.DataFrame,
    spans: dict[str, tuple[float, float]],
    start: str,
    seasons: tuple[str, str],
    min_distance: LeastDistance,
    rows: Sequence[Row],
) -> SegmentFacts:
    """Return what is said of a herd's migrations.

    Parameters
    ----------
    years, migrations, legs
        Rows of ANIMAL_YEARS, MIGRATIONS and LEGS.
    spans
        When the herd is in its ranges, days since the start of the biological year.
    start
        Start of the biological year, MM-DD.
    seasons
        Names of the migration out of the winter range and of the one back.
    min_distance
        By which moves are called migrations.
    rows
        The windows of ``migrations``.
    """
    labels = years["class"].tolist()
    order = {label: rank for rank, label in enumerate(MOVEMENT_CLASSES)}
    best: dict[str, str] = {}
    for animal, label in zip(years["animal"], labels, strict=True):
        if animal not in best or order[label] < order[best[animal]]:
            best[animal] = label
    return SegmentFacts(
        bio_year_start=start,
        min_distance_km=min_distance.km,
        min_distance_basis=min_distance.basis,
        n_animals=len(best),
        n_animal_years=len(labels),
        animal_years={label: labels.count(label) for label in MOVEMENT_CLASSES},
        animals_by_best_year={
            label: list(best.values()).count(label) for label in MOVEMENT_CLASSES
        },
        n_animals_migrating=sum(label in ROUND_TRIPS for label in best.values()),
        partial_migration=_partial_migration(years),
        seasons={name: _season(name, migrations, legs, start) for name in seasons}
        | {
            name: _season(name, migrations, legs, start).model_copy(update=_stay_dates(rows, name))
            for name in RANGES
        },
        range_dates={
            season: [_month_day(day, start) for day in span] for season, span in spans.items()
        },
    )


def _partial_migration(years: pd.DataFrame) -> PartialMigration:
    """Return which share of the classified animals and years migrates, and who does not always."""
    classified = years[years["class"] != "unclassified"]
    migrates = classified["class"].isin(ROUND_TRIPS)
    by_animal = migrates.groupby(classified["animal"])
    ever, always = by_animal.any(), by_animal.all()
    return PartialMigration(
        n_animals_classified=len(ever),
        n_animals_always_migrating=int(always.sum()),
        n_animals_skipping_years=int((ever & ~always).sum()),
        n_animals_never_migrating=int((~ever).sum()),
        share_of_animals_migrating=float(ever.mean()) if len(ever) else None,
        share_of_animal_years_migrating=float(migrates.mean()) if len(migrates) else None,
    )


def _season(name: str, migrations: pd.DataFrame, legs: pd.DataFrame, start: str) -> SeasonFacts:
    own = migrations[migrations["season"] == name]
    days = np.array(
        [
            days_since(np.array(times, dtype="datetime64[us]"), year_start(int(year), start))
            for year, *times in zip(
                own["bio_year"],
                own["start_utc"].dt.tz_localize(None),
                own["end_utc"].dt.tz_localize(None),
                strict=True,
            )
        ]
    )
    facts = SeasonFacts(
        n_windows=len(own),
        n_open=int(own["is_open"].sum()),
        n_animals=int(own["animal"].nunique()),
        median_start=_median_day(own["start_utc"], own["bio_year"]),
        median_end=_median_day(own["end_utc"], own["bio_year"]),
        median_days=float(np.median(np.diff(days, axis=1))) if len(days) else None,
    )
    here = legs[legs["migration"].isin(own["migration"])].groupby("migration")
    if not here.ngroups:
        return facts
    return facts.model_copy(
        update={
            "median_legs": float(here.size().median()),
            "median_stop_days": float(here["stop_days"].sum().median()),
            "longest_stop_days": float(here["stop_days"].max().max()),
        }
    )


def _stay_dates(rows: Sequence[Row], season: str) -> dict[str, str | None]:
    """Return the median first and last day of stays; no stay begins or ends with its track."""
    own = [row for row in rows if row.season == season]
    sides = {
        "median_start": [row.start for row in own if not row.open_before],
        "median_end": [row.end for row in own if not row.open_after],
    }
    return {
        side: f"{median_day_of_year(pd.Series(times)):%m-%d}" if times else None
        for side, times in sides.items()
    }


def _median_day(times: pd.Series, bio_year: pd.Series) -> str | None:
    """Return MM-DD of the median day, as the facts of the herd have it."""
    return f"{median_day(times, bio_year):%m-%d}" if len(times) else None


def _month_day(day: float, start: str) -> str:
    """Return MM-DD of a day since the start of the biological year, in a year without 02-29."""
    return str(time_at(float(day), year_start(2001, start)).astype("datetime64[D]"))[5:]
