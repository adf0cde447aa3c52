"""States: who holds which ground, what several of them claim, and each one's share in a herd."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from corridors.foundation.arrays import Floats, Geometries, Indices, Labels
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2

_POINTS = 200_000  # that are made at a time; bounds the memory, changes no result


def disjoint_states(states: gpd.GeoDataFrame, *, min_km2: float) -> gpd.GeoDataFrame:
    """Return the states with the land that two of them claim as rows of its own.

    Parameters
    ----------
    states
        STATES, EPSG:4326.
    min_km2
        Less overlap is a difference between two drawings of one line, no claim, km2.

    Returns
    -------
    GeoDataFrame
        STATES; land claimed by A and B belongs to neither but to a row ``A / B (contested)``, so
        nothing is counted twice and no claim is decided here.

    Examples
    --------
    >>> two = gpd.GeoDataFrame({"state": ["A", "B"], "source": "", "label": ""}, crs="EPSG:4326",
    ...                        geometry=[shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)])
    >>> disjoint_states(two, min_km2=1.0)["state"].tolist()
    ['A', 'B', 'A / B (contested)']
    """
    polygons = np.asarray(states.geometry.to_numpy(), dtype=object).copy()
    one, two = STRtree(polygons).query(polygons, predicate="overlaps")
    inner, outer = STRtree(polygons).query(polygons, predicate="within")
    pairs = sorted(
        {
            (min(pair), max(pair))
            for pair in [*zip(one, two, strict=True), *zip(inner, outer, strict=True)]
        }
    )
    rows: list[dict[str, Any]] = []
    for a, b in pairs:
        if a == b:
            continue
        common = shapely.intersection(polygons[a], polygons[b])
        if polygon_km2(common) < min_km2:
            continue
        parts = [p for p in shapely.get_parts(shapely.get_parts([common])) if p.area > 0]
        name = " / ".join(sorted(map(str, states["state"].iloc[[a, b]])))
        rows.append(
            {
                "state": f"{name} (contested)",
                "source": str(states["source"].iloc[a]),
                "label": "contested",
                "geometry": shapely.union_all(parts),
            }
        )
        polygons[a] = shapely.difference(polygons[a], common)
        polygons[b] = shapely.difference(polygons[b], common)
    kept = states.set_geometry(gpd.GeoSeries(polygons, index=states.index, crs=GEOGRAPHIC))
    kept = kept[~kept.geometry.is_empty]
    if not rows:
        return states
    contested = gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC)
    return gpd.GeoDataFrame(pd.concat([kept, contested], ignore_index=True), crs=GEOGRAPHIC)


def state_of(points: Floats, states: Geometries) -> Indices:
    """Return the row of the state that holds each point, or -1; the first one where they overlap.

    Parameters
    ----------
    points
        Shape (n, 2), in the CRS of ``states``.
    states
        Polygons.
    """
    out = np.full(len(points), -1, dtype=np.int64)
    for low in range(0, len(points) if len(states) else 0, _POINTS):
        tree = STRtree(np.asarray(shapely.points(points[low : low + _POINTS]), dtype=object))
        state, point = tree.query(states, predicate="intersects")
        order = np.lexsort((state, point))
        state, point = state[order], low + point[order]
        first = np.r_[True, point[1:] != point[:-1]] if point.size else np.zeros(0, bool)
        out[point[first]] = state[first]
    return out


def national_shares(
    states: gpd.GeoDataFrame,
    corridor: BaseGeometry | None,
    cells: Floats,
    mass: Floats,
    fixes: Floats,
    animals: Labels,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the share of each state in the corridor, the surface and the animals.

    Parameters
    ----------
    states
        STATES, EPSG:4326.
    corridor
        The herd's corridor (class low), EPSG:4326, or None.
    cells, mass
        Centres (lon, lat) and mass of the herd's surface, shapes (n, 2) and (n,).
    fixes, animals
        Usable fixes (lon, lat) and their animals, shapes (m, 2) and (m,).

    Returns
    -------
    shares
        ``state, corridor_km2, corridor_share, mass_share, n_animals`` for the states that hold any
        of them. Areas are geodesic; shares are of the whole corridor and of the whole mass; without
        mass ``mass_share`` is NaN.
    elsewhere
        ``corridor_share_elsewhere`` and ``mass_share_elsewhere``: what lies in none of the states.
    """
    polygons = np.asarray(states.geometry.to_numpy(), dtype=object)
    whole = geodesic_area_km2(corridor) if corridor is not None else 0.0
    area = np.zeros(len(states))
    if corridor is not None:
        for row in STRtree(polygons).query(corridor, predicate="intersects"):
            area[row] = polygon_km2(shapely.intersection(polygons[row], corridor))
    cell_state = state_of(cells, polygons)
    total = float(mass.sum())
    located = cell_state >= 0
    held = np.zeros(len(states))
    np.add.at(held, cell_state[located], mass[located])
    fix_state = state_of(fixes, polygons)
    pairs = pd.DataFrame({"state": fix_state, "animal": animals}).query("state >= 0")
    counts = pairs.drop_duplicates()["state"].value_counts()
    shares = pd.DataFrame(
        {
            "state": states["state"].astype(str).to_numpy(),
            "corridor_km2": area,
            "corridor_share": np.clip(area / whole, 0, 1) if whole > 0 else area,
            "mass_share": np.clip(held / total, 0, 1)
            if total > 0
            else np.full(len(states), np.nan),
            "n_animals": counts.reindex(range(len(states)), fill_value=0).to_numpy(np.int64),
        }
    )
    used = (shares["corridor_km2"] > 0) | (shares["mass_share"] > 0) | (shares["n_animals"] > 0)
    elsewhere = {
        "corridor_share_elsewhere": _rest(area, whole) if whole > 0 else None,
        "mass_share_elsewhere": _rest(held, total) if total > 0 else None,
    }
    return shares[used].reset_index(drop=True), elsewhere


def _rest(parts: Floats, whole: float) -> float:
    # Twelve digits: rounding errors of the sum are no share.
    return max(0.0, round(1 - float(parts.sum()) / whole, 12))


def polygon_km2(geometry: BaseGeometry) -> float:
    """Return the geodesic area of what is areal in a geometry in EPSG:4326, km2."""
    return sum(
        geodesic_area_km2(part)
        for part in shapely.get_parts([geometry])
        if shapely.get_dimensions(part) == 2
    )
