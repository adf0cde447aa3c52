"""Stage `act`: what to do where, one ranked layer per kind of action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from corridors.formats.parquet import read_json, read_layer, write_json, write_table
from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2
from corridors.stages.act_borders import agree_on_borders
from corridors.stages.act_sites import place_structures
from corridors.stages.context import StageContext
from corridors.threats.action_words import fence_words, footprint_words, with_words
from corridors.threats.actions import fence_sections, footprints

_SHIFTED = ("energy", "settlement")
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
    is_fence = (threats["kind"] == "fence") | (threats["class"] == "border_fence")
    fences = threats[is_fence & (threats["status"] == "existing")]
    found = fence_sections(
        fences,
        section_frac=settings.section_frac,
        min_section_m=settings.min_section_m,
        modified=settings.modified_permeability,
    )
    own = fences.set_index("segment")
    parts = [own.loc[list(names)] for names in found["segments"]]
    lines = [shapely.line_merge(shapely.union_all(part.geometry.to_numpy())) for part in parts]
    km = found["length_m"] / 1000
    costs = settings.costs
    frame = found.drop(columns="blocked_per_year").assign(
        action=[f"{context.herd}:fence:{n}" for n in range(1, len(found) + 1)],
        herd=context.herd,
        rank=np.arange(1, len(found) + 1),
        segments=[";".join(names) for names in found["segments"]],
        gain_share=np.array([part["gain_share"].max() for part in parts], dtype=float),
        remove_cost=km * _known(costs.fence_remove_per_km),
        modify_cost=km * _known(costs.fence_modify_per_km),
        currency=costs.currency,
        unit=unit,
    )
    frame = with_words(frame, fence_words)
    return gpd.GeoDataFrame(frame, geometry=lines, crs=GEOGRAPHIC)


def _footprints(context: StageContext) -> gpd.GeoDataFrame:
    exposed = read_layer(context.read("rank", "exposure.parquet"))
    is_shifted = exposed["kind"].isin(_SHIFTED) & (exposed["status"] != "removed")
    exposed = exposed[is_shifted & (exposed["score"] > 0)].reset_index(drop=True)
    corridor = read_layer(context.read("delineate", "corridors.parquet"))
    low = corridor[(corridor["corridor_class"] == "low") & (corridor["season"] == "all")]
    whole = np.asarray(exposed.geometry.to_numpy(), dtype=object)
    inside = _polygons(shapely.intersection(whole, shapely.union_all(low.geometry.to_numpy())))
    # What is used outside the corridor, in a seasonal range, is shifted as a whole.
    in_corridor = ~shapely.is_empty(inside) & (exposed["season"] == "migration").to_numpy()
    shape = np.where(in_corridor, inside, whole)
    moved_km2 = np.array([geodesic_area_km2(polygon) for polygon in shape], dtype=float)
    exposed = exposed.set_geometry(gpd.GeoSeries(shape, crs=GEOGRAPHIC)).assign(
        moved_part=np.where(in_corridor, "in the corridor", "whole")
    )
    found = footprints(exposed, moved_km2)
    costs = context.settings.act.costs
    names = list(tables.FOOTPRINTS.columns)
    frame = found.assign(
        action=[f"{context.herd}:footprint:{n}" for n in range(1, len(found) + 1)],
        rank=np.arange(1, len(found) + 1),
        cost=found["moved_km2"] * _known(costs.footprint_per_km2),
        currency=costs.currency,
    )
    frame = with_words(frame, footprint_words)
    return gpd.GeoDataFrame(frame[names], geometry="geometry", crs=GEOGRAPHIC)


def _polygons(shapes: Any) -> Any:
    """Return the polygons of each shape; an intersection may hold touching lines and points."""
    return np.array(
        [
            shapely.union_all([part for part in shapely.get_parts(shape) if part.area > 0])
            for shape in shapes
        ],
        dtype=object,
    )


def _known(cost: float | None) -> float:
    return np.nan if cost is None else cost
