"""A GeoPackage has the bytes of its content: nothing of the clock."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import Point

from corridors.formats import geopackage
from corridors.formats.geopackage import PackageLayer, write_geopackage

LAYERS = [
    PackageLayer(
        name=name,
        frame=gpd.GeoDataFrame({"n": [1, 2]}, geometry=[Point(0, 1), Point(2, 3)], crs=4326),
        title=name,
        description="",
        qml="<qgis/>",
    )
    for name in ("first", "second")
]


def test_writing_slowly_gives_the_same_bytes(tmp_path: Path, monkeypatch) -> None:
    quick, slow = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    write_geopackage(quick, LAYERS)
    write_layer = geopackage._write_layer

    def slowly(path: Path, layer: PackageLayer) -> None:
        write_layer(path, layer)
        time.sleep(0.01)
        with closing(sqlite3.connect(path)) as connection, connection:
            # As GDAL does where two layers do not fall into one millisecond.
            connection.execute("UPDATE gpkg_contents SET last_change = '2026-01-01T00:00:00.001Z'")

    monkeypatch.setattr(geopackage, "_write_layer", slowly)
    write_geopackage(slow, LAYERS)
    assert quick.read_bytes() == slow.read_bytes()
    with closing(sqlite3.connect(slow)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert pd.DataFrame(gpd.read_file(slow, layer="second"))["n"].tolist() == [1, 2]
