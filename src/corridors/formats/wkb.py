"""Geometries that are no geometries: lines of one vertex and the like, read part by part."""

from __future__ import annotations

import struct
from typing import Any

import shapely

_POINT, _LINE, _POLYGON = 1, 2, 3
_GATHER = {
    4: shapely.MultiPoint,
    5: shapely.MultiLineString,
    6: shapely.MultiPolygon,
    7: shapely.GeometryCollection,
}


class _Cursor:
    """A place in well-known binary."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at, self.lost = content, 0, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self.content, self.at)
        self.at += struct.calcsize(form)
        return values


def readable_parts(wkb: bytes) -> tuple[Any, int]:
    """Return a geometry without the parts that have too few vertices, and how many these are.

    Parameters
    ----------
    wkb
        Well-known binary of points, lines, polygons and collections of them, 2-D or 3-D, ISO or
        extended.

    Returns
    -------
    geometry, n_lost
        2-D; None where nothing can be read.

    Examples
    --------
    >>> one = struct.pack("<BII2d", 1, 2, 1, 7.0, 60.0)
    >>> two = struct.pack("<BII4d", 1, 2, 2, 7.0, 60.0, 8.0, 60.0)
    >>> readable_parts(one)
    (None, 1)
    >>> readable_parts(struct.pack("<BII", 1, 5, 2) + one + two)
    (<MULTILINESTRING ((7 60, 8 60))>, 1)
    """
    cursor = _Cursor(wkb)
    try:
        return _geometry(cursor), cursor.lost
    except (struct.error, ValueError, shapely.errors.GEOSException):
        return None, cursor.lost + 1


def _geometry(cursor: _Cursor) -> Any:
    order = "<" if cursor.take("B")[0] else ">"
    (code,) = cursor.take(order + "I")
    if code & 0x20000000:  # extended: a number of the reference system follows
        cursor.take(order + "I")
    flags, kind = code & 0xF0000000, code & 0x0FFFFFFF
    extra = kind // 1000
    kind %= 1000
    n_axes = (
        2
        + (bool(flags & 0x80000000) or extra in (1, 3))
        + (bool(flags & 0x40000000) or extra in (2, 3))
    )
    if kind == _POINT:
        return shapely.Point(*cursor.take(f"{order}{n_axes}d")[:2])
    if kind == _LINE:
        return _line(cursor, order, n_axes, fewest=2)
    if kind == _POLYGON:
        return _polygon(cursor, order, n_axes)
    if kind in _GATHER:
        (n,) = cursor.take(order + "I")
        parts = [part for part in (_geometry(cursor) for _ in range(n)) if part is not None]
        if not parts:
            return None
        gather: Any = _GATHER[kind]
        return gather(parts)
    raise ValueError


def _vertices(cursor: _Cursor, order: str, n_axes: int) -> list[tuple[float, ...]]:
    (n,) = cursor.take(order + "I")
    flat = cursor.take(f"{order}{n * n_axes}d")
    return [tuple(flat[i : i + 2]) for i in range(0, len(flat), n_axes)]


def _line(cursor: _Cursor, order: str, n_axes: int, *, fewest: int) -> Any:
    vertices = _vertices(cursor, order, n_axes)
    if len(vertices) < fewest:
        cursor.lost += bool(vertices)
        return None
    return shapely.LineString(vertices)


def _polygon(cursor: _Cursor, order: str, n_axes: int) -> Any:
    (n,) = cursor.take(order + "I")
    rings: list[Any] = []
    for number in range(n):
        vertices = _vertices(cursor, order, n_axes)
        if vertices and vertices[0] != vertices[-1]:
            vertices.append(vertices[0])
        if len(vertices) < 4:
            cursor.lost += bool(vertices)
            if number == 0:
                rings.append(None)
            continue
        rings.append(vertices)
    if not rings or rings[0] is None:
        return None
    return shapely.Polygon(rings[0], rings[1:])
