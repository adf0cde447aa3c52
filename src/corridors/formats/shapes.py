"""Shapes as they come and as they are wanted: collections, stray points, curves, one vertex."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from corridors.foundation.errors import Fault, InputError
from corridors.foundation.facts import Remark

POINTS = ("Point", "MultiPoint")
LINES = ("LineString", "MultiLineString")
POLYGONS = ("Polygon", "MultiPolygon")
_BY_DIMENSION = (POINTS, LINES, POLYGONS)


def wanted(
    frame: gpd.GeoDataFrame, kinds: Sequence[str], name: str
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the features of the wanted types, and what was done.

    Collections are taken apart. Points among lines or polygons, as gates in a fence, are left out
    and counted where points are not wanted.

    Parameters
    ----------
    frame
        Features with ``source_row``; geometry may be missing.
    kinds
        Geometry types that are wanted.
    name
        How messages call the file.

    Raises
    ------
    InputError
        Other types.
    """
    notes: dict[str, Any] = {}
    said: list[Remark] = []
    types = shapely.get_type_id(frame.geometry.to_numpy())
    if (types == 7).any():
        notes["collections_taken_apart"] = int((types == 7).sum())
        frame = _apart(frame, kinds)
    found = np.asarray(frame.geom_type, dtype=object)
    geometry = frame.geometry.to_numpy()
    nothing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    odd = ~nothing & ~np.isin(found.astype(str), kinds)
    stray = odd & np.isin(found.astype(str), POINTS)
    if stray.any() and (~nothing & ~odd).any():
        notes["points_left_out"] = int(stray.sum())
        said.append(Remark.of("points_left_out", n=int(stray.sum())))  # a gate is a gap
        frame, odd, found = frame[~stray].reset_index(drop=True), odd[~stray], found[~stray]
    if odd.any():
        there = sorted({str(kind) for kind in found[odd]})
        raise InputError(
            Fault(
                "geometry of the wrong type",
                name,
                int(frame["source_row"].to_numpy()[odd][0]),
                expected=" or ".join(kinds),
                got=f"{', '.join(there)} ({int(odd.sum())} features)",
                cure=_cure(kinds, there),
            )
        )
    if said:
        notes["remarks"] = said
    return frame, notes


def _apart(frame: gpd.GeoDataFrame, kinds: Sequence[str]) -> gpd.GeoDataFrame:
    """Return collections as one feature for each wanted dimension that is in them."""
    rows: list[int] = []
    shapes: list[Any] = []
    for row, geometry in enumerate(np.asarray(frame.geometry.array, dtype=object)):
        if geometry is None or geometry.geom_type != "GeometryCollection":
            rows.append(row)
            shapes.append(geometry)
            continue
        parts = _flat(geometry)
        dimensions = shapely.get_dimensions(parts)
        made = [
            _gathered(parts[dimensions == d], d)
            for d, types in enumerate(_BY_DIMENSION)
            if (dimensions == d).any() and (set(types) & set(kinds) or len(set(dimensions)) == 1)
        ]
        rows += [row] * max(1, len(made))
        shapes += made or [None]
    out = frame.iloc[rows].reset_index(drop=True)
    return out.set_geometry(gpd.GeoSeries(shapes, index=out.index, crs=frame.crs))


def _flat(geometry: Any) -> Any:
    parts = np.asarray([geometry], dtype=object)
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    return parts[~shapely.is_empty(parts)]


def _gathered(parts: Any, dimension: int) -> Any:
    if len(parts) == 1:
        return parts[0]
    make = (shapely.MultiPoint, shapely.MultiLineString, shapely.MultiPolygon)[dimension]
    return make(parts.tolist())


def _cure(kinds: Sequence[str], found: Sequence[str]) -> str:
    if "Point" in kinds:
        return "tracks are points, one per fix"
    points = all(kind in POINTS for kind in found)
    if "LineString" in kinds and "Polygon" in kinds:
        return "name a layer of lines or polygons: points have no extent"
    if "LineString" in kinds:
        if points:
            return "name the layer with the boundary lines"
        return (
            "polygons are states: name this file below states, and the lines of the boundary here "
            "(QGIS: Polygons to lines), or use path: natural-earth"
        )
    return "the layer must hold polygons (QGIS: Lines to polygons, if they are closed)"
