"""The stage `publish`: what it writes, for whom, and always the same bytes."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import geopandas as gpd
import pyogrio
import pytest
from shapely.geometry import Point

from corridors.atlas import paper
from corridors.atlas.figures import written
from corridors.config.record import Record
from corridors.formats import natural_earth
from corridors.foundation.artefacts import FixTable, Layer, silent
from corridors.foundation.errors import MethodError
from corridors.stages import registry
from corridors.stages.publish import displacement, publication
from corridors.stages.publish.rasters import CORRIDOR_SURFACE, CURRENT, RESISTANCE
from corridors.stages.publish.shown_settings import shown_settings
from corridors.stages.publish.stage import Inputs, Results, run
from worlds import results
from worlds.ground import ANIMALS
from worlds.results import published as publish
from worlds.results import publishing
from worlds.stages import leave, settings

# What the module makes is made once, by one worker.
pytestmark = pytest.mark.xdist_group("publish")

PARTNER = publishing(tier="partner")


@pytest.fixture(scope="module")
def internal() -> tuple[Inputs, Results]:
    """Inputs and results of a tracked herd."""
    given = results.inputs()
    return given, run(given, publishing(), silent)


@pytest.fixture(scope="module")
def published(
    internal: tuple[Inputs, Results], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Folders: what was published per tier, and of an untracked herd."""
    base = tmp_path_factory.mktemp("publish")
    tracked, made = internal
    return {
        "internal": leave("publish", made, base / "internal", "made-up"),
        "partner": publish(base / "partner", tracked, PARTNER),
        "untracked": publish(base / "untracked", results.inputs(tracked=False)),
    }


def test_the_stage_writes_what_the_table_of_stages_says(published: dict[str, Path]) -> None:
    expected = {name.format(herd="made-up").rstrip("/") for name in registry.get("publish").writes}
    for name in ("internal", "partner", "untracked"):
        assert {path.name for path in published[name].iterdir()} == expected


