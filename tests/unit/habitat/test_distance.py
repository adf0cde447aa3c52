"""Distances from cells to features."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box

from corridors.foundation.crs import transformer
from corridors.foundation.grid import Grid
from corridors.habitat.distance import distance_m, planar_near

GRID = Grid("EPSG:32612", 100.0, row_min=20, col_min=-3, n_rows=12, n_cols=17)


@pytest.mark.parametrize(
    "feature",
    [
        Point(431, 2555),
        LineString([(-500, 2100), (900, 3350)]),
        box(1000, 2900, 1500, 3500),
        Point(-900, 2600),
    ],
    ids=["point", "line", "polygon", "outside"],
)
def test_distances_are_true_to_less_than_a_cell(feature):
    found = distance_m([feature], GRID, max_distance_m=5000.0)
    x, y = GRID.centres()
    xx, yy = np.meshgrid(x, y)
    true = shapely.distance(shapely.points(xx, yy), feature)
    assert np.abs(found - true).max() <= 100.0 * 2**0.5 / 2 + 1e-9


def test_no_feature_is_as_far_as_can_be():
    assert (distance_m([], GRID, max_distance_m=700.0) == 700.0).all()
    far = distance_m([Point(50_000, 0)], GRID, max_distance_m=700.0)
    assert (far == 700.0).all()


def test_the_nearest_of_several_features_counts():
    features = [Point(-250, 2050), Point(1350, 3150)]
    both = distance_m(features, GRID, max_distance_m=9000.0)
    each = [distance_m([one], GRID, max_distance_m=9000.0) for one in features]
    assert np.array_equal(both, np.minimum(*each))


LAEA = "+proj=laea +lat_0=46.0 +lon_0=11.0 +datum=WGS84 +units=m +no_defs +type=crs"


@pytest.mark.parametrize(
    "feature",
    [
        box(-60.0, 46.2, 90.0, 60.0),
        box(-180.0, -90.0, 180.0, 90.0).difference(box(-60.0, -80.0, 90.0, 46.2)),
        LineString([(-60.0, 46.2), (90.0, 46.2)]),
    ],
    ids=["wide box", "all the world but the south", "parallel"],
)
def test_long_edges_in_degrees_follow_the_parallel(feature):
    grid = Grid(LAEA, 1000.0, -50, -50, 100, 100)
    shapes = planar_near(np.array([feature]), "EPSG:4326", grid, reach_m=90_000.0)
    found = distance_m(shapes.tolist(), grid, max_distance_m=90_000.0)
    x, y = np.meshgrid(*grid.centres())
    _, lat = transformer(LAEA, "EPSG:4326").transform(x, y)
    true = (46.2 - lat) * 111_150.0
    if feature.geom_type == "LineString":
        true = np.abs(true)
    assert np.abs(found - np.maximum(true, 0.0)).max() < 1000.0


def test_features_beyond_the_reach_are_left_out():
    grid = Grid(LAEA, 1000.0, -50, -50, 100, 100)
    shapes = np.array([Point(11.0, 46.1), Point(30.0, 46.1), Point(-169.0, -46.0)])
    assert len(planar_near(shapes, "EPSG:4326", grid, reach_m=10_000.0)) == 1
    assert planar_near(shapes[1:], "EPSG:4326", grid, reach_m=10_000.0).size == 0
