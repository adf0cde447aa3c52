"""A herd's use on areal pressures, as a table."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.areas import animals_inside, exposed_share
from corridors.barriers.movements import Movements
from corridors.barriers.segments import is_near, projected
from corridors.barriers.sources import is_areal_pressure
from corridors.foundation import tables

_SURFACES = {"mass_share": "all", "winter_share": "winter", "summer_share": "summer"}


def areas_used(
    moves: Movements,
    barriers: gpd.GeoDataFrame,
    population: pd.DataFrame,
    *,
    reach_m: float,
    cell_m: float,
) -> gpd.GeoDataFrame:
    """Return AREAS: the share of the herd's use on every areal pressure within reach.

    Parameters
    ----------
    moves
        Of the herd.
    barriers
        BARRIERS; lines among them are left out.
    population
        POPULATION on the lattice of ``cell_m``.
    reach_m
        Areas farther from every fix and corridor are left out, m.
    cell_m
        Edge of a cell of the lattice, m.
    """
    areas = barriers[is_areal_pressure(barriers)].reset_index(drop=True)
    planar = projected(np.asarray(areas.geometry.to_numpy(), dtype=object), moves.crs)
    near = is_near(planar, moves.anchors, reach_m)
    areas, planar = areas[near].reset_index(drop=True), shapely.make_valid(planar[near])
    columns = ["barrier", "name", "kind", "class", "status", "permeability", "source"]
    frame = areas[columns].rename(columns={"barrier": "polygon"}).assign(herd=moves.herd)
    for column, season in _SURFACES.items():
        surface = population[population["season"] == season]
        frame[column] = exposed_share(
            planar,
            surface[["col", "row"]].to_numpy(float) * cell_m,
            surface["mass"].to_numpy(float),
            cell_m=cell_m,
        )
    places = moves.places
    points = np.column_stack([places.x_m, places.y_m])
    inside = np.zeros(len(planar), dtype=np.int64)
    for low, high in pairwise(places.edges):
        inside += animals_inside(planar, points[low:high], places.animal[low:high])
    frame["n_animals"] = inside
    found = gpd.GeoDataFrame(frame, geometry=areas.geometry.to_numpy(), crs=barriers.crs)
    return tables.typed(found.astype({"herd": str}), tables.AREAS)
