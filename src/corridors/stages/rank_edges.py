"""Range edges in stage `rank`: barriers at which the herd's use ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from corridors.barriers.range_edges import ALIKE, habitat_of, is_edge, sides_of, strips_of
from corridors.barriers.segments import projected
from corridors.formats.parquet import read_json, read_table, write_table
from corridors.formats.raster import read_band
from corridors.foundation import tables
from corridors.foundation.arrays import Flags
from corridors.foundation.grid import Surface
from corridors.stages.context import StageContext

if TYPE_CHECKING:
    from corridors.config.model import Rank

# All migrations together, and the ranges.
_SEASONS = ("all", "summer", "winter")
_SIDES = np.array(["left", "right"], dtype=object)


def write_edges(
    context: StageContext, segments: gpd.GeoDataFrame, is_jurisdiction: Flags
) -> gpd.GeoDataFrame:
    """Write and return RANGE_EDGES: standing segments with nearly all of the use on one side."""
    settings: Rank = context.settings.rank
    facts = read_json(context.read("clean", "clean.json"))
    crs, cell_m = str(facts["crs"]), float(facts["cell_m"])
    standing = segments[(segments["status"] == "existing").to_numpy() & ~is_jurisdiction]
    standing = standing.sort_values("segment", kind="stable", ignore_index=True)
    strips = strips_of(
        projected(np.asarray(standing.geometry.to_numpy(), dtype=object), crs),
        depth_m=settings.edge_depth_km * 1000,
        least_width_m=settings.edge_width_km * 1000,
    )
    population = read_table(context.read("delineate", "population.parquet"))
    found, mass, animals, nearest = [], [], [], []
    for season in _SEASONS:
        use = population[population["season"] == season].sort_values(["row", "col"])
        surface = Surface(
            crs,
            cell_m,
            use["row"].to_numpy(np.int32),
            use["col"].to_numpy(np.int32),
            use["mass"].to_numpy(float),
        )
        sides = sides_of(strips, surface, use["n_animals"].to_numpy(np.int32))
        edge = is_edge(
            sides,
            uneven_frac=settings.edge_uneven_frac,
            least_mass_frac=settings.edge_mass_frac,
            least_animals=settings.edge_animals,
        )
        found.append(np.flatnonzero(edge))
        mass.append(sides.mass[edge])
        animals.append(sides.n_animals[edge])
        nearest.append(sides.nearest_m[edge])
    at = np.concatenate(found)
    resistance, grid = read_band(context.read("connect", "resistance.tif"), crs)
    habitat, means = habitat_of(
        strips.take(at), resistance, grid, ratio=settings.edge_habitat_ratio
    )
    use_of = np.concatenate(mass)
    row, used = np.arange(len(at)), use_of.argmax(axis=1)
    edges = standing.take(at)[
        ["segment", "name", "kind", "class", "from_km", "to_km", "length_m", "has_data", "geometry"]
    ].reset_index(drop=True)
    edges["herd"] = context.herd
    edges["season"] = np.repeat(np.array(_SEASONS, dtype=object), [len(one) for one in found])
    edges["used_side"] = _SIDES[used]
    edges["use_frac"] = use_of.sum(axis=1)
    edges["uneven_frac"] = use_of[row, used] / use_of.sum(axis=1)
    edges["n_animals"] = np.concatenate(animals)[row, used]
    edges["nearest_use_m"] = np.concatenate(nearest)[row, used]
    edges["habitat"] = habitat.astype(object)
    edges["resistance_used"] = means[row, used]
    edges["resistance_other"] = means[row, 1 - used]
    edges["is_range_edge"] = habitat == ALIKE
    edges = edges.sort_values(["segment", "season"], kind="stable", ignore_index=True)
    write_table(
        edges if len(edges) else tables.empty(tables.RANGE_EDGES),
        context.out / "range_edges.parquet",
        tables.RANGE_EDGES,
    )
    return edges
