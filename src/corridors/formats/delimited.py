"""Delimited text: columns as strings, each with its row number, or every fault found."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from corridors.formats.contents import Contents, contents
from corridors.formats.encodings import Encoding, Recoded, not_utf8, recognise
from corridors.formats.plain_parquet import ParquetTable
from corridors.formats.row_faults import row_faults
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

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank"}
# Text that spreadsheets and R write for "no value".
EMPTY = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None")
_HEAD_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 22
_HEADER_LINES = 500  # among so many lines the header is looked for
_SAMPLE_ROWS = 20
_SEP = re.compile(r'"?sep=(.)"?,*', re.IGNORECASE)
_UNIT = re.compile(
    r"[\[(]?(deg|degrees?|decimal ?degrees?|dd|°[nsewc]?|m|metres?|meters?|km|utc|gmt|lmt|local|"
    r"yyyy.*|dd[./-]mm.*|mm[./-]dd.*|hh:mm.*|c|celsius|v|volts?|number|text|date|time|datetime|"
    r"string|float|int|integer|double|-|n/?a|id|count|%|m/s|km/h|h|hours?|min|s|seconds?)[\])]?",
    re.IGNORECASE,
)
_UNIT_OF_POSITION = re.compile(r"[\[(]?(deg|dd|decimal|°|m$|m[\])]|met|km)", re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """Where the columns of a text file are named, and how its rows are made.

    Parameters
    ----------
    delimiter
        One character.
    names
        Names of the columns.
    row
        Row of the header, 1-based.
    n_bytes
        Bytes of UTF-8 up to the end of the header.
    n_fields
        Fields of a row; more than names where rows end with a separator.
    n_units
        Rows with units below the header, 0 or 1.
    """

    delimiter: str
    names: tuple[str, ...]
    row: int
    n_bytes: int
    n_fields: int
    n_units: int


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

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the named columns as text, null for no value, with ``source_row``.

        ``source_row`` is 1-based and counts from the first line of the file. Lines without any
        text are skipped and keep their number.

        Raises
        ------
        InputError
            A row with more or fewer fields than the header, broken quotes, text that is not
            UTF-8, or no rows at all.
        """
        wanted = list(dict.fromkeys(columns))
        position = [f"{self.header.names.index(column)}" for column in wanted]
        # Behind a separator at the end of a row nothing may stand.
        behind = [str(i) for i in range(len(self.header.names), self.header.n_fields)]
        ragged: list[tuple[int, int]] = []
        above = self.header.row
        n_yielded = 0
        try:
            with _utf8(self.source, self.encoding, self.name) as stream:
                stream.read(self.header.n_bytes)
                reader = self._reader(stream, [*position, *behind], ragged)
                for batch in reader:
                    rows = np.arange(above + 1, above + 1 + len(batch), dtype="int64")
                    above += len(batch)
                    self._nothing_behind(batch, behind, rows)
                    self._only_ascii(batch, rows)
                    text = batch.select(position).rename_columns(wanted)
                    kept = self._with_text(text, rows)
                    if len(kept) and not ragged:
                        n_yielded += len(kept)
                        yield kept
        except pa.ArrowInvalid as error:
            if "Empty CSV" not in str(error):
                raise InputError(self._unreadable(error)) from None
        if ragged:
            raise InputError(self._ragged(ragged))
        if not n_yielded:
            raise InputError(_no_rows(self.name))

    def _reader(
        self, stream: BinaryIO, included: list[str], ragged: list[tuple[int, int]]
    ) -> arrow_csv.CSVStreamingReader:
        everything = [str(i) for i in range(self.header.n_fields)]

        def on_ragged(row: Any) -> str:
            ragged.append((self.header.row + row.number, row.actual_columns))
            return "skip"

        return arrow_csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            # One thread: with several the numbers of ragged rows are not known.
            read_options=arrow_csv.ReadOptions(
                use_threads=False, column_names=everything, block_size=_BLOCK_BYTES
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.header.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=on_ragged,
            ),
            convert_options=arrow_csv.ConvertOptions(
                # By position: names may repeat among those that nobody asked for.
                column_types=dict.fromkeys(everything, pa.string()),
                include_columns=list(dict.fromkeys(included)),
                strings_can_be_null=True,
                null_values=list(EMPTY),
                check_utf8=False,
            ),
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
    with _utf8(source, found, name) as stream:
        head = stream.read(_HEAD_BYTES).decode("utf-8", errors="ignore")
    header = _header(head, frozenset(wanted), header_row, enough or len(set(wanted)))
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


