"""Geometries that are not valid: what is mended, and what is left out and counted."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, MultiLineString, Point, Polygon

from corridors.formats.repair import repair
from corridors.formats.vector import POLYGONS


def frame(*shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": list(range(len(shapes)))}, geometry=list(shapes), crs=32633)


def test_a_bow_tie_becomes_its_two_triangles() -> None:
    tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    mended, notes = repair(frame(tie), POLYGONS)
    assert notes == {"polygons_made_valid": 1}
    assert mended.geometry.is_valid.all()
    assert mended.geometry.area.sum() == pytest.approx(2.0)


def test_what_has_no_extent_is_left_out_and_the_others_keep_their_rows() -> None:
    flat = Polygon([(0, 0), (1, 1), (0, 0)])
    good = Polygon([(0, 0), (1, 0), (1, 1)])
    mended, notes = repair(frame(flat, good, Point(0, 0)), POLYGONS)
    assert mended["name"].tolist() == [1]
    assert notes == {"polygons_made_valid": 1, "degenerate_left_out": 2}


def test_of_a_line_of_parts_those_of_no_length_go() -> None:
    line = MultiLineString([[(0, 0), (0, 0)], [(0, 0), (3, 0)]])
    mended, notes = repair(frame(line), ("LineString", "MultiLineString"))
    assert mended.geometry.tolist() == [LineString([(0, 0), (3, 0)])]
    assert notes == {}


def test_valid_geometries_stay_as_they_are() -> None:
    good = frame(Polygon([(0, 0), (1, 0), (1, 1)]))
    mended, notes = repair(good, POLYGONS)
    assert notes == {}
    assert mended.equals(good)
