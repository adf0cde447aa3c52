"""Documents of text (GeoJSON, KML, GPX) as UTF-8, which GDAL reads."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import BinaryIO

from corridors.formats.encodings import Encoding
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.facts import Remark

_CHUNK = 1 << 20


def utf8_copy(path: Path, name: str, stated: str | None, folder: Path) -> tuple[Path, Encoding]:
    """Return a text file that is UTF-8: the file itself, or a copy of it in ``folder``.

    Raises
    ------
    InputError
        Not UTF-8 and no encoding stated, or not in the stated one.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
        stream.seek(0)
        bom = next((b for b in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) if start[:2] == b), None)
        if bom is not None and stated is None:
            by_mark = Remark.of("encoding_by_mark", encoding="UTF-16")
            copied = _transcoded(path, name, "utf-16", folder)
            return copied, Encoding("UTF-16", remark=by_mark)
        if stated is not None and codecs.lookup(stated).name != "utf-8":
            copied = _transcoded(path, name, stated, folder)
            return copied, Encoding.stated(stated)
        declared = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w.:-]+)", stream.read(200))
        if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
            return path, Encoding(declared[1].decode())
        stream.seek(0)
        found = _first_not_utf8(stream)
    if found is not None:
        line, byte = found
        raise InputError(
            Fault(
                "the file is not UTF-8",
                name,
                line,
                expected="UTF-8, or encoding in the configuration",
                got=f"byte 0x{byte:02X} in line {line}",
                cure="set encoding of this source, e.g. encoding: windows-1252, or save as UTF-8",
            )
        )
    return path, Encoding("UTF-8")


def _first_not_utf8(stream: BinaryIO) -> tuple[int, int] | None:
    """Return line and byte of the first place that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, before = 1, b""
    while True:
        chunk = stream.read(_CHUNK)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            held = error.object
            at = min(error.start, max(0, len(held) - 1))
            extra = held[:at].count(b"\n") - (len(held) > len(chunk)) * before.count(b"\n")
            return line + max(0, extra), held[at]
        if not chunk:
            return None
        line, before = line + chunk.count(b"\n"), chunk[-4:]


def _transcoded(path: Path, name: str, encoding: str, folder: Path) -> Path:
    target = folder / path.name
    try:
        with path.open(encoding=encoding, newline="") as old:
            text = old.read()
    except (UnicodeDecodeError, UnicodeError):
        raise InputError(
            Fault(
                "the file is not in the stated encoding",
                name,
                got=f"encoding: {encoding}",
                cure="correct encoding of this source, or save the file as UTF-8",
            )
        ) from None
    text = re.sub(r"^(\s*<\?xml[^>]*?)\s+encoding=[\"'][^\"']*[\"']", r"\1", text.lstrip("\ufeff"))
    target.write_text(text, encoding="utf-8", newline="")
    return target
