"""A study of many small herds of mixed evidence: tracked, drawn ranges, drawn corridors, lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, buffer, linestrings
from shapely.geometry.base import BaseGeometry

SEED = 20260401
SPECIES = ("Ovis ammon", "Cervus elaphus", "Gazella subgutturosa", "Capra sibirica")
KINDS = ("tracked", "ranges", "corridor", "lost")
_N_ANIMALS, _EVERY_H, _DAYS = 3, 8, 330
# Days after the first of February on which migrations begin and end.
_SPRING, _AUTUMN = (90.0, 110.0), (240.0, 262.0)
_LENGTH_KM, _STEP_DEG = 45.0, 0.9
_WEST, _SOUTH, _COLUMNS = 10.0, 50.0, 5
# Herds that are run; the others are copies of them, each ten so many degrees further east. On the
# ellipsoid lengths and areas stay what they are.
N_RUN, EAST_DEG = 10, 5.0
_KM_PER_DEG = 111.2
_DRAWN = "2024-01-01"  # in YAML without quotes


@dataclass(frozen=True)
class Way:
    """Where a herd is: its winter and its summer range, degrees."""

    winter: tuple[float, float]
    summer: tuple[float, float]

    @classmethod
    def of(cls, number: int) -> Way:
        """Return the way of a herd, each on a square of its own, none turned like its neighbour."""
        turn, own = divmod(number, N_RUN)
        row, column = divmod(own, _COLUMNS)
        west = _WEST + EAST_DEG * turn
        middle = np.array([west + _STEP_DEG * column, _SOUTH + _STEP_DEG * row])
        angle = 0.4 + 2.399963 * own
        half = np.array([np.cos(angle), np.sin(angle)]) * _LENGTH_KM / 2 / _KM_PER_DEG
        half[0] /= np.cos(np.radians(middle[1]))
        (x0, y0), (x1, y1) = middle - half, middle + half
        return cls((x0, y0), (x1, y1))

    @property
    def line(self) -> LineString:
        """The straight way between the two."""
        return LineString([self.winter, self.summer])


def names(n_herds: int) -> dict[str, str]:
    """Return the herds by name, and the kind of each: a fifth tracked, a tenth lost."""
    turns = ("tracked", "ranges", "corridor", "ranges", "corridor") * 2
    turns = (*turns[:-1], "lost")
    kinds = [turns[number % len(turns)] for number in range(n_herds)]
    return {f"herd-{number:03d}": kind for number, kind in enumerate(kinds)}


def build(folder: Path, n_herds: int) -> dict[str, str]:
    """Write configuration and inputs of a study, and return its herds and their kinds."""
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    herds = names(n_herds)
    ways = {name: Way.of(number) for number, name in enumerate(herds)}
    for number, (name, kind) in enumerate(herds.items()):
        if kind == "tracked":
            tracks(ways[name], SEED + number % N_RUN).to_csv(raw / f"{name}.csv", index=False)
        elif kind == "ranges":
            _save(raw / f"{name}.gpkg", _ranges(ways[name]))
        elif kind == "corridor":
            _save(raw / f"{name}.gpkg", {"all": buffer(ways[name].line, 0.06)})
    _barriers(raw / "barriers.gpkg", list(ways.values()))
    text = json.dumps(_config(herds), indent=1).replace(f'"{_DRAWN}"', _DRAWN)
    (folder / "config.yaml").write_text(text, "utf-8")
    return herds


def tracks(way: Way, seed: int) -> pd.DataFrame:
    """Return the fixes of a few animals through a year, as Movebank has them."""
    rng = np.random.default_rng(seed)
    ends = np.array([way.winter, way.summer])
    times = np.datetime64("2020-02-01T06:00:00") + np.arange(0, 24 * _DAYS, _EVERY_H).astype(
        "timedelta64[h]"
    )
    days = np.arange(len(times)) * _EVERY_H / 24
    parts = []
    for animal in range(_N_ANIMALS):
        late = rng.uniform(-4, 4)
        there = np.clip((days - _SPRING[0] - late) / (_SPRING[1] - _SPRING[0]), 0, 1)
        back = np.clip((days - _AUTUMN[0] - late) / (_AUTUMN[1] - _AUTUMN[0]), 0, 1)
        share = there - back
        # Home ranges: places that an animal leaves and comes back to.
        around = np.zeros((len(days), 2))
        noise = rng.normal(0.0, 0.006, around.shape)
        for step in range(1, len(days)):
            around[step] = 0.85 * around[step - 1] + noise[step]
        at = ends[0] + share[:, None] * (ends[1] - ends[0]) + around
        parts.append(
            pd.DataFrame(
                {
                    "event-id": np.arange(len(days)) + 10_000 * animal,
                    "visible": "true",
                    "timestamp": np.datetime_as_string(times, unit="s"),
                    "location-long": at[:, 0].round(6),
                    "location-lat": at[:, 1].round(6),
                    "tag-local-identifier": f"tag-{animal}",
                    "individual-local-identifier": f"animal-{animal}",
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    frame["timestamp"] = frame["timestamp"].str.replace("T", " ")
    return frame


def _ranges(way: Way) -> dict[str, BaseGeometry]:
    return {
        "winter": Point(way.winter).buffer(0.08),
        "summer": Point(way.summer).buffer(0.1),
    }


def _save(path: Path, shapes: dict[str, BaseGeometry]) -> None:
    rows = {"season": list(shapes)}
    gpd.GeoDataFrame(rows, geometry=list(shapes.values()), crs=4326).to_file(path)


def _barriers(path: Path, ways: list[Way]) -> None:
    """Write two roads across the way of each herd, and railways that several herds meet."""
    lines: list[LineString] = []
    kinds: list[str] = []
    for way in ways:
        start, end = np.array(way.winter), np.array(way.summer)
        across = np.array([start[1] - end[1], end[0] - start[0]])
        for share in (0.35, 0.6):
            middle = start + share * (end - start)
            lines.append(linestrings([middle - 0.4 * across, middle + 0.4 * across]))
            kinds.append("road")
    for row in range(0, len(ways), _COLUMNS):
        middles = [np.mean([way.winter, way.summer], axis=0) for way in ways[row : row + _COLUMNS]]
        lines.append(linestrings(np.array(middles)))
        kinds.append("rail")
    rows = {"id": [f"{kind}-{number}" for number, kind in enumerate(kinds)], "kind": kinds}
    gpd.GeoDataFrame(rows, geometry=lines, crs=4326).to_file(path)


def _config(herds: dict[str, str]) -> dict[str, Any]:
    def source(name: str, kind: str, number: int) -> dict[str, Any]:
        entry: dict[str, Any] = {"species": SPECIES[number % len(SPECIES)], "simulated": True}
        drawn = {
            "path": f"data/raw/{name}.gpkg",
            "author": "simulated expert",
            "date": _DRAWN,
            "confidence": "low",
        }
        if kind == "tracked":
            path = f"data/raw/{name}.csv"
            entry["tracks"] = [{"path": path, "format": "movebank", "time_zone": "UTC"}]
        elif kind == "ranges":
            entry["expert_ranges"] = {**drawn, "season_column": "season"}
        elif kind == "corridor":
            entry["expert_corridors"] = drawn
        else:
            entry["record"] = {"status": "lost", "countries": ["Tajikistan"]}
        return entry

    return {
        "study": {"name": "many-herds", "title": "Many herds (SIMULATED)"},
        "herds": {
            name: source(name, kind, number) for number, (name, kind) in enumerate(herds.items())
        },
        "barriers": [
            {
                "name": "ways",
                "path": "data/raw/barriers.gpkg",
                "kind_column": "kind",
                "kind_map": {"road": "road", "rail": "rail"},
                "id_column": "id",
                "tolerance_m": 20,
            }
        ],
        "states": {"path": "natural-earth"},
        "working": {"cell_m": 500},
        "habitat": {"cell_m": 1000},
        "segment": {"bio_year_start": "02-01"},
        "publish": {"pictures": "none", "tier": "internal"},
    }
