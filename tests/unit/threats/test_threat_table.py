"""Places with what they are and where, on two places of three segments."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString

from corridors.foundation import tables
from corridors.threats.threat_table import threat_tables
from worlds.rows import example_rows

HERD = "h"


def segments() -> gpd.GeoDataFrame:
    lines = [LineString([(k, 0), (k + 1, 0)]) for k in range(3)]
    one = example_rows(tables.SEGMENTS, HERD, lines[0], "ewe").iloc[[0, 0, 0]]
    return gpd.GeoDataFrame(one).assign(
        segment=["s1", "s2", "s3"],
        barrier=["b1", "b2", "b3"],
        name=["Short", "Long", "Own"],
        corridor_class=["outside", "high", "low"],
        from_km=[4.0, 1.0, 0.0],
        to_km=[5.0, 3.0, 1.0],
        length_m=[1000.0, 2000.0, 1000.0],
        source=["osm", "osm", "own"],
        geometry=lines,
    )


def places() -> pd.DataFrame:
    line = LineString([(0, 0), (1, 0)])
    rows = example_rows(tables.PLACES, HERD, line, "ewe").iloc[[0, 0]]
    return pd.DataFrame(rows).assign(
        place=["p2", "p1"], rank=[1.0, 2.0], grade=["act", "not_known"]
    )


def made(gains: pd.DataFrame | None = None) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    line = LineString([(0, 0), (1, 0)])
    held = example_rows(tables.PLACE_SEGMENTS, HERD, line, "ewe").iloc[[0, 0, 0]]
    held = pd.DataFrame(held).assign(segment=["s1", "s2", "s3"], place=["p1", "p1", "p2"])
    found = tables.empty(tables.GAINS) if gains is None else gains
    return threat_tables(HERD, segments(), places(), held, found, completeness={"osm": "partial"})


def test_a_place_is_called_by_most_of_its_length_and_lies_where_its_segments_do() -> None:
    threats, parts = made()
    tables.check(threats, tables.THREATS)
    tables.check(parts, tables.THREAT_SEGMENTS)
    assert threats["threat"].tolist() == ["p2", "p1"]
    row = threats.set_index("threat").loc["p1"]
    assert (row["name"], row["corridor_class"], row["n_segments"]) == ("Long", "high", 2)
    assert (row["from_km"], row["to_km"], row["length_m"]) == (1.0, 3.0, 3000.0)
    assert row.geometry.equals(LineString([(0, 0), (2, 0)]))
    assert parts.set_index("segment")["grade"].to_dict() == {
        "s1": "not_known", "s2": "not_known", "s3": "act",
    }  # fmt: skip


def test_a_place_gains_what_its_best_segment_gains() -> None:
    gains = pd.DataFrame(
        {"segment": ["s1", "s2"], "n_edges": [4, 4], "gain": [0.1, 0.4], "gain_share": [0.01, 0.04],
         "rank": [2, 1]}
    )  # fmt: skip
    threats = made(gains)[0].set_index("threat")
    assert threats.loc["p1", ["gain", "gain_share", "gain_rank"]].tolist() == [0.4, 0.04, 1.0]
    assert np.isnan(threats.loc["p2", "gain"])


def test_a_source_of_which_nothing_is_said_is_of_unknown_completeness() -> None:
    complete = made()[0].set_index("threat")["source_completeness"]
    assert complete.to_dict() == {"p1": "partial", "p2": "unknown"}


def test_without_places_both_tables_are_empty() -> None:
    found = threat_tables(
        HERD, segments(), tables.empty(tables.PLACES), tables.empty(tables.PLACE_SEGMENTS),
        tables.empty(tables.GAINS), completeness={},
    )  # fmt: skip
    assert [len(table) for table in found] == [0, 0]
