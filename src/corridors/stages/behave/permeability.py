"""Permeability: kappa per kind and class of barrier; a prior where too little is known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.crossings import steps_of
from corridors.barriers.permeability_table import Rules, kind_of, rows_of
from corridors.barriers.sources import is_standing
from corridors.barriers.tries import Near
from corridors.config.crossing import Behave
from corridors.foundation import tables
from corridors.foundation.artefacts import Progress
from corridors.foundation.facts.behave import KindFacts, PermeabilityFacts
from corridors.movement.step_variances import location_errors_m
from corridors.stages.behave.stage import Inputs, Settings
from corridors.threats.priors import prior_table


def permeability(
    inputs: Inputs, settings: Settings, progress: Progress
) -> tuple[pd.DataFrame, PermeabilityFacts]:
    """Return PERMEABILITY, and which steps tell of it."""
    behave = settings.behave
    fixes = inputs.fixes.read()
    steps = steps_of(fixes, inputs.migrations.read(), max_lag_h=float("inf"))
    error_m = location_errors_m(
        fixes,
        error_m=settings.occurrence.location_error_m,
        error_per_dop_m=settings.occurrence.error_per_dop_m,
    )
    error0_m, error1_m = (
        np.asarray(error_m.loc[steps.frame[name]], np.float64) for name in ("fix0", "fix1")
    )
    segments = inputs.segments.read()
    segments = segments[is_standing(segments) & segments["kind"].isin(behave.kinds)]
    rules, units = _rules(behave), inputs.units.read()
    parts, facts = [], {}
    for kind, own in segments.groupby("kind", sort=True):
        rows = gpd.GeoDataFrame(own).reset_index(drop=True)
        found = kind_of(
            steps, rows, inputs.clean.crs, units, rules, error0_m=error0_m, error1_m=error1_m
        )
        classes = sorted(set(own["class"]))
        parts.append(rows_of(classes, found, rules).assign(kind=str(kind)))
        facts[str(kind)] = KindFacts(
            interval_h=found.tries.lag_h if np.isfinite(found.tries.lag_h) else None,
            n_steps=len(found.table.row),
            n_without_choice=int(np.count_nonzero(found.tries.line >= 0)) - len(found.table.row),
            growth=found.tries.growth,
            n_crossings=found.tries.n_met,
            n_crossings_used=int(found.table.crossed.sum()),
            n_near_line=found.tries.n_near_line,
            n_too_long=found.tries.n_long,
            n_no_heading=found.tries.n_no_heading,
            n_steps_around=len(found.tries.step),
        )
        progress("permeability", len(parts) / segments["kind"].nunique())
    own_rules = behave.permeability
    return _finished(parts, settings), PermeabilityFacts(
        law=own_rules.law, buffer_m=own_rules.buffer_m, kinds=facts
    )


def _rules(settings: Behave) -> Rules:
    own = settings.permeability
    return Rules(
        near=Near(
            buffer_m=own.buffer_m,
            reach_frac=own.reach_frac,
            neighbourhood_m=own.neighbourhood_m,
            max_lag_h=own.max_lag_h,
            lag_tolerance_frac=own.lag_tolerance_frac,
            dead_zone_sd=own.dead_zone_sd,
        ),
        law=own.law,
        n_headings=own.headings,
        min_steps=own.min_steps,
        min_expected=own.min_expected,
    )


def _finished(parts: list[pd.DataFrame], settings: Settings) -> pd.DataFrame:
    """Return PERMEABILITY; a class with too few data has its prior, labelled so."""
    if not parts:
        return tables.empty(tables.PERMEABILITY)
    species = str(settings.species)
    frame = pd.concat(parts, ignore_index=True).assign(herd=settings.herd, species=species)
    prior = prior_table(frame["kind"], frame["class"], overrides=settings.priors, species=species)
    without = (frame["source"] == "none") & (frame["covariate"] == "class")
    frame["permeability"] = frame["permeability"].where(~without, prior["permeability"])
    frame["source"] = frame["source"].where(~without, "prior")
    frame["prior"] = prior["key"].where(without, "")
    return frame
