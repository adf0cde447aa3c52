"""Where a delimited text names its columns, and what separates them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank"}
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


def find_header(head: str, wanted: frozenset[str], stated: int | None, enough: int) -> Header:
    """Return the header that is found in the first part of a text.

    Parameters
    ----------
    head
        The first part.
    wanted
        Names of columns that tell the header.
    stated
        Its row as stated, 1-based; None: found by ``wanted``.
    enough
        A line with so many of the names is the header.
    """
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
            names, length = record(head, here, delimiter)
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


def record(text: str, start: int, delimiter: str) -> tuple[list[str], int]:
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
