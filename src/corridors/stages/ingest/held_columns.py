"""Columns of many rows in pieces, so that they can grow without being copied."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from corridors.foundation.arrays import Indices, Values
from corridors.foundation.arrow import is_one

# Rows of a piece at most, and so many that they are not copied to be one with others.
PIECE, _LEAST = 1 << 20, 1 << 14


class HeldColumns:
    """Rows with the same columns.

    Parameters
    ----------
    pieces
        Columns by name, each of shape (n,), n > 0; together they are the rows.
    """

    def __init__(self, pieces: Sequence[dict[str, Values]] = ()) -> None:
        self.pieces = list(pieces)
        self.ends: list[int] = np.cumsum([_n_rows(piece) for piece in pieces]).tolist()

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0

    def of(self, name: str, start: int, end: int) -> Values:
        """Return some rows of a column."""
        found = []
        at = bisect_right(self.ends, start)
        while start < end:
            column = self.pieces[at][name]
            first = self.ends[at] - len(column)
            found.append(column[start - first : end - first])
            start, at = self.ends[at], at + 1
        return _joined(found) if found else np.zeros(0)

    def runs(self, name: str) -> HeldColumns:
        """Return the rows with pieces that are views, each of one value of a column."""
        found = []
        for piece in self.pieces:
            codes = piece[name]
            for start, end in pairwise([0, *edges(codes).tolist(), len(codes)]):
                run = {key: own[start:end] for key, own in piece.items()}
                found.append({**run, name: np.broadcast_to(codes[start], end - start)})
        return HeldColumns(found)

    def ordered(self, order: Indices) -> HeldColumns:
        """Return the rows in another order, and keep none."""
        if not self.pieces:
            return self
        whole = {}
        for name in list(self.pieces[0]):
            # One column at a time is there twice.
            whole[name] = np.concatenate([piece.pop(name) for piece in self.pieces])[order]
        self.__init__()  # type: ignore[misc]
        starts = range(0, len(order), PIECE)
        return HeldColumns(
            [{name: own[at : at + PIECE] for name, own in whole.items()} for at in starts]
        )


class Gathering:
    """Takes rows batch by batch and makes pieces of them."""

    def __init__(self) -> None:
        self._pieces: list[dict[str, Values]] = []
        self._waiting: list[dict[str, Values]] = []
        self._n_waiting = 0

    def add(self, columns: dict[str, Values]) -> None:
        """Append rows, as arrays of one length; they may be kept as they are."""
        n = _n_rows(columns)
        if n >= _LEAST:
            self._close()
            for start in range(0, n, PIECE):
                piece = {name: own[start : start + PIECE] for name, own in columns.items()}
                self._pieces.append({name: _small(own) for name, own in piece.items()})
            return
        start = 0
        while start < n:
            end = min(n, start + PIECE - self._n_waiting)
            self._waiting.append({name: own[start:end] for name, own in columns.items()})
            self._n_waiting += end - start
            start = end
            if self._n_waiting == PIECE:
                self._close()

    def pieces(self) -> list[dict[str, Values]]:
        """Return all rows."""
        self._close()
        return self._pieces

    def _close(self) -> None:
        if not self._waiting:
            return
        names = list(self._waiting[0])
        self._pieces.append(
            {name: _small(_joined([own[name] for own in self._waiting])) for name in names}
        )
        self._waiting, self._n_waiting = [], 0


def _n_rows(columns: dict[str, Values]) -> int:
    return len(next(iter(columns.values())))


def _joined(parts: Sequence[Values]) -> Values:
    if len(parts) == 1:
        return parts[0]
    if all(map(is_one, parts)) and len(np.unique([part[0] for part in parts])) == 1:
        return np.broadcast_to(parts[0][0], sum(map(len, parts)))
    return np.concatenate(parts)


def _small(column: Values) -> Values:
    """Return numbers of texts as small integers, and one value, or nothing but NaN, as one."""
    if column.dtype == np.int32:
        if is_one(column):
            return np.broadcast_to(column[0].astype(np.min_scalar_type(column[0])), len(column))
        return column.astype(np.min_scalar_type(column.max()))
    if column.dtype == np.float64 and np.isnan(column[0]) and np.isnan(column).all():
        return np.broadcast_to(np.nan, len(column))
    return column


def ascends(keys: Sequence[Values]) -> bool:
    """Return whether rows are in the order of their keys, the first of which counts most."""
    equal = np.ones(len(keys[0]) - 1, dtype=bool)
    for key in keys:
        if is_one(key):
            continue
        if (equal & (key[1:] < key[:-1])).any():
            return False
        equal &= key[1:] == key[:-1]
        if not equal.any():
            break
    return True


def edges(column: Values) -> Indices:
    """Return the rows whose value is another than that of the row before."""
    if is_one(column):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(column[1:] != column[:-1]) + 1


def mapped(codes: Values, to: Values) -> Values:
    """Return what stands in ``to`` for each number."""
    return np.broadcast_to(to[codes[0]], len(codes)) if is_one(codes) else to[codes]
