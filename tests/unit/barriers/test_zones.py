"""Zones in a world of squares, where what lies in which is known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, box

from corridors.barriers.zones import ZoneLayer, zone_shares, zoned_areas
from corridors.foundation import tables
from corridors.foundation.crs import geodesic_area_km2
from corridors.foundation.facts import Unit
from worlds.rows import example_rows

HERD = "made-up"
LAYER = ZoneLayer("land", "Land", is_protected=True)
LINE = LineString([(71.0, 37.0), (71.1, 37.0)])
NEAR = 5e-7  # edges are geodesics, which a vertex on them moves
WHOLE = box(71.0, 37.0, 71.4, 37.1)  # four squares of 0.1 degrees in a row


def square(first: int, last: int) -> object:
    """Return the squares from the first to the last, counted from 0."""
    return box(71.0 + first / 10, 37.0, 71.1 + last / 10, 37.1)


def layer(schema: tables.LayerSchema, shapes: list[object], **columns: object) -> gpd.GeoDataFrame:
    rows = example_rows(schema, HERD, LINE, "ewe").iloc[[0] * len(shapes)].reset_index(drop=True)
    return gpd.GeoDataFrame(rows.assign(**columns)).set_geometry(shapes, crs=4326)


def zones(**shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"layer": "land", "zone": list(shapes), "class": ""},
        geometry=list(shapes.values()),
        crs=4326,
    )


def corridors(**by_class: object) -> gpd.GeoDataFrame:
    return layer(
        tables.CORRIDORS,
        list(by_class.values()),
        season="all",
        corridor_class=list(by_class),
        evidence="tracked",
    )


def places(
    *lines: LineString, grade: list[str], free: list[float]
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Return places of one segment each; half of what is expected passes."""
    names = [f"p{number}" for number in range(len(lines))]
    same = {"threat": names, "grade": grade}
    return (
        pd.DataFrame(layer(tables.THREATS, list(lines), **same, free_per_year=free)),
        layer(
            tables.THREAT_SEGMENTS,
            list(lines),
            **same,
            share=1.0,
            passages_per_year=np.nan_to_num(np.array(free) / 2),
        ),
    )


def shares(
    own: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    met: tuple[pd.DataFrame, gpd.GeoDataFrame] | None = None,
) -> pd.DataFrame:
    nobody = (tables.empty(tables.THREATS), tables.empty(tables.THREAT_SEGMENTS))
    found = zone_shares(HERD, [LAYER], own, areas, *(met or nobody), Unit.of(None, None))
    return tables.check(found, tables.ZONE_SHARES)


