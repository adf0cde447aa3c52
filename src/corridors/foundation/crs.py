"""The working CRS of a herd, and lengths and areas that are published.

Source: METHODS section 1. Planar work happens in a Lambert azimuthal equal-area projection
centred on the herd; whatever is published as a length or an area is geodesic on WGS84.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from pyproj import CRS, Geod, Transformer
from shapely import (
    box,
    get_coordinates,
    get_dimensions,
    get_parts,
    intersection,
    make_valid,
    segmentize,
    set_coordinates,
    transform,
    union_all,
)
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from corridors.foundation.arrays import Floats
from corridors.foundation.errors import Fault, MethodError

GEOGRAPHIC = "EPSG:4326"
# Made before anything else: PROJ keeps the first datum it makes for WGS 84, as an ensemble or as a
# plain datum depending on what asked for it, and writes that one into the WKT of every CRS after.
GEOGRAPHIC_WKT = CRS.from_user_input(GEOGRAPHIC).to_wkt("WKT2_2019")
GEOD = Geod(ellps="WGS84")


def working_crs(lon_deg: Floats, lat_deg: Floats) -> str:
    """Return the herd's equal-area working CRS as a PROJ string.

    The centre is the spherical median position (component-wise median of the unit vectors, so it
    works across the antimeridian and at the poles), rounded to 0.1 degree so that a few new fixes
    do not move the grid.

    Parameters
    ----------
    lon_deg, lat_deg
        Positions of the herd's usable fixes, degrees WGS84, shape (n,), finite, n >= 1.

    Raises
    ------
    ValueError
        No position, or one that is not finite.

    Examples
    --------
    >>> working_crs(np.array([179.0, -179.0, 179.9]), np.array([65.0, 65.0, 65.0]))[:32]
    '+proj=laea +lat_0=65.0 +lon_0=17'
    """
    lon, lat = np.radians(np.asarray(lon_deg, float)), np.radians(np.asarray(lat_deg, float))
    if lon.size == 0 or not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise ValueError("working_crs needs at least one position, all finite")
    x = float(np.median(np.cos(lat) * np.cos(lon)))
    y = float(np.median(np.cos(lat) * np.sin(lon)))
    z = float(np.median(np.sin(lat)))
    lon_0 = round(float(np.degrees(np.arctan2(y, x))), 1) + 0.0
    lat_0 = round(float(np.degrees(np.arctan2(z, np.hypot(x, y)))), 1) + 0.0
    return f"+proj=laea +lat_0={lat_0} +lon_0={lon_0} +datum=WGS84 +units=m +no_defs +type=crs"


@lru_cache(maxsize=32)
def named_crs(crs: str) -> str:
    """Return ``crs`` as WKT with a name; a name that exists is kept.

    A PROJ string has none, and GIS programs show such a CRS as "unknown" or refuse it.

    Examples
    --------
    >>> CRS.from_user_input(named_crs("+proj=laea +lat_0=37.1 +lon_0=-73.4 +datum=WGS84")).name
    'Lambert azimuthal equal-area, centre 37.1 N 73.4 W'
    >>> named_crs("EPSG:4326")[:16]
    'GEOGCRS["WGS 84"'
    """
    content = CRS.from_user_input(crs).to_json_dict()
    if content.get("name", "unknown") == "unknown":
        content["name"] = _name(content)
        # Also the nameless parts, or the base shows up as "unknown".
        base = content.get("base_crs", {})
        if base.get("name") == "unknown":
            base["name"] = "WGS 84" if "WGS" in base.get("datum", {}).get("name", "") else "base"
    return CRS.from_json_dict(content).to_wkt("WKT2_2019")


def _name(content: dict[str, Any]) -> str:
    conversion = content.get("conversion", {})
    method = conversion.get("method", {}).get("name", "projected CRS")
    if method == "Lambert Azimuthal Equal Area":
        method = "Lambert azimuthal equal-area"
    values = {item["name"]: item["value"] for item in conversion.get("parameters", [])}
    lat = values.get("Latitude of natural origin")
    lon = values.get("Longitude of natural origin")
    if lat is None or lon is None:
        return str(method)
    north, east = "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"
    return f"{method}, centre {abs(lat):g} {north} {abs(lon):g} {east}"


@lru_cache(maxsize=32)
def transformer(source: str, target: str) -> Transformer:
    """Return a cached transformer with x/longitude first."""
    return Transformer.from_crs(
        CRS.from_user_input(source), CRS.from_user_input(target), always_xy=True
    )


def project(lon_deg: Floats, lat_deg: Floats, crs: str) -> tuple[Floats, Floats]:
    """Return planar x, y (m) in ``crs`` of WGS84 positions; NaN stays NaN."""
    x, y = transformer(GEOGRAPHIC, crs).transform(np.asarray(lon_deg), np.asarray(lat_deg))
    x, y = np.asarray(x, float), np.asarray(y, float)
    lost = ~(np.isfinite(x) & np.isfinite(y))
    return np.where(lost, np.nan, x), np.where(lost, np.nan, y)


def to_geographic(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    """Return a planar geometry in EPSG:4326, cut at the antimeridian where it crosses it.

    Parameters
    ----------
    geometry
        Point, line or polygon in ``crs``, m. Its vertices are moved, none are added.
    crs
        Working CRS.

    Raises
    ------
    MethodError
        A polygon holds a pole: it has no outline in longitude and latitude.

    Notes
    -----
    Longitudes are unwrapped around the first vertex before the geometry is built, so that it is
    never stretched around the globe, and what lies beyond +/-180 degrees is then moved back.
    """
    if geometry.is_empty:
        return geometry
    first = get_coordinates(geometry)[:1]
    centre = float(transformer(crs, GEOGRAPHIC).transform(first[:, 0], first[:, 1])[0][0])

    def unwrapped(xy: Floats) -> Floats:
        lon, lat = transformer(crs, GEOGRAPHIC).transform(xy[:, 0], xy[:, 1])
        turns = np.floor((np.asarray(lon) - centre + 180.0) / 360.0)
        return np.stack([lon - 360.0 * turns, lat], axis=1)

    moved = transform(geometry, unwrapped)
    west, _, east, _ = moved.bounds
    if east - west > 180.0:
        raise MethodError(
            Fault(
                "a geometry around a pole has no outline in longitude and latitude",
                expected="less than 180 degrees of longitude",
                got=f"{east - west:.0f} degrees",
                cure="split the herd, or leave out what lies around the pole",
            )
        )
    if west >= -180.0 and east <= 180.0:
        return moved
    # A part that only touches the antimeridian leaves a line or point there; it is no part.
    dimension = int(get_dimensions(moved))
    parts = [
        translate(part, -edge - 180.0)
        for edge in (-540.0, -180.0, 180.0)
        for part in _flat(intersection(moved, box(edge, -90.0, edge + 360.0, 90.0)))
        if get_dimensions(part) == dimension
    ]
    return union_all(parts)


def _flat(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the parts of a geometry that are themselves no collections."""
    return [part for part in get_parts(get_parts([geometry])).tolist() if not part.is_empty]


