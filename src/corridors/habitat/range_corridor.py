"""The least-cost corridor between a herd's two ranges."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.crs import geodesic_length_m, to_geographic
from corridors.foundation.grid import Grid
from corridors.habitat.connectivity import NoWayError, RangeLinks, link_ranges
from corridors.habitat.layers import cells_in, line_through
from corridors.habitat.ranges import ENDS, Ranges


@dataclass(frozen=True)
class RangeCorridor:
    """The corridor and the ways that it is drawn around.

    Parameters
    ----------
    links
        The least-cost ways between the parts of the ranges.
    inside
        Cells of the corridor, (ny, nx).
    path_km, straight_km
        Geodesic length of the cheapest of these ways, and distance of the ranges.
    """

    links: RangeLinks
    inside: Flags
    path_km: float
    straight_km: float


def range_corridor(
    grid: Grid, resistance: Floats, ranges: Ranges, *, width_share: float
) -> RangeCorridor:
    """Return the corridor between the winter and the summer range.

    Parameters
    ----------
    grid, resistance
        Cost of one metre on the habitat grid, (ny, nx), > 0; NaN: no path leads through.
    ranges
        Of the herd, in the CRS of the grid.
    width_share
        Cells count whose detour costs at most this share more than the best way, 0...1.

    Raises
    ------
    NoWayError
        A range is not there, or :func:`~corridors.habitat.connectivity.link_ranges` finds no way.
    """
    if ranges.lacking:
        raise NoWayError(ranges.lacking)
    winter, summer = (cells_in(ranges.shapes[season], grid) for season in ENDS)
    links = link_ranges(resistance, winter, summer, cell_m=grid.cell_m, names=ENDS)
    straight = shapely.shortest_line(*(ranges.shapes[season] for season in ENDS))
    return RangeCorridor(
        links=links,
        inside=links.corridor(width_share),
        path_km=_length_km(line_through(grid, links.path), grid.crs),
        straight_km=_length_km(straight, grid.crs),
    )


def _length_km(line: BaseGeometry, crs: str) -> float:
    return geodesic_length_m(to_geographic(line, crs)) / 1000.0
