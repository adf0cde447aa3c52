"""Stage `segment`: class every animal-year, cut migrations and seasonal ranges, draw each year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from corridors.atlas.displacement_picture import DisplacementPicture, Shade, draw
from corridors.formats.parquet import read_json, write_json, write_table
from corridors.formats.picks import NO_WINDOW, write_picks
from corridors.foundation import tables
from corridors.movement.animal_years import Year, classed_years
from corridors.movement.biological_year import days_since, time_at
from corridors.movement.displacement import MODELS
from corridors.movement.leg_table import leg_table
from corridors.movement.migrations import displacement_from
from corridors.movement.names import migration_id, picture_name
from corridors.movement.seasonal_ranges import range_distance_km, season_spans
from corridors.movement.segment_facts import segment_facts
from corridors.movement.year_windows import (
    Row,
    automatic_windows,
    kept_apart,
    moves_of,
    range_windows,
)
from corridors.stages.context import StageContext
from corridors.stages.segment_windows import (
    as_pick,
    configured_picks,
    migration_seasons,
    picked_windows,
    window_rules,
)
from corridors.stages.segment_years import rules_of, usable_tracks


def run(context: StageContext) -> None:
    """Fill ``context.out`` with migrations, animal-years, picks, pictures and ``segment.json``."""
    settings = context.settings.segment
    clean = read_json(context.read("clean", "clean.json"))
    start, tracks = usable_tracks(context, settings)
    rules = window_rules(settings)
    years = [year for track in tracks for year in classed_years(track, start, rules_of(settings))]
    picks = configured_picks(context, tracks, start)
    picked = {(pick.animal, pick.bio_year) for pick in picks}
    rows, notes = [], {}
    for year in years:
        if (year.track.animal, year.bio_year) not in picked:
            found, note = automatic_windows(year, rules)
            rows += found
            if note:
                notes[year.track.animal, year.bio_year] = note
    fixed = picked_windows(picks, tracks)
    rows = kept_apart(rows, fixed) + fixed
    spans = season_spans(
        moves_of(rows, start),
        seasons=migration_seasons(settings),
        quantile=settings.range_quantile,
        min_range_days=settings.min_range_days,
    )
    rows += range_windows(rows, tracks, spans, start, picked, rules)
    rows.sort(key=lambda row: (row.animal, row.start, row.end, row.season))
    classes = {(year.track.animal, year.bio_year): year.result.label for year in years}
    migrations = _migration_table(rows, classes, context.herd)
    crs = str(clean.get("crs") or "")
    legs = leg_table(
        rows,
        migrations["migration"].tolist(),
        tracks,
        crs,
        min_stop_days=settings.min_stop_days,
        stop_radius_frac=settings.stop_radius_frac,
    )
    animal_years = _year_table(years, picked, notes, context.herd, crs, settings)
    write_table(migrations, context.out / "migrations.parquet", tables.MIGRATIONS)
    write_table(legs, context.out / "legs.parquet", tables.LEGS)
    write_table(animal_years, context.out / "animal_years.parquet", tables.ANIMAL_YEARS)
    write_picks(
        sorted(
            [as_pick(row) for row in rows] + [p for p in picks if p.part == NO_WINDOW],
            key=lambda p: (p.animal, p.bio_year, str(p.start_utc or ""), p.season),
        ),
        context.out / "picks.csv",
    )
    write_json(
        segment_facts(animal_years, migrations, legs, spans, start, migration_seasons(settings))
        | {"settings": settings.model_dump(mode="json")},
        context.out / "segment.json",
    )
    _pictures(context, years, rows)


def _migration_table(
    rows: list[Row], classes: dict[tuple[str, int], str], herd: str
) -> pd.DataFrame:
    if not rows:
        return tables.empty(tables.MIGRATIONS)
    count: dict[tuple[str, int, str], int] = {}
    ids = []
    for row in rows:
        key = row.animal, row.bio_year, row.season
        count[key] = count.get(key, 0) + 1
        ids.append(migration_id(herd, *key, count[key]))
    return pd.DataFrame(
        {
            "migration": ids,
            "herd": herd,
            "animal": [row.animal for row in rows],
            "bio_year": np.array([row.bio_year for row in rows], dtype="int64"),
            "season": [row.season for row in rows],
            "part": [row.part for row in rows],
            "start_utc": _utc([row.start for row in rows]),
            "end_utc": _utc([row.end for row in rows]),
            "class": [classes[row.animal, row.bio_year] for row in rows],
            "method": [row.method for row in rows],
            "is_open": [row.open_before or row.open_after for row in rows],
        }
    )


def _utc(times: list[np.datetime64]) -> pd.Series:
    return pd.Series(np.array(times, dtype="datetime64[us]")).dt.tz_localize("UTC")


def _year_table(
    years: list[Year],
    picked: set[tuple[str, int]],
    notes: dict[tuple[str, int], str],
    herd: str,
    crs: str,
    settings: Any,
) -> pd.DataFrame:
    if not years:
        return tables.empty(tables.ANIMAL_YEARS)
    records = []
    for year in years:
        track, result, rows = year.track, year.result, year.rows
        key = track.animal, year.bio_year
        extra = "windows picked by a person" if key in picked else notes.get(key, "")
        moves = [*result.moves, (np.nan, np.nan), (np.nan, np.nan)]
        records.append(
            {
                "herd": herd,
                "animal": track.animal,
                "bio_year": year.bio_year,
                "class": result.label,
                "reason": f"{result.reason}; {extra}" if extra else result.reason,
                "n_fixes": rows.stop - rows.start,
                "displacement_km": _farthest(year),
                "range_distance_km": range_distance_km(
                    track.time_utc[rows],
                    track.x_m[rows],
                    track.y_m[rows],
                    crs,
                    winter_window=settings.winter_window,
                    summer_window=settings.summer_window,
                    min_days=settings.min_window_days,
                ),
                "theta_d": moves[0][0],
                "phi_d": moves[0][1],
                "theta_back_d": moves[1][0],
                "phi_back_d": moves[1][1],
                "n_effective": result.fit.n_effective if result.fit else np.nan,
                "convergence": result.fit.reached if result.fit else np.nan,
                "on_bound": ";".join(result.fit.on_bound) if result.fit else "",
            }
            | {f"weight_{model}": result.weights.get(model, np.nan) for model in MODELS}
        )
    frame = pd.DataFrame(records)
    frame["first_utc"] = _utc([year.track.time_utc[year.rows.start] for year in years])
    frame["last_utc"] = _utc([year.track.time_utc[year.rows.stop - 1] for year in years])
    return frame


def _farthest(year: Year) -> float:
    """Return delta of a move, or the largest displacement that another model reaches, km."""
    fit = year.result.fit
    if fit is None:
        return float("nan")
    if year.result.moves:
        return fit["delta_km"]
    days = days_since(year.track.time_utc[year.rows], year.start)
    return float(fit.predict(days - days[0]).max())


def _pictures(context: StageContext, years: list[Year], rows: list[Row]) -> None:
    folder = context.out / "pictures"
    folder.mkdir()
    own: dict[str, list[Row]] = {}
    for row in rows:
        own.setdefault(row.animal, []).append(row)
    wanted = context.settings.segment.pictures
    moved = {(row.animal, row.bio_year) for row in rows if row.part == "migration"}
    years = [
        year
        for year in years
        if wanted == "all"
        or (wanted == "migrating" and (year.track.animal, year.bio_year) in moved)
    ]
    for done, year in enumerate(years):
        track, result = year.track, year.result
        time = track.time_utc[year.rows]
        x, y = track.x_m[year.rows], track.y_m[year.rows]
        days = days_since(time, year.start)
        # One value per day draws every bend of the models.
        grid = np.arange(days[0], days[-1] + 1.0)
        ranked = sorted(result.fits, key=lambda model: -result.weights[model])
        shown = [m for m in ranked if m == result.label] + [m for m in ranked if m != result.label]
        picture = DisplacementPicture(
            title=f"{track.animal}, biological year {year.bio_year}",
            subtitle=result.label.replace("_", " ") + ": " + result.reason,
            time_utc=time,
            displacement_km=displacement_from(
                x, y, result.anchor, n_origin=context.settings.segment.n_origin_fixes
            ),
            anchor=result.anchor,
            x_km=x / 1000.0,
            y_km=y / 1000.0,
            model_time_utc=np.array(
                [time_at(float(day), year.start) for day in grid], dtype="datetime64[us]"
            ),
            models={m: result.fits[m].predict(grid - days[0]) for m in shown[:3]},
            chosen=result.label,
            shades=[
                Shade(row.season, row.part, row.start, row.end)
                for row in own.get(track.animal, ())
                if row.start <= time[-1] and row.end >= time[0]
            ],
        )
        (folder / picture_name(track.animal, year.bio_year)).write_bytes(draw(picture))
        context.progress(f"picture {done + 1} of {len(years)}", (done + 1) / len(years))
