"""Facts of a herd for its report: tables in, plain values out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from corridors.atlas.words.language import day_of_month
from corridors.foundation import clock
from corridors.foundation.facts.describe import StaysFacts
from corridors.foundation.track import usable
from corridors.foundation.vocabulary import CORRIDOR_CLASSES, MOVEMENT_CLASSES

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as column -> value."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def median_interval_h(fixes: pd.DataFrame) -> float:
    """Return the median time between consecutive usable fixes of an animal, h; NaN: none.

    Parameters
    ----------
    fixes
        CLEAN_FIXES with ``animal``, ``time_utc`` and ``burst``.
    """
    lag = usable(fixes).groupby("animal", sort=False)["time_utc"].diff().dropna()
    return float(lag.dt.total_seconds().median() / 3600.0) if len(lag) else float("nan")


def flag_counts(flags: Mapping[str, Mapping[str, int]]) -> list[tuple[str, int]]:
    """Return (flag, fixes) over all animals, most frequent first.

    Examples
    --------
    >>> flag_counts({"a": {"spike": 2}, "b": {"spike": 1, "too_fast": 9}})
    [('too_fast', 9), ('spike', 3)]
    """
    total: dict[str, int] = {}
    for counts in flags.values():
        for flag, n in counts.items():
            total[flag] = total.get(flag, 0) + int(n)
    found = [(flag, n) for flag, n in total.items() if n]
    return sorted(found, key=lambda item: (-item[1], item[0]))


def class_counts(animal_years: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Return (class, animal-years, animals) of the classes that occur."""
    found = []
    for name in MOVEMENT_CLASSES:
        here = animal_years[animal_years["class"] == name]
        if len(here):
            found.append((name, len(here), here["animal"].nunique()))
    return found


def season_facts(migrations: pd.DataFrame, stays: Mapping[str, StaysFacts]) -> list[dict[str, Any]]:
    """Return one row per season: windows, animals, median first and last day, median days.

    ``stays`` has the days of each range, which a track's first and last day are not.
    """
    rows = []
    moves = migrations.loc[migrations["part"] == "migration", "season"].unique()
    for part, season in (
        *(("migration", name) for name in dict.fromkeys(["spring", "autumn", *sorted(moves)])),
        ("range", "winter"),
        ("range", "summer"),
    ):
        here = migrations[(migrations["part"] == part) & (migrations["season"] == season)]
        if not len(here):
            continue
        if part == "range":
            own = stays.get(season)
            start = day(own.median_start if own else None)
            end = day(own.median_end if own else None)
        else:
            start, end = (
                median_day(here[side], here["bio_year"]) for side in ("start_utc", "end_utc")
            )
        days = (here["end_utc"] - here["start_utc"]).dt.total_seconds() / 86400.0
        rows.append(
            {
                "part": part,
                "season": season,
                "n": len(here),
                "n_animals": here["animal"].nunique(),
                "n_open": int(here["is_open"].sum()),
                "n_picked": int((here["method"] == "pick").sum()),
                "start": start,
                "end": end,
                "days": float(days.median()),
                "days_min": float(days.min()),
                "days_max": float(days.max()),
            }
        )
    return rows


def median_day(times: pd.Series, bio_year: pd.Series) -> str:
    """Return the median day of the year as ``7 May``, counted from 1 January of each bio-year.

    Examples
    --------
    >>> times = pd.Series(pd.to_datetime(["2020-05-06", "2021-05-08"], utc=True))
    >>> median_day(times, pd.Series([2020, 2021]))
    '7 May'
    """
    middle = clock.median_day(times, bio_year)
    return _day(middle.month, middle.day)


def day(month_day: str | None) -> str:
    """Return ``05-07`` as ``7 May``.

    Examples
    --------
    >>> day("05-07"), day(None)
    ('7 May', '–')
    """
    if month_day is None:
        return "–"
    month, number_in_month = month_day.split("-")
    return _day(int(month), int(number_in_month))


def _day(month: int, day_in_month: int) -> str:
    # A leap year has every day.
    english = f"{day_in_month} {MONTHS[month - 1]}"
    return day_of_month(dt.date(2000, month, day_in_month), english)


def spread_of(values: pd.Series) -> tuple[float, float, float] | None:
    """Return smallest, mean and largest of the known values; None where there is none."""
    known = values.dropna()
    return (float(known.min()), float(known.mean()), float(known.max())) if len(known) else None


def areas(corridors: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row per season and evidence: km2 and animals needed by class."""
    rows = []
    for season in dict.fromkeys(["all", "spring", "autumn", *sorted(corridors["season"].unique())]):
        for evidence in dict.fromkeys(corridors["evidence"]):
            here = corridors[(corridors["season"] == season) & (corridors["evidence"] == evidence)]
            if not len(here):
                continue
            row: dict[str, Any] = {"season": season, "evidence": evidence}
            row["n_tracked"] = int(here["n_tracked"].max())
            by_class = here.set_index("corridor_class")
            for name in CORRIDOR_CLASSES:
                known = name in by_class.index
                row[name] = float(by_class.loc[name, "area_km2"]) if known else float("nan")
                row[f"{name}_needs"] = int(by_class.loc[name, "n_animals"]) if known else 0
            rows.append(row)
    return rows


def range_areas(ranges: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row per range as published."""
    keys = ["season", "isopleth", "n_animals", "area_km2", "evidence", "source"]
    return records(ranges[keys])


def months_table(crossings: pd.DataFrame) -> list[tuple[str, int]]:
    """Return (month, crossings) for all twelve months."""
    counts = np.bincount(crossings["month"].to_numpy(int), minlength=13)[1:]
    return [(name, int(n)) for name, n in zip(MONTHS, counts, strict=True)]


def directions(crossings: pd.DataFrame) -> list[tuple[str, str, str, int]]:
    """Return (from state, to state, season, crossings) in a fixed order."""
    if not len(crossings):
        return []
    keys = ["from_state", "to_state", "season"]
    sizes = crossings.groupby(keys, sort=True).size().reset_index(name="n")
    return list(zip(*(sizes[key].astype(str) for key in keys), sizes["n"].astype(int), strict=True))


def acting_states(shares: pd.DataFrame, borders: pd.DataFrame) -> list[str]:
    """Return the states that hold part of the corridor or border it inside the corridor."""
    holds = shares[(shares["corridor_km2"] > 0) | (shares["mass_share"] > 0)]["state"].tolist()
    near = borders[borders["corridor_km"] > 0]
    states = [*holds, *near["left_state"], *near["right_state"]]
    return sorted({str(state) for state in states if state})


def methods(estimates: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Return (part, method, windows) of the surfaces that were computed."""
    good = estimates[estimates["error"] == ""]
    if not len(good):
        return []
    sizes = good.groupby(["part", "method"], sort=True).size().reset_index(name="n")
    return list(
        zip(
            sizes["part"].astype(str),
            sizes["method"].astype(str),
            sizes["n"].astype(int),
            strict=True,
        )
    )


def without_names(notes: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the notes that mention none of ``names`` as a word of its own.

    Examples
    --------
    >>> without_names(["ram 7 stopped", "grid is coarse"], ["ram 7"])
    ['grid is coarse']
    """
    patterns = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in names if name]
    return [note for note in notes if not any(p.search(note) for p in patterns)]
