"""Real QGIS opens what is published."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

# One worker: what the clients open takes long to make.
pytestmark = [pytest.mark.client, pytest.mark.xdist_group("clients")]
PYTHON = os.environ.get("CORRIDORS_QGIS_PYTHON", "/usr/bin/python3")
OPENER = Path(__file__).parent / "open_in_qgis.py"
FILES = (
    "made-up/made-up.qgz",
    "made-up/made-up.gpkg",
    "other/other.qgz",
    "other/other.gpkg",
    "all-herds/atlas.qgz",
    "all-herds/atlas.gpkg",
)


@pytest.fixture(scope="module")
def qgis() -> str:
    """Python that has QGIS, or skip."""
    if not Path(PYTHON).exists():
        pytest.skip(f"{PYTHON} not found; CORRIDORS_QGIS_PYTHON names the Python that has QGIS")
    probe = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"{PYTHON} has no QGIS (Debian: python3-qgis, qgis-providers)")
    return PYTHON


def opened(python: str, path: Path, png: Path, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [python, str(OPENER), str(path), str(png), *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


@pytest.mark.parametrize("name", FILES)
def test_qgis_opens_every_layer_with_our_style(
    qgis: str, products: Path, tmp_path: Path, name: str
) -> None:
    facts = opened(qgis, products / name, tmp_path / "out.png")
    assert facts["n_lost"] == 0
    assert facts["colours"] > 20
    for layer in facts["layers"]:
        assert layer["is_valid"], layer
        assert layer["n"] > 0, layer
        if layer["crs"]:
            assert layer["renderer"] in {"RuleRenderer", "singlebandpseudocolor"}, layer
            assert not layer["crs"].lower().startswith(("unknown", "undefined")), layer


def test_the_project_survives_being_moved_and_says_simulated(
    qgis: str, products: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for path in (products / "made-up").iterdir():
        if path.is_file():
            (moved / path.name).write_bytes(path.read_bytes())
    before = opened(qgis, products / "made-up" / "made-up.qgz", tmp_path / "before.png")
    facts = opened(qgis, moved / "made-up.qgz", tmp_path / "out.png")
    assert "SIMULATED" in facts["title"]
    assert facts["crs"] == "Lambert azimuthal equal-area, centre 37.4 N 74.2 E"
    names = [layer["name"] for layer in facts["layers"]]
    assert names == [layer["name"] for layer in before["layers"]]
    assert "Places by evidence of harm" in names
    assert all(layer["is_valid"] for layer in facts["layers"])
    assert all(str(moved) in layer["source"] for layer in facts["layers"])


@pytest.mark.parametrize("name", ["made-up/made-up.qgz", "all-herds/atlas.qgz"])
def test_a_project_has_themes_places_to_go_to_and_a_sheet_that_prints(
    qgis: str, products: Path, tmp_path: Path, name: str
) -> None:
    facts = opened(qgis, products / name, tmp_path / "out.png", "--print")
    assert facts["themes"]["Decision"] >= 2
    assert facts["bookmarks"][0].startswith("1 ")
    assert facts["sheets"]["Map sheet"] > 10_000


def test_columns_have_readable_names_and_threats_are_labelled(
    qgis: str, products: Path, tmp_path: Path
) -> None:
    facts = opened(qgis, products / "made-up" / "made-up.qgz", tmp_path / "out.png")
    threats = next(
        layer for layer in facts["layers"] if layer["name"] == "Places by evidence of harm"
    )
    assert threats["aliases"]["missing_per_year"] == "Missing passages per year, on migrations"
    assert threats["has_labels"]


@pytest.mark.parametrize("name", FILES)
def test_the_strict_check_of_the_clients_folder_passes(
    qgis: str, products: Path, project: Path, tmp_path: Path, name: str
) -> None:
    folder = Path(os.environ.get("CORRIDORS_CLIENTS", project / ".." / "shared" / "clients"))
    check = folder / "check_qgis.py"
    if not check.is_file():
        pytest.skip(f"no check_qgis.py in {folder}; set CORRIDORS_CLIENTS")
    done = subprocess.run(
        [qgis, str(check), str(products / name), str(tmp_path / "out.png"), "--strict"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
