"""What stands in the way of the made-up herd, and what came of it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, MultiLineString, Point

from corridors.foundation.crs import geodesic_length_m
from corridors.foundation.facts import Unit
from worlds.ground import ANIMALS, degrees, layer, times


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


def encounters(segments: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    """Return events at the first barrier and what they touched: two animals in May, one in July."""
    first = segments[segments["barrier"] == segments["barrier"].iloc[0]]
    events = pd.DataFrame(
        {
            "event": ["may", "later in may", "july"],
            "animal": [ANIMALS[0], ANIMALS[1], ANIMALS[0]],
            "start_utc": times("2020-05-03", "2020-05-04", "2020-07-01"),
            "end_utc": times("2020-05-03", "2020-05-05", "2020-07-02"),
        }
    ).assign(geometry=[degrees(Point(2000, 0))] * 3)
    touched = events[["event"]].merge(first[["segment"]], how="cross")
    behaviour = gpd.GeoDataFrame(events, geometry="geometry", crs=segments.crs)
    return {"behaviour": behaviour, "behaviour_segments": touched}


GRADES = ("act", "look_on_site", "act", "nothing_seen", "look_on_site", "nothing_seen")


def threats(herd: str, segments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return places of two segments, the last of which nobody met."""
    first = segments.iloc[::2].reset_index(drop=True)
    second = segments.iloc[1::2].reset_index(drop=True)
    n = len(first)
    rank = np.arange(1.0, n + 1)
    missing = 2.0 / rank
    grade = np.resize(np.array(GRADES, dtype=object), n)
    missing[grade == "nothing_seen"] /= 100
    known = np.arange(n) < n - 1
    grade[~known] = "not_known"
    kappa = np.select([grade == "act", grade == "look_on_site"], [0.1, 0.5], 0.98)
    place = {
        "geometry": [
            MultiLineString([a, b]) for a, b in zip(first.geometry, second.geometry, strict=True)
        ],
        "threat": [f"{herd}/{segment}" for segment in first["segment"]],
        "to_km": second["to_km"],
        "length_m": first["length_m"] + second["length_m"],
    }
    only_known = {
        "missing_per_year": missing,
        "missing_p05": missing * 0.6,
        "missing_p95": missing * 1.5,
        "p_harm": np.where(np.isin(grade, ("act", "look_on_site")), 0.9, 0.1),
        "rank": rank,
        "rank_from": np.maximum(1.0, rank - 2),
        "rank_to": rank + 3.0,
        "rank_width": rank + 3 - np.maximum(1, rank - 2) + 1,
        "p_top10": np.clip(1.2 - rank / 20, 0, 1),
        "free_per_year": missing / (1 - kappa),
        "free_frac": 0.67,
        "kappa_p05": kappa * 0.5,
        "kappa_p95": np.minimum(1.0, kappa * 1.4),
        "missing_all_per_year": missing * 1.3,
        "rank_all": rank,
    }
    keep = ["name", "kind", "class", "status", "corridor_class", "from_km", "source"]
    made = first[keep].assign(
        **place,
        **{name: np.where(known, value, np.nan) for name, value in only_known.items()},
        herd=herd,
        n_segments=2,
        grade=grade,
        stability="likely",
        trials_per_year=np.where(known, missing / (1 - kappa) / 0.67, 0.0),
        kappa=kappa,
        kappa_source="both",
        n_animals=np.where(known, 3, 0),
        n_units=np.where(known, np.where(grade == "act", 3, 2), 0),
        n_tracked=3,
        worst_season="spring",
        limits=np.where(known, "few_units", ""),
        **Unit.of(None, None).columns(),
        gain=np.nan,
        gain_share=np.nan,
        gain_rank=np.nan,
        source_completeness="partial",
    )
    return gpd.GeoDataFrame(made, geometry="geometry", crs=segments.crs)


def threat_segments(herd: str, segments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the segments of :func:`threats`."""
    place = threats(herd, segments).loc[np.arange(len(segments)) // 2].reset_index(drop=True)
    keep = ["segment", "barrier", "name", "kind", "class", "status", "corridor_class", "from_km",
            "to_km", "length_m", "source", "geometry"]  # fmt: skip
    return gpd.GeoDataFrame(
        segments[keep].assign(
            herd=herd,
            **{name: place[name] for name in ("threat", "kappa", "kappa_source", "grade")},
            trials_per_year=place["trials_per_year"] / 2,
            passages_per_year=place["trials_per_year"] / 4,
            share=np.where(place["trials_per_year"] > 0, 0.5, np.nan),
            missing_per_year=place["missing_per_year"] / 2,
            n_animals=place["n_animals"],
            gain=np.nan,
            gain_share=np.nan,
        )
    )
