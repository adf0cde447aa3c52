"""The demo's files: what a study folder would hold, and the truth beside it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio
from rasterio.features import shapes
from shapely import LineString, Point, get_coordinates, set_coordinates, unary_union
from shapely.geometry import shape

from corridors.demo.herd import SEED, Animal, Report, observe, simulate
from corridors.demo.truth import CELL_KM, corridor_core, encounters, facts, times_utc
from corridors.demo.world import (
    BARRIERS,
    EXPERT_RANGES,
    LABEL,
    LAND_COVER,
    PLANE,
    RAILWAY,
    SPECIES,
    Barrier,
    land_cover,
    to_degrees,
)
from corridors.formats.parquet import write_json
from corridors.foundation.arrays import Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer

# GeoPackages carry the date of writing; without a fixed one no two runs would be equal.
_DATE: Final = "2024-01-01T00:00:00.000Z"
_LAND_COVER_BOUNDS: Final = (71.8, 36.75, 73.75, 37.95)
_LAND_COVER_CELL_DEG: Final = 0.0025

TRACKS: Final = "simulated_tracks.csv"
ROADS: Final = "simulated_roads.gpkg"
FENCES: Final = "simulated_fences.gpkg"
PLAN: Final = "simulated_railway.gpkg"
RANGES: Final = "simulated_expert_ranges.gpkg"
COVER: Final = "simulated_land_cover.tif"

_README: Final = f"""\
{LABEL}
{"=" * len(LABEL)}

Made by `corridors demo` (package corridors.demo, seed {SEED}); the same bytes every time. It may be
deleted and made again. No animal was tracked: the herd, roads, fences, land cover and ranges are
invented, only their place between Afghanistan and Tajikistan is real.

{TRACKS}           collars of 13 animals, two years, a fix every 4 h, columns as in a
                               Movebank export; with gaps, spikes, duplicates, no-fix rows
{ROADS}           main road, side road and track (existing), highway (planned)
{FENCES}          valley fence in stretches, pasture fence, one removed fence
{PLAN}         planned railway of a scenario
{RANGES}   winter and summer range of a second herd that nobody tracked
{COVER}       land-cover classes: {", ".join(f"{k} {v}" for k, v in LAND_COVER.items())}
truth.json, truth.gpkg         what is true of the herd: roles of the animals, migrations, every
                               encounter with a barrier, core of the corridor. Only tests read it.
