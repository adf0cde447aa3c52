"""Checks of what was written, from the files: the rows of the QA table."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from shapely import Point, get_coordinates
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from corridors.atlas.gium import WEB_MAP_CRS
from corridors.formats.geojson import PointCollection, read_collection
from corridors.formats.shapefile import Shapefile, read_zipped, shape_of
from corridors.stages.release.features import Told, moved
from corridors.stages.release.herd_arrows import rotation_deg
from corridors.stages.release.merging import ReleasedLayer

COLUMNS = ("section", "check", "status", "value", "details")
_FULL_TURN_DEG = 360.0
_MOST_OFF_DEG = 1.0
_SAME_PLACE_M = 1.0
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def checked(released: Sequence[ReleasedLayer], folder: Path) -> list[Told]:
    """Return the checks of every layer, as its file in ``folder`` has it."""
    found: list[Told] = []
    arrows: list[BaseGeometry] = []
    for one in released:
        path = folder / one.name
        if one.layer.suffix == ".zip":
            after = read_zipped(path)
            found += _of_shapefile(one, after, path)
            found += _required(one, after.table.texts())
            if one.layer.key == "seasonal_arrows":
                arrows = _on_map(after, one.n_before)
        else:
            points = read_collection(path)
            found += _of_points(one, points, arrows)
            found += _required(one, points.rows)
        found += one.told
    return found


def table(rows: Iterable[Told]) -> str:
    """Return the QA table as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue()


def _told(one: ReleasedLayer, check: str, value: object, *, holds: bool, details: str = "") -> Told:
    section = one.name.removesuffix(one.layer.suffix)
    return Told(section, check, "pass" if holds else "fail", str(value), details)


def _counts(one: ReleasedLayer, n_after: int) -> Iterator[Told]:
    section = one.name.removesuffix(one.layer.suffix)
    yield Told(section, "features before", "info", str(one.n_before))
    yield Told(section, "features added", "info", str(one.n_added))
    adds_up = n_after == one.n_before + one.n_added
    yield _told(one, "features after", n_after, holds=adds_up, details="before and added")


def _of_shapefile(one: ReleasedLayer, after: Shapefile, path: Path) -> Iterator[Told]:
    yield from _counts(one, len(after.shapes))
    stem = path.stem
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        is_whole = archive.testzip() is None and names == [stem + part for part in _PARTS]
    yield _told(one, "parts at the root of the archive", ", ".join(names), holds=is_whole)
    before = one.before
    if isinstance(before, Shapefile):
        n = one.n_before
        same_shapes = after.shapes[:n] == before.shapes
        same_rows = after.table.records[:n] == before.table.records
        yield _told(one, "earlier shapes, byte by byte", n, holds=same_shapes)
        yield _told(one, "earlier rows, byte by byte", n, holds=same_rows)
        same_fields = after.table.fields == before.table.fields
        names = [field.name for field in after.table.fields]
        yield _told(one, "fields as before", ", ".join(names), holds=same_fields)
        same = after.projection == before.projection
        yield _told(one, "projection as before", after.crs.name, holds=same)
    else:
        yield _told(one, "projection", after.crs.name, holds=True)
    yield _told(one, "geometry", after.geometry, holds=after.geometry == one.layer.geometry)
    yield _told(one, "multipart features", after.n_multipart, holds=after.n_multipart == 0)
    shapes = [shape_of(content, after.kind) for content in after.shapes[one.n_before :]]
    n_odd = sum(each is None or not each.is_valid or each.is_empty for each in shapes)
    yield _told(one, "new features without a valid shape", n_odd, holds=n_odd == 0)


def _of_points(
    one: ReleasedLayer, after: PointCollection, arrows: Sequence[BaseGeometry]
) -> Iterator[Told]:
    yield from _counts(one, len(after.features))
    before = one.before
    if isinstance(before, PointCollection):
        same = after.features[: one.n_before] == before.features
        yield _told(one, "earlier features, letter by letter", one.n_before, holds=same)
        yield _told(one, "projection as before", after.crs.name, holds=after.crs == before.crs)
    else:
        yield _told(one, "projection", after.crs.name, holds=True)
    kinds = sorted({str(each.get("type")) for each in after.geometries})
    yield _told(one, "geometry", ", ".join(kinds), holds=set(kinds) <= {"Point"})
    turns = [row[one.fields["rotation"]] for row in after.rows[one.n_before :]]
    is_in = all(isinstance(turn, int | float) and 0.0 <= turn < _FULL_TURN_DEG for turn in turns)
    yield _told(one, "rotation of new features, degrees", len(turns), holds=is_in)
    heads = [
        moved(shape(each), after.crs.to_wkt(), WEB_MAP_CRS)
        for each in after.geometries[one.n_before :]
    ]
    n_off = sum(not _fits(head, turn, arrows) for head, turn in zip(heads, turns, strict=True))
    yield _told(
        one,
        "arrowheads off the end of an arrow",
        n_off,
        holds=n_off == 0,
        details="place and direction on the web map, within 1 m and 1 degree",
    )


def _fits(head: BaseGeometry, turn: float, arrows: Sequence[BaseGeometry]) -> bool:
    """Return whether an arrow ends at a place of the web map, in this direction."""
    for arrow in arrows:
        if head.distance(Point(get_coordinates(arrow)[-1])) <= _SAME_PLACE_M:
            apart = abs(rotation_deg(arrow) - turn) % _FULL_TURN_DEG
            if min(apart, _FULL_TURN_DEG - apart) <= _MOST_OFF_DEG:
                return True
    return False


def _on_map(after: Shapefile, n_before: int) -> list[BaseGeometry]:
    """Return the new lines in the projection of the web map."""
    crs = after.crs.to_wkt()
    shapes = [shape_of(content, after.kind) for content in after.shapes[n_before:]]
    return [moved(each, crs, WEB_MAP_CRS) for each in shapes if each is not None]


def _required(one: ReleasedLayer, rows: Sequence[Mapping[str, object]]) -> Iterator[Told]:
    """Tell whether the new features have what the map needs, country included."""
    new = rows[one.n_before :]
    for role in dict.fromkeys((*one.layer.required, "country")):
        name = one.fields.get(role)
        if name is None:
            continue
        n_blank = sum(str("" if row.get(name) is None else row[name]).strip() == "" for row in new)
        yield _told(one, f"new features without {role}", n_blank, holds=n_blank == 0)
