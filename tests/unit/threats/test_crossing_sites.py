"""Where structures would help, on a road of three segments and a track that is gone."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

from corridors.foundation.facts import Unit
from corridors.threats.crossing_sites import Rules, crossing_sites, roads_and_railways
from corridors.threats.gain_draws import GainDraws

CRS = "EPSG:32612"
RULES = Rules(
    permeability_after=1.0,
    step_m=500.0,
    reach_m=600.0,
    spacing_m=400.0,
    n_sites=2,
    budget=None,
    node_limit=10_000,
    least_frac=0.01,
    costs={"road": 7.0, "rail": None},
    currency="EUR",
)
# Three kilometres of road, one after the other, and a railway beside it.
SHAPES = np.array(
    [LineString([(5e5 + k * 1000, 4e6), (5e5 + (k + 1) * 1000, 4e6)]) for k in range(3)]
    + [LineString([(5e5, 4.1e6), (5.01e5, 4.1e6)])],
    dtype=object,
)


def threats() -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "segment": ["s1", "s2", "s3", "s4"],
            "threat": "p",
            "n_animals": 5,
            "n_units": 4,
            "barrier": "b",
            "name": "",
            "kind": ["road", "road", "road", "rail"],
            "class": "road",
            "status": ["existing", "existing", "existing", "removed"],
            "corridor_class": "low",
            "from_km": [0.0, 1.0, 2.0, 0.0],
            "to_km": [1.0, 2.0, 3.0, 1.0],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=list(SHAPES), crs=CRS)


def chosen(rules: Rules = RULES) -> tuple[pd.DataFrame, dict[str, object]]:
    lines = roads_and_railways(threats())
    free = np.array([[1.0, 8.0, 0.0], [3.0, 24.0, 0.0]])
    gains = GainDraws(free, 0.5 * free)
    return crossing_sites("h", lines, SHAPES[:3], gains, rules, crs=CRS, unit=Unit.of(None, None))


def test_lines_that_are_gone_need_no_structure() -> None:
    assert roads_and_railways(threats())["segment"].tolist() == ["s1", "s2", "s3"]


def test_the_first_site_serves_the_segment_where_most_are_missing() -> None:
    sites, facts = chosen()
    assert sites["segment"].iloc[0] == "s2"
    assert 1.0 <= sites["at_km"].iloc[0] <= 2.0
    assert sites["gain_per_year"].sum() == pytest.approx(9.0)
    assert facts.gain_everywhere == pytest.approx(9.0)
    assert sites["gain_p95"].sum() == pytest.approx(0.05 * 4.5 + 0.95 * 13.5)
    assert facts.n_candidates == 6
    assert sites["cost"].tolist() == [7.0] * len(sites)
    assert sites["action"].iloc[0] == "h:structure:1"


def test_a_budget_buys_as_many_as_it_pays() -> None:
    sites, _ = chosen(replace(RULES, budget=7.0))
    assert len(sites) == 1


def test_sites_that_add_little_are_counted_and_left_out() -> None:
    sites, facts = chosen(replace(RULES, least_frac=0.5, reach_m=400.0))
    assert len(sites) == facts.n_chosen == 1
    assert facts.n_that_add_little == 1
