"""Facts of a herd's migrations: classes, shares, dates, legs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.foundation.clock import median_day
from corridors.foundation.facts.segment import PartialMigration, SeasonFacts, SegmentFacts
from corridors.foundation.vocabulary import MOVEMENT_CLASSES
from corridors.movement.biological_year import days_since, time_at, year_start
from corridors.movement.migrations import ROUND_TRIPS


def segment_facts(
    years: pd.DataFrame,
    migrations: pd.DataFrame,
    legs: pd.DataFrame,
    spans: dict[str, tuple[float, float]],
    start: str,
    seasons: tuple[str, str],
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
    """
    labels = years["class"].tolist()
    order = {label: rank for rank, label in enumerate(MOVEMENT_CLASSES)}
    best: dict[str, str] = {}
    for animal, label in zip(years["animal"], labels, strict=True):
        if animal not in best or order[label] < order[best[animal]]:
            best[animal] = label
    names = (*seasons, "winter", "summer")
    return SegmentFacts(
        bio_year_start=start,
        n_animals=len(best),
        n_animal_years=len(labels),
        animal_years={label: labels.count(label) for label in MOVEMENT_CLASSES},
        animals_by_best_year={
            label: list(best.values()).count(label) for label in MOVEMENT_CLASSES
        },
        n_animals_migrating=sum(label in ROUND_TRIPS for label in best.values()),
        partial_migration=_partial_migration(years),
        seasons={name: _season(name, migrations, legs, start) for name in names},
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


def _median_day(times: pd.Series, bio_year: pd.Series) -> str | None:
    """Return MM-DD of the median day, as the facts of the herd have it."""
    return f"{median_day(times, bio_year):%m-%d}" if len(times) else None


def _month_day(day: float, start: str) -> str:
    """Return MM-DD of a day since the start of the biological year, in a year without 02-29."""
    return str(time_at(float(day), year_start(2001, start)).astype("datetime64[D]"))[5:]
