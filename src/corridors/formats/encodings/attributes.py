"""In which encoding the words of a shapefile are."""

from __future__ import annotations

import codecs
import struct
from pathlib import Path

from corridors.formats.encodings import Encoding
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.facts import Remark

_UTF8 = "UTF-8"
_WORDS_SHOWN = 60
# Language driver byte of dBASE: the code page that it means. 0x57 says "ANSI", whichever that was.
_LANGUAGE_DRIVERS = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x08: "cp865", 0x13: "cp932", 0x1F: "cp852",
    0x22: "cp852", 0x23: "cp852", 0x24: "cp860", 0x26: "cp866", 0x37: "cp850", 0x40: "cp852",
    0x4D: "cp936", 0x4E: "cp949", 0x4F: "cp950", 0x50: "cp874", 0x58: "cp1252", 0x59: "cp1252",
    0x64: "cp852", 0x65: "cp866", 0x66: "cp865", 0x67: "cp861", 0x6A: "cp737", 0x6B: "cp857",
    0x78: "cp950", 0x79: "cp949", 0x7A: "cp936", 0x7B: "cp932", 0x7C: "cp874", 0x86: "cp737",
    0x87: "cp852", 0x88: "cp857", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
    0xCC: "cp1257",
}  # fmt: skip
_OFFERED = ("windows-1252", "windows-1251", "windows-1250", "cp866")


def encoding_of_dbf(shp: Path, name: str, stated: str | None) -> Encoding:
    """Return the encoding of a shapefile's attributes.

    What is stated counts, then the ``.cpg`` file where the words fit it, then UTF-8 where they are
    that, then the language driver byte.

    Parameters
    ----------
    shp, name
        The shapefile, and how messages call it.
    stated
        ``encoding`` of the configuration.

    Raises
    ------
    InputError
        Words beyond ASCII in an encoding that nothing tells, or not in the one that is stated.
    """
    dbf = _companion(shp, ".dbf")
    words = [] if dbf is None else _words_beyond_ascii(dbf)
    if stated is not None:
        _must_fit(words, stated, name, "correct encoding of this source")
        return Encoding.stated(stated)
    if not words:
        return Encoding(_UTF8)
    cpg = _companion(shp, ".cpg")
    own = "" if cpg is None else _python_name(cpg.read_bytes()[:64].decode("ascii", "replace"))
    if own and _fit(words, own):
        return Encoding(own)
    if _fit(words, _UTF8):
        return Encoding(_UTF8, remark=Remark.of("encoding_recognised", encoding=_UTF8))
    driver = 0
    if dbf is not None:
        with dbf.open("rb") as stream:
            driver = stream.read(30)[29]
    by_driver = _LANGUAGE_DRIVERS.get(driver, "")
    if by_driver and not own and _fit(words, by_driver):
        return Encoding(
            by_driver,
            remark=Remark.of("encoding_by_driver", encoding=by_driver, driver=f"0x{driver:02X}"),
        )
    where = f".cpg says {own}, which does not fit" if own else "there is no .cpg"
    raise InputError(
        Fault(
            "the encoding of the attributes is unknown",
            name,
            expected=f"UTF-8, or encoding in the configuration ({where})",
            got=_readings(words),
            cure="set encoding of this source to the one that reads right, e.g. "
            f"encoding: {_OFFERED[1]}",
        )
    )


def likely_encoding(shp: Path) -> tuple[str | None, str] | None:
    """Return a guess at the encoding of a shapefile that says none, and why.

    Words that are nearly all letters beyond ASCII are no Western ones: where each such byte is a
    letter of windows-1251 they are taken as Cyrillic.

    Returns
    -------
    tuple or None
        Encoding (None: a person has to choose) and reason; None where the file tells.
    """
    try:
        encoding_of_dbf(shp, shp.name, None)
    except InputError as error:
        dbf = _companion(shp, ".dbf")
        words = [] if dbf is None else _words_beyond_ascii(dbf)
        letters = b"".join(words)
        high = [byte for byte in letters if byte > 0x7F]
        plain = sum(bytes([byte]).isalpha() for byte in letters if byte < 0x80)
        shown = next((fault.got for fault in error.faults if fault.got), "")
        is_cyrillic = all(byte >= 0xC0 or byte in (0xA8, 0xB8) for byte in high)
        if high and len(high) > 4 * plain and is_cyrillic:
            return "windows-1251", f"a guess: {shown}"
        return None, str(shown)
    return None


def _companion(shp: Path, suffix: str) -> Path | None:
    for candidate in (shp.with_suffix(suffix), shp.with_suffix(suffix.upper())):
        if candidate.is_file():
            return candidate
    return None


def _python_name(text: str) -> str:
    """Return the encoding that a .cpg names, "" where it names none that Python knows."""
    word = text.strip().strip("\x00").casefold().replace("ansi ", "cp").replace("oem ", "cp")
    for candidate in (word, f"cp{word}", word.replace("8859", "iso8859-", 1)):
        try:
            return codecs.lookup(candidate).name
        except (LookupError, ValueError):  # ValueError: a byte of zero in it
            continue
    return ""


def _words_beyond_ascii(dbf: Path) -> list[bytes]:
    """Return each different text beyond ASCII: values of text columns, and column names."""
    content = dbf.read_bytes()
    if len(content) < 33:
        return []
    n_told, start, size = struct.unpack("<IHH", content[4:12])
    # A damaged header tells of billions of rows, or of rows without a size.
    n_rows = min(n_told, max(0, len(content) - start) // size) if size else 0
    fields, at, offset = [], 32, 1
    while at + 32 <= min(start, len(content)) and content[at] != 0x0D:
        width = content[at + 16]
        kind = content[at + 11 : at + 12]
        if kind == b"C":
            width += content[at + 17] << 8
        fields.append((content[at : at + 11].split(b"\x00")[0], kind, offset, width))
        offset, at = offset + width, at + 32
    found = {field[0] for field in fields if not field[0].isascii()}
    for row in range(n_rows):
        record = content[start + row * size : start + (row + 1) * size]
        if record.isascii():
            continue
        for _, kind, begin, width in fields:
            value = record[begin : begin + width].rstrip(b" \x00")
            if kind == b"C" and not value.isascii():
                found.add(value)
    return sorted(found)


def _fit(words: list[bytes], encoding: str) -> bool:
    """Return whether all words can be read; one may be cut within its last letter."""
    decoder = codecs.getincrementaldecoder(encoding)
    try:
        for word in words:
            decoder().decode(word, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _must_fit(words: list[bytes], encoding: str, name: str, cure: str) -> None:
    if not _fit(words, encoding):
        raise InputError(
            Fault(
                "the attributes are not in the stated encoding",
                name,
                got=f"encoding: {encoding}",
                cure=cure,
            )
        )


def _readings(words: list[bytes]) -> str:
    word = max(words, key=len)[:_WORDS_SHOWN]
    read = [
        f"'{word.decode(encoding)}' as {encoding}"
        for encoding in _OFFERED
        if _fit([word], encoding)
    ]
    return "; ".join(read)
