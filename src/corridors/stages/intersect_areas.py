"""Areal pressures in stage `intersect`: the herd's use that lies on each of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from corridors.barriers.areas import animals_inside, exposed_share
from corridors.barriers.segments import is_near, projected
from corridors.barriers.sources import is_areal_pressure
from corridors.formats.parquet import read_json, read_layer, read_table
from corridors.foundation import tables
from corridors.stages.context import StageContext
from corridors.stages.intersect_herd import ALL, Herd, write

_SURFACES = {"mass_share": ALL, "winter_share": "winter", "summer_share": "summer"}


def cross_areas(context: StageContext, herd: Herd, notes: dict[str, Any]) -> None:
    """Write the share of the herd's use on every areal pressure within reach."""
    barriers = read_layer(context.read("ingest", "barriers.parquet"))
    areas = barriers[is_areal_pressure(barriers)].reset_index(drop=True)
    planar = projected(np.asarray(areas.geometry.to_numpy(), dtype=object), herd.crs)
    near = is_near(planar, herd.anchors, context.settings.intersect.reach_km * 1000)
    areas, planar = areas[near].reset_index(drop=True), shapely.make_valid(planar[near])
    population = read_table(context.read("delineate", "population.parquet"))
    cell_m = float(read_json(context.read("clean", "clean.json"))["cell_m"])
    columns = ["barrier", "name", "kind", "class", "status", "permeability", "source"]
    frame = areas[columns].rename(columns={"barrier": "polygon"}).assign(herd=herd.name)
    for column, season in _SURFACES.items():
        surface = population[population["season"] == season]
        frame[column] = exposed_share(
            planar,
            surface[["col", "row"]].to_numpy(float) * cell_m,
            surface["mass"].to_numpy(float),
            cell_m=cell_m,
        )
    places = herd.places
    points = np.column_stack([places.x_m, places.y_m])
    inside = np.zeros(len(planar), dtype=np.int64)
    for low, high in pairwise(places.edges):
        inside += animals_inside(planar, points[low:high], places.animal[low:high])
    frame["n_animals"] = inside
    found = gpd.GeoDataFrame(frame, geometry=areas.geometry.to_numpy(), crs=barriers.crs)
    write(found.astype({"herd": str}), context, "areas.parquet", tables.AREAS)
    notes["n_areas_near"] = len(found)
