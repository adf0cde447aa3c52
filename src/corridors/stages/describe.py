"""Describe the migrations, and say whether the sample of animals is large enough."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from corridors.formats.parquet import read_json, read_layer, read_table, write_json, write_table
from corridors.foundation import tables
from corridors.foundation.grid import Surface, pack, weighted_sum
from corridors.movement.fidelity import overlap
from corridors.movement.population import (
    Population,
    Use,
    animal,
    class_rules,
    window,
)
from corridors.movement.rarefaction import (
    Patterns,
    SharedCells,
    cells_in_order,
    mean_cells,
    orders,
    slopes,
)
from corridors.movement.skill import others_cells, share_inside
from corridors.stages.context import StageContext
from corridors.stages.describe_herd import herd_facts
from corridors.stages.describe_migrations import migration_facts, migration_fixes
from corridors.stages.window_surfaces import by_animal

ALL = "all"  # every migration, whatever its season


@dataclass
class _Sample:
    """What goes through the animals once and what it leaves."""

    context: StageContext
    cell_km2: float
    populations: dict[str, Population]
    shared: dict[str, SharedCells]
    fixes: pd.DataFrame
    skill: list[dict[str, Any]] = field(default_factory=list)
    fidelity: list[dict[str, Any]] = field(default_factory=list)

    def rules(self, n_animals: int) -> dict[str, int]:
        """Return the animals that each class needs in a sample, 0 where it does not exist."""
        delineate = self.context.settings.delineate
        rules = class_rules(
            n_animals, medium_share=delineate.medium_share, high_share=delineate.high_share
        )
        return {rule.corridor_class: rule.n_needed for rule in rules}


def run(context: StageContext) -> None:
    """Read fixes, migrations, surfaces and the corridor; write what is known of them."""
    estimates = read_table(context.read("surface", "estimates.parquet"))
    estimates = estimates[estimates["part"] == "migration"]
    windows = read_table(context.read("segment", "migrations.parquet"))
    stopovers = read_layer(context.read("delineate", "stopovers.parquet"))
    crs = read_json(context.read("clean", "clean.json"))["crs"]
    context.progress("describe migrations", 0.0)
    moves = windows[windows["part"] == "migration"].sort_values("migration", kind="stable")
    fixes, interval_h = migration_fixes(context, moves, crs)
    facts = migration_facts(moves, fixes, stopovers, max_lag_h=context.settings.describe.max_lag_h)

    sample = _sample(context, estimates, fixes, crs)
    years = moves.set_index("migration")["bio_year"]
    animals = estimates.loc[estimates["error"] == "", "animal"].nunique()
    for done, (name, surfaces) in enumerate(by_animal(context, estimates)):
        context.progress("compare animals", 0.2 + 0.6 * done / animals)
        if sample.populations:
            _add(sample, name, [(row["season"], surface) for row, surface in surfaces])
        _compare_years(
            sample,
            name,
            [(row["season"], int(years[row["migration"]]), surface) for row, surface in surfaces],
        )
    context.progress("draw samples of the animals", 0.8)
    sufficiency = [
        row
        for season, shared in sample.shared.items()
        for row in _sufficiency(sample, season, shared.patterns())
    ]

    frames = {
        "migration_facts": _frame(facts, tables.MIGRATION_FACTS),
        "sufficiency": _frame(sufficiency, tables.SUFFICIENCY),
        "skill": _frame(sample.skill, tables.SKILL),
        "fidelity": _frame(sample.fidelity, tables.FIDELITY),
    }
    for name, frame in frames.items():
        write_table(frame, context.out / f"{name}.parquet", tables.CONTRACTS[name.upper()])
    write_json(
        herd_facts(
            frames,
            windows=windows,
            corridors=read_layer(context.read("delineate", "corridors.parquet")),
            stopovers=stopovers,
            ranges=read_layer(context.read("delineate", "ranges.parquet")),
            n_animals=int(read_json(context.read("clean", "clean.json"))["n_animals"]),
            fix_interval_h=interval_h,
            max_slope_frac=context.settings.describe.max_slope_frac,
        ),
        context.out / "facts.json",
    )


def _sample(
    context: StageContext, estimates: pd.DataFrame, fixes: pd.DataFrame, crs: str
) -> _Sample:
    """Return the herd's surfaces as drawn and the fixes of migrations that have one.

    Without populations where nobody has a surface, and in the profile ``usgs``.
    """
    cell_m = float(read_json(context.read("surface", "surface.json"))["cell_m"])
    good = estimates[estimates["error"] == ""]
    cells = read_table(context.read("delineate", "population.parquet"))
    populations = {}
    # The peer counts footprints of merged surfaces: nothing here would speak of its corridor.
    is_peer = context.settings.profile.name == "usgs"
    for season in () if is_peer else (ALL, *sorted(set(good["season"]))):
        here = cells[cells["season"] == season].sort_values(["row", "col"], kind="stable")
        if not len(here):
            continue
        surface = Surface(
            crs,
            cell_m,
            here["row"].to_numpy(np.int32),
            here["col"].to_numpy(np.int32),
            here["mass"].to_numpy(np.float64),
        )
        used = good if season == ALL else good[good["season"] == season]
        populations[season] = Population(
            surface, here["n_animals"].to_numpy(np.int32), used["animal"].nunique()
        )
    shared = {season: SharedCells(one.cells(1)) for season, one in populations.items()}
    kept = fixes[fixes["migration"].isin(good["migration"])]
    kept = kept.assign(
        key=pack(
            np.floor(kept["y_m"].to_numpy() / cell_m).astype(np.int32),
            np.floor(kept["x_m"].to_numpy() / cell_m).astype(np.int32),
        )
    )
    return _Sample(context, cell_m**2 / 1e6, populations, shared, kept)


def _add(sample: _Sample, name: str, surfaces: list[tuple[str, Surface]]) -> None:
    """Add one animal to the samples of its seasons, and measure it against the others."""
    isopleth = sample.context.settings.delineate.footprint_isopleth
    uses: dict[str, list[Use]] = {}
    for season, surface in surfaces:
        uses.setdefault(season, []).append(window(surface, footprint_isopleth=isopleth))
    for season, some in sorted(uses.items()):
        sample.shared[season].add(animal({season: some}).footprint)
    own = animal(uses)
    sample.shared[ALL].add(own.footprint)

    population = sample.populations[ALL]
    n_others = population.n_tracked - 1
    if n_others == 0:
        return
    fixes = sample.fixes.loc[sample.fixes["animal"] == name, "key"].to_numpy(np.int64)
    keys = pack(own.surface.row, own.surface.col)
    for corridor_class, n_needed in sample.rules(n_others).items():
        if not n_needed:
            continue
        cells = others_cells(population, own, n_needed)
        sample.skill.append(
            {
                "herd": sample.context.herd,
                "animal": name,
                "corridor_class": corridor_class,
                "n_others": n_others,
                "n_needed": n_needed,
                "area_km2": cells.size * sample.cell_km2,
                "n_fixes": fixes.size,
                "fixes_inside": share_inside(cells, fixes, np.ones(fixes.size)),
                "mass_inside": share_inside(cells, keys, own.surface.mass),
            }
        )


def _compare_years(sample: _Sample, name: str, surfaces: list[tuple[str, int, Surface]]) -> None:
    """Compare one animal's years, season by season."""
    yearly: dict[str, dict[int, list[Surface]]] = {}
    for season, year, surface in surfaces:
        yearly.setdefault(season, {}).setdefault(year, []).append(surface)
    for season, years in sorted(yearly.items()):
        mean = {
            year: weighted_sum([(surface, 1.0 / len(some)) for surface in some])
            for year, some in sorted(years.items())
        }
        for first in mean:
            for second in mean:
                if first < second:
                    alike = overlap(mean[first], mean[second])
                    sample.fidelity.append(
                        {
                            "herd": sample.context.herd,
                            "animal": name,
                            "season": season,
                            "bio_year": first,
                            "other_year": second,
                            "bhattacharyya": alike.bhattacharyya,
                            "intersection": alike.intersection,
                        }
                    )


