"""The ranges and the tracked corridor that `connect` works with, in the working CRS."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from corridors.foundation.crs import to_working

ENDS = ("winter", "summer")
ALL = "all"
# Straight edges in longitude and latitude bend in the working CRS; 0.02 degree keeps that below
# a metre.
MAX_EDGE_DEG = 0.02


@dataclass
class Ranges:
    """The seasonal ranges that the corridor joins, in the working CRS."""

    shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    widest: list[BaseGeometry] = field(default_factory=list)  # everything known of the ranges


def ranges_of(layer: gpd.GeoDataFrame, crs: str) -> Ranges:
    """Return for each season the tracked core (smallest isopleth), else the experts' range."""
    out = Ranges()
    for season in ENDS:
        own = layer[layer["season"] == season]
        tracked = own[(own["evidence"] == "tracked") & own["isopleth"].notna()]
        if len(tracked):
            isopleth = tracked["isopleth"].min()
            own = tracked[tracked["isopleth"] == isopleth]
            out.used[season] = f"tracked, {isopleth:.0%} isopleth"
        else:
            own = own[own["evidence"] == "expert"]
            out.used[season] = "expert" if len(own) else "none"
        if len(own):
            out.shapes[season] = _joined(own, crs)
            out.widest.append(_joined(layer[layer["season"] == season], crs))
    return out


def _joined(layer: gpd.GeoDataFrame, crs: str) -> BaseGeometry:
    return to_working(shapely.union_all(layer.geometry.to_numpy()), crs, max_edge_deg=MAX_EDGE_DEG)


def tracked_corridor(layer: gpd.GeoDataFrame, crs: str) -> BaseGeometry | None:
    """Return the tracked corridor of all seasons in the working CRS, if there is one."""
    own = layer[(layer["season"] == ALL) & (layer["corridor_class"] == "low")]
    own = own[own["evidence"] == "tracked"]
    if not len(own):
        return None
    return to_working(own.geometry.iloc[0], crs, max_edge_deg=MAX_EDGE_DEG)
