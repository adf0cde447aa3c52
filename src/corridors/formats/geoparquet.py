"""GeoParquet files and folders of them, of which only what lies within a box is read.

A folder of tiles, one file each, serves layers of whole continents: tiles that cannot hold anything
are not opened, and within a tile row groups that cannot are not decoded.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from corridors.formats.delimited import require_file
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault, InputError, OutputError

Bounds = tuple[float, float, float, float]
SUFFIXES = (".parquet", ".geoparquet", ".pq")
SOURCE_ROW = "source_row"  # in tiles: the feature's 1-based place in the layer they were made of
_MAX_TILES = 500  # each keeps a file open while a layer is cut
_ROWS_IN_GROUP = 4096


def is_geoparquet(path: Path) -> bool:
    """Return whether a path is a GeoParquet file, by its name, or a folder of such files."""
    if path.is_dir():
        return any(file.suffix.casefold() in SUFFIXES for file in path.iterdir())
    return path.suffix.casefold() in SUFFIXES


def open_geoparquet(path: Path, name: str, bounds: Bounds | None) -> gpd.GeoDataFrame:
    """Return the features of a file, or of all files of a folder, that may lie within a box.

    Parameters
    ----------
    path, name
        File or folder, and how messages call it.
    bounds
        (west, south, east, north), degrees; None: everything.

    Returns
    -------
    GeoDataFrame
        Every column, in the CRS of the files. The index is the 1-based place in the layer from
        which :func:`write_tiles` made the tiles, else among what was read.

    Raises
    ------
    InputError
        Not GeoParquet, no features at all, or files of different CRS.
    """
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.casefold() in SUFFIXES)
    parts: list[gpd.GeoDataFrame] = []
    first: gpd.GeoDataFrame | None = None
    for file in files:
        shown = name if file == path else f"{name}/{file.name}"
        geo = _metadata(file, shown)
        if first is not None and bounds is not None and not _may_hold(geo, bounds):
            continue
        part = _read(file, shown, geo, bounds)
        if first is not None and part.crs != first.crs:
            raise InputError(
                Fault(
                    "files of one folder differ in their CRS",
                    shown,
                    expected=str(first.crs),
                    got=str(part.crs),
                    cure="write all of them in one CRS",
                )
            )
        first = part if first is None else first
        parts.append(part)
    if sum(pq.read_metadata(file).num_rows for file in files) == 0:
        raise InputError(
            Fault("the layer has no features", name, cure="export it again, or remove the source")
        )
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True)) if len(parts) > 1 else parts[0]
    if SOURCE_ROW in frame.columns:
        return frame.set_index(SOURCE_ROW).sort_index(kind="stable")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


def tile_layer(path: Path, folder: Path, *, layer: str | None, tile_deg: float) -> dict[str, int]:
    """Make ``folder`` and fill it with tiles of a layer; it appears when it is whole.

    Raises
    ------
    MissingInputError
        No such file.
    OutputError
        The folder is there already.
    InputError
        As :func:`write_tiles`.
    """
    require_file(path, str(path), "file")
    if folder.exists():
        raise OutputError(
            Fault("the folder is there already", str(folder), cure="name another, or remove it")
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".tiling-") as beside:
        whole = Path(beside) / "tiles"
        whole.mkdir()
        made = write_tiles(path, str(path), whole, layer=layer, tile_deg=tile_deg)
        whole.rename(folder)
    return made


def write_tiles(
    path: Path, name: str, folder: Path, *, layer: str | None, tile_deg: float
) -> dict[str, int]:
    """Cut a vector layer of any size into a folder of GeoParquet tiles.

    Parameters
    ----------
    path, name
        Layer that GDAL reads, and how messages call it.
    folder
        An empty folder.
    layer
        Layer; None when the file has one.
    tile_deg
        Edge of a tile, degrees. A feature is in the tile that holds the middle of its box, whole.

    Returns
    -------
    dict
        ``features`` and ``tiles``.

    Raises
    ------
    InputError
        Not readable, no CRS, or more than 500 tiles.

    Notes
    -----
    The layer is read some ten thousand features at a time; what is held at once is one such piece,
    or one tile while it is sorted along a Hilbert curve, so that a row group is a small area.
    """
    n_features, n_tiles = 0, 0
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".cutting-") as beside,
        ExitStack() as stack,
    ):
        writers: dict[str, pq.ParquetWriter] = {}
        for piece in _pieces(path, name, layer):
            n_features += len(piece)
            for tile, rows in piece.groupby(_tiles(piece, tile_deg), sort=True):
                table = pa.Table.from_pandas(
                    pd.DataFrame(rows).assign(geometry=rows.geometry.to_wkb()),
                    preserve_index=False,
                )
                if tile not in writers:
                    if len(writers) == _MAX_TILES:
                        raise InputError(
                            Fault(
                                "too many tiles",
                                name,
                                expected=f"at most {_MAX_TILES}",
                                got=f"tiles of {tile_deg:g} degrees",
                                cure="choose larger tiles",
                            )
                        )
                    writer = pq.ParquetWriter(Path(beside) / f"{tile}.parquet", table.schema)
                    writers[tile] = stack.enter_context(writer)
                writers[tile].write_table(table.cast(writers[tile].schema))
        stack.pop_all().close()
        for tile in sorted(writers):
            _write_tile(Path(beside) / f"{tile}.parquet", folder / f"{tile}.parquet")
            n_tiles += 1
    return {"features": n_features, "tiles": n_tiles}


def _pieces(path: Path, name: str, layer: str | None) -> Iterator[gpd.GeoDataFrame]:
    """Yield the layer in EPSG:4326, piece by piece, with its rows; nothing without geometry."""
    try:
        with pyogrio.open_arrow(path, layer=layer, batch_size=16_384, use_pyarrow=True) as opened:
            meta, reader = opened
            crs, column = meta["crs"], meta["geometry_name"] or "wkb_geometry"
            if crs is None:
                raise InputError(
                    Fault("the layer states no CRS", name, cure="write the CRS into the file")
                )
            start = 1
            for batch in reader:
                frame = batch.to_pandas()
                shapes = shapely.force_2d(shapely.from_wkb(frame.pop(column).to_numpy()))
                frame[SOURCE_ROW] = np.arange(start, start + len(frame), dtype="int64")
                start += len(frame)
                piece = gpd.GeoDataFrame(frame, geometry=shapes, crs=crs).to_crs(GEOGRAPHIC)
                finite = np.isfinite(shapely.bounds(piece.geometry.to_numpy())).all(axis=1)
                yield piece[np.asarray(finite)].reset_index(drop=True)
    except (DataSourceError, DataLayerError) as error:
        raise InputError(
            Fault(
                "the file cannot be read as a vector layer",
                name,
                got=str(error).replace(str(path), path.name).split("\n")[0][:160],
                cure="name its layer, or open it in QGIS and export it as GeoPackage",
            )
        ) from None


def _tiles(piece: gpd.GeoDataFrame, tile_deg: float) -> pd.Series:
    west, south, east, north = shapely.bounds(piece.geometry.to_numpy()).T
    column = np.floor((west + east) / 2 / tile_deg) * tile_deg
    row = np.floor((south + north) / 2 / tile_deg) * tile_deg
    digits = max(0, 3 - math.floor(math.log10(tile_deg))) if tile_deg % 1 else 0
    names = [f"lat{y:+.{digits}f}_lon{x:+.{digits}f}" for y, x in zip(row, column, strict=True)]
    return pd.Series(names, index=piece.index, dtype="str")


def _write_tile(cut: Path, target: Path) -> None:
    frame = pd.read_parquet(cut)
    shapes = shapely.from_wkb(frame["geometry"].to_numpy())
    tile = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=GEOGRAPHIC)
    along = tile.hilbert_distance(total_bounds=(-180.0, -90.0, 180.0, 90.0))
    tile = tile.iloc[np.lexsort((tile[SOURCE_ROW], along))].reset_index(drop=True)
    tile.to_parquet(
        target,
        index=False,
        compression="zstd",
        write_covering_bbox=True,
        schema_version="1.1.0",
        row_group_size=_ROWS_IN_GROUP,
    )


def _metadata(file: Path, name: str) -> dict[str, Any]:
    try:
        held = pq.read_schema(file).metadata or {}
        geo: dict[str, Any] = json.loads(held[b"geo"])
    except (KeyError, ValueError, pa.ArrowInvalid, OSError):
        raise InputError(_not_geoparquet(name)) from None
    return geo


def _not_geoparquet(name: str) -> Fault:
    return Fault(
        "not a GeoParquet file",
        name,
        expected="Parquet with GeoParquet metadata",
        cure="write it with geopandas, GDAL or sfarrow",
    )


def _may_hold(geo: dict[str, Any], bounds: Bounds) -> bool:
    """Return whether a file may hold something within the box, by what it says of itself."""
    column = geo.get("columns", {}).get(geo.get("primary_column", ""), {})
    box = column.get("bbox")
    if not box or len(box) != 4 or not _is_geographic(column):
        return True
    west, south, east, north = bounds
    return bool(box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south)


def _is_geographic(column: dict[str, Any]) -> bool:
    # No CRS means longitude and latitude on WGS 84, says GeoParquet.
    stated = column.get("crs", {"type": "GeographicCRS"}) or {}
    return stated.get("type") == "GeographicCRS"


def _read(file: Path, name: str, geo: dict[str, Any], bounds: Bounds | None) -> gpd.GeoDataFrame:
    column = geo.get("columns", {}).get(geo.get("primary_column", ""), {})
    box = bounds if "covering" in column else None
    if box is not None and not _is_geographic(column):
        box = _projected_box(box, column.get("crs"))
    try:
        return gpd.read_parquet(file, bbox=box)
    except (ValueError, pa.ArrowInvalid, OSError):
        raise InputError(_not_geoparquet(name)) from None


def _projected_box(bounds: Bounds, crs: Any) -> Bounds | None:
    if crs is None:
        return None
    box = transformer(GEOGRAPHIC, json.dumps(crs)).transform_bounds(*bounds, densify_pts=21)
    return box if np.isfinite(box).all() and box[0] < box[2] else None
