"""Stage `segment`: class every animal-year, cut migrations and seasonal ranges, draw each year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from corridors.atlas.displacement_picture import DisplacementPicture, Shade, draw
from corridors.formats.parquet import read_json, read_layer, write_json, write_table
from corridors.formats.picks import NO_WINDOW, Pick, Span, read_picks, write_picks
from corridors.foundation import tables
from corridors.foundation.vocabulary import MOVEMENT_CLASSES, SEASONS
from corridors.movement.biological_year import (
    bio_years,
    days_since,
    quiet_start,
    time_at,
    year_start,
)
from corridors.movement.displacement import MODELS, Limits
from corridors.movement.migrations import (
    ROUND_TRIPS,
    Rules,
    YearClass,
    classify,
    displacement_from,
    migration_id,
    migration_windows,
    picture_name,
    season_names,
)
from corridors.movement.seasonal_ranges import Move, range_distance_km, season_spans, stay
from corridors.stages.context import StageContext

Float = npt.NDArray[np.float64]
_COLUMNS = ["animal", "time_utc", "burst", "x_m", "y_m", "geometry"]


@dataclass(frozen=True)
class Track:
    """One animal's usable fixes in time order."""

    animal: str
    time_utc: npt.NDArray[np.datetime64]
    x_m: Float
    y_m: Float
    is_south: bool
    bio_year: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Year:
    """One animal's biological year and where it lies in the track."""

    track: Track
    bio_year: int
    start: np.datetime64
    rows: slice
    result: YearClass


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


def run(context: StageContext) -> None:
    """Fill ``context.out`` with migrations, animal-years, picks, pictures and ``segment.json``."""
    settings = context.settings.segment
    clean = read_json(context.read("clean", "clean.json"))
    start, tracks = _tracks(context, settings)
    years = [year for track in tracks for year in _years(track, start, settings)]
    picks = _picks(context, tracks, start)
    picked = {(pick.animal, pick.bio_year) for pick in picks}
    rows, notes = [], {}
    for year in years:
        if (year.track.animal, year.bio_year) not in picked:
            found, note = _migrations(year, settings)
            rows += found
            if note:
                notes[year.track.animal, year.bio_year] = note
    rows = _apart(rows) + _from_picks(picks, tracks)
    spans = season_spans(
        _moves(rows, start),
        quantile=settings.range_quantile,
        min_range_days=settings.min_range_days,
    )
    rows += _ranges(rows, tracks, spans, start, picked, settings)
    rows.sort(key=lambda row: (row.animal, row.start, row.end, row.season))
    classes = {(year.track.animal, year.bio_year): year.result.label for year in years}
    migrations = _migration_table(rows, classes, context.herd)
    animal_years = _year_table(
        years, picked, notes, context.herd, str(clean.get("crs") or ""), settings
    )
    write_table(migrations, context.out / "migrations.parquet", tables.MIGRATIONS)
    write_table(animal_years, context.out / "animal_years.parquet", tables.ANIMAL_YEARS)
    write_picks(
        sorted(
            [_as_pick(row) for row in rows] + [p for p in picks if p.part == NO_WINDOW],
            key=lambda p: (p.animal, p.bio_year, str(p.start_utc or ""), p.season),
        ),
        context.out / "picks.csv",
    )
    write_json(_summary(animal_years, rows, spans, start, settings), context.out / "segment.json")
    _pictures(context, years, rows)


def _tracks(context: StageContext, settings: Any) -> tuple[str, list[Track]]:
    """Return the start of the biological year (MM-DD) and the usable tracks by animal."""
    frame = read_layer(context.read("clean", "fixes.parquet"), _COLUMNS)
    usable = frame[(frame["burst"] >= 0) & frame["x_m"].notna() & frame["y_m"].notna()]
    usable = usable.sort_values(["animal", "time_utc"], kind="stable")
    time = usable["time_utc"].dt.tz_localize(None).to_numpy("datetime64[us]")
    x, y = usable["x_m"].to_numpy(float), usable["y_m"].to_numpy(float)
    latitude = usable.geometry.y.to_numpy(float)
    code, names = pd.factorize(usable["animal"])
    start = settings.bio_year_start
    if start == "auto":
        start = _quiet_start(code, time, x, y, settings.quiet_days)
    bio_year = bio_years(time, start)
    edges = np.searchsorted(code, np.arange(len(names) + 1))
    return start, [
        Track(
            str(name),
            time[low:high],
            x[low:high],
            y[low:high],
            bool(np.median(latitude[low:high]) < 0),
            bio_year[low:high],
        )
        for name, low, high in zip(names, edges[:-1], edges[1:], strict=True)
    ]


def _quiet_start(
    code: npt.NDArray[np.int64], time: npt.NDArray[np.datetime64], x: Float, y: Float, days: float
) -> str:
    try:
        return quiet_start(code, time, x, y, half_width_d=days)
    except ValueError:
        # Nobody was tracked for long enough to see a season, so no year can be classified.
        return "01-01"


