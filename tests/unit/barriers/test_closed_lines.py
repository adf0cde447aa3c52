"""Which lines of a scenario are closed."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from shapely import LineString

from corridors.barriers.closed_lines import beyond

PLANE = "+proj=laea +lat_0=0 +lon_0=0 +datum=WGS84 +units=m +no_defs +type=crs"


def test_the_rest_of_a_barrier_goes_on_where_its_segments_end() -> None:
    barriers = gpd.GeoDataFrame(
        {"barrier": ["a", "b"]},
        geometry=[LineString([(0, 0), (0.3, 0)]), LineString([(0, 1), (0.1, 1)])],
        crs="EPSG:4326",
    )
    segments = gpd.GeoDataFrame(
        {"barrier": ["a"]}, geometry=[LineString([(0.1, 0), (0.2, 0)])], crs="EPSG:4326"
    )
    rest = beyond(barriers, segments, PLANE)
    lengths = sorted(shapely.length(rest))
    assert lengths[0] == pytest.approx(11_132, rel=0.01)  # b has no segments: all of it
    assert lengths[1] == pytest.approx(2 * 11_132, rel=0.01)  # a without its middle
    assert len(beyond(barriers.iloc[:0], segments, PLANE)) == 0
