"""Vector files: layers, columns and geometry in EPSG:4326, or every fault found."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from corridors.formats.delimited import require_file
from corridors.formats.geoparquet import Bounds, is_geoparquet, open_geoparquet
from corridors.formats.placement import place, whole_turns
from corridors.formats.shapes import LINES, POINTS, POLYGONS, wanted
from corridors.formats.vector_file import VectorFile, opened
from corridors.foundation.arrays import Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.facts import Remark
from corridors.foundation.faults import IN_FILES_FRAC, nearest

__all__ = ["LINES", "POINTS", "POLYGONS", "Layer", "degree_bounds", "read_layer"]

_REMARKS = 5  # of GDAL's remarks on one file, how many are kept


@dataclass(frozen=True)
class Layer:
    """Features of one layer in EPSG:4326, 2-D, and what was done to them.

    ``frame`` has the wanted columns, ``source_row`` and ``geometry``. The row is the 1-based
    place in the layer; read within bounds from a GeoPackage it is the feature's id. ``remarks`` in
    the notes are what a person should read.
    """

    frame: gpd.GeoDataFrame
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Raw:
    """Features as the file has them, indexed by row, and what is known of the file."""

    frame: gpd.GeoDataFrame
    fields: tuple[str, ...]
    is_bounded: bool
    remarks: tuple[Remark, ...] = ()
    n_single: int = 0


def read_layer(
    path: Path,
    name: str,
    *,
    layer: str | None,
    columns: Sequence[str],
    crs: str | None,
    kinds: Sequence[str],
    bounds: Bounds | None = None,
    keep_empty: bool = False,
    encoding: str | None = None,
    crs_overrules: bool = False,
    is_vrt: bool = False,
) -> Layer:
    """Read a layer of any vector file, or of a GeoParquet file.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    layer
        Layer; None when the file has one.
    columns
        Attributes to read; the key of the table is one of them.
    crs
        CRS where the file states none, or one that its coordinates cannot be of.
    kinds
        Geometry types that are wanted; points among wanted ones are left out, others are a fault.
    bounds
        (west, south, east, north), degrees; features wholly outside are not read. None: all.
    keep_empty
        Keep features without geometry (None), else they are left out and counted.
    encoding
        Of the attributes; None: as the file says, UTF-8 recognised.
    crs_overrules
        ``crs`` counts although the file states another.
    is_vrt
        The configuration says that the file is an OGR VRT.

    Raises
    ------
    MissingInputError
        No such file or layer.
    BusyError
        Another program holds the file.
    InputError
        Not readable, no CRS, a CRS besides the file's own, coordinates that cannot be of it,
        missing columns, wrong geometry types, words in an unknown encoding.
    """
    require_file(path, name, "file")
    with warnings.catch_warnings(record=True) as heard:
        # What GDAL remarks belongs into the report, not between progress bars.
        warnings.simplefilter("always", RuntimeWarning)
        raw = _open(
            path,
            name,
            layer,
            columns,
            crs,
            bounds,
            encoding,
            is_vrt=is_vrt,
            overrules=crs_overrules,
        )
    frame = raw.frame
    faults = _absent(frame, columns, name, raw.fields)
    if faults:
        raise InputError(faults)
    rows = np.asarray(frame.index, dtype="int64")
    frame = frame[[*dict.fromkeys(columns), frame.geometry.name]].reset_index(drop=True)
    if frame.geometry.name != "geometry":
        if "geometry" in frame.columns:
            raise InputError(Fault("two columns are called geometry", name, column="geometry"))
        frame = frame.rename_geometry("geometry")
    frame["source_row"] = rows
    notes: dict[str, Any] = {"features": len(frame) + raw.n_single}
    remarks = list(raw.remarks)
    if heard:
        said = {str(remark.message).replace(str(path), name) for remark in heard}
        notes["remarks_of_reader"] = sorted(said)[:_REMARKS]
    if raw.n_single:
        notes["too_few_vertices_left_out"] = raw.n_single
    frame, done = wanted(frame, kinds, name)
    remarks += done.pop("remarks", [])
    notes |= done
    geometry = frame.geometry.to_numpy()
    nothing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if nothing.any():
        notes["without_geometry"] = int(nothing.sum())
    if frame.has_z.any():
        notes["height_dropped"] = int(frame.has_z.sum())
    flat = shapely.force_2d(geometry)
    frame = frame.set_geometry(gpd.GeoSeries(flat, crs=frame.crs).array)
    if not keep_empty:
        frame = frame[~nothing].reset_index(drop=True)
    frame, n_turned = _geographic(frame, name)
    if n_turned:
        notes["moved_by_a_whole_turn"] = n_turned
        remarks.append(Remark.of("beyond_180", n=n_turned))
    if not raw.is_bounded:
        frame = _within(frame, bounds)
    if remarks:
        notes["remarks"] = remarks
    return Layer(frame, notes)


def degree_bounds(lon: Floats, lat: Floats, *, margin_km: float) -> Bounds | None:
    """Return (west, south, east, north) of positions grown by a margin; None without positions.

    A box that would span the antimeridian or hold a pole takes all longitudes.

    Examples
    --------
    >>> degree_bounds(np.array([10.0, 11.0]), np.array([0.0, 0.0]), margin_km=111.195)
    (9.0, -1.0, 12.0, 1.0)
    >>> degree_bounds(np.array([179.9, -179.9]), np.array([65.0, 65.5]), margin_km=10.0)[::2]
    (-180.0, 180.0)
    """
    if len(lon) == 0:
        return None
    d_lat = margin_km / 111.195
    south, north = float(lat.min()) - d_lat, float(lat.max()) + d_lat
    reach = max(abs(south), abs(north))
    if reach >= 89.5:
        return -180.0, max(south, -90.0), 180.0, min(north, 90.0)
    d_lon = d_lat / float(np.cos(np.radians(reach))) if margin_km else 0.0
    west, east = float(lon.min()) - d_lon, float(lon.max()) + d_lon
    if east - west > 180 or west < -180 or east > 180:
        west, east = -180.0, 180.0
    return (
        round(west, 3),
        round(south, 3),
        round(east, 3),
        round(north, 3),
    )


def _open(
    path: Path,
    name: str,
    layer: str | None,
    columns: Sequence[str],
    crs: str | None,
    bounds: Bounds | None,
    encoding: str | None,
    *,
    is_vrt: bool,
    overrules: bool,
) -> _Raw:
    """Return the features that may lie within the bounds, in the CRS that counts."""
    if is_geoparquet(path):
        frame = open_geoparquet(path, name, bounds)
        own = None if frame.crs is None else frame.crs.to_string()
        extent = _extent(frame)
        placed = place(own, crs, extent, name, overrules=overrules, near=bounds)
        frame = frame.set_crs(placed.crs, allow_override=True)
        said = (placed.remark,) if placed.remark else ()
        return _Raw(frame, tuple(frame.columns), is_bounded=False, remarks=said)
    with opened(path, name, layer=layer, encoding=encoding, is_vrt=is_vrt) as file:
        return _read(file, name, columns, crs, bounds, overrules=overrules)


def _read(
    file: VectorFile,
    name: str,
    columns: Sequence[str],
    crs: str | None,
    bounds: Bounds | None,
    *,
    overrules: bool,
) -> _Raw:
    box = None
    placed = None
    if file.is_indexed and bounds is not None:
        placed = place(file.crs, crs, file.extent, name, overrules=overrules, near=bounds)
        turned = file.extent[0] < -180 or file.extent[2] > 180
        is_degrees = CRS.from_user_input(placed.crs).is_geographic
        box = None if turned and is_degrees else _in_crs(bounds, placed.crs)
    frame, n_single = file.read(columns, box)
    if placed is None:
        placed = place(file.crs, crs, _extent(frame), name, overrules=overrules, near=bounds)
    frame = frame.set_crs(placed.crs, allow_override=True)
    said = [file.remark, placed.remark]
    if n_single:
        said.append(Remark.of("too_few_vertices", n=n_single))
    remarks = tuple(one for one in said if one is not None)
    return _Raw(frame, file.fields, box is not None, remarks, n_single)


def _extent(frame: gpd.GeoDataFrame) -> Bounds:
    west, south, east, north = frame.total_bounds
    return float(west), float(south), float(east), float(north)


def _geographic(frame: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, int]:
    """Return features in EPSG:4326 within -180 and 180, and how many had to be moved or cut."""
    n_turned = 0
    if frame.crs is not None and frame.crs.is_geographic:
        # Before PROJ, which would turn single vertices.
        shapes, n_turned = whole_turns(np.asarray(frame.geometry.array, dtype=object))
        frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    frame = frame.to_crs(GEOGRAPHIC)
    geometry = np.asarray(frame.geometry.array, dtype=object)
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    lost = there & ~np.isfinite(shapely.bounds(geometry)).all(axis=1)
    if lost.any():
        raise InputError(
            Fault(
                "coordinates do not fit the layer's CRS",
                name,
                int(frame.loc[lost, "source_row"].iloc[0]),
                got=f"{int(lost.sum())} features",
                cure="the file's CRS is probably wrong: set crs and crs_overrules: true",
            )
        )
    shapes, n_crossing = whole_turns(geometry)
    if n_crossing:
        frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=GEOGRAPHIC))
    return frame, n_turned + n_crossing


def _within(frame: gpd.GeoDataFrame, bounds: Bounds | None) -> gpd.GeoDataFrame:
    """Return the features that meet the bounds, and those without geometry."""
    if bounds is None:
        return frame
    near = frame.geometry.intersects(shapely.box(*bounds)).to_numpy()
    return frame[near | frame.geometry.isna().to_numpy()].reset_index(drop=True)


def _in_crs(bounds: Bounds | None, crs: str | None) -> Bounds | None:
    """Return geographic bounds in a layer's CRS, or None where they have no image."""
    if bounds is None or crs is None:
        return None
    box = transformer(GEOGRAPHIC, crs).transform_bounds(*bounds, densify_pts=21)
    west, _, east, _ = box
    # Beyond the projection's reach, or across its seam: read everything.
    return box if np.isfinite(box).all() and west < east else None


def _absent(
    frame: gpd.GeoDataFrame, columns: Iterable[str], name: str, stated: Sequence[str]
) -> list[Fault]:
    faults = []
    for column in dict.fromkeys(columns):
        if column in frame.columns:
            continue
        near = nearest(column, stated, least_alike_frac=IN_FILES_FRAC)
        faults.append(
            Fault(
                "column not found",
                name,
                column=column,
                expected=column,
                got=", ".join(stated[:12]) or "no columns",
                cure=f"the nearest column is '{near}'" if near else "correct the configuration",
            )
        )
    return faults
