"""Features are cut at boundaries or name both countries; what nobody states is refused."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from corridors.foundation.errors import ConfigError
from corridors.stages.release.countries import Countries

# Two states that meet at longitude 10 and contest the land from 9.9 to 10.1 north of 50.5.
STATES = {
    "A": box(8, 50, 10, 51).union(box(10, 50.5, 10.1, 51)),
    "B": box(10, 50, 12, 51).union(box(9.9, 50.5, 10, 51)),
}


def countries(
    *stated: str, is_cut: bool = True, states: dict[str, BaseGeometry] = STATES
) -> Countries:
    layer = gpd.GeoDataFrame({"state": list(states)}, geometry=list(states.values()), crs=4326)
    return Countries("herd", layer, stated, is_cut=is_cut)


def test_a_polygon_is_cut_at_the_boundary_and_loses_nothing() -> None:
    whole = box(9.5, 50.1, 10.5, 50.4)
    parts = countries().divided(whole, "polygon")
    assert {names: part.area for part, names in parts} == pytest.approx({"A": 0.15, "B": 0.15})


def test_contested_land_names_both() -> None:
    parts = countries().divided(box(9.5, 50.6, 10.5, 50.9), "polygon")
    areas = {names: part.area for part, names in parts}
    assert areas == pytest.approx({"A": 0.12, "B": 0.12, "A, B": 0.06})


def test_a_line_that_leaves_and_comes_back_has_three_parts() -> None:
    line = LineString([(9.5, 50.1), (10.5, 50.2), (9.5, 50.3)])
    parts = countries().divided(line, "line")
    assert sorted(names for _, names in parts) == ["A", "A", "B"]
    assert sum(part.length for part, _ in parts) == pytest.approx(line.length)


def test_both_countries_are_named_and_the_feature_is_whole() -> None:
    whole = box(9.5, 50.1, 10.5, 50.4)
    assert countries(is_cut=False).divided(whole, "polygon") == [(whole, "A, B")]


def test_parts_of_a_multipolygon_are_features_of_their_own() -> None:
    two = box(8.1, 50.1, 8.2, 50.2).union(box(9.1, 50.1, 9.2, 50.2))
    assert [names for _, names in countries().divided(two, "polygon")] == ["A", "A"]
    assert len(countries(is_cut=False).divided(two, "polygon")) == 2


def test_what_lies_in_no_polygon_has_the_stated_countries_else_it_is_refused() -> None:
    outside = box(11.5, 50.1, 12.5, 50.2)
    parts = countries("C", "D").divided(outside, "polygon")
    assert sorted(names for _, names in parts) == ["B", "C, D"]
    assert countries("C", states={}).names(Point(0, 0)) == "C"
    with pytest.raises(ConfigError, match="the country of something of herd is not known"):
        countries().divided(outside, "polygon")
    with pytest.raises(ConfigError, match=r"nothing at 0\.000, 0\.000"):
        countries(states={}).names(Point(0, 0))


def test_a_sliver_that_rounding_leaves_is_no_feature() -> None:
    beyond = box(11.5, 50.1, 12 + 1e-7, 50.2)
    assert [names for _, names in countries().divided(beyond, "polygon")] == ["B"]
