"""Digests of files, remembered by the state of the file so that "nothing to do" is quick."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from corridors.formats.companions import Folder
from corridors.run import sealed
from corridors.run.references import files_of

# A file changed this shortly before it was read may change again without a new time stamp.
SETTLED_NS = 2_000_000_000

_FORMAT = 4


class Digests:
    """SHA-256 of files and what else is known of them, remembered by the state of the file.

    Parameters
    ----------
    store
        File of the cache; None keeps it in memory. A cache that cannot be read or written is
        only slow, never wrong.
    is_fresh
        Look at every file anew, and correct what the cache says of it.
    """

    def __init__(self, store: Path | None = None, *, is_fresh: bool = False) -> None:
        self.store = store
        self.is_fresh = is_fresh
        self.known, self.made = _stored(store)
        self.changed: set[str] = set()
        self.remade: set[str] = set()
        self.forgotten: set[str] = set()
        self.looked_at: set[str] = set()
        self.held: dict[Path, dict[str, str]] | None = None
        self.listed: dict[Path, Folder] | None = None

    def of_file(self, path: Path) -> str:
        """Return the SHA-256 of a file as hexadecimal text."""
        entry = self._entry(path)
        if "sha256" not in entry:
            with path.open("rb") as file:
                entry["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
            self.changed.add(str(path))
        return str(entry["sha256"])

    def remember(self, what: str, state: str, make: Callable[[], Any]) -> Any:
        """Return ``make()``, ready for JSON, kept under ``what`` while ``state`` is the same."""
        kept = self.made.get(what)
        if kept is None or kept["state"] != state:
            kept = self.made[what] = {"state": state, "value": make()}
            self.remade.add(what)
        return kept["value"]

    def forget(self, begin: str) -> None:
        """Forget what was made under every name that begins so."""
        for what in [what for what in self.made if what.startswith(begin)]:
            del self.made[what]
            self.remade.discard(what)
            self.forgotten.add(what)

    def recall(
        self, path: Path, what: str, ask: Callable[[Path], Any], *, given: Any = None
    ) -> Any:
        """Return ``ask(path)``, a JSON value, kept under the name ``what``.

        Parameters
        ----------
        path
            The file; when its state changes, it is asked again.
        what
            Name of the question.
        ask
            Answers it.
        given
            JSON value of anything else that the answer depends on.
        """
        entry = self._entry(path)
        if what not in entry or entry[what]["given"] != given:
            entry[what] = {"given": given, "answer": ask(path)}
            self.changed.add(str(path))
        return entry[what]["answer"]

    def state(self, path: Path) -> list[int]:
        """Return what changes with the content of a file: size, times and inode."""
        return _stamp(path.stat())

    def of_input(self, path: Path) -> dict[str, str]:
        """Return name -> digest of all files that make up an input.

        Parameters and errors as of :func:`corridors.run.references.files_of`.
        """
        held = self.held.get(path) if self.held is not None else None
        if held is None:
            held = {name: self.of_file(file) for name, file in files_of(path, self).items()}
            if self.held is not None:
                self.held[path] = held
        return held

    @contextlib.contextmanager
    def one_look(self) -> Iterator[None]:
        """Look at each input once within the block, however many herds read it."""
        self.held, self.listed = {}, {}
        try:
            yield
        finally:
            self.held = self.listed = None

    def save(self) -> None:
        """Write the cache where there already is a folder for results."""
        if (
            self.store is None
            or not (self.changed or self.remade or self.forgotten)
            or not self.store.parent.parent.is_dir()
        ):
            return
        with contextlib.suppress(OSError):
            self.store.parent.mkdir(exist_ok=True)
            temporary = self.store.with_name(f"{self.store.name}.{os.getpid()}")
            # Another command may have saved since: what it found out is kept.
            files, made = _stored(self.store)
            files |= {key: self.known[key] for key in self.changed if key in self.known}
            for what in self.forgotten:
                made.pop(what, None)
            made |= {what: self.made[what] for what in self.remade}
            content = {"format": _FORMAT, "files": files, "made": made}
            temporary.write_bytes(sealed.seal(content))
            temporary.replace(self.store)
            self.changed.clear()
            self.remade.clear()
            self.forgotten.clear()

    def _entry(self, path: Path) -> dict[str, Any]:
        state = path.stat()
        key, stamp = str(path), _stamp(state)
        entry = self.known.get(key)
        if (
            entry is not None
            and entry["stamp"] == stamp
            and (key in self.looked_at or not self.is_fresh)
        ):
            return entry
        entry = {"stamp": stamp}
        if time.time_ns() - state.st_mtime_ns > SETTLED_NS:
            self.known[key] = entry
            self.looked_at.add(key)
        return entry


def _stamp(state: os.stat_result) -> list[int]:
    # The time of change shows what was written under an old date.
    return [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]


def _stored(store: Path | None) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Return what a cache holds of files and of what was made; nothing if it is not understood."""
    with contextlib.suppress(OSError):
        content = sealed.opened(store.read_bytes()) if store is not None else None
        if content is not None and content["format"] == _FORMAT:
            return content["files"], content["made"]
    return {}, {}