"""


def write_demo(folder: Path, *, seed: int = SEED) -> None:
    """Write the demo's input files and its truth into ``folder``, replacing older ones.

    Every file is written beside its place and renamed, so an interrupted call leaves whole files.

    Parameters
    ----------
    folder
        Made if it is not there.
    seed
        Seed of the simulation; the study in ``config.yaml`` uses the default.
    """
    folder.mkdir(parents=True, exist_ok=True)
    herd = simulate(seed=seed)
    reports = [observe(animal, seed=seed) for animal in herd]
    with _fixed_date():
        _replace(folder / TRACKS, lambda path: _write_tracks(reports, path))
        _replace(folder / ROADS, lambda path: _write_barriers("road", BARRIERS, path))
        _replace(folder / FENCES, lambda path: _write_barriers("fence", BARRIERS, path))
        _replace(folder / PLAN, lambda path: _write_barriers("rail", (RAILWAY,), path))
        _replace(folder / RANGES, _write_ranges)
        _replace(folder / COVER, _write_land_cover)
        _replace(folder / "truth.gpkg", lambda path: _write_truth_layers(herd, path))
    _replace(folder / "truth.json", lambda path: write_json(facts(herd, seed=seed), path))
    _replace(folder / "README.txt", lambda path: _write_text(_README, path))


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as beside:
        written = Path(beside) / path.name
        write(written)
        written.replace(path)


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_tracks(reports: list[Report], path: Path) -> None:
    frame = pd.concat([_movebank(report) for report in reports], ignore_index=True)
    frame.insert(0, "event-id", np.arange(9_000_000_001, 9_000_000_001 + len(frame)))
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _movebank(report: Report) -> pd.DataFrame:
    has_fix = np.isfinite(report.xy_km[:, 0])
    degrees = np.full(report.xy_km.shape, np.nan)
    degrees[has_fix] = to_degrees(report.xy_km[has_fix])
    text = np.where(has_fix, "3D", "none").astype(object)
    text[has_fix & (report.dop > 6.0)] = "2D"
    return pd.DataFrame(
        {
            "visible": np.where(report.is_marked, "false", "true"),
            "timestamp": np.char.add(
                np.char.replace(np.datetime_as_string(report.time_utc, unit="s"), "T", " "), ".000"
            ),
            "location-long": _decimals(degrees[:, 0], 6),
            "location-lat": _decimals(degrees[:, 1], 6),
            "gps:dop": _decimals(report.dop, 1),
            "gps:fix-type-raw": text,
            "manually-marked-outlier": np.where(report.is_marked, "true", ""),
            "sensor-type": "gps",
            "individual-taxon-canonical-name": SPECIES,
            "tag-local-identifier": "tag-" + report.animal[-2:],
            "individual-local-identifier": report.animal,
            "study-name": LABEL,
        }
    )


def _decimals(values: Floats, n: int) -> list[str]:
    return ["" if np.isnan(value) else f"{value:.{n}f}" for value in values]


def _write_barriers(kind: str, barriers: Sequence[Barrier], path: Path) -> None:
    rows = [
        {
            "id": f"{kind}-{number:02d}",
            "name": (
                f"{barrier.name}: {stretch.name}" if len(barrier.stretches) > 1 else barrier.name
            ),
            "class": stretch.class_name,
            "status": barrier.status,
            "simulated": LABEL,
            "geometry": LineString(to_degrees(barrier.coordinates(stretch))),
        }
        for number, (barrier, stretch) in enumerate(
            ((b, s) for b in barriers if b.kind == kind for s in b.stretches), start=1
        )
    ]
    _write_layer(gpd.GeoDataFrame(rows, crs=GEOGRAPHIC), path, f"simulated_{path.stem[10:]}")


def _write_ranges(path: Path) -> None:
    rows: list[dict[str, Any]] = []
    for season, (x, y, radius) in EXPERT_RANGES.items():
        ring = get_coordinates(Point(x, y).buffer(radius, quad_segs=12))
        rows.append(
            {
                "season": season,
                "simulated": LABEL,
                "geometry": set_coordinates(
                    Point(x, y).buffer(radius, quad_segs=12), to_degrees(ring)
                ),
            }
        )
    _write_layer(gpd.GeoDataFrame(rows, crs=GEOGRAPHIC), path, "simulated_expert_ranges")


def _write_layer(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    frame.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")


def _write_land_cover(path: Path) -> None:
    west, south, east, north = _LAND_COVER_BOUNDS
    cell = _LAND_COVER_CELL_DEG
    n_cols, n_rows = round((east - west) / cell), round((north - south) / cell)
    lon, lat = np.meshgrid(
        west + cell * (np.arange(n_cols) + 0.5), north - cell * (np.arange(n_rows) + 0.5)
    )
    x, y = transformer(GEOGRAPHIC, PLANE).transform(lon, lat)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=n_cols,
        height=n_rows,
        count=1,
        dtype="uint8",
        crs=GEOGRAPHIC,
        transform=rasterio.Affine(cell, 0, west, 0, -cell, north),
        nodata=0,
        compress="DEFLATE",
        tiled=True,
    ) as dataset:
        dataset.write(land_cover(x, y), 1)
        dataset.update_tags(simulated=LABEL, legend=str(LAND_COVER))


def _write_truth_layers(herd: tuple[Animal, ...], path: Path) -> None:
    core = corridor_core(herd)
    to_plane = rasterio.Affine(CELL_KM, 0, core.from_x_km, 0, CELL_KM, core.from_y_km)
    parts = [
        shape(polygon)
        for polygon, value in shapes(core.is_core.astype(np.uint8), transform=to_plane)
        if value == 1
    ]
    polygon = unary_union(parts)
    polygon = set_coordinates(polygon, to_degrees(get_coordinates(polygon)))
    area = gpd.GeoDataFrame({"simulated": [LABEL]}, geometry=[polygon], crs=GEOGRAPHIC)
    _write_layer(area, path, "corridor_core")
    journeys = [journey for animal in herd for journey in animal.journeys]
    routes = gpd.GeoDataFrame(
        {
            "animal": [journey.animal for journey in journeys],
            "season": [journey.season for journey in journeys],
            "start_utc": times_utc(np.array([journey.from_step for journey in journeys])).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "simulated": LABEL,
        },
        geometry=[LineString(to_degrees(journey.path_km[::6])) for journey in journeys],
        crs=GEOGRAPHIC,
    )
    _write_layer(routes, path, "routes")
    met = encounters(herd)
    places = to_degrees(met[["x_km", "y_km"]].to_numpy())
    met["time_utc"] = met["time_utc"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    met["simulated"] = LABEL
    points = gpd.GeoDataFrame(
        met.drop(columns=["x_km", "y_km"]),
        geometry=gpd.points_from_xy(places[:, 0], places[:, 1]),
        crs=GEOGRAPHIC,
    )
    _write_layer(points, path, "encounters")
