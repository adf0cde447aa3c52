"""Vector files: layers, columns and geometry in EPSG:4326, or every fault found."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from corridors.formats.delimited import require_file
from corridors.formats.geoparquet import Bounds, is_geoparquet, open_geoparquet
from corridors.foundation.arrays import Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.foundation.faults import IN_FILES_FRAC, nearest

_REMARKS = 5  # of GDAL's remarks on one file, how many are kept
# Drivers with a spatial index, and the id of their first feature; others are read whole.
_FIRST_ID = {"GPKG": 1, "ESRI Shapefile": 0, "FlatGeobuf": 0}
# GML may name the server that gave it; GDAL would fetch its schema there.
_FETCH_SCHEMA = (
    "GML_DOWNLOAD_SCHEMA" if pyogrio.__gdal_version__ >= (3, 12) else "GML_DOWNLOAD_WFS_SCHEMA"
)
POINTS = ("Point", "MultiPoint")
LINES = ("LineString", "MultiLineString")
POLYGONS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class Layer:
    """Features of one layer in EPSG:4326, 2-D, and what was done to them.

    ``frame`` has the wanted columns, ``source_row`` and ``geometry``. The row is the 1-based
    place in the layer; read within bounds from a GeoPackage it is the feature's id.
    """

    frame: gpd.GeoDataFrame
    notes: dict[str, Any] = field(default_factory=dict)


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
) -> Layer:
    """Read a layer of any vector file, or of a GeoParquet file.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    layer
        Layer; None when the file has one.
    columns
        Attributes to read.
    crs
        CRS to assume where the file states none.
    kinds
        Geometry types that are wanted; others are a fault.
    bounds
        (west, south, east, north), degrees; features wholly outside are not read. None: all.
    keep_empty
        Keep features without geometry (None), else they are left out and counted.

    Raises
    ------
    MissingInputError
        No such file or layer.
    InputError
        Not readable, no CRS, a CRS besides the file's own, missing columns, wrong geometry types.
    """
    require_file(path, name, "file")
    with warnings.catch_warnings(record=True) as heard:
        # What GDAL remarks belongs into the report, not between progress bars.
        warnings.simplefilter("always", RuntimeWarning)
        frame, stated = _open(path, name, layer, columns, crs, bounds)
    faults = _absent(frame, columns, name, stated)
    if faults:
        raise InputError(faults)
    rows = np.asarray(frame.index, dtype="int64")
    frame = frame[[*dict.fromkeys(columns), frame.geometry.name]].reset_index(drop=True)
    if frame.geometry.name != "geometry":
        if "geometry" in frame.columns:
            raise InputError(Fault("two columns are called geometry", name, column="geometry"))
        frame = frame.rename_geometry("geometry")
    frame["source_row"] = rows
    geometry = frame.geometry.array
    nothing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    notes: dict[str, Any] = {"features": len(frame)}
    if heard:
        said = {str(remark.message).replace(str(path), name) for remark in heard}
        notes["remarks_of_reader"] = sorted(said)[:_REMARKS]
    if nothing.any():
        notes["without_geometry"] = int(nothing.sum())
    found = sorted(set(frame.geom_type[~nothing]) - set(kinds))
    if found:
        wrong = frame[frame.geom_type.isin(found)]
        raise InputError(
            Fault(
                "geometry of the wrong type",
                name,
                int(wrong["source_row"].iloc[0]),
                expected=" or ".join(kinds),
                got=f"{', '.join(found)} ({len(wrong)} features)",
                cure=_geometry_cure(kinds),
            )
        )
    if frame.has_z.any():
        notes["height_dropped"] = int(frame.has_z.sum())
    frame = frame.set_geometry(gpd.GeoSeries(shapely.force_2d(geometry), crs=frame.crs).array)
    frame = frame.to_crs(GEOGRAPHIC)
    if not keep_empty:
        frame = frame[~nothing].reset_index(drop=True)
    lost = ~np.isfinite(shapely.bounds(frame.geometry.array)).all(axis=1)
    lost &= ~(shapely.is_missing(frame.geometry.array) | shapely.is_empty(frame.geometry.array))
    if lost.any():
        raise InputError(
            Fault(
                "coordinates do not fit the layer's CRS",
                name,
                int(frame.loc[lost, "source_row"].iloc[0]),
                got=f"{int(lost.sum())} features",
                cure="the file's CRS is probably wrong: correct it",
            )
        )
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
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the features, indexed by row, and all column names of the file."""
    if is_geoparquet(path):
        frame = _with_crs(open_geoparquet(path, name, bounds), name, crs)
        return _within(frame, bounds), tuple(frame.columns)
    pyogrio.set_gdal_config_options({_FETCH_SCHEMA: "NO"})
    try:
        layers = [str(row[0]) for row in pyogrio.list_layers(path)]
        chosen = _layer(layers, layer, name)
        info = pyogrio.read_info(path, layer=chosen)
        own = info["crs"]
        _check_crs(own, name, crs)
        if info["features"] == 0:
            raise InputError(_no_features(name))
        frame = pyogrio.read_dataframe(
            path,
            layer=chosen,
            columns=[c for c in dict.fromkeys(columns) if c in set(info["fields"])],
            bbox=_in_crs(bounds, own or crs) if info["driver"] in _FIRST_ID else None,
            fid_as_index=True,
        )
    except (DataSourceError, DataLayerError) as error:
        raise InputError(
            Fault(
                "the file cannot be read as a vector layer",
                name,
                expected="GeoPackage, shapefile, GeoJSON, FlatGeobuf or GeoParquet",
                got=_first_sentence(error, path),
                cure="open it in QGIS and export it as GeoPackage",
            )
        ) from None
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(
            Fault("the layer has no geometry", name, got=f"layer {chosen}", cure="name another")
        )
    frame = _with_crs(frame, name, crs)
    fields = tuple(map(str, info["fields"]))
    if info["driver"] in _FIRST_ID and bounds is not None:
        frame.index = frame.index + 1 - _FIRST_ID[info["driver"]]
        return frame, fields
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return _within(frame, bounds), fields


