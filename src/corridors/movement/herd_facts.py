"""The facts of a herd: the fields of a fact sheet, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from corridors.foundation.clock import median_day
from corridors.foundation.facts import Remark
from corridors.foundation.facts.describe import (
    DescribeFacts,
    FidelityFacts,
    MigrationsFacts,
    RangeFacts,
    SampleFacts,
    SkillFacts,
    Spread,
    StaysFacts,
    SufficiencyFacts,
)
from corridors.foundation.facts.segment import SeasonFacts
from corridors.foundation.vocabulary import CORRIDOR_CLASSES
from corridors.movement.rarefaction import sufficient_from

_MEASURES = (
    "days",
    "net_km",
    "path_km",
    "resampled_km",
    "farthest_km",
    "speed_km_d",
    "stopover_days",
)
_DAY_S = 86_400.0


def herd_facts(
    frames: Mapping[str, pd.DataFrame],
    *,
    windows: pd.DataFrame,
    seasons: Mapping[str, SeasonFacts],
    corridors: pd.DataFrame,
    stopovers: pd.DataFrame,
    ranges: pd.DataFrame,
    n_animals: int,
    fix_interval_h: float,
    max_slope_frac: float,
) -> DescribeFacts:
    """Return the facts of a herd.

    Parameters
    ----------
    frames
        ``migration_facts sufficiency skill fidelity``, as written.
    windows
        MIGRATIONS of both parts.
    seasons
        What stage `segment` says of each.
    corridors, stopovers, ranges
        As drawn.
    n_animals
        Animals with a usable fix.
    fix_interval_h
        Median, h; NaN: unknown.
    max_slope_frac
        Sufficient: the last unit added less than this share of the area.
    """
    moves = frames["migration_facts"]
    sufficiency = _sufficiency(frames["sufficiency"], max_slope_frac)
    return DescribeFacts(
        sample=_sample(moves, windows, n_animals, fix_interval_h),
        migrations={
            season: _migrations(moves if season == "all" else moves[moves["season"] == season])
            for season in ("all", *sorted(set(moves["season"])))
            if len(moves)
        },
        stays={
            str(season): _stays(here, seasons.get(str(season)))
            for season, here in windows[windows["part"] == "range"].groupby("season", sort=True)
        },
        corridor_km2=_areas(corridors),
        stopover_km2={
            str(season): float(area)
            for season, area in stopovers.groupby("season", sort=True)["area_km2"].sum().items()
        },
        ranges=_ranges(ranges),
        sufficiency=sufficiency,
        skill=_skill(frames["skill"]),
        fidelity=_fidelity(frames["fidelity"]),
        notes=_notes(frames, sufficiency.get("all")),
    )


def _sample(
    moves: pd.DataFrame, windows: pd.DataFrame, n_animals: int, fix_interval_h: float
) -> SampleFacts:
    winter = windows[(windows["part"] == "range") & (windows["season"] == "winter")]
    used = [*moves["animal"], *winter["animal"]]
    years = windows["bio_year"]
    return SampleFacts(
        n_animals=n_animals,
        n_animals_used=len(set(used)),
        fix_interval_h=_known(fix_interval_h),
        years=(int(years.min()), int(years.max())) if len(years) else None,
        n_migrations=len(moves),
        n_migrants=int(moves["animal"].nunique()),
    )


def _ranges(ranges: pd.DataFrame) -> tuple[RangeFacts, ...]:
    out = []
    row: Any
    for row in ranges.itertuples():
        one = RangeFacts(
            season=row.season,
            isopleth=_known(row.isopleth),
            area_km2=row.area_km2,
            n_animals=row.n_animals,
            evidence=row.evidence,
            source=row.source,
        )
        out.append(one)
    return tuple(out)


def _migrations(moves: pd.DataFrame) -> MigrationsFacts:
    return MigrationsFacts(
        n=len(moves),
        n_animals=int(moves["animal"].nunique()),
        n_open=int(moves["is_open"].sum()),
        **_dates(moves),
        **{name: spread(moves[name]) for name in _MEASURES},
    )


def _stays(windows: pd.DataFrame, season: SeasonFacts | None) -> StaysFacts:
    days = (windows["end_utc"] - windows["start_utc"]).dt.total_seconds() / _DAY_S
    return StaysFacts(
        n=len(windows),
        n_animals=int(windows["animal"].nunique()),
        n_open=int(windows["is_open"].sum()),
        median_start=season.median_start if season else None,
        median_end=season.median_end if season else None,
        days=spread(days),
    )


def _dates(windows: pd.DataFrame) -> dict[str, str]:
    """Return the median first and last day; of one season only, others have no middle."""
    if len(set(windows["season"])) != 1:
        return {}
    return {
        "median_start": f"{median_day(windows['start_utc'], windows['bio_year']):%m-%d}",
        "median_end": f"{median_day(windows['end_utc'], windows['bio_year']):%m-%d}",
    }


def spread(values: pd.Series) -> Spread | None:
    """Return number, smallest, mean, median and largest of the known values; None: there is none.

    Examples
    --------
    >>> spread(pd.Series([1.0, float("nan"), 4.0]))
    Spread(n=2, min=1.0, mean=2.5, median=2.5, max=4.0)
    """
    known = values.dropna().to_numpy(np.float64)
    if not known.size:
        return None
    return Spread(
        n=known.size,
        min=float(known.min()),
        mean=float(known.mean()),
        median=float(np.median(known)),
        max=float(known.max()),
    )


def _areas(corridors: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Return evidence -> season -> class -> km2."""
    out: dict[str, dict[str, dict[str, float]]] = {}
    row: Any
    for row in corridors.itertuples():
        season = out.setdefault(row.evidence, {}).setdefault(row.season, {})
        season[row.corridor_class] = row.area_km2
    return out


