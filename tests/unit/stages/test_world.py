"""Boundaries, states and towns are known to a herd anywhere, and said to be unknown elsewhere."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from corridors.atlas.towns import nearest_in_words, towns_near
from corridors.config.model import Config
from corridors.formats.parquet import read_json, read_layer, read_table
from corridors.run.remarks import remarks_of
from worlds.places import HERD, WALKS, Walk, study
from worlds.stages import perform

STAGES = ("ingest", "clean", "segment", "surface", "delineate", "connect", "intersect")
TOWN = {
    "mongolia-russia": "Russia",
    "kenya-tanzania": "United Republic of Tanzania",
    "bolivia-chile": "Chile",
    "norway-sweden": "Sweden",
    "chukotka": "Russia",
    "iceland": "Iceland",
}


@pytest.fixture(scope="module", params=WALKS)
def crossed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Return name and folder of a herd of which all up to `intersect` was run."""
    folder = tmp_path_factory.mktemp("world")
    config = Config.model_validate(study(WALKS[request.param], folder))
    for stage in STAGES:
        perform(stage, config, folder, herd=HERD)
    return request.param, folder


def test_the_states_of_both_ends_hold_the_animals_and_the_boundary_between_is_crossed(
    crossed: tuple[str, Path],
) -> None:
    name, folder = crossed
    first, last = WALKS[name].states
    shares = read_table(folder / "intersect" / "national_shares.parquet")
    assert sorted(shares["state"]) == sorted({first, last})
    assert set(shares["n_animals"]) == {3}
    report = read_layer(folder / "intersect" / "border_report.parquet")
    crossings = read_layer(folder / "intersect" / "border_crossings.parquet")
    notes = list(remarks_of("ingest", folder / "ingest"))
    if first == last:
        assert report.empty
        assert crossings.empty
        near = "no land boundary of Natural Earth 1:10m within 300 km of the herd"
        assert notes == [f"natural-earth: {near}; states there: {first}"]
    else:
        assert report[["left_state", "right_state"]].to_numpy().tolist() == [sorted((first, last))]
        assert report["observed"].tolist() == [3]
        ways = set(zip(crossings["from_state"], crossings["to_state"], strict=True))
        assert (first, last) in ways
        assert set(crossings["animal"]) == {"animal 0", "animal 1", "animal 2"}
        assert notes == []


def test_only_what_is_near_is_read(crossed: tuple[str, Path]) -> None:
    _, folder = crossed
    assert len(read_layer(folder / "ingest" / "states.parquet")) < 6
    assert len(read_layer(folder / "ingest" / "boundaries.parquet")) < 9


def test_towns_are_found_on_the_herds_side_of_the_world(crossed: tuple[str, Path]) -> None:
    name, folder = crossed
    fixes = read_layer(folder / "clean" / "fixes.parquet")
    crs = read_json(folder / "clean" / "clean.json")["crs"]
    towns = towns_near([fixes], crs)
    assert towns["km"].is_monotonic_increasing
    assert towns["km"].between(0, 500).all()
    assert TOWN[name] in set(towns["state"])
    words = nearest_in_words(towns)
    assert 0 < len(words) <= 5
    assert all(" km to the " in word for word in words)


def test_without_layers_there_are_no_towns() -> None:
    empty = gpd.GeoDataFrame({"a": []}, geometry=[], crs="EPSG:4326")
    towns = towns_near([empty], "EPSG:3857")
    assert towns.empty
    assert nearest_in_words(towns) == []


def test_a_herd_at_sea_is_told_that_nothing_is_known_there(tmp_path: Path) -> None:
    config = study(Walk((-30.0, 60.0), (-30.0, 60.1), ("", "")), tmp_path, days=3)
    out = perform("ingest", Config.model_validate(config), tmp_path, herd=HERD)
    unknown, near = remarks_of("ingest", out)
    assert "nothing is known of state boundaries at 100.00% of the herd's places" in unknown
    assert "which is not that there are none" in unknown
    assert near.endswith("states there: none")
    assert read_layer(out / "states.parquet").empty
    assert isinstance(read_layer(out / "boundaries.parquet"), pd.DataFrame)
