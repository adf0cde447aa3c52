"""Crossing structures in stage `act`."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np

from corridors.barriers.segments import projected
from corridors.formats.parquet import read_json
from corridors.stages.context import StageContext
from corridors.threats.crossing_sites import Rules, crossing_sites, roads_and_railways


def place_structures(
    context: StageContext, threats: gpd.GeoDataFrame, unit: str
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return CROSSING_SITES, and how the choice was made."""
    settings = context.settings.act
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    lines = roads_and_railways(threats)
    return crossing_sites(
        context.herd,
        lines,
        projected(np.asarray(lines.geometry.to_numpy(), dtype=object), crs),
        Rules(
            permeability_after=settings.structure_permeability,
            step_m=settings.site_step_m,
            reach_m=settings.site_reach_m,
            spacing_m=settings.site_spacing_m,
            n_sites=settings.n_sites,
            budget=settings.budget,
            node_limit=settings.node_limit,
            least_frac=settings.least_site_frac,
            costs={"road": settings.costs.road_structure, "rail": settings.costs.rail_structure},
            currency=settings.costs.currency,
        ),
        crs=crs,
        unit=unit,
    )
