"""Tables between stages: Parquet and GeoParquet with the same bytes for the same rows."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import Table, dataset
from pyproj import CRS

from corridors.foundation.tables import check, empty

if TYPE_CHECKING:
    import pandera.pandas as pa


def write_table(frame: pd.DataFrame, path: Path, schema: pa.DataFrameSchema) -> None:
    """Write ``frame`` after checking it against its contract.

    Raises
    ------
    InternalError
        The frame breaks the contract.
    """
    checked = check(frame.reset_index(drop=True), schema)
    if isinstance(checked, gpd.GeoDataFrame):
        checked.to_parquet(path, compression="zstd", index=False)
    else:
        checked.to_parquet(path, compression="zstd", index=False)


def write_with_boxes(frame: gpd.GeoDataFrame, path: Path, schema: pa.DataFrameSchema) -> None:
    """Write a layer with a column ``bbox``, by which readers skip what is elsewhere.

    Raises
    ------
    InternalError
        The layer breaks its contract.
    """
    check(frame, schema).to_parquet(
        path, compression="zstd", index=False, write_covering_bbox=True, schema_version="1.1.0"
    )


class PieceWriter(ABC):
    """Write a table piece by piece, and an empty one where no piece was written.

    Use as a context manager; after an error within nothing more is written.

    Parameters
    ----------
    path
        File to write.
    contract
        Of the table.
    """

    def __init__(self, path: Path, contract: pa.DataFrameSchema) -> None:
        self._path = path
        self._contract = contract
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._flush()
                if self._writer is None:
                    write_table(empty(self._contract), self._path, self._contract)
        finally:
            if self._writer is not None:
                self._writer.close()

    @abstractmethod
    def _flush(self) -> None:
        """Check and write the pieces that wait."""


class TableWriter(PieceWriter):
    """Write a table without geometry piece by piece, each piece a row group of its own.

    For tables that are too large to hold at once. Pieces are checked against the contract some at
    a time; that keys differ between distant pieces is the caller's to see to. Use as a context
    manager.

    Parameters
    ----------
    path
        File to write.
    schema
        The contract; also that of the table without rows, if no piece is written.

    Raises
    ------
    InternalError
        A piece breaks the contract.
    """

    _ROWS_AT_ONCE = 250_000

    def __init__(self, path: Path, schema: pa.DataFrameSchema) -> None:
        super().__init__(path, schema)
        self._waiting: list[pd.DataFrame] = []

    def write(self, frame: pd.DataFrame) -> None:
        """Append a piece; one without rows leaves no trace."""
        if len(frame):
            self._waiting.append(frame)
        if sum(map(len, self._waiting)) >= self._ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        """Check and write the pieces that wait."""
        if not self._waiting:
            return
        checked = check(pd.concat(self._waiting, ignore_index=True), self._contract)
        table = Table.from_pandas(checked, preserve_index=False)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        start = 0
        for piece in self._waiting:
            self._writer.write_table(table.slice(start, len(piece)))
            start += len(piece)
        self._waiting.clear()


def read_table(
    path: Path, columns: list[str] | None = None, where: dict[str, list[str]] | None = None
) -> pd.DataFrame:
    """Return a table written by :func:`write_table` that has no geometry.

    ``where`` = {column: values} reads only those rows; on a table sorted by the column the rest
    is not even decoded.
    """
    filters = [(column, "in", values) for column, values in where.items()] if where else None
    return pd.read_parquet(path, columns=columns, filters=filters)


class StoredTable:
    """A table without geometry that is read many times, some rows each time.

    Its row groups are looked up once: with one row group per window that would else cost more
    than the rows.

    Parameters
    ----------
    path
        File written by :func:`write_table` or :class:`TableWriter`.
    """

    def __init__(self, path: Path) -> None:
        self._data = dataset.dataset(path, format="parquet")

    def rows(self, column: str, values: list[str]) -> pd.DataFrame:
        """Return the rows whose ``column`` is one of ``values``, in the order of the file."""
        # With its type: of no values at all arrow knows none.
        wanted = pa.array(values, type=self._data.schema.field(column).type)
        found: pd.DataFrame = self._data.to_table(
            filter=dataset.field(column).isin(wanted)
        ).to_pandas()
        return found


def read_layer(path: Path, columns: list[str] | None = None) -> gpd.GeoDataFrame:
    """Return a table with geometry (EPSG:4326) written by :func:`write_table`.

    As `geopandas.read_parquet` does, which would look up what it says of its CRS anew for every
    file: three quarters of the time that a small layer takes.
    """
    with pq.ParquetFile(path) as file:
        table = file.read(columns=columns)
    about = json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]
    stated, bounds = about["crs"], about.get("covering", {}).get("bbox", {})
    if bounds and bounds["xmin"][0] in table.column_names:
        table = table.drop_columns(bounds["xmin"][0])
    frame = table.drop_columns("geometry").to_pandas()
    geometry = gpd.GeoSeries.from_wkb(
        table["geometry"].to_numpy(), index=frame.index, crs=_crs(json.dumps(stated))
    )
    frame.insert(table.column_names.index("geometry"), "geometry", geometry)
    return gpd.GeoDataFrame(frame, geometry="geometry")


@cache
def _crs(projjson: str) -> CRS:
    return CRS.from_user_input(projjson)


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write ``content`` as sorted, indented JSON; NaN is refused, use None."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Return what :func:`write_json` wrote."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
