"""Barriers from OpenStreetMap extracts."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest
from osmium.osm.mutable import Node, Relation, Way

from corridors.formats.openstreetmap import read_ways

RULES = [
    ({"highway": ["primary"], "tunnel": ["*"]}, {"kind": "other", "class": "tunnel"}),
    ({"highway": ["primary", "trunk"]}, {"kind": "road", "class": "trunk"}),
    ({"highway": ["construction"]}, {"kind": "road", "class": "", "status": "planned"}),
    ({"barrier": ["fence"]}, {"kind": "fence", "class": "fence"}),
    ({"landuse": ["residential"]}, {"kind": "settlement", "class": ""}),
]
RULES = [(tags, {"status": "existing", **gives}) for tags, gives in RULES]


@pytest.fixture(scope="module", params=["x.osm.pbf", "x.osm"])
def extract(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("osm") / request.param
    corners = {
        1: (71.0, 37.0),
        2: (71.1, 37.0),
        3: (71.1, 37.1),
        4: (71.0, 37.1),
        5: (80.0, 40.0),
        6: (80.1, 40.0),
    }
    ways = {
        10: ([1, 2], {"highway": "trunk", "name": "Pamir Highway", "ref": "M41"}),
        11: ([2, 3], {"highway": "primary", "tunnel": "yes"}),
        12: ([3, 4], {"highway": "footway"}),
        13: ([1, 2, 3, 4, 1], {"barrier": "fence"}),
        14: ([1, 2, 3, 4, 1], {"landuse": "residential", "name": "Khorog"}),
        15: ([5, 6], {"highway": "trunk", "ref": "far away"}),
        16: ([1, 99], {"highway": "trunk", "name": "cut at the edge of the extract"}),
        17: ([4, 1], {"highway": "construction"}),
        18: ([1, 2, 3, 4, 1], {}),
    }  # fmt: skip
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in corners.items():
            writer.add_node(Node(id=number, location=place))
        for number, (nodes, tags) in ways.items():
            writer.add_way(Way(id=number, nodes=nodes, tags=tags))
        writer.add_relation(
            Relation(
                id=20,
                members=[("w", 18, "outer")],
                tags={"type": "multipolygon", "landuse": "residential"},
            )
        )
    return path


def test_the_first_fitting_rule_decides_and_other_ways_stay_out(extract: Path) -> None:
    frame = read_ways(extract, "x", RULES, (70.0, 36.0, 72.0, 38.0)).frame.set_index("id")
    assert frame["kind"].to_dict() == {
        "way/10": "road",
        "way/11": "other",
        "way/13": "fence",
        "way/14": "settlement",
        "way/17": "road",
        "relation/20": "settlement",
    }
    assert frame.loc["way/17", "status"] == "planned"
    assert frame.loc["way/11", "class"] == "tunnel"


def test_names_carry_the_reference_number(extract: Path) -> None:
    frame = read_ways(extract, "x", RULES, None).frame.set_index("id")
    assert frame.loc["way/10", "name"] == "Pamir Highway (M41)"
    assert frame.loc["way/15", "name"] == "far away"


def test_closed_ways_are_lines_for_fences_and_polygons_for_settlements(extract: Path) -> None:
    frame = read_ways(extract, "x", RULES, None).frame.set_index("id")
    kinds = frame.geom_type
    assert kinds["way/13"] == "LineString"
    assert kinds["way/14"] == kinds["relation/20"] == "MultiPolygon"
    assert frame.geometry["way/14"].area == pytest.approx(0.01)


def test_ways_cut_by_the_edge_of_the_extract_are_counted(extract: Path) -> None:
    layer = read_ways(extract, "x", RULES, None)
    assert layer.notes["incomplete_left_out"] == 1


def test_a_fenced_field_is_a_fence_and_a_field_whichever_rule_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "fenced.osm"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in enumerate([(71.0, 37.0), (71.1, 37.0), (71.1, 37.1)], start=1):
            writer.add_node(Node(id=number, location=place))
        tags = {"barrier": "fence", "landuse": "residential"}
        writer.add_way(Way(id=10, nodes=[1, 2, 3, 1], tags=tags))
    for rules in (RULES, RULES[::-1]):
        frame = read_ways(path, "fenced.osm", rules, None).frame
        assert sorted(zip(frame["kind"], frame.geom_type, strict=True)) == [
            ("fence", "LineString"),
            ("settlement", "MultiPolygon"),
        ]
        assert frame["id"].tolist() == ["way/10", "way/10"]
