"""`corridors scenario` through the real command line, on the demo and on Wyoming."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, box

from conftest import corridors

HERD = "wakhan-argali"
RAILWAY = LineString([(72.85, 37.297), (73.3, 37.347)])

SCENARIOS = """
scenarios:
  railway:
    title: A fenced railway <b>'); DROP TABLE--
    note: Invented for a test.
    add:
      - {name: railway, path: railway.gpkg, kind: rail, class: railway_fenced}
  open-fences:
    change: [{kinds: [fence], permeability: 0.95}]
  misspelt:
    remove: [{barriers: ["fences:fence-1"]}]
  far-away:
    add: [{name: far, path: far.gpkg, kind: road}]
  too-open:
    add: [{name: too-open, path: open.gpkg, kind: road, permeability_column: share}]
  no-crs:
    add: [{name: no-crs, path: no_crs.geojson, kind: road}]
  no-polygon:
    change: [{path: railway.gpkg, permeability: 0.5}]
before_after:
  fence:
    kinds: [fence]
    day: 2021-06-01
"""

Call = Callable[..., subprocess.CompletedProcess[str]]

# What the module makes is made once, by one worker.
pytestmark = pytest.mark.xdist_group("demo-scenarios")


def caller(folder: Path, **variables: str) -> Call:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return corridors(arguments, folder, **variables)

    return call


@pytest.fixture(scope="module")
def study(demo_run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo and its results, with scenarios."""
    folder = tmp_path_factory.mktemp("scenarios") / "study"
    shutil.copytree(demo_run.folder, folder)
    config = folder / "config.yaml"
    text = config.read_text(encoding="utf-8").split("\nscenarios:\n")[0]
    config.write_text(text + SCENARIOS, encoding="utf-8")
    frame = gpd.GeoDataFrame({"name": ["r"]}, geometry=[RAILWAY], crs="EPSG:4326")
    frame.to_file(folder / "railway.gpkg", driver="GPKG")
    frame.assign(geometry=LineString([(5, 50), (6, 51)])).to_file(
        folder / "far.gpkg", driver="GPKG"
    )
    frame.assign(share=1.5).to_file(folder / "open.gpkg", driver="GPKG")
    (folder / "no_crs.geojson").write_text(
        '{"type": "FeatureCollection", "crs": null, "features": []}', encoding="utf-8"
    )
    return folder


def base_files(folder: Path) -> dict[str, bytes]:
    processed = folder / "data" / "processed"
    return {
        str(path): path.read_bytes()
        for path in sorted(processed.rglob("*"))
        if path.is_file()
        and not path.relative_to(processed).parts[0].startswith(".")
        and path.relative_to(processed).parts[0] != "scenarios"
    }


def result(folder: Path, name: str, stage: str = "difference", herd: str = HERD) -> Path:
    return folder / "data" / "processed" / "scenarios" / name / stage / herd


