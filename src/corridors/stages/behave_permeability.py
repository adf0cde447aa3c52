"""Permeability in stage `behave`: kappa of the herd per kind and class of barrier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.crossings import Steps, steps_of
from corridors.barriers.null_steps import (
    Table,
    Tries,
    informative,
    law_level,
    stay_chance,
    tries,
)
from corridors.barriers.permeability import Kappa, covariate_tests, permeability
from corridors.barriers.segments import projected
from corridors.barriers.sources import is_standing
from corridors.barriers.validity import validity_of
from corridors.formats.parquet import read_json, read_layer, read_table, write_table
from corridors.foundation import tables
from corridors.foundation.arrays import Flags, Indices, Labels
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.stages.context import StageContext
from corridors.threats.priors import prior_table

if TYPE_CHECKING:
    from corridors.config.model import Behave

_CONFIDENCE = 0.95  # part of the columns' meaning
_DAY_TIMES = np.array(["night", "morning", "day", "evening"], dtype=object)
_COVARIATES = ("class", "season", "time_of_day")
# Labels by which the null steps of a try must be its own for the try to tell of a covariate: else
# animals that move faster in a season would seem to meet another permeability.
_NEEDED = {"class": 0, "season": 1, "time_of_day": 2}


@dataclass(frozen=True)
class Kind:
    """What is known of the tries at the barriers of one kind."""

    tries: Tries
    table: Table
    animal: Indices
    levels: dict[str, Labels]  # covariate -> level of each informative try
    own_law: Indices  # of each, by how many labels its null steps are its own


def tell_permeability(context: StageContext, notes: dict[str, Any]) -> None:
    """Write PERMEABILITY and add what was left out to the notes."""
    settings: Behave = context.settings.behave
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    windows = read_table(context.read("segment", "migrations.parquet"))
    fixes = read_layer(context.read("clean", "fixes.parquet"))
    steps = steps_of(fixes, windows, max_lag_h=float("inf"))
    segments = read_layer(context.read("intersect", "segments.parquet"))
    segments = segments[is_standing(segments) & segments["kind"].isin(settings.kinds)]
    parts, facts = [], {}
    for kind, own in segments.groupby("kind", sort=True):
        found = _tries(steps, gpd.GeoDataFrame(own).reset_index(drop=True), crs, settings)
        classes = sorted(set(own["class"]))
        parts.append(_rows(classes, found, settings).assign(kind=str(kind)))
        facts[str(kind)] = {
            "interval_h": found.tries.lag_h if np.isfinite(found.tries.lag_h) else None,
            "n_steps": len(found.table.row),
            "n_without_choice": int((found.tries.line >= 0).sum()) - len(found.table.row),
            "n_other_lag": found.tries.n_other_lag,
            "n_no_heading": found.tries.n_no_heading,
            "n_steps_around": len(found.tries.step),
        }
        context.progress("permeability", len(parts) / segments["kind"].nunique())
    frame = _finished(parts, context)
    write_table(frame, context.out / "permeability.parquet", tables.PERMEABILITY)
    notes["permeability"] = {
        "law": settings.permeability.law,
        "buffer_m": settings.permeability.buffer_m,
        "kinds": facts,
        "what": {
            "n_steps": "steps that start within the buffer and might go either way",
            "n_without_choice": "steps from which no null step crosses, or every one",
            "n_other_lag": "steps within the buffer with another time between fixes, left out",
            "n_no_heading": "steps within the buffer without a step before, left out",
            "n_steps_around": "steps in the neighbourhood, from which the null steps are made",
        },
    }


def _tries(steps: Steps, segments: gpd.GeoDataFrame, crs: str, settings: Behave) -> Kind:
    own = settings.permeability
    lines = projected(np.asarray(segments.geometry.to_numpy(), dtype=object), crs)
    found, index = tries(
        steps,
        lines,
        validity_of(segments),
        buffer_m=own.buffer_m,
        neighbourhood_m=own.neighbourhood_m,
        lag_tolerance_frac=own.lag_tolerance_frac,
    )
    season = steps.frame["season"].to_numpy(dtype=object)[found.step]
    time_of_day = _time_of_day(found, crs)
    groups = np.column_stack([season, time_of_day])
    stay = stay_chance(
        found,
        index,
        groups,
        law=own.law,
        n_headings=own.headings,
        min_steps=own.min_steps,
    )
    table = informative(found, stay)
    code, _ = pd.factorize(steps.frame["animal"], sort=True)
    classes = segments["class"].to_numpy(dtype=object)[found.line[table.row]]
    levels = {
        "class": classes,
        "season": season[table.row],
        "time_of_day": time_of_day[table.row],
    }
    own_law = law_level(groups, min_steps=own.min_steps)[table.row]
    return Kind(found, table, code[found.step[table.row]].astype(np.int64), levels, own_law)


def _time_of_day(found: Tries, crs: str) -> Labels:
    """Return the quarter of the local mean solar day in which the middle of each try lies."""
    if not len(found.step):
        return np.zeros(0, dtype=object)
    lon, _ = transformer(crs, GEOGRAPHIC).transform(found.x_m, found.y_m)
    hours = found.time_us / 3.6e9 + np.asarray(lon) / 15
    out: Labels = _DAY_TIMES[(((hours + 3) % 24) // 6).astype(np.int64)]
    return out


def _rows(classes: list[str], found: Kind, settings: Behave) -> pd.DataFrame:
    """Return the rows of one kind of barrier: all, per class, per level of each covariate."""
    everything = np.ones(len(found.table.row), dtype=bool)
    whole = _kappa(found, everything, settings)
    p_values = {name: _p_value(found, name, whole.spread) for name in _COVARIATES}
    rows = [_row(whole, "all", "kind", "", float("nan"))]
    for covariate in _COVARIATES:
        labels = found.levels[covariate]
        for level in classes if covariate == "class" else sorted(set(labels)):
            part = np.asarray(labels == level, dtype=bool) & (found.own_law >= _NEEDED[covariate])
            one = _kappa(found, part, settings)
            name = level if covariate == "class" else "all"
            row = _row(one, name, covariate, level, p_values[covariate])
            n_other = int((labels == level).sum()) - one.n_steps
            if n_other:
                row["reason"] += f"; {n_other} steps left out, too few to tell the pace then"
            rows.append(row)
    return pd.DataFrame(rows).assign(interval_h=found.tries.lag_h)


def _p_value(found: Kind, covariate: str, spread: float) -> float:
    """Return the test of a covariate, with those that need no finer null steps in the model."""
    needed = _NEEDED[covariate]
    part = found.own_law >= needed
    levels = {name: found.levels[name][part] for name in _COVARIATES if _NEEDED[name] <= needed}
    tests = covariate_tests(
        found.table.hazard[part], found.table.crossed[part], levels, spread=spread
    )
    return next(test.p_value for test in tests if test.covariate == covariate)


def _kappa(found: Kind, part: Flags, settings: Behave) -> Kappa:
    return permeability(
        found.table.hazard[part],
        found.table.crossed[part],
        found.animal[part],
        confidence=_CONFIDENCE,
        min_expected=settings.permeability.min_expected,
    )


def _row(one: Kappa, name: str, covariate: str, level: str, p_value: float) -> dict[str, Any]:
    estimated = one.interval in ("profile", "animals")
    return {
        "class": name,
        "covariate": covariate,
        "level": level,
        "n_steps": one.n_steps,
        "n_crossings": one.n_crossings,
        "n_animals": one.n_animals,
        "expected": one.expected,
        "kappa": one.kappa,
        "kappa_low": one.low,
        "kappa_high": one.high,
        "profile_low": one.profile[0],
        "profile_high": one.profile[1],
        "interval": one.interval,
        "spread": one.spread,
        "p_value": p_value,
        "permeability": one.share,
        "permeability_low": one.share_low,
        "permeability_high": one.share_high,
        "source": "estimated" if estimated else one.interval,
        "reason": _reason(one),
    }


def _reason(one: Kappa) -> str:
    met = (
        f"{one.n_crossings} crossings in {one.n_steps} steps of {one.n_animals} animals,"
        f" {one.expected:.1f} to be expected without the barrier"
    )
    match one.interval:
        case "profile" if one.n_animals == 1:
            return f"{met}; one animal only"
        case "profile":
            return f"{met}; profile likelihood"
        case "animals":
            return f"{met}; interval widened for the few animals and their differences"
        case "upper_limit":
            return f"{met}: an upper limit, no estimate"
        case "lower_limit":
            return f"{met}: every one crossed; a lower limit, no estimate"
        case _:
            return f"{met}: too few to estimate"


def _finished(parts: list[pd.DataFrame], context: StageContext) -> pd.DataFrame:
    """Return PERMEABILITY; a class with too few data has its prior, labelled so."""
    if not parts:
        return tables.empty(tables.PERMEABILITY)
    species = str(context.settings.species)
    frame = pd.concat(parts, ignore_index=True).assign(herd=context.herd, species=species)
    prior = prior_table(
        frame["kind"], frame["class"], overrides=context.settings.priors, species=species
    )
    without = (frame["source"] == "none") & (frame["covariate"] == "class")
    frame["permeability"] = frame["permeability"].where(~without, prior["permeability"])
    frame["source"] = frame["source"].where(~without, "prior")
    frame["reason"] += np.where(without, "; permeability is the prior of " + prior["key"], "")
    return frame
