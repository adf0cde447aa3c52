"""`corridors release gium`, end to end, judged by a checker that knows only the atlas's rules."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from conftest import DemoRun, corridors, made_once
from worlds import atlas_release
from worlds.atlas_release import LABELS, SHAPEFILES, count, faults, names, read

STEMS = (*SHAPEFILES, LABELS, "LineLabels")
JUNE, NOVEMBER, MARCH = "June10_2026", "November3_2026", "March1_2027"

# A lost herd that nobody can draw, one whose corridor an expert drew, one with an expert's ranges.
STUDY = """\
study: {name: odd, title: Herds without tracks}
herds:
  lost:
    species: Ovis ammon
    record: {title: Argali of the old pass, status: lost, status_since: 1950}
  drawn:
    species: Ovis ammon
    expert_corridors: {path: corridor.gpkg, author: A. Author, date: 2024-01-31, confidence: low}
    record: {title: Sheep of the upper valley, holder: A. Holder}
  ranges:
    species: Ovis ammon
    expert_ranges:
      path: ranges.gpkg
      season_column: season
      author: A. Author
      date: 2024-01-31
      confidence: low
states: {path: natural-earth}
habitat: {cell_m: 500.0}
release:
  protected_areas: {path: parks.gpkg, type_column: kind}
"""


@dataclass(frozen=True)
class Study:
    """A finished study and a way to release it."""

    folder: Path

    def release(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return corridors(["release", "gium", *map(str, arguments)], self.folder)

    def released(self, *arguments: str | Path) -> str:
        done = self.release(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def copied(study: Study, folder: Path) -> Study:
    """Return a copy: tests of another worker have the lock of the study itself."""
    return Study(Path(shutil.copytree(study.folder, folder)))


def write(path: Path, geometries: list[shapely.Geometry], **columns: list[str]) -> None:
    gpd.GeoDataFrame(columns, geometry=geometries, crs=4326).to_file(path)


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The study of herds without tracks, run once."""

    def make(folder: Path) -> None:
        way = shapely.LineString([(71.5, 38.0), (71.9, 38.3), (72.2, 38.3)])
        write(folder / "corridor.gpkg", [way.buffer(0.04)])
        winter, summer = shapely.box(71.3, 37.3, 71.45, 37.45), shapely.box(71.8, 37.9, 72.0, 38.1)
        write(folder / "ranges.gpkg", [winter, summer], season=["winter", "summer"])
        park, far = shapely.box(71.4, 37.4, 71.9, 38.0), shapely.box(75.0, 38.0, 75.2, 38.2)
        write(folder / "parks.gpkg", [park, far], kind=["National park", "Reserve"])
        (folder / "config.yaml").write_text(STUDY)
        checked = corridors(["check"], folder)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        done = corridors(["run", "--workers", "1"], folder)
        assert done.returncode == 0, done.stdout + done.stderr

    return Study(made_once(tmp_path_factory, "odd-herds", make)[0])


@pytest.fixture
def demo(demo_run: DemoRun) -> Study:
    return Study(demo_run.folder)


@pytest.mark.slow
@pytest.mark.xdist_group("odd-herds")
def test_herds_without_tracks_have_pages_that_say_what_they_lack(odd: Study) -> None:
    pages = {
        herd: (odd.folder / f"data/processed/atlas/{herd}/report.html").read_text()
        for herd in ("lost", "drawn", "ranges")
    }
    assert "Argali of the old pass" in pages["lost"]
    assert "lost since 1950" in pages["lost"]
    assert "no tracks, no seasonal ranges, no corridor" in pages["lost"]
    assert "no tracks, no seasonal ranges" in pages["drawn"]
    assert "no corridor" not in pages["drawn"].split("Not there")[1].split("<")[0]
    assert "A. Holder" in pages["drawn"]
    assert "Not stated" in pages["drawn"]
    assert "Local names, status" in pages["drawn"].split("Not stated")[1].split("</tr>")[0]
    index = (odd.folder / "data/processed/atlas/all-herds/index.html").read_text()
    assert "Argali of the old pass" in index
    again = corridors(["run", "--workers", "1"], odd.folder)
    assert "nothing to do" in again.stdout


