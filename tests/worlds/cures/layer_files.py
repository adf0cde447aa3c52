"""Cures of the files of vector layers."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from corridors.formats.geoparquet import tile_layer
from worlds.cures.studies import (
    CSV,
    GOOD,
    Case,
    Study,
    fenced,
    layer,
    lines,
    write,
)

GARBLED = CRS(4326).to_wkt("WKT1_ESRI").encode().replace(b"GCS_WGS_1984", b"GCS_\xff\xfe")
CAFE = lines(name=["Café"]).to_json(ensure_ascii=False)
OSM = (
    '<osm version="0.6"><node id="1" lat="37" lon="71"/><node id="2" lat="37.1" lon="71"/>'
    '<way id="3"><nd ref="1"/><nd ref="2"/><tag k="barrier" v="fence"/></way></osm>'
)


def shapefile(
    *, without: str = "", prj: bytes | None = None, path: str = "b.shp", **source: object
) -> Study:
    """Return a study whose fence has a Cyrillic name in a shapefile in cp1251."""

    def made(place: Path) -> None:
        lines(name=["Забор"]).to_file(place, encoding="cp1251")
        if prj is not None:
            place.with_suffix(".prj").write_bytes(prj)
        if without:
            place.with_suffix(without).unlink()

    return fenced("b.shp", made, name_column="name", **{"path": path} | source)


def geojson(*, crs: object = None, stated: str | None = None) -> Study:
    """Return a study whose GeoJSON has this member crs."""
    content = json.loads(lines().to_json())
    content.pop("crs", None)
    if crs is not None:
        content["crs"] = crs
    return fenced("b.geojson", json.dumps(content), crs=stated)


def garbled(**source: object) -> Study:
    """Return a study whose GeoPackage has a name that is not UTF-8."""

    def made(path: Path) -> None:
        lines(name=["Café"]).to_file(path)
        path.write_bytes(path.read_bytes().replace("Café".encode(), b"Caf\xe9 "))

    return fenced("b.gpkg", made, name_column="name", **source)


def gml(**source: object) -> Study:
    """Return a study whose GML says that it is UTF-8, and is not."""

    def made(path: Path) -> None:
        lines(name=["Cafe"]).to_file(path, driver="GML")
        path.write_bytes(path.read_bytes().replace(b"Cafe", b"Caf\xe9"))

    return fenced("b.gml", made, name_column="name", **source)


def database(path: Path) -> None:
    """Write an SQLite file that is no GeoPackage."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (a)")


def edited(folder: Path) -> None:
    """Read a layer that another program holds."""
    study = layer(lines(), kind="fence")
    lines().to_file(folder / "b.gpkg")
    with closing(sqlite3.connect(folder / "b.gpkg")) as other:
        other.execute("BEGIN EXCLUSIVE")
        replace(study, files={"t.csv": GOOD})(folder)


