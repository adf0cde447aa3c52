"""Which barriers a rule speaks of."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from shapely import LineString, MultiLineString, Polygon, box

from corridors.barriers.selection import chosen, unknown_names

ROWS = gpd.GeoDataFrame(
    {
        "segment": ["f:1@0.0-9.0", "f:1@9.0-18.0", "r:1@0.0-9.0"],
        "barrier": ["f:1", "f:1", "r:1"],
        "name": ["", "", "'); DROP TABLE--"],
        "kind": ["fence", "fence", "road"],
        "class": ["", "fence_livestock", "primary"],
    },
    geometry=[LineString([(0, 0), (1, 0)]), LineString([(1, 0), (2, 0)]),
              LineString([(0, 1), (9, 1)])],
    crs="EPSG:4326",
)  # fmt: skip


def test_ids_of_barriers_segments_and_names_are_whole_words() -> None:
    assert chosen(ROWS, names=["f:1"]).tolist() == [True, True, False]
    assert chosen(ROWS, names=["f:1@9.0-18.0"]).tolist() == [False, True, False]
    assert chosen(ROWS, names=["'); DROP TABLE--"]).tolist() == [False, False, True]
    assert not chosen(ROWS, names=["f:", ""]).any()  # "" is no name, though a row has none


def test_all_criteria_must_hold() -> None:
    assert chosen(ROWS, kinds=["fence"], classes=["fence_livestock"]).tolist() == [
        False,
        True,
        False,
    ]
    assert chosen(ROWS).all()


def test_a_line_counts_where_its_middle_is() -> None:
    square = np.array([box(-1, -1, 1.2, 2)], dtype=object)
    assert chosen(ROWS, polygons=square).tolist() == [True, False, False]


def test_of_several_parts_the_longest_speaks_and_an_area_is_inside_itself() -> None:
    rows = gpd.GeoDataFrame(
        {"barrier": ["a", "b"], "name": "", "kind": "fence", "class": ""},
        geometry=[
            MultiLineString([[(0, 0), (1, 0)], [(5, 0), (9, 0)]]),
            Polygon([(0, 0), (1, 0), (1, 1)]),
        ],
        crs="EPSG:4326",
    )
    assert chosen(rows, polygons=np.array([box(4, -1, 9, 1)], dtype=object)).tolist() == [
        True,
        False,
    ]
    assert chosen(rows, polygons=np.array([box(-1, -1, 2, 2)], dtype=object)).tolist() == [
        False,
        True,
    ]


def test_no_rows_are_no_fault() -> None:
    nothing = ROWS.iloc[:0]
    assert chosen(nothing, names=["f:1"], polygons=np.array([box(0, 0, 1, 1)])).shape == (0,)


def test_names_that_nobody_bears_are_told_in_order() -> None:
    assert list(unknown_names([ROWS], ["x", "f:1", "", "a"])) == ["x", "", "a"]
    assert unknown_names([ROWS], ["r:11"]) == {"r:11": "r:1"}
