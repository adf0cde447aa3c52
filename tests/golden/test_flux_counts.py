"""Crossings of the reference herds: raw counts, and expected passages near them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from corridors.barriers.crossings import count_pairs, steps_of
from corridors.barriers.passages import expected_passages
from corridors.barriers.segments import projected
from corridors.foundation.crs import project, working_crs
from worlds.fences import bridges, landscape

pytestmark = pytest.mark.reference


@pytest.mark.parametrize(
    ("tracks", "layer", "pairs", "crossing", "s2"),
    [
        ("wyoming_muledeer", "wyoming_fences/fences.gpkg", 2819, 2310, 800.0),
        ("norway_reindeer", "norway_reindeer/roads_public.gpkg", 25, 25, 1500.0),
    ],
)
def test_raw_pairs_are_as_counted_before_and_expected_passages_near_them(
    reference: Path, tracks: str, layer: str, pairs: int, crossing: int, s2: float
) -> None:
    raw = pd.read_csv(reference / tracks / "tracks.csv")
    lon, lat = raw["location-long"].to_numpy(), raw["location-lat"].to_numpy()
    crs = working_crs(lon, lat)
    x, y = project(lon, lat, crs)
    fixes = pd.DataFrame(
        {
            "animal": raw["individual-local-identifier"].astype(str),
            "time_utc": pd.to_datetime(raw["timestamp"], utc=True),
            "x_m": x,
            "y_m": y,
            "burst": 0,
        }
    )
    columns = ["migration", "animal", "season", "part", "start_utc", "end_utc"]
    steps = steps_of(fixes, pd.DataFrame(columns=columns), max_lag_h=26.0)
    lines = gpd.read_file(reference / layer).to_crs(4326).geometry.to_numpy()
    planar = projected(np.asarray(lines, dtype=object), crs)
    assert count_pairs(steps.ends, planar) == (pairs, crossing)

    parts = [part for line in planar for part in line.geoms]
    found = expected_passages(
        bridges(steps.ends, steps.duration_min, s2=s2),
        landscape(parts),
        flux_floor=1e-6,
        encounter_distance_m=110.0,
    )
    assert found.net.sum() == pytest.approx(pairs, rel=0.25)
