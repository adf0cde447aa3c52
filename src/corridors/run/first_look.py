"""What files are that somebody wants to begin a study with: tracks, lines or rasters."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from corridors.formats.contents import contents
from corridors.formats.delimited import TextTable, open_table, read_columns
from corridors.formats.deployments import are_deployments, may_be_deployments
from corridors.formats.encodings.attributes import likely_encoding
from corridors.formats.encodings.streams import recognise, utf8_stream
from corridors.formats.geoparquet import is_geoparquet
from corridors.formats.placement import zone_at
from corridors.formats.plain_parquet import is_plain_parquet
from corridors.formats.raster_file import opened as opened_raster
from corridors.formats.signatures import vector_kind
from corridors.formats.table_header import DELIMITERS, record
from corridors.formats.track_layouts import Layout, bare, layout_of
from corridors.formats.vector_file import opened as opened_layer
from corridors.foundation.clock import parse_utc
from corridors.foundation.errors import CorridorsError, Fault, MissingInputError
from corridors.foundation.time_forms import ISO, fitting

Bounds = tuple[float, float, float, float]
_HEAD_BYTES = 1 << 16
_LINES = 200
_ROWS = 20_000  # looked at for forms of times and names of animals
_TEXTS = 400
_FEATURES = 100_000  # of more, attributes are not looked at
_SHOWN = 4
_KINDS = (
    ("fence", r"fence|zaun|cl[oô]ture|fencing"),
    ("rail", r"rail|train|bahn"),
    ("road", r"road|street|highway|route|stra(ss|ß)e|track|\bway"),
    ("border", r"border|boundar|grenze"),
    ("pipeline", r"pipe"),
    ("powerline", r"power|transmission"),
    ("canal", r"canal"),
    ("river", r"river|stream|water|fluss"),
    ("settlement", r"settle|town|village|urban|built"),
    ("cropland", r"crop|field|farm"),
)


@dataclass
class Key:
    """A key of the configuration: its value, and why; no value: a person has to state it."""

    name: str
    value: Any
    why: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nothing is known of the value."""
        return self.value is None


@dataclass
class Found:
    """What one file is, as keys of its source.

    Parameters
    ----------
    role
        ``tracks``, ``deployments``, ``barriers``, ``rasters``, or "" where it is none of them.
    title
        What it is, in words.
    keys, columns
        Of the source, and below its ``columns``.
    notes
        Lines that help a person.
    species
        Taxa that the file names.
    bounds
        West, south, east, north of fixes, degrees.
    """

    path: Path
    role: str
    title: str
    keys: list[Key] = field(default_factory=list)
    columns: list[Key] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    species: list[str] = field(default_factory=list)
    bounds: Bounds | None = None


def look(paths: Sequence[Path]) -> list[Found]:
    """Return what files are; layers are looked at after the tracks that say where they should be.

    Raises
    ------
    MissingInputError
        A file is not there.
    """
    missing = [
        Fault("no such file", file=str(p), cure="correct it") for p in paths if not p.exists()
    ]
    if missing:
        raise MissingInputError(missing)
    found: dict[Path, Found] = {}
    for path in paths:
        table = _tracks(path) or _deployments(path)
        if table is not None:
            found[path] = table
    boxes = np.array([one.bounds for one in found.values() if one.bounds]).reshape(-1, 4)
    near: Bounds | None = None
    if len(boxes):
        (w, s), (e, n) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
        near = (w - 1.0, s - 1.0, e + 1.0, n + 1.0)
    for path in paths:
        if path not in found:
            found[path] = _layer(path, near)
    return [found[path] for path in dict.fromkeys(paths)]


def _tracks(path: Path) -> Found | None:
    """Return the fixes that a file holds, None if it holds none."""
    suffixes = {suffix.casefold() for suffix in path.suffixes}
    if suffixes & {".gpx", ".kml", ".kmz"} and "track" in _kml_or_gpx(path):
        kind = "gpx" if ".gpx" in suffixes else "kml"
        found = Found(path, "tracks", f"{kind.upper()}; its times are UTC by the standard")
        found.keys = [Key("format", kind)]
        if kind == "kml":
            found.keys.append(Key("animal", path.stem, "the name of the file"))
        return found
    if path.is_dir() or (path.suffix.casefold() == ".parquet" and is_geoparquet(path)):
        return None
    is_text = bool(suffixes & {".csv", ".txt", ".tsv", ".tab", ".dat", ".xlsx", ".gz"})
    is_table = is_text or is_plain_parquet(path) or _is_zip_of_text(path)
    return _table(path) if is_table else _points(path)


