"""Cells of pieces: what is near a cell is listed in it, and memory has a bound."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from corridors.barriers.piece_cells import PieceCells


def listed(cells: PieceCells, column: int, row: int) -> list[int]:
    here = row * cells.shape[0] + column
    return cells.piece[cells.first[here] : cells.first[here + 1]].tolist()


@pytest.mark.parametrize("reach_m", [0.0, 3.0, 40.0])
@pytest.mark.parametrize("cell_m", [None, 10.0])
@pytest.mark.parametrize("is_on_grid", [True, False])
def test_each_cell_lists_at_least_the_pieces_within_its_reach_and_few_others(
    reach_m: float, cell_m: float | None, is_on_grid: bool
) -> None:
    rng = np.random.default_rng(5)
    # On a grid ends and whole pieces lie on the edges of cells.
    ends = rng.integers(-6, 7, (60, 4)) * 10.0 if is_on_grid else rng.normal(0, 40.0, (60, 4))
    cells = PieceCells.of(ends, reach_m=reach_m, cell_m=cell_m)
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    n_listed = n_near = 0
    for row in range(cells.shape[1]):
        for column in range(cells.shape[0]):
            x, y = cells.x_m + column * cells.cell_m, cells.y_m + row * cells.cell_m
            square = shapely.box(x, y, x + cells.cell_m, y + cells.cell_m)
            near = np.flatnonzero(shapely.distance(lines, square) <= reach_m)
            found = listed(cells, column, row)
            assert found == sorted(set(found))
            assert set(near.tolist()) <= set(found)
            n_listed, n_near = n_listed + len(found), n_near + near.size
    assert n_listed <= 1.4 * n_near


@pytest.mark.parametrize("reach_m", [0.0, 7.0])
def test_what_is_within_reach_of_a_piece_is_half_a_cell_away_from_the_outer_edge(
    reach_m: float,
) -> None:
    cells = PieceCells.of(np.array([[0.0, 0.0, 50.0, 30.0]]), reach_m=reach_m, cell_m=10.0)
    assert cells.x_m == cells.y_m == -reach_m - 5
    for place, n, last in zip((cells.x_m, cells.y_m), cells.shape, (50.0, 30.0), strict=True):
        assert place + n * cells.cell_m >= last + reach_m + 5


@pytest.mark.parametrize("height_m", [0.0, 2e7])
def test_pieces_half_a_world_apart_need_no_more_cells_than_there_may_be(height_m: float) -> None:
    ends = np.array([[0.0, 0.0, 9.0, 0.0], [2e7, height_m, 2e7 - 5, height_m]])
    cells = PieceCells.of(ends, reach_m=0.5, cell_m=1.0)
    assert cells.shape[0] * cells.shape[1] < 8_100_000


def test_without_pieces_there_are_no_cells() -> None:
    assert PieceCells.of(np.zeros((0, 4)), reach_m=1.0).shape == (0, 0)
