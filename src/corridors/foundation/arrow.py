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


def points(lon: Floats, lat: Floats) -> pa.Array:
    """Return points as shapely writes them, null without a position.

    Parameters
    ----------
    lon, lat
        Degrees, NaN without a position, shape (n,); n up to 100 million.

    Examples
    --------
    >>> points(np.array([73.5, np.nan]), np.array([37.25, np.nan])).to_pylist() == [
    ...     shapely.Point(73.5, 37.25).wkb, None]
    True
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    content = np.empty(np.count_nonzero(known), dtype=_POINT)
    content["head"], content["x"], content["y"] = _POINT_HEAD, lon[known], lat[known]
    edges = np.zeros(len(known) + 1, dtype=np.int32)
    np.cumsum(known, out=edges[1:])
    edges *= _POINT.itemsize
    mask = None if known.all() else pa.array(known).buffers()[1]
    buffers = [mask, pa.py_buffer(edges), pa.py_buffer(content)]
    return pa.Array.from_buffers(pa.binary(), len(known), buffers)


def values(table: pa.Table, column: str) -> Values:
    """Return a column without missing rows as it is stored."""
    return np.asarray(table[column].to_numpy())


def times_us(times: pa.ChunkedArray) -> Microseconds:
    """Return stored UTC times as microseconds since 1970."""
    return np.asarray(times.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy())
