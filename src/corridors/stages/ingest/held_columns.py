"""Columns of many rows in pieces, so that they can grow without being copied."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from corridors.foundation.arrays import Indices, Values

# Rows of a piece: a row group of the file, as pyarrow cuts one table.
PIECE = 1 << 20


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
        if len(found) == 1:
            return found[0]
        return np.concatenate(found) if found else np.zeros(0)

    def runs(self, name: str) -> HeldColumns:
        """Return the rows with pieces that are views, each of one value of a column."""
        found = []
        for piece in self.pieces:
            edges = np.flatnonzero(np.diff(piece[name])) + 1
            for start, end in pairwise([0, *edges.tolist(), len(piece[name])]):
                found.append({key: own[start:end] for key, own in piece.items()})
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
        """Append rows, as arrays of one length."""
        n = _n_rows(columns)
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
            {name: _small(np.concatenate([own[name] for own in self._waiting])) for name in names}
        )
        self._waiting, self._n_waiting = [], 0


def _n_rows(columns: dict[str, Values]) -> int:
    return len(next(iter(columns.values())))


def _small(column: Values) -> Values:
    """Return numbers of texts as small integers, and nothing but NaN as one."""
    if column.dtype == np.int32:
        return column.astype(np.min_scalar_type(column.max()))
    if column.dtype == np.float64 and np.isnan(column).all():
        return np.broadcast_to(np.nan, len(column))
    return column


def ascends(keys: Sequence[Values]) -> bool:
    """Return whether rows are in the order of their keys, the first of which counts most."""
    equal = np.ones(len(keys[0]) - 1, dtype=bool)
    for key in keys:
        if (equal & (key[1:] < key[:-1])).any():
            return False
        equal &= key[1:] == key[:-1]
    return True