def _years(track: Track, start: str, settings: Any) -> Iterator[Year]:
    rules = Rules(
        n_origin=settings.n_origin_fixes,
        min_fixes=settings.min_fixes,
        min_days=settings.min_days,
        max_interval_days=settings.max_interval_days,
        min_distance_km=settings.min_distance_km,
        min_range_multiple=settings.min_range_multiple,
        min_stay_days=settings.min_stay_days,
        margin_days=settings.complete_margin_days,
        limits=Limits(
            date_d=settings.date_bounds_d,
            duration_d=settings.duration_bounds_d,
            zeta=settings.mixed_bounds,
            kappa_per_d=(-settings.resident_bounds_per_d[1], -settings.resident_bounds_per_d[0]),
        ),
        n_starts=settings.n_starts,
    )
    for bio_year in np.unique(track.bio_year):
        low, high = np.searchsorted(track.bio_year, [bio_year, bio_year + 1])
        origin = year_start(int(bio_year), start)
        days = days_since(track.time_utc[low:high], origin)
        result = classify(days, track.x_m[low:high], track.y_m[low:high], rules=rules)
        yield Year(track, int(bio_year), origin, slice(int(low), int(high)), result)


def _migrations(year: Year, settings: Any) -> tuple[list[Row], str]:
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
    names = season_names(middles, is_south=track.is_south)
    lost = [name for name, window in zip(names, windows, strict=True) if window is None]
    if lost:
        note = "; ".join([*([note] if note else []), f"no fixes during {' and '.join(lost)}"])
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


def _apart(rows: list[Row]) -> list[Row]:
    """Return windows that do not overlap: of two biological years, the earlier one has its way."""
    out: list[Row] = []
    for row in sorted(rows, key=lambda row: (row.animal, row.start, row.end)):
        if out and out[-1].animal == row.animal and row.start < out[-1].end:
            row = replace(row, start=out[-1].end)
        if row.start < row.end:
            out.append(row)
    return out


def _ranges(
    rows: list[Row],
    tracks: list[Track],
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
    track: Track,
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


def _moves(rows: list[Row], start: str) -> list[Move]:
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


def _picks(context: StageContext, tracks: list[Track], start: str) -> list[Pick]:
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
    return read_picks(context.raw_path(configured), configured, known)


def _from_picks(picks: list[Pick], tracks: list[Track]) -> list[Row]:
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


def _as_pick(row: Row) -> Pick:
    return Pick(
        row.animal, row.bio_year, row.season, row.part, _datetime(row.start), _datetime(row.end)
    )


def _datetime(time: np.datetime64) -> datetime:
    plain: datetime = time.astype("datetime64[us]").item()
    return plain.replace(tzinfo=UTC)


def _datetime64(time: datetime) -> np.datetime64:
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")


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


def _summary(
    years: pd.DataFrame,
    rows: list[Row],
    spans: dict[str, tuple[float, float]],
    start: str,
    settings: Any,
) -> dict[str, Any]:
    labels = years["class"].tolist()
    order = {label: rank for rank, label in enumerate(MOVEMENT_CLASSES)}
    best: dict[str, str] = {}
    for animal, label in zip(years["animal"], labels, strict=True):
        if animal not in best or order[label] < order[best[animal]]:
            best[animal] = label
    seasons = {}
    for season in SEASONS:
        own = [row for row in rows if row.season == season]
        days = [
            days_since(np.array([row.start, row.end]), year_start(row.bio_year, start))
            for row in own
        ]
        first, last = np.median(days, axis=0) if days else (None, None)
        seasons[season] = {
            "n_windows": len(own),
            "n_open": sum(row.open_before or row.open_after for row in own),
            "n_animals": len({row.animal for row in own}),
            "median_start": _month_day(first, start),
            "median_end": _month_day(last, start),
            "median_days": None if not days else float(np.median(np.diff(days, axis=1))),
        }
    return {
        "bio_year_start": start,
        "n_animals": len(best),
        "n_animal_years": len(labels),
        "animal_years": {label: labels.count(label) for label in MOVEMENT_CLASSES},
        "animals_by_best_year": {
            label: list(best.values()).count(label) for label in MOVEMENT_CLASSES
        },
        "n_animals_migrating": sum(label in ROUND_TRIPS for label in best.values()),
        "seasons": seasons,
        "range_dates": {
            season: [_month_day(day, start) for day in span] for season, span in spans.items()
        },
        "settings": settings.model_dump(mode="json"),
    }


def _month_day(day: float | None, start: str) -> str | None:
    """Return MM-DD of a day since the start of the biological year, in a year without 02-29."""
    if day is None:
        return None
    return str(time_at(float(day), year_start(2001, start)).astype("datetime64[D]"))[5:]


def _pictures(context: StageContext, years: list[Year], rows: list[Row]) -> None:
    folder = context.out / "pictures"
    folder.mkdir()
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
                for row in rows
                if row.animal == track.animal and row.start <= time[-1] and row.end >= time[0]
            ],
        )
        (folder / picture_name(track.animal, year.bio_year)).write_bytes(draw(picture))
        context.progress(f"picture {done + 1} of {len(years)}", (done + 1) / len(years))
