"""Border agreements, on two stretches and three barriers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, box

from corridors.foundation import tables
from corridors.foundation.facts import Unit
from corridors.threats.action_tables import agreement_table

LINES = np.array([LineString([(0, 0), (0, 900)]), LineString([(0, 1000), (0, 2000)])], dtype=object)


def stretches() -> gpd.GeoDataFrame:
    """Return two stretches of a boundary, with what the contract asks of each column."""
    filled = {"float64": 1.0, "int64": 1, "bool": False}
    row = {
        name: filled.get(str(column.dtype), "x")
        for name, column in tables.BORDER_STRETCHES.columns.items()
        if name != "geometry"
    }
    frame = pd.DataFrame([row | {"stretch": "t1"}, row | {"stretch": "t2"}])
    return gpd.GeoDataFrame(frame, geometry=list(LINES), crs="EPSG:4326")


def test_each_barrier_counts_at_the_nearest_stretch_within_reach() -> None:
    barriers = np.array(
        [box(50, 100, 60, 200), box(80, 1500, 90, 1600), box(9000, 0, 9010, 10)], dtype=object
    )
    found = agreement_table(
        "h",
        stretches(),
        LINES,
        barriers,
        np.array([4, 3, 9]),
        np.array([[2.0, 2.0, 100.0], [4.0, 2.0, 100.0]]),
        reach_m=500.0,
        n_herd=10.0,
        unit=Unit.of(10.0, "count"),
    ).set_index("stretch")
    assert found["missing_nearby_per_year"].to_dict() == {"t1": 3.0, "t2": 2.0}
    assert found["missing_nearby_p95"].to_dict() == pytest.approx({"t1": 3.9, "t2": 2.0})
    assert found["n_units_nearby"].to_dict() == {"t1": 4, "t2": 3}
    assert found["passages_per_year"].tolist() == pytest.approx([10.0, 10.0])
    assert found["rank"].tolist() == [1, 2]
