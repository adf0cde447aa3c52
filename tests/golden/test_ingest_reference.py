"""Ingest and clean on the reference folder's real tracks, fences and roads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from corridors.config.model import Config
from corridors.formats.parquet import read_json, read_layer
from corridors.foundation.crs import project
from corridors.foundation.vocabulary import FLAG_BIT
from worlds.stages import perform

pytestmark = pytest.mark.reference


def run(reference: Path, folder: Path, herd: dict[str, Any], **sections: Any) -> Path:
    """Run ingest and clean on reference files; return the folder with both results."""
    config = Config.model_validate({"herds": {"h": herd}, **sections})
    for name in ("ingest", "clean"):
        perform(name, config, folder, raw=reference)
    return folder


def movebank(species: str, path: str) -> dict[str, Any]:
    return {
        "species": species,
        "tracks": ({"path": path, "format": "movebank", "time_zone": "UTC"},),
    }


def step_line_pairs(folder: Path, crs: str) -> tuple[int, int]:
    """Return pairs of steps and barriers that meet in ``crs``, and animals among them."""
    fixes = read_layer(folder / "clean" / "fixes.parquet")
    lines = read_layer(folder / "ingest" / "barriers.parquet").to_crs(crs).geometry.array
    points = np.asarray(fixes.geometry.array, dtype=object)
    xy = np.column_stack(project(shapely.get_x(points), shapely.get_y(points), crs))
    animal = fixes["animal"].to_numpy()
    own = animal[1:] == animal[:-1]
    steps = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)[own])
    step, _ = shapely.STRtree(lines).query(steps, predicate="intersects")
    return len(step), len(np.unique(animal[1:][own][step]))


@pytest.fixture(scope="module")
def wyoming(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    fences = {
        "name": "fences",
        "path": "wyoming_fences/fences.gpkg",
        "kind": "fence",
        "id_column": "FID_Fence0",
    }
    herd = movebank("Odocoileus hemionus", "wyoming_muledeer/tracks.csv")
    return run(reference, tmp_path_factory.mktemp("wyoming"), herd, barriers=(fences,))


def test_all_mule_deer_fixes_are_usable_and_all_fences_are_there(wyoming: Path) -> None:
    facts = read_json(wyoming / "clean" / "clean.json")
    assert (facts["n_fixes"], facts["n_animals"]) == (37_554, 15)
    assert facts["n_usable"] == 37_554
    assert len(read_layer(wyoming / "ingest" / "barriers.parquet")) == 1_673


@pytest.mark.parametrize("centre", ["of the herd, rounded", "of the herd, exact", "utm"])
def test_mule_deer_steps_meet_fences_2819_times(wyoming: Path, centre: str) -> None:
    crs = read_json(wyoming / "clean" / "clean.json")["crs"]
    if centre == "utm":
        crs = "EPSG:32612"
    elif centre == "of the herd, exact":
        points = read_layer(wyoming / "clean" / "fixes.parquet").geometry
        lon, lat = float(points.x.median()), float(points.y.median())
        crs = f"+proj=laea +lat_0={lat!r} +lon_0={lon!r} +datum=WGS84 +units=m"
    assert step_line_pairs(wyoming, crs) == (2_819, 15)


def test_25_reindeer_steps_cross_a_public_road(reference: Path, tmp_path: Path) -> None:
    roads = {
        "name": "roads",
        "path": "norway_reindeer/roads_public.gpkg",
        "kind": "road",
        "id_column": "id",
        "name_column": "name",
        "class_column": "traffic_bin",
    }
    herd = movebank("Rangifer tarandus", "norway_reindeer/tracks.csv")
    folder = run(reference, tmp_path, herd, barriers=(roads,))
    facts = read_json(folder / "clean" / "clean.json")
    assert (facts["n_usable"], facts["n_animals"]) == (33_202, 9)
    assert step_line_pairs(folder, facts["crs"])[0] == 25


def distance_km(fixes: gpd.GeoDataFrame) -> np.ndarray:
    """Return each fix's distance to the median place of its animal's usable fixes, km."""
    usable = fixes["flags"] == 0
    crs = "+proj=laea +lat_0=46 +lon_0=11 +datum=WGS84 +units=m"
    x, y = project(fixes.geometry.x.to_numpy(), fixes.geometry.y.to_numpy(), crs)
    fixes = fixes.assign(x=x, y=y)
    centre = fixes[usable].groupby("animal")[["x", "y"]].median().reindex(fixes["animal"])
    return np.hypot(x - centre["x"].to_numpy(), y - centre["y"].to_numpy()) / 1000


@pytest.fixture(scope="module")
def deployed(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    herd = movebank("Capreolus capreolus", "trentino_roedeer/tracks_deployed.csv")
    return run(reference, tmp_path_factory.mktemp("deployed"), herd)


def test_the_eight_gross_outliers_of_the_roe_deer_are_flagged_and_nothing_near(
    deployed: Path,
) -> None:
    fixes = read_layer(deployed / "clean" / "fixes.parquet")
    far = distance_km(fixes) > 20
    assert far.sum() == 8
    assert (fixes.loc[far, "flags"] & FLAG_BIT["spike"] > 0).all()
    moved = FLAG_BIT["spike"] | FLAG_BIT["too_fast"] | FLAG_BIT["mortality"]
    assert not (fixes.loc[~far, "flags"] & moved).any()
    assert len(fixes) == 8_391


def test_raw_collars_keep_every_row_and_use_only_deployed_positions(
    reference: Path, tmp_path: Path, deployed: Path
) -> None:
    herd = movebank("Capreolus capreolus", "trentino_roedeer/tracks_rawcollars.csv")
    folder = run(reference, tmp_path, herd)
    fixes = read_layer(folder / "clean" / "fixes.parquet")
    flags = fixes["flags"].to_numpy()
    assert len(fixes) == 13_086
    assert int((flags & FLAG_BIT["no_position"] > 0).sum()) == 1_815
    collar = fixes["animal"].str.startswith("tag:").to_numpy()
    assert collar.sum() == 13_086 - 9_642
    assert (flags[collar] & FLAG_BIT["outside_deployment"] > 0).all()
    assert fixes.loc[collar, "animal"].nunique() == 5
    # The factory in Berlin, eight degrees north of the Alps, is nowhere among the usable fixes.
    assert fixes.loc[flags == 0].geometry.y.max() < 47
    other = read_layer(deployed / "clean" / "fixes.parquet")
    same = ["animal", "time_utc"]
    mine, theirs = fixes[flags == 0], other[other["flags"] == 0]
    assert mine[same].reset_index(drop=True).equals(theirs[same].reset_index(drop=True))
    facts = read_json(folder / "clean" / "clean.json")
    assert facts["n_animals"] == 5
