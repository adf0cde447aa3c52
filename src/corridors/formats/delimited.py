"""Delimited text: columns as strings, each with its row number, or every fault found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from corridors.formats.contents import Contents, contents
from corridors.formats.encodings import Encoding
from corridors.formats.encodings.streams import not_utf8, recognise, utf8_stream
from corridors.formats.plain_parquet import ParquetTable
from corridors.formats.row_faults import row_faults
from corridors.formats.table_header import DELIMITERS, Header, find_header
from corridors.formats.text_file import TextFile, as_file
from corridors.foundation.arrays import Indices
from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.foundation.faults import IN_FILES_FRAC, nearest

__all__ = [
    "EMPTY",
    "TextTable",
    "missing_columns",
    "nearest",
    "open_table",
    "read_columns",
    "require_file",
    "row_faults",
]

# Text that spreadsheets and R write for "no value".
EMPTY = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None")
_END_OF_DOS = "\x1a"
_HEAD_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class TextTable:
    """A delimited text whose header is known."""

    name: str
    source: Contents
    encoding: Encoding
    header: Header
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.header.names

    def batches(
        self, columns: Sequence[str], *, numbers: Collection[str] = ()
    ) -> Iterator[pa.RecordBatch]:
        """Yield the named columns as text, null for no value, with ``source_row``.

        ``source_row`` is 1-based and counts from the first line of the file. Lines without any
        text are skipped and keep their number.

        Parameters
        ----------
        columns
            Their names.
        numbers
            Columns that come as numbers as long as all of their rows are plain finite ones.

        Raises
        ------
        InputError
            A row with more or fewer fields than the header, broken quotes, text that is not
            UTF-8, or no rows at all.
        """
        types = dict.fromkeys(numbers, pa.float64())
        n_read = n_yielded = 0
        with as_file(self.source, self.encoding, self.name) as file:
            for hints in ({},) if self.encoding.doubtful or not types else (types, {}):
                try:
                    for batch, n in self._rows(file, list(dict.fromkeys(columns)), hints, n_read):
                        n_read += n
                        n_yielded += len(batch)
                        if len(batch):
                            yield batch
                    break
                except pa.ArrowInvalid as error:
                    # What is no plain number is read as text, from where it stands on.
                    if not hints and "Empty CSV" not in str(error):
                        raise InputError(self._broken(file, error)) from None
        if not n_yielded:
            raise InputError(_no_rows(self.name))

    def _rows(
        self, file: TextFile, wanted: list[str], types: Mapping[str, pa.DataType], n_before: int
    ) -> Iterator[tuple[pa.RecordBatch, int]]:
        """Yield rows after the first ``n_before``, and how many lines each part was made of."""
        names = self.header.names
        position = [f"{names.index(column)}" for column in wanted]
        # Behind a separator at the end of a row nothing may stand.
        behind = [str(i) for i in range(len(names), self.header.n_fields)]
        kinds = {str(names.index(column)): kind for column, kind in types.items()}
        above, left_out = self.header.row, n_before
        with file.opened(self.header.n_bytes) as stream:
            how = self._how([*position, *behind], kinds)
            for batch in _read_ahead(arrow_csv.open_csv(stream, **how)):
                rows = np.arange(above + 1, above + 1 + len(batch), dtype="int64")
                above += len(batch)
                n = max(0, len(batch) - left_out)
                left_out -= len(batch) - n
                if not n:
                    continue
                part, rows = batch.slice(len(batch) - n), rows[len(batch) - n :]
                if any(_has_infinite(part.column(at)) for at in kinds):
                    raise pa.ArrowInvalid("not a plain number")
                self._nothing_behind(part, behind, rows)
                self._only_ascii(part, rows)
                text = part.select(position).rename_columns(wanted)
                yield self._with_text(text, rows), n

    def _how(self, included: Sequence[str], kinds: Mapping[str, pa.DataType]) -> dict[str, Any]:
        """Return the options of Arrow's reader; ``included`` and ``kinds`` by position."""
        # By position: names may repeat among those that nobody asked for.
        everything = [str(i) for i in range(self.header.n_fields)]
        return {
            "read_options": arrow_csv.ReadOptions(column_names=everything, block_size=_BLOCK_BYTES),
            "parse_options": arrow_csv.ParseOptions(
                delimiter=self.header.delimiter, newlines_in_values=True, ignore_empty_lines=False
            ),
            "convert_options": arrow_csv.ConvertOptions(
                column_types={**dict.fromkeys(everything, pa.string()), **kinds},
                include_columns=list(dict.fromkeys(included)),
                strings_can_be_null=True,
                null_values=list(EMPTY),
                check_utf8=False,
            ),
        }

    def _broken(self, file: TextFile, error: Exception) -> list[Fault]:
        """Return why rows cannot be read: all rows with a wrong number of fields, or what it is."""
        ragged: list[tuple[int, int]] = []
        ended: list[tuple[int, int]] = []

        def on_ragged(row: Any) -> str:
            at = self.header.row + row.number
            (ended if row.text.strip() == _END_OF_DOS else ragged).append((at, row.actual_columns))
            return "skip"

        how = self._how(["0"], {})
        # One thread: with several the numbers of ragged rows are not known.
        how["read_options"].use_threads = False
        how["parse_options"].invalid_row_handler = on_ragged
        try:
            with file.opened(self.header.n_bytes) as stream:
                arrow_csv.read_csv(stream, **how)
        except pa.ArrowInvalid as other:
            error = other
        if ragged:
            return self._ragged(ragged)
        return [self._ended(*ended[0])] if ended else [self._unreadable(error)]

    def _ended(self, row: int, _: int) -> Fault:
        return Fault(
            "an end mark of DOS (Ctrl-Z) stands in the file",
            self.name,
            row,
            expected="rows, and nothing behind them",
            cure="remove this line",
        )

    def _with_text(self, text: pa.RecordBatch, rows: Indices) -> pa.RecordBatch:
        """Return the rows that have any text and are no units, with their numbers."""
        kept = text.append_column("source_row", pa.array(rows))
        if self.header.n_units and rows[0] == self.header.row + 1:
            kept = kept.slice(self.header.n_units)
        if not all(column.null_count for column in kept.columns[:-1]):
            return kept
        blank = np.logical_and.reduce(
            [column.is_null().to_numpy(zero_copy_only=False) for column in kept.columns[:-1]]
        )
        return kept.filter(pa.array(~blank)) if blank.any() else kept

    def _nothing_behind(self, batch: pa.RecordBatch, behind: Sequence[str], rows: Indices) -> None:
        for column in behind:
            found = batch.column(column)
            if found.null_count == len(found):
                continue
            place = int(np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))[0])
            n = self.header.n_fields
            raise InputError(self._ragged([(int(rows[place]), n)]))

    def _only_ascii(self, batch: pa.RecordBatch, rows: Indices) -> None:
        if not self.encoding.doubtful:
            return
        for column in batch.columns:
            plain = pc.fill_null(pc.string_is_ascii(column), fill_value=True)
            if not pc.all(plain).as_py():
                place = int(np.flatnonzero(~plain.to_numpy(zero_copy_only=False))[0])
                raise InputError(not_utf8(int(rows[place]), column[place].as_py(), self.name))

    def _unreadable(self, error: Exception) -> Fault:
        return Fault(
            "the file cannot be read as delimited text",
            self.name,
            got=str(error).splitlines()[0][:160],
            cure="look for an unclosed quotation mark",
        )

    def _ragged(self, rows: list[tuple[int, int]]) -> list[Fault]:
        n = len(self.header.names)
        return row_faults(
            "row has the wrong number of fields",
            self.name,
            [row for row, _ in rows],
            [f"{count} fields" for _, count in rows],
            expected=f"{n} fields separated by {DELIMITERS.get(self.header.delimiter, 'sep=')}",
            cure="the row is cut off or a text with a delimiter is not quoted",
        )


