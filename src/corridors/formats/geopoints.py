"""Fixes from the points of a vector file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from corridors.formats.row_faults import row_faults
from corridors.formats.stamps import check_zone
from corridors.formats.track_columns import TrackMapping, Tracks, TrackScan
from corridors.formats.tracks import scan_frame, with_notes
from corridors.formats.vector import POINTS, read_layer
from corridors.foundation.errors import InputError


def read_points(
    path: Path, name: str, mapping: TrackMapping, *, layer: str | None, crs: str | None
) -> Tracks:
    """Read all fixes of a layer; see :func:`scan_points`."""
    return scan_points(path, name, mapping, layer=layer, crs=crs).tracks()


def scan_points(
    path: Path, name: str, mapping: TrackMapping, *, layer: str | None, crs: str | None
) -> TrackScan:
    """Read fixes from points of a GeoPackage, shapefile, GeoParquet or other vector file.

    Positions come from the geometry; ``source_row`` is the feature's place in the layer.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    mapping
        Its attributes; ``lon`` and ``lat`` are not used.
    layer
        Layer; None when the file has one.
    crs
        CRS, only where the file states none.

    Raises
    ------
    MissingInputError
        No such file or layer.
    InputError
        Everything found wrong with the layer.
    """
    faults = check_zone(mapping.time_zone, name)
    if faults:
        raise InputError(faults)
    mapping = replace(mapping, lon=None, lat=None)
    read = read_layer(
        path,
        name,
        layer=layer,
        columns=mapping.columns(),
        crs=crs,
        kinds=POINTS,
        keep_empty=True,
    )
    frame = read.frame
    geometry = frame.geometry.to_numpy()
    many = shapely.get_num_geometries(geometry) > 1
    if many.any():
        raise InputError(
            row_faults(
                "several points in one feature",
                name,
                frame.loc[many, "source_row"].to_list(),
                shapely.get_num_geometries(geometry)[many].tolist(),
                expected="one point per fix",
                cure="take the multipoints apart",
            )
        )
    nothing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    centre = np.full(len(frame), None, dtype=object)
    centre[~nothing] = shapely.get_geometry(geometry[~nothing], 0)
    text = pd.DataFrame({"source_row": frame["source_row"]})
    for column in mapping.columns():
        text[column] = text_of(frame[column], is_time=column in mapping.times())
    x, y = shapely.get_x(centre), shapely.get_y(centre)
    # repr of a float is exact, so the detour over text loses nothing.
    text["x of geometry"] = pd.Series(x).map(repr).astype("str")
    text["y of geometry"] = pd.Series(y).map(repr).astype("str")
    mapped = replace(mapping, lon="x of geometry", lat="y of geometry", crs=None, decimal=".")
    return with_notes(scan_frame(text, name, mapped), read.notes)


def text_of(values: pd.Series, *, is_time: bool) -> pd.Series:
    """Return a column as text that :func:`corridors.formats.tracks.scan_frame` reads back exactly.

    Examples
    --------
    >>> text_of(pd.Series([1577836800.0, None]), is_time=True).to_list()
    ['1577836800', '']
    """
    if is_time and pd.api.types.is_datetime64_any_dtype(values):
        # GeoPackage and GeoParquet times with a zone say so; naive ones need time_zone.
        return values.map(lambda t: "" if pd.isna(t) else t.isoformat()).astype("str")
    if pd.api.types.is_float_dtype(values):
        whole = values.notna() & (values == np.floor(values)) & (values.abs() < 2**53)
        as_int = values.where(whole, 0).astype("int64").astype("str")
        text = values.map(repr).astype("str").mask(whole, as_int)
    else:
        text = values.astype("str")
    return text.mask(values.isna().to_numpy(), "").astype("str").str.strip()
