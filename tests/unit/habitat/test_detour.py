"""Ways around closed lines."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import label
from shapely import LineString, affinity

from corridors.foundation.grid import Grid
from corridors.habitat.detour import closed_cells, ways_around

GRID = Grid("EPSG:32612", 10.0, row_min=0, col_min=0, n_rows=40, n_cols=60)


@pytest.mark.parametrize("angle", [0, 30, 45, 60, 90, 135, 150])
@pytest.mark.parametrize("shift", [0.0, 3.3])
def test_no_line_across_the_grid_can_be_slipped_through(angle: int, shift: float) -> None:
    line = affinity.rotate(LineString([(-500, 200), (1100, 200)]), angle, (300 + shift, 200))
    closed = closed_cells(np.array([line]), GRID)
    # Steps go to all eight neighbours.
    _, n_parts = label(~closed, structure=np.ones((3, 3)))
    assert n_parts == 2


def test_a_line_through_corners_of_cells_is_sealed() -> None:
    closed = closed_cells(np.array([LineString([(0, 0), (400, 400)])]), GRID)
    _, n_parts = label(~closed, structure=np.ones((3, 3)))
    assert n_parts == 2


def test_no_lines_close_nothing() -> None:
    assert not closed_cells(np.array([None, LineString()], dtype=object), GRID).any()


def test_closed_from_edge_to_edge_there_is_no_way_and_a_reason() -> None:
    ground = np.ones(GRID.shape)
    first, second = (np.zeros(GRID.shape, dtype=bool) for _ in range(2))
    first[20, 5] = second[20, 55] = True
    closed = closed_cells(np.array([LineString([(300, -50), (300, 450)])]), GRID)
    way = ways_around(ground, first, second, closed, cell_m=10.0)
    assert not way.has_way.any()
    assert way.weight.tolist() == [1.0, 1.0]
    assert [path.shape for path in way.paths] == [(0, 2), (0, 2)]
    assert np.isnan(way.mean(way.length_m, way.has_way))


def test_a_closed_line_makes_the_way_longer_and_never_shorter() -> None:
    ground = np.ones(GRID.shape)
    first, second = (np.zeros(GRID.shape, dtype=bool) for _ in range(2))
    first[20, 5] = second[20, 55] = True
    free = ways_around(ground, first, second, np.zeros(GRID.shape, bool), cell_m=10.0)
    assert free.length_m == pytest.approx([500.0, 500.0])
    assert free.cost_m == pytest.approx([500.0, 500.0])
    lengths = []
    for half in (20, 60, 120):
        line = LineString([(300, 195 - half), (300, 195 + half)])
        closed = closed_cells(np.array([line]), GRID)
        way = ways_around(ground, first, second, closed, cell_m=10.0)
        assert not closed[tuple(way.paths[0].T)].any()
        lengths.append(way.length_m[0])
    assert lengths == sorted(lengths)
    assert lengths[0] > 500.0


def test_every_part_of_a_range_has_its_own_way() -> None:
    ground = np.ones(GRID.shape)
    first, second = (np.zeros(GRID.shape, dtype=bool) for _ in range(2))
    first[20, 5] = first[20, 15:17] = second[20, 55] = True
    ways = ways_around(ground, first, second, np.zeros(GRID.shape, bool), cell_m=10.0)
    assert sorted(ways.length_m.round(1)) == [390.0, 390.0, 500.0]
    assert sorted(ways.weight) == [1.0, 1.0, 2.0]
    assert ways.mean(ways.length_m, ways.has_way) == pytest.approx((500 + 2 * 390 + 390) / 4)


def test_ground_that_both_ranges_share_has_no_way() -> None:
    first = np.zeros(GRID.shape, dtype=bool)
    first[5:8, 5:8] = True
    second = np.roll(first, 1, axis=1)
    ways = ways_around(np.ones(GRID.shape), first, second, ~np.ones(GRID.shape, bool), cell_m=10.0)
    assert len(ways.length_m) == 0
    assert np.isnan(ways.mean(ways.length_m, ways.has_way))


def test_a_closed_cell_inside_a_range_does_not_make_it_two() -> None:
    first, second = (np.zeros(GRID.shape, dtype=bool) for _ in range(2))
    first[10:13, 10:13] = second[10:13, 40:43] = True
    closed = np.zeros(GRID.shape, dtype=bool)
    closed[:, 11] = True
    ways = ways_around(np.ones(GRID.shape), first, second, closed, cell_m=10.0)
    assert ways.weight.tolist() == [9.0, 9.0]
    assert ways.length_m.tolist() == pytest.approx([280.0, 280.0])
