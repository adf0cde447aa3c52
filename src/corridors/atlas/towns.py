"""The towns near a herd, by which people find the place."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from corridors.atlas.facts import records
from corridors.atlas.words.towns import town_words
from corridors.formats import natural_earth
from corridors.foundation.crs import GEOGRAPHIC

N_TOWNS = 5  # that are named on a page
N_DRAWN = 12  # that have room on a map
_GEOD = Geod(ellps="WGS84")


def towns_near(frames: Sequence[gpd.GeoDataFrame], crs: str) -> gpd.GeoDataFrame:
    """Return the bundled towns around published layers, the nearest first.

    Parameters
    ----------
    frames
        Layers, EPSG:4326: a town is as far as it is from the nearest of their features.
    crs
        Working CRS of the herd, in which what is nearest is looked up.

    Returns
    -------
    GeoDataFrame
        ``name, state, people, km, azimuth_deg, geometry``, EPSG:4326. ``km`` is geodesic, 0 inside
        of a feature; ``azimuth_deg`` is the direction from the feature to the town, clockwise from
        north. Empty where no layer has a feature, or no town lies within 300 km.
    """
    shapes = np.concatenate([np.zeros(0, dtype=object), *(f.geometry.to_numpy() for f in frames)])
    points = shapely.get_coordinates(shapes)
    found = natural_earth.places(natural_earth.boxes(points[:, 0], points[:, 1]))
    if found.empty:
        return found.assign(km=0.0, azimuth_deg=0.0)
    planar = shapely.union_all(gpd.GeoSeries(shapes, crs=GEOGRAPHIC).to_crs(crs).to_numpy())
    town = found.geometry.to_crs(crs).to_numpy()
    ends = shapely.get_point(shapely.shortest_line(planar, town), 0)
    start = shapely.get_coordinates(gpd.GeoSeries(ends, crs=crs).to_crs(GEOGRAPHIC).to_numpy())
    end = shapely.get_coordinates(found.geometry.to_numpy())
    azimuth_deg, _, distance_m = _GEOD.inv(*start.T, *end.T)
    distance_m = np.where(shapely.intersects(planar, town), 0.0, distance_m)
    told = found.assign(km=distance_m / 1000, azimuth_deg=np.mod(azimuth_deg, 360.0))
    return told.sort_values(["km", "name"], ignore_index=True)


def nearest_in_words(towns: pd.DataFrame) -> list[str]:
    """Return the nearest towns, each with how far it is and where."""
    columns = ["name", "state", "people", "km", "azimuth_deg"]
    return [town_words(row) for row in records(towns[columns].head(N_TOWNS))]
