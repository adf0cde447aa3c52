"""Where the use ends at a barrier: hand-made worlds."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString

from corridors.barriers.range_edges import Sides, habitat_of, is_edge, sides_of, strips_of
from corridors.foundation.grid import Grid, Surface

CRS = "EPSG:32642"


def lines(*coordinates) -> np.ndarray:
    return np.array([LineString(points) for points in coordinates], dtype=object)


def even(inside, *, cell_m: float = 100.0, n: int = 160) -> Surface:
    """Even use of the cells around the origin whose centres are ``inside`` (x, y)."""
    row, col = (axis.ravel().astype(np.int32) for axis in np.indices((n, n)) - n // 2)
    kept = inside((col + 0.5) * cell_m, (row + 0.5) * cell_m)
    row, col = row[kept], col[kept]
    return Surface(CRS, cell_m, row, col, np.full(len(row), 1.0 / len(row)))


def sides(line: np.ndarray, surface: Surface, *, depth_m: float = 5000.0) -> Sides:
    strips = strips_of(line, depth_m=depth_m, least_width_m=1000.0)
    return sides_of(strips, surface, np.full(surface.row.shape, 2, np.int32))


@pytest.mark.parametrize("turn_deg", [0, 37, 90, 180, 271])
def test_left_and_right_turn_with_the_line(turn_deg: float) -> None:
    angle = np.radians(turn_deg)
    along, left = (
        np.array([np.cos(angle), np.sin(angle)]),
        np.array([-np.sin(angle), np.cos(angle)]),
    )
    use = even(lambda x, y: x * left[0] + y * left[1] > 0)
    found = sides(lines([-1000 * along, 1000 * along]), use)
    # A strip of 2 km by 5 km of the half plane of 16 km by 8 km.
    assert found.mass[0, 0] == pytest.approx(10 / 128, rel=0.05)
    assert found.mass[0, 1] == 0
    assert found.nearest_m[0, 0] < 150
    assert np.isnan(found.nearest_m[0, 1])
    assert found.n_animals.tolist() == [[2, 0]]
    # Drawn the other way round, left is right.
    other = sides(lines([1000 * along, -1000 * along]), use)
    assert other.mass[0].tolist() == pytest.approx(found.mass[0, ::-1].tolist())


def test_each_cell_is_counted_once_and_only_within_the_depth() -> None:
    everywhere = even(lambda x, y: x > -np.inf)
    found = sides(lines([(-1000, 0), (1000, 0)]), everywhere, depth_m=3000.0)
    # 20 x 30 cells of 160 x 160 on each side.
    assert found.mass[0] == pytest.approx([600 / 25600] * 2)


def test_a_short_segment_looks_as_wide_as_asked() -> None:
    everywhere = even(lambda x, y: x > -np.inf)
    crumb, whole = sides(lines([(-1, 0), (1, 0)], [(-500, 0), (500, 0)]), everywhere).mass
    assert crumb == pytest.approx(whole)


def test_a_ring_has_no_sides() -> None:
    found = sides(lines([(0, 0), (500, 0), (500, 500), (0, 0)]), even(lambda x, y: y > 0))
    assert found.mass.tolist() == [[0.0, 0.0]]
    assert not is_edge(found, uneven_frac=0.95, least_mass_frac=0.0, least_animals=1).any()


def test_a_surface_without_cells_has_no_use() -> None:
    nothing = Surface(CRS, 100.0, *(np.empty(0, np.int32),) * 2, np.empty(0))
    found = sides(lines([(0, 0), (500, 0)]), nothing)
    assert found.mass.tolist() == [[0.0, 0.0]]


def test_uneven_means_more_than_the_share_and_enough_of_the_use() -> None:
    mass = np.array([[0.095, 0.005], [0.094, 0.006], [0.005, 0.095], [0.0005, 0.0], [0.0, 0.0]])
    found = Sides(mass, np.ones((5, 2), np.int64), np.ones((5, 2)))
    edge = is_edge(found, uneven_frac=0.95, least_mass_frac=0.001, least_animals=1)
    assert edge.tolist() == [True, False, True, False, False]
    assert not is_edge(found, uneven_frac=0.95, least_mass_frac=0.001, least_animals=2).any()


def test_habitat_is_compared_by_the_mean_resistance_of_both_strips() -> None:
    grid = Grid.covering(CRS, 250.0, (-8000, -8000, 8000, 8000))
    x, y = np.meshgrid(*grid.centres())
    resistance = np.where(y > 0, 2.0, np.where(x > 0, 2.8, 3.4))
    strips = strips_of(
        lines([(2000, 0), (4000, 0)], [(-4000, 0), (-2000, 0)], [(20000, 0), (21000, 0)]),
        depth_m=5000.0,
        least_width_m=1000.0,
    )
    habitat, means = habitat_of(strips, resistance, grid, ratio=1.5)
    assert habitat.tolist() == ["alike", "different", "unknown"]
    assert means[:2].tolist() == [[2.0, pytest.approx(2.8)], [2.0, pytest.approx(3.4)]]
    assert np.isnan(means[2]).all()


def test_a_side_that_is_mostly_unknown_and_a_raster_of_one_value_say_nothing() -> None:
    grid = Grid.covering(CRS, 250.0, (-8000, -8000, 8000, 8000))
    _, y = np.meshgrid(*grid.centres())
    strips = strips_of(lines([(-1000, 0), (1000, 0)]), depth_m=5000.0, least_width_m=1000.0)
    half_known = np.where(y > -2000, 2.0 + (y > 0) * 0.1, np.nan)
    assert habitat_of(strips, half_known, grid, ratio=1.5)[0].tolist() == ["unknown"]
    assert habitat_of(strips, np.ones(grid.shape), grid, ratio=1.5)[0].tolist() == ["unknown"]
    assert habitat_of(strips, np.full(grid.shape, np.nan), grid, ratio=1.5)[0].tolist() == [
        "unknown"
    ]
