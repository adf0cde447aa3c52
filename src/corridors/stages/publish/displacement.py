"""Pictures of animal-years: displacement with its models, windows and a map, drawn when asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from corridors.atlas.displacement_picture import DisplacementPicture, Shade, draw
from corridors.atlas.facts import records
from corridors.atlas.words.animal_years import YearLimits, class_words
from corridors.foundation.arrays import Floats, Times
from corridors.foundation.arrow import times_us, values
from corridors.foundation.artefacts import FixTable
from corridors.foundation.clock import microseconds
from corridors.foundation.track import Track, usable_rows
from corridors.movement.biological_year import days_since, time_at
from corridors.movement.displacement import PARAMETERS, predict
from corridors.movement.migrations import Origin, displacement_from
from corridors.movement.names import picture_name

# Models that are drawn at most: the one that counts and the best of the others.
_N_MODELS = 3


@dataclass(frozen=True)
class DrawnYear:
    """The picture of an animal's biological year: name of its file, what it shows, PNG."""

    file: str
    caption: str
    png: bytes


def years_to_draw(animal_years: pd.DataFrame, migrations: pd.DataFrame, which: str) -> pd.DataFrame:
    """Return the rows of ANIMAL_YEARS that have a picture, by animal and year.

    Parameters
    ----------
    animal_years, migrations
        ANIMAL_YEARS and MIGRATIONS of the herd.
    which
        ``all`` that are classified or have a migration, ``migrating`` (years with a migration) or
        ``none``. A year that nothing can classify has no model and no window to show.
    """
    ordered = animal_years.sort_values(["animal", "bio_year"], kind="stable")
    if which == "none":
        return ordered.iloc[:0]
    keys = ["animal", "bio_year"]
    moves = migrations.loc[migrations["part"] == "migration", keys]
    drawn = pd.MultiIndex.from_frame(ordered[keys]).isin(pd.MultiIndex.from_frame(moves))
    if which == "all":
        drawn |= (ordered["class"] != "unclassified").to_numpy()
    return ordered[drawn]


def drawn_years(
    years: pd.DataFrame,
    fixes: FixTable,
    migrations: pd.DataFrame,
    fits: pd.DataFrame,
    *,
    origin: Origin,
    limits: YearLimits,
) -> Iterator[DrawnYear]:
    """Draw one animal-year after the other; memory holds the fixes of one animal.

    Parameters
    ----------
    years
        From :func:`years_to_draw`.
    fixes, migrations, fits
        CLEAN_FIXES, MIGRATIONS and DISPLACEMENT_FITS of the herd.
    origin
        From which fixes displacement counts.
    limits
        What a year needed to have a class.
    """
    if years.empty:
        return
    years_of = {str(animal): list(_years(own, limits)) for animal, own in years.groupby("animal")}
    windows_of = {str(animal): own for animal, own in migrations.groupby("animal", sort=False)}
    models_of = dict(iter(fits.groupby(["animal", "bio_year"], sort=False)))
    for animal, table in fixes.animals(["time_utc", "burst", "x_m", "y_m"]):
        if animal not in years_of:
            continue
        track = _track(table)
        shades = _shades(windows_of[animal]) if animal in windows_of else []
        for year in years_of[animal]:
            models = models_of.get((animal, year.bio_year))
            picture = _picture(animal, year, track, models, shades, origin)
            yield DrawnYear(picture_name(animal, year.bio_year), picture.title, draw(picture))


@dataclass(frozen=True)
class _Year:
    """What is known of an animal-year: class, model that counts, why in words, first and last fix.

    No model counts where stays tell the migrations.
    """

    bio_year: int
    label: str
    model: str
    told: str
    first_us: int
    last_us: int


def _years(own: pd.DataFrame, limits: YearLimits) -> Iterator[_Year]:
    first_us, last_us = (map(int, microseconds(own[one])) for one in ("first_utc", "last_utc"))
    told = (class_words(row, limits) for row in records(own))
    years = own["bio_year"].astype(int)
    labels = own["class"].astype(str)
    models = labels.where(own["reason"] != "stays", "")
    for row in zip(years, labels, models, told, first_us, last_us, strict=True):
        yield _Year(*row)


def _track(table: pa.Table) -> Track:
    time_us = times_us(table["time_utc"])
    rows = usable_rows(values(table, "burst"), time_us)
    x_m, y_m = (values(table, name)[rows] for name in ("x_m", "y_m"))
    return Track(x_m, y_m, time_us[rows], np.full(rows.size, np.nan))


def _shades(windows: pd.DataFrame) -> list[Shade]:
    starts, ends = (
        microseconds(windows[name]).view("datetime64[us]") for name in ("start_utc", "end_utc")
    )
    return [
        Shade(*window)
        for window in zip(windows["season"], windows["part"], starts, ends, strict=True)
    ]


def _picture(
    animal: str,
    year: _Year,
    whole: Track,
    fits: pd.DataFrame | None,
    shades: list[Shade],
    origin: Origin,
) -> DisplacementPicture:
    track = whole.within(year.first_us, year.last_us)
    time = track.time_utc
    anchor = "first" if fits is None else str(fits["anchor"].iloc[0])
    model_time, models = (time[:0], {}) if fits is None else _models(fits, year.model, time)
    return DisplacementPicture(
        title=f"{animal}, biological year {year.bio_year}",
        subtitle=f"{year.label.replace('_', ' ')}: {year.told}",
        time_utc=time,
        displacement_km=displacement_from(
            days_since(time, time[0]), track.x_m, track.y_m, anchor, origin
        ),
        anchor=anchor,
        x_km=track.x_m / 1000.0,
        y_km=track.y_m / 1000.0,
        model_time_utc=model_time,
        models=models,
        chosen=year.model,
        shades=[one for one in shades if one.start_utc <= time[-1] and one.end_utc >= time[0]],
    )


def _models(fits: pd.DataFrame, chosen: str, time: Times) -> tuple[Times, dict[str, Floats]]:
    """Return times, and displacement (km) of the best models then, the chosen one first."""
    first_d = float(fits["first_d"].iloc[0])
    start = time_at(-first_d, time[0])
    # One value per day draws every bend of the models.
    days = np.arange(first_d, days_since(time[-1:], start)[0] + 1.0)
    best = fits.sort_values("weight", ascending=False, kind="stable").set_index("model")
    models: list[str] = best.index.tolist()
    names = sorted(models, key=lambda model: model != chosen)[:_N_MODELS]
    parameters = {name: best.loc[name, list(PARAMETERS[name])].to_numpy(float) for name in names}
    return (
        np.array([time_at(float(day), start) for day in days], dtype="datetime64[us]"),
        {name: predict(name, own, days - first_d) for name, own in parameters.items()},
    )
