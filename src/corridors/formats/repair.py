"""Geometries that are not valid: mended where that is possible, else left out and counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from corridors.formats.vector import POLYGONS


def repair(
    frame: gpd.GeoDataFrame, kinds: Sequence[str]
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Return valid geometries of the given kinds, and counts of what was done.

    Invalid polygons are made valid and keep their areal parts; lines of no length and polygons of
    no area cannot be mended and are left out.

    Parameters
    ----------
    frame
        Features with geometry, none missing.
    kinds
        Geometry types that may stay.
    """
    geometry = np.asarray(frame.geometry.array, dtype=object).copy()
    notes: dict[str, int] = {}
    wrong = ~shapely.is_valid(geometry)
    polygon = wrong & np.isin(shapely.get_type_id(geometry), (3, 6))
    if polygon.any():
        geometry[polygon] = [_areal(g) for g in shapely.make_valid(geometry[polygon])]
        notes["polygons_made_valid"] = int(polygon.sum())
    line = wrong & ~polygon
    if line.any():
        geometry[line] = [_linear(g) for g in geometry[line]]
    named = np.asarray(gpd.GeoSeries(geometry).geom_type)
    left = shapely.is_valid(geometry) & ~shapely.is_empty(geometry) & np.isin(named, kinds)
    if not left.all():
        notes["degenerate_left_out"] = int((~left).sum())
    mended = frame.set_geometry(gpd.GeoSeries(geometry, crs=frame.crs, index=frame.index))
    return mended[left].reset_index(drop=True), notes


def _areal(geometry: Any) -> Any:
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type in POLYGONS]
    if geometry.geom_type in POLYGONS:
        return geometry
    flat = [q for p in parts for q in shapely.get_parts(p)]
    return shapely.MultiPolygon(flat) if flat else shapely.Polygon()


def _linear(geometry: Any) -> Any:
    parts = [p for p in shapely.get_parts(geometry) if p.is_valid and p.length > 0]
    if not parts:
        return shapely.LineString()
    return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)
