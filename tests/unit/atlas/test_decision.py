"""The first page: few places, strongest first, each with its own map, months and actions."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from corridors.atlas.decision import N_DECIDED, decided, decision_values
from corridors.atlas.place_map import place_maps
from corridors.atlas.report_places import place_values
from corridors.atlas.styles import HARM
from corridors.atlas.words.tables import tables_in_words
from corridors.foundation import tables
from worlds import barriers, recorded
from worlds.ground import CRS

HERD = "made-up"


def size_px(png: bytes) -> tuple[int, int]:
    """Return width and height, from the header of a PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def given() -> dict[str, pd.DataFrame]:
    """Return what the page is made of: one event in May, in April and in the winter each."""
    segments = barriers.segments()
    days = ["2020-05-03", "2020-04-02", "2020-05-09", "2020-12-24"]
    events = pd.DataFrame(
        {
            "event": ["a", "b", "c", "d"],
            "season": ["spring", "spring", "spring", "winter"],
            "start_utc": pd.to_datetime(days, utc=True),
        }
    )
    return {
        "threats": barriers.threats(HERD, segments),
        "threat_segments": barriers.threat_segments(HERD, segments),
        "segments": segments,
        "exposure": barriers.exposure(HERD),
        "migrations": pd.DataFrame(
            {"part": ["migration", "range"], "season": ["spring", "winter"]}
        ),
        "behaviour": events,
        # Event c touches two segments of one place and counts once.
        "behaviour_segments": pd.DataFrame(
            {
                "event": ["a", "b", "c", "c", "d"],
                "segment": ["fence-1:0", "fence-1:0", "fence-1:0", "fence-1:1", "fence-1:0"],
            }
        ),
        "fence_sections": pd.DataFrame(
            {
                "threats": [f"{HERD}/fence-1:4;{HERD}/fence-1:0", f"{HERD}/fence-1:4"],
                "what": ["remove both", "remove the other"],
            }
        ),
        "crossing_sites": pd.DataFrame({"threat": ["elsewhere"], "what": ["build"]}),
    }


def found(*, is_internal: bool = True) -> list[dict[str, object]]:
    made = given()
    told = tables_in_words({"threats": made["threats"]}) | {
        name: rows for name, rows in made.items() if name != "threats"
    }
    places = place_values(told, recorded.of_herd(tracked=True))
    maps = dict.fromkeys(decided(told["threats"], HARM), b"png")
    values = decision_values(
        told, places["places"], maps, n_ranked=places["n_ranked"], is_internal=is_internal
    )
    return values["decided"]


def test_the_first_places_of_evidence_stand_there_by_rank() -> None:
    rows = found()
    assert [row["rank"] for row in rows] == [1, 2, 3, 5, 7]
    assert len(rows) == N_DECIDED
    assert {row["grade"] for row in rows} <= set(HARM)


def test_encounters_count_once_per_month_and_only_on_migrations() -> None:
    first = found()[0]
    assert first["threat"] == f"{HERD}/fence-1:0"
    assert first["met"] == "April: 1 encounter; May: 2 encounters."
    assert found(is_internal=False)[0]["met"] == ""


def test_actions_stand_at_their_own_place() -> None:
    steps = {row["threat"]: row["steps"] for row in found()}
    assert steps[f"{HERD}/fence-1:0"] == ["remove both"]
    assert steps[f"{HERD}/fence-1:4"] == ["remove both", "remove the other"]
    assert steps[f"{HERD}/fence-1:2"] == []


def test_nothing_is_decided_where_nothing_shows_harm() -> None:
    threats = barriers.threats(HERD, barriers.segments()).assign(grade="nothing_seen")
    assert decided(threats, HARM) == []
    assert decided(tables.empty(tables.THREATS), HARM) == []


def test_each_place_has_a_map_of_its_own() -> None:
    threats = barriers.threats(HERD, barriers.segments())
    layers = {"threats": threats, "segments": barriers.segments()}
    places = list(threats["threat"].head(2))
    maps = place_maps(layers, places, crs=CRS, stamp="SIMULATED", dpi=40)
    assert list(maps) == places
    assert maps[places[0]] != maps[places[1]]
    assert maps == place_maps(layers, places, crs=CRS, stamp="SIMULATED", dpi=40)
    assert [size_px(png) for png in maps.values()] == [(216, 140)] * 2


def test_a_place_that_is_no_line_at_all_still_has_surroundings() -> None:
    segments = barriers.segments()
    threats = barriers.threats(HERD, segments)
    short = gpd.GeoDataFrame(threats.iloc[[0]])
    short = short.set_geometry(short.geometry.to_crs(CRS).centroid.buffer(0.5).to_crs(short.crs))
    short = short.set_geometry(short.boundary)
    maps = place_maps({"threats": short}, short["threat"], crs=CRS, dpi=40)
    assert [size_px(png) for png in maps.values()] == [(216, 140)]
