"""A herd whose names attack what is made from them, end to end through the command line."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from conftest import corridors

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

NAMES = (
    "../../etc/x",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE threats; --",
    "line\nbreak $\\frac{1}{2}$",
    "\x1b[31mred \u202e\U0001f411",
)
FENCES = ("<img src=x onerror=alert(1)>", '=HYPERLINK("http://x")', "]]>\x01$\\alpha_{$")
PLANNED = ("<svg onload=alert(5)> =2+2",)
SECRET = "hunter2"
CONFIG = """
study: {name: hostile, title: "<script>alert(2)</script> $x^2$"}
herds:
  herd:
    species: Ovis ammon
    tracks:
      - {path: "${VAULT}/tracks.csv", format: movebank, time_zone: UTC}
    # picks
barriers:
  - {name: fences, path: data/raw/fences.geojson, kind: fence, id_column: id, name_column: name}
working: {cell_m: 500}
circuit: {solved_anew: 3}
publish: {author: "<b>A & B</b>"}
act: {costs: {currency: "=<u>$", fence_remove_per_km: 10}}
scenarios:
  plan:
    title: "=S <script>alert(3)</script> $\\\\frac{$"
    note: "<img src=x onerror=alert(4)>"
    author: "'; DROP TABLE difference; --"
    add: [{name: plan, path: data/raw/plan.geojson, kind: rail, name_column: name}]
    remove: [{barriers: ["<img src=x onerror=alert(1)>"]}]
before_after:
  fence: {title: "=B <script>alert(3)</script> $\\\\frac{$", kinds: [fence], day: 2020-07-15}
"""


def _tracks() -> str:
    """Return a Movebank table: each animal walks 60 km north in April and back in October."""
    rng = np.random.default_rng(7)
    days = np.arange(6 * 330) / 6
    stamps = pd.Timestamp("2020-02-01") + pd.to_timedelta(days, unit="D")
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(
        ["individual-local-identifier", "timestamp", "location-long", "location-lat"],
    )
    for number, name in enumerate(NAMES):
        north = 1 / (1 + np.exp(-(days - 75 - number) / 2)) - 1 / (
            1 + np.exp(-(days - 250 - number) / 2)
        )
        x, y = rng.normal(0, 300, (2, days.size))
        lat = 37 + (60_000 * north + y) / 111_200
        lon = 71 + (x + 2_000 * np.sin(np.pi * north)) / 89_000
        for stamp, one, other in zip(stamps, lon, lat, strict=True):
            table.writerow([name, f"{stamp:%Y-%m-%d %H:%M:%S}", f"{one:.6f}", f"{other:.6f}"])
    return text.getvalue()


def _lines(names: tuple[str, ...], lat: float) -> str:
    """Return a layer of lines across the herd's way, 0.1 degrees apart."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"{number};'--", "name": name},
            "geometry": {
                "type": "LineString",
                "coordinates": [[70.8, lat + number / 10], [71.2, lat + number / 10]],
            },
        }
        for number, name in enumerate(names)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return corridors(arguments, folder, VAULT=f"data/{SECRET}")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study after a run, in a folder with blanks and letters beyond ASCII."""
    folder = tmp_path_factory.mktemp("hostile") / "a study ü"
    raw, vault = folder / "data" / "raw", folder / "data" / SECRET
    raw.mkdir(parents=True)
    vault.mkdir()
    (vault / "tracks.csv").write_text(_tracks(), encoding="utf-8", newline="")
    (raw / "fences.geojson").write_text(_lines(FENCES, 37.2), encoding="utf-8")
    (raw / "plan.geojson").write_text(_lines(PLANNED, 37.26), encoding="utf-8")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    for arguments in (["run"], ["scenario", "--all"]):
        done = _run(folder, *arguments, "--scheduler", "serial")
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    return folder


def _artefacts(study: Path) -> list[Path]:
    """Return every file of the results that is not the engine's own."""
    processed = study / "data" / "processed"
    return [
        path
        for path in processed.rglob("*")
        if path.is_file() and not path.relative_to(processed).parts[0].startswith(".")
    ]


def test_no_name_leaves_its_folder_or_reaches_a_file_name(study: Path) -> None:
    assert {path.name for path in study.iterdir()} == {"config.yaml", "data"}
    assert {path.name for path in (study / "data").iterdir()} == {"raw", "processed", SECRET}
    for path in _artefacts(study):
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,100}", path.name)


