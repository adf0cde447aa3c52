"""Management segments and joined lines."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, MultiLineString, Polygon, box

from corridors.barriers.segments import (
    Anchors,
    is_near,
    joined_lines,
    management_segments,
    meeting_share,
    projected,
    segment_ends,
    straight_pieces,
)
from corridors.foundation.crs import geodesic_length_m, to_geographic

UNDATED = pd.Series(pd.NaT, range(9), dtype="datetime64[us, UTC]")
CRS = "+proj=laea +lat_0=38.0 +lon_0=72.0 +datum=WGS84 +units=m +no_defs +type=crs"


def barriers(*planar: shapely.Geometry, crs: str = CRS) -> gpd.GeoDataFrame:
    n = len(planar)
    return gpd.GeoDataFrame(
        {
            "barrier": [f"b{i}" for i in range(n)],
            "name": "",
            "kind": "fence",
            "class": "",
            "status": "existing",
            "permeability": np.nan,
            "permeability_source": "unknown",
            "source": "test",
            "tolerance_m": 10.0,
            "valid_from": UNDATED.head(n),
            "valid_to": UNDATED.head(n),
        },
        geometry=[to_geographic(line, crs) for line in planar],
        crs="EPSG:4326",
    )


def classes(**planar: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"corridor_class": list(planar)},
        geometry=[to_geographic(polygon, CRS) for polygon in planar.values()],
        crs="EPSG:4326",
    )


def cut(
    layer: gpd.GeoDataFrame, within: gpd.GeoDataFrame | None = None, length: float = 1000.0
) -> gpd.GeoDataFrame:
    within = classes() if within is None else within
    return management_segments(layer, within, crs=CRS, segment_length_m=length, min_cut_m=1.0)


def test_a_line_is_cut_into_equal_parts_not_longer_than_asked() -> None:
    found = cut(barriers(LineString([(0, 0), (1500, 0), (2500, 0)])))
    assert len(found) == 3
    assert found["length_m"].to_numpy() == pytest.approx(np.full(3, 2500 / 3), rel=1e-3)
    assert found["from_km"].iloc[1] == found["to_km"].iloc[0]
    assert found["from_km"].iloc[0] == 0
    assert (found["corridor_class"] == "outside").all()
    # The vertex between the cuts is kept.
    assert shapely.get_num_coordinates(found.geometry.to_numpy()).tolist() == [2, 3, 2]


def test_segments_add_up_to_the_feature_and_follow_each_other() -> None:
    line = LineString([(0, 0), (700, 300), (650, 900), (2000, 1000), (2000, -4000)])
    layer = barriers(line)
    found = cut(layer, length=300.0)
    whole = geodesic_length_m(layer.geometry.iloc[0])
    assert found["length_m"].sum() == pytest.approx(whole, rel=1e-9)
    assert found["to_km"].max() == pytest.approx(whole / 1000, rel=1e-9)
    assert found["length_m"].max() <= 300.0 + 1e-6
    lengths = [geodesic_length_m(part) for part in found.geometry]
    assert lengths == pytest.approx(found["length_m"].to_list(), abs=0.01)
    points = [shapely.get_coordinates(part) for part in found.geometry]
    for before, after in itertools.pairwise(points):
        assert before[-1] == pytest.approx(after[0], abs=1e-9)


def test_a_segment_never_crosses_an_edge_of_a_class() -> None:
    within = classes(low=box(250, -500, 1750, 500), high=box(900, -500, 1100, 500))
    found = cut(barriers(LineString([(0, 0), (2000, 0)])), within, length=1100.0)
    assert found["corridor_class"].tolist() == ["outside", "low", "high", "high", "low", "outside"]
    edges = found["to_km"].to_numpy()[:-1]
    assert edges == pytest.approx([0.25, 0.9, 1.0, 1.1, 1.75], rel=1e-3)


def test_the_cuts_of_equal_length_stay_when_a_corridor_moves() -> None:
    layer = barriers(LineString([(0, 0), (3000, 0)]))
    one = set(cut(layer, classes(low=box(200, -9, 300, 9)))["segment"])
    two = set(cut(layer, classes(low=box(400, -9, 500, 9)))["segment"])
    assert {name.split("@")[1] for name in one & two} == {
        "750.0-1500.0",
        "1500.0-2250.0",
        "2250.0-3000.0",
    }


def test_a_class_edge_within_a_metre_of_a_cut_makes_no_crumb() -> None:
    found = cut(
        barriers(LineString([(0, 0), (2000, 0)])), classes(low=box(1000.6, -9, 9e3, 9)), 1100.0
    )
    assert len(found) == 2
    assert found["corridor_class"].tolist() == ["outside", "low"]


def test_names_do_not_depend_on_the_working_crs() -> None:
    layer = barriers(LineString([(0, 0), (900, 400), (4000, 100)]))
    other = CRS.replace("lon_0=72.0", "lon_0=73.1")
    moved = management_segments(layer, classes(), crs=other, segment_length_m=1000.0, min_cut_m=1.0)
    assert moved["segment"].tolist() == cut(layer)["segment"].tolist()


def test_the_measure_runs_on_over_the_parts_of_a_feature() -> None:
    parts = MultiLineString([[(0, 0), (600, 0)], [(5000, 0), (5400, 0)]])
    found = cut(barriers(LineString([(0, 9), (50, 9)]), parts))
    ours = found[found["barrier"] == "b1"]
    assert ours["from_km"].to_numpy() == pytest.approx([0, 0.6], rel=1e-3, abs=1e-12)
    assert ours["to_km"].to_numpy() == pytest.approx([0.6, 1.0], rel=1e-3)


def test_parts_that_touch_end_to_end_are_still_two_segments() -> None:
    parts = MultiLineString([[(0, 0), (600, 0)], [(600, 0), (600, 300)]])
    found = cut(barriers(parts))
    assert found["length_m"].to_numpy() == pytest.approx([600, 300], rel=1e-3)
    first = projected(found.geometry.to_numpy(), CRS)[1]
    assert shapely.get_coordinates(first)[0] == pytest.approx([600, 0], abs=1e-3)


def test_of_an_area_the_outline_is_cut() -> None:
    shell = [(0, 0), (900, 0), (900, 900), (0, 900)]
    hole = [(300, 300), (600, 300), (600, 600), (300, 600)]
    found = cut(barriers(Polygon(shell, [hole])))
    assert found["length_m"].sum() == pytest.approx(3600 + 1200, rel=1e-3)


def test_a_line_that_crosses_itself_and_the_same_line_twice_are_no_trouble() -> None:
    loop = LineString([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    found = cut(barriers(loop, loop), classes(low=box(400, -9, 700, 1e4)))
    assert found["segment"].is_unique
    one, two = (found[found["barrier"] == name] for name in ("b0", "b1"))
    assert one["length_m"].to_list() == pytest.approx(two["length_m"].to_list())


def test_tiny_parts_keep_names_apart() -> None:
    parts = [[(i * 10.0, 0), (i * 10.0 + 0.01, 0)] for i in range(4)]
    assert cut(barriers(MultiLineString(parts)))["segment"].is_unique


def test_a_line_over_the_antimeridian_is_cut_the_short_way() -> None:
    crs = CRS.replace("lon_0=72.0", "lon_0=180").replace("lat_0=38.0", "lat_0=65.0")
    layer = barriers(LineString([(0, 0), (1, 0)]))
    layer = layer.set_geometry(
        gpd.GeoSeries([LineString([(179.98, 65), (-179.98, 65)])], crs="EPSG:4326")
    )
    found = management_segments(layer, classes(), crs=crs, segment_length_m=1000.0, min_cut_m=1.0)
    assert len(found) == 2
    ends = shapely.get_coordinates(projected(found.geometry.to_numpy(), crs))
    assert ends[:, 0] == pytest.approx([-943, 0, 0, 943], abs=5)


def test_no_barriers_give_no_segments() -> None:
    found = cut(barriers())
    assert len(found) == 0
    assert {"segment", "from_km", "corridor_class", "geometry"} <= set(found.columns)


def test_near_means_near_any_anchor() -> None:
    lines = np.array([LineString([(0, 0), (9, 0)]), LineString([(100, 0), (100, 9)])])
    shapes, spots = np.array([box(-50, -50, -40, -40)]), np.array([[0.0, 4.0]])
    assert is_near(lines, Anchors(shapes, spots), 5.0).tolist() == [True, False]
    assert is_near(lines, Anchors(shapes, spots[:0]), 5.0).tolist() == [False, False]
    assert is_near(lines, Anchors(shapes[:0], spots[:0]), 5.0).tolist() == [False, False]


def test_meeting_share_of_crossing_and_of_overlapping_pieces() -> None:
    a, b = np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([[10.0, 0.0], [10.0, 0.0]])
    c, d = np.array([[3.0, -1.0], [4.0, 0.0]]), np.array([[3.0, 5.0], [20.0, 0.0]])
    assert meeting_share(a, b, c, d) == pytest.approx([0.3, 0.7])


def joints(*lines: LineString, groups: list[int] | None = None) -> tuple[list[int], list[int]]:
    line, sign = joined_lines(
        segment_ends(np.array(lines, dtype=object)),
        np.zeros(len(lines), np.int64) if groups is None else np.array(groups),
        tolerance_m=1.0,
        max_turn_deg=60.0,
    )
    return line.tolist(), sign.tolist()


def test_a_line_continues_whatever_way_its_parts_were_drawn() -> None:
    line, sign = joints(
        LineString([(0, 0), (10, 0)]),
        LineString([(20, 1), (10.4, 0)]),
        LineString([(20, 1), (30, 5)]),
    )
    assert len(set(line)) == 1
    assert sign[0] == -sign[1] == sign[2]


def test_a_line_ends_at_a_sharp_corner_and_at_another_kind() -> None:
    first = LineString([(0, 0), (10, 0)])
    assert len(set(joints(first, LineString([(10, 0), (10, 10)]))[0])) == 2
    assert len(set(joints(first, LineString([(10, 0), (20, 0)]), groups=[0, 1])[0])) == 2


def test_at_a_junction_the_straightest_pair_continues() -> None:
    line, _ = joints(
        LineString([(10, 0), (15, 8)]),
        LineString([(0, 0), (10, 0)]),
        LineString([(10, 0), (20, 1)]),
    )
    assert line[1] == line[2] != line[0]


def test_a_closed_ring_of_gentle_turns_is_one_line() -> None:
    angle = np.linspace(0, 2 * np.pi, 9)
    points = np.column_stack([np.cos(angle), np.sin(angle)]) * 100
    line, sign = joints(*(LineString(points[i : i + 2]) for i in range(8)))
    assert set(line) == {line[0]}
    assert set(sign) == {sign[0]}


def test_pieces_know_their_owner_and_leave_out_points() -> None:
    pieces = straight_pieces(
        np.array(
            [LineString([(0, 0), (0, 0), (1, 0)]), MultiLineString([[(5, 5), (6, 5), (6, 6)]])]
        )
    )
    assert pieces.owner.tolist() == [0, 1, 1]
    assert pieces.ends.tolist() == [[0, 0, 1, 0], [5, 5, 6, 5], [6, 5, 6, 6]]


def test_every_inherited_column_arrives() -> None:
    layer = barriers(LineString([(0, 0), (10, 0)]))
    found = cut(layer)
    for column in ("barrier", "kind", "class", "status", "source", "tolerance_m"):
        assert found[column].iloc[0] == layer[column].iloc[0]
    assert pd.isna(found["permeability"].iloc[0])
