"""Tables of fixes, one animal at a time: what is held does not grow with the herd.

FIXES and CLEAN_FIXES are sorted by animal, so an animal's rows follow one another. Positions are
taken from the stored points without building a geometry for each fix.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corridors.formats.parquet import PieceWriter
from corridors.foundation.errors import Fault, InternalError
from corridors.foundation.tables import check, empty
from corridors.foundation.tables.columns import contract

if TYPE_CHECKING:
    import pandera.pandas as pandera

_ROWS_READ = 65_536
_ROWS_WRITTEN = 65_536
_ROWS_CHECKED = 500_000  # to ask the contract costs as much as to look at so many rows
_UTC = pa.timestamp("us", "UTC")
_TEXT = pa.dictionary(pa.int32(), pa.large_string())
# Numbers that occur again and again. Of the others a dictionary would hold almost every row.
_REPEATED = ("dop", "flags", "burst")
# By these rows are sought; the least and greatest of the others help nobody.
_SOUGHT = ("animal", "time_utc")


def read_animals(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
    """Yield each animal's name and rows, in the order of the file.

    Parameters
    ----------
    path
        A table of fixes, sorted by animal.
    columns
        Columns of the tables that are yielded.

    Raises
    ------
    InternalError
        The rows of an animal are apart.
    """
    wanted = list(dict.fromkeys(["animal", *columns]))
    seen: set[str] = set()
    waiting: list[pa.RecordBatch] = []
    name: str | None = None
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS_READ, columns=wanted):
            runs = pc.run_end_encode(batch.column("animal"))
            start = 0
            for animal, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
                if animal != name:
                    if name is not None:
                        yield name, _joined(waiting, columns)
                    if animal in seen:
                        raise InternalError(
                            Fault(
                                "the rows of an animal are apart",
                                file=path.name,
                                column="animal",
                                expected="a table sorted by animal",
                                got=animal,
                            )
                        )
                    seen.add(animal)
                    name, waiting = animal, []
                waiting.append(batch.slice(start, end - start))
                start = end
    if name is not None:
        yield name, _joined(waiting, columns)


def _joined(batches: list[pa.RecordBatch], columns: Sequence[str]) -> pa.Table:
    return pa.Table.from_batches(batches).select(list(columns)).combine_chunks()


class FixWriter(PieceWriter):
    """Write a table of fixes piece by piece, such as one animal after the other.

    Small pieces together make a row group, a large one makes its own. The contract is checked
    without the points, which are passed on as they were read; of texts each different one, those of
    later pieces at the end. Use as a context manager.

    Parameters
    ----------
    path
        File to write.
    schema
        The contract.
    bounds_deg
        West, south, east and north of all positions; None without any.

    Raises
    ------
    InternalError
        Rows break the contract.
    """

    def __init__(
        self,
        path: Path,
        schema: pandera.DataFrameSchema,
        bounds_deg: tuple[float, float, float, float] | None,
    ) -> None:
        super().__init__(path, schema)
        self._stored = _stored_schema(schema, bounds_deg)
        texts = [one.name for one in self._stored if one.type == pa.large_string()]
        numbers = [one.name for one in self._stored if one.name not in ("geometry", *texts)]
        self._texts, self._numbers = (
            contract(str(schema.name), {name: schema.columns[name] for name in names})
            for names in (texts, numbers)
        )
        self._words: dict[str, set[str | None]] = {name: set() for name in texts}
        self._is_new = False
        self._schema = pa.schema(
            [one.with_type(_TEXT) if one.name in texts else one for one in self._stored]
        )
        self._waiting: list[pa.Table] = []
        self._unchecked: list[pa.Table] = []
        # One row group is compressed while the next is made.
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._written: Future[None] | None = None

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self._flush()
                self._check_numbers()
                self._check_texts()
                self._wait()
        except BaseException as raised:
            kind = type(raised)
            raise
        finally:
            self._pool.shutdown()
            super().__exit__(kind, *rest)

    def write(self, rows: pa.Table) -> None:
        """Append rows, columns named and typed as in the contract; texts may be coded."""
        self._waiting.append(rows.select(self._schema.names).cast(self._schema))
        if sum(table.num_rows for table in self._waiting) >= _ROWS_WRITTEN:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting).combine_chunks()
        self._waiting.clear()
        self._unchecked.append(table.select(list(self._numbers.columns)))
        self._take_words(table)
        if self._writer is None or sum(map(len, self._unchecked)) >= _ROWS_CHECKED:
            self._check_numbers()
        if self._writer is None:
            self._check_texts()
            self._writer = self._opened()
        self._wait()
        self._written = self._pool.submit(self._writer.write_table, table)

    def _check_numbers(self) -> None:
        """Check the numbers of the rows since the last check."""
        if self._unchecked:
            check(pa.concat_tables(self._unchecked).to_pandas(), self._numbers)
            self._unchecked.clear()

    def _check_texts(self) -> None:
        """Check each different text, if there are some that were not yet checked."""
        if not self._is_new:
            return
        n = max(map(len, self._words.values()))
        # Columns of one length: the words of each again and again.
        words = {name: sorted(own, key=str) for name, own in self._words.items()}
        rows = {
            name: pa.array(islice(cycle(own), n), pa.large_string()) for name, own in words.items()
        }
        check(pa.table(rows).to_pandas(), self._texts)
        self._is_new = False

    def _take_words(self, table: pa.Table) -> None:
        for name, known in self._words.items():
            n_before = len(known)
            known |= _words(table[name])
            self._is_new |= len(known) > n_before

    def _opened(self) -> pq.ParquetWriter:
        """Return the file, which reads as one with plain texts."""
        counted = [one.name for one in self._stored if one.type in (pa.int64(), _UTC)]
        writer = pq.ParquetWriter(
            self._path,
            self._schema,
            # Positions hardly compress: LZ4 takes a third more room and a fifth of the time.
            compression={
                name: "lz4" if name == "geometry" else "zstd" for name in self._schema.names
            },
            use_dictionary=[*self._words, *_REPEATED],
            write_statistics=list(_SOUGHT),
            write_batch_size=_ROWS_WRITTEN,
            # Numbers that mostly grow by the same: their differences take no space.
            column_encoding=dict.fromkeys(counted, "DELTA_BINARY_PACKED"),
            store_schema=False,
        )
        plain = base64.b64encode(self._stored.serialize())
        writer.add_key_value_metadata({**self._stored.metadata, b"ARROW:schema": plain})
        return writer

    def _wait(self) -> None:
        """Wait for the row group that is being written, and raise what it raised."""
        if self._written is not None:
            self._written.result()


def _words(column: pa.ChunkedArray) -> set[str | None]:
    """Return the different texts of a column, None among them if a row has none."""
    found = {word for chunk in column.chunks for word in chunk.dictionary.to_pylist()}
    return {*found, None} if column.null_count else found


def _stored_schema(
    contract: pandera.DataFrameSchema, bounds_deg: tuple[float, float, float, float] | None
) -> pa.Schema:
    """Return the Arrow schema that a table of this contract is written with."""
    buffer = pa.BufferOutputStream()
    empty(contract).to_parquet(buffer, index=False)
    schema = pq.read_schema(pa.BufferReader(buffer.getvalue()))
    about: dict[str, Any] = json.loads(schema.metadata[b"geo"])
    column = about["columns"]["geometry"]
    column.pop("bbox", None)
    if bounds_deg is not None:
        column["geometry_types"] = ["Point"]
        column["bbox"] = list(bounds_deg)
    return schema.with_metadata({**schema.metadata, b"geo": json.dumps(about).encode()})
