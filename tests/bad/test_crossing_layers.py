"""Layers of barriers and borders that are odd but not wrong: taken, marked and counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import GeometryCollection, LineString, MultiLineString, Point, Polygon, box

from corridors.atlas.words.actions import actions_in_words, border_words
from corridors.cli import main
from corridors.formats.parquet import read_json, read_layer, read_table
from corridors.foundation.errors import ConfigError, InputError

HERD = "bek"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study with one animal that walks 60 km north and back within a year."""
    monkeypatch.chdir(tmp_path)
    times = pd.date_range("2021-03-01", periods=1200, freq="6h", tz="UTC")
    day = np.arange(1200) / 4
    away = 1 / (1 + np.exp((60 - day) / 3)) - 1 / (1 + np.exp((210 - day) / 3))
    rng = np.random.default_rng(4)
    pd.DataFrame(
        {
            "id": "Bek",
            "when": times.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x": 71 + rng.normal(0, 0.004, 1200),
            "y": 37 + 0.55 * away + rng.normal(0, 0.004, 1200),
        }
    ).to_csv(tmp_path / "t.csv", index=False)
    return tmp_path


def write(study: Path, more: str) -> None:
    (study / "config.yaml").write_text(
        f"herds:\n  {HERD}:\n    species: Ovis ammon\n    tracks:\n"
        "      - {path: t.csv, format: csv, columns: {animal: id, time: when, lon: x, lat: y}}\n"
        f"working: {{cell_m: 500}}\n{more}",
        encoding="utf-8",
    )


def run(stage: str) -> int:
    return main([stage, "--with-upstream", "--scheduler", "serial"])


def layer(study: Path, *shapes: Any, crs: Any = 4326, **columns: list[Any]) -> None:
    gpd.GeoDataFrame(columns or {"id": range(len(shapes))}, geometry=list(shapes), crs=crs).to_file(
        study / "b.gpkg"
    )


def ingested(study: Path) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    write(study, "barriers:\n  - {name: lines, path: b.gpkg, kind: fence, id_column: id}\n")
    assert run("ingest") == 0
    folder = study / "data" / "processed" / "ingest" / HERD
    return read_layer(folder / "barriers.parquet"), read_json(folder / "ingest.json")


def test_a_line_that_crosses_itself_is_a_barrier_as_it_is(study: Path) -> None:
    layer(study, LineString([(70.9, 37.2), (71.1, 37.3), (71.1, 37.2), (70.9, 37.3)]))
    barriers, _ = ingested(study)
    assert len(barriers) == 1
    assert run("intersect") == 0
    segments = read_layer(study / f"data/processed/intersect/{HERD}/segments.parquet")
    assert segments["length_m"].sum() / 1000 == pytest.approx(53.2, abs=0.5)


def test_a_polygon_that_crosses_itself_is_made_valid_and_counted(study: Path) -> None:
    layer(study, Polygon([(70.9, 37.2), (71.1, 37.3), (71.1, 37.2), (70.9, 37.3)]))
    barriers, facts = ingested(study)
    assert barriers.geometry.is_valid.all()
    assert facts["barriers"][0]["polygons_made_valid"] == 1


def test_heights_are_dropped_and_counted(study: Path) -> None:
    layer(study, LineString([(70.9, 37.2, 3000), (71.1, 37.2, 3100)]))
    barriers, facts = ingested(study)
    assert not barriers.has_z.any()
    assert facts["barriers"][0]["height_dropped"] == 1


def test_features_without_geometry_or_length_are_left_out_and_counted(study: Path) -> None:
    good = LineString([(70.9, 37.2), (71.1, 37.2)])
    layer(study, good, None, LineString([(71, 37.1), (71, 37.1)]), MultiLineString())
    barriers, facts = ingested(study)
    assert len(barriers) == 1
    # What has no place is not within the box that is read; what has no length is counted.
    assert facts["barriers"][0]["degenerate_left_out"] == 1


def test_the_same_feature_twice_is_one_barrier_and_counted(study: Path) -> None:
    line = LineString([(70.9, 37.2), (71.1, 37.2)])
    layer(study, line, line, id=[7, 7])
    barriers, facts = ingested(study)
    assert barriers["barrier"].tolist() == ["lines:7"]
    assert facts["barriers"][0]["duplicates"] == 1


def test_a_layer_far_from_the_herd_is_counted_as_such_and_nothing_is_ranked(study: Path) -> None:
    layer(study, LineString([(10, 50), (11, 50)]))
    barriers, facts = ingested(study)
    assert barriers.empty
    assert facts["barriers"][0]["features"] == 0
    assert facts["barriers"][0]["nothing_near_the_herd"] is True
    assert run("rank") == 0
    assert read_json(study / f"data/processed/rank/{HERD}/rank.json")["n_ranked"] == 0


def test_a_collection_of_lines_and_polygons_is_taken_apart_and_counted(study: Path) -> None:
    line, other = (LineString([(70.9, y), (71.1, y)]) for y in (37.2, 37.25))
    layer(study, line, GeometryCollection([other, box(70.9, 37.3, 71.0, 37.4)]), id=[7, 8])
    barriers, facts = ingested(study)
    parts = sorted(barriers["barrier"].str.slice(0, 7))
    assert parts == ["lines:7", "lines:8", "lines:8"]
    assert sorted(barriers.geom_type) == ["LineString", "LineString", "Polygon"]
    assert barriers["barrier"].is_unique
    assert facts["barriers"][0]["collections_taken_apart"] == 1


