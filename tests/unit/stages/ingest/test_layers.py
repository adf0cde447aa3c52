"""Barriers drawn twice, as stage `ingest` finds them: what must not be lost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from corridors.stages.ingest.layers import without_doubles

NARROW_DEG = 0.0003  # 33 m of latitude


def roads(*lines: LineString, permeability: list[float] | None = None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "barrier": [f"r:{k}" for k in range(len(lines))],
            "name": "",
            "kind": "road",
            "class": "primary",
            "status": "existing",
            "permeability": permeability or np.full(len(lines), np.nan),
            "source": "r",
            "tolerance_m": 20.0,
            "valid_from": pd.NaT,
            "valid_to": pd.NaT,
        },
        geometry=list(lines),
        crs=4326,
    )


PAIR = (
    LineString([(10, 45), (10.1, 45)]),
    LineString([(10, 45 + NARROW_DEG), (10.1, 45 + NARROW_DEG)]),
)


@pytest.mark.parametrize(
    ("permeability", "left"),
    [
        ([np.nan, np.nan], ["r:0"]),
        ([np.nan, 0.9], ["r:1"]),
        ([0.4, 0.4], ["r:0"]),
        ([0.1, 0.9], ["r:0", "r:1"]),
    ],
)
def test_two_stated_permeabilities_are_two_barriers(
    permeability: list[float], left: list[str]
) -> None:
    given = roads(*PAIR, permeability=permeability)
    before = given.copy(deep=True)
    kept, _ = without_doubles(given, side_by_side_m={"road": 60.0})
    assert sorted(kept["barrier"]) == left
    assert given.geometry.equals(before.geometry)


@pytest.mark.parametrize("edge", [-180.0, 180.0])
def test_what_is_left_of_a_line_to_the_antimeridian_does_not_span_the_globe(edge: float) -> None:
    inward = -np.sign(edge)
    better = LineString([(edge + inward * 0.02, 65), (edge + inward * 0.16, 65)])
    up = 65 + NARROW_DEG
    worse = LineString([(edge, 65.02), (edge + inward * 0.02, up), (edge + inward * 0.05, up)])
    # Most of what is drawn lies on the other side, and with it the middle of the working CRS.
    rest = LineString([(-edge - inward * k / 100, 64.5) for k in range(1, 20)])
    kept, notes = without_doubles(roads(better, worse, rest), side_by_side_m={"road": 60.0})
    assert notes["side_by_side_km"] == pytest.approx(1.42, abs=0.05)
    cut = kept.geometry.iloc[1]
    assert cut.bounds[2] - cut.bounds[0] < 0.03
    assert cut.distance(Point(edge, 65.02)) < 1e-6