def _deployments(path: Path) -> Found | None:
    """Return a table of who wore which collar when, None if the file cannot be one.

    One that may as well be of migrations is not used: fixes outside of it would be lost.
    """
    if path.is_dir() or path.suffix.casefold() not in (".csv", ".txt", ".tsv", ".tab", ".xlsx"):
        return None
    try:
        names = open_table(path, path.name, []).names
    except CorridorsError:
        return None
    if not may_be_deployments(names):
        return None
    notes = ["if it says who wore a collar when, name it as deployments of its tracks"]
    if not are_deployments(names):
        return Found(path, "", "animals with a start and an end", notes=notes)
    return Found(path, "deployments", "who wore a collar from when to when", notes=notes)


def _kml_or_gpx(path: Path) -> str:
    head = path.read_bytes()[: 1 << 20]
    is_track = re.search(rb"<(\w+:)?(trkpt|when|TimeStamp)\b", head) or path.suffix == ".kmz"
    return "track" if is_track else "layer"


def _is_zip_of_text(path: Path) -> bool:
    if path.suffix.casefold() != ".zip":
        return False
    try:
        return contents(path, path.name).kind == "zip"
    except CorridorsError:
        return False


def _table(path: Path) -> Found | None:
    name = path.name
    if is_plain_parquet(path):
        table = open_table(path, name, [])
        layout = layout_of(table.names)
    else:
        row, layout = _header(path, name)
        if layout is None:
            return None
        table = open_table(path, name, [], header_row=row)
    if layout is None:
        return None
    found = Found(path, "tracks", f"{layout.vendor or 'a table'}, by {layout.why}")
    if isinstance(table, TextTable):
        mark = DELIMITERS.get(table.header.delimiter, "sep=")
        found.title += f"; header in line {table.header.row}, {mark}, {table.encoding.name}"
    if layout.vendor == "Movebank":
        found.keys = [
            Key("format", "movebank"),
            Key("time_zone", "UTC", "Movebank exports UTC"),
        ]
        columns = {"lon": _named(table, "location-long"), "lat": _named(table, "location-lat")}
        more = {"animal": _named(table, "individual-local-identifier"),
                "species": _named(table, "individual-taxon-canonical-name")}  # fmt: skip
        sample = _sample(table, [c for c in (*columns.values(), *more.values()) if c])
        found.species = _distinct(sample, more["species"])
        _say_animals(found, sample, more["animal"])
        _say_place(found, sample, str(columns["lon"]), str(columns["lat"]))
        return found
    found.keys = [Key("format", "csv")]
    _describe(found, table, layout)
    return found


def _named(table: Any, word: str) -> str | None:
    return next((name for name in table.names if bare(name) == bare(word)), None)


def _header(path: Path, name: str) -> tuple[int, Layout | None]:
    """Return the line that names most columns of fixes, and what they are."""
    source = contents(path, name)
    with source.open() as stream:
        encoding = recognise(stream, name, None)
    with utf8_stream(source.open(), encoding, name) as stream:
        head = stream.read(_HEAD_BYTES).decode("utf-8", errors="replace")
    best: tuple[int, int, Layout] | None = None
    start = 0
    for row, line in enumerate(islice(head.splitlines(keepends=True), _LINES), start=1):
        here, start = start, start + len(line)
        for mark in DELIMITERS:
            if mark == " " or mark not in line:
                continue
            layout = layout_of(record(head, here, mark)[0])
            size = 0 if layout is None else len(layout.columns) + 3 * bool(layout.vendor)
            if layout is not None and (best is None or size > best[0]):
                best = size, row, layout
    return (1, None) if best is None else (best[1], best[2])


def _sample(table: Any, columns: Sequence[str]) -> pd.DataFrame:
    """Return some rows of a table as text."""

    class Part:
        def batches(self, columns: Sequence[str]) -> list[pa.RecordBatch]:
            kept: list[pa.RecordBatch] = []
            for batch in table.batches(columns):
                kept.append(batch.slice(0, _ROWS))
                if sum(map(len, kept)) >= _ROWS:
                    break
            return kept

    return read_columns(Part(), list(dict.fromkeys(columns)))  # type: ignore[arg-type]


