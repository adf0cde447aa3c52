"""A checker of releases for the atlas that knows nothing of the program which wrote them.

It reads the archives with `zipfile` and `struct`, the labels with `json`, and says what breaks the
rules of the atlas's web map: what is expected stands here once more, by hand.
"""

from __future__ import annotations

import json
import math
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pyproj import CRS, Transformer

# File name before the date -> shape type without heights, roles that must be filled.
SHAPEFILES = {
    "SeasonalArrowsMerged": (3, ("herd", "country", "season", "class")),
    "linear_barriers": (3, ("class", "herd", "country")),
    "point_barriers": (1, ("class", "herd", "country")),
    "poly_features": (5, ("class", "herd", "country")),
    "ProtectedAreas": (5, ("type", "herd")),
}
LABEL_LINES = (3, ("herd",))
LABELS = "GIUMPointLabelsMerged"
LABEL_ROLES = ("herd", "season", "type", "rotation")
NAMES = {
    "herd": {"herd_name", "herdname"},
    "country": {"country"},
    "season": {"season"},
    "class": {"class"},
    "type": {"type"},
    "rotation": {"rotation"},
}
CLASSES = {"high", "medium", "low"}
MONTHS = "January February March April May June July August September October November December"
DATED = re.compile(rf"(?P<stem>.+)_(?:{MONTHS.replace(' ', '|')})[1-9][0-9]?_[0-9]{{4}}")


@dataclass
class Layer:
    """What lies in one archive: bytes of shapes and rows, and what they mean."""

    kind: int
    shapes: list[bytes]
    rows: list[bytes]
    fields: list[tuple[str, str, int]]
    crs: CRS
    encoding: str

    def texts(self) -> list[dict[str, str]]:
        found = []
        for row in self.rows:
            at, values = 1, {}
            for name, _, width in self.fields:
                values[name.lower()] = row[at : at + width].decode(self.encoding).strip()
                at += width
            found.append(values)
        return found

    def parts(self, shape: bytes) -> list[list[tuple[float, float]]]:
        """Return the vertices of each part or ring."""
        if self.kind % 10 == 1:
            return [[struct.unpack("<2d", shape[4:20])]]  # type: ignore[list-item]
        n_parts, n_points = struct.unpack("<2i", shape[36:44])
        begins = [*struct.unpack(f"<{n_parts}i", shape[44 : 44 + 4 * n_parts]), n_points]
        at = 44 + 4 * n_parts
        xy = [struct.unpack("<2d", shape[at + 16 * i : at + 16 * i + 16]) for i in range(n_points)]
        return [xy[a:b] for a, b in pairwise(begins)]  # type: ignore[misc]


def read(path: Path) -> Layer:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        parts = {Path(name).suffix: archive.read(name) for name in archive.namelist()}
        names = sorted(archive.namelist())
        assert names == sorted(path.stem + end for end in (".shp", ".shx", ".dbf", ".prj", ".cpg"))
        # Nothing of the clock is in the archive.
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    shp, shx, dbf = parts[".shp"], parts[".shx"], parts[".dbf"]
    assert struct.unpack(">i", shp[:4]) == (9994,)
    assert 2 * struct.unpack(">i", shp[24:28])[0] == len(shp)
    assert 2 * struct.unpack(">i", shx[24:28])[0] == len(shx)
    shapes, at = [], 100
    while at < len(shp):
        number, words = struct.unpack(">2i", shp[at : at + 8])
        assert number == len(shapes) + 1
        offset = 100 + 8 * len(shapes)
        assert struct.unpack(">2i", shx[offset : offset + 8]) == (at // 2, words)
        shapes.append(shp[at + 8 : at + 8 + 2 * words])
        at += 8 + 2 * words
    assert len(shx) == 100 + 8 * len(shapes)
    n, length, width = struct.unpack("<IHH", dbf[4:12])
    fields, at = [], 32
    while dbf[at] != 0x0D:
        name = dbf[at : at + 11].split(b"\0")[0].decode("ascii")
        fields.append((name, chr(dbf[at + 11]), dbf[at + 16]))
        at += 32
    assert n == len(shapes)
    rows = [dbf[length + i * width : length + (i + 1) * width] for i in range(n)]
    assert dbf[length + n * width :] in (b"", b"\x1a")
    crs = CRS.from_wkt(parts[".prj"].decode())
    return Layer(
        struct.unpack("<i", shp[32:36])[0], shapes, rows, fields, crs, parts[".cpg"].decode()
    )


def faults(folder: Path, *, day: str, before: Path | None = None) -> list[str]:
    """Return what breaks a rule in the release of ``day``, as in file names."""
    found: list[str] = []
    arrows: list[tuple[tuple[float, float], float]] = []
    paths = sorted(folder.glob(f"*_{day}*"))
    for path in paths:
        dated = DATED.fullmatch(path.stem)
        if path.suffix == ".zip" and dated:
            layer = read(path)
            kind, roles = SHAPEFILES.get(dated["stem"], LABEL_LINES)
            old = None if before is None else latest(before, dated["stem"], ".zip")
            found += [f"{path.name}: {one}" for one in _layer(layer, kind, roles, old)]
            if dated["stem"] == "SeasonalArrowsMerged":
                arrows = [_head(layer, shape) for shape in layer.shapes]
    labels = folder / f"{LABELS}_{day}.geojson"
    if labels.exists():
        old_labels = None if before is None else latest(before, LABELS, ".geojson")
        found += [f"{labels.name}: {one}" for one in _labels(labels, arrows, old_labels)]
    elif arrows:
        found.append("arrows without heads")
    table = folder / f"GIUMIntegration_{day}_QA.csv"
    if not table.exists() or not table.read_text().startswith(
        "section,check,status,value,details\n"
    ):
        found.append("no QA table with its five columns")
    elif ",fail," in table.read_text():
        found.append("the QA table tells of a failed check")
    odd = [path.name for path in paths if path.suffix not in (".zip", ".geojson", ".csv")]
    return [*found, *(f"not a file of a release: {name}" for name in odd)]


def latest(folder: Path, stem: str, suffix: str) -> Path | None:
    """Return the only file of a layer; tests have one release to a folder."""
    own = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix == suffix and (m := DATED.fullmatch(path.stem)) and m["stem"] == stem
    ]
    return own[0] if own else None


