"""Values of the page that compares the profiles of a herd."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from corridors.atlas.facts import records
from corridors.atlas.words.profiles import EXPLANATIONS, step_titles
from corridors.foundation.facts.profiles import ProfilesFacts


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
        "steps": records(steps.assign(title=step_titles(steps["step"].tolist()))),
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