def require_file(path: Path, name: str, what: str) -> None:
    """Refuse a path that is not there.

    Raises
    ------
    MissingInputError
        No such file.
    """
    if not path.exists():
        raise MissingInputError(
            Fault(f"{what} not found", file=name, cure="correct the path in the configuration")
        )


def open_table(
    path: Path,
    name: str,
    wanted: Collection[str],
    *,
    encoding: str | None = None,
    header_row: int | None = None,
    sheet: str | None = None,
    enough: int | None = None,
) -> TextTable | ParquetTable:
    """Return a table of a text file, an archive with one, a workbook or a Parquet file.

    The header is the line, and the delimiter the character, under which most of the ``wanted``
    names are found; then the first line that has text, and the delimiter that gives most columns.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    wanted
        Names of columns that tell the header.
    encoding
        As stated; None: recognised where the bytes leave no doubt.
    header_row
        Row of the header as stated, 1-based; None: found by ``wanted``.
    sheet
        Sheet of a workbook; None when it has one.
    enough
        A line with so many of the names is the header; None: all of them.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Empty, binary, damaged, or not a table.
    """
    source = contents(path, name, sheet=sheet)
    if source.kind == "parquet":
        if source.member is not None:
            raise InputError(
                Fault("a Parquet file in an archive", name, cure="unpack it, and name the file")
            )
        return ParquetTable(path, name)
    with source.open() as stream:
        found = recognise(stream, name, encoding)
    with utf8_stream(source.open(), found, name) as stream:
        head = stream.read(_HEAD_BYTES).decode("utf-8", errors="ignore")
    header = find_header(head, frozenset(wanted), header_row, enough or len(set(wanted)))
    if found.doubtful:
        _doubtful_header(header, name)
    notes: dict[str, Any] = {}
    if source.member is not None:
        notes["read_from"] = source.member
    if found.name != "utf-8":
        notes["encoding"] = found.name
    if header.row > 1:
        notes["header_row"] = header.row
    if header.n_units:
        notes["units_row"] = header.row + 1
    if header.delimiter != ",":
        notes["delimiter"] = header.delimiter
    return TextTable(name, source, found, header, notes)


