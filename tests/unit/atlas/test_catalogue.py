"""Threats of all herds: ranks only among scores that compare."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import LineString

from corridors.atlas.catalogue import joint_threats, threat_lists
from corridors.foundation import tables


def threats(herd: str, unit: str, scores: list[float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "herd": herd,
            "unit": unit,
            "score": scores,
            "rank": range(1, len(scores) + 1),
            "name": [f"{herd} {score}" for score in scores],
        },
        geometry=[LineString([(0, 0), (1, 1)])] * len(scores),
        crs="EPSG:4326",
    )


@pytest.fixture
def joint() -> gpd.GeoDataFrame:
    """Two herds of unknown size, one of 800."""
    return joint_threats(
        {
            "b": threats("b", "per animal", [2.0, 0.5, 0.0]),
            "a": threats("a", "per animal", [2.0, 1.0]),
            "c": threats("c", "herd of 800 (census)", [900.0, 1.5]),
        }
    )


def test_scores_of_whole_herds_and_of_animals_are_ranked_apart(joint: gpd.GeoDataFrame) -> None:
    by_group = joint.groupby("comparable")["atlas_rank"].apply(list).to_dict()
    assert by_group == {"per animal": [1, 2, 3, 4, 5], "whole herd": [1, 2]}


def test_equal_scores_are_ordered_by_herd_whatever_the_order_of_the_input(
    joint: gpd.GeoDataFrame,
) -> None:
    first = joint[joint["comparable"] == "per animal"]
    assert first["name"].tolist() == ["a 2.0", "b 2.0", "a 1.0", "b 0.5", "b 0.0"]


def test_lists_leave_out_what_blocks_nothing(joint: gpd.GeoDataFrame) -> None:
    lists = {part["unit"]: part for part in threat_lists(joint)}
    assert [row["name"] for row in lists["per animal"]["rows"]][-1] == "b 0.5"
    assert lists["per animal"]["n"] == 5
    assert "geometry" not in lists["whole herd"]["rows"][0]


def test_a_study_without_threats_has_an_empty_table_with_the_same_columns() -> None:
    empty = tables.empty(tables.THREATS)
    assert isinstance(empty, gpd.GeoDataFrame)
    joint = joint_threats({"a": empty, "b": empty})
    assert len(joint) == 0
    assert {"comparable", "atlas_rank"} <= set(joint.columns)
    assert threat_lists(joint) == []
