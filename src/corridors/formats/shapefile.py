"""Zipped shapefiles to which features are added: records that are there are copied byte by byte.

GDAL would read every feature and write it anew; then nobody could tell from the bytes that nothing
changed. Only what the atlas takes is written: points, lines and polygons of one part each.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path, PurePosixPath

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely import get_coordinates
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from corridors.formats.dbase import DbaseField, DbaseTable, new_table, parse_table
from corridors.foundation.arrays import Floats
from corridors.foundation.errors import Fault, InputError

_HEAD = 100
_CODE, _VERSION = 9994, 1000
POINT, LINE, POLYGON = 1, 3, 5
_GEOMETRIES = {POINT: "point", LINE: "line", POLYGON: "polygon"}
# 11 to 15 have heights and measures, 21 to 25 measures.
_WITH_Z, _WITH_M = 10, 20
_NO_MEASURE = -1e39
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the bytes of an archive tell nothing of the clock


@dataclass(frozen=True)
class Shapefile:
    """A shapefile as it lies in its files.

    Parameters
    ----------
    kind
        Shape type of the header.
    shapes
        Content of each record of the ``.shp``, without its header.
    table
        The ``.dbf``.
    projection
        Content of the ``.prj``.
    ranges
        Bytes of the header with the least and greatest height and measure.
    """

    kind: int
    shapes: tuple[bytes, ...]
    table: DbaseTable
    projection: bytes
    ranges: bytes = bytes(32)

    @property
    def geometry(self) -> str:
        """``point``, ``line`` or ``polygon``; the number of another type."""
        return _GEOMETRIES.get(self.kind % 10, str(self.kind))

    @property
    def crs(self) -> CRS:
        """CRS of the coordinates."""
        return CRS.from_wkt(self.projection.decode("utf-8"))

    @property
    def n_multipart(self) -> int:
        """Number of features that have several parts; a hole is none."""
        return sum(_n_parts(shape, self.kind) > 1 for shape in self.shapes)

    def with_features(
        self,
        shapes: Sequence[BaseGeometry],
        rows: Sequence[Mapping[str, str | float]],
        name: str,
    ) -> Shapefile:
        """Return the shapefile with features behind its own, in its CRS.

        Raises
        ------
        InputError
            A value does not fit into its field.
        """
        new = tuple(_encoded(shape, self.kind) for shape in shapes)
        table = self.table.with_rows(rows, name)
        return replace(self, shapes=(*self.shapes, *new), table=table)

    def packed(self, stem: str, day: date) -> bytes:
        """Return the zip archive, its parts at the root; the same features give the same bytes."""
        return zipped(self.parts(stem, day))

    def parts(self, stem: str, day: date) -> dict[str, bytes]:
        """Return the content of each of its files, by name."""
        shp, shx = self._shapes()
        return {
            f"{stem}.shp": shp,
            f"{stem}.shx": shx,
            f"{stem}.dbf": self.table.content(day),
            f"{stem}.prj": self.projection,
            f"{stem}.cpg": self.table.encoding.upper().encode("ascii"),
        }

    def _shapes(self) -> tuple[bytes, bytes]:
        """Return the ``.shp`` and the ``.shx``."""
        records, index, at = [], [], _HEAD // 2
        for number, shape in enumerate(self.shapes, start=1):
            words = len(shape) // 2
            records.append(struct.pack(">II", number, words) + shape)
            index.append(struct.pack(">II", at, words))
            at += 4 + words
        body = b"".join(records)
        box = _box(self.shapes, self.kind)
        shp = self._head(len(body), box) + body
        return shp, self._head(8 * len(index), box) + b"".join(index)

    def _head(self, n_bytes: int, box: tuple[float, float, float, float]) -> bytes:
        start = struct.pack(">7i", _CODE, 0, 0, 0, 0, 0, (_HEAD + n_bytes) // 2)
        return start + struct.pack("<2i4d", _VERSION, self.kind, *box) + self.ranges


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of files by name; the same files give the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return whole.getvalue()


def new_shapefile(geometry: str, fields: Sequence[DbaseField], crs: str) -> Shapefile:
    """Return an empty shapefile of ``point``, ``line`` or ``polygon``."""
    kind = next(number for number, word in _GEOMETRIES.items() if word == geometry)
    projection = CRS.from_user_input(crs).to_wkt("WKT1_ESRI").encode("ascii")
    return Shapefile(kind, (), new_table(fields), projection)


def read_zipped(path: Path) -> Shapefile:
    """Return the shapefile in a zip archive, its parts at the root.

    Raises
    ------
    InputError
        No whole zip archive, parts are missing or damaged, or the CRS is not known.
    """
    name = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {
                PurePosixPath(one).suffix.lower(): archive.read(one)
                for one in archive.namelist()
                if "/" not in one
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise InputError(
            Fault("the layer cannot be unpacked", name, expected="a zip archive without a password")
        ) from None
    missing = [suffix for suffix in (".shp", ".dbf", ".prj") if suffix not in parts]
    if missing:
        raise InputError(
            Fault(
                "a part of the shapefile is missing",
                name,
                expected=".shp, .shx, .dbf and .prj at the root of the archive",
                got="no " + ", no ".join(missing),
            )
        )
    code_page = parts[".cpg"].decode("ascii", "replace") if ".cpg" in parts else None
    kind, shapes = _records(parts[".shp"], name)
    table = parse_table(parts[".dbf"], code_page, name)
    if len(shapes) != len(table.records):
        raise InputError(
            Fault(
                "the shapes and rows of the layer do not belong together",
                name,
                expected=f"{len(shapes)} rows, as many as shapes",
                got=f"{len(table.records)} rows",
            )
        )
    found = Shapefile(kind, shapes, table, parts[".prj"], parts[".shp"][68:_HEAD])
    try:
        found.crs.to_authority()
    except (CRSError, UnicodeDecodeError):
        raise InputError(Fault("the CRS of the layer is not known", name, column=".prj")) from None
    return found


def shape_of(content: bytes, kind: int) -> BaseGeometry | None:
    """Return the geometry of a record without heights and measures; None for an empty one."""
    if struct.unpack("<i", content[:4])[0] == 0:
        return None
    if kind % 10 == POINT:
        return Point(struct.unpack("<2d", content[4:20]))
    rings = _rings(content)
    if kind % 10 == LINE:
        return LineString(rings[0])
    return Polygon(rings[0], rings[1:])


def _rings(content: bytes) -> list[Floats]:
    n_parts, n_points = struct.unpack("<2i", content[36:44])
    starts = [*struct.unpack(f"<{n_parts}i", content[44 : 44 + 4 * n_parts]), n_points]
    xy = np.frombuffer(content, "<f8", 2 * n_points, 44 + 4 * n_parts).reshape(-1, 2)
    return [xy[a:b] for a, b in pairwise(starts)]


def _n_parts(content: bytes, kind: int) -> int:
    if kind % 10 == POINT or struct.unpack("<i", content[:4])[0] == 0:
        return 1
    rings = _rings(content)
    if kind % 10 == LINE:
        return len(rings)
    # Outlines run clockwise, holes the other way.
    return sum(_signed_area(ring) < 0 for ring in rings)


def _signed_area(xy: Floats) -> float:
    x, y = (xy - xy[0]).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


def _records(data: bytes, name: str) -> tuple[int, tuple[bytes, ...]]:
    if len(data) < _HEAD or struct.unpack(">i", data[:4])[0] != _CODE:
        raise InputError(Fault("the shapes of the layer are damaged", name, expected="a .shp"))
    kind = struct.unpack("<i", data[32:36])[0]
    shapes: list[bytes] = []
    at = _HEAD
    while at + 8 <= len(data):
        size = 2 * struct.unpack(">I", data[at + 4 : at + 8])[0]
        if at + 8 + size > len(data):
            raise InputError(
                Fault(
                    "the shapes of the layer are damaged",
                    name,
                    expected=f"{size} bytes in record {len(shapes) + 1}",
                    got=f"{len(data) - at - 8}",
                    cure="download or export the layer again",
                )
            )
        shapes.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    return kind, tuple(shapes)


def _encoded(shape: BaseGeometry, kind: int) -> bytes:
    """Return the content of a record: one point, line or polygon, heights 0, no measures."""
    rings = _parts_of(shape)
    n = sum(len(ring) for ring in rings)
    xy = np.concatenate(rings).astype("<f8")
    extra = b""
    if kind > _WITH_M:
        extra = _measures(n, kind)
    elif kind > _WITH_Z:
        extra = _heights(n, kind) + _measures(n, kind)
    if kind % 10 == POINT:
        return struct.pack("<i", kind) + xy.tobytes() + extra
    starts = np.cumsum([0, *(len(ring) for ring in rings[:-1])]).astype("<i4")
    box = np.concatenate([xy.min(axis=0), xy.max(axis=0)])
    return (
        struct.pack("<i4d2i", kind, *box, len(rings), n) + starts.tobytes() + xy.tobytes() + extra
    )


def _heights(n: int, kind: int) -> bytes:
    return bytes(8) if kind % 10 == POINT else bytes(16 + 8 * n)


def _measures(n: int, kind: int) -> bytes:
    return struct.pack("<d", _NO_MEASURE) * (1 if kind % 10 == POINT else 2 + n)


def _parts_of(shape: BaseGeometry) -> list[Floats]:
    if isinstance(shape, Polygon):
        clockwise = orient(shape, sign=-1.0)
        return [get_coordinates(ring) for ring in (clockwise.exterior, *clockwise.interiors)]
    return [get_coordinates(shape)]


def _box(shapes: Sequence[bytes], kind: int) -> tuple[float, float, float, float]:
    """Return the box of all shapes; zeros without any."""
    whole = [one for one in shapes if struct.unpack("<i", one[:4])[0] != 0]
    if not whole:
        return 0.0, 0.0, 0.0, 0.0
    if kind % 10 == POINT:
        x, y = np.array([struct.unpack("<2d", one[4:20]) for one in whole]).T
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())
    boxes = np.array([struct.unpack("<4d", one[4:36]) for one in whole])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
