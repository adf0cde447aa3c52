"""Stage `act`: what to do where, one ranked layer per kind of action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd

from corridors.formats.parquet import read_json, read_layer, write_json, write_table
from corridors.foundation import tables
from corridors.stages.act_borders import agree_on_borders
from corridors.stages.act_sites import place_structures
from corridors.stages.context import StageContext
from corridors.threats.action_tables import Fencing, fence_table, footprint_table

_NOTES = """\
Gains are blocked passages per year that would no longer be blocked, in the unit of the ranking.
The permeability of a modified fence and of a structure are assumptions of the configuration.
Bounds of a gain add up the segments' 5 % and 95 % bounds, as if all were low, or high, together.
Sites: no other choice of as many sites with this spacing gains more, where is_optimal says so.
A cost that the configuration does not state is unknown, not nothing.
gain_share of a fence section is the largest of its segments: opening all of it connects at least \
as much. Gains of single segments do not add up."""


def run(context: StageContext) -> None:
    """Read threats and exposure; write fence sections, sites, footprints, border agreements."""
    threats = read_layer(context.read("rank", "threats.parquet"))
    segments = read_layer(context.read("intersect", "segments.parquet"), columns=None)
    barrier = segments.set_index("segment")["barrier"]
    threats = threats.assign(barrier=threats["segment"].map(barrier).astype(str))
    ranking = read_json(context.read("rank", "rank.json"))
    unit = str(ranking.get("unit", "per animal"))
    facts: dict[str, Any] = {"unit": unit, "notes": [*_NOTES.splitlines(), *_unmet(ranking)]}
    sections = _fences(context, threats, unit)
    context.progress("placing crossing structures", 0.3)
    sites, facts["sites"] = place_structures(context, threats, unit)
    context.progress("footprints and borders", 0.7)
    shifted = _footprints(context)
    agreed = agree_on_borders(context, threats, unit)
    for name, schema, table in (
        ("fence_sections", tables.FENCE_SECTIONS, sections),
        ("crossing_sites", tables.CROSSING_SITES, sites),
        ("footprints", tables.FOOTPRINTS, shifted),
        ("border_agreements", tables.BORDER_AGREEMENTS, agreed),
    ):
        facts[f"n_{name}"] = len(table)
        write_table(
            table if len(table) else tables.empty(schema), context.out / f"{name}.parquet", schema
        )
    write_json(facts, context.out / "act.json")


def _unmet(ranking: Mapping[str, Any]) -> list[str]:
    """Return what is said of barriers that nobody could have met."""
    n = sum(ranking.get("n_candidates", {}).values())
    if not n:
        return []
    where = (
        f"candidates.parquet of stage rank ranks {n} barrier segments by what opening each one "
        "would connect, and says what to find out first."
    )
    if ranking.get("n_animals", 0):
        return [f"No action is placed where nobody could have met the barrier: {where}"]
    return [
        f"No animal was tracked, so no passages are known that actions would gain: {where}",
    ]


def _fences(context: StageContext, threats: gpd.GeoDataFrame, unit: str) -> gpd.GeoDataFrame:
    settings = context.settings.act
    fencing = Fencing(
        section_frac=settings.section_frac,
        min_section_m=settings.min_section_m,
        modified_permeability=settings.modified_permeability,
        remove_per_km=settings.costs.fence_remove_per_km,
        modify_per_km=settings.costs.fence_modify_per_km,
        currency=settings.costs.currency,
    )
    return fence_table(context.herd, threats, fencing, unit=unit)


def _footprints(context: StageContext) -> gpd.GeoDataFrame:
    costs = context.settings.act.costs
    return footprint_table(
        context.herd,
        read_layer(context.read("rank", "exposure.parquet")),
        read_layer(context.read("delineate", "corridors.parquet")),
        cost_per_km2=costs.footprint_per_km2,
        currency=costs.currency,
    )