def test_a_second_run_gives_the_same_bytes(
    published: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Dushanbe")
    first, second = published["internal"], publish(tmp_path / "again", results.inputs())
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_layers_without_rows_are_left_out_and_named(published: dict[str, Path]) -> None:
    layers = {name for name, _ in pyogrio.list_layers(published["untracked"] / "made-up.gpkg")}
    assert layers == {"ranges", "modelled_corridor", "fact_sheet", "about", "layer_styles"}
    html = (published["untracked"] / "report.html").read_text(encoding="utf-8")
    assert "Places by evidence of harm: no rows" in html
    # A study without zones is told nothing of them.
    assert "zones" not in html.casefold()
    assert "nobody was tracked along it" in html


def test_partners_get_nothing_of_a_single_animal(published: dict[str, Path]) -> None:
    folder = published["partner"]
    layers = {name for name, _ in pyogrio.list_layers(folder / "made-up.gpkg")}
    assert not layers & {
        "crossings",
        "border_crossings",
        "migration_facts",
        "legs",
        "skill",
        "fidelity",
    }
    assert not (folder / "pictures" / "displacement").exists()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".qgz":
                with zipfile.ZipFile(path) as archive:
                    content = b"".join(archive.read(name) for name in archive.namelist())
            for animal in ANIMALS:
                escaped = animal.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
                assert animal.encode() not in content, path
                assert escaped.encode() not in content, path
    internal = (published["internal"] / "report.html").read_text(encoding="utf-8")
    assert "ewe 3, biological year 2020" in internal


def test_the_fact_sheet_has_two_pages_and_each_card_one(published: dict[str, Path]) -> None:
    def pages(path: Path) -> int:
        found = re.search(rb"/Count (\d+)", path.read_bytes())
        assert found is not None
        return int(found.group(1))

    for name, n_cards in (("internal", 5), ("partner", 5), ("untracked", 0)):
        sheets = sorted(path.name for path in (published[name] / "sheets").iterdir())
        assert sheets == [
            "factsheet.json",
            "factsheet.pdf",
            *(f"place-{n}.pdf" for n in (1, 2, 3, 5, 7)[:n_cards]),
        ]
        assert pages(published[name] / "sheets" / "factsheet.pdf") == 2
        for path in (published[name] / "sheets").glob("place-*.pdf"):
            assert pages(path) == 1, path


def test_no_sheet_of_a_partner_names_an_animal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []

    def kept(package: str, template: str, values: object, pictures: object) -> bytes:
        said.append(json.dumps(values, ensure_ascii=False))
        return b""

    monkeypatch.setattr(paper, "sheet_pdf", kept)
    publish(tmp_path / "out", results.inputs(), PARTNER, only=["sheets"])
    assert len(said) == 6
    for text in said:
        assert not [animal for animal in ANIMALS if animal in text]
        assert "encounter" not in text  # months of single encounters


def test_what_is_little_is_neither_nothing_nor_has_more_digits_than_it_means(
    tmp_path: Path,
) -> None:
    given = results.inputs()
    threats, candidates = given.threats.read(), given.candidates.read()
    rare = threats["rank"] <= 2
    threats.loc[rare, ["missing_per_year", "missing_p05", "missing_p95"]] = (0.0073, 0.0, 0.0)
    threats.loc[threats["rank"] == 3, ["missing_p05", "missing_p95"]] = (0.0042, 0.9)
    candidates["gain_share"] = 2.9e-7
    facts = given.rank.model_copy(
        update={
            "missing_together": 0.004,
            "missing_together_p05": 0.0,
            "missing_together_p95": 0.0,
        }
    )
    small = replace(given, threats=Layer.of(threats), candidates=Layer.of(candidates), rank=facts)
    folder = publish(tmp_path / "out", small)
    html = (folder / "report.html").read_text("utf-8")
    assert "about &lt; 0.01 passages a year are missing (per animal; &lt; 0.01)" in html
    assert "&lt; 0.01<br><small>&lt; 0.01</small>" in html
    assert "<small>0–0.90</small>" in html
    assert "&lt; 0.01 %" in html
    assert "0.0073" not in html
    for never in ("0.000 %", "0.00 %", "0–0<", "0–0)", "0–0;"):
        assert never not in html, never
    rows = json.loads((folder / "sheets" / "factsheet.json").read_text("utf-8"))
    told = [row for row in rows if (row["group"], row["item"]) == ("Place 1", "Missing a year")]
    assert [(row["column"], row["text"], row["form"]) for row in told] == [
        ("missing_per_year", "< 0.01", "short"),
        ("missing_p95", "< 0.01", "ceiling"),
    ]
    assert [written(0.0, row["form"]) for row in told[1:]] == ["< 0.01"]


def test_every_number_on_the_fact_sheet_has_a_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, Any]] = []

    def kept(package: str, template: str, values: dict[str, Any], pictures: object) -> bytes:
        if template == "factsheet.typ":
            said.append(values)
        return b""

    monkeypatch.setattr(paper, "sheet_pdf", kept)
    folder = publish(tmp_path / "out", results.inputs(), only=["sheets"])
    (values,) = said
    rows = json.loads((folder / "sheets" / "factsheet.json").read_text("utf-8"))
    assert [row["figure"] for row in rows] == list(range(1, len(rows) + 1))

    def told(group: str, item: str = "") -> list[str]:
        return [row["text"] for row in rows if (row["group"], row["item"]) == (group, item)]

    sheet = [
        *((fact["value"], told("At a glance", fact["item"])) for fact in values["facts"]),
        *(
            (line["value"], told(group["name"], line["item"]))
            for group in values["groups"]
            for line in group["lines"]
        ),
        *(
            (place["missing"], told(f"Place {place['number']}", "Missing a year"))
            for place in values["places"]
        ),
        *((place["at"], told(f"Place {place['number']}", "At")) for place in values["places"]),
        *((place["number"], told(f"Place {place['number']}", "No.")) for place in values["places"]),
        (values["tracked"], told("Tracked")),
        (values["verdict"], told("Verdict")),
        *((words, told("How it was computed")) for words in values["method"][:1]),
    ]
    assert len(sheet) > 30
    for words, figures in sheet:
        left = words
        # Longest first: a figure may be a part of another.
        for one in sorted(figures, key=len, reverse=True):
            left = left.replace(one, "")
        assert not re.search(r"\d", left), (words, figures)


def test_a_single_tracked_animal_is_not_given_to_partners(tmp_path: Path) -> None:
    given = results.inputs()
    fixes = given.fixes.read()
    one = replace(given, fixes=FixTable.of(fixes[fixes["animal"] == "ewe 3"]))
    with pytest.raises(MethodError, match="single animal"):
        publish(tmp_path / "out", one, PARTNER)


