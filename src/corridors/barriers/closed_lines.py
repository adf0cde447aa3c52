"""Which lines stand, and what of barriers lies beyond the reach in which they were cut."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.segments import projected
from corridors.barriers.sources import is_jurisdiction
from corridors.foundation.arrays import Flags, Geometries

# The rest of a barrier beyond its segments: what lies farther from them than this, m.
_SAME_LINE_M = 1.0


def stands(rows: pd.DataFrame, today: Collection[str]) -> Flags:
    """Return which lines stand: existing ones, and planned ones that ``today`` does not have."""
    there = ((rows["status"] == "existing") | _is_added(rows, today)) & ~is_jurisdiction(rows)
    return np.asarray(there, dtype=bool)


def built(rows: gpd.GeoDataFrame, today: Collection[str]) -> gpd.GeoDataFrame:
    """Return BARRIERS or SEGMENTS with what a scenario plans as if it stood.

    Parameters
    ----------
    rows
        With ``barrier status``.
    today
        Barriers of the study: what it plans itself stays planned.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame({"barrier": ["a", "b", "c"],
    ...     "status": ["existing", "planned", "planned"]}, geometry=[None] * 3)
    >>> built(rows, {"a", "b"})["status"].tolist()
    ['existing', 'planned', 'existing']
    """
    status = rows["status"].mask(_is_added(rows, today), "existing").astype(str)
    return rows.assign(status=status)


def planar(rows: gpd.GeoDataFrame, crs: str) -> Geometries:
    """Return the geometries of a layer in a planar CRS, m."""
    return projected(np.asarray(rows.geometry.to_numpy(), dtype=object), crs)


def beyond(barriers: gpd.GeoDataFrame, segments: gpd.GeoDataFrame, crs: str) -> Geometries:
    """Return what of barriers lies beyond the reach in which they were cut into segments."""
    if barriers.empty:
        return np.zeros(0, dtype=object)
    lines = planar(barriers, crs)
    is_area = shapely.get_dimensions(lines) == 2
    lines[is_area] = shapely.boundary(lines[is_area])
    cut = segments[segments["barrier"].isin(barriers["barrier"])]
    near = pd.Series(shapely.buffer(planar(cut, crs), _SAME_LINE_M), cut["barrier"].to_numpy())
    held = {name: shapely.union_all(list(parts)) for name, parts in near.groupby(level=0)}
    taken = np.array([held.get(name) for name in barriers["barrier"]], dtype=object)
    is_cut = ~shapely.is_missing(taken)
    lines[is_cut] = shapely.difference(lines[is_cut], taken[is_cut])
    return np.asarray(lines[~shapely.is_empty(lines)], dtype=object)


def _is_added(rows: pd.DataFrame, today: Collection[str]) -> pd.Series[bool]:
    return ~rows["barrier"].isin(today) & (rows["status"] == "planned")
