"""The lattice and sparse surfaces."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.foundation.grid import Grid, pack, unpack, weighted_sum
from worlds.surfaces import surface

CRS = "EPSG:32612"


def test_a_grid_covers_its_bounds_with_edges_on_multiples_of_the_cell() -> None:
    grid = Grid.covering(CRS, 50.0, (-120.0, 30.0, 10.0, 101.0))
    assert grid.bounds == (-150.0, 0.0, 50.0, 150.0)
    assert grid.shape == (3, 4)


def test_array_row_zero_is_north_and_lattice_rows_count_northward() -> None:
    grid = Grid(CRS, 10.0, row_min=5, col_min=-2, n_rows=3, n_cols=2)
    iy, ix = grid.array_index(np.array([7, 5]), np.array([-2, -1]))
    assert iy.tolist() == [0, 2]
    assert ix.tolist() == [0, 1]
    row, col = grid.lattice_index(iy, ix)
    assert row.tolist() == [7, 5]
    assert col.tolist() == [-2, -1]
    x, y = grid.centres()
    assert (x[0], y[0]) == (-15.0, 75.0)


def test_keys_sort_like_row_then_column_and_come_back_also_when_negative() -> None:
    row = np.array([-3, -3, 0, 2], dtype=np.int32)
    col = np.array([-7, 4, -(2**30), 2**30], dtype=np.int32)
    key = pack(row, col)
    assert (np.diff(key) > 0).all()
    back = unpack(key)
    assert (back[0] == row).all()
    assert (back[1] == col).all()


def test_a_weighted_sum_adds_cells_that_meet_and_keeps_the_others() -> None:
    total = weighted_sum(
        [(surface({(0, 0): 0.5, (1, -1): 0.5}), 0.5), (surface({(1, -1): 1.0}), 0.5)]
    )
    assert list(zip(total.row.tolist(), total.col.tolist(), total.mass.tolist(), strict=True)) == [
        (0, 0, 0.25),
        (1, -1, 0.75),
    ]


def test_surfaces_on_different_lattices_are_not_added() -> None:
    with pytest.raises(ValueError, match="different lattices"):
        weighted_sum([(surface({(0, 0): 1.0}), 1), (surface({(0, 0): 1.0}, cell_m=100.0), 1)])


def test_a_surface_lands_on_a_larger_grid_in_the_right_cell() -> None:
    one = surface({(3, 7): 0.25})
    grid = one.grid.padded(100.0)
    array = one.to_array(grid)
    assert array.shape == (5, 5)
    assert array[2, 2] == 0.25
    assert array.sum() == 0.25


def test_a_union_of_grids_holds_both() -> None:
    a = Grid(CRS, 50.0, 0, 0, 2, 2)
    b = Grid(CRS, 50.0, -5, 3, 1, 4)
    both = a.union(b)
    assert (both.row_min, both.col_min, both.n_rows, both.n_cols) == (-5, 0, 7, 7)
    with pytest.raises(ValueError, match="different lattices"):
        a.union(Grid(CRS, 100.0, 0, 0, 2, 2))


def test_impossible_grids_are_refused() -> None:
    with pytest.raises(ValueError, match="cell_m"):
        Grid(CRS, 0.0, 0, 0, 1, 1)
    with pytest.raises(ValueError, match="at least one cell"):
        Grid(CRS, 1.0, 0, 0, 0, 1)
    with pytest.raises(ValueError, match="bounds"):
        Grid.covering(CRS, 1.0, (1.0, 0.0, 0.0, 1.0))
