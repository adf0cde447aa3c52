"""GeoPackages with QGIS styles inside: the same layers give the same bytes.

Version 1.3, because GDAL of long-term-support distributions warns at 1.4.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

# The format demands a time of last change; a fixed one says "not recorded".
_NO_TIME = "2000-01-01T00:00:00.000Z"
# Numbers of four bytes in the header of an SQLite file, of which both must say the same.
_CHANGE_COUNTER, _VERSION_VALID_FOR = 24, 92
GEOMETRY_COLUMN = "geom"

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256),
  f_table_schema TEXT(256),
  f_table_name TEXT(256),
  f_geometry_column TEXT(256),
  styleName TEXT(30),
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner TEXT(30),
  ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)
"""


@dataclass(frozen=True)
class PackageLayer:
    """One layer (or table without geometry) of a GeoPackage.

    Parameters
    ----------
    name
        Name of the table.
    title, description
        What people read: ``identifier`` and ``description`` of ``gpkg_contents``.
    frame
        Rows; a GeoDataFrame has a CRS, one kind of geometry and at least one row.
    qml
        QGIS style document, or "".
    metadata
        Name -> value, kept as layer metadata.
    """

    name: str
    title: str
    description: str
    frame: pd.DataFrame
    qml: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Package:
    """A GeoPackage that is yet to be written: its layers in order."""

    layers: Sequence[PackageLayer]

    def write(self, path: Path) -> None:
        """Write it; see :func:`write_geopackage`."""
        write_geopackage(path, self.layers)


def wkb_type(frame: gpd.GeoDataFrame) -> str:
    """Return the geometry type that a layer of ``frame`` has: parts are always multi but points.

    Raises
    ------
    ValueError
        No row, or kinds of geometry that no single layer can hold.
    """
    kinds = {kind.removeprefix("Multi") for kind in frame.geom_type.dropna()}
    if len(kinds) != 1:
        raise ValueError(f"a layer holds one kind of geometry, got {sorted(kinds)}")
    kind = kinds.pop()
    return kind if kind == "Point" else f"Multi{kind}"


def write_geopackage(path: Path, layers: Sequence[PackageLayer]) -> None:
    """Write ``layers`` in order, with their styles, into a new GeoPackage.

    Notes
    -----
    QGIS takes a style from ``layer_styles`` by itself only where ``f_geometry_column`` is the
    layer's true geometry column.
    """
    path.unlink(missing_ok=True)
    # Who commits a result syncs its files; to wait for the disk at every layer is most of the time.
    pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})
    try:
        for layer in layers:
            _write_layer(path, layer)
    finally:
        pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": None})
    with closing(sqlite3.connect(path)) as connection:
        with connection:
            _write_styles(connection, layers)
            _forget_time(connection)
        connection.execute("VACUUM")
    _forget_changes(path)


def _write_layer(path: Path, layer: PackageLayer) -> None:
    layer_options = {"IDENTIFIER": layer.title, "DESCRIPTION": layer.description}
    options: dict[str, object] = {}
    if isinstance(layer.frame, gpd.GeoDataFrame):
        kind = wkb_type(layer.frame)
        layer_options |= {"GEOMETRY_NAME": GEOMETRY_COLUMN, "SPATIAL_INDEX": "YES"}
        options |= {"geometry_type": kind, "promote_to_multi": kind != "Point"}
    if not path.exists():
        options["dataset_options"] = {"VERSION": "1.3"}
    pyogrio.write_dataframe(
        layer.frame,
        path,
        layer=layer.name,
        driver="GPKG",
        layer_metadata=dict(layer.metadata) or None,
        layer_options=layer_options,
        **options,
    )


def _write_styles(connection: sqlite3.Connection, layers: Sequence[PackageLayer]) -> None:
    connection.execute(_STYLES)
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS styles', ?)",
        (_NO_TIME,),
    )
    connection.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner,"
        " update_time) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', ?)",
        [
            (
                layer.name,
                GEOMETRY_COLUMN if isinstance(layer.frame, gpd.GeoDataFrame) else "",
                layer.name[:30],
                layer.qml,
                layer.title,
                _NO_TIME,
            )
            for layer in layers
            if layer.qml
        ],
    )


def _forget_time(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE gpkg_contents SET last_change = ?", (_NO_TIME,))
    tables = {
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    if "gpkg_metadata_reference" in tables:
        connection.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (_NO_TIME,))


def _forget_changes(path: Path) -> None:
    """Let the header of a closed file say that it was written once.

    GDAL notes the time at each layer; how often SQLite wrote tells whether two of them fell into
    the same millisecond.
    """
    once = struct.pack(">I", 1)
    with path.open("r+b") as file:
        for offset in (_CHANGE_COUNTER, _VERSION_VALID_FOR):
            file.seek(offset)
            file.write(once)
