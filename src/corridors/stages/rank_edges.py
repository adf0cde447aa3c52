"""Range edges in stage `rank`: barriers at which the herd's use ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from corridors.barriers.range_edge_table import Rules, range_edges
from corridors.formats.parquet import read_json, read_table, write_table
from corridors.formats.raster import read_band
from corridors.foundation import tables
from corridors.foundation.arrays import Flags
from corridors.stages.context import StageContext

if TYPE_CHECKING:
    from corridors.config.model import Rank


def write_edges(
    context: StageContext, segments: gpd.GeoDataFrame, is_jurisdiction: Flags
) -> gpd.GeoDataFrame:
    """Write and return RANGE_EDGES: standing segments with nearly all of the use on one side."""
    settings: Rank = context.settings.rank
    facts = read_json(context.read("clean", "clean.json"))
    crs = str(facts["crs"])
    resistance, grid = read_band(context.read("connect", "resistance.tif"), crs)
    edges = range_edges(
        context.herd,
        segments[(segments["status"] == "existing").to_numpy() & ~is_jurisdiction],
        read_table(context.read("delineate", "population.parquet")),
        resistance,
        grid,
        Rules(
            depth_m=settings.edge_depth_km * 1000,
            least_width_m=settings.edge_width_km * 1000,
            uneven_frac=settings.edge_uneven_frac,
            least_mass_frac=settings.edge_mass_frac,
            least_animals=settings.edge_animals,
            habitat_ratio=settings.edge_habitat_ratio,
        ),
        cell_m=float(facts["cell_m"]),
    )
    write_table(edges, context.out / "range_edges.parquet", tables.RANGE_EDGES)
    return edges
