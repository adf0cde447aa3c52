"""Figures know the table, rows and column that they are from."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString

from corridors.atlas.figures import Source, figure, rows_of, traced, written

MOVES = pd.DataFrame(
    {
        "animal": ["a", "a", "b", "c"],
        "season": ["spring", "spring", "spring", "autumn"],
        "km": [10.0, 20.0, 40.0, float("nan")],
        "burst": [-1, 0, 1, 2],
    }
)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (Source("t.m", "km", {"season": "spring"}, "mean"), 70 / 3),
        (Source("t.m", "km", {"season": "spring"}, "mean", each="animal"), 27.5),
        (Source("t.m", "km", {}, "max"), 40.0),
        (Source("t.m", "km", {"season": ["spring", "autumn"]}, "rows"), 4),
        (Source("t.m", "animal", {"season": "spring"}, "distinct"), 2),
        (Source("t.m", "km", {"burst": {"from": 1}}, "sum"), 40.0),
        (Source("t.m", "km", {"animal": "b"}), 40.0),
    ],
)
def test_a_figure_is_told_anew_from_its_rows(source: Source, value: float) -> None:
    assert traced(source, MOVES) == pytest.approx(value)


def test_a_value_is_of_one_row() -> None:
    with pytest.raises(LookupError, match=r"2 rows of t\.m have"):
        traced(Source("t.m", "km", {"animal": "a"}), MOVES)
    assert len(rows_of(Source("t.m", "km", {"animal": "a"}), MOVES)) == 2


def test_a_figure_of_recorded_facts_is_a_field_of_a_field() -> None:
    facts = {"stays": {"winter": {"days": {"mean": 90.5}}}, "ends": [1, 2]}
    assert traced(Source("d.facts", "stays.winter.days.mean"), facts) == 90.5
    assert traced(Source("d.facts", "ends.1"), facts) == 2


def test_a_place_is_where_the_middle_of_its_line_is() -> None:
    lines = gpd.GeoDataFrame(
        {"threat": ["x"]}, geometry=[LineString([(-110.0, 42.0), (-109.0, 43.0)])], crs=4326
    )
    at = [Source("r.t", "geometry", {"threat": "x"}, how) for how in ("lat", "lon")]
    assert [traced(one, lines) for one in at] == pytest.approx([42.5, -109.5])
    assert written(-109.5, "lon") == "109.5000° W"


def test_a_figure_is_written_as_it_is_read() -> None:
    made = figure(0.0312, Source("d.facts", "slope"), "share")
    assert (made.text, made.form) == ("3.1 %", "share")
