"""Digests of files, remembered by the state of the file so that "nothing to do" is quick."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# A file changed this shortly before it was read may change again without a new time stamp.
_SETTLED_NS = 2_000_000_000

# Files that belong to another one and are read with it.
_WITH_SHAPEFILE = (".dbf", ".shx", ".prj", ".cpg")
_FORMAT = 2


class Digests:
    """SHA-256 of files, remembered by path, size, time of change and inode.

    Parameters
    ----------
    store
        File of the cache; None keeps it in memory. A cache that cannot be read or written is
        only slow, never wrong.
    """

    def __init__(self, store: Path | None = None) -> None:
        self.store = store
        self.changed = False
        self.known: dict[str, dict[str, Any]] = {}
        self.made: dict[str, dict[str, Any]] = {}
        if store is not None:
            with contextlib.suppress(OSError, ValueError):
                content = json.loads(store.read_text(encoding="utf-8"))
                if isinstance(content, dict) and content.get("format") == _FORMAT:
                    self.known, self.made = content["files"], content["made"]

    def of_file(self, path: Path) -> str:
        """Return the SHA-256 of a file as hexadecimal text."""
        return str(self._entry(path)["sha256"])

    def remember(self, what: str, state: str, make: Callable[[], Any]) -> Any:
        """Return ``make()``, ready for JSON, kept under ``what`` while ``state`` is the same."""
        kept = self.made.get(what)
        if kept is None or kept["state"] != state:
            kept = self.made[what] = {"state": state, "value": make()}
            self.changed = True
        return kept["value"]

    def of_input(self, path: Path) -> dict[str, str]:
        """Return name -> digest of an input file, its companions, or of a folder's files.

        A shapefile comes with ``.dbf .shx .prj .cpg``, a raster with its world file, a GeoPackage
        with a write-ahead log that holds changes.

        Raises
        ------
        OSError
            Not there, or neither a file nor a folder: a pipe or a device may never end.
        """
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise OSError(errno.EINVAL, "neither a file nor a folder", str(path))
        if path.is_dir():
            return {
                file.relative_to(path.parent).as_posix(): self.of_file(file)
                for file in sorted(path.rglob("*"))
                if file.is_file() and not file.name.endswith(".lock")
            }
        return {file.name: self.of_file(file) for file in _with_companions(path)}

    def save(self) -> None:
        """Write the cache where there already is a folder for results."""
        if self.store is None or not self.changed or not self.store.parent.parent.is_dir():
            return
        with contextlib.suppress(OSError):
            self.store.parent.mkdir(exist_ok=True)
            temporary = self.store.with_name(f"{self.store.name}.{os.getpid()}")
            content = {"format": _FORMAT, "files": self.known, "made": self.made}
            temporary.write_text(json.dumps(content), encoding="utf-8")
            temporary.replace(self.store)
            self.changed = False

    def _entry(self, path: Path) -> dict[str, Any]:
        state = path.stat()
        key = str(path)
        stamp = [state.st_size, state.st_mtime_ns, state.st_ino]
        entry = self.known.get(key)
        if entry is not None and entry["stamp"] == stamp:
            return entry
        with path.open("rb") as file:
            entry = {"stamp": stamp, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
        if time.time_ns() - state.st_mtime_ns > _SETTLED_NS:
            self.known[key] = entry
            self.changed = True
        return entry


def _with_companions(path: Path) -> Iterator[Path]:
    yield path
    suffix = path.suffix.lower()
    candidates: list[Path] = []
    if suffix == ".shp":
        candidates = [path.with_suffix(end) for end in _WITH_SHAPEFILE]
        candidates += [path.with_suffix(end.upper()) for end in _WITH_SHAPEFILE]
    elif suffix in {".tif", ".tiff"}:
        candidates = [path.with_suffix(".tfw")]
    elif suffix == ".gpkg":
        candidates = [path.with_name(path.name + "-wal")]
    for candidate in candidates:
        if candidate.is_file() and candidate.stat().st_size:
            yield candidate