@pytest.mark.slow
@pytest.mark.xdist_group("odd-herds")
def test_a_first_release_keeps_every_rule(odd: Study, tmp_path: Path) -> None:
    out = tmp_path / "release"
    odd.released("--out", out, "--date", "2026-06-10")
    assert faults(out, day=JUNE) == []
    # Nobody was tracked at a barrier: these layers are left out, and the table says so.
    assert names(out, JUNE) == {
        f"SeasonalArrowsMerged_{JUNE}.zip",
        f"{LABELS}_{JUNE}.geojson",
        f"poly_features_{JUNE}.zip",
        f"ProtectedAreas_{JUNE}.zip",
        f"LineLabels_{JUNE}.zip",
    }
    table = pd.read_csv(out / f"GIUMIntegration_{JUNE}_QA.csv")
    told = table.set_index(["section", "check"])["value"]
    assert told["linear_barriers", "layer"] == "left out"
    assert told["herd lost", "status"] == "lost since 1950"
    assert told["herd lost", "evidence"] == "not stated"
    assert "no way" not in told["herd ranges", "not in the release"]
    assert "no winter range" in told["herd drawn", "not in the release"]
    arrows = gpd.read_file(out / f"SeasonalArrowsMerged_{JUNE}.zip").to_crs(4326)
    ranges = gpd.read_file(odd.folder / "ranges.gpkg").set_index("season").geometry
    assert arrows["Season"].tolist() == ["spring", "autumn"]
    for line, (left, reached) in zip(
        arrows.geometry, (("winter", "summer"), ("summer", "winter")), strict=True
    ):
        assert ranges[left].contains(shapely.Point(line.coords[0]))
        assert ranges[reached].contains(shapely.Point(line.coords[-1]))
        assert 2 <= len(line.coords) <= 6
    areas = gpd.read_file(out / f"ProtectedAreas_{JUNE}.zip")
    assert set(areas["Type"]) == {"National park"}


@pytest.mark.slow
@pytest.mark.xdist_group("odd-herds")
def test_features_are_cut_at_boundaries_or_name_both_countries(odd: Study, tmp_path: Path) -> None:
    odd.released("--out", tmp_path / "cut", "--date", "2026-06-10")
    study = tmp_path / "study"
    shutil.copytree(odd.folder, study)
    text = (study / "config.yaml").read_text()
    (study / "config.yaml").write_text(
        text.replace("release:\n", "release:\n  across_boundaries: both\n")
    )
    Study(study).released("--out", tmp_path / "both", "--date", "2026-06-10")
    cut, both = (
        gpd.read_file(tmp_path / name / f"poly_features_{JUNE}.zip") for name in ("cut", "both")
    )
    assert set(cut["Country"]) == {"Afghanistan", "Tajikistan"}
    assert "Afghanistan, Tajikistan" in set(both["Country"])
    assert len(cut) > len(both)
    assert cut.area.sum() == pytest.approx(both.area.sum(), rel=1e-6)
    assert faults(tmp_path / "both", day=JUNE) == []


@pytest.mark.slow
@pytest.mark.xdist_group("demo-run")
def test_a_release_into_a_release_into_a_release_adds_up(
    odd: Study, demo: Study, tmp_path: Path
) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    odd = copied(odd, tmp_path / "odd")
    odd.released("--out", first, "--date", "2026-06-10")
    told = demo.released("--out", second, "--date", "2026-11-03", "--into", first)
    assert "new words for type: Stopover" in told
    odd.released("--out", third, "--date", "2027-03-01", "--into", second)
    demo.released("--out", tmp_path / "alone", "--date", "2026-11-03")
    assert faults(second, day=NOVEMBER, before=first) == []
    assert faults(third, day=MARCH, before=second) == []
    for stem in STEMS:
        of_odd, of_demo = count(first, stem, JUNE), count(tmp_path / "alone", stem, NOVEMBER)
        assert count(second, stem, NOVEMBER) == of_odd + of_demo, stem
        assert count(third, stem, MARCH) == 2 * of_odd + of_demo, stem
    assert count(second, "linear_barriers", NOVEMBER) > 0
    assert count(second, "point_barriers", NOVEMBER) > 0


