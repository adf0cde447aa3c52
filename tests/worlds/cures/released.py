"""Cures of releases: their checksums, and the database that they go into."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from unittest.mock import MagicMock

import psycopg
import pytest

from corridors.formats import postgis
from corridors.formats.checksums import verified, write_checksums
from worlds.cures.studies import Case

RELEASE = postgis.DatabaseRelease("made-up", "public", date(2026, 6, 10), "", ())


def checked(content: str) -> Callable[[Path], object]:
    """Return how a release is verified whose only file has this content since."""

    def attempt(folder: Path) -> None:
        (folder / "README.txt").write_text("as released")
        write_checksums(folder)
        (folder / "README.txt").write_text(content)
        assert verified(folder) == 1

    return attempt


def unlisted(folder: Path) -> None:
    (folder / "README.txt").write_text("in no release")
    verified(folder)


def addressed(address: str) -> Callable[[Path], object]:
    """Return how a release without layers is written to a database that takes all."""

    def attempt(_: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(psycopg, "connect", _connect)
            assert postgis.publish(address, RELEASE) == []

    return attempt


def _connect(address: str) -> object:
    if ":1/" in address:
        raise psycopg.OperationalError("connection refused")
    return MagicMock()


CASES = (
    Case(
        "formats/checksums.py: fetch it again from who released it",
        checked("changed"),
        (checked("as released"),),
    ),
    Case("formats/checksums.py: name that folder", unlisted, (checked("as released"),)),
    Case(
        "formats/postgis.py: leave the password out; it is taken from PGPASSWORD or ~/.pgpass",
        addressed("postgresql://editor:s3cret@127.0.0.1:5432/atlas"),
        (addressed("postgresql://editor@127.0.0.1:5432/atlas"),),
    ),
    Case(
        "formats/postgis.py: correct --to; the password is taken from PGPASSWORD",
        addressed("postgresql://editor@127.0.0.1:1/atlas"),
        (addressed("postgresql://editor@127.0.0.1:5432/atlas"),),
    ),
)
