"""What follows from the fixes of a migration, on six fixes in a row."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from corridors.foundation.crs import to_geographic
from corridors.movement.migration_facts import migration_facts, migration_fixes

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
START = pd.Timestamp("2024-05-03", tz="UTC")
LAST = START + pd.Timedelta(hours=15)


def fixes() -> pd.DataFrame:
    """Return a fix every three hours in the middle of each cell of 100 m."""
    return pd.DataFrame(
        {
            "animal": "c'--",
            "time_utc": START + pd.to_timedelta(3 * np.arange(6), unit="h"),
            "burst": 0,
            "x_m": np.arange(2, 8) * 100.0 + 50,
            "y_m": 750.0,
        }
    )


def moves() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "migration": ["m2"],
            "herd": "h",
            "animal": "c'--",
            "bio_year": 2024,
            "season": "spring",
            "start_utc": [START],
            "end_utc": [LAST],
            "is_open": False,
        }
    )


def test_days_in_stopovers_are_the_time_of_the_fixes_inside() -> None:
    own, interval_h = migration_fixes(fixes(), moves(), CRS)
    assert interval_h == 3.0
    # Columns 2, 3 and 4: the first fix stands for 1.5 h, the others for 3 h.
    stay = gpd.GeoDataFrame(
        {"season": ["spring"]},
        geometry=[to_geographic(box(200, 700, 500, 800), CRS)],
        crs="EPSG:4326",
    )
    (row,) = migration_facts(moves(), own, stay, max_lag_h=26.0)
    assert row["stopover_days"] * 24 == pytest.approx(1.5 + 3 + 3)
    assert row["tracked_days"] * 24 == pytest.approx(15)
    (row,) = migration_facts(moves(), own, stay.assign(season="autumn"), max_lag_h=26.0)
    assert np.isnan(row["stopover_days"])
    (row,) = migration_facts(moves(), own, stay, max_lag_h=2.0)
    assert np.isnan(row["stopover_days"])
    assert row["tracked_days"] == 0


def test_only_usable_fixes_of_the_animal_within_the_window_count() -> None:
    flagged = fixes().assign(burst=[0, 0, -1, 0, 0, 0])
    other = fixes().assign(animal="d")
    own, _ = migration_fixes(pd.concat([other, flagged]), moves(), CRS)
    assert own["x_m"].tolist() == [250.0, 350.0, 550.0, 650.0, 750.0]
    early = moves().assign(end_utc=START + pd.Timedelta(hours=6))
    assert len(migration_fixes(fixes(), early, CRS)[0]) == 3


def test_an_animal_without_fixes_has_a_migration_without_length() -> None:
    own, interval_h = migration_fixes(fixes().iloc[:0], moves(), CRS)
    assert np.isnan(interval_h)
    empty = gpd.GeoDataFrame({"season": []}, geometry=[], crs="EPSG:4326")
    (row,) = migration_facts(moves(), own, empty, max_lag_h=26.0)
    assert row["n_fixes"] == 0
    assert np.isnan(row["speed_km_d"])
