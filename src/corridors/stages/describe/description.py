"""Migrations, sample and years of a herd, described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from corridors.barriers.companions import Together, units_of
from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, Progress, Table
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.track import usable
from corridors.movement.bottleneck_table import RouteRules, bottleneck_rows
from corridors.movement.bottlenecks import Rules
from corridors.movement.herd_facts import herd_facts
from corridors.movement.migration_facts import migration_facts, migration_fixes
from corridors.movement.sample import Sample, drawn_populations
from corridors.movement.surface_tables import surfaces_by_animal
from corridors.stages.describe.stage import Inputs, Results, Settings

if TYPE_CHECKING:
    import pandera.pandas as pa


def described(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what is known of a herd's migrations and of its sample; see stage `describe`."""
    describe = settings.describe
    estimates = inputs.estimates.read()
    estimates = estimates[estimates["part"] == "migration"]
    windows = inputs.migrations.read()
    stopovers = inputs.stopovers.read()
    progress("describe migrations", 0.0)
    moves = windows[windows["part"] == "migration"].sort_values("migration", kind="stable")
    whole = inputs.fixes.read(["animal", "time_utc", "burst", "x_m", "y_m"])
    # As in `intersect`: the same fixes and rules give the same units.
    units = units_of(usable(whole), Together(**settings.units.model_dump()))
    fixes, interval_h = migration_fixes(whole, moves, inputs.clean.crs)
    progress("look for bottlenecks", 0.05)
    bottlenecks = _bottlenecks(inputs, settings, fixes, units)
    facts = migration_facts(moves, fixes, stopovers, max_lag_h=describe.max_lag_h)
    sample = _sample(inputs, settings, estimates, fixes, units)
    _add_animals(sample, inputs, estimates, moves, progress)
    progress("draw samples of the animals", 0.8)
    sufficiency = sample.sufficiency(n_orders=describe.orders, seed=describe.seed)
    frames = {
        "migration_facts": _frame(facts, tables.MIGRATION_FACTS),
        "sufficiency": _frame(sufficiency, tables.SUFFICIENCY),
        "skill": _frame(sample.skill, tables.SKILL),
        "fidelity": _frame(sample.fidelity, tables.FIDELITY),
    }
    return Results(
        migration_facts=Table.of(frames["migration_facts"]),
        sufficiency=Table.of(frames["sufficiency"]),
        skill=Table.of(frames["skill"]),
        fidelity=Table.of(frames["fidelity"]),
        bottlenecks=Layer.of(bottlenecks),
        facts=herd_facts(
            frames,
            windows=windows,
            seasons=inputs.segment.seasons,
            corridors=inputs.corridors.read(),
            stopovers=stopovers,
            ranges=inputs.ranges.read(),
            n_animals=inputs.clean.n_animals,
            fix_interval_h=interval_h,
            max_slope_frac=describe.max_slope_frac,
        ),
    )


def _bottlenecks(
    inputs: Inputs, settings: Settings, fixes: pd.DataFrame, units: pd.DataFrame
) -> gpd.GeoDataFrame:
    describe = settings.describe
    rows = bottleneck_rows(
        settings.herd,
        fixes,
        units,
        inputs.clean.crs,
        RouteRules(
            # The narrowest place lies between two stations: half a cell is near enough.
            step_m=inputs.surface.cell_m / 2,
            reach_m=describe.bottleneck_reach_km * 1000,
            max_lag_h=describe.max_lag_h,
        ),
        Rules(
            max_ratio=describe.bottleneck_max_ratio,
            min_units=describe.bottleneck_min_units,
            min_share=describe.bottleneck_min_share,
            level=describe.bottleneck_level,
            n_draws=describe.bottleneck_draws,
            seed=describe.seed,
        ),
    )
    if not rows:
        return tables.empty(tables.BOTTLENECKS)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC)


def _sample(
    inputs: Inputs,
    settings: Settings,
    estimates: pd.DataFrame,
    fixes: pd.DataFrame,
    units: pd.DataFrame,
) -> Sample:
    """Return the herd's surfaces as drawn and the fixes of migrations that have one.

    Without populations where nobody has a surface, and in the profile ``usgs``.
    """
    lattice, delineate = inputs.surface, settings.delineate
    good = estimates[estimates["error"] == ""]
    # The peer counts footprints of merged surfaces: nothing here would speak of its corridor.
    is_peer = settings.profile.name == "usgs"
    cells = inputs.population.read()
    return Sample(
        settings.herd,
        {} if is_peer else drawn_populations(cells, good, lattice.crs, lattice.cell_m),
        fixes[fixes["migration"].isin(good["migration"])],
        cell_m=lattice.cell_m,
        medium_share=delineate.medium_share,
        high_share=delineate.high_share,
        footprint_isopleth=delineate.footprint_isopleth,
        units=units,
    )


def _add_animals(
    sample: Sample,
    inputs: Inputs,
    estimates: pd.DataFrame,
    moves: pd.DataFrame,
    progress: Progress,
) -> None:
    """Add each animal's migrations to the sample, and say how far it is."""
    lattice = inputs.surface
    years = moves.set_index("migration")["bio_year"]
    n_animals = estimates.loc[estimates["error"] == "", "animal"].nunique()
    animals = surfaces_by_animal(inputs.surfaces, estimates, crs=lattice.crs, cell_m=lattice.cell_m)
    for done, (name, surfaces) in enumerate(animals):
        progress("compare animals", 0.2 + 0.6 * done / n_animals)
        sample.add(name, [(one.season, int(years[one.migration]), one.surface) for one in surfaces])


def _frame(rows: Sequence[Mapping[str, object]], schema: pa.DataFrameSchema) -> pd.DataFrame:
    frame = pd.DataFrame(rows) if rows else tables.empty(schema)
    return frame[list(schema.columns)]
