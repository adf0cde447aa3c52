"""Migrations, animal-years and fitted models as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation import tables
from corridors.movement.animal_years import Year
from corridors.movement.biological_year import days_since
from corridors.movement.displacement import MODELS, PARAMETERS
from corridors.movement.names import migration_id
from corridors.movement.seasonal_ranges import range_distance_km
from corridors.movement.year_windows import Row, WindowsNote


@dataclass(frozen=True)
class Stays:
    """When the herd is in its ranges.

    Parameters
    ----------
    winter_window, summer_window
        MM-DD from which and to which.
    min_window_days
        Fixes on fewer days of either: their distance is unknown.
    """

    winter_window: tuple[str, str]
    summer_window: tuple[str, str]
    min_window_days: int


def migration_table(
    rows: list[Row], classes: dict[tuple[str, int], str], herd: str
) -> pd.DataFrame:
    """Return MIGRATIONS of windows in order; ``classes`` are those of their animal-years."""
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


def year_table(
    years: list[Year],
    picked: set[tuple[str, int]],
    notes: dict[tuple[str, int], WindowsNote],
    herd: str,
    crs: str,
    stays: Stays,
) -> pd.DataFrame:
    """Return ANIMAL_YEARS.

    Parameters
    ----------
    years
        Of all animals.
    picked
        (animal, biological year) whose windows a person has picked.
    notes
        (animal, biological year) -> what is to be said of its windows.
    herd, crs
        Its name, and the CRS of the tracks.
    stays
        When the herd is in its winter and its summer range.
    """
    if not years:
        return tables.empty(tables.ANIMAL_YEARS)
    records = []
    for year in years:
        track, result, rows = year.track, year.result, year.rows
        key = track.animal, year.bio_year
        note = WindowsNote("picked") if key in picked else notes.get(key, WindowsNote())
        objection = result.objection
        moves = [*result.moves, (np.nan, np.nan), (np.nan, np.nan)]
        records.append(
            {
                "herd": herd,
                "animal": track.animal,
                "bio_year": year.bio_year,
                "class": result.label,
                "reason": result.reason,
                "best_model": result.best,
                "objection_km": objection.km if objection else np.nan,
                "objection_limit_km": objection.limit_km if objection else np.nan,
                "objection_d": objection.d if objection else np.nan,
                "objection_limit_d": objection.limit_d if objection else np.nan,
                "windows": note.code,
                "lost_seasons": ";".join(note.lost_seasons),
                "n_fixes": result.seen.n_fixes,
                "n_days": result.seen.n_days,
                "fix_interval_d": result.seen.fix_interval_d,
                "anchor": result.anchor,
                "first_d": result.first_d,
                "displacement_km": _farthest(year),
                "range_distance_km": range_distance_km(
                    track.time_utc[rows],
                    track.x_m[rows],
                    track.y_m[rows],
                    crs,
                    winter_window=stays.winter_window,
                    summer_window=stays.summer_window,
                    min_days=stays.min_window_days,
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
    if year.result.ways:
        return max(way.length_km for way in year.result.ways)
    fit = year.result.fit
    if fit is None:
        return float("nan")
    if year.result.moves:
        return fit["delta_km"]
    days = days_since(year.track.time_utc[year.rows], year.start)
    return float(fit.predict(days - days[0]).max())


def fit_table(years: list[Year], herd: str) -> pd.DataFrame:
    """Return DISPLACEMENT_FITS of the classified years."""
    columns = dict.fromkeys(name for names in PARAMETERS.values() for name in names)
    rows = [
        {
            "herd": herd,
            "animal": year.track.animal,
            "bio_year": year.bio_year,
            "model": model,
            "weight": year.result.weights[model],
            "anchor": year.result.anchor,
            "first_d": year.result.first_d,
            **dict.fromkeys(columns, np.nan),
            **dict(zip(PARAMETERS[model], fit.parameters, strict=True)),
        }
        for year in years
        for model, fit in year.result.fits.items()
    ]
    return pd.DataFrame(rows) if rows else tables.empty(tables.DISPLACEMENT_FITS)


def _utc(times: list[np.datetime64]) -> pd.Series:
    return pd.Series(np.array(times, dtype="datetime64[us]")).dt.tz_localize("UTC")
