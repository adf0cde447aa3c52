"""Faults of rows, gathered over the parts of a file: the first of each kind shown, all counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from corridors.foundation.arrays import Flags, Indices, Values
from corridors.foundation.errors import Fault

FAULT_ROWS = 5  # rows shown for one kind of fault; the rest is counted


@dataclass
class _Kind:
    shown: list[Fault] = field(default_factory=list)
    count: int = 0


class RowFaults:
    """What is wrong with the rows of one file.

    Parameters
    ----------
    file
        How messages call it.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self._kinds: dict[tuple[str, str | None], _Kind] = {}

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def add(
        self,
        what: str,
        mask: Flags,
        rows: Indices,
        got: Sequence[Any] | Values,
        *,
        column: str | None = None,
        expected: str | None = None,
        cure: str | None = None,
    ) -> None:
        """Keep a fault of the rows where ``mask`` is true; ``got`` holds one value a row."""
        places = np.flatnonzero(mask)
        if not len(places):
            return
        kind = self._kinds.setdefault((what, column), _Kind())
        for place in places[: max(0, FAULT_ROWS - len(kind.shown))]:
            row, value = int(rows[place]), got[place]
            text = repr(value) if isinstance(value, str) else str(value)
            kind.shown.append(Fault(what, self.file, row, column, expected, text, cure))
        kind.count += len(places)

    def one(self, fault: Fault) -> None:
        """Keep a fault of the whole file, once."""
        kind = self._kinds.setdefault((fault.what, fault.column), _Kind())
        if not kind.shown:
            kind.shown.append(fault)
            kind.count = 1

    def join(self, other: RowFaults) -> None:
        """Keep the faults of another collection too."""
        for key, kind in other._kinds.items():
            own = self._kinds.setdefault(key, _Kind())
            own.shown += kind.shown[: max(0, FAULT_ROWS - len(own.shown))]
            own.count += kind.count

    def list(self) -> list[Fault]:
        """Return the faults, kinds in the order in which they were met."""
        found: list[Fault] = []
        for (what, column), kind in self._kinds.items():
            found += kind.shown
            more = kind.count - len(kind.shown)
            if more > 0:
                plural = "row" if more == 1 else "rows"
                found.append(Fault(f"{what}: {more} more {plural}", self.file, column=column))
        return found


def row_faults(
    what: str,
    file: str,
    rows: Sequence[int],
    got: Sequence[Any],
    *,
    column: str | None = None,
    expected: str | None = None,
    cure: str | None = None,
) -> list[Fault]:
    """Return one fault for each of the first rows and one that counts the others."""
    faults = [
        Fault(what, file, int(row), column, expected, str(value), cure)
        for row, value in zip(rows[:FAULT_ROWS], got[:FAULT_ROWS], strict=False)
    ]
    more = len(rows) - FAULT_ROWS
    if more > 0:
        plural = "row" if more == 1 else "rows"
        faults.append(Fault(f"{what}: {more} more {plural}", file, column=column))
    return faults
