"""Tables that are too large to hold: rows are handed over piece by piece while a stage runs.

A stage opens a spool, adds pieces and returns what :meth:`Spool.close` gives it in its results.
Who runs the stage decides where the pieces wait: in memory, which is the default and all that a
test needs, or in a file beside the other results (:func:`waiting_in`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from corridors.foundation.artefacts import FixTable, Table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import pandera.pandas as pandera
    import pyarrow as pa

Piece = TypeVar("Piece", contravariant=True)
Made = TypeVar("Made", covariant=True)

Bounds = tuple[float, float, float, float]


class Spool(Protocol, Generic[Piece, Made]):
    """Rows on their way into an artefact."""

    def add(self, piece: Piece) -> None:
        """Append rows; none leave no trace."""

    def close(self) -> Made:
        """Return all rows as an artefact."""


@dataclass(frozen=True)
class Spools:
    """Where rows wait: opens a spool for a contract."""

    rows: Callable[[str], Spool[pd.DataFrame, Table]]
    fixes: Callable[[str, Bounds | None], Spool[pa.Table, FixTable]]


def spool_rows(contract: str) -> Spool[pd.DataFrame, Table]:
    """Return a spool for rows of a contract (by name) without geometry."""
    return _where().rows(contract)


def spool_fixes(contract: str, bounds_deg: Bounds | None) -> Spool[pa.Table, FixTable]:
    """Return a spool for fixes, columns named and typed as in the contract.

    Pieces come in the order of the table; an animal may go on in the next.

    Parameters
    ----------
    contract
        Name of the contract.
    bounds_deg
        West, south, east and north of all positions; None without any.
    """
    return _where().fixes(contract, bounds_deg)


@contextmanager
def waiting_in(spools: Spools) -> Iterator[None]:
    """Let the spools that are opened inside wait where ``spools`` says."""
    token = _spools.set(spools)
    try:
        yield
    finally:
        _spools.reset(token)


class _HeldRows:
    """Rows that wait in memory."""

    def __init__(self, contract: str) -> None:
        self._contract = contract
        self._pieces: list[pd.DataFrame] = []

    def add(self, piece: pd.DataFrame) -> None:
        if len(piece):
            self._pieces.append(piece)

    def close(self) -> Table:
        import pandas as pd

        from corridors.foundation.tables import CONTRACTS, check, empty

        schema = CONTRACTS[self._contract]
        if not self._pieces:
            return Table.of(empty(schema))
        return Table.of(check(pd.concat(self._pieces, ignore_index=True), schema))


class _HeldFixes:
    """Fixes that wait in memory."""

    def __init__(self, contract: str, bounds_deg: Bounds | None) -> None:  # noqa: ARG002 - as stored
        self._contract = contract
        self._pieces: list[pa.Table] = []

    def add(self, piece: pa.Table) -> None:
        self._pieces.append(piece)

    def close(self) -> FixTable:
        import geopandas as gpd
        import pyarrow as pa

        from corridors.foundation.tables import CONTRACTS, check, empty

        schema = CONTRACTS[self._contract]
        pieces = [piece for piece in self._pieces if piece.num_rows]
        if not pieces:
            return FixTable.of(gpd.GeoDataFrame(empty(schema)))
        rows = pa.concat_tables(pieces, promote_options="permissive")
        return FixTable.of(check(fix_frame(rows, schema), schema))


def fix_frame(rows: pa.Table, schema: pandera.DataFrameSchema) -> gpd.GeoDataFrame:
    """Return fixes, points as well-known binary, as a frame with the types of their contract."""
    import geopandas as gpd

    from corridors.foundation.tables import GEOGRAPHIC

    frame: Any = rows.to_pandas()
    points = gpd.GeoSeries.from_wkb(frame.pop("geometry"), crs=GEOGRAPHIC)
    typed = {
        name: column.dtype.type
        for name, column in schema.columns.items()
        if name in frame and str(column.dtype) != "geometry"
    }
    return gpd.GeoDataFrame(frame.astype(typed), geometry=points)


_spools: ContextVar[Spools | None] = ContextVar("spools", default=None)


def _where() -> Spools:
    return _spools.get() or Spools(_HeldRows, _HeldFixes)
