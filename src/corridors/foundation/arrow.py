"""Columns of Arrow tables as arrays, without a Python object for each row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from corridors.foundation.arrays import Floats, Microseconds, Values

# Well-known binary of a point: byte order (1: little-endian), type (1: point), x, y.
_POINT = np.dtype([("head", "V5"), ("x", "<f8"), ("y", "<f8")])
_POINT_HEAD = np.void(b"\x01\x01\x00\x00\x00")


def positions(points: pa.ChunkedArray) -> tuple[Floats, Floats]:
    """Return longitude and latitude (degrees) of stored points, NaN without a position.

    Examples
    --------
    >>> stored = pa.chunked_array([[shapely.Point(73.5, 37.25).wkb, None]], type=pa.binary())
    >>> positions(stored)
    (array([73.5,  nan]), array([37.25,   nan]))
    """
    lon, lat = np.full((2, len(points)), np.nan)
    known = pc.is_valid(points).to_numpy()
    if not known.any():
        return lon, lat
    stored = pc.drop_null(points).combine_chunks()
    edges = np.frombuffer(stored.buffers()[1], dtype=np.int32)[stored.offset :]
    content = np.frombuffer(stored.buffers()[2], dtype=np.uint8)[edges[0] : edges[len(stored)]]
    if content.size == _POINT.itemsize * len(stored):
        found = content.view(_POINT)
        if (found["head"] == _POINT_HEAD).all():
            lon[known], lat[known] = found["x"], found["y"]
            return lon, lat
    # Written on a machine with the other byte order.
    made = shapely.from_wkb(stored.to_numpy(zero_copy_only=False))
    lon[known], lat[known] = shapely.get_x(made), shapely.get_y(made)
    return lon, lat


def values(table: pa.Table, column: str) -> Values:
    """Return a column without missing rows as it is stored."""
    return np.asarray(table[column].to_numpy())


def times_us(times: pa.ChunkedArray) -> Microseconds:
    """Return stored UTC times as microseconds since 1970."""
    return np.asarray(times.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy())
