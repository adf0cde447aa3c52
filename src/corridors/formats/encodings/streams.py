"""Tables as text: their encoding, and a stream of them in UTF-8."""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO

import numpy as np

from corridors.formats.encodings import Encoding, codec
from corridors.foundation.errors import Fault, InputError

_BLOCK = 1 << 22
# Memory of this size is used again for the next block, and stays in the processor's cache.
_SMALL_BLOCK = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What one byte a letter is usually written in, as offered to the user.
_SINGLE = ("cp1252", "cp1251", "latin-1")


def recognise(stream: BinaryIO, file: str, stated: str | None) -> Encoding:
    """Return the encoding of a text.

    A byte order mark decides; then what the user states; then whether the whole text is UTF-8, or
    UTF-16 by its zeros. Other bytes are read where Western, Cyrillic and Latin-1 agree on them
    (the degree sign among them).

    Raises
    ------
    InputError
        The stated encoding does not exist, or the bytes are none.
    """
    head = stream.read(_BLOCK)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, len(mark))
    said = None if stated is None else codec(stated, file)
    if said is not None and not Encoding(said).is_utf8:
        # Without a mark one byte order has to be taken.
        return Encoding("utf-16-le" if said == "utf-16" else said)
    wide = _wide(head)
    if wide is not None:
        return Encoding(wide)
    if b"\x00" in head[: 1 << 16]:
        raise InputError(_with_zeros(head[: 1 << 16], file))
    high: set[int] = set()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    block = head
    while block:
        plain = block.isascii()
        if not plain:
            values = np.unique(np.frombuffer(block, dtype=np.uint8))
            high.update(values[values > 127].tolist())
        if is_utf8 and not (plain and not decoder.getstate()[0]):
            try:
                decoder.decode(block, final=False)
            except UnicodeDecodeError:
                is_utf8 = False
        block = stream.read(_SMALL_BLOCK)
    if is_utf8 and not decoder.getstate()[0]:
        return Encoding("utf-8")
    if said is not None:
        raise InputError(_not_of(said, file))
    return Encoding("cp1252" if _agreed(high) else "latin-1", doubtful=not _agreed(high))


def _with_zeros(head: bytes, file: str) -> Fault:
    """Return what is wrong with a file that has zero bytes: a logger's gap, or no text at all."""
    odd = sum(head.count(bytes([code])) for code in range(32) if code not in b"\x00\t\n\r")
    if odd or not head.replace(b"\x00", b"").strip():
        return Fault(
            "not a text file", file, expected="CSV", got="binary data", cure="export as CSV"
        )
    at = head.index(b"\x00")
    return Fault(
        "the text has zero bytes, as a logger leaves them that lost power",
        file,
        head.count(b"\n", 0, at) + 1,
        expected="text only",
        got=f"{head.count(0)} zero bytes in the first {len(head)}",
        cure="take the zero bytes out, e.g. tr -d '\\000' < FILE > NEW, and look at this row",
    )


def _not_of(name: str, file: str, got: str | None = None) -> Fault:
    return Fault(
        f"the file is not {name}",
        file,
        got=got,
        cure="correct encoding of this source, or export the file again",
    )


def _wide(head: bytes) -> str | None:
    """Return which UTF-16 without a mark a text is in, None if it is not."""
    first = np.frombuffer(head[:4096], dtype=np.uint8)
    if len(first) < 4:
        return None
    if (first[1::2] == 0).mean() > 0.7 and (first[0::2] == 0).mean() < 0.05:
        return "utf-16-le"
    if (first[0::2] == 0).mean() > 0.7 and (first[1::2] == 0).mean() < 0.05:
        return "utf-16-be"
    return None


def _meaning(byte: int, codec: str) -> str | None:
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return None


def _agreed(high: set[int]) -> bool:
    return all(len({_meaning(byte, codec) for codec in _SINGLE}) == 1 for byte in high)


def not_utf8(row: int, text: str, file: str) -> Fault:
    """Return the fault of a text that is not UTF-8.

    Parameters
    ----------
    row
        Where it is, 1-based.
    text
        A text with it, read as Latin-1: each letter is the byte of its number.
    file
        How messages call the file.
    """
    place = next(i for i, letter in enumerate(text) if letter > "\x7f")
    byte = ord(text[place])
    around = text[max(0, place - 12) : place + 13].encode("latin-1")
    meanings = ", ".join(f"{_shown(around, codec)!r} in {codec}" for codec in _SINGLE[:2])
    return Fault(
        "the file is not UTF-8",
        file,
        row,
        expected="UTF-8 text, or encoding in the configuration",
        got=f"byte 0x{byte:02X}: {meanings}",
        cure="set encoding of this source to the one that reads right (cp1252, cp1251, latin-1 "
        "...), or save the file as UTF-8",
    )


def _shown(around: bytes, codec: str) -> str:
    return around.decode(codec, errors="replace").strip()


class Recoded(io.RawIOBase):
    """A binary stream in some encoding, read as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: Encoding, file: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding.name)()
        self._name = encoding.name
        self._file = file
        self._left = b""
        self._done = False
        stream.read(encoding.mark)

    def readable(self) -> bool:
        """Return whether this can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer with UTF-8."""
        while not self._left and not self._done:
            block = self._stream.read(_BLOCK)
            self._done = not block
            try:
                self._left = self._decoder.decode(block, final=self._done).encode("utf-8")
            except UnicodeError as error:
                raise InputError(_not_of(self._name, self._file, str(error)[:120])) from None
        n = min(len(buffer), len(self._left))
        buffer[:n] = self._left[:n]
        self._left = self._left[n:]
        return n

    def close(self) -> None:
        """Close the stream beneath too."""
        self._stream.close()
        super().close()


def utf8_stream(stream: BinaryIO, encoding: Encoding, file: str) -> BinaryIO:
    """Return a stream of a text as UTF-8, without its byte order mark."""
    if encoding.is_utf8:
        stream.read(encoding.mark)
        return stream
    return io.BufferedReader(Recoded(stream, encoding, file), _BLOCK)
