"""Small studies on which a cure is followed: before it, and after it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely import LineString, Point, Polygon

from corridors.config.load import Study as Configured
from corridors.config.model import Config
from corridors.foundation.artefacts import RawFiles, silent
from corridors.run.inputs import check_inputs
from corridors.stages import registry
from corridors.stages.ingest.stage import Inputs, run

HERD = "h"


@dataclass(frozen=True)
class Study:
    """Files of a small study and what its configuration says of them.

    ``source`` is its tracks, or several; ``own`` is said of its herd, ``more`` stands beside it.
    What stages after `ingest` would refuse is looked for where ``is_checked``.
    """

    files: Mapping[str, str | bytes | gpd.GeoDataFrame | Callable[[Path], object]]
    source: Mapping[str, Any] | tuple[Mapping[str, Any], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)
    is_checked: bool = False

    def __call__(self, folder: Path) -> None:
        """Write the files into a folder, and read them as a run does."""
        for name, content in self.files.items():
            write(folder / name, content)
        sources = [self.source] if isinstance(self.source, Mapping) else list(self.source)
        herd = {"species": "Ovis ammon", "tracks": [dict(one) for one in sources], **self.own}
        config = Config.model_validate({"herds": {HERD: herd}, **self.more})
        if self.is_checked:
            check_inputs(Configured(config, folder / "config.yaml"), [HERD])
            return
        stage = registry.get("ingest")
        raw = {name: folder / name for name in registry.inputs_of(stage, config, HERD)}
        results = run(Inputs(RawFiles(raw)), stage.settings(config, HERD), silent)
        assert not sources or results.fixes.read().size


def write(path: Path, content: str | bytes | gpd.GeoDataFrame | Callable[[Path], object]) -> None:
    """Write a file of a study, and the folder that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, gpd.GeoDataFrame):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "'crs' was not provided")
            content.to_file(path)
    elif isinstance(content, str | bytes):
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    else:
        content(path)


Attempt = Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """A cure, and what a person does before and after it.

    Parameters
    ----------
    cure
        ``module: words``, as :func:`worlds.cures.stated.stated` gives it.
    broken, mended
        Attempts in an empty folder: one that is refused, and those that follow the cure.
    said
        The whole cure, where the source takes it from elsewhere.
    hinder
        What stands in the way until the cure is followed.
    """

    cure: str
    broken: Attempt
    mended: tuple[Attempt, ...]
    said: str | None = None
    hinder: Callable[[pytest.MonkeyPatch], object] | None = None


COLUMNS = {"animal": "animal", "time": "time", "lon": "lon", "lat": "lat"}
CSV = {"path": "t.csv", "format": "csv", "columns": COLUMNS, "time_zone": "UTC"}
HEADER = "animal,time,lon,lat\n"
ROW = "Bek,2020-01-01 00:00,71.1,37.1\n"
NEXT = "Bek,2020-01-01 04:00,71.2,37.2\n"
GOOD = HEADER + ROW + NEXT
MOVEBANK = {"path": "t.csv", "format": "movebank", "time_zone": "UTC"}
OF_MOVEBANK = (
    "timestamp,location-long,location-lat,sensor-type,individual-taxon-canonical-name,"
    "tag-local-identifier,individual-local-identifier,visible\n"
)
SEEN = "2020-01-01 00:00:00,71.1,37.1,gps,Ovis ammon,T1,Bek,true\n"
LINE = LineString([(71, 37), (72, 38)])


def tracks(text: str | bytes, **source: object) -> Study:
    """Return a study of one CSV file."""
    return Study({"t.csv": text}, CSV | source)


def movebank(rows: str, **source: object) -> Study:
    """Return a study of one Movebank file with these rows."""
    return Study({"t.csv": OF_MOVEBANK + rows}, MOVEBANK | source)


def layer(frame: gpd.GeoDataFrame, **source: object) -> Study:
    """Return a study of good tracks and a layer of barriers."""
    barriers = [{"name": "lines", "path": "b.gpkg", "tolerance_m": 10.0, **source}]
    return Study({"t.csv": GOOD, "b.gpkg": frame}, CSV, {"barriers": barriers})


def lines(crs: str | None = "EPSG:4326", **columns: object) -> gpd.GeoDataFrame:
    """Return one line near the tracks."""
    return gpd.GeoDataFrame({"id": [1], **columns}, geometry=[LINE], crs=crs)


def fenced(name: str, content: str | bytes | Callable[[Path], object], **source: object) -> Study:
    """Return a study of good tracks and one layer of barriers in a file of this name."""
    barriers = [{"name": "f", "path": name, "kind": "fence", **source}]
    return Study({"t.csv": GOOD, name: content}, CSV, {"barriers": barriers})


def points(**columns: object) -> gpd.GeoDataFrame:
    """Return one point near the tracks."""
    return gpd.GeoDataFrame({"id": [1], **columns}, geometry=[Point(71, 37)], crs=4326)


def boundary(frame: gpd.GeoDataFrame | None, **source: object) -> Study:
    """Return a study of good tracks and boundaries, the bundled ones where there is no layer."""
    files = {"t.csv": GOOD} if frame is None else {"t.csv": GOOD, "b.gpkg": frame}
    path = "natural-earth" if frame is None else "b.gpkg"
    return Study(files, CSV, {"boundaries": [{"path": path, **source}]})


def states(frame: gpd.GeoDataFrame, **source: object) -> Study:
    """Return a study of good tracks and polygons of states."""
    return Study({"t.csv": GOOD, "s.gpkg": frame}, CSV, {"states": {"path": "s.gpkg", **source}})


def zones(frame: gpd.GeoDataFrame) -> Study:
    """Return a study of good tracks and one layer of zones."""
    layer = {"name": "zones", "path": "z.gpkg", "name_column": "zone"}
    return Study({"t.csv": GOOD, "z.gpkg": frame}, CSV, {"zones": [layer]})


def worn(text: str, **source: object) -> Study:
    """Return a study whose animals are told by a table of deployments."""
    tracks = GOOD.replace("animal", "collar").replace("Bek", "B") if source else GOOD
    return Study({"t.csv": tracks, "d.csv": text}, CSV | {"deployments": "d.csv"} | source)


def gpx(name: str, time: str = "<time>2020-01-01T00:00:00Z</time>", **source: object) -> Study:
    """Return a study of one GPX track."""
    point = f'<trkpt lat="37.1" lon="71.1">{time}</trkpt>'
    text = (
        '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk>{name}<trkseg>{point}</trkseg></trk></gpx>"
    )
    return Study({"t.gpx": text}, {"path": "t.gpx", "format": "gpx"} | source)


WORN = "animal,collar,start,end\nBek,B,2019-12-01 12:00,2020-02-01 12:00\n"
OF_COLLARS = COLUMNS | {"animal": "collar"}
LATIN = GOOD.replace("Bek", "B\xe9k").encode("latin-1")
SQUARE = Polygon([(71, 37), (72, 37), (72, 38), (71, 38)])
SQUARES = gpd.GeoDataFrame({"state": ["A"], "pair": ["A-B"]}, geometry=[SQUARE], crs=4326)
PAIRED = {"pair_column": "pair"}
