"""Barriers that nobody could have met, and what opening them would gain."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString

from corridors.threats.candidates import EDGE, NO_ANIMAL, NOBODY_HERE, candidates, gains_of

GAINS = pd.DataFrame(
    {
        "segment": ["s3", "s1", "s4"],
        "n_edges": [5, 2, 0],
        "gain": [0.5, 2.0, 9.0],
        "gain_share": [0.05, 0.2, 0.9],
        "rank": [2, 1, 3],
    }
)


def segments() -> gpd.GeoDataFrame:
    """Return five segments: s1 and s4 unmet, s2 met, s3 a range edge, s5 removed."""
    n = 5
    frame = pd.DataFrame(
        {
            "segment": [f"s{k + 1}" for k in range(n)],
            "name": "",
            "kind": "fence",
            "class": "fence",
            "corridor_class": "low",
            "from_km": 0.0,
            "to_km": 1.0,
            "length_m": 1000.0,
            "source": ["osm", "osm", "osm", "own", "own"],
            "status": ["existing"] * 4 + ["removed"],
            "has_data": [False, True, True, False, False],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=[LineString([(0, 0), (1, 1)])] * n, crs="EPSG:4326")


def found(**changes: object) -> pd.DataFrame:
    edges = pd.DataFrame(
        {
            "segment": ["s3", "s3", "s2"],
            "season": ["winter", "summer", "winter"],
            "is_range_edge": [True, True, False],
        }
    )
    given = {
        "is_physical": np.ones(5, dtype=np.bool_),
        "is_tracked": True,
        "completeness": {"osm": "partial"},
    }
    return candidates("h", segments(), edges, GAINS, **(given | changes)).set_index("segment")


def test_standing_segments_that_nobody_could_meet_are_ranked_by_gain() -> None:
    table = found()
    assert table.index.tolist() == ["s1", "s3", "s4"]
    assert table["rank"].tolist() == [1, 2, 3]
    assert table["why"].tolist() == [NOBODY_HERE, EDGE, NOBODY_HERE]
    assert table["edge_seasons"].tolist() == ["", "summer;winter", ""]
    assert table["source_completeness"].tolist() == ["partial", "partial", "unknown"]


def test_a_herd_that_nobody_tracked_says_so() -> None:
    assert found(is_tracked=False).loc["s1", "why"] == NO_ANIMAL


def test_jurisdiction_is_no_candidate() -> None:
    assert found(is_physical=np.zeros(5, dtype=np.bool_)).empty


def test_a_segment_that_cuts_no_way_has_no_known_gain() -> None:
    gained = gains_of(GAINS, pd.Series(["s4", "s1", "s9"]))
    assert gained["gain"].isna().tolist() == [True, False, True]
    assert gained.loc[1].tolist() == [2.0, 0.2, 1.0]
