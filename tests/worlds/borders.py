"""Borders on the ground of the made-up herd."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point

from worlds.ground import ANIMALS, degrees, layer


def border_report(herd: str) -> gpd.GeoDataFrame:
    shape = degrees(LineString([(8000, 30_000), (6000, 9000), (9000, -8000), (4000, -30_000)]))
    return layer(
        [
            {
                "herd": herd,
                "boundary": "afg-tjk",
                "left_state": "Tajikistan",
                "right_state": "Afghanistan",
                "type": "river",
                "source": "Natural Earth 1:10m",
                "label": "generalised",
                "length_km": 1170.0,
                "vertex_spacing_km": 4.2,
                "published_km": 1357.0,
                "published_source": "a book",
                "difference_km": -187.0,
                "difference_percent": -13.8,
                "compared_source": "another map",
                "compared_km": 1362.8,
                "compared_difference_percent": 16.5,
                "corridor_km": 9.0,
                "observed": 4,
                "expected_per_year": 0.8,
                "n_animals": 2,
                "months": "5;10",
                "geometry": shape,
            }
        ]
    )


def border_crossings() -> gpd.GeoDataFrame:
    rows = [
        {
            "boundary": "afg-tjk",
            "animal": ANIMALS[number % 3],
            "time_utc": pd.Timestamp(2020, month, 9, tz="UTC"),
            "month": month,
            "season": "spring" if month == 5 else "autumn",
            "from_state": "Afghanistan" if month == 5 else "Tajikistan",
            "to_state": "Tajikistan" if month == 5 else "Afghanistan",
            "geometry": degrees(Point(7000, 900 * number)),
        }
        for number, month in enumerate((5, 5, 10, 10))
    ]
    frame = layer(rows)
    frame["time_utc"] = frame["time_utc"].astype("datetime64[us, UTC]")
    return frame


def national_shares(herd: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "herd": herd,
            "state": ["Afghanistan", "Tajikistan"],
            "corridor_km2": [300.0, 250.0],
            "corridor_share": [0.55, 0.45],
            "mass_share": [0.6, 0.4],
            "n_animals": [3, 2],
        }
    )