@pytest.fixture(scope="module")
def railway(study: Path) -> Path:
    """The planned railway, computed; the study's own results are as they were."""
    before = base_files(study)
    done = caller(study)("scenario", "railway", "--scheduler", "serial", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert base_files(study) == before
    content = json.loads(done.stdout)
    ran = [(row["stage"], row["herd"]) for row in content["stages"] if row["result"] == "done"]
    assert content["unaffected"] == ["shughnan-expert"]
    assert [stage for stage, herd in ran if herd == "shughnan-expert"] == ["alter"]
    assert "surface" not in {stage for stage, _ in ran}
    assert ("rank", HERD) in ran
    return result(study, "railway")


@pytest.mark.slow
def test_a_planned_line_lacks_its_passages_times_what_does_not_pass(railway: Path) -> None:
    frame = gpd.read_parquet(railway / "difference.parquet")
    added = frame[frame["change"] == "added"]
    known = added[added["missing_after"].notna()]
    assert known["n_segments"].sum() > 3
    # Of a fenced railway hardly anything passes: draws of a prior near 0.02.
    assert np.allclose(known["missing_after"], 0.98 * known["free_per_year"], rtol=0.05)
    assert (known["change_p05"] <= known["missing_change"]).all()
    assert (known["change_p95"] >= known["missing_change"]).all()
    # A line right across is met on every way there and back.
    assert 1.0 < known["free_per_year"].sum() < 4.0
    others = frame[frame["change"] == ""]
    assert (others["missing_change"] == 0).all()


@pytest.mark.slow
def test_measures_of_the_herd_say_that_the_corridor_is_cut(railway: Path) -> None:
    facts = json.loads((railway / "difference.json").read_text(encoding="utf-8"))
    measures = {row["measure"]: row for row in facts["measures"]}
    cut = measures["cut_off"]
    assert (cut["before"], cut["after"]) == (0.0, 1.0)
    way = measures["way"]
    assert way["after"] > way["before"] + 5
    flow = measures["effective_resistance"]
    assert flow["after"] > flow["before"]
    assert measures["missing"]["change_p05"] > 0


@pytest.mark.slow
def test_what_a_scenario_does_not_touch_keeps_its_trials_and_its_evidence(
    study: Path, railway: Path
) -> None:
    processed = study / "data" / "processed"
    for stage, name, key in (("intersect", "trials", "segment"), ("weigh", "draws", "place")):
        before = pd.read_parquet(processed / stage / HERD / f"{name}.parquet")
        after = pd.read_parquet(result(study, "railway", stage) / f"{name}.parquet")
        untouched = ~after[key].str.contains("railway:", regex=False)
        order = list(before.columns[:6])
        before, after = (
            rows.sort_values(order, ignore_index=True) for rows in (before, after[untouched])
        )
        pd.testing.assert_frame_equal(before, after)


@pytest.mark.slow
def test_the_page_and_layers_are_there_and_hostile_words_are_harmless(railway: Path) -> None:
    html = (railway / "difference.html").read_text(encoding="utf-8")
    assert "<b>'); DROP" not in html
    assert "SIMULATED DATA" in html
    assert "http://" not in html.replace("http://www.w3.org", "")
    layers = set(gpd.list_layers(railway / "railway.gpkg")["name"])
    assert {"difference", "planned", "fragments_after", "segments", "measures"} <= layers
    assert (railway / "railway.qgz").is_file()


@pytest.mark.slow
def test_a_second_run_has_nothing_to_do_and_the_study_knows_nothing_of_it(
    study: Path, railway: Path
) -> None:
    call = caller(study)
    again = call("scenario", "railway", "--scheduler", "serial")
    assert again.stdout.startswith("nothing to do")
    assert str(railway / "difference.html") in again.stdout
    assert call("plan").stdout.startswith("nothing to do")


@pytest.mark.slow
def test_a_lost_result_is_made_again_with_the_same_bytes(study: Path, railway: Path) -> None:
    before = {path.name: path.read_bytes() for path in railway.iterdir() if path.is_file()}
    shutil.rmtree(railway)
    done = caller(study)("scenario", "railway", "--scheduler", "serial", "--json")
    ran = [row["stage"] for row in json.loads(done.stdout)["stages"] if row["result"] == "done"]
    assert ran == ["difference"]
    after = {path.name: path.read_bytes() for path in railway.iterdir() if path.is_file()}
    assert after == before


@pytest.mark.slow
def test_an_open_fence_gains_passages_and_lacks_none_more(study: Path) -> None:
    done = caller(study)("scenario", "open-fences", "--scheduler", "serial")
    assert done.returncode == 0, done.stdout + done.stderr
    frame = gpd.read_parquet(result(study, "open-fences") / "difference.parquet")
    changed = frame[frame["change"] == "changed"]
    known = changed[changed["missing_after"].notna()]
    assert np.allclose(known["kappa_after"], 0.95)
    assert np.allclose(known["missing_after"], 0.05 * known["free_per_year"], atol=1e-6)
    assert changed["missing_change"].sum() < -1
    assert set(frame["change"]) <= {"changed", ""}
    assert (frame.loc[frame["change"] == "", "missing_change"] == 0).all()
    # Nothing is added, so what animals did is taken as it is.
    for name in ("trials.parquet", "observed.parquet"):
        own = result(study, "open-fences", "intersect") / name
        base = study / "data" / "processed" / "intersect" / HERD / name
        assert own.read_bytes() == base.read_bytes()


@pytest.mark.slow
def test_before_and_after_states_its_samples_and_why_something_is_unknown(study: Path) -> None:
    done = caller(study)("scenario", "fence", "--scheduler", "serial")
    assert done.returncode == 0, done.stdout + done.stderr
    folder = result(study, "fence", "before_after")
    rows = pd.read_parquet(folder / "before_after.parquet").set_index("measure")
    value = rows[["before", "after", "difference", "paired_difference"]]
    assert (rows.loc[value.isna().any(axis=1), "reason"] != "").all()
    assert rows.loc["passages", ["n_before", "n_after"]].sum() > 0
    html = (folder / "before_after.html").read_text(encoding="utf-8")
    assert "SIMULATED DATA" in html
    # A herd that nobody tracked has no before and after; it is no fault.
    assert (result(study, "fence", "before_after", "shughnan-expert") / "fence.gpkg").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("misspelt", 78, ["no barrier has this id or name", "scenarios.misspelt.remove[0]",
                          "fences:fence-1", "did you mean fences:fence-01"]),
        ("far-away", 78, ["within reach of any herd", "far.gpkg", "far-away.add[0].path"]),
        ("too-open", 65, ["open.gpkg", "share", "1.5"]),
        ("no-crs", 65, ["no_crs.geojson"]),
        ("no-polygon", 65, ["railway.gpkg"]),
        ("railwai", 78, ["there is no such scenario", "did you mean railway?"]),
    ],
)  # fmt: skip
def test_bad_scenarios_are_refused_with_place_and_cure(
    study: Path, name: str, code: int, words: list[str]
) -> None:
    done = caller(study)("scenario", name, "--scheduler", "serial")
    assert done.returncode == code, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    for word in words:
        assert word in said, said


