"""A text as a file in UTF-8, which Arrow reads by itself.

Arrow reads ahead in threads of its own. A thread that asks a Python stream for bytes while the
interpreter ends kills the process; a file that is read without Python cannot.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from corridors.formats.contents import Contents
from corridors.formats.encodings import Encoding
from corridors.formats.encodings.streams import utf8_stream
from corridors.foundation.errors import Fault, OutputError

_BLOCK = 1 << 22


@dataclass(frozen=True)
class TextFile:
    """A file of UTF-8, and how many bytes its byte order mark takes."""

    path: Path
    mark: int

    def opened(self, n_bytes: int) -> pa.NativeFile:
        """Return the file, open behind its first bytes."""
        stream = pa.OSFile(str(self.path))
        stream.seek(self.mark + n_bytes)
        return stream


@contextmanager
def as_file(source: Contents, encoding: Encoding, name: str) -> Iterator[TextFile]:
    """Yield a text as a file: itself, or a copy that is unpacked and recoded for the while.

    Parameters
    ----------
    source, encoding
        The text.
    name
        How messages call it.

    Raises
    ------
    InputError
        A damaged archive, or bytes that are not of the encoding.
    OutputError
        No space for the copy.
    """
    if source.path is not None and encoding.is_utf8:
        yield TextFile(source.path, encoding.mark)
        return
    with tempfile.TemporaryDirectory(prefix="corridors-") as folder:
        copy = Path(folder) / "text"
        try:
            with utf8_stream(source.open(), encoding, name) as stream, copy.open("wb") as target:
                shutil.copyfileobj(stream, target, _BLOCK)
        except OSError as error:
            raise OutputError(
                Fault(
                    "the text cannot be unpacked",
                    name,
                    expected=f"space for it in {tempfile.gettempdir()}",
                    got=error.strerror,
                    cure="free some space, or set TMPDIR to a folder that has it",
                )
            ) from None
        yield TextFile(copy, 0)