def _utf8(source: Contents, encoding: Encoding, name: str) -> BinaryIO:
    stream = source.open()
    if encoding.name in ("utf-8", "ascii"):
        stream.read(encoding.mark)
        return stream
    return io.BufferedReader(Recoded(stream, encoding, name), _BLOCK_BYTES)


def _header(head: str, wanted: frozenset[str], stated: int | None, enough: int) -> Header:
    """Return the header that is found in the first part of a text."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", head)
    first, forced = 0, None
    sep = _SEP.fullmatch(lines[0].strip()) if lines else None
    if sep is not None:
        first, forced = 1, sep[1]
    options = DELIMITERS if forced is None else {forced: "sep="}
    best: tuple[int, bool, int, int] | None = None
    chosen: tuple[int, str, list[str], int] = (0, ",", [""], 0)
    start = sum(len(line) for line in lines[:first])
    for number, line in enumerate(lines[first:_HEADER_LINES], start=first):
        here, start = start, start + len(line)
        if not line.strip(" \t\r\n,;|") or (stated is not None and number + 1 != stated):
            continue
        for delimiter in options:
            names, length = _record(head, here, delimiter)
            score = len(wanted & set(names))
            if delimiter == " " and not score:
                continue
            # A blank stands beside other marks as well.
            rank = (score, delimiter != " ", -number, len(names))
            if best is None or rank > best:
                best, chosen = rank, (number, delimiter, names, here + length)
        if best is not None and best[0] >= enough:
            break
    number, delimiter, names, end = chosen
    n_fields, n_units = _rows_below(head[end:], delimiter, names)
    while len(names) > n_fields:
        names.pop()
    return Header(
        delimiter, tuple(names), number + 1, len(head[:end].encode("utf-8")), n_fields, n_units
    )


def _record(text: str, start: int, delimiter: str) -> tuple[list[str], int]:
    """Return the fields of the record that begins at ``start``, and its length."""
    stream = io.StringIO(text[start:], newline="")
    try:
        fields = next(csv.reader(iter(stream.readline, ""), delimiter=delimiter), [])
    except csv.Error:
        return [], 0
    return [" ".join(name.split()) if "\n" in name else name.strip() for name in fields], (
        stream.tell()
    )


def _rows_below(text: str, delimiter: str, names: list[str]) -> tuple[int, int]:
    """Return how many fields rows have, and whether units stand below the header."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error:
        return len(names), 0
    n_units = int(bool(rows) and _is_units(rows[0]))
    sample = [row for row in rows[n_units:_SAMPLE_ROWS] if any(cell.strip() for cell in row)]
    if not sample:
        return len(names), n_units
    n = max(len(row) for row in sample)
    n_named = len(names)
    if n > n_named and all(not cell.strip() for row in sample for cell in row[n_named:]):
        return n, n_units
    unnamed = all(not name for name in names[n:])
    if n < n_named and unnamed and all(len(row) == n for row in sample):
        return n, n_units
    return n_named, n_units


def _is_units(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return (
        len(cells) > 1
        and all(_UNIT.fullmatch(cell) for cell in cells)
        and any(_UNIT_OF_POSITION.match(cell) for cell in cells)
    )


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


def _no_rows(name: str) -> Fault:
    return Fault(
        "the file has a header but no rows", name, cure="export it again, or remove the source"
    )