def _distinct(sample: pd.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return []
    values = sample[column]
    return sorted(set(values[~values.isin(("", "NA"))]))


def _shown(values: Sequence[str]) -> str:
    return ", ".join(values[:_SHOWN]) + (" ..." if len(values) > _SHOWN else "")


def _say_animals(found: Found, sample: pd.DataFrame, column: str | None) -> None:
    names = _distinct(sample, column)
    if names:
        found.notes.append(f"animals at its beginning: {_shown(names)}")


def _say_place(found: Found, sample: pd.DataFrame, lon: str, lat: str) -> str:
    """Keep where the fixes are, and return the decimal mark."""
    text = sample[lon]
    comma = bool(text.str.fullmatch(r"-?\d+,\d+").any())
    x, y = (
        pd.to_numeric(sample[c].str.replace(",", ".") if comma else sample[c], errors="coerce")
        for c in (lon, lat)
    )
    good = x.notna() & y.notna() & ~((x == 0) & (y == 0))
    if good.any() and x[good].abs().max() <= 360 and y[good].abs().max() <= 90:
        box = (x[good].min(), y[good].min(), x[good].max(), y[good].max())
        west, south, east, north = map(float, box)
        found.bounds = west, south, east, north
    elif good.any():
        place = f"x {x[good].iloc[0]:g}, y {y[good].iloc[0]:g}"
        found.keys.append(Key("crs", None, f"{place}: the projected CRS, e.g. EPSG:32612"))
    return "," if comma else "."


def _describe(found: Found, table: Any, layout: Layout) -> None:
    """Fill in keys and columns of a table that is no Movebank export."""
    columns = layout.columns
    time = columns["time"]
    times = (time,) if isinstance(time, str) else time
    named = [*times, *(str(v) for k, v in columns.items() if k != "time")]
    sample = _sample(table, named)
    texts = sample[list(times)].agg(" ".join, axis=1).str.strip()
    _say_times(found, list(dict.fromkeys(texts[texts != ""]))[:_TEXTS], layout.zone, times)
    if _say_place(found, sample, str(columns["lon"]), str(columns["lat"])) == ",":
        found.keys.append(Key("decimal", ",", f"e.g. {sample[str(columns['lon'])].iloc[0]}"))
    animal = columns.get("animal")
    names = _distinct(sample, None if animal is None else str(animal))
    if animal is not None and names:
        is_collar = layout.vendor and layout.vendor not in ("EarthRanger", "EURODEER")
        why = f"at its beginning {_shown(names)}"
        if is_collar:
            why += "; worn by two: deployments"
        found.columns.insert(0, Key("animal", str(animal), why))
    else:
        stem = re.sub(r"[^\w-]+", "-", found.path.stem)
        found.keys.append(Key("animal", stem, "no column names it: the name of the file"))
    found.columns += [
        Key(role, str(columns[role]))
        for role in ("lon", "lat", "dop", "fix_type")
        if role in columns
    ]


def _say_times(found: Found, texts: Sequence[str], zone: str, times: Sequence[str]) -> None:
    found.columns.append(Key("time", list(times) if len(times) > 1 else times[0]))
    shown = texts[0] if texts else ""
    has_offset = bool(texts) and all(re.search(r"\d\s*(Z|[+-]\d{2}:?(\d{2})?)$", t) for t in texts)
    stamps = parse_utc(pd.Series(texts), time_zone="UTC", time_format=None, midnight=True)
    if not stamps.unreadable.any():
        forms = [ISO]
    elif {bare(part) for part in times} >= {"year", "julianday", "hour", "minute"}:
        forms = ["%y %j %H %M" if len(shown.split()[0]) == 2 else "%Y %j %H %M"]
    else:
        forms = fitting(texts)
    if forms == [ISO]:
        pass
    elif len(forms) == 1:
        found.columns.append(Key("time_format", forms[0], f"e.g. {shown}"))
    else:
        options = " or ".join(f'"{form}"' for form in forms) or "the strptime form"
        found.columns.append(Key("time_format", None, f"{options}; e.g. {shown}"))
    if has_offset:
        found.notes.append(f"its times carry their offset, as in {shown}")
    elif zone:
        found.keys.append(Key("time_zone", zone, "by the name of the column, or of the vendor"))
    else:
        found.keys.append(Key("time_zone", None, "of the file's clock: UTC, '+03:00', a place"))


def _points(path: Path) -> Found | None:
    """Return the fixes of a layer of points with times."""
    try:
        kind = vector_kind(path, path.name)
        with opened_layer(path, path.name, layer=None, encoding=None, is_vrt=False) as layer:
            info, fields = layer.info, layer.fields
    except CorridorsError:
        return None
    if "Point" not in str(info["geometry_type"]):
        return None
    layout = layout_of([*fields, "longitude", "latitude"])
    if layout is None or not isinstance(layout.columns.get("time", ()), str):
        return None
    found = Found(path, "tracks", f"points of a {kind} layer")
    found.keys = [Key("format", "vector"), Key("time_zone", None, "the clock of the file")]
    animal = layout.columns.get("animal")
    if animal is None:
        found.keys.append(Key("animal", path.stem, "no column names it: the name of the file"))
    else:
        found.columns.append(Key("animal", str(animal)))
    found.columns.append(Key("time", layout.columns["time"]))
    return found


def _layer(path: Path, near: Bounds | None) -> Found:
    """Return what a file without fixes is."""
    raster = _raster(path)
    if raster is not None:
        return raster
    encoding: Key | None = None
    if path.suffix.casefold() == ".shp":
        guess = likely_encoding(path)
        encoding = None if guess is None else Key("encoding", *guess)
    try:
        if path.suffix.casefold() in (".osm", ".pbf"):
            return Found(path, "barriers", "OpenStreetMap", [Key("format", "osm")])
        stated = None if encoding is None else encoding.value
        with opened_layer(path, path.name, layer=None, encoding=stated, is_vrt=False) as layer:
            return _barrier(path, layer, encoding, near)
    except CorridorsError as error:
        return Found(path, "", "see the configuration", notes=str(error).splitlines())


def _barrier(path: Path, layer: Any, encoding: Key | None, near: Bounds | None) -> Found:
    n, shape = layer.info["features"], layer.info["geometry_type"]
    found = Found(path, "barriers", f"{n} features, {shape}, {layer.crs or 'no CRS'}")
    kind = next((k for k, words in _KINDS if re.search(words, path.stem.casefold())), None)
    known = "by its name" if kind else "road, fence, rail, border, canal, river, pipeline ..."
    found.keys.append(Key("kind", kind, known))
    if encoding is not None:
        found.keys.append(encoding)
    west, south, east, north = layer.extent
    is_degrees = max(abs(west), abs(east)) <= 360 and max(abs(south), abs(north)) <= 90
    if not is_degrees and layer.crs in (None, "EPSG:4326", "OGC:CRS84"):
        zone = zone_at(layer.extent, near)
        why = "its coordinates are no degrees"
        why += "; in this zone they lie at the herd" if zone else ": the projected CRS they are in"
        found.keys.append(Key("crs", zone, why))
    elif layer.crs is None:
        found.keys.append(Key("crs", None, "the file states none"))
    if n > _FEATURES:
        return found
    with_values = [name for name in layer.fields if bare(name) not in ("fid", "objectid")]
    frame, _ = layer.read(with_values, None)
    for column in with_values:
        if column in frame:
            values = sorted({str(v).strip() for v in frame[column].dropna()} - {""})
            role = _role(column, values, len(frame))
            if role:
                found.notes.append(f"{role}: {column}  # {len(values)} values: {_shown(values)}")
    return found


def _role(column: str, values: Sequence[str], n: int) -> str:
    """Return as what a column of attributes may serve."""
    word = bare(column)
    if word in ("id", "osmid", "gid", "code") and len(values) == n:
        return "id_column"
    if "name" in word:
        return "name_column"
    if re.search(r"class|type|kind|highway|category|klasse", word) and len(values) <= 40:
        return "class_column"
    return ""


def _raster(path: Path) -> Found | None:
    if path.is_dir() or path.suffix.casefold() in (".gpkg", ".shp", ".geojson", ".json", ".zip"):
        return None
    try:
        with opened_raster(path, path.name) as dataset:
            kind = np.dtype(dataset.dtypes[0]).kind
            stem = re.sub(r"[^a-z0-9_-]+", "-", path.stem.casefold()).strip("-_") or "layer"
            is_height = bool(re.search(r"dem|elev|srtm|height|dtm", stem))
            crs = dataset.crs.to_string() if dataset.crs else "no CRS"
            words = f"{dataset.count} band, {dataset.width} x {dataset.height} cells, {crs}"
            found = Found(path, "rasters", words, [Key("name", stem)])
            if is_height:
                found.keys += [Key("kind", "continuous"), Key("derive", "slope_deg")]
                found.keys.append(Key("slope", None, "resistance = 1 + slope * degrees"))
            elif kind in "iu":
                found.keys += [Key("kind", "class")]
                found.keys.append(Key("resistance", None, "{class value: resistance >= 1}"))
            else:
                found.keys += [Key("kind", "continuous")]
                found.keys.append(Key("slope", None, "resistance = 1 + slope * (value - zero)"))
            return found
    except CorridorsError:
        return None


def from_study(path: Path, study: Path) -> str:
    """Return a path as the configuration of a study names it."""
    return Path(os.path.relpath(path.resolve(), study.resolve())).as_posix()
