"""Places of all herds: ranks only among figures that compare."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString

from corridors.atlas.catalogue import joint_threats, threat_lists
from corridors.foundation import tables


def threats(herd: str, unit: str, missing: list[float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "herd": herd,
            "unit": unit,
            "missing_per_year": missing,
            "rank": [np.nan if np.isnan(n) else float(k) for k, n in enumerate(missing, 1)],
            "grade": [
                "not_known" if np.isnan(n) else "look_on_site" if n else "nothing_seen"
                for n in missing
            ],
            "name": [f"{herd} {n}" for n in missing],
            "kind": "fence",
            "from_km": 0.0,
            "to_km": 1.0,
        },
        geometry=[LineString([(0, 0), (1, 1)])] * len(missing),
        crs="EPSG:4326",
    )


@pytest.fixture
def joint() -> gpd.GeoDataFrame:
    """Two herds of unknown size, one of 800."""
    return joint_threats(
        {
            "b": threats("b", "per animal", [2.0, 0.5, 0.0, np.nan]),
            "a": threats("a", "per animal", [2.0, 1.0]),
            "c": threats("c", "herd of 800 (census)", [900.0, 1.5]),
        },
        whole_herds={"c"},
    )


def test_scores_of_whole_herds_and_of_animals_are_ranked_apart(joint: gpd.GeoDataFrame) -> None:
    by_group = joint.groupby("comparable")["atlas_rank"].apply(list).to_dict()
    assert by_group.pop("per animal")[:5] == [1, 2, 3, 4, 5]
    assert by_group == {"whole herd": [1, 2]}


def test_a_place_that_nobody_met_comes_last_and_has_no_rank(joint: gpd.GeoDataFrame) -> None:
    last = joint[joint["comparable"] == "per animal"].iloc[-1]
    assert last["grade"] == "not_known"
    assert np.isnan(last["atlas_rank"])


def test_equal_scores_are_ordered_by_herd_whatever_the_order_of_the_input(
    joint: gpd.GeoDataFrame,
) -> None:
    first = joint[joint["comparable"] == "per animal"]
    assert first["name"].tolist() == ["a 2.0", "b 2.0", "a 1.0", "b 0.5", "b 0.0", "b nan"]


def test_lists_hold_places_with_harm_alone(joint: gpd.GeoDataFrame) -> None:
    lists = {part["unit"]: part for part in threat_lists(joint)}
    assert [row["name"] for row in lists["per animal"]["rows"]][-1] == "b 0.5"
    assert lists["per animal"]["rows"][-1]["label"] == "b 0.5, km 0.0–1.0"
    assert (lists["per animal"]["n"], lists["per animal"]["n_met"]) == (4, 6)
    assert "geometry" not in lists["whole herd"]["rows"][0]


def test_a_study_without_threats_has_an_empty_table_with_the_same_columns() -> None:
    empty = tables.empty(tables.THREATS)
    assert isinstance(empty, gpd.GeoDataFrame)
    joint = joint_threats({"a": empty, "b": empty}, whole_herds=())
    assert len(joint) == 0
    assert {"comparable", "atlas_rank"} <= set(joint.columns)
    assert threat_lists(joint) == []
