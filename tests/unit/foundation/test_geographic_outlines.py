"""Planar outlines in longitude and latitude, also where longitude jumps."""

from __future__ import annotations

import pytest
from shapely.geometry import LineString, box

from corridors.foundation.crs import geodesic_area_km2, to_geographic, to_working
from corridors.foundation.errors import MethodError

CHUKOTKA = "+proj=laea +lat_0=66.0 +lon_0=179.9 +datum=WGS84 +units=m +no_defs +type=crs"
WYOMING = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"


def squares(x_m, y_m, n=20, cell_m=1000.0):
    """A square with a vertex every cell."""
    return box(x_m, y_m, x_m + n * cell_m, y_m + n * cell_m).segmentize(cell_m)


def test_a_polygon_across_the_antimeridian_is_cut_there_and_keeps_its_area():
    square = squares(-10_000.0, 3_000.0)
    cut = to_geographic(square, CHUKOTKA)
    assert cut.is_valid
    assert cut.geom_type == "MultiPolygon"
    assert len(cut.geoms) == 2
    assert cut.bounds[0] == -180.0
    assert cut.bounds[2] == 180.0
    assert geodesic_area_km2(cut) == pytest.approx(400.0, rel=1e-5)


def test_a_polygon_cut_at_the_antimeridian_becomes_whole_again():
    square = squares(-10_000.0, 3_000.0)
    back = to_working(to_geographic(square, CHUKOTKA), CHUKOTKA, max_edge_deg=0.02)
    assert back.geom_type == "Polygon"
    assert back.symmetric_difference(square).area < 1e-5 * square.area


def test_nesting_survives_the_antimeridian():
    outer = to_geographic(squares(-10_000.0, 3_000.0), CHUKOTKA)
    inner = to_geographic(squares(-10_000.0, 4_000.0, n=12), CHUKOTKA)
    assert outer.covers(inner)


def test_a_line_across_the_antimeridian_is_cut_there():
    line = to_geographic(LineString([(-5_000.0, 0.0), (15_000.0, 0.0)]), CHUKOTKA)
    assert line.geom_type == "MultiLineString"
    assert {x for part in line.geoms for x, _ in part.coords} >= {-180.0, 180.0}


def test_elsewhere_nothing_is_cut_and_vertices_stay():
    square = squares(5_000.0, -9_000.0)
    moved = to_geographic(square, WYOMING)
    assert moved.geom_type == "Polygon"
    assert len(moved.exterior.coords) == len(square.exterior.coords)
    assert geodesic_area_km2(moved) == pytest.approx(400.0, rel=1e-5)


def test_a_polygon_around_the_pole_is_refused():
    pole = "+proj=laea +lat_0=90.0 +lon_0=0.0 +datum=WGS84 +units=m +no_defs +type=crs"
    with pytest.raises(MethodError, match="around a pole"):
        to_geographic(squares(-7_000.0, -9_000.0), pole)