def test_the_corridor_of_a_single_migrant_is_not_given_to_partners(tmp_path: Path) -> None:
    given = results.inputs()
    corridors = given.corridors.read()
    one = corridors[corridors["corridor_class"] == "low"].assign(n_tracked=1, share=1.0)
    with pytest.raises(MethodError, match="only one gave the herd's corridor"):
        publish(tmp_path / "out", replace(given, corridors=Layer.of(one)), PARTNER)


def test_a_title_with_control_characters_gives_a_project_that_opens() -> None:
    from corridors.formats.qgis import Project, document

    title = "Argali\x01 <&>\x1b[31m"
    text = document(Project(title, "", "", "EPSG:4326", (0.0, 0.0, 1.0, 1.0)))
    assert fromstring(text.split("\n", 1)[1]).findtext("title") == "Argali\\x01 <&>\\x1b[31m"


def test_notes_that_may_name_an_animal_are_counted_for_partners(
    published: dict[str, Path],
) -> None:
    html = (published["partner"] / "report.html").read_text(encoding="utf-8")
    assert "notes left out because they may name an animal: 3" in html
    assert "notes left out" not in (published["internal"] / "report.html").read_text("utf-8")


def test_styles_are_found_by_the_true_geometry_column_and_carry_no_clock(
    published: dict[str, Path],
) -> None:
    with closing(sqlite3.connect(published["internal"] / "made-up.gpkg")) as connection:
        styles = connection.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles"
        ).fetchall()
        geometry = dict(
            connection.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")
        )
        times = {
            value
            for query in (
                "SELECT last_change FROM gpkg_contents",
                "SELECT timestamp FROM gpkg_metadata_reference",
                "SELECT update_time FROM layer_styles",
            )
            for (value,) in connection.execute(query)
        }
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    assert {name: column for name, column, _, _ in styles} == geometry
    assert all(default == 1 for _, _, default, _ in styles)
    assert all(fromstring(qml.split("\n", 1)[1]).tag == "qgis" for *_, qml in styles)
    assert times == {"2000-01-01T00:00:00.000Z"}
    assert version == 10300


def test_the_project_has_relative_paths_and_switches_its_crs_on(
    published: dict[str, Path],
) -> None:
    with zipfile.ZipFile(published["internal"] / "made-up.qgz") as archive:
        assert archive.namelist() == ["made-up.qgs"]
        root = fromstring(archive.read("made-up.qgs").decode().split("\n", 1)[1])
    sources = [layer.findtext("datasource") or "" for layer in root.iterfind(".//maplayer")]
    plans = (CORRIDOR_SURFACE, CURRENT, RESISTANCE)
    rasters = tuple(f"./{plan.name}.tif" for plan in plans)
    assert all(s.startswith(("./made-up.gpkg|layername=", *rasters)) for s in sources)
    assert set(rasters) <= set(sources)
    assert root.findtext("properties/SpatialRefSys/ProjectionsEnabled") == "1"
    assert "SIMULATED" in (root.findtext("title") or "")
    ids = [layer.findtext("id") or "" for layer in root.iterfind(".//maplayer")]
    assert all(len(name) > 10 for name in ids)
    assert [node.get("id") for node in root.iter("layer-tree-layer")] == ids


def test_the_report_stands_alone_and_escapes_names(published: dict[str, Path]) -> None:
    html = (published["internal"] / "report.html").read_text(encoding="utf-8")
    assert "3 of 3 migrations stop on the way" in html
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "http://" not in html
    assert "https://" not in html
    assert str(published["internal"].parent) not in html
    assert os.sep + "tmp" + os.sep not in html
    assert "the evidence is strong enough to act" in html
    assert "Rank 2 (1–5), Border fence &lt;script" in html
    for words in (
        "−187 km",
        "generalised",
        "SIMULATED",
        "Afghanistan, Tajikistan",
        ">3 May<",
        ">23 May<",
        "&lt;i&gt;title&lt;/i&gt; 1",  # of a layer of zones
        "No zone of this layer holds anything of the herd.",
    ):
        assert words in html, words