def to_working(geometry: BaseGeometry, crs: str, *, max_edge_deg: float) -> BaseGeometry:
    """Return a geometry in EPSG:4326 in ``crs``, with edges of at most ``max_edge_deg``.

    A polygon that was cut at the antimeridian becomes whole again.
    """
    if geometry.is_empty:
        return geometry
    dense = segmentize(geometry, max_edge_deg)
    xy = get_coordinates(dense)
    x, y = transformer(GEOGRAPHIC, crs).transform(xy[:, 0], xy[:, 1])
    planar = set_coordinates(dense, np.stack([x, y], axis=1))
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        # One millimetre: the two sides of the antimeridian differ by rounding.
        whole = union_all(get_parts([make_valid(planar)]), grid_size=0.001)
        planar = union_all([part for part in get_parts([whole]) if part.area > 0])
    return planar


def geodesic_length_m(geometry: BaseGeometry) -> float:
    """Return the geodesic length on WGS84 (m) of a line in EPSG:4326."""
    return float(
        sum(
            GEOD.line_length(*get_coordinates(part).T)
            for part in get_parts([geometry])
            if not part.is_empty
        )
    )


def geodesic_area_km2(geometry: BaseGeometry) -> float:
    """Return the geodesic area on WGS84 (km2, >= 0) of a polygon in EPSG:4326."""
    area = 0.0
    for part in get_parts([geometry]):
        if part.is_empty:
            continue
        area += abs(_ring_area(part.exterior)) - sum(
            abs(_ring_area(ring)) for ring in part.interiors
        )
    return area / 1e6


def _ring_area(ring: Any) -> float:
    lon, lat = get_coordinates(ring).T
    return float(GEOD.polygon_area_perimeter(lon, lat)[0])