@pytest.mark.slow
def test_missing_and_stale_results_of_the_study_are_refused_with_the_cure(
    study: Path, tmp_path: Path
) -> None:
    for name in ("config.yaml", "railway.gpkg"):
        shutil.copy(study / name, tmp_path)
    shutil.copytree(study / "data" / "raw", tmp_path / "data" / "raw")
    never = caller(tmp_path)("scenario", "railway")
    assert never.returncode == 66
    assert "corridors run --herd wakhan-argali" in never.stderr
    assert not (tmp_path / "data" / "processed" / "scenarios").exists()


def test_without_a_name_the_known_ones_are_listed(study: Path) -> None:
    done = caller(study)("scenario")
    assert done.returncode == 2
    assert "railway, open-fences" in done.stderr


# --- Wyoming ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wyoming(wyoming_run: Path, tmp_path_factory: pytest.TempPathFactory, reference: Path) -> Path:
    """Mule deer of Wyoming with an invented road, better fences and an invented day."""
    folder = tmp_path_factory.mktemp("wyoming-scenarios") / "study"
    shutil.copytree(wyoming_run, folder)
    call = caller(folder, CORRIDORS_REFERENCE=str(reference))
    done = call("scenario", "--all", "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def barriers_of(frame: gpd.GeoDataFrame, change: str) -> set[str]:
    """Return the barriers of the places that a scenario has changed in one way."""
    names = frame.loc[frame["change"] == change, "segments"].str.split(";").explode()
    return set(names.str.partition("@")[0])


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.xdist_group("wyoming-scenarios")
def test_a_road_across_the_deer_corridor_cuts_it_and_blocks_passages(wyoming: Path) -> None:
    folder = result(wyoming, "planned-road", herd="upper-green-deer")
    facts = json.loads((folder / "difference.json").read_text(encoding="utf-8"))
    measures = {row["measure"]: row for row in facts["measures"]}
    assert 1.0 < measures["newly_missing"]["after"] < 3.0
    assert measures["gained"]["after"] == 0.0
    assert measures["cut_off"]["after"] > 0.9
    way = measures["way"]
    assert way["after"] > 1.05 * way["before"]
    frame = gpd.read_parquet(folder / "difference.parquet")
    assert (frame.loc[frame["change"] == "", "missing_change"] == 0.0).all()
    inside = frame[frame["missing_change"] > 0.05]
    assert len(inside) >= 2
    assert set(inside["change"]) == {"added"}
    assert inside.within(box(-110.5, 42.8, -109.9, 43.2)).all()


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.xdist_group("wyoming-scenarios")
def test_fences_that_nothing_is_missing_at_cannot_be_bettered(wyoming: Path) -> None:
    folder = result(wyoming, "better-fences", herd="upper-green-deer")
    frame = gpd.read_parquet(folder / "difference.parquet")
    assert barriers_of(frame, "removed") == {"fences:1487"}
    assert barriers_of(frame, "changed") == {"fences:1329", "fences:1465", "fences:2625"}
    assert (frame.loc[frame["change"] == "", "missing_change"] == 0).all()
    # The deer pass these fences as if nothing stood: to open them gains nothing, and the page says
    # that the permeability that is assumed is less than what the tracks show.
    assert frame["missing_before"].sum() < 0.3
    facts = json.loads((folder / "difference.json").read_text(encoding="utf-8"))
    assert "no_better_than_today" in {note["code"] for note in facts["notes"]}


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.xdist_group("wyoming-scenarios")
def test_before_and_after_a_day_pairs_the_deer_of_2009(wyoming: Path) -> None:
    folder = result(wyoming, "fence-in-2009", "before_after", "upper-green-deer")
    rows = pd.read_parquet(folder / "before_after.parquet").set_index("measure")
    # 8 of the 15 deer have whole migrations on both sides of August 2009.
    assert rows.loc["migration_detour", ["n_before", "n_after", "n_paired"]].tolist() == [
        12,
        11,
        8,
    ]
    assert rows.loc["cut_off", ["reason", "n_paired"]].tolist() == ["few_paired", 2]
