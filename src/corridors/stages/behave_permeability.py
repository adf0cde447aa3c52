"""Permeability in stage `behave`: kappa of the herd per kind and class of barrier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.crossings import steps_of
from corridors.barriers.permeability_table import Rules, kind_of, rows_of
from corridors.barriers.sources import is_standing
from corridors.formats.parquet import read_json, read_layer, read_table, write_table
from corridors.foundation import tables
from corridors.stages.context import StageContext
from corridors.threats.priors import prior_table

if TYPE_CHECKING:
    from corridors.config.model import Behave


def tell_permeability(context: StageContext, notes: dict[str, Any]) -> None:
    """Write PERMEABILITY and add what was left out to the notes."""
    settings: Behave = context.settings.behave
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    windows = read_table(context.read("segment", "migrations.parquet"))
    fixes = read_layer(context.read("clean", "fixes.parquet"))
    steps = steps_of(fixes, windows, max_lag_h=float("inf"))
    segments = read_layer(context.read("intersect", "segments.parquet"))
    segments = segments[is_standing(segments) & segments["kind"].isin(settings.kinds)]
    rules = _rules(settings)
    parts, facts = [], {}
    for kind, own in segments.groupby("kind", sort=True):
        found = kind_of(steps, gpd.GeoDataFrame(own).reset_index(drop=True), crs, rules)
        classes = sorted(set(own["class"]))
        parts.append(rows_of(classes, found, rules).assign(kind=str(kind)))
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


def _rules(settings: Behave) -> Rules:
    own = settings.permeability
    return Rules(
        buffer_m=own.buffer_m,
        neighbourhood_m=own.neighbourhood_m,
        lag_tolerance_frac=own.lag_tolerance_frac,
        law=own.law,
        n_headings=own.headings,
        min_steps=own.min_steps,
        min_expected=own.min_expected,
    )


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