@pytest.mark.parametrize("value", ["1.5", "-0.1", ".nan", "often"])
def test_a_permeability_that_cannot_be_is_refused_with_its_line(
    study: Path, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    layer(study, LineString([(70.9, 37.2), (71.1, 37.2)]))
    source = f"  - {{name: lines, path: b.gpkg, kind: fence, permeability: {value}}}\n"
    write(study, "barriers:\n" + source)
    assert run("ingest") == ConfigError.exit_code
    said = capsys.readouterr().err
    assert "permeability" in said
    assert "config.yaml" in said


def test_one_road_in_two_layers_is_one_road_and_what_was_taken_is_counted(study: Path) -> None:
    for name, shift in (("fine", 0.0), ("rough", 0.0008)):
        line = LineString([(70.8, 37.2 + shift), (71.2, 37.2 + shift)])
        gpd.GeoDataFrame({"id": [1]}, geometry=[line], crs=4326).to_file(study / f"{name}.gpkg")
    write(
        study,
        "barriers:\n"
        "  - {name: fine, path: fine.gpkg, kind: road, tolerance_m: 5}\n"
        "  - {name: rough, path: rough.gpkg, kind: road, tolerance_m: 100}\n",
    )
    assert run("ingest") == 0
    folder = study / "data" / "processed" / "ingest" / HERD
    assert read_layer(folder / "barriers.parquet")["source"].tolist() == ["fine"]
    doubles = read_json(folder / "ingest.json")["doubles"]
    assert doubles["features_gone"] == 1
    assert doubles["other_source_km"] == pytest.approx(35.5, abs=0.3)
    assert doubles["side_by_side_km"] == 0


def test_dual_carriageways_are_one_road_but_parallel_fences_are_two(study: Path) -> None:
    shapes = [LineString([(70.8, y), (71.2, y)]) for y in (37.2, 37.20035)]
    for kind, left in (("road", 1), ("fence", 2)):
        layer(study, *shapes, id=[1, 2])
        write(study, f"barriers:\n  - {{name: lines, path: b.gpkg, kind: {kind}, id_column: id}}\n")
        assert run("ingest") == 0
        folder = study / "data" / "processed" / "ingest" / HERD
        assert len(read_layer(folder / "barriers.parquet")) == left


def test_a_disputed_boundary_is_called_so_and_no_side_is_taken(study: Path) -> None:
    line = LineString([(70, 37.3), (72, 37.3)])
    gpd.GeoDataFrame(
        {"a": ["North"], "b": ["South"], "what": ["Line of control"]}, geometry=[line], crs=4326
    ).to_file(study / "border.gpkg")
    gpd.GeoDataFrame(
        {"state": ["North", "South"]},
        geometry=[box(70, 37.2, 72, 38), box(70, 36, 72, 37.3)],
        crs=4326,
    ).to_file(study / "states.gpkg")
    write(
        study,
        "boundaries:\n"
        "  - {path: border.gpkg, left_column: a, right_column: b, type_column: what,\n"
        "     type_map: {Line of control: disputed}, source: a survey}\n"
        "states: {path: states.gpkg, source: a survey}\n",
    )
    assert run("act") == 0
    results = study / "data" / "processed"
    (row,) = read_layer(results / f"intersect/{HERD}/border_report.parquet").to_dict("records")
    assert row["type"] == "disputed"
    shares = read_table(results / f"intersect/{HERD}/national_shares.parquet")
    assert "North / South (contested)" in set(shares["state"])
    assert shares["corridor_share"].sum() == pytest.approx(1, abs=1e-4)
    agreed = read_layer(results / f"act/{HERD}/border_agreements.parquet")
    said = actions_in_words(agreed, border_words)["what"]
    assert len(said)
    assert said.str.contains("disputed line, shown as its source draws it").all()


def test_a_fenced_boundary_is_a_border_and_a_barrier(study: Path) -> None:
    line = LineString([(70.5, 37.3), (71.5, 37.3)])
    gpd.GeoDataFrame({"pair": ["A-B"], "what": ["fenced"]}, geometry=[line], crs=4326).to_file(
        study / "border.gpkg"
    )
    write(
        study,
        "boundaries:\n"
        "  - {path: border.gpkg, pair_column: pair, type_column: what, source: a survey}\n",
    )
    assert run("rank") == 0
    threats = read_layer(study / f"data/processed/rank/{HERD}/threats.parquet")
    assert set(threats["class"]) == {"border_fence"}
    assert (threats["n_tracked"] > 0).any()
    trials = read_table(study / f"data/processed/intersect/{HERD}/trials.parquet")
    assert (trials["trials"] > 0).any()


def test_points_are_no_boundary(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gpd.GeoDataFrame({"pair": ["A-B"]}, geometry=[Point(71, 37.3)], crs=4326).to_file(
        study / "border.gpkg"
    )
    write(study, "boundaries:\n  - {path: border.gpkg, pair_column: pair}\n")
    assert run("ingest") == InputError.exit_code
    assert "geometry of the wrong type" in capsys.readouterr().err
