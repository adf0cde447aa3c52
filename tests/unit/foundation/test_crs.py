"""Working CRS, geodesic measures, and outlines in degrees, also where longitude jumps."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString, MultiPolygon, Polygon, box

from corridors.foundation.crs import (
    geodesic_area_km2,
    geodesic_length_m,
    project,
    to_geographic,
    to_working,
    working_crs,
)
from corridors.foundation.errors import MethodError

CHUKOTKA = "+proj=laea +lat_0=66.0 +lon_0=179.9 +datum=WGS84 +units=m +no_defs +type=crs"
WYOMING = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"


def test_the_centre_of_a_herd_across_the_antimeridian_is_on_the_antimeridian() -> None:
    crs = working_crs(np.array([179.5, -179.5, 179.9, -179.9]), np.full(4, 66.0))
    assert "lon_0=180" in crs or "lon_0=-180" in crs
    x, y = project(np.array([179.5, -179.5]), np.array([66.0, 66.0]), crs)
    assert np.hypot(np.diff(x), np.diff(y))[0] == pytest.approx(45_300, rel=0.01)


def test_a_herd_around_the_pole_is_projected_without_a_seam() -> None:
    lon, lat = np.arange(-180.0, 180.0, 30.0), np.full(12, 89.0)
    x, y = project(lon, lat, working_crs(lon, lat))
    assert np.hypot(x, y) == pytest.approx(np.full(12, 111_690), rel=1e-3)


def test_a_few_new_fixes_do_not_move_the_centre() -> None:
    lon, lat = np.linspace(72.61, 73.0, 101), np.full(101, 37.21)
    assert working_crs(lon, lat) == working_crs(np.append(lon, 72.9), np.append(lat, 37.2))


def test_no_position_or_one_that_is_not_finite_is_refused() -> None:
    for lon in ([], [np.nan]):
        with pytest.raises(ValueError, match="finite"):
            working_crs(np.array(lon), np.array(lon))


def test_unknown_positions_stay_unknown() -> None:
    x, y = project(np.array([np.nan, 73.0]), np.array([np.nan, 37.0]), "EPSG:32643")
    assert np.isnan(x[0])
    assert np.isfinite(y[1])


def test_a_degree_of_meridian_has_its_geodesic_length() -> None:
    # Meridian arc from the equator to 1 degree north on WGS84.
    assert geodesic_length_m(LineString([(10, 0), (10, 1)])) == pytest.approx(110_574.39, abs=0.1)


def test_holes_are_not_part_of_the_area_whatever_the_winding() -> None:
    outer = [(0, 0), (1, 0), (1, 1), (0, 1)]
    hole = [(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)]
    whole = geodesic_area_km2(Polygon(outer))
    inner = geodesic_area_km2(Polygon(hole))
    assert whole == pytest.approx(12_308.8, rel=1e-4)
    for ring in (hole, hole[::-1]):
        assert geodesic_area_km2(MultiPolygon([(outer, [ring])])) == pytest.approx(whole - inner)


def test_a_part_that_ends_on_the_antimeridian_leaves_no_line_there() -> None:
    crs = "+proj=laea +lat_0=66 +lon_0=180 +units=m"
    beside = box(0, 0, 1000, 1000)
    across = box(-500, 3000, 500, 4000)
    moved = to_geographic(MultiPolygon([beside, across]), crs)
    assert moved.geom_type == "MultiPolygon"
    assert moved.bounds[0] == -180.0
    assert moved.bounds[2] == 180.0
    assert geodesic_area_km2(moved) == pytest.approx(2.0, rel=1e-6)


def squares(x_m, y_m, n=20, cell_m=1000.0):
    """A square with a vertex every cell."""
    return box(x_m, y_m, x_m + n * cell_m, y_m + n * cell_m).segmentize(cell_m)


def test_a_polygon_across_the_antimeridian_is_cut_there_and_keeps_its_area() -> None:
    square = squares(-10_000.0, 3_000.0)
    cut = to_geographic(square, CHUKOTKA)
    assert cut.is_valid
    assert cut.geom_type == "MultiPolygon"
    assert len(cut.geoms) == 2
    assert cut.bounds[0] == -180.0
    assert cut.bounds[2] == 180.0
    assert geodesic_area_km2(cut) == pytest.approx(400.0, rel=1e-5)


def test_a_polygon_cut_at_the_antimeridian_becomes_whole_again() -> None:
    square = squares(-10_000.0, 3_000.0)
    back = to_working(to_geographic(square, CHUKOTKA), CHUKOTKA, max_edge_deg=0.02)
    assert back.geom_type == "Polygon"
    assert back.symmetric_difference(square).area < 1e-5 * square.area


def test_nesting_survives_the_antimeridian() -> None:
    outer = to_geographic(squares(-10_000.0, 3_000.0), CHUKOTKA)
    inner = to_geographic(squares(-10_000.0, 4_000.0, n=12), CHUKOTKA)
    assert outer.covers(inner)


def test_a_line_across_the_antimeridian_is_cut_there() -> None:
    line = to_geographic(LineString([(-5_000.0, 0.0), (15_000.0, 0.0)]), CHUKOTKA)
    assert line.geom_type == "MultiLineString"
    assert {x for part in line.geoms for x, _ in part.coords} >= {-180.0, 180.0}


def test_elsewhere_nothing_is_cut_and_vertices_stay() -> None:
    square = squares(5_000.0, -9_000.0)
    moved = to_geographic(square, WYOMING)
    assert moved.geom_type == "Polygon"
    assert len(moved.exterior.coords) == len(square.exterior.coords)
    assert geodesic_area_km2(moved) == pytest.approx(400.0, rel=1e-5)


def test_a_polygon_around_the_pole_is_refused() -> None:
    pole = "+proj=laea +lat_0=90.0 +lon_0=0.0 +datum=WGS84 +units=m +no_defs +type=crs"
    with pytest.raises(MethodError, match="around a pole"):
        to_geographic(squares(-7_000.0, -9_000.0), pole)
