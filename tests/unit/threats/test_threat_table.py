"""Ranked threats of two animals at three fences, one of them closed and one taken down."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

from corridors.threats.score import evidence
from corridors.threats.threat_table import Rules, threat_table

RULES = Rules(
    prior_encounters=4.0,
    min_encounters=0.5,
    weight_jitter=0.1,
    least_blocked_frac=0.01,
    draws=200,
    seed=3,
)


def segments() -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "segment": ["s1", "s2", "s3"],
            "name": "",
            "kind": "fence",
            "class": "fence",
            "status": ["existing", "existing", "removed"],
            "corridor_class": "high",
            "from_km": 0.0,
            "to_km": 1.0,
            "length_m": 1000.0,
            "source": ["osm", "own", "own"],
            "permeability_source": "",
        }
    )
    return gpd.GeoDataFrame(frame, geometry=[LineString([(0, 0), (1, 1)])] * 3, crs="EPSG:4326")


def table(n_herd: float = 1.0) -> pd.DataFrame:
    """Return THREATS where s1 turns both animals and s2 lets them pass."""
    encounters = pd.DataFrame(
        {
            "segment": ["s1", "s1", "s2", "s2", "s3"],
            "animal": ["a", "b", "a", "b", "a"],
            "season": "spring",
            "passages": [0.0, 0.0, 6.0, 6.0, 2.0],
            "approaches": [6.0, 6.0, 0.0, 0.0, 2.0],
            "tracking_years": 1.0,
        }
    )
    met = evidence(encounters, ["s1", "s2", "s3"], tracking_years={"a": 1.0, "b": 1.0}, dated=[])
    return threat_table(
        segments(),
        met,
        RULES,
        prior_mean=np.full(3, 0.5),
        is_stated=np.zeros(3, dtype=np.bool_),
        is_estimated=np.zeros(3, dtype=np.bool_),
        completeness={"osm": "partial"},
        season_weight=np.ones(len(met.seasons)),
        n_herd=n_herd,
        unit="per animal",
        herd="h",
    ).set_index("segment")


def test_the_fence_that_turns_every_animal_comes_first_and_one_taken_down_blocks_nothing() -> None:
    found = table()
    assert found.index.tolist()[:2] == ["s1", "s2"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found.loc["s3", "blocked_per_year"] == 0.0
    assert found.loc["s1", "permeability_mean"] < 0.5 < found.loc["s2", "permeability_mean"]
    # Six encounters in a year of each animal.
    assert found.loc["s1", "encounters_per_year"] == pytest.approx(6.0)
    assert found.loc["s1", "n_animals"] == 2
    assert set(found["n_tracked"]) == {2}


def test_the_season_that_blocks_most_is_named_only_where_something_is_blocked() -> None:
    assert table()["worst_season"].to_dict() == {"s1": "spring", "s2": "spring", "s3": ""}


def test_every_interval_holds_its_number() -> None:
    found = table()
    for name in ("blocked_per_year", "rank"):
        low, high = {"rank": ("rank_p05", "rank_p95")}.get(name, ("blocked_p05", "blocked_p95"))
        assert (found[low] <= found[name]).all()
        assert (found[name] <= found[high]).all()


def test_a_herd_has_as_many_times_the_passages_of_one_animal_and_the_same_ranks() -> None:
    one, herd = table(), table(n_herd=50.0)
    for name in ("blocked_per_year", "blocked_p95", "encounters_per_year"):
        assert herd[name].tolist() == pytest.approx((50 * one[name]).tolist())
    assert herd["rank"].tolist() == one["rank"].tolist()


def test_a_source_of_which_nothing_is_said_is_of_unknown_completeness() -> None:
    assert table()["source_completeness"].to_dict() == {
        "s1": "partial",
        "s2": "unknown",
        "s3": "unknown",
    }
