"""Distances from cells to features."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box

from corridors.foundation.grid import Grid
from corridors.habitat.distance import distance_m

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
