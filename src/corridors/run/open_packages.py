"""Published GeoPackages that people look at and edit while results are made again.

QGIS switches a GeoPackage that it opens to a write-ahead log: counters in the head of the file
change, and what is saved waits in a file beside it. Neither is an edit by itself, and what is saved
later must not go to a file that is no more.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

SUFFIX = ".gpkg"
_BESIDE = ("-wal", "-shm", "-journal")
# Of an SQLite file's head: way of writing, change counter, and of which change by which version.
_COUNTERS = ((18, 20), (24, 28), (92, 100))


def content_digest(path: Path) -> str:
    """Return the SHA-256 of an SQLite file but for what opening it changes."""
    with path.open("rb") as stream:
        head = bytearray(stream.read(100))
        for start, end in _COUNTERS:
            head[start:end] = bytes(len(head[start:end]))
        digest = hashlib.sha256(head)
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def is_in_use(path: Path) -> bool:
    """Return whether a program has a GeoPackage open that was switched to a log.

    Where none has, what a log holds is put into the file, and the log is taken away.
    """
    if not any(path.with_name(path.name + end).exists() for end in _BESIDE):
        return False
    try:
        with closing(sqlite3.connect(path, timeout=0.1)) as connection:
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            return bool(mode != "delete")
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False


def keep_open(path: Path, kept: Path) -> None:
    """Let a file live on as ``kept``: what the program that has it open saves goes there."""
    for end in ("", *_BESIDE):
        own, to = path.with_name(path.name + end), kept.with_name(kept.name + end)
        if not own.exists():
            continue
        try:
            os.link(own, to)
        except OSError:
            shutil.copy2(own, to)
