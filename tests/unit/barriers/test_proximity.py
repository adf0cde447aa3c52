"""Which lines lie near a place."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, STRtree

from corridors.barriers.proximity import lattice_of


def random_lines(rng: np.random.Generator, n: int) -> np.ndarray:
    start = rng.uniform(-5e4, 5e4, (n, 1, 2))
    steps = rng.normal(0, 800, (n, 6, 2)) * rng.choice([0.01, 1.0, 8.0], (n, 1, 1))
    return shapely.linestrings(np.concatenate([start, start + np.cumsum(steps, axis=1)], axis=1))


@pytest.mark.parametrize("distance_m", [3.0, 110.0, 2500.0])
def test_the_pairs_and_distances_are_those_of_geos(
    rng: np.random.Generator, distance_m: float
) -> None:
    lines = random_lines(rng, 300)
    corner = shapely.get_coordinates(lines)
    corner = corner[rng.integers(0, len(corner), 20_000)]
    x, y = (corner + rng.normal(0, 1.2 * distance_m, corner.shape)).T
    found = lattice_of(lines, distance_m=distance_m).near(x, y)
    points = shapely.points(x, y)
    place, line = STRtree(lines).query(points, predicate="dwithin", distance=distance_m)
    order = np.lexsort((line, place))
    np.testing.assert_array_equal(found.place, place[order])
    np.testing.assert_array_equal(found.line, line[order])
    assert found.place.size > 1000
    np.testing.assert_allclose(
        found.distance_m, shapely.distance(points[found.place], lines[found.line]), atol=1e-6
    )


def test_a_place_at_the_very_distance_is_near_and_one_beyond_an_end_is_measured_to_the_end() -> (
    None
):
    lines = np.array([LineString([(0, 0), (100, 0)])])
    found = lattice_of(lines, distance_m=50.0).near(
        np.array([50.0, 50.0, 130.0, 131.0]), np.array([50.0, 50.01, 40.0, 40.0])
    )
    assert found.place.tolist() == [0, 2]
    assert found.distance_m.tolist() == [50.0, 50.0]


def test_no_line_no_place_and_unknown_positions_are_near_nothing() -> None:
    none = np.array([], dtype=object)
    some = np.array([MultiLineString([[(0, 0), (1, 0)], [(5, 5), (6, 5)]])])
    assert lattice_of(none, distance_m=1.0).near(np.zeros(3), np.zeros(3)).place.size == 0
    assert lattice_of(some, distance_m=1.0).near(np.zeros(0), np.zeros(0)).place.size == 0
    far = np.array([np.nan, np.inf, -1e9, 5.5])
    assert lattice_of(some, distance_m=1.0).near(far, np.full(4, 5.0)).place.tolist() == [3]


def test_lines_half_a_world_apart_need_no_more_cells_than_the_most() -> None:
    lines = np.array([LineString([(0, 0), (9, 0)]), LineString([(2e7, 2e7), (2e7, 2.1e7)])])
    lattice = lattice_of(lines, distance_m=10.0)
    assert lattice.cells.shape[0] * lattice.cells.shape[1] < 4_100_000
    found = lattice.near(np.array([3.0, 2e7 - 4]), np.array([4.0, 2.05e7]))
    assert found.line.tolist() == [0, 1]
    assert found.distance_m.tolist() == [4.0, 4.0]