def _sufficiency(curves: pd.DataFrame, max_slope_frac: float) -> dict[str, SufficiencyFacts]:
    """Return season -> whether the sample is sufficient, and the end of its curve."""
    out = {}
    low = curves[curves["corridor_class"] == "low"]
    for season, curve in low.groupby("season", sort=True):
        curve = curve.sort_values("n_units")
        slope = curve["slope_frac"].to_numpy(np.float64)
        enough = sufficient_from(slope, max_slope_frac=max_slope_frac)
        out[str(season)] = SufficiencyFacts(
            flag="insufficient" if enough is None else "sufficient",
            n_animals=round(float(curve["n_animals"].iloc[-1])),
            n_units=len(curve),
            n_sufficient=enough,
            slope_frac=_known(slope[-1]),
            max_slope_frac=max_slope_frac,
            area_km2=float(curve["area_km2"].iloc[-1]),
        )
    return out


def _skill(skill: pd.DataFrame) -> dict[str, SkillFacts]:
    """Return class -> shares inside the corridor of the others, over animals."""
    out = {}
    for name in CORRIDOR_CLASSES:
        here = skill[skill["corridor_class"] == name]
        if len(here):
            out[name] = SkillFacts(
                n_animals=len(here),
                n_needed=int(here["n_needed"].iloc[0]),
                fixes_inside=spread(here["fixes_inside"]),
                mass_inside=spread(here["mass_inside"]),
                area_km2=spread(here["area_km2"]),
            )
    return out


def _fidelity(fidelity: pd.DataFrame) -> dict[str, FidelityFacts]:
    """Return season -> overlap between years; an animal counts once, however many its years."""
    out = {}
    for season, here in fidelity.groupby("season", sort=True):
        by_animal = here.groupby("animal", sort=True)[["bhattacharyya", "intersection"]].mean()
        out[str(season)] = FidelityFacts(
            n_pairs=len(here),
            n_animals=len(by_animal),
            bhattacharyya=spread(by_animal["bhattacharyya"]),
            intersection=spread(by_animal["intersection"]),
        )
    return out


def _notes(
    frames: Mapping[str, pd.DataFrame], sufficiency: SufficiencyFacts | None
) -> tuple[Remark, ...]:
    notes = []
    if sufficiency and sufficiency.flag == "insufficient":
        n_animals, n_units = sufficiency.n_animals, sufficiency.n_units
        slope_frac = sufficiency.slope_frac
        notes.append(
            Remark.of("sample_of_one", n_animals=n_animals)
            if slope_frac is None
            else Remark.of(
                "sample_too_small", n_animals=n_animals, n_units=n_units, slope_frac=slope_frac
            )
        )
    if len(frames["migration_facts"]) and not len(frames["fidelity"]):
        notes.append(Remark.of("no_second_year"))
    return tuple(notes)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
