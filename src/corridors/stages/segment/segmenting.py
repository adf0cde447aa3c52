"""Migrations, ranges and animal-years of a herd, bound to its fixes and picks."""

from __future__ import annotations

from collections.abc import Iterator

from corridors.formats.picks import NO_WINDOW, picks_text
from corridors.foundation.artefacts import Document, Progress, Table
from corridors.movement.animal_years import Year, YearTrack, classed_years
from corridors.movement.leg_table import leg_table
from corridors.movement.migrations import Rules
from corridors.movement.seasonal_ranges import season_spans
from corridors.movement.segment_facts import segment_facts
from corridors.movement.year_tables import Stays, fit_table, migration_table, year_table
from corridors.movement.year_windows import (
    Row,
    WindowsNote,
    automatic_windows,
    kept_apart,
    moves_of,
    range_windows,
)
from corridors.stages.segment.picked import (
    as_pick,
    configured_picks,
    migration_seasons,
    picked_windows,
    window_rules,
)
from corridors.stages.segment.stage import Inputs, Results, Settings
from corridors.stages.segment.tracked import min_distance_of, rules_of, usable_tracks


def segmented(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `segment` leaves."""
    segment, herd, crs = settings.segment, settings.herd, inputs.clean.crs
    start, tracks = usable_tracks(inputs.fixes, segment, inputs.clean.parted, settings.species)
    rules = window_rules(segment, tracks)
    years = list(_years(tracks, start, rules_of(segment, settings.species), progress))
    picks = configured_picks(inputs.raw, settings, tracks, start)
    picked = {(pick.animal, pick.bio_year) for pick in picks}
    rows: list[Row] = []
    notes: dict[tuple[str, int], WindowsNote] = {}
    for year in years:
        if (year.track.animal, year.bio_year) not in picked:
            found, note = automatic_windows(year, rules)
            rows += found
            notes[year.track.animal, year.bio_year] = note
    fixed = picked_windows(picks, tracks)
    rows = kept_apart(rows, fixed) + fixed
    spans = season_spans(
        moves_of(rows, start),
        seasons=migration_seasons(segment),
        quantile=segment.range_quantile,
        min_range_days=segment.min_range_days,
    )
    rows += range_windows(rows, tracks, spans, start, picked, rules)
    rows.sort(key=lambda row: (row.animal, row.start, row.end, row.season))
    classes = {(year.track.animal, year.bio_year): year.result.label for year in years}
    migrations = migration_table(rows, classes, herd)
    legs = leg_table(
        rows,
        migrations["migration"].tolist(),
        tracks,
        crs,
        min_stop_days=segment.min_stop_days,
        stop_radius_frac=segment.stop_radius_frac,
    )
    stays = Stays(segment.winter_window, segment.summer_window, segment.min_window_days)
    animal_years = year_table(years, picked, notes, herd, crs, stays)
    written = [as_pick(row) for row in rows] + [pick for pick in picks if pick.part == NO_WINDOW]
    written.sort(key=lambda p: (p.animal, p.bio_year, str(p.start_utc or ""), p.season))
    return Results(
        migrations=Table.of(migrations),
        legs=Table.of(legs),
        animal_years=Table.of(animal_years),
        displacement_fits=Table.of(fit_table(years, herd)),
        picks=Document(picks_text(written)),
        facts=segment_facts(
            animal_years,
            migrations,
            legs,
            spans,
            start,
            migration_seasons(segment),
            min_distance_of(segment, settings.species),
            rows,
        ),
    )


def _years(tracks: list[YearTrack], start: str, rules: Rules, progress: Progress) -> Iterator[Year]:
    for done, track in enumerate(tracks):
        progress(f"years of {track.animal}", done / len(tracks))
        yield from classed_years(track, start, rules)
