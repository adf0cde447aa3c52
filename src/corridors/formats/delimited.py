"""Delimited text: columns as strings, each with its row number, or every fault found."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.foundation.faults import IN_FILES_FRAC, nearest

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# Text that spreadsheets and R write for "no value".
EMPTY = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None")
FAULT_ROWS = 5  # rows shown for one kind of fault; the rest is counted
_HEAD_BYTES = 1 << 16
_SIGNATURES = (
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "unpack it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV UTF-8"),
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
    (b"SQLite format 3", "a GeoPackage or SQLite file", "use format: vector"),
    (b"PAR1", "a Parquet file", "use format: geoparquet"),
)


@dataclass(frozen=True)
class Header:
    """Delimiter and column names of a text file."""

    delimiter: str
    names: tuple[str, ...]


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
        for row, value in zip(rows[:FAULT_ROWS], got[:FAULT_ROWS], strict=True)
    ]
    more = len(rows) - FAULT_ROWS
    if more > 0:
        plural = "row" if more == 1 else "rows"
        faults.append(Fault(f"{what}: {more} more {plural}", file, column=column))
    return faults


def read_header(path: Path, name: str, wanted: Collection[str]) -> Header:
    """Return delimiter and column names.

    The delimiter is the one under which most of the ``wanted`` names are found in the first line,
    then the one with most columns.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Empty, compressed, binary, or not UTF-8.
    """
    require_file(path, name, "track file")
    if not path.is_file():
        raise InputError(Fault("not a file but a folder", name, cure="name the file in it"))
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf\r\n\t "):
        raise InputError(Fault("the file is empty", name, expected="a header and rows"))
    for signature, kind, cure in _SIGNATURES:
        if head.startswith(signature):
            raise InputError(Fault("not a text file", name, expected="CSV", got=kind, cure=cure))
    if b"\x00" in head:
        raise InputError(
            Fault("not a text file", name, expected="CSV", got="binary data", cure="export as CSV")
        )
    line = _first_record(_decode(head, path, name))
    known = set(wanted)
    options = {d: next(csv.reader(io.StringIO(line), delimiter=d)) for d in DELIMITERS}
    best = max(
        options, key=lambda d: (len(known & {n.strip() for n in options[d]}), len(options[d]))
    )
    return Header(best, tuple(column.strip() for column in options[best]))


def _decode(head: bytes, path: Path, name: str) -> str:
    try:
        # The last character may be cut in two by the block's end.
        return head.decode("utf-8-sig", errors="strict" if len(head) < _HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        raise InputError(not_utf8(path, name)) from None


def not_utf8(path: Path, name: str) -> Fault:
    """Return the fault that names the first row that is not UTF-8."""
    row, text = None, ""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                row = number
                around = line[max(0, error.start - 12) : error.start + 13]
                text = around.decode("latin-1").strip()
                break
    return Fault(
        "the file is not UTF-8",
        name,
        row,
        expected="UTF-8 text",
        got=f"... {text} ...",
        cure="save it as UTF-8 (in a spreadsheet: CSV UTF-8)",
    )


def _first_record(text: str) -> str:
    return text.splitlines()[0] if text.splitlines() else ""


def missing_columns(file: str, names: Sequence[str], header: Sequence[str]) -> list[Fault]:
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
                    1,
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
                1,
                name,
                expected=name,
                got=", ".join(header[:12]) + (" ..." if len(header) > 12 else ""),
                cure=hint,
            )
        )
    return faults


def read_columns(path: Path, name: str, header: Header, columns: Sequence[str]) -> pd.DataFrame:
    """Return the named columns as stripped text, with ``source_row``; empty text for no value.

    ``source_row`` is 1-based and counts the header as row 1. Lines without any text are skipped
    and keep their number.

    Raises
    ------
    InputError
        A row with more or fewer fields than the header, broken quotes, text that is not UTF-8,
        or no rows at all.
    """
    ragged: list[tuple[int, int]] = []

    def on_ragged(row: Any) -> str:
        ragged.append((row.number, row.actual_columns))
        return "skip"

    # Columns are read by position: names may repeat among those that nobody asked for.
    position = {column: f"{header.names.index(column)}" for column in dict.fromkeys(columns)}
    everything = [str(i) for i in range(len(header.names))]
    try:
        table = arrow_csv.read_csv(
            path,
            # One thread: with several the numbers of ragged rows are not known.
            read_options=arrow_csv.ReadOptions(
                use_threads=False, column_names=everything, skip_rows=1
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=header.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=on_ragged,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(everything, pa.string()),
                include_columns=list(dict.fromkeys(position.values())),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            raise InputError(not_utf8(path, name)) from None
        if "Empty CSV" in str(error):
            raise InputError(_no_rows(name)) from None
        raise InputError(
            Fault(
                "the file cannot be read as delimited text",
                name,
                got=str(error).splitlines()[0][:160],
                cure="look for an unclosed quotation mark",
            )
        ) from None
    if ragged:
        raise InputError(
            row_faults(
                "row has the wrong number of fields",
                name,
                [row for row, _ in ragged],
                [f"{count} fields" for _, count in ragged],
                expected=f"{len(header.names)} fields separated by {DELIMITERS[header.delimiter]}",
                cure="the row is cut off or a text with a delimiter is not quoted",
            )
        )
    frame = pd.DataFrame(
        {
            column: table.column(index).to_pandas().astype("str").str.strip()
            for column, index in position.items()
        }
    )
    frame["source_row"] = np.arange(2, len(frame) + 2, dtype="int64")
    blank = (frame[list(position)] == "").all(axis=1)
    frame = frame[~blank].reset_index(drop=True)
    if frame.empty:
        raise InputError(_no_rows(name))
    return frame


def _no_rows(name: str) -> Fault:
    return Fault(
        "the file has a header but no rows", name, cure="export it again, or remove the source"
    )
