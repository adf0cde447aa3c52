"""Boundaries in stage `act`: the stretches on which states would have to agree."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from shapely import STRtree

from corridors.barriers.segments import projected
from corridors.formats.parquet import read_json, read_layer
from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC
from corridors.stages.context import StageContext
from corridors.threats.action_words import border_words, with_words
from corridors.threats.actions import stretches_to_agree


def agree_on_borders(
    context: StageContext, threats: gpd.GeoDataFrame, unit: str
) -> gpd.GeoDataFrame:
    """Return BORDER_AGREEMENTS: each barrier that stands counts at the stretch nearest to it."""
    stretches = read_layer(context.read("intersect", "border_stretches.parquet"))
    if stretches.empty:
        return tables.empty(tables.BORDER_AGREEMENTS)
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    size = context.settings.population_size
    lines = projected(np.asarray(stretches.geometry.to_numpy(), dtype=object), crs)
    stands = threats[(threats["blocked_per_year"] > 0) & (threats["status"] == "existing")]
    barriers = projected(np.asarray(stands.geometry.to_numpy(), dtype=object), crs)
    barrier, stretch = STRtree(lines).query_nearest(
        barriers, max_distance=context.settings.act.border_reach_km * 1000, all_matches=False
    )
    lost = stands["blocked_per_year"].to_numpy(float)[barrier]
    n = len(stretches)
    # Passages across come per animal; everything here is in the unit of the ranking.
    stretches = stretches.assign(
        expected_per_year=stretches["expected_per_year"] * (1.0 if size is None else float(size))
    )
    found = stretches_to_agree(
        stretches,
        np.asarray(np.bincount(stretch, weights=lost, minlength=n), np.float64),
        np.bincount(stretch, minlength=n).astype(np.int64),
    )
    frame = found.rename(columns={"expected_per_year": "passages_per_year"}).assign(
        action=[f"{context.herd}:border:{k}" for k in range(1, len(found) + 1)],
        rank=np.arange(1, len(found) + 1),
        cost=np.nan,
        currency="",
        unit=unit,
    )
    frame = with_words(frame, border_words)
    columns = list(tables.BORDER_AGREEMENTS.columns)
    return gpd.GeoDataFrame(frame[columns], geometry="geometry", crs=GEOGRAPHIC)
