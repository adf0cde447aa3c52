"""Rays meet lines where shapely says they do."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import STRtree

from corridors.barriers.rays import first_hits, line_index

EVER = np.iinfo(np.int64).max


def always(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(n, -EVER), np.full(n, EVER)


def with_shapely(
    ends: np.ndarray, x: np.ndarray, y: np.ndarray, heading: np.ndarray, reach: np.ndarray
) -> np.ndarray:
    """The same question put to GEOS: distance to the nearest point of intersection."""
    n, k = heading.shape
    start = np.repeat(np.column_stack([x, y]), k, axis=0)
    way = reach.reshape(-1, 1) * np.column_stack([np.cos(heading.ravel()), np.sin(heading.ravel())])
    rays = np.asarray(shapely.linestrings(np.stack([start, start + way], axis=1)))
    tree = STRtree(shapely.linestrings(ends.reshape(-1, 2, 2)))
    one, two = tree.query(rays, predicate="intersects")
    spots = shapely.intersection(rays[one], tree.geometries[two])
    out = np.full(n * k, np.inf)
    np.minimum.at(out, one, shapely.distance(shapely.points(start[one]), spots))
    return out.reshape(n, k)


@pytest.mark.parametrize("length_m", [10.0, 300.0, 3000.0])
def test_first_hits_are_those_of_geos(rng: np.random.Generator, length_m: float) -> None:
    a = rng.uniform(0, 20_000, (300, 2))
    ends = np.hstack([a, a + rng.normal(0, length_m, (300, 2))])
    # Some start outside of all lines.
    x, y = rng.uniform(-3000, 23_000, (2, 60))
    heading = rng.uniform(-np.pi, 3 * np.pi, (60, 20))
    reach = rng.exponential(4000, (60, 20))
    found = first_hits(line_index(ends, *always(300)), x, y, np.zeros(60, int), heading, reach)
    expected = with_shapely(ends, x, y, heading, reach)
    assert np.isfinite(expected).any()
    assert np.array_equal(np.isfinite(found), np.isfinite(expected))
    hit = np.isfinite(found)
    np.testing.assert_allclose(found[hit], expected[hit], atol=1e-6)


def test_lines_and_rays_along_the_axes_meet_on_the_edges_of_the_cells() -> None:
    grid = np.arange(0.0, 1001.0, 100.0)
    ends = np.vstack(
        [[[at, 0, at, 1000] for at in grid], [[0, at, 1000, at] for at in grid]]
    )  # every line of a chessboard
    index = line_index(ends, *always(len(ends)))
    heading = np.array([[0.0, np.pi / 2, np.pi, -np.pi / 2]])
    way = first_hits(
        index, np.array([450.0]), np.array([550.0]), np.zeros(1, int), heading, np.full((1, 4), 1e4)
    )
    np.testing.assert_allclose(way, [[50.0, 50.0, 50.0, 50.0]])


def test_a_start_on_a_line_meets_it_at_once_and_a_short_ray_meets_nothing() -> None:
    index = line_index(np.array([[0.0, -5.0, 0.0, 5.0]]), *always(1))
    way = first_hits(
        index, np.array([0.0, -3.0]), np.zeros(2), np.zeros(2, int), np.zeros((2, 1)),
        np.array([[1.0], [2.9]]),
    )  # fmt: skip
    assert way.tolist() == [[0.0], [np.inf]]


def test_a_line_is_not_there_before_it_was_built() -> None:
    index = line_index(
        np.array([[1.0, -5.0, 1.0, 5.0], [3.0, -5.0, 3.0, 5.0]]),
        np.array([100, -EVER]),
        np.array([200, EVER]),
    )
    time = np.array([99, 100, 199, 200])
    way = first_hits(index, np.zeros(4), np.zeros(4), time, np.zeros((4, 1)), np.full((4, 1), 9.0))
    assert way.ravel().tolist() == [3.0, 1.0, 1.0, 3.0]


def test_without_lines_nothing_is_met() -> None:
    index = line_index(np.zeros((0, 4)), *always(0))
    way = first_hits(
        index, np.zeros(2), np.zeros(2), np.zeros(2, int), np.zeros((2, 3)), np.ones((2, 3))
    )
    assert np.isinf(way).all()
