"""Published GeoPackages that QGIS has open, which it does through a write-ahead log."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from corridors.run import manifest
from corridors.run.digests import Digests
from corridors.run.manifest import Manifest


@pytest.fixture
def published(tmp_path: Path) -> Path:
    staged = tmp_path / "staged"
    staged.mkdir()
    layer = gpd.GeoDataFrame({"name": ["a"]}, geometry=[Point(71, 37)], crs=4326)
    layer.to_file(staged / "map.gpkg", layer="x")
    artefacts = manifest.seal(staged, ("map.gpkg",), "publish")
    manifest.commit(staged, tmp_path / "done" / "herd", Manifest({}, artefacts))
    return tmp_path / "done" / "herd"


def opened(folder: Path) -> sqlite3.Connection:
    """Open the file as QGIS does."""
    connection = sqlite3.connect(folder / "map.gpkg")
    assert connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    assert connection.execute("SELECT name FROM x").fetchall() == [("a",)]
    return connection


def renamed(connection: sqlite3.Connection, name: str) -> None:
    # The triggers of the spatial index want functions that only GDAL has.
    for (trigger,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f'DROP TRIGGER "{trigger}"')
    connection.execute("UPDATE x SET name = ?", (name,))
    connection.commit()


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM x")]


def kept(folder: Path) -> list[str]:
    made = manifest.read(folder)
    assert made is not None
    later = time.time_ns() + 5_000_000_000
    os.utime(folder / "map.gpkg", ns=(later, later))
    return list(manifest.keep_edited(folder, made, folder.parents[1] / "edited"))


def test_a_look_is_no_edit(published: Path) -> None:
    before = (published / "map.gpkg").read_bytes()
    with closing(opened(published)):
        pass
    made = manifest.read(published)
    assert made is not None
    assert (published / "map.gpkg").read_bytes() != before
    assert manifest.damaged(published, made, Digests().of_file) == []
    assert kept(published) == []


def test_what_was_saved_and_waits_in_a_log_is_kept(published: Path) -> None:
    copy = published.parent / "crashed"
    with closing(opened(published)) as connection:
        renamed(connection, "b")
        assert (published / "map.gpkg-wal").stat().st_size
        # As after a crash: the log is there, and no program.
        copy.mkdir()
        for path in published.iterdir():
            (copy / path.name).write_bytes(path.read_bytes())
    (words,) = kept(copy)
    assert "map.gpkg was edited by hand" in words
    assert names(copy.parents[1] / "edited" / "crashed" / "map.gpkg") == ["b"]


def test_what_a_session_saves_after_the_new_file_came_is_kept(published: Path) -> None:
    with closing(opened(published)) as connection:
        (words,) = kept(published)
        assert "map.gpkg is open in another program, which goes on with" in words
        staged = published.parents[1] / "new"
        staged.mkdir()
        (staged / "map.gpkg").write_bytes(b"new")
        artefacts = manifest.seal(staged, ("map.gpkg",), "publish")
        manifest.commit(staged, published, Manifest({}, artefacts))
        renamed(connection, "late")
    assert (published / "map.gpkg").read_bytes() == b"new"
    assert names(published.parents[1] / "edited" / "herd" / "map.gpkg") == ["late"]
