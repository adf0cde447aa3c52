"""`corridors compare-profiles` and profile `usgs` through the real command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import conftest

# What the module makes is made once, by one worker.
pytestmark = pytest.mark.xdist_group("profiles")

HERD = "wyoming-pronghorn"


def corridors(
    folder: Path, *arguments: str, reference: Path | None = None
) -> subprocess.CompletedProcess[str]:
    variables = {} if reference is None else {"CORRIDORS_REFERENCE": str(reference)}
    return conftest.corridors(arguments, folder, **variables)


@pytest.fixture(scope="module")
def pronghorn(tmp_path_factory: pytest.TempPathFactory, project: Path, reference: Path) -> Path:
    """The 24 sequences after segment, with their expert's windows."""
    folder = tmp_path_factory.mktemp("pronghorn")
    studies = project / "tests" / "studies"
    shutil.copy(studies / "pronghorn.yaml", folder / "config.yaml")
    sequences = reference / "wyoming_pronghorn" / "sequences.csv"
    subprocess.run(
        [sys.executable, studies / "pronghorn_picks.py", sequences, folder / "picks.csv"],
        check=True,
    )
    done = corridors(
        folder, "segment", "--with-upstream", "--scheduler", "serial", reference=reference
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.reference
@pytest.mark.slow
def test_an_experts_sequences_become_the_windows(pronghorn: Path) -> None:
    windows = pd.read_parquet(
        pronghorn / "data" / "processed" / "segment" / HERD / "migrations.parquet"
    )
    moves = windows[windows["part"] == "migration"]
    assert len(moves) == 24
    assert (moves["method"] == "pick").all()


@pytest.mark.reference
@pytest.mark.slow
def test_the_comparison_holds_migration_mappers_numbers(pronghorn: Path, reference: Path) -> None:
    done = corridors(pronghorn, "compare-profiles", "--out", "compared", reference=reference)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = pronghorn / "compared" / HERD
    assert done.stdout.strip() == str(Path("compared") / HERD / "profiles.html")
    steps = pd.read_csv(folder / "steps.csv").set_index("step")
    usgs = steps.loc["usgs"]
    # One cell short of the peer: see tests/golden/test_migration_mapper.py.
    assert usgs["low_km2"] == pytest.approx(1957.75, rel=0.005)
    assert usgs["at_least_2_km2"] == 296.25
    assert usgs["high_km2"] == 97.25
    assert usgs["stopover_km2"] == pytest.approx(160.0, rel=0.005)
    # docs/profiles.md quotes these.
    corrected = steps.loc["herd"]
    assert corrected["low_km2"] == pytest.approx(2104.25, rel=0.002)
    assert corrected["at_least_2_km2"] == pytest.approx(332.5, rel=0.01)
    assert corrected["high_km2"] == pytest.approx(110.25, rel=0.01)
    assert corrected["stopover_km2"] == pytest.approx(185.75, rel=0.01)


@pytest.mark.reference
@pytest.mark.slow
def test_a_study_set_to_usgs_says_so_in_its_results(
    pronghorn: Path, tmp_path: Path, reference: Path
) -> None:
    for name in ("config.yaml", "picks.csv"):
        shutil.copy(pronghorn / name, tmp_path / name)
    with (tmp_path / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("profile:\n  name: usgs\n")
    done = corridors(
        tmp_path, "delineate", "--with-upstream", "--scheduler", "serial", reference=reference
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path / "data" / "processed" / "delineate" / HERD
    facts = json.loads((folder / "delineate.json").read_text(encoding="utf-8"))
    assert facts["profile"] == "usgs"
    assert facts["notes"][0]["code"] == "peer_profile"
    cells = pd.read_parquet(folder / "population.parquet")
    every = cells[cells["season"] == "all"]
    assert [int((every["n_animals"] >= n).sum()) for n in (1, 2, 3)] == [7830, 1185, 389]


@pytest.mark.slow
def test_the_demo_shows_that_the_shared_ford_is_lost(demo_run, tmp_path: Path) -> None:
    done = corridors(demo_run.folder, "compare-profiles", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    # The herd that nobody tracked is left out without a fault, unless it is asked for.
    assert [path.name for path in tmp_path.iterdir()] == ["wakhan-argali"]
    steps = pd.read_csv(tmp_path / "wakhan-argali" / "steps.csv").set_index("step")
    assert steps.loc["usgs", "in_no_class_km2"] > 0
    assert steps.iloc[-1]["in_no_class_km2"] == 0


def test_an_untracked_herd_is_refused_when_asked_for(demo_run, tmp_path: Path) -> None:
    done = corridors(
        demo_run.folder, "compare-profiles", "--herd", "shughnan-expert", "--out", str(tmp_path)
    )
    assert done.returncode == 67
    assert "the profiles of shughnan-expert cannot be compared" in done.stderr


def test_results_that_are_missing_are_named_with_the_cure(demo_run, tmp_path: Path) -> None:
    shutil.copytree(demo_run.folder / "data" / "raw", tmp_path / "data" / "raw")
    shutil.copy(demo_run.folder / "config.yaml", tmp_path)
    done = corridors(tmp_path, "compare-profiles", "--herd", "wakhan-argali")
    assert done.returncode == 66
    assert "corridors segment --with-upstream --herd wakhan-argali" in done.stderr
