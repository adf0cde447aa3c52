"""Natural Earth 1:10m, bundled for the whole world: boundary lines, states and places.

Made by ``scripts/natural_earth.py``; where it comes from is in ``docs/data-sources.md`` and in
the files themselves. Only what lies near is read.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from corridors.foundation.arrays import Floats
from corridors.foundation.crs import GEOGRAPHIC

if TYPE_CHECKING:
    from corridors.formats.geoparquet import Bounds

SOURCE = "Natural Earth 1:10m"
LABEL = "generalised"
NEAR_KM = 300.0  # boundaries and states farther from a herd are of no interest to it
_KM_PER_DEG = 111.195
_PLACES = 1000  # at which it is looked up how much of a herd lies in a state


def boxes(lon_deg: Floats, lat_deg: Floats, *, margin_km: float = NEAR_KM) -> list[Bounds]:
    """Return (west, south, east, north) around places: two boxes across the antimeridian.

    Parameters
    ----------
    lon_deg, lat_deg
        Shape (n,); longitudes -180...180.
    margin_km
        How much wider than the places, km.

    Returns
    -------
    list
        Degrees; empty without places. Near a pole all longitudes.

    Examples
    --------
    >>> boxes(np.array([10.0, 11.0]), np.array([0.0, 0.0]), margin_km=111.195)
    [(9.0, -1.0, 12.0, 1.0)]
    >>> for box in boxes(np.array([179.0, -179.0]), np.array([0.0, 0.0]), margin_km=111.195):
    ...     print(box)
    (178.0, -1.0, 180.0, 1.0)
    (-180.0, -1.0, -178.0, 1.0)
    """
    if not len(lon_deg):
        return []
    if np.ptp(lon_deg) > 180:
        lon_deg = lon_deg % 360.0
    d_lat = margin_km / _KM_PER_DEG
    south, north = float(lat_deg.min()) - d_lat, float(lat_deg.max()) + d_lat
    reach = np.cos(np.radians(min(90.0, max(abs(south), abs(north)))))
    d_lon = 360.0 if reach < d_lat / 180.0 else d_lat / float(reach)
    west, east = round(float(lon_deg.min()) - d_lon, 3), round(float(lon_deg.max()) + d_lon, 3)
    south, north = max(-90.0, round(south, 3)), min(90.0, round(north, 3))
    if east - west >= 360:
        return [(-180.0, south, 180.0, north)]
    if east > 180:
        return [(west, south, 180.0, north), (-180.0, south, east - 360.0, north)]
    if west < -180:
        return [(west + 360.0, south, 180.0, north), (-180.0, south, east, north)]
    return [(west, south, east, north)]


def boundaries(near: list[Bounds], pair: tuple[str, str] | None = None) -> gpd.GeoDataFrame:
    """Return boundary lines, whole, EPSG:4326.

    Parameters
    ----------
    near
        Boxes, degrees: boundaries that reach none of them are left out.
    pair
        Two states, in any order: their boundary alone, wherever it is.

    Returns
    -------
    GeoDataFrame
        ``left_state, right_state, type, source, label, geometry``, one row per pair and class of
        line, by name; ``left_state`` lies to the left of the line. ``type`` is disputed where
        Natural Earth says disputed, indefinite or line of control, the word being in ``label``,
        else unknown: it does not say what runs along a line.

    Notes
    -----
    Natural Earth at 1:10 million is generalised: lengths are too short (Afghanistan-Tajikistan
    by 14 % against the published 1,357 km) and lines are up to 12 km out of place. Nothing here
    is scaled to match.

    Examples
    --------
    >>> lines = boundaries([(71.0, 37.0, 72.0, 38.0)])
    >>> lines[["left_state", "right_state"]].to_numpy().tolist()
    [['Afghanistan', 'Tajikistan']]
    >>> boundaries([], ("Kenya", "Ethiopia"))[["left_state", "right_state"]].to_numpy().tolist()
    [['Ethiopia', 'Kenya']]
    """
    if pair is None:
        frame = _near("boundaries", near)
    else:
        left, right = sorted(pair)
        own = (pc.field("left_state") == left) & (pc.field("right_state") == right)
        frame = _of(_read("boundaries", own))
    order = ["left_state", "right_state", "label"]
    frame = frame.assign(source=SOURCE).sort_values(order, ignore_index=True)
    return frame[["left_state", "right_state", "type", "source", "label", "geometry"]]


def pairs() -> list[tuple[str, str]]:
    """Return the pairs of states that have a boundary, each by name."""
    table = _read("boundaries", columns=["left_state", "right_state"])
    return sorted(set(zip(*(column.to_pylist() for column in table.columns), strict=True)))


def states(near: list[Bounds]) -> gpd.GeoDataFrame:
    """Return those polygons of states that reach one of the boxes, EPSG:4326.

    Returns
    -------
    GeoDataFrame
        ``state, source, label, geometry``, one row per state, by name. Islands and exclaves far
        from the boxes are left out; what is there is whole.

    Examples
    --------
    >>> states([(71.0, 37.0, 72.0, 38.0)])["state"].tolist()
    ['Afghanistan', 'Tajikistan']
    """
    parts = _near("states", near)
    names = parts["state"].to_numpy(dtype=object)
    found = {
        str(name): shapely.multipolygons(parts.geometry.to_numpy()[names == name])
        for name in sorted(set(names))
    }
    return gpd.GeoDataFrame(
        {"state": [*found], "source": SOURCE, "label": LABEL},
        geometry=[*found.values()],
        crs=GEOGRAPHIC,
    ).astype({"state": "str", "source": "str", "label": "str"})


def places(near: list[Bounds]) -> gpd.GeoDataFrame:
    """Return towns, stations and the like within the boxes, EPSG:4326.

    Returns
    -------
    GeoDataFrame
        ``name, state, people, geometry``, the largest first.

    Examples
    --------
    >>> places([(71.0, 37.0, 72.0, 38.0)])[["name", "state"]].to_numpy().tolist()
    [['Khorugh', 'Tajikistan']]
    """
    frame = _near("places", near)
    return frame.sort_values(["people", "name"], ascending=[False, True], ignore_index=True)


def unknown_frac(lon_deg: Floats, lat_deg: Floats, known: gpd.GeoDataFrame) -> float:
    """Return the share of places outside of all states: there nothing is known of boundaries.

    Examples
    --------
    >>> lon, lat = np.array([71.0, -30.0]), np.array([38.0, 60.0])
    >>> unknown_frac(lon, lat, states(boxes(lon, lat)))
    0.5
    """
    every = -(-len(lon_deg) // _PLACES) or 1
    lon, lat = lon_deg[::every], lat_deg[::every]
    inside = np.zeros(len(lon), dtype=bool)
    for state in known.geometry:
        shapely.prepare(state)
        inside |= shapely.contains_xy(state, lon, lat)
    return float(np.mean(~inside)) if len(lon) else 0.0


def provenance(name: str) -> dict[str, str | float]:
    """Return source, checksum and licence of ``boundaries``, ``states`` or ``places``."""
    stated: dict[str, str | float]
    stated = json.loads(pq.read_schema(_open(name)).metadata[b"provenance"])
    return stated


def _near(name: str, near: list[Bounds]) -> gpd.GeoDataFrame:
    """Return the rows that meet one of the boxes."""
    wanted = pc.scalar(False)
    for west, south, east, north in near:
        wanted |= (
            (pc.field("bbox", "xmin") <= east)
            & (pc.field("bbox", "xmax") >= west)
            & (pc.field("bbox", "ymin") <= north)
            & (pc.field("bbox", "ymax") >= south)
        )
    frame = _of(_read(name, wanted))
    shapes = frame.geometry.to_numpy()
    meets = np.zeros(len(frame), dtype=bool)
    for box in near:
        meets |= shapely.intersects(shapes, shapely.box(*box))
    return frame[meets].reset_index(drop=True)


def _of(table: pa.Table) -> gpd.GeoDataFrame:
    frame = table.drop_columns(["bbox", "geometry"]).to_pandas()
    shapes = shapely.from_wkb(table["geometry"].to_numpy())
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=GEOGRAPHIC)


def _read(
    name: str, rows: pc.Expression | None = None, columns: list[str] | None = None
) -> pa.Table:
    return pq.read_table(_open(name), filters=rows, columns=columns)


def _open(name: str) -> pa.BufferReader:
    file = files("corridors.formats").joinpath("bundled", f"natural_earth_{name}.parquet")
    return pa.BufferReader(file.read_bytes())