def _sufficiency(sample: _Sample, season: str, patterns: Patterns) -> list[dict[str, Any]]:
    """Return the rarefaction curve of each class with its interval over random orders."""
    settings = sample.context.settings.describe
    n = patterns.n_animals
    needed = [sample.rules(k) for k in range(1, n + 1)]
    classes = [name for name in needed[-1] if any(rule[name] for rule in needed)]
    n_needed = np.array([[rule[name] for rule in needed] for name in classes], dtype=np.int64)
    drawn = cells_in_order(patterns, orders(n, settings.orders, seed=settings.seed), n_needed)
    # The whole sample is the same in every order: nearest ranks, so that the ends meet exactly.
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0, method="closest_observation")
    use = patterns.cells_by_use()
    rows = []
    for q, name in enumerate(classes):
        mean = mean_cells(use, n_needed[q].tolist())
        for k, slope in enumerate(slopes(mean)):
            if n_needed[q, k]:
                rows.append(
                    {
                        "herd": sample.context.herd,
                        "season": season,
                        "corridor_class": name,
                        "n_animals": k + 1,
                        "n_needed": int(n_needed[q, k]),
                        "area_km2": mean[k] * sample.cell_km2,
                        "area_p05_km2": low[q, k] * sample.cell_km2,
                        "area_p95_km2": high[q, k] * sample.cell_km2,
                        "slope_frac": slope,
                    }
                )
    return rows


def _frame(rows: list[dict[str, Any]], schema: Any) -> pd.DataFrame:
    frame = pd.DataFrame(rows) if rows else tables.empty(schema)
    return frame[list(schema.columns)]
