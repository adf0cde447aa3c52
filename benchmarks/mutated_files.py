"""Damaged files of every format: `check` gives the verdict of `ingest`, and neither falls over.

``python -m benchmarks.mutated_files N`` does N files and prints those that are judged wrong;
``python -m benchmarks.mutated_files N FIRST`` leaves out those before number FIRST.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import shutil
import sys
import tempfile
import traceback
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rasterio.shutil
from shapely import LineString, Point

from benchmarks.figure import Figure
from corridors.config.load import Study
from corridors.config.model import Config
from corridors.foundation.artefacts import silent
from corridors.foundation.errors import CorridorsError, Fault, InternalError, MissingInputError
from corridors.run import binding
from corridors.run.digests import Digests
from corridors.run.inputs import check_inputs
from corridors.run.references import files_of
from corridors.stages import registry

_FILES = 2000
_SEED = 20_240_101
_HERD = "h"
_CELLS = (
    "", "NA", "x", "-", "1e400", "-inf", "nan", "0", "-0", "1,5", "١", "43°N", "'", '"', '""',
    "\x00", "2018-02-30 00:00:00", "2018-01-01", "9999-12-31 23:59:59", "0001-01-01 00:00",
    "43101", "é",
    "true", "1e9", "-999", "12T", "2018-01-10T04:00:00+25:00", "a" * 3000, "=1+1",
    "\ufeff", "\u200b",
)  # fmt: skip
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1251", "latin-1", "cp037", "utf-7")
_JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, "x", [], {}, [[]], [None, None], [1e9, 1e9], ["a", "b"], [0, 0, 0, 0],
    [[0, 0]], [[0, 0], [0, 0]], "Point", "LineString", "Polygon", "GeometryCollection", "EPSG:0",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A sound file, its configuration, and what damages it."""

    name: str
    config: dict[str, Any]
    damage: Callable[[random.Random, Path], None]


