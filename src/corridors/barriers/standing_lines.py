"""The barriers that exist as lines, beside the segments that they were cut into."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.closed_lines import planar
from corridors.barriers.sources import is_areal_pressure, is_standing
from corridors.foundation.arrays import Geometries, Indices


@dataclass(frozen=True)
class StandingLines:
    """Segments and whole barriers that exist; no boundary without a fence does.

    Parameters
    ----------
    segments, barriers
        SEGMENTS and BARRIERS that exist, sorted by name, with a plain index.
    parts, whole
        Their lines in the working CRS, of areas the outline, (n_segments,) and (n_barriers,).
    barrier_of
        Row of the barrier of each segment, -1 for none, (n_segments,).
    """

    segments: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    parts: Geometries
    whole: Geometries
    barrier_of: Indices


def standing_lines(
    segments: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, crs: str
) -> StandingLines:
    """Return the lines of SEGMENTS and BARRIERS that exist, in the working CRS."""
    segments = segments[is_standing(segments)].sort_values(
        "segment", kind="stable", ignore_index=True
    )
    barriers = barriers[is_standing(barriers) & ~is_areal_pressure(barriers)]
    barriers = barriers.sort_values("barrier", kind="stable", ignore_index=True)
    whole = planar(barriers, crs)
    is_area = shapely.get_dimensions(whole) == 2
    return StandingLines(
        segments=segments,
        barriers=barriers,
        parts=planar(segments, crs),
        whole=np.where(is_area, shapely.boundary(whole), whole),
        barrier_of=pd.Index(barriers["barrier"]).get_indexer(pd.Index(segments["barrier"])),
    )