def edited_meanwhile(folder: Path) -> None:
    """Read a layer that another program lets go while one waits."""
    lines().to_file(folder / "b.gpkg")
    with closing(sqlite3.connect(folder / "b.gpkg", check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        soon = threading.Timer(0.05, other.rollback)
        soon.start()
        replace(layer(lines(), kind="fence"), files={"t.csv": GOOD})(folder)
        soon.join()


def vrt(*, path: str = "b.vrt", file: str = "b.gpkg", rest: str = "", **source: object) -> Study:
    """Return a study with an OGR VRT of a GeoPackage."""
    text = (
        f'<OGRVRTDataSource><OGRVRTLayer name="b"><SrcDataSource relativeToVRT="1">{file}'
        f"</SrcDataSource>{rest}</OGRVRTLayer></OGRVRTDataSource>"
    )
    barriers = [{"name": "f", "path": path, "kind": "fence", **source}]
    files = {"t.csv": GOOD, "b.gpkg": lines(), "b.vrt": text}
    return Study(files, CSV, {"barriers": barriers})


def tiles(crs: str) -> Study:
    """Return a study of a folder of two GeoParquet files, the second in this CRS."""
    files = {"t.csv": GOOD, "d/1.parquet": lines().to_parquet}
    files["d/2.parquet"] = lines().to_crs(crs).to_parquet
    return Study(files, CSV, {"barriers": [{"name": "f", "path": "d", "kind": "fence"}]})


def tiled(
    frame: gpd.GeoDataFrame | None = None, target: str = "tiles", **how: Any
) -> Callable[[Path], object]:
    """Return how a layer is cut into tiles."""

    def attempt(folder: Path) -> None:
        write(folder / "b.gpkg", lines() if frame is None else frame)
        tile_layer(folder / "b.gpkg", folder / target, **{"layer": None, "tile_deg": 1.0} | how)

    return attempt


CASES: tuple[Case, ...] = (
    # files of a layer
    Case(
        "formats/vector_file.py: copy all files of the shapefile, or export it as GeoPackage",
        shapefile(without=".shx"),
        (shapefile(), layer(lines(), kind="fence")),
    ),
    Case(
        "formats/vector_file.py: of a shapefile take the .prj away, and set crs of this source",
        shapefile(prj=GARBLED),
        (shapefile(without=".prj", crs="EPSG:4326"),),
    ),
    Case(
        "formats/vector_file.py: export it again, or take the member crs out and set crs of this "
        "source",
        geojson(crs={"type": "link", "properties": {"href": "http://example.org/crs"}}),
        (geojson(), geojson(stated="EPSG:4326")),
    ),
    Case(
        "formats/vector_file.py: open it in QGIS and export it as GeoPackage",
        fenced("b.geojson", '{"type": "FeatureCollection", "features": [{"type": "Feature", '),
        (layer(lines(), kind="fence"),),
    ),
    Case(
        "formats/vector_file.py: set encoding of this source, e.g. encoding: windows-1252",
        garbled(),
        (garbled(encoding="windows-1252"),),
    ),
    Case(
        "formats/encodings/attributes.py: <cure>",
        shapefile(encoding="ascii"),
        (shapefile(encoding="cp1251"), shapefile()),
        said="correct encoding of this source",
    ),
    Case(
        "formats/encodings/attributes.py: set encoding of this source to the one that reads right, "
        "e.g. encoding: …",
        shapefile(without=".cpg"),
        (shapefile(without=".cpg", encoding="windows-1251"),),
    ),
    Case(
        "formats/encodings/documents.py: set encoding of this source, e.g. encoding: "
        "windows-1252, or save as UTF-8",
        fenced("b.geojson", CAFE.encode("cp1252")),
        (
            fenced("b.geojson", CAFE.encode("cp1252"), encoding="windows-1252"),
            fenced("b.geojson", CAFE),
        ),
    ),
    Case(
        "formats/encodings/documents.py: set encoding of this source, e.g. encoding: "
        "windows-1252, or save as UTF-8",
        gml(),
        (gml(encoding="windows-1252"),),
        said="set encoding of this source, e.g. encoding: windows-1252, or save as UTF-8",
    ),
    Case(
        "formats/encodings/documents.py: correct encoding of this source, or save the file as "
        "UTF-8",
        fenced("b.geojson", CAFE.encode("cp1252"), encoding="ascii"),
        (
            fenced("b.geojson", CAFE.encode("cp1252"), encoding="latin-1"),
            fenced("b.geojson", CAFE, encoding="utf-8"),
        ),
    ),
    Case(
        "formats/geopackage_file.py: export or download it again",
        fenced("b.gpkg", b"SQLite format 3\x00" + bytes(range(256)) * 8),
        (layer(lines(), kind="fence"),),
    ),
    Case(
        "formats/geopackage_file.py: open it in QGIS and export it as GeoPackage",
        fenced("b.gpkg", database),
        (layer(lines(), kind="fence"),),
    ),
    Case(
        "formats/geopackage_file.py: save and close it there (QGIS, ArcGIS), or run again with "
        "--wait SECONDS",
        edited,
        (layer(lines(), kind="fence"), edited_meanwhile),
        hinder=lambda patch: patch.setattr("corridors.formats.geopackage_file.PATIENCE_S", 0.05),
    ),
    Case(
        "formats/signatures.py: name the file in it",
        fenced("d/b.geojson", CAFE, path="d"),
        (fenced("d/b.geojson", CAFE),),
    ),
    Case(
        "formats/signatures.py: name the .shp that it belongs to",
        shapefile(path="b.dbf"),
        (shapefile(),),
    ),
    Case(
        "formats/signatures.py: open it in QGIS and export it as GeoPackage",
        fenced("b.dat", "just some words"),
        (layer(lines(), kind="fence"),),
    ),
    Case(
        "formats/openstreetmap.py: download the extract again",
        fenced("b.osm", "<osm><way>", kind=None, format="osm"),
        (fenced("b.osm", OSM, kind=None, format="osm"),),
    ),
    # virtual files
    Case(
        "formats/signatures.py: name the file that holds the data; a VRT of your own is read with "
        "format: vrt",
        vrt(),
        (vrt(path="b.gpkg"), vrt(format="vrt")),
    ),
    Case(
        "formats/signatures.py: remove format: vrt",
        layer(lines(), kind="fence", format="vrt"),
        (layer(lines(), kind="fence"),),
    ),
    Case(
        "formats/vrt.py: move the files beside the VRT, or make it anew there with gdalbuildvrt",
        vrt(file="../b.gpkg", format="vrt"),
        (vrt(format="vrt"),),
    ),
    Case(
        "formats/vrt.py: make it anew",
        vrt(file="b.gpkg</SrcDataSource", format="vrt"),
        (vrt(format="vrt"),),
    ),
    Case(
        "formats/vrt.py: write what it makes into a GeoPackage or GeoTIFF, and name that",
        vrt(rest="<SrcSQL>SELECT * FROM b</SrcSQL>", format="vrt"),
        (vrt(path="b.gpkg"),),
    ),
    # GeoParquet
    Case(
        "formats/geoparquet.py: write it with geopandas, GDAL or sfarrow",
        fenced("b.parquet", lambda path: pd.DataFrame({"a": [1]}).to_parquet(path)),
        (fenced("b.parquet", lines().to_parquet),),
    ),
    Case(
        "formats/geoparquet.py: export it again, or remove the source",
        fenced("b.parquet", lines().iloc[:0].to_parquet),
        (fenced("b.parquet", lines().to_parquet), Study({"t.csv": GOOD}, CSV)),
    ),
    Case(
        "formats/geoparquet.py: write all of them in one CRS",
        tiles("EPSG:3857"),
        (tiles("EPSG:4326"),),
    ),
    Case(
        "formats/geoparquet.py: choose larger tiles",
        tiled(tile_deg=1e-3),
        (tiled(tile_deg=1.0),),
        hinder=lambda patch: patch.setattr("corridors.formats.geoparquet._MAX_TILES", 0),
    ),
    Case(
        "formats/geoparquet.py: write the CRS into the file",
        tiled(lines(crs=None)),
        (tiled(),),
    ),
    Case(
        "formats/geoparquet.py: name its layer, or open it in QGIS and export it as GeoPackage",
        tiled(layer="zzz"),
        (tiled(layer="b"), tiled()),
    ),
    Case(
        "formats/geoparquet.py: name another, or remove it",
        tiled(target=""),
        (tiled(target="tiles"),),
    ),
)
