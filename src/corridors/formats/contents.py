"""The bytes of a table, out of a zip or gzip archive or an Excel workbook if it is in one."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from corridors.formats.archives import DAMAGE
from corridors.foundation.errors import Fault, InputError, MissingInputError

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

GZIP, ZIP, OLE, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
# Read of an archive; more is a bomb rather than a table.
_MOST_BYTES = 64 << 30
_OTHER_KINDS = (
    (b"SQLite format 3", "a GeoPackage or SQLite file", "use format: vector"),
    (b"%PDF", "a PDF document", "export the table as CSV"),
    (b"{\\rtf", "an RTF document", "export the table as CSV"),
    (b"\x89HDF", "an HDF5 file", "export the table as CSV"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"BZh", "a bzip2 archive", "unpack it first"),
    (b"\xfd7zXZ", "an xz archive", "unpack it first"),
    (b"RDX", "an R data file", "write the table with write.csv in R"),
)
_TABLES = (".csv", ".txt", ".tsv", ".tab", ".dat", ".gpx", ".kml", ".xml")
# Of a download, beside the data.
_NOT_DATA = ("readme", "license", "licence", "citation", "reference", "__macosx")


@dataclass(frozen=True)
class Contents:
    """A table's bytes, to be opened as often as needed, and what they were taken out of.

    ``path`` is the file that has just these bytes; None where they are packed.
    """

    open: Callable[[], BinaryIO]
    kind: str
    member: str | None = None
    path: Path | None = None


def contents(path: Path, name: str, *, sheet: str | None = None) -> Contents:
    """Return the bytes of a table.

    Parameters
    ----------
    path, name
        The file, and how messages call it.
    sheet
        Sheet of a workbook; None when it has one.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        A folder, an empty file, an archive with several tables or none, or not a table at all.
    """
    if not path.exists():
        raise MissingInputError(
            Fault("track file not found", file=name, cure="correct the path in the configuration")
        )
    if not path.is_file():
        raise InputError(Fault("not a file but a folder", name, cure="name the file in it"))
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(GZIP):
        return _checked(Contents(lambda: _gzip(path), "gzip", path.stem), name)
    if head.startswith(ZIP):
        return _zip(path, name, sheet)
    if head.startswith(OLE):
        raise InputError(
            Fault(
                "not a text file",
                name,
                expected="CSV",
                got="an old Excel workbook",
                cure="save it as .xlsx, or the sheet as CSV UTF-8",
            )
        )
    return _checked(Contents(lambda: path.open("rb"), "text", path=path), name)


def _checked(found: Contents, name: str) -> Contents:
    """Return the contents, or refuse what is no table."""
    with found.open() as stream:
        head = stream.read(1 << 14)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\r\n\t \x00"):
        raise InputError(
            Fault(
                "the file is empty",
                name,
                expected="a header and rows",
                cure="export or download it again, or remove the source",
            )
        )
    for signature, kind, cure in _OTHER_KINDS:
        if head.startswith(signature):
            raise InputError(Fault("not a text file", name, expected="CSV", got=kind, cure=cure))
    if head.startswith(PARQUET):
        return Contents(found.open, "parquet", found.member)
    _refuse_page(head, name)
    return found


def _refuse_page(head: bytes, name: str) -> None:
    text = head.replace(b"\x00", b"").decode("latin-1").lstrip("\ufeffï»¿ \r\n\t").casefold()
    is_page = text.startswith(("<!doctype html", "<html")) or "<html" in text[:600]
    if is_page or text.startswith("license terms"):
        is_licence = "licen" in text and "terms" in text
        raise InputError(
            Fault(
                "a licence page instead of data" if is_licence else "a web page instead of data",
                name,
                expected="CSV",
                got="the terms to accept before the download" if is_licence else "HTML",
                cure="accept the terms of the study in the browser, and download the data again"
                if is_licence
                else "log in and download the data again; the server answered with a page",
            )
        )
    if text.startswith(("[{", "{")) and '"error"' not in text[:2000] and '":' in text[:2000]:
        raise InputError(
            Fault(
                "not a text file",
                name,
                expected="CSV",
                got="JSON",
                cure="if it is GeoJSON use format: vector; else export the table as CSV",
            )
        )
    if text.startswith("{") and '"error"' in text[:2000]:
        raise InputError(
            Fault(
                "a server's error message instead of data",
                name,
                expected="CSV",
                cure="download the data again",
            )
        )


def _gzip(path: Path) -> BinaryIO:
    return io.BufferedReader(_Guarded(gzip.open(path, "rb"), path.name), 1 << 20)


class _Guarded(io.RawIOBase):
    """A stream of an archive whose damage is an input fault."""

    def __init__(self, stream: object, name: str) -> None:
        self._stream = stream
        self._name = name
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            block: bytes = self._stream.read(len(buffer))  # type: ignore[attr-defined]
        except DAMAGE as error:
            raise InputError(
                Fault(
                    "the archive cannot be read",
                    self._name,
                    got=str(error)[:120],
                    cure="download it again; if it has a password, unpack it first",
                )
            ) from None
        self._read += len(block)
        if self._read > _MOST_BYTES:
            raise InputError(Fault("the archive is too large", self._name, cure="unpack it first"))
        buffer[: len(block)] = block
        return len(block)


def _zip(path: Path, name: str, sheet: str | None) -> Contents:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info.filename for info in archive.infolist() if not info.is_dir()]
    except DAMAGE:
        raise InputError(
            Fault("the archive cannot be read", name, cure="download it again, or unpack it first")
        ) from None
    if "xl/workbook.xml" in members:
        return _workbook(path, name, sheet)
    data = [m for m in members if not any(word in m.casefold() for word in _NOT_DATA)]
    tables = [m for m in data if Path(m).suffix.casefold() in _TABLES]
    wanted = tables or data
    if len(wanted) != 1:
        raise InputError(
            Fault(
                "the zip archive holds several tables" if wanted else "no table in the zip archive",
                name,
                expected="one table",
                got=", ".join((wanted or members)[:8]) or "nothing",
                cure="unpack it, and name each table as a source of its own",
            )
        )
    member = wanted[0]

    def opened() -> BinaryIO:
        archive = zipfile.ZipFile(path)
        try:
            return io.BufferedReader(_Guarded(archive.open(member), path.name), 1 << 20)
        except DAMAGE as error:
            raise InputError(
                Fault(
                    "the archive cannot be read", name, got=str(error)[:120], cure="unpack it first"
                )
            ) from None

    return _checked(Contents(opened, "zip", member), name)


def _workbook(path: Path, name: str, sheet: str | None) -> Contents:
    try:
        import openpyxl
    except ImportError:
        raise InputError(
            Fault(
                "an Excel workbook needs the extra excel",
                name,
                cure="pip install 'corridors[excel]', or save the sheet as CSV UTF-8",
            )
        ) from None
    try:
        chosen, whole = _sheet(openpyxl.load_workbook(path, read_only=True, data_only=True), sheet)
    except Exception as error:  # noqa: BLE001 - of a damaged file its parsers raise anything
        raise InputError(
            Fault(
                "the workbook cannot be read",
                name,
                got=f"{type(error).__name__}: {error}"[:120],
                cure="open it in a spreadsheet program, and save it again",
            )
        ) from None
    if isinstance(whole, list):
        raise InputError(
            Fault(
                "the workbook has several sheets" if sheet is None else "no such sheet",
                name,
                expected=sheet or "layer in the configuration",
                got=", ".join(whole),
                cure="set layer of this source to the sheet",
            )
        )
    return _checked(Contents(lambda: io.BytesIO(whole), "excel", chosen), name)


def _sheet(book: Workbook, sheet: str | None) -> tuple[str | None, bytes | list[str]]:
    """Return a sheet's name and its rows as text in UTF-8; the sheets there are without one."""
    try:
        sheets: list[str] = book.sheetnames
        chosen = sheet or (sheets[0] if len(sheets) == 1 else None)
        if chosen not in sheets:
            return None, sheets
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        for row in book[chosen].iter_rows(values_only=True):
            writer.writerow([_cell(value) for value in row])
    finally:
        book.close()
    return chosen, text.getvalue().encode("utf-8", errors="replace")


def _cell(value: object) -> str:
    """Return a cell as text; a date with midnight has its time of day in a workbook."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return str(int(value))
    return str(value)
