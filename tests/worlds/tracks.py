"""What the made-up animals did: fixes, windows, years, surfaces of single migrations."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from corridors.foundation import tables
from worlds.ground import ANIMALS, HOSTILE, degrees, layer, times


def fixes(herd: str) -> gpd.GeoDataFrame:
    rows = []
    start = pd.Timestamp("2020-03-01", tz="UTC")
    for animal in ANIMALS:
        for step in range(12):
            x = -30_000.0 + 5000 * step
            rows.append(
                {
                    "herd": herd,
                    "animal": animal,
                    "time_utc": start + pd.Timedelta(hours=4 * step),
                    "dop": np.nan,
                    "fix_type": "3d",
                    "species": "Ovis ammon",
                    "source": "t.csv",
                    "source_row": step + 2,
                    "flags": 0,
                    "x_m": x,
                    "y_m": 0.0,
                    "burst": 0,
                    "geometry": degrees(Point(x, 0)),
                }
            )
    frame = layer(rows)
    frame["time_utc"] = frame["time_utc"].astype("datetime64[us, UTC]")
    frame["flags"] = frame["flags"].astype("uint16")
    frame["burst"] = frame["burst"].astype("int32")
    return frame


def migrations(herd: str) -> pd.DataFrame:
    rows = []
    for number, animal in enumerate(ANIMALS):
        for part, season, start, end in (
            ("migration", "spring", "2020-05-02", "2020-05-21"),
            ("migration", "autumn", "2020-10-20", "2020-11-08"),
            ("range", "winter", "2020-12-01", "2021-04-20"),
            ("range", "summer", "2020-06-10", "2020-09-30"),
        ):
            rows.append(
                {
                    "migration": f"m{number}{season}",
                    "herd": herd,
                    "animal": animal,
                    "bio_year": 2020,
                    "season": season,
                    "part": part,
                    "start_utc": pd.Timestamp(start, tz="UTC") + pd.Timedelta(days=number),
                    "end_utc": pd.Timestamp(end, tz="UTC") + pd.Timedelta(days=2 * number),
                    "class": "migrant",
                    "method": "auto",
                    "is_open": False,
                }
            )
    frame = pd.DataFrame(rows)
    for column in ("start_utc", "end_utc"):
        frame[column] = frame[column].astype("datetime64[us, UTC]")
    return frame


def animal_years(herd: str) -> pd.DataFrame:
    numbers = [n for n, c in tables.ANIMAL_YEARS.columns.items() if str(c.dtype) == "float64"]
    frame = pd.DataFrame(
        {
            "herd": herd,
            "animal": ANIMALS,
            "bio_year": 2020,
            "class": ["migrant", "migrant", "resident"],
            "reason": "fits_best",
            "best_model": ["migrant", "migrant", "resident"],
            "windows": "",
            "lost_seasons": "",
            "n_days": 250,
            "anchor": "first",
            "on_bound": "",
            "n_fixes": 300,
            "first_utc": times(*["2020-03-01"] * 3),
            "last_utc": times(*["2021-01-31"] * 3),
        }
    )
    return frame.assign(**dict.fromkeys(numbers, 0.5)).assign(range_distance_km=[62.0, 71.0, 3.0])


def displacement_fits(herd: str) -> pd.DataFrame:
    """Return the models of each year: a move of 60 km in spring and back, and a stay."""
    models = {
        "migrant": {"delta_km": 60.0, "theta_d": 70.0, "phi_d": 3.0, "rho_d": 150.0, "phi2_d": 3.0},
        "resident": {"gamma_km": 20.0, "kappa_per_d": -0.1},
    }
    rows = [
        {"herd": herd, "animal": animal, "bio_year": 2020, "model": model, "weight": 0.5}
        | {"anchor": "first", "first_d": 29.0, **parameters}
        for animal in ANIMALS
        for model, parameters in models.items()
    ]
    columns = [*tables.DISPLACEMENT_FITS.columns]
    return (
        pd.DataFrame(rows).reindex(columns=columns).astype({"zeta": float, "beta_km_per_d": float})
    )


def estimates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "migration": ["m0spring", "m1spring"],
            "animal": [HOSTILE, "ewe 3"],
            "season": "spring",
            "part": "migration",
            "method": ["bbmm", "bbmm"],
            "reason": "configured",
            "n_over_max_lag": 1,
            "n_run_fixes": 60,
            "step_median_h": 4.0,
            "n_behind_s2": 49,
            "n_short": 0,
            "n_still": 0,
            "s2_m2_min": [800.0, np.nan],
            "s2_low_m2_min": [650.0, np.nan],
            "s2_high_m2_min": [990.0, np.nan],
            "s2_p05_m2_min": np.nan,
            "s2_p95_m2_min": np.nan,
            "n_fixes": 100,
            "n_bridges": 99,
            "max_lag_h": 8.0,
            "n_long_lags": 1,
            "n_edge": 0,
            "n_breaks": 0,
            "mass": [1.0, np.nan],
            "error": ["", "no_movement"],
            "error_got": [np.nan, 1.2],
            "error_limit": [np.nan, 20.0],
        }
    )


def migration_facts(herd: str) -> pd.DataFrame:
    moves = migrations(herd)
    moves = moves[moves["part"] == "migration"].drop(columns=["part", "class", "method"])
    numbers = [n for n, c in tables.MIGRATION_FACTS.columns.items() if str(c.dtype) == "float64"]
    return moves.assign(n_fixes=40, **dict.fromkeys(numbers, 12.5)).reset_index(drop=True)
