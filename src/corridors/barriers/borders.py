"""State boundaries: lengths, crossings and national shares. A border is no threat by itself."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from corridors.barriers.crossings import Meetings
from corridors.foundation.crs import geodesic_area_km2, geodesic_length_m

Floats = npt.NDArray[np.float64]


def boundary_lengths(boundaries: gpd.GeoDataFrame, corridor: BaseGeometry | None) -> pd.DataFrame:
    """Return length, vertex spacing and difference from the published length of each boundary.

    Parameters
    ----------
    boundaries
        BOUNDARIES, EPSG:4326.
    corridor
        The herd's corridor (class low), EPSG:4326, or None.

    Returns
    -------
    DataFrame
        ``length_km, vertex_spacing_km, difference_km, difference_percent, corridor_km``, row by
        row. Lengths are geodesic on WGS84, of the line as it was given: a length is a property of
        a source and its resolution, so nothing is scaled. The difference is length minus published
        length, NaN where none is stated. ``corridor_km`` is the boundary inside the corridor.

    Examples
    --------
    >>> line = shapely.LineString([(70, 38), (71, 38), (72, 38)])
    >>> frame = gpd.GeoDataFrame({"published_km": [200.0]}, geometry=[line], crs="EPSG:4326")
    >>> boundary_lengths(frame, None).round(1).iloc[0].to_list()
    [175.7, 87.8, -24.3, -12.2, 0.0]
    """
    rows: list[dict[str, float]] = []
    for line, published in zip(boundaries.geometry, boundaries["published_km"], strict=True):
        km = geodesic_length_m(line) / 1000
        n_pieces = shapely.get_num_coordinates(line) - len(shapely.get_parts([line]))
        inside = 0.0
        if corridor is not None:
            common = shapely.intersection(line, corridor)
            parts = shapely.get_parts([common])
            inside = sum(
                geodesic_length_m(part) / 1000
                for part in shapely.get_parts(parts)
                if shapely.get_dimensions(part) == 1
            )
        rows.append(
            {
                "length_km": km,
                "vertex_spacing_km": km / max(1, n_pieces),
                "difference_km": km - published,
                "difference_percent": 100 * (km - published) / published,
                "corridor_km": inside,
            }
        )
    columns = (
        "length_km",
        "vertex_spacing_km",
        "difference_km",
        "difference_percent",
        "corridor_km",
    )
    return pd.DataFrame(rows, columns=list(columns), dtype="float64")


def state_of(points: Floats, states: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return the row of the state that holds each point, or -1; the first one where they overlap.

    Parameters
    ----------
    points
        Shape (n, 2), in the CRS of ``states``.
    states
        Polygons.
    """
    out = np.full(len(points), -1, dtype=np.int64)
    if len(points) and len(states):
        tree = STRtree(np.asarray(shapely.points(points), dtype=object))
        state, point = tree.query(states, predicate="intersects")
        order = np.lexsort((state, point))
        state, point = state[order], point[order]
        first = np.r_[True, point[1:] != point[:-1]] if point.size else np.zeros(0, bool)
        out[point[first]] = state[first]
    return out


def crossing_states(
    found: Meetings,
    boundaries: gpd.GeoDataFrame,
    start_state: npt.NDArray[np.object_],
    end_state: npt.NDArray[np.object_],
) -> tuple[list[str], list[str]]:
    """Return the states from and to which each crossing leads.

    Parameters
    ----------
    found
        Meetings of steps with the boundaries, by row.
    boundaries
        BOUNDARIES.
    start_state, end_state
        State of the two fixes of each step, "" where unknown.

    Notes
    -----
    Where the fixes of the step lie in the two states of the boundary, they say it. Elsewhere (no
    state polygons, a step that crosses twice, a line that is not the edge of the polygons) the
    direction of the line does: ``left_state`` is taken to be on its left.
    """
    left = boundaries["left_state"].to_numpy(dtype=object)[found.line]
    right = boundaries["right_state"].to_numpy(dtype=object)[found.line]
    start, end = start_state[found.step], end_state[found.step]
    # A step that meets the line more than once goes there and back; its ends do not tell.
    key = found.step * (int(found.line.max(initial=0)) + 1) + found.line
    _, inverse, times = np.unique(key, return_inverse=True, return_counts=True)
    once = times[inverse] == 1
    told = once & (((start == left) & (end == right)) | ((start == right) & (end == left)))
    origin = np.where(told, start, np.where(found.from_left, left, right))
    target = np.where(told, end, np.where(found.from_left, right, left))
    return [str(name) for name in origin], [str(name) for name in target]


def national_shares(
    states: gpd.GeoDataFrame,
    corridor: BaseGeometry | None,
    cells: Floats,
    mass: Floats,
    fixes: Floats,
    animals: npt.NDArray[np.object_],
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
            area[row] = _polygon_km2(shapely.intersection(polygons[row], corridor))
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


def _polygon_km2(geometry: BaseGeometry) -> float:
    return sum(
        geodesic_area_km2(part)
        for part in shapely.get_parts([geometry])
        if shapely.get_dimensions(part) == 2
    )
