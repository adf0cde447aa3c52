"""Resistance from class codes and continuous layers."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import Polygon, box

from corridors.foundation.grid import Grid
from corridors.habitat.layers import cell_numbers, cells_in, codes_without_resistance, habitat_grid
from corridors.habitat.resistance import class_resistance, combine, continuous_resistance

NAN = np.nan


def test_a_code_without_resistance_is_unknown_and_listed():
    values = np.array([[1.0, 7.0], [NAN, -2.0]])
    table = {-2: 4.0, 1: 2.0}
    assert np.array_equal(class_resistance(values, table), [[2.0, NAN], [NAN, 4.0]], equal_nan=True)
    assert codes_without_resistance(values, table) == {7.0: 1}


def test_continuous_resistance_is_never_below_one():
    out = continuous_resistance(np.array([-5.0, 0.0, 10.0, NAN]), slope=0.5, zero=2.0)
    assert np.array_equal(out, [1.0, 1.0, 5.0, NAN], equal_nan=True)


def test_layers_multiply_and_unknown_in_one_is_unknown():
    one, two = np.array([1.0, 2.0, NAN, 4.0]), np.array([3.0, 2.0, 1.0, NAN])
    assert np.array_equal(combine([one, two]), [3.0, 4.0, NAN, NAN], equal_nan=True)
    assert one[1] == 2.0  # inputs stay


def test_nothing_to_combine_is_an_error():
    with pytest.raises(ValueError, match="nothing"):
        combine([])


def test_the_grid_lies_on_the_lattice_and_reaches_beyond_the_ranges():
    grid = habitat_grid([box(-10, 20, 30, 40), box(990, 20, 1010, 30)], "EPSG:32612",
                        cell_m=250.0, margin_m=1000.0)  # fmt: skip
    assert grid.bounds == (-1250.0, -1000.0, 2250.0, 1250.0)


GRID = Grid("EPSG:32612", 10.0, row_min=4, col_min=-2, n_rows=3, n_cols=4)


def test_cells_are_those_with_their_centre_inside():
    # An off-centre L without symmetry: a swapped axis would show.
    shape = Polygon([(-20, 40), (20, 40), (20, 50), (-10, 50), (-10, 60), (-20, 60)])
    assert cells_in(shape, GRID).astype(int).tolist() == [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
        [1, 1, 1, 1],
    ]


def test_a_polygon_between_the_centres_gets_the_cells_it_touches():
    inside = cells_in(box(-1, 51, 1, 53), GRID)
    assert inside.astype(int).tolist() == [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


def test_a_polygon_over_the_edge_gets_the_cells_of_the_grid():
    inside = cells_in(box(4, 30, 1000, 58), GRID)
    assert inside.astype(int).tolist() == [[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    assert cell_numbers(box(4, 30, 1000, 58), GRID).tolist() == [6, 7, 10, 11]


def test_a_polygon_elsewhere_has_no_cell():
    assert not cells_in(box(1000, 0, 1010, 10), GRID).any()
    assert not cells_in(Polygon(), GRID).any()
