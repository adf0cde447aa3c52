"""Values of the page that compares the profiles of a herd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from corridors.atlas.facts import records
from corridors.foundation.facts.profiles import ProfilesFacts

# What each step of the comparison changes, for readers who have not read docs/profiles.md.
EXPLANATIONS: Mapping[str, str] = {
    "usgs": "Motion variance of BBMM 3.0, density at cell centres every few minutes, a grid of the"
    " track's own extent, the least cells cut at every stage, classes closed at 99 % of the"
    " animals.",
    "share": "A left-out fix is expected at the share of time before it; BBMM 3.0 takes the share"
    " after it. The two are the same where fixes are regular.",
    "error": "The left-out fix is itself imprecise; leaving that out makes short steps look like"
    " movement.",
    "time": "A sample at both ends of every bridge counts each fix twice, and a lag that is no"
    " multiple of the time step loses its rest.",
    "grid": "A grid that ends at a share of the track's own extent loses what lies outside, and the"
    " rest is scaled up.",
    "cells": "A fix near the centre of a large cell counts many times, one between centres hardly"
    " at all; integrated over the cell, every fix counts the same.",
    "herd": "Footprints hold their crossing cell, surfaces keep all of their mass, seasons and"
    " animals weigh the same, and a cell that every animal uses stays in the corridor.",
    "corrected": "The method that this study is configured to use, where it is not one motion"
    " variance per migration.",
}


@dataclass(frozen=True)
class Comparison:
    """Everything that the page is made from.

    Parameters
    ----------
    herd, species, study, simulated, version
        What it is about, and the program's version.
    facts
        As in ``profiles.json``.
    steps, migrations
        As in ``steps.csv`` and ``migrations.csv``.
    map_png
        The maps.
    """

    herd: str
    species: str
    study: str
    simulated: bool
    version: str
    facts: ProfilesFacts
    steps: pd.DataFrame
    migrations: pd.DataFrame
    map_png: bytes


def page(comparison: Comparison) -> dict[str, Any]:
    """Return the values of ``profiles.html.jinja``."""
    steps = comparison.steps
    first, last = steps.iloc[0], steps.iloc[-1]
    return {
        "herd": comparison.herd,
        "species": comparison.species,
        "study": comparison.study,
        "simulated": comparison.simulated,
        "version": comparison.version,
        "facts": comparison.facts,
        "first": first.to_dict(),
        "last": last.to_dict(),
        "steps": records(steps),
        "has_medium": bool(steps["medium_km2"].notna().any()),
        "has_lost": bool((steps["in_no_class_km2"] > 0).any()),
        "has_high": bool(steps["high_km2"].notna().any()),
        "explanations": EXPLANATIONS,
        "migrations": records(comparison.migrations),
        "changes": _changes(comparison.migrations),
        "map": comparison.map_png,
    }


def _changes(migrations: pd.DataFrame) -> dict[str, float]:
    """Return medians over migrations of the ratios usgs / corrected, and of the moved share."""
    variance = migrations["s2_usgs_m2_min"] / migrations["s2_corrected_m2_min"]
    area = migrations["area95_usgs_km2"] / migrations["area95_corrected_km2"]
    return {
        "variance": float(variance.median()),
        "variance_max": float(variance.max()),
        "area": float(area.median()),
        "area_min": float(area.min()),
        "area_max": float(area.max()),
        "moved": float(migrations["moved_frac"].median()),
    }