@dataclass(frozen=True)
class Verdict:
    """What became of one file: how `check` and `ingest` ended, "" where they were content."""

    kind: str
    number: int
    check: str
    ingest: str
    trace: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether one of them fell over, or they disagree."""
        return bool(self.trace) or bool(self.check) != bool(self.ingest)


def verdicts(n_files: int, folder: Path, first: int = 0) -> Iterator[Verdict]:
    """Yield what becomes of damaged files, the same ones for the same number.

    Parameters
    ----------
    n_files
        How many.
    folder
        An empty folder to work in.
    first
        The number of the first, 0 and more: those before it are left out.
    """
    sound = folder / "sound"
    sound.mkdir()
    kinds = _sound_files(sound)
    for number in range(first, n_files):
        kind = kinds[number % len(kinds)]
        study = folder / f"{number}"
        shutil.copytree(sound / kind.name, study)
        kind.damage(random.Random(f"{_SEED} {number}"), study)
        yield _judged(kind, number, study)
        shutil.rmtree(study)


def _judged(kind: Kind, number: int, folder: Path) -> Verdict:
    study = Study(Config.model_validate(kind.config), folder / "config.yaml")
    check, trace = _ended(lambda: check_inputs(study, [_HERD]))
    ingest, other = _ended(lambda: _ingest(study))
    return Verdict(kind.name, number, check, ingest, trace or other)


def _ended(call: Callable[[], object]) -> tuple[str, str]:
    """Return why a call was refused, "" if it was not, and its traceback if it fell over."""
    try:
        call()
    except InternalError:
        return "internal error", traceback.format_exc()
    except CorridorsError as error:
        return f"{type(error).__name__}: {error}", ""
    except Exception:  # noqa: BLE001 - that is what is looked for
        return "fell over", traceback.format_exc()
    return "", ""


def _ingest(study: Study) -> None:
    """Run `ingest` as a run does; of habitat layers what `check` foresees is the verdict."""
    stage = registry.get("ingest")
    raw = {name: study.raw_path(name) for name in registry.inputs_of(stage, study.config, _HERD)}
    if study.config.habitat.layers:
        check_inputs(study, [_HERD])
        return
    memory = Digests(None)
    for name, path in raw.items():
        try:
            files_of(path, memory)
        except OSError as error:
            raise MissingInputError(Fault("not there", file=name, got=error.strerror)) from None
    out = study.folder / "out"
    out.mkdir()
    settings = stage.settings(study.config, _HERD)
    binding.perform(stage, settings, {}, raw, _HERD, out, {"herd": _HERD}, silent)


# Sound files.

_N = 40


def _table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    walk = np.cumsum(rng.normal(0, 0.01, (_N, 2)), axis=0)
    return pd.DataFrame(
        {
            "event-id": np.arange(_N),
            "timestamp": pd.date_range("2018-01-10 04:00", periods=_N, freq="4h").strftime(
                "%Y-%m-%d %H:%M:%S"
            ),
            "location-long": (walk[:, 0] - 110).round(5),
            "location-lat": (walk[:, 1] + 43).round(5),
            "gps:dop": 2.0,
            "sensor-type": "gps",
            "tag-local-identifier": "T1",
            "individual-local-identifier": np.where(np.arange(_N) < 30, "Bék", "Bo"),
        }
    )


def _source(name: str, columns: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    source = {"path": name, "format": "csv", "time_zone": "UTC", **more}
    return {"herds": {_HERD: {"species": "Ovis ammon", "tracks": [
        {**source, "columns": columns} if columns else source]}}}  # fmt: skip


def _barriers(name: str, **more: Any) -> dict[str, Any]:
    config = _source("t.csv", format="movebank")
    source = {"name": "f", "path": name, "kind": "fence", **more}
    return {**config, "barriers": [source]}


_NAMED = {
    "animal": "individual-local-identifier",
    "time": "timestamp",
    "lon": "location-long",
    "lat": "location-lat",
    "dop": "gps:dop",
}


def _sound_files(folder: Path) -> list[Kind]:
    """Write a sound file of each kind below its name."""
    table = _table()
    text = table.to_csv(index=False)
    parts = table["timestamp"].str.split(" ", expand=True)
    two = table.assign(date=parts[0], clock=parts[1]).drop(columns="timestamp")
    kinds = [
        _text(folder, "movebank", "t.csv", text, _source("t.csv", format="movebank")),
        _text(folder, "csv", "t.csv", text, _source("t.csv", _NAMED)),
        _text(
            folder, "two-columns", "t.csv", "Collar 7\n\n" + two.to_csv(index=False),
            _source("t.csv", {**_NAMED, "time": ["date", "clock"]}),
        ),
        _text(
            folder, "semicolons", "t.csv", table.to_csv(index=False, sep=";", decimal=","),
            _source("t.csv", _NAMED, decimal=","),
        ),
        _text(folder, "gpx", "t.gpx", _gpx(table), _source("t.gpx", format="gpx")),
        _text(folder, "kml", "t.kml", _kml(table), _source("t.kml", format="kml", animal="a")),
    ]  # fmt: skip
    lines = gpd.GeoDataFrame(
        {"id": ["a", "b"], "name": ["Zaun", "Café"], "built": ["2019-01-01", None]},
        geometry=[LineString([(-110, 43), (-110.2, 43.1)]), LineString([(-110, 42.9), (-109, 43)])],
        crs=4326,
    )
    packed = {
        "gz": ("t.csv.gz", gzip.compress(text.encode(), mtime=0)),
        "zip": ("t.zip", _zip(text)),
        "xlsx": ("t.xlsx", _bytes(lambda out: table.to_excel(out, index=False))),
        "parquet": ("t.parquet", _bytes(lambda out: table.to_parquet(out, index=False))),
    }
    for name, (file, content) in packed.items():
        own = _folder(folder, name)
        (own / file).write_bytes(content)
        kinds.append(Kind(name, _source(file, _NAMED), _flip(file)))
    about = {"id_column": "id", "valid_from_column": "built", "name_column": "name"}
    points = gpd.GeoDataFrame(
        table[["timestamp", "individual-local-identifier"]].set_axis(["when", "who"], axis=1),
        geometry=[Point(x, y) for x, y in table[["location-long", "location-lat"]].to_numpy()],
        crs=4326,
    )
    own = _folder(folder, "points")
    points.to_file(own / "p.geojson")
    of_points = _source("p.geojson", {"animal": "who", "time": "when"}, format="vector")
    kinds.append(Kind("points", of_points, _json("p.geojson")))
    for name, file in (("geojson", "f.geojson"), ("geopackage", "f.gpkg"), ("shapefile", "f.shp")):
        own = _folder(folder, name)
        lines.to_file(own / file)
        (own / "t.csv").write_text(text, encoding="utf-8")
        damage = _json(file) if name == "geojson" else _flip_any("f.*")
        kinds.append(Kind(name, _barriers(file, **about), damage))
    own = _folder(folder, "geoparquet")
    lines.to_parquet(own / "f.parquet")
    (own / "t.csv").write_text(text, encoding="utf-8")
    kinds.append(Kind("geoparquet", _barriers("f.parquet", **about), _flip("f.parquet")))
    osm = _barriers("f.osm", format="osm")
    del osm["barriers"][0]["kind"]
    kind = _text(folder, "osm", "f.osm", _OSM, osm)
    (folder / "osm" / "t.csv").write_text(text, encoding="utf-8")
    kinds.append(kind)
    return [*kinds, *_rasters(folder)]


def _rasters(folder: Path) -> Iterator[Kind]:
    box = [[-110.2, 42.8], [-109.8, 42.8], [-109.8, 43.2], [-110.2, 43.2], [-110.2, 42.8]]
    ranges = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"season": season},
         "geometry": {"type": "Polygon", "coordinates": [box]}} for season in ("winter", "summer")
    ]}  # fmt: skip
    drawn = {"path": "r.geojson", "season_column": "season", "author": "A", "date": "2020-01-01",
             "confidence": "low"}  # fmt: skip
    cells = np.random.default_rng(1).integers(1, 3, (60, 60)).astype("int16")
    for name, driver, file in (
        ("geotiff", "GTiff", "c.tif"),
        ("grid", "AAIGrid", "c.asc"),
        ("netcdf", "netCDF", "c.nc"),
    ):
        own = _folder(folder, name)
        (own / "r.geojson").write_text(json.dumps(ranges), encoding="utf-8")
        whole = own / "whole.tif"
        with rasterio.open(
            whole, "w", driver="GTiff", width=60, height=60, count=1, dtype="int16", nodata=-9,
            crs="EPSG:4326", transform=rasterio.Affine(0.02, 0, -110.6, 0, -0.02, 43.6),
        ) as raster:  # fmt: skip
            raster.write(cells, 1)
        rasterio.shutil.copy(whole, own / file, driver=driver)
        whole.unlink()
        layer = {"name": "c", "path": file, "kind": "class", "resistance": {1: 1, 2: 5}}
        config = {
            "herds": {_HERD: {"species": "Ovis ammon", "expert_ranges": drawn}},
            "habitat": {"cell_m": 2000, "layers": [{**layer, "crs": "EPSG:4326"}]},
        }
        yield Kind(name, config, _text_damage(file) if name == "grid" else _flip(file))


def _folder(folder: Path, name: str) -> Path:
    own = folder / name
    own.mkdir()
    return own


def _text(folder: Path, name: str, file: str, text: str, config: dict[str, Any]) -> Kind:
    (_folder(folder, name) / file).write_text(text, encoding="utf-8")
    return Kind(name, config, _text_damage(file))


def _bytes(write: Callable[[Any], object]) -> bytes:
    out = io.BytesIO()
    write(out)
    return out.getvalue()


def _zip(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("t.csv"), text)
    return out.getvalue()


def _gpx(table: pd.DataFrame) -> str:
    points = "".join(
        f'<trkpt lat="{lat}" lon="{lon}"><time>{when.replace(" ", "T")}Z</time></trkpt>\n'
        for when, lon, lat in table.iloc[:, 1:4].to_numpy()
    )
    return (
        '<?xml version="1.0"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">\n'
        f"<trk><name>Bo</name><trkseg>\n{points}</trkseg></trk></gpx>\n"
    )


def _kml(table: pd.DataFrame) -> str:
    places = "".join(
        f"<Placemark><TimeStamp><when>{when.replace(' ', 'T')}Z</when></TimeStamp>"
        f"<Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>\n"
        for when, lon, lat in table.iloc[:, 1:4].to_numpy()
    )
    return (
        '<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
        f"{places}</Document></kml>\n"
    )


_OSM = """<?xml version="1.0"?>
<osm version="0.6">
<node id="1" lat="43" lon="-110"/>
<node id="2" lat="43.1" lon="-110.1"/>
<node id="3" lat="43.2" lon="-110"/>
<way id="4"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>
<way id="5"><nd ref="2"/><nd ref="1"/><tag k="barrier" v="fence"/></way>
</osm>
"""


# Damage.


def _text_damage(file: str) -> Callable[[random.Random, Path], None]:
    def damage(rng: random.Random, folder: Path) -> None:
        path = folder / file
        lines = path.read_text(encoding="utf-8").split("\n")
        for _ in range(rng.randint(1, 3)):
            rng.choice(_OF_LINES)(rng, lines)
        content = "\n".join(lines).encode("utf-8", errors="replace")
        if rng.random() < 0.15:
            codec = rng.choice(_ENCODINGS)
            content = content.decode("utf-8").encode(codec, errors="replace")
        if rng.random() < 0.15:
            content = _flipped(rng, content)
        path.write_bytes(content)

    return damage


def _line(rng: random.Random, lines: list[str]) -> int:
    return 0 if rng.random() < 0.3 else rng.randrange(len(lines))


def _drop(rng: random.Random, lines: list[str]) -> None:
    if len(lines) > 1:
        del lines[_line(rng, lines)]


def _double(rng: random.Random, lines: list[str]) -> None:
    at = _line(rng, lines)
    lines.insert(at, lines[at])


def _above(rng: random.Random, lines: list[str]) -> None:
    lines[:0] = ["", "Report, of; a collar", "sep=;", "-----"][: rng.randint(1, 4)]


def _cell(rng: random.Random, lines: list[str]) -> None:
    at = _line(rng, lines)
    mark = next((m for m in (";", ",", '"', " ") if m in lines[at]), ",")
    cells = lines[at].split(mark)
    cells[rng.randrange(len(cells))] = rng.choice(_CELLS)
    lines[at] = mark.join(cells)


def _exchange(rng: random.Random, lines: list[str]) -> None:
    at = _line(rng, lines)
    cells = lines[at].split(",")
    rng.shuffle(cells)
    lines[at] = ",".join(cells)


def _separate(rng: random.Random, lines: list[str]) -> None:
    old, new = rng.choice(
        ((",", ";"), (",", "\t"), (",", ", "), (";", ","), (" ", "T"), ("-", "/"))
    )
    chosen = range(len(lines)) if rng.random() < 0.5 else [_line(rng, lines)]
    for at in chosen:
        lines[at] = lines[at].replace(old, new)


def _cut(rng: random.Random, lines: list[str]) -> None:
    at = _line(rng, lines)
    lines[at] = lines[at][: rng.randint(0, len(lines[at]))]
    if rng.random() < 0.5:
        del lines[at + 1 :]


def _columns(rng: random.Random, lines: list[str]) -> None:
    """Put one thing into a column of every row, or leave the column out."""
    at, word = rng.randrange(8), rng.choice((*_CELLS, None))
    for i, line in enumerate(lines[1:], start=1):
        cells = line.split(",")
        if at < len(cells):
            cells[at : at + 1] = [] if word is None else [word]
            lines[i] = ",".join(cells)


def _behind(rng: random.Random, lines: list[str]) -> None:
    lines[:] = [line + rng.choice((",", "\r", " ", '"')) for line in lines]


_OF_LINES = (_drop, _double, _above, _cell, _cell, _exchange, _separate, _cut, _columns, _behind)


def _flipped(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 30))):
        if changed:
            early = rng.random() < 0.5
            changed[rng.randrange(min(len(changed), 400) if early else len(changed))] = rng.choice(
                (0, 255, 34, 44, rng.randrange(256))
            )
    if rng.random() < 0.2:
        del changed[rng.randrange(len(changed) + 1) :]
    return bytes(changed)


def _flip(file: str) -> Callable[[random.Random, Path], None]:
    def damage(rng: random.Random, folder: Path) -> None:
        path = folder / file
        path.write_bytes(_flipped(rng, path.read_bytes()))

    return damage


def _flip_any(pattern: str) -> Callable[[random.Random, Path], None]:
    """Damage one of the files of a layer, or take it away."""

    def damage(rng: random.Random, folder: Path) -> None:
        path = rng.choice(sorted(folder.glob(pattern)))
        if rng.random() < 0.15:
            path.unlink()
            return
        path.write_bytes(_flipped(rng, path.read_bytes()))

    return damage


def _json(file: str) -> Callable[[random.Random, Path], None]:
    """Put something else in the place of some values of a JSON file."""

    def damage(rng: random.Random, folder: Path) -> None:
        path = folder / file
        content = json.loads(path.read_text(encoding="utf-8"))
        for _ in range(rng.randint(1, 2)):
            places = list(_places(content))
            holder, key = rng.choice(places)
            if rng.random() < 0.15 and isinstance(holder, dict):
                del holder[key]
            else:
                holder[key] = json.loads(json.dumps(rng.choice(_JUNK)))
        text = json.dumps(content)
        if rng.random() < 0.1:
            text = text.replace("CRS84", rng.choice(("CRS83", "EPSG::3857", "nothing", "")))
        path.write_text(text, encoding="utf-8")

    return damage


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, below in list(pairs):
        yield node, key
        if isinstance(below, dict | list):
            yield from _places(below)


def run(n_files: int = _FILES) -> list[Figure]:
    """Return how many of the damaged files are judged wrong."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(verdicts(n_files, Path(folder)))
    wrong = [one for one in found if one.is_wrong]
    n_refused = sum(bool(one.check) for one in found)
    return [
        Figure(
            name="mutated_files",
            value=float(len(wrong)),
            unit="files",
            yardstick=f"{n_files} damaged files",
            ratio=len(wrong) / n_files,
            target=0.0,
            note=f"files on which check and ingest disagree or fall over; {n_refused} are refused "
            f"by both, {len({one.kind for one in found})} formats",
        )
    ]


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as place:
        for one in verdicts(asked[0] if asked else _FILES, Path(place), *asked[1:]):
            if one.is_wrong:
                print(one.number, one.kind, one.check or "fine", "|", one.ingest or "fine")
                print(one.trace, flush=True)
