"""What the map of all herds carries: data that no name can end, scripts that its policy knows."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import geopandas as gpd
import pytest
from shapely import LineString, Point

from corridors.atlas.catalogue import joint_threats
from corridors.atlas.months import WHOLE_YEAR, HerdMonths
from corridors.atlas.web_map import SIMPLIFIED_DEG, web_map_values
from corridors.atlas.words.threats import threats_in_words
from corridors.foundation import tables
from worlds import barriers, herds
from worlds.ground import path

HERD = "made-up"
HOSTILE = "</script><img src=x onerror=alert(1)>"


def joint() -> gpd.GeoDataFrame:
    """Return the threats of an atlas of one herd, in words."""
    return joint_threats(
        {HERD: threats_in_words(barriers.threats(HERD, barriers.segments()))}, whole_herds=()
    )


def bottlenecks() -> gpd.GeoDataFrame:
    """Return two bottlenecks of one herd."""
    rows = [
        {
            "bottleneck": f"{HERD}/bottleneck-{rank}",
            "rank": rank,
            "herd": HERD,
            "width_m": 640.0 * rank,
            "width_low_m": 480.0 * rank,
            "width_high_m": 850.0 * rank,
            "unit_share": 0.9,
            "n_units": 9,
            "n_animals": 11,
            "n_migrations": 31,
            "geometry": LineString([(73.0 + rank, 37.0), (73.0 + rank, 37.01)]),
        }
        for rank in (1, 2)
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


MAY, JULY, OCTOBER, FEBRUARY = 1 << 4, 1 << 6, 1 << 9, 1 << 1
MONTHS = HerdMonths(
    migrations={"spring": MAY, "autumn": OCTOBER},
    ranges={"winter": 1, "summer": JULY},
    places={f"{HERD}/fence-1:0": MAY | JULY},
    untracked=FEBRUARY,
)


def values(months: HerdMonths | None = MONTHS, **changed: gpd.GeoDataFrame) -> dict[str, Any]:
    layers = {
        "threats": joint(),
        "corridors": herds.corridors(HERD, path(), "tracked"),
        "modelled_corridor": tables.empty(tables.CORRIDORS),
        "expert_corridor": tables.empty(tables.CORRIDORS),
        "ranges": herds.ranges(HERD),
        "stopovers": herds.stopovers(HERD, path()),
        "boundary": tables.empty(tables.BORDER_REPORT),
        "bottlenecks": bottlenecks(),
    }
    row = {
        "herd": HERD,
        "title": HOSTILE,
        "species": HOSTILE,
        "evidence": "tracked",
        "simulated": True,
    }
    listed = [{**row, "is_done": True}, {**row, "is_done": False}]
    return web_map_values(layers | changed, listed, {} if months is None else {HERD: months})


def read(found: dict[str, Any]) -> dict[str, Any]:
    """Return what the list is told from, and beside it the outlines of the map."""
    made: dict[str, Any] = json.loads(found["data"])
    return {**made, **{name: json.loads(text) for name, text in found["shapes"].items()}}


def test_no_name_ends_the_element_that_holds_the_data() -> None:
    found = values()
    for text in (found["data"], *found["shapes"].values()):
        assert not set("<>&") & set(text)
    assert read(found)["herds"] == [
        {
            "herd": HERD,
            "title": HOSTILE,
            "species": HOSTILE,
            "evidence": "tracked",
            "simulated": True,
            "untracked": FEBRUARY,
            "unknown": {"migrations": FEBRUARY, "ranges": FEBRUARY},
        }
    ]


def test_places_keep_their_numbers_and_what_is_unknown_is_no_zero() -> None:
    given = joint()
    made = read(values())
    columns, words = made["columns"], made["words"]
    assert columns["threat"] == list(given["threat"])
    assert columns["atlas_rank"][:3] == [1, 2, 3]
    grades = [words["grade"][code] for code in columns["grade"]]
    assert grades == list(given["grade"])
    unmet = grades.index("not_known")
    assert columns["missing_per_year"][unmet] is None
    assert columns["atlas_rank"][unmet] is None
    assert [columns["rank"][row] for row in made["first"]] == [1, 2, 3, 5, 7]
    harm = [row for row, grade in enumerate(grades) if grade in ("act", "look_on_site")]
    assert made["reasons"] == {str(row): given["reason"][row] for row in harm}


def test_lines_know_their_row_and_the_codes_that_filters_ask_for() -> None:
    made = read(values())
    for one in made["places"]["features"]:
        own = one["properties"]
        assert all(
            made["columns"][name][own["i"]] == own[name]
            for name in ("herd", "kind", "status", "grade")
        )


def properties(made: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one["properties"] for one in made[name]["features"]]


def test_seasons_stand_for_all_migrations_in_their_months_and_where_nothing_is_known() -> None:
    made = read(values())
    told = {
        (one["season"], one["months"], one["is_monthly"]) for one in properties(made, "corridors")
    }
    assert told == {("all", 0, 0), ("spring", MAY | FEBRUARY, 1), ("autumn", OCTOBER | FEBRUARY, 1)}
    ranges = {(one["season"], one["months"]) for one in properties(made, "ranges")}
    assert ranges == {("winter", 1 | FEBRUARY), ("summer", JULY | FEBRUARY)}
    lines = {one["i"]: one["months"] for one in properties(made, "places")}
    months = made["columns"]["months"]
    assert lines == dict(enumerate(months))
    met = made["columns"]["threat"].index(f"{HERD}/fence-1:0")
    assert months[met] == MAY | JULY | FEBRUARY
    assert set(months[:met] + months[met + 1 :]) == {0}


@pytest.mark.parametrize(
    "months",
    [
        None,
        HerdMonths(untracked=0),
        HerdMonths(migrations={"spring": MAY, "autumn": 0}, untracked=0),
        HerdMonths(migrations={"spring": MAY, "autumn": OCTOBER, "other": 1}, untracked=0),
    ],
)
def test_where_a_season_has_no_dates_or_is_not_drawn_all_migrations_stay_in_every_month(
    months: HerdMonths | None,
) -> None:
    made = read(values(months))
    shown = [one for one in properties(made, "corridors") if one["is_monthly"]]
    assert {(one["season"], one["months"]) for one in shown} == {("all", 0)}
    assert made["herds"][0]["unknown"] == {"migrations": WHOLE_YEAR, "ranges": WHOLE_YEAR}


def test_stopovers_of_all_migrations_stay_where_no_season_has_its_own() -> None:
    told = properties(read(values()), "stopovers")
    assert [(one["season"], one["months"], one["is_monthly"]) for one in told] == [
        ("all", 0, 1)
    ] * 3


def test_bottlenecks_say_their_width_and_who_passes_and_their_lines_know_their_row() -> None:
    made = read(values())
    features = made["bottlenecks"]["features"]
    made["bottlenecks"] = json.loads(values()["data"])["bottlenecks"]
    assert [one["properties"] for one in features] == [
        {"herd": HERD, "i": 0},
        {"herd": HERD, "i": 1},
    ]
    assert made["bottlenecks"][1] == {
        "bottleneck": f"{HERD}/bottleneck-2",
        "herd": HERD,
        "rank": 2,
        "width": "1.3 km (960 m to 1.7 km)",
        "passing": "31 migrations of 11 animals (9 independent units), 90 % of the units of the "
        "herd",
        "lon": 7_500_000,
        "lat": 3_700_500,
    }


def test_high_use_lies_on_top_and_outlines_stay_where_they_are() -> None:
    given = herds.corridors(HERD, path(), "tracked")
    features = read(values())["corridors"]["features"]
    order = {"low": 0, "medium": 1, "high": 2}
    uses = [order[one["properties"]["use"]] for one in features]
    assert uses == sorted(uses)
    drawn = gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")
    for use, own in drawn.groupby("use"):
        exact = given[given["corridor_class"] == use]
        far = own.union_all().hausdorff_distance(exact.union_all())
        assert far <= 1.1 * SIMPLIFIED_DEG


def test_the_policy_of_the_page_knows_just_its_own_scripts() -> None:
    found = values()
    for script, hashed in zip(found["scripts"].values(), found["hashes"], strict=True):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert hashed == f"sha256-{digest}"
        assert "</script" not in script.lower()
        assert "sourceMappingURL" not in script


def test_the_map_opens_where_the_places_and_corridors_are() -> None:
    west, south, east, north = read(values())["bounds"]
    frames = [joint(), herds.corridors(HERD, path(), "tracked"), herds.ranges(HERD), bottlenecks()]
    assert west == pytest.approx(min(one.total_bounds[0] for one in frames), abs=1e-5)
    assert north == pytest.approx(max(one.total_bounds[3] for one in frames), abs=1e-5)
    assert (south, east) == pytest.approx(
        (min(one.total_bounds[1] for one in frames), max(one.total_bounds[2] for one in frames)),
        abs=1e-5,
    )


def test_positions_are_whole_numbers_near_the_places() -> None:
    given, columns = joint(), read(values())["columns"]
    for line, lon, lat in zip(given.geometry, columns["lon"], columns["lat"], strict=True):
        assert line.distance(Point(lon / 1e5, lat / 1e5)) < 2e-5


@pytest.mark.parametrize("name", ["threats", "corridors", "stopovers", "ranges", "bottlenecks"])
def test_an_atlas_that_lacks_a_layer_has_a_map_all_the_same(name: str) -> None:
    schema = {
        "threats": tables.THREATS,
        "corridors": tables.CORRIDORS,
        "stopovers": tables.STOPOVERS,
        "ranges": tables.RANGES,
        "bottlenecks": tables.BOTTLENECKS,
    }
    empty = tables.empty(schema[name])
    if name == "threats":
        empty = joint_threats({HERD: threats_in_words(empty)}, whole_herds=())
    found = read(values(**{name: empty}))
    assert found["bounds"] != [-180, -60, 180, 75]
    shown = found["places" if name == "threats" else name]
    assert shown["features"] == []
