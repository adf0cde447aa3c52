"""What the profiles make of a herd, as tables: a row per step, and a row per migration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation.artefacts import Table
from corridors.movement.population import Population
from corridors.movement.profile_steps import (
    Outcome,
    Step,
    class_areas_km2,
    everybodys_km2,
    isopleth_km2,
    jaccard,
    stopover_km2,
    total_variation,
)
from corridors.movement.shapes import Drawing
from corridors.movement.surface_tables import surfaces_by_animal


@dataclass(frozen=True)
class Chain:
    """One profile's surfaces and what they come to.

    Parameters
    ----------
    surfaces, estimates
        SURFACES and ESTIMATES of the migrations.
    crs, cell_m
        The herd's lattice.
    outcome
        Variance, area and herd.
    """

    surfaces: Table
    estimates: pd.DataFrame
    crs: str
    cell_m: float
    outcome: Outcome


def chain(
    step: Step,
    surfaces: Table,
    estimates: pd.DataFrame,
    population: Population | None,
    *,
    crs: str,
    cell_m: float,
) -> Chain:
    """Return a profile's surfaces with the variance and area of each; memory holds one animal's.

    Parameters
    ----------
    step
        What the profile is called.
    surfaces, estimates
        SURFACES and ESTIMATES of the migrations.
    population
        The herd of all of them.
    crs, cell_m
        The herd's lattice.
    """
    outcome = Outcome(step, population=population)
    s2_m2_min = estimates.set_index("migration")["s2_m2_min"]
    for _, windows in surfaces_by_animal(surfaces, estimates, crs=crs, cell_m=cell_m):
        for one in windows:
            outcome.s2_m2_min[one.migration] = float(s2_m2_min[one.migration])
            outcome.area95_km2[one.migration] = isopleth_km2(one.surface, 0.95)
    return Chain(surfaces, estimates, crs, cell_m, outcome)


def step_table(shown: Sequence[Outcome], drawing: Drawing) -> pd.DataFrame:
    """Return one row per step; areas in cells, km2; the last step is what others are held against.

    Parameters
    ----------
    shown
        The steps in order, at least one.
    drawing
        How the herd is drawn.
    """
    rows = []
    last = shown[-1].population
    for number, outcome in enumerate(shown):
        population = outcome.population
        row: dict[str, str | int | float] = {
            "step": outcome.step.key,
            "defect": outcome.step.defect,
            "n_migrations": len(outcome.area95_km2),
            "s2_median_m2_min": _median(outcome.s2_m2_min),
            "area95_median_km2": _median(outcome.area95_km2),
        }
        before = shown[number - 1].population if number else None
        if population is not None and last is not None:
            areas = class_areas_km2(population, drawing)
            row |= {f"{name}_km2": area for name, area in areas.items()}
            row |= {
                "in_no_class_km2": everybodys_km2(population),
                "stopover_km2": stopover_km2(population, drawing),
                "jaccard_with_corrected": jaccard(population, last),
                "moved_from_corrected_frac": total_variation(population.surface, last.surface),
                "moved_by_step_frac": (
                    np.nan
                    if before is None
                    else total_variation(population.surface, before.surface)
                ),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def migration_table(
    usgs: Chain, corrected: Chain, between: Iterable[Outcome], bio_year: Mapping[str, int]
) -> pd.DataFrame:
    """Return one row per migration: variance, area and overlap of the two profiles.

    Parameters
    ----------
    usgs, corrected
        The profiles.
    between
        The steps between them.
    bio_year
        Biological year of each migration.
    """
    by_key = {outcome.step.key: outcome for outcome in between}
    common = set(usgs.outcome.area95_km2) & set(corrected.outcome.area95_km2)
    about = usgs.estimates.set_index("migration")
    method = corrected.estimates.set_index("migration")["method"]
    rows = []
    for (animal, ours), (_, theirs) in zip(
        *(
            surfaces_by_animal(
                one.surfaces,
                one.estimates[one.estimates["migration"].isin(common)],
                crs=one.crs,
                cell_m=one.cell_m,
            )
            for one in (usgs, corrected)
        ),
        strict=True,
    ):
        for one, other in zip(ours, theirs, strict=True):
            name = one.migration
            rows.append(
                {
                    "migration": name,
                    "animal": animal,
                    "season": one.season,
                    "year": int(bio_year[name]),
                    "n_fixes": int(about.loc[name, "n_fixes"]),
                    "s2_usgs_m2_min": usgs.outcome.s2_m2_min[name],
                    "s2_share_m2_min": by_key["share"].s2_m2_min.get(name, np.nan),
                    "s2_corrected_m2_min": by_key["error"].s2_m2_min.get(name, np.nan),
                    "method": method[name],
                    "area95_usgs_km2": usgs.outcome.area95_km2[name],
                    "area95_corrected_km2": corrected.outcome.area95_km2[name],
                    "moved_frac": total_variation(one.surface, other.surface),
                }
            )
    return pd.DataFrame(rows)


def _median(values: Mapping[str, float]) -> float:
    return float(np.median(list(values.values()))) if values else np.nan
