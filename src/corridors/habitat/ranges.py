"""The seasonal ranges of a herd and its tracked corridor, in the working CRS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from corridors.foundation.crs import to_working
from corridors.foundation.facts.connect import RangeUsed
from corridors.foundation.vocabulary import NoWay

ENDS = ("winter", "summer")
ALL = "all"
# Straight edges in longitude and latitude bend in the working CRS; 0.02 degree keeps that below
# a metre.
MAX_EDGE_DEG = 0.02


@dataclass(frozen=True)
class Ranges:
    """The seasonal ranges that the corridor joins, in the working CRS.

    Parameters
    ----------
    shapes
        Season -> range; a season without one is not there.
    used
        Season -> which range that is; both seasons.
    widest
        Everything known of the ranges, one shape for each season that has any.
    """

    shapes: Mapping[str, BaseGeometry]
    used: Mapping[str, RangeUsed]
    widest: Sequence[BaseGeometry]

    @property
    def lacking(self) -> NoWay | None:
        """Which range is not there; None where both are."""
        has_winter, has_summer = (season in self.shapes for season in ENDS)
        if has_winter:
            return None if has_summer else "no_summer_range"
        return "no_winter_range" if has_summer else "no_ranges"


def ranges_of(layer: gpd.GeoDataFrame, crs: str) -> Ranges:
    """Return for each season the tracked core (smallest isopleth), else the experts' range.

    Parameters
    ----------
    layer
        RANGES.
    crs
        Working CRS.
    """
    shapes, used, widest = {}, {}, []
    for season in ENDS:
        own = layer[layer["season"] == season]
        tracked = own[(own["evidence"] == "tracked") & own["isopleth"].notna()]
        if len(tracked):
            isopleth = float(tracked["isopleth"].min())
            own = tracked[tracked["isopleth"] == isopleth]
            used[season] = RangeUsed(evidence="tracked", isopleth=isopleth)
        else:
            own = own[own["evidence"] == "expert"]
            used[season] = RangeUsed(evidence="expert" if len(own) else "none")
        if len(own):
            shapes[season] = _joined(own, crs)
            widest.append(_joined(layer[layer["season"] == season], crs))
    return Ranges(shapes, used, widest)


def _joined(layer: gpd.GeoDataFrame, crs: str) -> BaseGeometry:
    return to_working(shapely.union_all(layer.geometry.to_numpy()), crs, max_edge_deg=MAX_EDGE_DEG)


def tracked_corridor(layer: gpd.GeoDataFrame, crs: str) -> BaseGeometry | None:
    """Return the tracked corridor of all seasons in the working CRS, if there is one.

    Parameters
    ----------
    layer
        CORRIDORS.
    crs
        Working CRS.
    """
    own = layer[(layer["season"] == ALL) & (layer["corridor_class"] == "low")]
    own = own[own["evidence"] == "tracked"]
    if not len(own):
        return None
    return to_working(own.geometry.iloc[0], crs, max_edge_deg=MAX_EDGE_DEG)