def areas_of(*drawn: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return zoned_areas(drawn, tables.empty(tables.STOPOVERS), tables.empty(tables.RANGES))


def by_part(found: pd.DataFrame, column: str) -> dict[str, float]:
    names = found["zone"].where(found["zone"] != "", found["zone_part"])
    return dict(zip(names, found[column], strict=True))


def test_a_quarter_is_a_quarter_and_ground_of_two_zones_counts_once_in_all() -> None:
    own = zones(left=square(0, 0), wide=square(0, 1), far=box(80, 37, 81, 38))
    found = shares(own, areas_of(corridors(low=WHOLE)))
    assert by_part(found, "area_share") == pytest.approx(
        {"left": 0.25, "wide": 0.5, "all": 0.5, "outside": 0.5}, abs=NEAR
    )
    km2 = by_part(found, "area_km2")
    quarter = geodesic_area_km2(square(0, 0))
    assert km2 == pytest.approx(
        {"left": quarter, "wide": 2 * quarter, "all": 2 * quarter, "outside": 2 * quarter},
        rel=4 * NEAR,
    )
    assert found["is_protected"].all()
    assert found["n_act"].isna().all()


def test_each_class_has_its_own_share_and_a_zone_that_holds_none_of_one_has_zero() -> None:
    found = shares(zones(left=square(0, 0)), areas_of(corridors(low=WHOLE, high=square(2, 2))))
    got = found.set_index(["zone_part", "corridor_class"])["area_share"]
    assert got[("zone", "low")] == pytest.approx(0.25, abs=NEAR)
    assert got[("zone", "high")] == got[("all", "high")] == 0.0
    assert got[("outside", "high")] == 1.0


def test_all_inside_leaves_nothing_outside_and_no_zone_leaves_all() -> None:
    areas = areas_of(corridors(low=WHOLE))
    inside = shares(zones(big=box(70, 36, 73, 38)), areas)
    assert by_part(inside, "area_share") == {"big": 1.0, "all": 1.0, "outside": 0.0}
    outside = shares(tables.empty(tables.ZONES), areas)
    assert by_part(outside, "area_share") == {"all": 0.0, "outside": 1.0}
    # A zone that only touches holds no ground.
    touching = shares(zones(beside=box(70.9, 37.0, 71.0, 37.1)), areas)
    assert by_part(touching, "area_share") == {"all": 0.0, "outside": 1.0}


def test_stopovers_of_a_season_are_one_area_and_isopleths_stay_apart() -> None:
    stops = layer(tables.STOPOVERS, [square(0, 0), square(3, 3)], season="all", stopover=["a", "b"])
    ranges = layer(
        tables.RANGES,
        [WHOLE, square(0, 0), square(3, 3)],
        season="winter",
        isopleth=[0.95, 0.5, np.nan],
        evidence=["tracked", "tracked", "expert"],
    )
    areas = zoned_areas((tables.empty(tables.CORRIDORS),), stops, ranges)
    assert areas["product"].tolist() == ["range", "range", "range", "stopovers"]
    found = shares(zones(left=square(0, 0)), areas)
    got = found[found["zone"] == "left"]
    held = {
        f"{row['product']} {row['isopleth']}": row["area_share"] for row in got.to_dict("records")
    }
    assert held == pytest.approx(
        {"range nan": 0.0, "range 0.5": 1.0, "range 0.95": 0.25, "stopovers nan": 0.5}, abs=NEAR
    )


def test_places_count_in_each_zone_and_passages_by_length() -> None:
    across = LineString([(71.05, 37.05), (71.25, 37.05)])  # a quarter, a half, a quarter
    unmet = LineString([(71.31, 37.05), (71.39, 37.05)])
    met = places(across, unmet, grade=["act", "not_known"], free=[8.0, np.nan])
    own = zones(a=square(0, 0), b=square(1, 1), d=square(3, 3))
    found = shares(own, areas_of(corridors(low=WHOLE)), met)
    found = found[found["product"] == "places"]
    assert by_part(found, "n_act") == {"a": 1, "b": 1, "d": 0, "all": 1, "outside": 1}
    assert by_part(found, "n_not_known") == {"a": 0, "b": 0, "d": 1, "all": 1, "outside": 0}
    expected = by_part(found, "free_per_year")
    assert np.isnan(expected.pop("d"))  # nobody met what is there: unknown, not none
    assert expected == pytest.approx({"a": 2.0, "b": 4.0, "all": 6.0, "outside": 2.0}, abs=1e-4)
    passed = by_part(found, "passages_per_year")
    assert np.isnan(passed.pop("d"))
    assert passed == pytest.approx({"a": 1.0, "b": 2.0, "all": 3.0, "outside": 1.0}, abs=1e-4)
    assert found["area_km2"].isna().all()


def test_a_zone_without_a_place_has_no_passages_there_which_is_known() -> None:
    met = places(LineString([(71.31, 37.05), (71.39, 37.05)]), grade=["act"], free=[8.0])
    found = shares(zones(a=square(0, 0)), areas_of(corridors(low=WHOLE)), met)
    found = found[found["product"] == "places"]
    assert by_part(found, "passages_per_year") == {"a": 0.0, "all": 0.0, "outside": 4.0}


def test_passages_where_zones_overlap_count_once_in_all() -> None:
    met = places(LineString([(71.02, 37.05), (71.08, 37.05)]), grade=["act"], free=[8.0])
    own = zones(one=square(0, 0), two=box(71.05, 37.0, 71.1, 37.1))
    found = shares(own, areas_of(corridors(low=WHOLE)), met)
    expected = by_part(found[found["product"] == "places"], "free_per_year")
    assert expected == pytest.approx({"one": 8.0, "two": 4.0, "all": 8.0, "outside": 0.0}, abs=1e-4)


def test_a_herd_with_nothing_has_no_rows() -> None:
    nothing = areas_of(tables.empty(tables.CORRIDORS))
    assert shares(zones(a=square(0, 0)), nothing).empty
