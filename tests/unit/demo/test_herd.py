"""The simulated herd is what it says it is."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from scipy.stats import binom
from shapely import Point

from corridors.config.load import load
from corridors.demo import files, world
from corridors.demo.herd import DEAD, RESIDENT, SEED, STEP_MIN, Animal, simulate
from corridors.formats import natural_earth

# What the module makes is made once, by one worker.
pytestmark = pytest.mark.xdist_group("demo-files")


@lru_cache(maxsize=1)
def herd() -> tuple[Animal, ...]:
    return simulate(seed=SEED)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    files.write_demo(folder)
    return folder


@pytest.fixture(scope="module")
def truth(demo: Path) -> dict:
    return json.loads((demo / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tracks(demo: Path) -> pd.DataFrame:
    return pd.read_csv(demo / files.TRACKS)


def test_writing_twice_gives_the_same_bytes_and_leaves_nothing_else(demo, tmp_path) -> None:
    (tmp_path / files.TRACKS).write_text("stale")
    files.write_demo(tmp_path)
    names = sorted(path.name for path in demo.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name in names:
        assert (tmp_path / name).read_bytes() == (demo / name).read_bytes(), name


def test_another_seed_is_another_herd() -> None:
    one, other = herd()[0], simulate(seed=SEED + 1)[0]
    assert not np.array_equal(one.at_fix_km, other.at_fix_km)


def test_everything_says_that_it_is_simulated(demo, tracks) -> None:
    assert tracks["study-name"].str.startswith("SIMULATED").all()
    for name in (files.ROADS, files.FENCES, files.PLAN, files.RANGES):
        assert gpd.read_file(demo / name)["simulated"].str.startswith("SIMULATED").all()
    with rasterio.open(demo / files.COVER) as cover:
        assert cover.tags()["simulated"].startswith("SIMULATED")
    assert (demo / "README.txt").read_text(encoding="utf-8").startswith("SIMULATED")


def test_the_config_names_the_files_that_are_written(project, demo) -> None:
    study = load(project / "config.yaml")
    herds = study.config.herds
    named = [herds["wakhan-argali"].tracks[0].path, herds["shughnan-expert"].expert_ranges.path]
    named += [source.path for source in study.config.barriers]
    named += [path for scenario in study.config.scenarios.values() for path in scenario.paths]
    named += [layer.path for layer in study.config.habitat.layers]
    for path in named:
        assert Path(path).parent == Path("data/raw/demo")
        assert (demo / Path(path).name).is_file()
    assert all(herd.simulated for herd in herds.values())
    resistance = study.config.habitat.layers[0].resistance
    with rasterio.open(demo / files.COVER) as cover:
        assert set(np.unique(cover.read(1))) == set(resistance) == set(world.LAND_COVER)


def test_there_are_a_dozen_migrants_one_of_which_dies_and_a_resident(truth, tracks) -> None:
    roles = list(truth["animals"].values())
    assert [roles.count(role) for role in ("migrant", "mortality", "resident")] == [11, 1, 1]
    assert truth["animals"][RESIDENT] == "resident"
    assert sorted(tracks["individual-local-identifier"].unique()) == sorted(truth["animals"])


def test_the_tracks_have_the_faults_that_a_collar_has(tracks) -> None:
    per_animal = tracks.groupby("individual-local-identifier")
    repeated = per_animal["timestamp"].transform(lambda times: times.duplicated())
    assert 50 < repeated.sum() < 250
    assert 400 < tracks["location-lat"].isna().sum() < 1200
    assert (tracks["gps:dop"] > 10).sum() > 50
    assert tracks["manually-marked-outlier"].notna().sum() > 5
    times = pd.to_datetime(tracks["timestamp"])
    gap_h = times.groupby(tracks["individual-local-identifier"]).diff().dt.total_seconds() / 3600
    assert gap_h.median() == pytest.approx(4.0, abs=0.02)
    assert gap_h.max() > 12
    assert gap_h.min() >= 0


def test_the_dead_animal_stops_moving_where_it_died(truth, tracks) -> None:
    mine = tracks[tracks["individual-local-identifier"] == DEAD].dropna(subset="location-lat")
    after = mine[pd.to_datetime(mine["timestamp"], utc=True) > truth["mortality"]["died_utc"]]
    assert len(after) > 300
    near = (after["location-lat"] - after["location-lat"].median()).abs() * 111_000
    assert near.quantile(0.95) < 30


def test_migrants_cross_the_panj_twice_a_year_and_the_resident_never() -> None:
    near = natural_earth.boxes(np.array([world.ORIGIN_LON_DEG]), np.array([world.ORIGIN_LAT_DEG]))
    states = natural_earth.states(near).set_index("state").geometry
    for animal in herd():
        if animal.role == "resident":
            places = world.to_degrees(animal.at_fix_km)
            assert states["Afghanistan"].contains(gpd.points_from_xy(*places.T)).all()
        for journey in animal.journeys:
            first, last = world.to_degrees(journey.path_km[[0, -1]])
            ends = ["Afghanistan", "Tajikistan"]
            if journey.season == "autumn":
                ends.reverse()
            assert states[ends[0]].contains(Point(first))
            assert states[ends[1]].contains(Point(last))


def test_migrations_are_long_and_no_step_is_faster_than_an_argali() -> None:
    for animal in herd():
        for journey in animal.journeys:
            assert 55 < np.hypot(*(journey.path_km[-1] - journey.path_km[0])) < 95
            steps_km = np.hypot(*np.diff(journey.path_km, axis=0).T)
            assert steps_km.max() * 1000 / (STEP_MIN * 60) < 1.5


def test_attempts_pass_with_the_stated_permeability(truth) -> None:
    for stretch in truth["stretches"]:
        n, passed, share = stretch["encounters"], stretch["passages"], stretch["permeability"]
        assert stretch["blocked"] == n - passed
        if n:
            low, high = binom.interval(0.999, n, share)
            assert low <= passed <= high, stretch


@pytest.mark.parametrize("fence", [world.FENCE, world.SIDE_ROAD], ids=lambda one: one.name)
def test_nobody_is_on_the_far_side_of_a_line_without_having_passed_it(fence: world.Barrier) -> None:
    for animal in herd():
        passed = {(one.barrier, one.step) for one in animal.encounters if one.passed}
        for journey in animal.journeys:
            x, y = journey.path_km.T
            heading = 1 if journey.season == "spring" else -1
            side = np.sign((y - np.interp(x, *np.transpose(fence.line))) * heading)
            changes = np.flatnonzero(np.diff(side) != 0)
            assert len(changes) == 1
            met_x = x[changes[0]] + 0.5 * (x[changes[0] + 1] - x[changes[0]])
            if (fence.name, journey.from_step + int(changes[0]) + 1) not in passed:
                assert fence.stretch_at(met_x) is None, (animal.name, met_x)


def test_what_is_missing_is_what_met_a_line_and_passed_it_nowhere(truth) -> None:
    missing = {s["stretch"]: s["missing_per_animal_year"] for s in truth["stretches"]}
    harmful = [name for name, rate in missing.items() if rate > 0]
    assert harmful == ["centre, complete", "side road"]
    assert truth["worst_stretch"] == truth["complete_stretch"] == "centre, complete"
    # All 47 journeys met the fence; 13 animals were observed in four seasons, 12 in the last.
    assert missing["centre, complete"] == pytest.approx(24 / 26 + 23 / 25, abs=1e-4)
    # Of the eight journeys on which the two animals met the side road four went round it.
    assert missing["side road"] == pytest.approx(2 / 26 + 2 / 25, abs=1e-4)


def test_a_line_that_turns_back_and_is_passed_later_misses_nothing(truth) -> None:
    road = next(s for s in truth["stretches"] if s["stretch"] == "main road")
    assert road["blocked"] > 40
    assert road["passages"] == len(truth["migrations"])
    assert road["missing_per_animal_year"] == 0


def test_there_are_lines_of_each_grade_of_evidence(truth) -> None:
    """Many meet the closed fence, two animals the side road, all the road, nobody the far fence."""
    animals = {s["stretch"]: s["n_animals"] for s in truth["stretches"]}
    assert (animals["centre, complete"], animals["main road"]) == (12, 12)
    assert (animals["side road"], animals["far east, leaky"]) == (2, 0)


def test_truth_layers_agree_with_the_numbers(demo, truth) -> None:
    core = gpd.read_file(demo / "truth.gpkg", layer="corridor_core")
    assert core.is_valid.all()
    assert 100 < core.to_crs(core.estimate_utm_crs()).area.sum() / 1e6 < 400
    met = gpd.read_file(demo / "truth.gpkg", layer="encounters")
    assert len(met) == sum(s["encounters"] for s in truth["stretches"])
    routes = gpd.read_file(demo / "truth.gpkg", layer="routes")
    assert len(routes) == len(truth["migrations"]) == 47
    fences = gpd.read_file(demo / files.FENCES).to_crs(32643)
    at_fence = met[met["barrier"] == world.FENCE.name].to_crs(32643)
    assert at_fence.distance(fences.union_all()).max() < 5
