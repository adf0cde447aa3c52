"""Columns of Arrow tables as arrays, without a Python object for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from corridors.foundation.arrays import Floats, Indices32, Microseconds, Values

# Well-known binary of a point: byte order (1: little-endian), type (1: point), x, y.
_POINT = np.dtype([("head", "V5"), ("x", "<f8"), ("y", "<f8")])
_KEPT = (1 << 17) + 1  # rows of a part of a file, and one
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
    mask = None
    edges = _steps(_POINT.itemsize, len(known) + 1)
    if not known.all():
        mask = pa.array(known).buffers()[1]
        edges = np.zeros(len(known) + 1, dtype=np.int32)
        np.cumsum(known, out=edges[1:])
        edges *= _POINT.itemsize
        lon, lat = lon[known], lat[known]
    content = np.empty(len(lon), dtype=_POINT)
    content["head"], content["x"], content["y"] = _POINT_HEAD, lon, lat
    buffers = [mask, pa.py_buffer(edges), pa.py_buffer(content)]
    return pa.Array.from_buffers(pa.binary(), len(known), buffers)


def coded(texts: pa.Array) -> pa.DictionaryArray:
    """Return texts with each different one kept once; quick where all rows have the same.

    Most parts of a file are of one animal, one species and one collar.

    Examples
    --------
    >>> coded(pa.array(["a", "a"])).dictionary.to_pylist()
    ['a']
    """
    if pa.types.is_dictionary(texts.type):
        return texts
    if not is_one_text(texts):
        return texts.dictionary_encode()
    # A slice would hold all texts.
    codes = pa.array(_steps(0, len(texts)))
    return pa.DictionaryArray.from_arrays(codes, texts.take(pa.array([0])), safe=False)


def is_one_text(texts: pa.Array) -> bool:
    """Return whether all rows have the same text; False without rows, or if one has none.

    Examples
    --------
    >>> is_one_text(pa.array(["ab", "ab"])), is_one_text(pa.array(["ab", "ba"]))
    (True, False)
    """
    n = len(texts)
    if not n or texts.null_count or not pa.types.is_string(texts.type):
        return False
    _, edges, content = texts.buffers()
    ends = np.frombuffer(edges, dtype=np.int32)[texts.offset : texts.offset + n + 1]
    begin, size = int(ends[0]), int(ends[1] - ends[0])
    rest = size * (n - 1)
    # Mostly the last end tells that they differ.
    if int(ends[-1]) - begin != size + rest or not _are_even(ends, begin, size):
        return False
    # Equal to itself a text later: buffers are compared without a copy.
    return not rest or bool(content.slice(begin, rest).equals(content.slice(begin + size, rest)))


def _are_even(ends: Indices32, begin: int, size: int) -> bool:
    """Return whether texts that begin at ``begin`` all are ``size`` bytes long."""
    if begin:
        return bool((np.diff(ends) == size).all())
    return bool(np.array_equal(ends, _steps(size, len(ends))))


def _steps(size: int, n: int) -> Indices32:
    """Return the first ``n`` multiples of ``size``, 0 first; short ones are kept."""
    if n > _KEPT:
        return np.arange(n, dtype=np.int32) * np.int32(size)
    return _kept_steps(size)[:n]


@lru_cache(maxsize=8)
def _kept_steps(size: int) -> Indices32:
    kept = np.arange(_KEPT, dtype=np.int32) * np.int32(size)
    kept.setflags(write=False)
    return kept


def codes_of(texts: pa.DictionaryArray) -> Indices32:
    """Return the place of each row's text in the dictionary, one behind it where there is none.

    Where all rows have the same, it is kept once: see :func:`is_one`.
    """
    n_texts, n = len(texts.dictionary), len(texts)
    if texts.null_count == n:
        return np.broadcast_to(np.int32(n_texts), n)
    if not texts.null_count:
        if n_texts == 1:
            return np.broadcast_to(np.int32(0), n)
        return np.asarray(texts.indices.to_numpy())
    return np.asarray(pc.fill_null(texts.indices, n_texts).to_numpy(zero_copy_only=False))


def texts_of(codes: Values, texts: Sequence[str]) -> pa.DictionaryArray:
    """Return texts by their numbers; each that occurs is kept once.

    Examples
    --------
    >>> texts_of(np.array([2, 0, 2]), ["a", "b", "c"]).dictionary.to_pylist()
    ['a', 'c']
    >>> texts_of(np.array([2, 0, 2]), ["a", "b", "a"]).to_pylist()
    ['a', 'a', 'a']
    """
    if is_one(codes):
        used, places = codes[:1], np.zeros(len(codes), dtype=np.int32)
    else:
        # Numbers of texts are small: they are counted, which is quicker than to sort them.
        used = np.flatnonzero(np.bincount(codes))
        place = np.zeros(used[-1] + 1 if len(used) else 0, dtype=np.int32)
        place[used] = np.arange(len(used))
        places = place[codes]
    words = [texts[code] for code in used.tolist()]
    kept = list(dict.fromkeys(words))
    if len(kept) < len(words):  # a text may have several numbers
        places = np.array([kept.index(word) for word in words], dtype=np.int32)[places]
    return pa.DictionaryArray.from_arrays(pa.array(places), pa.array(kept, pa.large_string()))


def numbers_of(column: Values) -> pa.Array:
    """Return numbers; NaN is nothing, as pandas writes it."""
    if is_one(column) and np.isnan(column[0]):
        return pa.nulls(len(column), pa.from_numpy_dtype(column.dtype))
    return pa.array(np.ascontiguousarray(column), from_pandas=True)


def utc_times(time_us: Microseconds) -> pa.Array:
    """Return times that are given in microseconds since 1970."""
    return pa.array(time_us).cast(pa.timestamp("us", "UTC"))


def plain_table(columns: Mapping[str, pa.Array], *, is_coded: bool = False) -> pa.Table:
    """Return a table of columns, without codes for texts unless ``is_coded``."""
    if is_coded:
        return pa.table(dict(columns))
    return pa.table(
        {
            name: column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
            for name, column in columns.items()
        }
    )


def is_one(column: Values) -> bool:
    """Return whether an array is one value, which is kept once for all rows.

    Examples
    --------
    >>> is_one(np.broadcast_to(7, 3)), is_one(np.array([7, 7, 7]))
    (True, False)
    """
    return len(column) > 0 and column.strides == (0,)


def values(table: pa.Table, column: str) -> Values:
    """Return a column without missing rows as it is stored."""
    return np.asarray(table[column].to_numpy())


def times_us(times: pa.ChunkedArray) -> Microseconds:
    """Return stored UTC times as microseconds since 1970."""
    return np.asarray(times.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy())
