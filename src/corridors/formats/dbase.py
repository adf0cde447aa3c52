"""Tables of shapefiles (dBASE), record by record: what is there is copied, never written anew."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from corridors.foundation.errors import Fault, InputError

_HEAD = 32
_END_OF_FIELDS = b"\r"
_END = b"\x1a"
TEXT, NUMBERS = "C", "NF"
# Language driver of the header -> encoding, where no .cpg says it.
_DRIVERS = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0xC8: "cp1250"}
_CYRILLIC = 0xC9


@dataclass(frozen=True)
class DbaseField:
    """A field: name, dBASE type (C text, N or F number, ...), width in bytes, decimals."""

    name: str
    kind: str
    width: int
    decimals: int = 0


@dataclass(frozen=True)
class DbaseTable:
    """A table as it lies in its file.

    Parameters
    ----------
    head
        Bytes of the header, field descriptors included.
    fields
        In the order of the file.
    records
        Bytes of each record, with the mark of deletion before the first field.
    encoding
        Of texts.
    """

    head: bytes
    fields: tuple[DbaseField, ...]
    records: tuple[bytes, ...]
    encoding: str

    def texts(self) -> list[dict[str, str]]:
        """Return the fields of each record as text without the blanks around it."""
        rows = []
        for record in self.records:
            at, row = 1, {}
            for field in self.fields:
                value = record[at : at + field.width]
                row[field.name] = value.decode(self.encoding, "replace").strip(" \x00")
                at += field.width
            rows.append(row)
        return rows

    def with_rows(self, rows: Sequence[Mapping[str, str | float]], name: str) -> DbaseTable:
        """Return the table with rows behind its own; a field that a row does not name is blank.

        Raises
        ------
        InputError
            A value does not fit into its field; nothing is cut.
        """
        faults: list[Fault] = []
        records = [self._record(row, name, faults) for row in rows]
        if faults:
            raise InputError(dict.fromkeys(faults))
        return replace(self, records=(*self.records, *records))

    def _record(self, row: Mapping[str, str | float], name: str, faults: list[Fault]) -> bytes:
        parts = [b" "]
        for field in self.fields:
            value = row.get(field.name, "")
            try:
                data = _bytes(value, field).encode(self.encoding)
            except UnicodeEncodeError:
                faults.append(
                    Fault(
                        "a text cannot be written in the encoding of the layer",
                        name,
                        column=field.name,
                        expected=self.encoding,
                        got=str(value),
                        cure="save the earlier layer in UTF-8, or write the name in its letters",
                    )
                )
                data = b""
            if len(data) > field.width:
                faults.append(
                    Fault(
                        "a value is longer than its field; nothing is cut",
                        name,
                        column=field.name,
                        expected=f"at most {field.width} bytes",
                        got=f"{value} ({len(data)} bytes)",
                        cure="shorten it in the configuration (title, names, countries), or widen "
                        "the field",
                    )
                )
                data = data[: field.width]
            is_number = field.kind in NUMBERS
            parts.append(data.rjust(field.width) if is_number else data.ljust(field.width))
        return b"".join(parts)

    def content(self, day: date) -> bytes:
        """Return the file, as of ``day``."""
        head = bytearray(self.head)
        head[1:4] = bytes([(day.year - 1900) % 256, day.month, day.day])
        head[4:8] = struct.pack("<I", len(self.records))
        return bytes(head) + b"".join(self.records) + _END


def new_table(fields: Sequence[DbaseField]) -> DbaseTable:
    """Return an empty table in UTF-8."""
    width = 1 + sum(field.width for field in fields)
    descriptors = b"".join(
        field.name.encode("ascii").ljust(11, b"\x00")
        + field.kind.encode("ascii")
        + bytes(4)
        + bytes([field.width, field.decimals])
        + bytes(14)
        for field in fields
    )
    length = _HEAD + len(descriptors) + 1
    head = struct.pack("<B3xIHH20x", 3, 0, length, width) + descriptors + _END_OF_FIELDS
    return DbaseTable(head, tuple(fields), (), "utf-8")


def parse_table(data: bytes, code_page: str | None, name: str) -> DbaseTable:
    """Return the table in the bytes of a ``.dbf``.

    Parameters
    ----------
    data, code_page
        Content of the ``.dbf`` and of the ``.cpg``, None without one.
    name
        How messages call the file.

    Raises
    ------
    InputError
        It is no dBASE table, is shorter than it says, or has an unknown encoding.
    """
    if len(data) <= _HEAD:
        raise _damaged(name, f"{len(data)} bytes")
    n, length, width = struct.unpack("<IHH", data[4:12])
    fields, at = [], _HEAD
    while at + _HEAD <= length <= len(data) and data[at : at + 1] != _END_OF_FIELDS:
        label = data[at : at + 11].split(b"\x00")[0].decode("ascii", "replace")
        fields.append(DbaseField(label, chr(data[at + 11]), data[at + 16], data[at + 17]))
        at += _HEAD
    if not fields or 1 + sum(field.width for field in fields) != width:
        raise _damaged(name, f"{len(fields)} fields, records of {width} bytes")
    if length + n * width > len(data):
        raise _damaged(name, f"{len(data)} bytes for {n} records of {width}")
    records = tuple(data[length + i * width : length + (i + 1) * width] for i in range(n))
    return DbaseTable(data[:length], tuple(fields), records, _encoding(code_page, data[29], name))


def _encoding(code_page: str | None, driver: int, name: str) -> str:
    if code_page is None:
        return "cp1251" if driver == _CYRILLIC else _DRIVERS.get(driver, "latin-1")
    word = code_page.strip().removeprefix("ANSI").strip()
    known = {"65001": "utf-8", "": "latin-1"}.get(word, f"cp{word}" if word.isdigit() else word)
    try:
        "".encode(known)
    except LookupError:
        raise InputError(
            Fault(
                "the encoding of the layer is not known",
                name,
                expected="UTF-8 or a code page in the .cpg",
                got=code_page.strip(),
                cure="save the layer in UTF-8",
            )
        ) from None
    return known


def _bytes(value: str | float, field: DbaseField) -> str:
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return ""
    return f"{value:.{field.decimals}f}"


def _damaged(name: str, got: str) -> InputError:
    return InputError(
        Fault(
            "the table of the layer is damaged",
            name,
            expected="a whole .dbf",
            got=got,
            cure="download or export the layer again",
        )
    )