@pytest.mark.slow
@pytest.mark.xdist_group("demo-run")
def test_no_ground_is_shown_that_fewer_than_two_animals_gave(demo: Study, tmp_path: Path) -> None:
    demo.released("--out", tmp_path / "out", "--date", "2026-06-10", "--herd", "wakhan-argali")
    shown = gpd.read_file(tmp_path / "out" / f"poly_features_{JUNE}.zip")
    results = demo.folder / "data" / "processed" / "delineate" / "wakhan-argali"
    use = pd.read_parquet(results / "population.parquet")
    facts = pd.read_json(results / "delineate.json", typ="series")
    planar = shown.to_crs(facts["crs"])
    cell_m = facts["cell_m"]
    corridor = planar["Type"].isin(["Migration corridor", "Stopover"])
    alone = use[(use["season"] == "all") & (use["n_animals"] == 1)]
    x, y = (alone["col"] + 0.5) * cell_m, (alone["row"] + 0.5) * cell_m
    inside = shapely.contains_xy(shapely.union_all(planar.geometry[corridor]), x, y)
    # Holes smaller than delineate.min_area_m2 are filled, and corners of cells are cut.
    assert len(alone) > 1000
    assert np.mean(inside) < 0.002
    low = gpd.read_parquet(results / "corridors.parquet").to_crs(facts["crs"])
    low = low[(low["season"] == "all") & (low["corridor_class"] == "low")]
    # Of our own low class they are a part: the release takes away what would be shown else.
    assert shapely.contains_xy(low.geometry.iloc[0], x, y).mean() > 0.99


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.slow
@pytest.mark.xdist_group("odd-herds")
def test_the_same_release_has_the_same_bytes_and_overwrites_nothing(
    odd: Study, tmp_path: Path
) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    odd.released("--out", first, "--date", "2026-06-10")
    odd.released("--out", again, "--date", "2026-06-10")
    was = digests(first)
    assert was == digests(again)
    refused = odd.release("--out", first, "--date", "2026-06-10")
    assert refused.returncode == 73
    assert "there already is a file of this name" in refused.stderr
    assert digests(first) == was
    # One file in the way is enough that none is written.
    lonely = tmp_path / "lonely"
    lonely.mkdir()
    (lonely / f"LineLabels_{JUNE}.zip").write_bytes(b"mine")
    assert odd.release("--out", lonely, "--date", "2026-06-10").returncode == 73
    assert [path.name for path in lonely.iterdir()] == [f"LineLabels_{JUNE}.zip"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def _newer(study: Study, tmp_path: Path) -> tuple[list[str | Path], int, str]:
    study.released("--out", tmp_path / "old", "--date", "2026-11-03")
    return ["--into", tmp_path / "old"], 65, "the earlier release is newer than this one"


def _missing(_: Study, tmp_path: Path) -> tuple[list[str | Path], int, str]:
    return ["--into", tmp_path / "nothing"], 66, "there is no earlier release"


def _damaged(study: Study, tmp_path: Path) -> tuple[list[str | Path], int, str]:
    study.released("--out", tmp_path / "old", "--date", "2026-06-01")
    path = next((tmp_path / "old").glob("poly_features*"))
    path.write_bytes(path.read_bytes()[:500])
    return ["--into", tmp_path / "old"], 65, "the layer cannot be unpacked"


def _unknown_herd(_: Study, __: Path) -> tuple[list[str | Path], int, str]:
    return ["--herd", "rnges"], 78, "did you mean ranges?"


@pytest.mark.slow
@pytest.mark.xdist_group("odd-herds")
@pytest.mark.parametrize("fault", [_newer, _missing, _damaged, _unknown_herd])
def test_what_cannot_be_released_leaves_nothing(
    odd: Study,
    tmp_path: Path,
    fault: Callable[[Study, Path], tuple[list[str | Path], int, str]],
) -> None:
    arguments, code, words = fault(odd, tmp_path)
    done = odd.release("--out", tmp_path / "out", "--date", "2026-06-10", *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.xdist_group("odd-herds")
def test_embargo_unknown_countries_and_stale_results_are_refused(
    odd: Study, tmp_path: Path
) -> None:
    study = copied(odd, tmp_path / "study")
    config = study.folder / "config.yaml"
    text = config.read_text()
    config.write_text(text.replace("holder: A. Holder", "embargo_until: 2026-12-31"))
    named = study.release("--out", tmp_path / "a", "--date", "2026-06-10", "--herd", "drawn")
    assert named.returncode == 78
    assert "drawn is under embargo" in named.stderr
    told = study.released("--out", tmp_path / "b", "--date", "2026-06-10")
    assert "herd drawn: embargo: left out until 2026-12-31" in told
    herds = {row["herd_name"] for row in read(tmp_path / "b" / f"poly_features_{JUNE}.zip").texts()}
    assert herds == {"ranges"}
    study.released("--out", tmp_path / "c", "--date", "2026-12-31", "--herd", "drawn")

    config.write_text(text.replace("cell_m: 500.0", "cell_m: 400.0"))
    stale = study.release("--out", tmp_path / "d", "--date", "2026-06-10")
    assert stale.returncode == 66
    assert "results of ranges are not up to date" in stale.stderr


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.xdist_group("wyoming")
def test_real_deer_are_released_into_the_demo(
    wyoming_run: Path,
    demo: Study,
    tmp_path: Path,
    reference: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CORRIDORS_REFERENCE", str(reference))
    refused = Study(wyoming_run).release("--out", tmp_path / "none", "--date", "2026-11-03")
    assert refused.returncode == 78
    assert "the country of something of upper-green-deer is not known" in refused.stderr
    study = copied(Study(wyoming_run), tmp_path / "study")
    config = study.folder / "config.yaml"
    config.write_text(
        config.read_text().replace(
            "    species:", "    record: {countries: [United States]}\n    species:"
        )
    )
    simulated = copied(demo, tmp_path / "demo")
    simulated.released("--out", tmp_path / "first", "--date", "2026-06-10")
    study.released(
        "--out", tmp_path / "second", "--date", "2026-11-03", "--into", tmp_path / "first"
    )
    assert faults(tmp_path / "second", day=NOVEMBER, before=tmp_path / "first") == []
    assert set(
        atlas_release.read(tmp_path / "second" / f"poly_features_{NOVEMBER}.zip")
        .texts()[-1]
        .items()
    ) >= {("country", "United States")}
