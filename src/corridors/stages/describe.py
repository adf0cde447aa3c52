"""Describe the migrations, and say whether the sample of animals is large enough."""

from __future__ import annotations

from typing import Any

import pandas as pd

from corridors.formats.parquet import read_json, read_layer, read_table, write_json, write_table
from corridors.foundation import tables
from corridors.movement.herd_facts import herd_facts
from corridors.movement.migration_facts import migration_facts, migration_fixes
from corridors.movement.sample import Sample, drawn_populations
from corridors.stages.context import StageContext
from corridors.stages.window_surfaces import by_animal


def run(context: StageContext) -> None:
    """Read fixes, migrations, surfaces and the corridor; write what is known of them."""
    estimates = read_table(context.read("surface", "estimates.parquet"))
    estimates = estimates[estimates["part"] == "migration"]
    windows = read_table(context.read("segment", "migrations.parquet"))
    stopovers = read_layer(context.read("delineate", "stopovers.parquet"))
    crs = read_json(context.read("clean", "clean.json"))["crs"]
    context.progress("describe migrations", 0.0)
    moves = windows[windows["part"] == "migration"].sort_values("migration", kind="stable")
    fixes, interval_h = migration_fixes(
        read_table(
            context.read("clean", "fixes.parquet"), ["animal", "time_utc", "burst", "x_m", "y_m"]
        ),
        moves,
        crs,
    )
    facts = migration_facts(moves, fixes, stopovers, max_lag_h=context.settings.describe.max_lag_h)

    sample = _sample(context, estimates, fixes, crs)
    years = moves.set_index("migration")["bio_year"]
    animals = estimates.loc[estimates["error"] == "", "animal"].nunique()
    for done, (name, surfaces) in enumerate(by_animal(context, estimates)):
        context.progress("compare animals", 0.2 + 0.6 * done / animals)
        sample.add(
            name,
            [(row["season"], int(years[row["migration"]]), surface) for row, surface in surfaces],
        )
    context.progress("draw samples of the animals", 0.8)
    describe = context.settings.describe
    sufficiency = sample.sufficiency(n_orders=describe.orders, seed=describe.seed)
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
) -> Sample:
    """Return the herd's surfaces as drawn and the fixes of migrations that have one.

    Without populations where nobody has a surface, and in the profile ``usgs``.
    """
    settings = context.settings.delineate
    cell_m = float(read_json(context.read("surface", "surface.json"))["cell_m"])
    good = estimates[estimates["error"] == ""]
    cells = read_table(context.read("delineate", "population.parquet"))
    # The peer counts footprints of merged surfaces: nothing here would speak of its corridor.
    is_peer = context.settings.profile.name == "usgs"
    return Sample(
        context.herd,
        {} if is_peer else drawn_populations(cells, good, crs, cell_m),
        fixes[fixes["migration"].isin(good["migration"])],
        cell_m=cell_m,
        medium_share=settings.medium_share,
        high_share=settings.high_share,
        footprint_isopleth=settings.footprint_isopleth,
    )


def _frame(rows: list[dict[str, Any]], schema: Any) -> pd.DataFrame:
    frame = pd.DataFrame(rows) if rows else tables.empty(schema)
    return frame[list(schema.columns)]