def test_profile_usgs_is_written_on_everything_that_people_open(
    published: dict[str, Path], tmp_path: Path
) -> None:
    profile = settings("publish", profile={"name": "usgs"}).profile
    given = replace(publishing(), profile=profile)
    usgs = publish(tmp_path / "usgs", results.inputs(), given, only=["package", "report"])
    for folder, is_peer in ((usgs, True), (published["internal"], False)):
        page = (folder / "report.html").read_text(encoding="utf-8")
        assert ("PROFILE USGS: FOR COMPARISON ONLY" in page) == is_peer
        about = pyogrio.read_dataframe(folder / "made-up.gpkg", layer="about")
        profile = about.set_index("item")["value"]["profile"]
        assert profile == ("usgs" if is_peer else "corrected")


def test_nested_settings_are_shown_with_their_values() -> None:
    given = settings("publish", act={"costs": {"currency": "USD", "fence_remove_per_km": 100}})
    shown = {key: value for key, value, _ in shown_settings(given)["act"]}
    assert shown["costs"].startswith("currency: USD, ")
    assert "fence_remove_per_km: 100" in shown["costs"]


def test_the_page_shows_the_first_pictures_and_the_others_are_drawn_while_they_are_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(displacement, "draw", lambda one: drawn.append(one.title) or b"png")
    monkeypatch.setattr(publication, "N_PICTURES", 1)
    made = run(results.inputs(), publishing(), silent)
    assert len(drawn) == 1
    assert "2 more are in the folder" in made.report.text
    files = [name for name, _ in made.pictures.files]
    assert len(drawn) == len([name for name in files if name.startswith("displacement/")]) == 3


def test_no_picture_of_a_year_is_drawn_that_is_not_asked_for(
    published: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> bytes:
        raise AssertionError

    assert len(list((published["internal"] / "pictures" / "displacement").iterdir())) == 3
    monkeypatch.setattr(displacement, "draw", refused)
    for given in (publishing(pictures="none"), PARTNER):
        made = run(results.inputs(), given, silent)
        names = [name for name, _ in made.pictures.files]
        assert names == ["corridor_map.png", "threats.png", "sample.png"]


def test_a_chart_of_nothing_but_zeros_is_not_drawn() -> None:
    given = results.inputs()
    threats = given.threats.read()
    faint = threats.assign(missing_p95=threats["missing_p95"].clip(upper=0.04))
    made = run(replace(given, threats=Layer.of(faint)), publishing(pictures="none"), silent)
    assert [name for name, _ in made.pictures.files] == ["corridor_map.png", "sample.png"]
    assert 'alt="Missing passages per year' not in made.report.text


def test_a_raster_that_is_passed_on_is_the_one_that_was_given(
    internal: tuple[Inputs, Results],
) -> None:
    given, made = internal
    assert made.corridor_surface is given.population_raster
    assert made.current is given.current
    assert made.resistance is given.resistance


def test_the_nearest_towns_are_named_and_their_names_escaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def places(near: list[tuple[float, float, float, float]]) -> gpd.GeoDataFrame:
        west, south, east, north = near[0]
        middle = Point((west + east) / 2, (south + north) / 2)
        rows = {"name": ["<b>$x_1$ & Co"], "state": ["Nowhere"], "people": [1234]}
        return gpd.GeoDataFrame(rows, geometry=[middle], crs="EPSG:4326")

    monkeypatch.setattr(natural_earth, "places", places)
    seen = ["report", "transboundary", "pictures"]
    folder = publish(tmp_path / "towns", results.inputs(), only=seen)
    for page in ("report.html", "transboundary.html"):
        text = (folder / page).read_text(encoding="utf-8")
        assert "&lt;b&gt;$x_1$ &amp; Co (Nowhere; 1,234 people)" in text
        assert "<b>$x_1$" not in text
    assert (folder / "pictures" / "corridor_map.png").is_file()


def test_pages_and_project_call_the_herd_by_the_title_of_its_record(tmp_path: Path) -> None:
    given = publishing()
    labels = given.labels.model_copy(update={"record": Record(title="Argali <of> A")})
    called = replace(given, labels=labels)
    seen = ["report", "transboundary", "project"]
    folder = publish(tmp_path / "called", results.inputs(), called, only=seen)
    for page in ("report.html", "transboundary.html"):
        text = (folder / page).read_text(encoding="utf-8")
        assert "<title>Argali &lt;of&gt; A: " in text
        assert "<h1>Argali &lt;of&gt; A" in text
    with zipfile.ZipFile(folder / "made-up.qgz") as project:
        assert "<title>Argali &lt;of&gt; A: " in project.read("made-up.qgs").decode()
