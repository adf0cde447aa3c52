"""Range edges, on a fence with all of the use to the west of it."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

from corridors.barriers.range_edge_table import Rules, range_edges
from corridors.foundation.crs import to_geographic
from corridors.foundation.grid import Grid

CRS = "EPSG:32612"
RULES = Rules(
    depth_m=500.0,
    least_width_m=100.0,
    uneven_frac=0.95,
    least_mass_frac=0.01,
    least_animals=2,
    habitat_ratio=1.5,
)
# 4,000 km north of the equator, in the middle of the zone: rows and columns of 100 m.
ROW, COL = 40_000, 5_000
GRID = Grid(CRS, 100.0, ROW, COL - 10, 10, 20)


def fence() -> gpd.GeoDataFrame:
    """Return a fence that runs north along the western edge of column COL."""
    line = LineString([(COL * 100.0, ROW * 100.0), (COL * 100.0, ROW * 100.0 + 1000)])
    frame = pd.DataFrame(
        {
            "segment": ["s1"],
            "name": "",
            "kind": "fence",
            "class": "fence",
            "from_km": 0.0,
            "to_km": 1.0,
            "length_m": 1000.0,
            "has_data": True,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=[to_geographic(line, CRS)], crs="EPSG:4326")


def edges(*, east: float, rules: Rules = RULES) -> pd.DataFrame:
    """Return the edges where the ground east of the fence costs ``east`` times as much."""
    rows = np.arange(ROW, ROW + 10)
    used = [(row, col) for row in rows for col in (COL - 2, COL - 3)]
    population = pd.DataFrame(used, columns=["row", "col"]).assign(
        season="winter", mass=1 / len(used), n_animals=2
    )
    resistance = np.ones(GRID.shape) + 0.01 * np.arange(20) / 20
    resistance[:, 10:] *= east
    return range_edges("h", fence(), population, resistance, GRID, rules, cell_m=100.0)


def test_use_on_one_side_only_is_an_edge_where_the_habitat_is_alike() -> None:
    (row,) = edges(east=1.0).to_dict("records")
    assert (row["season"], row["used_side"], row["habitat"]) == ("winter", "left", "alike")
    assert row["is_range_edge"]
    assert row["use_frac"] == pytest.approx(1.0, abs=0.05)
    assert row["uneven_frac"] == 1.0
    assert row["n_animals"] == 2


def test_worse_ground_beyond_explains_the_edge() -> None:
    (row,) = edges(east=3.0).to_dict("records")
    assert row["habitat"] == "different"
    assert not row["is_range_edge"]
    assert row["resistance_other"] == pytest.approx(3 * row["resistance_used"], rel=0.02)


def test_the_end_of_one_animals_range_is_none() -> None:
    assert edges(east=1.0, rules=replace(RULES, least_animals=3)).empty
