"""Tables of a Parquet file without geometry: columns as they are stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corridors.foundation.errors import Fault, InputError

_ROWS = 1 << 16


def is_plain_parquet(path: Path) -> bool:
    """Return whether a file is Parquet without the metadata of GeoParquet."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        if stream.read(4) != b"PAR1":
            return False
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowInvalid, OSError):
        return False
    return b"geo" not in metadata


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file as a table of columns, as `delimited.TextTable` is for text."""

    path: Path
    name: str
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        try:
            return tuple(pq.read_schema(self.path).names)
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(self._unreadable(error)) from None

    def batches(
        self,
        columns: Sequence[str],
        *,
        numbers: Collection[str] = (),  # noqa: ARG002 - columns have types of their own
    ) -> Iterator[pa.RecordBatch]:
        """Yield the named columns with ``source_row``, the row of the table from 1.

        Raises
        ------
        InputError
            Damaged, or no rows at all.
        """
        wanted = list(dict.fromkeys(columns))
        above = 0
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(_ROWS, columns=wanted):
                    batch.validate(full=True)  # texts of a damaged file need not be UTF-8
                    rows = np.arange(above + 1, above + 1 + len(batch), dtype="int64")
                    above += len(batch)
                    yield batch.select(wanted).append_column("source_row", pa.array(rows))
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(self._unreadable(error)) from None
        if not above:
            raise InputError(Fault("the file has no rows", self.name, cure="export it again"))

    def _unreadable(self, error: Exception) -> Fault:
        return Fault(
            "the file cannot be read as Parquet",
            self.name,
            got=str(error).replace(str(self.path), self.path.name).splitlines()[0][:160],
            cure="write it again",
        )
