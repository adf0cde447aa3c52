"""What a file is by its first bytes, whatever its name says: only known formats are opened.

GDAL opens a file by its content, and some contents only point to other files or to a server. Here
every file is looked at before GDAL sees it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from corridors.formats import vrt
from corridors.foundation.errors import Fault, InputError

VectorKind = Literal[
    "gpkg", "shapefile", "flatgeobuf", "geojson", "kml", "gpx", "gml", "gdb", "zip", "vrt"
]
# GDAL's names of the drivers that may open a file of each kind.
DRIVERS: dict[VectorKind, tuple[str, ...]] = {
    "gpkg": ("GPKG",),
    "shapefile": ("ESRI Shapefile",),
    "flatgeobuf": ("FlatGeobuf",),
    "geojson": ("GeoJSON", "GeoJSONSeq", "TopoJSON", "ESRIJSON"),
    "kml": ("LIBKML", "KML"),
    "gpx": ("GPX",),
    "gml": ("GML",),
    "gdb": ("OpenFileGDB",),
    "vrt": ("OGR_VRT",),
}
READABLE = (
    "GeoPackage, shapefile, GeoJSON, FlatGeobuf, KML, KMZ, GML, file geodatabase, GeoParquet, "
    "or a zip archive of one"
)

_HEAD_BYTES = 1 << 16
_BY_MAGIC: tuple[tuple[bytes, VectorKind], ...] = (
    (b"SQLite format 3\x00", "gpkg"),
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"fgb\x03", "flatgeobuf"),
    (b"PK\x03\x04", "zip"),
)
_POINTERS: dict[vrt.Kind, str] = {
    "vector": "an OGR VRT, which refers to other files",
    "raster": "a GDAL VRT, which refers to other files",
    "service": "the description of a web service or of other data sets",
}
_JSON_TYPE = re.compile(rb'"type"\s*:\s*"(\w+)"')
_GEOJSON_TYPES = {
    b"FeatureCollection", b"Feature", b"Topology", b"Point", b"MultiPoint", b"LineString",
    b"MultiLineString", b"Polygon", b"MultiPolygon", b"GeometryCollection",
}  # fmt: skip
_XML_ROOT = re.compile(rb"<(?:\w+:)?([A-Za-z_]\w*)")
_LOOKS = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"%pdf", "a PDF"),
    (b"pk\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"version https://git-lfs", "a pointer of Git LFS: the file itself was not fetched"),
)


def head_of(path: Path) -> bytes:
    """Return the first 64 KiB of a file, UTF-16 turned into UTF-8."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", errors="replace").encode()
    return head


def pointer(head: bytes) -> str | None:
    """Return what a file is that points to other files or to a server, else None.

    Examples
    --------
    >>> pointer(b'<VRTDataset rasterXSize="2">')
    'a GDAL VRT, which refers to other files'
    """
    kind = vrt.kind_of_head(head)
    return None if kind is None else _POINTERS[kind]


def vector_kind(path: Path, name: str, *, may_refer: bool = False) -> VectorKind:
    """Return what a vector file is.

    Parameters
    ----------
    path, name
        File, or folder of a file geodatabase, and how messages call it.
    may_refer
        True: the configuration says that it is a VRT.

    Raises
    ------
    InputError
        Not one of the known formats; or it points to other files and ``may_refer`` is False.
    """
    if path.is_dir():
        if path.suffix.casefold() == ".gdb" or (path / "a00000001.gdbtable").exists():
            return "gdb"
        raise InputError(
            Fault(
                "a folder is no layer",
                name,
                expected=f"{READABLE}, or a folder of GeoParquet tiles",
                cure="name the file in it",
            )
        )
    head = head_of(path)
    refers = vrt.kind_of_head(head)
    if refers is not None:
        if may_refer and refers == "vector":
            return "vrt"
        raise InputError(points_elsewhere(name, _POINTERS[refers]))
    if may_refer:
        raise InputError(
            Fault("not an OGR VRT", name, expected="<OGRVRTDataSource>", cure="remove format: vrt")
        )
    for magic, kind in _BY_MAGIC:
        if head.startswith(magic):
            return kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x1e \t\r\n")
    if text.startswith((b"{", b"[")) and _is_geojson(text):
        return "geojson"
    root = _XML_ROOT.search(re.sub(rb"<!--.*?-->", b"", text, flags=re.DOTALL))
    if text.startswith(b"<") and root is not None and root[1] in (b"kml", b"gpx"):
        return "kml" if root[1] == b"kml" else "gpx"
    if text.startswith(b"<") and b"opengis.net/gml" in text:
        return "gml"
    raise InputError(_unknown(path, name, text))


def points_elsewhere(name: str, what: str) -> Fault:
    """Return that a file only points to others, and was not followed."""
    return Fault(
        "the file points to something else and was not followed",
        name,
        expected="a file that holds its data itself",
        got=what,
        cure="name the file that holds the data; a VRT of your own is read with format: vrt",
    )


def looks_like(head: bytes) -> str | None:
    """Return what a file seems to be that is no layer, else None.

    Examples
    --------
    >>> looks_like(b"<!DOCTYPE html><title>Log in")
    'a web page'
    """
    low = head[:512].lstrip().lower()
    return next((what for mark, what in _LOOKS if low.startswith(mark)), None)


def _is_geojson(text: bytes) -> bool:
    found = _JSON_TYPE.findall(text)
    return b'"esriGeometry' in text or any(word in _GEOJSON_TYPES for word in found)


def _unknown(path: Path, name: str, text: bytes) -> Fault:
    # What the bytes say is not shown: the file may be anything.
    what = looks_like(text)
    suffix = path.suffix.casefold()
    cure = "open it in QGIS and export it as GeoPackage"
    if suffix in (".dbf", ".shx", ".prj", ".cpg"):
        cure = "name the .shp that it belongs to"
    if what is None:
        what = "text" if b"\x00" not in text[:1024] else "another format"
    return Fault(
        "the file cannot be read as a vector layer", name, expected=READABLE, got=what, cure=cure
    )