def _doubtful_header(header: Header, name: str) -> None:
    for column in header.names:
        if not column.isascii():
            raise InputError(not_utf8(header.row, column, name))


def missing_columns(
    file: str, names: Sequence[str], header: Sequence[str], row: int = 1
) -> list[Fault]:
    """Return a fault for each name that the header lacks or has twice."""
    faults = []
    for name in dict.fromkeys(names):
        count = sum(column == name for column in header)
        if count == 1:
            continue
        if count > 1:
            faults.append(
                Fault(
                    "column appears more than once",
                    file,
                    row,
                    name,
                    expected="one column of this name",
                    got=str(count),
                    cure="rename or remove the others",
                )
            )
            continue
        # A column that another role uses is no candidate.
        near = nearest(
            name,
            [column for column in header if column not in names],
            least_alike_frac=IN_FILES_FRAC,
        )
        hint = (
            f"the nearest column is '{near}'"
            if near
            else "name the right column, or add it to the file"
        )
        faults.append(
            Fault(
                "column not found",
                file,
                row,
                name,
                expected=name,
                got=", ".join(header[:12]) + (" ..." if len(header) > 12 else ""),
                cure=hint,
            )
        )
    return faults


def read_columns(table: TextTable | ParquetTable, columns: Sequence[str]) -> pd.DataFrame:
    """Return the named columns as stripped text, with ``source_row``; empty text for no value.

    Raises
    ------
    InputError
        What :meth:`TextTable.batches` finds.
    """
    whole = pa.Table.from_batches(table.batches(columns))
    frame = pd.DataFrame(
        {
            column: pc.fill_null(whole.column(column).cast(pa.string()), "")
            .to_pandas()
            .astype("str")
            .str.strip()
            for column in dict.fromkeys(columns)
        }
    )
    frame["source_row"] = whole.column("source_row").to_numpy()
    return frame


def _read_ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches while the next one is made; a thread that is left waits for nothing."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(next, batches, None)
        while (batch := waiting.result()) is not None:
            waiting = pool.submit(next, batches, None)
            yield batch


def _has_infinite(column: pa.Array) -> bool:
    if not pa.types.is_floating(column.type):
        return False
    return bool(np.isinf(column.to_numpy(zero_copy_only=False)).any())


def _no_rows(name: str) -> Fault:
    return Fault(
        "the file has a header but no rows", name, cure="export it again, or remove the source"
    )