def _within(frame: gpd.GeoDataFrame, bounds: Bounds | None) -> gpd.GeoDataFrame:
    """Return the features that meet the bounds, and those without geometry."""
    if bounds is None:
        return frame
    near = frame.geometry.to_crs(GEOGRAPHIC).intersects(shapely.box(*bounds)).to_numpy()
    return frame[near | frame.geometry.isna().to_numpy()]


def _no_features(name: str) -> Fault:
    return Fault("the layer has no features", name, cure="export it again, or remove the source")


def _first_sentence(error: Exception, path: Path) -> str:
    # GDAL puts the absolute path into its message.
    return str(error).replace(str(path), path.name).split(";")[0].split("\n")[0][:160]


def _layer(layers: Sequence[str], layer: str | None, name: str) -> str:
    if layer is None:
        if len(layers) == 1:
            return layers[0]
        raise InputError(
            Fault(
                "the file has several layers" if layers else "the file has no layers",
                name,
                expected="layer in the configuration",
                got=", ".join(layers) or None,
                cure="set layer of this source",
            )
        )
    if layer not in layers:
        near = nearest(layer, layers, least_alike_frac=IN_FILES_FRAC)
        raise MissingInputError(
            Fault(
                "layer not found",
                name,
                expected=layer,
                got=", ".join(layers),
                cure=f"the nearest layer is '{near}'" if near else "correct layer of this source",
            )
        )
    return layer


def _check_crs(own: str | None, name: str, crs: str | None) -> None:
    if own is None and crs is None:
        raise InputError(
            Fault(
                "the layer states no CRS",
                name,
                expected="a CRS in the file, or crs in the configuration",
                cure="set crs of this source, e.g. EPSG:4326",
            )
        )
    if crs is None:
        return
    try:
        given = CRS.from_user_input(crs)
    except CRSError:
        raise InputError(
            Fault(
                "unknown CRS",
                name,
                expected="an authority code such as EPSG:32642",
                got=crs,
                cure="correct crs of this source",
            )
        ) from None
    if own is not None and not CRS.from_user_input(own).equals(given, ignore_axis_order=True):
        raise InputError(
            Fault(
                "two different CRS",
                name,
                expected=f"the file's own: {own if len(own) < 40 else CRS(own).name}",
                got=f"crs: {crs}",
                cure="remove crs of this source; it is only for files that state none",
            )
        )


def _with_crs(frame: gpd.GeoDataFrame, name: str, crs: str | None) -> gpd.GeoDataFrame:
    own = frame.crs.to_string() if frame.crs is not None else None
    _check_crs(own, name, crs)
    return frame if own is not None else frame.set_crs(crs)


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


def _geometry_cure(kinds: Sequence[str]) -> str:
    if "Point" in kinds:
        return "tracks are points, one per fix"
    if "LineString" in kinds:
        return "buffer points to polygons first; take collections apart"
    return "the layer must hold polygons"
