"""What stands in the way of the made-up herd, and what came of it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString

from corridors.foundation.crs import geodesic_length_m
from worlds.ground import ANIMALS, degrees, layer


def segments() -> gpd.GeoDataFrame:
    rows = []
    for barrier, name, kind, class_, status, x in (
        (
            "fence-1",
            "Border fence <script>alert(1)</script>",
            "fence",
            "fence_border",
            "existing",
            2000,
        ),
        ("road-1", 'M41 "Pamir" highway & co', "road", "road_paved", "existing", -17_000),
        ("rail-1", "Line 2", "rail", "rail", "planned", 20_000),
    ):
        for part in range(12):
            y = -6000 + 1000 * part
            shape = degrees(LineString([(x + 90 * part, y), (x + 90 * part + 90, y + 1000)]))
            rows.append(
                {
                    "segment": f"{barrier}:{part}",
                    "barrier": barrier,
                    "name": name,
                    "kind": kind,
                    "class": class_,
                    "status": status,
                    "permeability": np.nan,
                    "permeability_source": "unknown",
                    "tolerance_m": 10.0,
                    "source": "made up",
                    "from_km": float(part),
                    "to_km": part + 1.0,
                    "length_m": geodesic_length_m(shape),
                    "corridor_class": "high" if 4 <= part <= 8 else "low",
                    "has_data": part < 11,
                    "geometry": shape,
                }
            )
    undated = pd.Series(pd.NaT, range(len(rows)), dtype="datetime64[us, UTC]")
    return layer(rows).assign(valid_from=undated, valid_to=undated)


def crossings(herd: str, segments: gpd.GeoDataFrame) -> pd.DataFrame:
    chosen = segments[segments["has_data"]]
    return pd.DataFrame(
        {
            "segment": chosen["segment"],
            "herd": herd,
            "season": "spring",
            "expected_per_year": 0.2,
            "observed": 2,
            "n_animals": 1,
            "months": "5",
        }
    )


def observed(segments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = []
    for number, row in enumerate(segments.itertuples()):
        season, month = (("spring", 5), ("autumn", 10), ("other", 7))[number % 3]
        rows.append(
            {
                "segment": row.segment,
                "barrier": row.barrier,
                "kind": row.kind,
                "animal": ANIMALS[number % 3],
                "time_utc": pd.Timestamp(2020, month, 3, 4, 5, tz="UTC"),
                "month": month,
                "season": season,
                "geometry": row.geometry.interpolate(0.5, normalized=True),
            }
        )
    frame = layer(rows)
    frame["time_utc"] = frame["time_utc"].astype("datetime64[us, UTC]")
    return frame


def exposure(herd: str) -> gpd.GeoDataFrame:
    shape = degrees(LineString([(-1500, 3000), (1500, 3500)]).buffer(900))
    row = {
        "polygon": "fields:1", "herd": herd, "name": "Lower fields", "kind": "cropland",
        "class": "", "status": "existing", "source": "made up", "mass_share": 0.12,
        "winter_share": np.nan, "summer_share": 0.0, "n_animals": 2, "severity": 0.3,
        "severity_source": "prior", "season": "migration", "score": 0.036, "rank": 1,
        "geometry": shape,
    }  # fmt: skip
    return layer([row])


def threats(herd: str, segments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    chosen = segments[segments["has_data"]].reset_index(drop=True)
    rank = np.arange(1, len(chosen) + 1)
    blocked = 2.0 / rank
    frame = chosen[
        [
            *("segment", "name", "kind", "class", "status", "corridor_class"),
            *("from_km", "to_km", "length_m", "geometry"),
        ]
    ].copy()
    return frame.assign(
        threat=[f"{herd}/{segment}" for segment in chosen["segment"]],
        herd=herd,
        passages_per_year=0.4,
        approaches_per_year=blocked,
        encounters_per_year=blocked + 0.4,
        n_animals=2,
        n_tracked=3,
        permeability_mean=0.3,
        permeability_p05=0.1,
        permeability_p95=0.6,
        permeability_source="both",
        blocked_per_year=blocked,
        blocked_p05=blocked * 0.6,
        blocked_p95=blocked * 1.5,
        worst_season="spring",
        unit="per animal",
        score=blocked,
        rank=rank,
        rank_p05=np.maximum(1.0, rank - 2),
        rank_p95=rank + 3.0,
        rank_width=(rank + 3 - np.maximum(1, rank - 2) + 1).astype("int64"),
        stability="likely",
        p_top10=np.clip(1.2 - rank / 20, 0, 1),
        gain=np.nan,
        gain_share=np.nan,
        gain_rank=np.nan,
        source=chosen["source"],
        source_completeness="partial",
    )
