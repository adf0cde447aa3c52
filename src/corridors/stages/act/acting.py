"""What to do where, bound to what other stages leave."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.line_order import positions_along
from corridors.barriers.segments import projected, segment_ends
from corridors.barriers.trial_tables import Joints
from corridors.foundation import tables
from corridors.foundation.arrays import Geometries
from corridors.foundation.artefacts import Layer, Progress
from corridors.foundation.facts import Unit
from corridors.foundation.facts.act import ActFacts, SitesFacts
from corridors.stages.act.stage import Inputs, Results, Settings
from corridors.stages.act.zoning import by_zone
from corridors.threats.action_tables import (
    Fencing,
    agreement_table,
    fence_table,
    footprint_table,
    is_fence,
)
from corridors.threats.crossing_sites import Rules, crossing_sites, roads_and_railways
from corridors.threats.gain_draws import GainDraws
from corridors.threats.grades import ACT


def actions(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `act` leaves."""
    threats = inputs.threats.read()
    threats = threats[threats["grade"] == ACT].reset_index(drop=True)
    parts = inputs.segments.read()
    parts = parts[parts["grade"] == ACT].reset_index(drop=True)
    for name in ("n_animals", "n_units"):  # of the place: they say how sure its harm is
        parts[name] = parts["threat"].map(threats.set_index("threat")[name]).astype("int64")
    draws = inputs.draws.rows("place", sorted(threats["threat"]))
    crs, unit = inputs.clean.crs, inputs.ranking.unit
    sections = _fences(settings, parts, draws, crs, unit)
    progress("placing crossing structures", 0.3)
    sites, how = _structures(settings, parts, draws, crs, unit)
    progress("footprints and borders", 0.7)
    costs = settings.act.costs
    shifted = footprint_table(
        settings.herd,
        inputs.exposure.read(),
        inputs.corridors.read(),
        cost_per_km2=costs.footprint_per_km2,
        currency=costs.currency,
    )
    agreed = _agreements(inputs, settings, threats, draws)
    progress("zones", 0.9)
    zoned = by_zone(inputs, settings)
    facts = ActFacts(
        unit=unit,
        sites=how,
        n_fence_sections=len(sections),
        n_crossing_sites=len(sites),
        n_footprints=len(shifted),
        n_border_agreements=len(agreed),
    )
    return Results(
        fence_sections=Layer.of(tables.typed(sections, tables.FENCE_SECTIONS)),
        crossing_sites=Layer.of(tables.typed(sites, tables.CROSSING_SITES)),
        footprints=Layer.of(tables.typed(shifted, tables.FOOTPRINTS)),
        border_agreements=Layer.of(tables.typed(agreed, tables.BORDER_AGREEMENTS)),
        zone_shares=zoned,
        facts=facts,
    )


def _planar(layer: gpd.GeoDataFrame, crs: str) -> Geometries:
    return projected(np.asarray(layer.geometry.to_numpy(), dtype=object), crs)


def _fences(
    settings: Settings, parts: gpd.GeoDataFrame, draws: pd.DataFrame, crs: str, unit: Unit
) -> gpd.GeoDataFrame:
    fences = parts[is_fence(parts)].reset_index(drop=True)
    chosen = settings.trials
    joints = Joints(tolerance_m=chosen.joint_m, max_turn_deg=chosen.joint_turn_deg)
    shapes = _planar(fences, crs)
    line, sign = joints.lines(fences, shapes)
    along = positions_along(segment_ends(shapes), line, sign, tolerance_m=chosen.joint_m)
    fences = fences.assign(line=line, position=along)
    act = settings.act
    fencing = Fencing(
        section_frac=act.section_frac,
        min_section_m=act.min_section_m,
        modified_permeability=act.modified_permeability,
        remove_per_km=act.costs.fence_remove_per_km,
        modify_per_km=act.costs.fence_modify_per_km,
        currency=act.costs.currency,
    )
    gains = GainDraws.of(fences, draws)
    return fence_table(settings.herd, fences, gains, fencing, unit=unit)


def _structures(
    settings: Settings, parts: gpd.GeoDataFrame, draws: pd.DataFrame, crs: str, unit: Unit
) -> tuple[gpd.GeoDataFrame, SitesFacts]:
    """Return CROSSING_SITES, and how the choice was made."""
    act = settings.act
    lines = roads_and_railways(parts)
    rules = Rules(
        permeability_after=act.structure_permeability,
        step_m=act.site_step_m,
        reach_m=act.site_reach_m,
        spacing_m=act.site_spacing_m,
        n_sites=act.n_sites,
        budget=act.budget,
        node_limit=act.node_limit,
        least_frac=act.least_site_frac,
        costs={"road": act.costs.road_structure, "rail": act.costs.rail_structure},
        currency=act.costs.currency,
    )
    return crossing_sites(
        settings.herd,
        lines,
        _planar(lines, crs),
        GainDraws.of(lines, draws),
        rules,
        crs=crs,
        unit=unit,
    )


def _agreements(
    inputs: Inputs, settings: Settings, threats: gpd.GeoDataFrame, draws: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Return BORDER_AGREEMENTS: each place that stands counts at the stretch nearest to it."""
    stretches = inputs.border_stretches.read()
    if stretches.empty:
        return stretches
    crs, size = inputs.clean.crs, settings.population_size
    stands = threats[threats["status"] == "existing"].reset_index(drop=True)
    gains = GainDraws.of(stands.assign(share=1.0), draws)
    return agreement_table(
        settings.herd,
        stretches,
        _planar(stretches, crs),
        _planar(stands, crs),
        stands["n_units"].to_numpy(np.int64),
        gains.missing,
        reach_m=settings.act.border_reach_km * 1000,
        n_herd=1.0 if size is None else float(size),
        unit=inputs.ranking.unit,
    )