def _layer(layer: Layer, kind: int, roles: tuple[str, ...], old: Path | None) -> Iterator[str]:
    if layer.kind % 10 != kind:
        yield f"shape type {layer.kind}"
    yield from _shapes(layer)
    yield from _rows(layer, roles)
    if old is not None:
        yield from _kept(layer, read(old))


def _shapes(layer: Layer) -> Iterator[str]:
    for number, shape in enumerate(layer.shapes):
        if struct.unpack("<i", shape[:4])[0] == 0:
            yield f"shape {number} is empty"
        elif _n_parts(layer, shape) != 1:
            yield f"shape {number} has {_n_parts(layer, shape)} parts"


def _rows(layer: Layer, roles: tuple[str, ...]) -> Iterator[str]:
    kinds = {name.lower(): kind for name, kind, _ in layer.fields}
    rows = layer.texts()
    for role in roles:
        own = [name.lower() for name, _, _ in layer.fields if name.lower() in NAMES[role]]
        if len(own) != 1:
            yield f"{len(own)} fields for {role}"
            continue
        if kinds[own[0]] != "C":
            yield f"{own[0]} is no text"
        if any(not row[own[0]] for row in rows):
            yield f"a blank {role}"
    odd = {row["class"] for row in rows if row.get("class")} - CLASSES
    if odd:
        yield f"classes {odd}"
    if any(not row.get("country") for row in rows):
        yield "a feature without a country"


def _kept(layer: Layer, before: Layer) -> Iterator[str]:
    n = len(before.shapes)
    if layer.shapes[:n] != before.shapes or layer.rows[:n] != before.rows:
        yield "an earlier feature is not as it was"
    if layer.fields != before.fields or layer.crs != before.crs:
        yield "fields or projection are not as they were"


def _n_parts(layer: Layer, shape: bytes) -> int:
    if layer.kind % 10 == 1:
        return 1
    parts = layer.parts(shape)
    if layer.kind % 10 == 3:
        return len(parts)
    # Clockwise rings are outlines, the others holes.
    return sum(
        sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring)) < 0
        for ring in ([(x - part[0][0], y - part[0][1]) for x, y in part] for part in parts)
    )


def _head(layer: Layer, shape: bytes) -> tuple[tuple[float, float], float]:
    """Return where a line ends, degrees, and its direction on the web map, clockwise from east."""
    (a, b) = layer.parts(shape)[-1][-2:]
    to_map = Transformer.from_crs(layer.crs, "EPSG:3857", always_xy=True).transform
    (x0, y0), (x1, y1) = to_map(*a), to_map(*b)
    end = Transformer.from_crs(layer.crs, "EPSG:4326", always_xy=True).transform(*b)
    return end, -math.degrees(math.atan2(y1 - y0, x1 - x0)) % 360


def _labels(
    path: Path, arrows: list[tuple[tuple[float, float], float]], old: Path | None
) -> Iterator[str]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    heads = []
    for number, feature in enumerate(content["features"]):
        if feature["geometry"]["type"] != "Point":
            yield f"label {number} is no point"
        row = {key.lower(): value for key, value in feature["properties"].items()}
        for role in LABEL_ROLES:
            own = [name for name in row if name in NAMES[role]]
            if len(own) != 1 or row[own[0]] in (None, ""):
                yield f"label {number} has no {role}"
        turn = row["rotation"]
        if not isinstance(turn, int | float) or not 0 <= turn < 360:
            yield f"label {number} has rotation {turn}"
        heads.append((feature["geometry"]["coordinates"], turn))
    for end, turn in arrows:
        if not any(_near(end, place) and _apart(turn, own) <= 1.0 for place, own in heads):
            yield f"no head fits the arrow that ends at {end} with {turn:.1f}"
    if old is not None:
        earlier = json.loads(old.read_text(encoding="utf-8"))["features"]
        if content["features"][: len(earlier)] != earlier:
            yield "an earlier label is not as it was"


def _near(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-5


def _apart(a: float, b: float) -> float:
    turn = abs(a - b) % 360
    return min(turn, 360 - turn)


def count(folder: Path, stem: str, day: str) -> int:
    """Return the number of features of a layer; 0 without it."""
    path = folder / f"{stem}_{day}.zip"
    if stem == LABELS:
        path = path.with_suffix(".geojson")
        return len(json.loads(path.read_text())["features"]) if path.exists() else 0
    return len(read(path).shapes) if path.exists() else 0


def names(folder: Path, day: str) -> set[str]:
    """Return the names of the layers that a release has."""
    found = {path.name for path in folder.glob(f"*_{day}.zip")}
    return found | {path.name for path in folder.glob(f"*_{day}.geojson")}
