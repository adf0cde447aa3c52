"""What the made-up herd makes of it: corridors, ranges, network, how far the sample carries."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Point, box

from corridors.foundation.crs import geodesic_area_km2
from corridors.foundation.grid import Surface
from worlds.ground import ANIMALS, CRS, HOSTILE, degrees, layer


def corridors(herd: str, path: LineString, evidence: str) -> gpd.GeoDataFrame:
    rows = []
    for season, shift in (("all", 0), ("spring", 600), ("autumn", -600)):
        for name, width, animals in (("low", 6000, 1), ("medium", 3600, 2), ("high", 1700, 3)):
            shape = degrees(affinity.translate(path.buffer(width), 0, shift))
            rows.append(
                {
                    "herd": herd,
                    "season": season,
                    "corridor_class": name,
                    "n_animals": animals if evidence == "tracked" else 0,
                    "n_tracked": 3 if evidence == "tracked" else 0,
                    "share": animals / 3 if evidence == "tracked" else np.nan,
                    "area_km2": geodesic_area_km2(shape),
                    "evidence": evidence,
                    "source": "A. Nyone, 2021, high" if evidence == "expert" else "",
                    "geometry": shape,
                }
            )
    return layer(rows)


def stopovers(herd: str, path: LineString) -> gpd.GeoDataFrame:
    rows = []
    for number, share in enumerate((0.2, 0.45, 0.8)):
        point = path.interpolate(share, normalized=True)
        shape = degrees(affinity.scale(point.buffer(1700), 1.6, 1.0))
        rows.append(
            {
                "stopover": f"s{number}",
                "herd": herd,
                "season": "all",
                "area_km2": geodesic_area_km2(shape),
                "mass": 0.1,
                "geometry": shape,
            }
        )
    return layer(rows)


def ranges(herd: str) -> gpd.GeoDataFrame:
    rows = []
    for season, x in (("winter", -40_000), ("summer", 40_000)):
        for isopleth, radius, evidence in (
            (0.95, 11_000, "tracked"),
            (0.5, 5000, "tracked"),
            (np.nan, 12_000, "expert"),
        ):
            shape = affinity.scale(Point(x, 0).buffer(radius), 1.0, 1.3)
            if evidence == "expert":
                shape = MultiPolygon([shape, box(x - 900, 17_000, x + 900, 18_500)])
            shape = degrees(shape)
            rows.append(
                {
                    "herd": herd,
                    "season": season,
                    "isopleth": isopleth,
                    "n_animals": 3 * (evidence == "tracked"),
                    "area_km2": geodesic_area_km2(shape),
                    "evidence": evidence,
                    "source": "A. Nyone, 2021, high" if evidence == "expert" else "",
                    "geometry": shape,
                }
            )
    return layer(rows)


def network(herd: str) -> gpd.GeoDataFrame:
    def row(element: str, part: str, kind: str, shape: Any, **more: Any) -> dict[str, Any]:
        base = {"from_node": "", "to_node": "", "cost": np.nan, "length_km": np.nan}
        base |= dict.fromkeys(("betweenness", "detour_frac", "flux"), np.nan)
        base |= dict.fromkeys(("n_migrations", "n_animals", "n_segments", "n_candidates"), 0)
        base |= dict.fromkeys(("free_per_year", "missing_per_year", "missing_share"), np.nan)
        base |= {"is_cut": False, **more}
        return {
            "element": element,
            "herd": herd,
            "part": part,
            "kind": kind,
            **base,
            "geometry": degrees(shape),
        }

    ends = {"cost": 4.0, "length_km": 30.0, "betweenness": 1.0, "flux": 0.5, "n_migrations": 3}
    return layer(
        [
            row("w", "node", "winter", Point(-40_000, 0)),
            row("s", "node", "summer", Point(40_000, 0)),
            row("x", "node", "stopover", Point(0, 0)),
            row("wx", "edge", "corridor", LineString([(-40_000, 0), (0, 0)]), is_cut=True, **ends),
            row("xs", "edge", "corridor", LineString([(0, 0), (40_000, 0)]), **ends),
            row("ws", "edge", "corridor", LineString([(-40_000, 0), (40_000, 0)]), betweenness=0.0),
        ]
    )


def sufficiency(herd: str) -> pd.DataFrame:
    area = np.array([250.0, 340.0, 380.0])
    return pd.DataFrame(
        {
            "herd": herd,
            "season": "all",
            "corridor_class": "low",
            "n_units": [1, 2, 3],
            "n_animals": [1.0, 2.0, 3.0],
            "n_needed": 1,
            "area_km2": area,
            "area_p05_km2": area * [0.9, 0.95, 1.0],
            "area_p95_km2": area * [1.1, 1.05, 1.0],
            "slope_frac": [np.nan, 0.26, 0.105],
        }
    )


def skill(herd: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "herd": herd,
            "animal": ANIMALS,
            "corridor_class": "low",
            "n_others": 2,
            "n_needed": 1,
            "area_km2": 340.0,
            "n_fixes": 80,
            "fixes_inside": [0.8, 0.7, np.nan],
            "mass_inside": 0.75,
        }
    )


def fidelity(herd: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "herd": [herd],
            "animal": [HOSTILE],
            "season": ["spring"],
            "bio_year": [2020],
            "other_year": [2021],
            "bhattacharyya": [0.6],
            "intersection": [0.4],
        }
    )


def surface() -> Surface:
    x = np.arange(-160, 160)
    y = np.arange(-40, 40)
    row, col = (part.ravel() for part in np.meshgrid(y, x, indexing="ij"))
    mass = np.exp(-0.5 * ((row - 10 * np.sin(col / 40)) / 7) ** 2)
    keep = mass > 1e-3
    row, col, mass = row[keep], col[keep], mass[keep] / mass[keep].sum()
    return Surface(CRS, 250.0, row.astype(np.int32), col.astype(np.int32), mass)