def test_every_animal_and_barrier_keeps_its_name(study: Path) -> None:
    processed = study / "data" / "processed"
    fixes = pd.read_parquet(processed / "clean" / "herd" / "fixes.parquet", columns=["animal"])
    assert set(fixes["animal"]) == set(NAMES)
    with closing(sqlite3.connect(processed / "atlas" / "herd" / "herd.gpkg")) as package:
        names = {name for (name,) in package.execute("SELECT DISTINCT name FROM segments")}
        (n_threats,) = package.execute("SELECT count(*) FROM threats").fetchone()
    assert names == set(FENCES)
    assert n_threats >= len(FENCES)


class _Page(HTMLParser):
    """Collects the text of a page; a script or an attribute that acts is a failure."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "iframe", "object"}
        for name, value in attrs:
            assert not name.startswith("on")
            assert not (value or "").lower().startswith(("javascript:", "http:"))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize(
    ("page", "names"),
    # The index lists places with evidence of harm: there is none at these fences.
    [("herd/report.html", FENCES[:1]), ("all-herds/index.html", ())],
)
def test_pages_show_names_as_text(study: Path, page: str, names: tuple[str, ...]) -> None:
    html = (study / "data" / "processed" / "atlas" / page).read_text(encoding="utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", html)
    reader = _Page()
    reader.feed(html)
    shown = "".join(reader.text)
    assert "<script>alert(2)</script> $x^2$" in shown
    assert all(name in shown for name in names)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("plan/difference/herd/difference.html", ("=S <script>alert(3)</script>", PLANNED[0])),
        ("fence/before_after/herd/before_after.html", ("=B <script>alert(3)</script>", NAMES[1])),
    ],
)
def test_pages_of_scenarios_show_names_as_text(
    study: Path, page: str, words: tuple[str, ...]
) -> None:
    path = study / "data" / "processed" / "scenarios" / page
    reader = _Page()
    reader.feed(path.read_text(encoding="utf-8"))
    for text in words:
        assert text in "".join(reader.text)
    (project,) = path.parent.glob("*.qgz")
    with zipfile.ZipFile(project) as archive:
        ET.fromstring(archive.read(f"{project.stem}.qgs"))


def test_xml_of_every_kind_is_well_formed(study: Path) -> None:
    processed = study / "data" / "processed"
    graph = nx.read_graphml(processed / "rank" / "herd" / "network.graphml")
    assert graph.number_of_nodes() > 0
    for herd in ("herd", "all-herds"):
        stem = {"herd": "herd", "all-herds": "atlas"}[herd]
        folder = processed / "atlas" / herd
        with zipfile.ZipFile(folder / f"{stem}.qgz") as project:
            assert project.namelist() == [f"{stem}.qgs"]
            ET.fromstring(project.read(f"{stem}.qgs"))
        with closing(sqlite3.connect(folder / f"{stem}.gpkg")) as package:
            styles = package.execute("SELECT styleQML FROM layer_styles").fetchall()
        assert styles
        for (style,) in styles:
            ET.fromstring(style)


def test_no_cell_of_the_picks_is_a_formula_and_they_can_be_used_as_they_are(study: Path) -> None:
    made = study / "data" / "processed" / "segment" / "herd"
    with (made / "picks.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) > len(NAMES)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    (study / "data" / "raw" / "picks.csv").write_bytes((made / "picks.csv").read_bytes())
    config = study / "config.yaml"
    before = pd.read_parquet(made / "migrations.parquet")
    try:
        config.write_text(CONFIG.replace("# picks", "picks: data/raw/picks.csv"), encoding="utf-8")
        done = _run(study, "segment", "--scheduler", "serial")
    finally:
        config.write_text(CONFIG, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    after = pd.read_parquet(made / "migrations.parquet")
    columns = ["animal", "bio_year", "season", "start_utc", "end_utc"]
    pd.testing.assert_frame_equal(after[columns], before[columns])


def test_what_a_variable_stands_for_is_in_no_result(study: Path) -> None:
    holding = [path for path in _artefacts(study) if SECRET.encode() in path.read_bytes()]
    assert holding == []
    text = (study / "data" / "processed" / "ingest" / "herd" / "ingest.json").read_text()
    assert "${VAULT}/tracks.csv" in text
