"""A herd that crosses: one animal, one fence, one boundary; or the same without tracks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, box

from corridors.foundation import tables
from corridors.foundation.artefacts import FixTable, Layer, Table
from corridors.foundation.crs import to_geographic
from corridors.foundation.facts.clean import CleanFacts
from corridors.stages.intersect import stage

CRS = "+proj=laea +lat_0=38.0 +lon_0=72.0 +datum=WGS84 +units=m +no_defs +type=crs"
HERD = "h"


def layer(columns: dict[str, object], *planar: object) -> gpd.GeoDataFrame:
    geometry = [to_geographic(g, CRS) for g in planar]
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


def fixes(animals: dict[str, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    parts = []
    for animal, path in animals.items():
        n = len(path)
        times = pd.date_range("2022-04-01", periods=n, freq="4h", tz="UTC").as_unit("us")
        points = [to_geographic(LineString([p, (p[0] + 1, p[1])]), CRS).coords[0] for p in path]
        parts.append(
            gpd.GeoDataFrame(
                {
                    "herd": HERD,
                    "animal": animal,
                    "time_utc": times,
                    "dop": np.nan,
                    "fix_type": "3d",
                    "species": "Ovis ammon",
                    "source": "t.csv",
                    "source_row": np.arange(2, n + 2),
                    "flags": np.zeros(n, "uint16"),
                    "x_m": [float(p[0]) for p in path],
                    "y_m": [float(p[1]) for p in path],
                    "burst": np.zeros(n, "int32"),
                },
                geometry=gpd.points_from_xy(*np.array(points).T),
                crs="EPSG:4326",
            )
        )
    return pd.concat(parts, ignore_index=True)


def days(day: str | None) -> pd.Series:
    return pd.Series([pd.Timestamp(day, tz="UTC") if day else pd.NaT] * 2, dtype=tables.UTC)


def world(
    *,
    tracked: bool,
    status: str = "existing",
    valid_from: str | None = None,
    valid_to: str | None = None,
) -> stage.Inputs:
    """Return what the stage reads of one animal, one fence and one boundary."""
    path = [(300.0 * (i % 3), -7000.0 + 1000.0 * i) for i in range(15)]
    found: dict[str, dict[str, object]] = {
        "ingest/barriers": {
            "schema": tables.BARRIERS,
            "frame": layer(
                {
                    "barrier": ["fence:=1+1", "far:2"],
                    "name": ["<b>fence</b>", ""],
                    "kind": "fence",
                    "class": "",
                    "status": status,
                    "permeability": np.nan,
                    "permeability_source": "unknown",
                    "source": "test",
                    "tolerance_m": 10.0,
                    "valid_from": days(valid_from),
                    "valid_to": days(valid_to),
                },
                LineString([(-2000, 550), (2600, 550)]),
                LineString([(400_000, 0), (401_000, 0)]),
            ),
        },
        "ingest/boundaries": {
            "schema": tables.BOUNDARIES,
            "frame": layer(
                {
                    "boundary": ["north-south", "rough"],
                    "left_state": "North",
                    "right_state": "South",
                    "type": "river",
                    "source": ["test", "another"],
                    "label": "generalised",
                    "published_km": 20.0,
                    "published_source": "a book",
                    "role": ["used", "compared"],
                },
                LineString([(-5000, -1550), (5000, -1550)]),
                LineString([(-5000, -1550), (3000, -1550)]),
            ),
        },
        "ingest/states": {
            "schema": tables.STATES,
            "frame": layer(
                {"state": ["North", "South"], "source": "test", "label": ""},
                box(-9e3, -1550, 9e3, 2e4),
                box(-9e3, -2e4, 9e3, -1550),
            ),
        },
        "delineate/corridors": {"schema": tables.CORRIDORS},
        "delineate/population": {"schema": tables.POPULATION},
        "connect/modelled": {"schema": tables.CORRIDORS},
        "segment/migrations": {"schema": tables.MIGRATIONS},
        "surface/estimates": {"schema": tables.ESTIMATES},
        "surface/variances": {"schema": tables.VARIANCES},
        "clean/fixes": {"schema": tables.CLEAN_FIXES},
    }
    corridor = {
        "herd": HERD,
        "season": ["all"],
        "corridor_class": "low",
        "n_animals": 1,
        "n_tracked": 1,
        "share": 1.0,
        "area_km2": 30.0,
        "evidence": "tracked" if tracked else "modelled",
        "source": "",
    }
    place = "delineate/corridors" if tracked else "connect/modelled"
    found[place]["frame"] = layer(corridor, box(-1000, -7000, 1600, 7000))
    if tracked:
        found["clean/fixes"]["frame"] = fixes({"a/../b": path, "b": path[:5]})
    kinds = {"fixes": FixTable, "migrations": Table, "estimates": Table, "variances": Table}
    kinds["population"] = Table
    given = {}
    for path_of, item in found.items():
        name = path_of.partition("/")[2]
        frame = tables.check(item.get("frame", tables.empty(item["schema"])), item["schema"])
        given[name] = kinds.get(name, Layer).of(frame)
    return stage.Inputs(clean=CleanFacts.model_construct(crs=CRS, cell_m=100.0), **given)
