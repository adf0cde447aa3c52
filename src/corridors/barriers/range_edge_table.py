"""Range edges as a table: barriers at which the herd's use ends, season by season."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.range_edges import ALIKE, habitat_of, is_edge, sides_of, strips_of
from corridors.barriers.segments import projected
from corridors.foundation import tables
from corridors.foundation.arrays import Floats
from corridors.foundation.grid import Grid, Surface

# All migrations together, and the ranges.
_SEASONS = ("all", "summer", "winter")
_SIDES = np.array(["left", "right"], dtype=object)


@dataclass(frozen=True)
class Rules:
    """What counts as an edge.

    Parameters
    ----------
    depth_m, least_width_m
        See :func:`~corridors.barriers.range_edges.strips_of`.
    uneven_frac, least_mass_frac, least_animals
        See :func:`~corridors.barriers.range_edges.is_edge`.
    habitat_ratio
        ``ratio`` of :func:`~corridors.barriers.range_edges.habitat_of`.
    """

    depth_m: float
    least_width_m: float
    uneven_frac: float
    least_mass_frac: float
    least_animals: int
    habitat_ratio: float


def range_edges(
    herd: str,
    segments: gpd.GeoDataFrame,
    population: pd.DataFrame,
    resistance: Floats,
    grid: Grid,
    rules: Rules,
    *,
    cell_m: float,
) -> gpd.GeoDataFrame:
    """Return RANGE_EDGES: segments with nearly all of the use on one side.

    Parameters
    ----------
    herd
        Its name.
    segments
        SEGMENTS that stand and may stop an animal.
    population
        POPULATION on the lattice of ``cell_m``.
    resistance, grid
        Cost of a metre, (ny, nx), NaN: unknown; its grid has the CRS of the lattice.
    rules
        What was chosen.
    cell_m
        Edge of a cell of the lattice, m.
    """
    segments = segments.sort_values("segment", kind="stable", ignore_index=True)
    strips = strips_of(
        projected(np.asarray(segments.geometry.to_numpy(), dtype=object), grid.crs),
        depth_m=rules.depth_m,
        least_width_m=rules.least_width_m,
    )
    found, mass, animals, nearest = [], [], [], []
    for season in _SEASONS:
        use = population[population["season"] == season].sort_values(["row", "col"])
        surface = Surface(
            grid.crs,
            cell_m,
            use["row"].to_numpy(np.int32),
            use["col"].to_numpy(np.int32),
            use["mass"].to_numpy(float),
        )
        sides = sides_of(strips, surface, use["n_animals"].to_numpy(np.int32))
        edge = is_edge(
            sides,
            uneven_frac=rules.uneven_frac,
            least_mass_frac=rules.least_mass_frac,
            least_animals=rules.least_animals,
        )
        found.append(np.flatnonzero(edge))
        mass.append(sides.mass[edge])
        animals.append(sides.n_animals[edge])
        nearest.append(sides.nearest_m[edge])
    at = np.concatenate(found)
    if not at.size:
        return tables.empty(tables.RANGE_EDGES)
    habitat, means = habitat_of(strips.take(at), resistance, grid, ratio=rules.habitat_ratio)
    use_of = np.concatenate(mass)
    row, used = np.arange(len(at)), use_of.argmax(axis=1)
    edges = segments.take(at)[
        ["segment", "name", "kind", "class", "from_km", "to_km", "length_m", "has_data", "geometry"]
    ].reset_index(drop=True)
    edges["herd"] = herd
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
    return edges.sort_values(["segment", "season"], kind="stable", ignore_index=True)
