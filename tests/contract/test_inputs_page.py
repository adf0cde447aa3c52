"""What docs/inputs.md tells people to write is read as it stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from ruamel.yaml import YAML
from shapely import Point

from corridors.config.sources import TrackSource
from corridors.stages.ingest.track_files import scan
from worlds.collars import COLLARS, LAT, LON, TIMES

_ROW = re.compile(r"^\| (?P<what>[^|]+) \| `(?P<entry>\{path: .*\})` \|$", re.MULTILINE)


def _text(content: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(content, encoding="utf-8") and None


def _points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": ["7001", "7001"], "when": list(pd.to_datetime(list(TIMES)).astype(str))},
        geometry=[Point(x, y) for x, y in zip(LON, LAT, strict=True)],
        crs=4326,
    )


_VECTRONIC = """CollarID,UTC_Date,UTC_Time,Latitude,Longitude,DOP,FixType
7001,01/13/2018,16:00:00,43.25,-110.5,2.0,3D
7001,01/14/2018,20:00:00,43.5,-110.25,2.4,3D
"""
_GPX = (
    '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>7001</name><trkseg>'
    '<trkpt lat="43.25" lon="-110.5"><time>2018-01-13T16:00:00Z</time></trkpt>'
    '<trkpt lat="43.5" lon="-110.25"><time>2018-01-14T20:00:00Z</time></trkpt>'
    "</trkseg></trk></gpx>"
)
_KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    "<Placemark><TimeStamp><when>2018-01-13T16:00:00Z</when></TimeStamp>"
    "<Point><coordinates>-110.5,43.25</coordinates></Point></Placemark>"
    "<Placemark><TimeStamp><when>2018-01-14T20:00:00Z</when></TimeStamp>"
    "<Point><coordinates>-110.25,43.5</coordinates></Point></Placemark></Document></kml>"
)
FILES: dict[str, Callable[[Path], None]] = {
    "Movebank export": _text(COLLARS["movebank"].content),
    "Vectronic table": _text(_VECTRONIC),
    "Telonics report, lines of text above the header": _text(COLLARS["telonics"].content),
    "GPX; its times are UTC by its standard": _text(_GPX),
    "KML, KMZ": _text(_KML),
    "points of GeoPackage, shapefile, GeoJSON ...": lambda path: _points().to_file(path),
    "points of GeoParquet": lambda path: _points().to_parquet(path),
}


def entries(project: Path) -> dict[str, str]:
    page = (project / "docs" / "inputs.md").read_text(encoding="utf-8")
    return {found["what"]: found["entry"] for found in _ROW.finditer(page)}


def test_every_entry_of_the_page_has_a_file_here(project: Path) -> None:
    assert set(entries(project)) == set(FILES)


@pytest.mark.parametrize("what", FILES)
def test_an_entry_of_the_page_reads_its_file_as_written(
    project: Path, tmp_path: Path, what: str
) -> None:
    source = TrackSource.model_validate(YAML(typ="safe").load(entries(project)[what]))
    FILES[what](tmp_path / source.path)
    frame = scan(tmp_path / source.path, source).tracks().frame
    assert frame["lon"].tolist() == list(LON)
    assert frame["lat"].tolist() == list(LAT)
    assert frame["time_utc"].dt.strftime("%Y-%m-%dT%H:%M").tolist() == list(TIMES)
    assert set(frame["animal"]) <= {"7001", "a"}
