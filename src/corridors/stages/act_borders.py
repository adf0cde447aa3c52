"""Boundaries in stage `act`: the stretches on which states would have to agree."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from corridors.barriers.segments import projected
from corridors.formats.parquet import read_json, read_layer
from corridors.foundation import tables
from corridors.stages.context import StageContext
from corridors.threats.action_tables import agreement_table


def agree_on_borders(
    context: StageContext, threats: gpd.GeoDataFrame, unit: str
) -> gpd.GeoDataFrame:
    """Return BORDER_AGREEMENTS: each barrier that stands counts at the stretch nearest to it."""
    stretches = read_layer(context.read("intersect", "border_stretches.parquet"))
    if stretches.empty:
        return tables.empty(tables.BORDER_AGREEMENTS)
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    size = context.settings.population_size
    stands = threats[(threats["blocked_per_year"] > 0) & (threats["status"] == "existing")]
    return agreement_table(
        context.herd,
        stretches,
        projected(np.asarray(stretches.geometry.to_numpy(), dtype=object), crs),
        projected(np.asarray(stands.geometry.to_numpy(), dtype=object), crs),
        stands["blocked_per_year"].to_numpy(float),
        reach_m=context.settings.act.border_reach_km * 1000,
        n_herd=1.0 if size is None else float(size),
        unit=unit,
    )
