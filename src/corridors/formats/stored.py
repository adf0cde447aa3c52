"""Artefacts on disk: the kinds of `foundation.artefacts`, read from and written to files."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from corridors.foundation.artefacts import (
    Document,
    FixTable,
    HeldRaster,
    HeldSurface,
    Layer,
    Pictures,
    Raster,
    Table,
)
from corridors.foundation.errors import InternalError
from corridors.foundation.spool import Bounds, Spools
from corridors.foundation.tables import CONTRACTS

if TYPE_CHECKING:
    import geopandas as gpd
    import pyarrow as pa
    from pydantic import BaseModel

    from corridors.formats.fixes import FixWriter
    from corridors.formats.parquet import TableWriter
    from corridors.foundation.arrays import Floats
    from corridors.foundation.grid import Grid, RasterFacts

Model = TypeVar("Model", bound="BaseModel")


class StoredTable(Table):
    """A table in a file.

    Parameters
    ----------
    path
        Parquet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: Any = None

    def read(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return all rows, of the named columns or of all."""
        from corridors.formats.parquet import read_table

        return read_table(self.path, None if columns is None else list(columns))

    def rows(self, column: str, values: Sequence[str]) -> pd.DataFrame:
        """Return some rows; the row groups are looked up once, so that many calls are cheap."""
        from corridors.formats.parquet import StoredTable as RowGroups

        if self._rows is None:
            self._rows = RowGroups(self.path)
        found: pd.DataFrame = self._rows.rows(column, list(values))
        return found


class StoredLayer(Layer):
    """A layer in a file.

    Parameters
    ----------
    path
        GeoParquet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, columns: Sequence[str] | None = None) -> gpd.GeoDataFrame:
        """Return all rows, of the named columns or of all."""
        from corridors.formats.parquet import read_layer

        return read_layer(self.path, None if columns is None else list(columns))


class StoredFixes(FixTable):
    """Fixes in a file, sorted by animal.

    Parameters
    ----------
    path
        GeoParquet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def animals(self, columns: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
        """Yield each animal's name and rows."""
        from corridors.formats.fixes import read_animals

        return read_animals(self.path, columns)

    def read(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return all fixes at once."""
        from corridors.formats.parquet import read_layer, read_table

        if columns is None or "geometry" in columns:
            frame: pd.DataFrame = read_layer(self.path, None if columns is None else list(columns))
            return frame
        return read_table(self.path, list(columns))


class StoredRaster(Raster):
    """A raster in a file.

    Parameters
    ----------
    path
        GeoTIFF with one band.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, crs: str) -> tuple[Floats, Grid]:
        """Return values and grid."""
        from corridors.formats.raster import read_band

        return read_band(self.path, crs)

    def about(self) -> RasterFacts:
        """Return where it is and its values above 0, read block by block."""
        from corridors.formats.raster import raster_facts

        return raster_facts(self.path)


def read_facts(path: Path, model: type[Model]) -> Model:
    """Return facts written by :func:`write_facts`."""
    return model.model_validate(json.loads(path.read_text(encoding="utf-8")))


def write_facts(facts: BaseModel, path: Path) -> None:
    """Write facts as sorted, indented JSON, of what was set; NaN is refused, use None."""
    from corridors.formats.parquet import write_json

    write_json(facts.model_dump(mode="json", by_alias=True, exclude_unset=True), path)


def save(value: object, path: Path, contract: str) -> None:
    """Write an artefact to ``path``, a folder for pictures; what is in a file already is copied.

    Parameters
    ----------
    value
        An artefact, facts, or anything with ``write(path)``.
    path
        Where it goes.
    contract
        Name of the contract of a table or layer.

    Raises
    ------
    InternalError
        Rows break their contract, or nobody knows how to write the value.
    """
    from pydantic import BaseModel

    from corridors.formats.parquet import write_table
    from corridors.formats.raster import write_cog, write_surface

    match value:
        case _Spooled():
            value.path.rename(path)
        case StoredTable() | StoredLayer() | StoredFixes() | StoredRaster():
            shutil.copyfile(value.path, path)
        case Table() | Layer() | FixTable():
            write_table(value.read(), path, CONTRACTS[contract])
        case HeldRaster():
            write_cog(path, value.values, value.grid, value.tags)
        case HeldSurface():
            write_surface(path, value.surface, value.tags)
        case Document():
            path.write_text(value.text, encoding="utf-8", newline="")
        case Pictures():
            path.mkdir(parents=True, exist_ok=True)
            for name, content in value.files:
                file = path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        case BaseModel():
            write_facts(value, path)
        case _:
            write = getattr(value, "write", None)
            if write is None:
                raise InternalError(f"nothing writes a {type(value).__name__} to {path.name}")
            write(path)


# --- spools ---------------------------------------------------------------------------------------


class _Spooled:
    """Rows that a spool has written: moved, not copied, to their place."""

    path: Path


class _SpooledTable(_Spooled, StoredTable):
    pass


class _SpooledFixes(_Spooled, StoredFixes):
    pass


class _RowsInFile:
    """Rows without geometry that wait in a file."""

    def __init__(self, path: Path, contract: str) -> None:
        from corridors.formats.parquet import TableWriter

        self._path = path
        self._writer: TableWriter = TableWriter(path, CONTRACTS[contract])

    def add(self, piece: pd.DataFrame) -> None:
        self._writer.write(piece)

    def close(self) -> Table:
        self._writer.__exit__(None)
        return _SpooledTable(self._path)


class _FixesInFile:
    """Fixes that wait in a file."""

    def __init__(self, path: Path, contract: str, bounds_deg: Bounds | None) -> None:
        from corridors.formats.fixes import FixWriter

        self._path = path
        self._writer: FixWriter = FixWriter(path, CONTRACTS[contract], bounds_deg)

    def add(self, piece: pa.Table) -> None:
        self._writer.write(piece)

    def close(self) -> FixTable:
        self._writer.__exit__(None)
        return _SpooledFixes(self._path)


def spools_in(folder: Path) -> Spools:
    """Return spools whose rows wait in ``folder``, on the disk on which results are written.

    Each has a file of its own: a stage that performs others opens several of one contract.
    """
    number = itertools.count()

    def path(contract: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{contract.lower()}-{next(number)}.parquet"

    return Spools(
        lambda contract: _RowsInFile(path(contract), contract),
        lambda contract, bounds: _FixesInFile(path(contract), contract, bounds),
    )
