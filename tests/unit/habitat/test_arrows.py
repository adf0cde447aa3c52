"""Arrows end in the ranges, stay in the corridor, and there is one for each branch."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from corridors.foundation.grid import Grid
from corridors.habitat.arrows import Arrow, Rules, arrows, depth

CELL_M = 100.0
# Off the origin and not square, so that no exchanged axis goes unseen.
GRID = Grid("EPSG:32612", CELL_M, row_min=-30, col_min=70, n_rows=240, n_cols=320)
X0, Y0 = GRID.bounds[:2]


def at(x_km: float, y_km: float) -> tuple[float, float]:
    return X0 + 1000 * x_km, Y0 + 1000 * y_km


def way(*xy_km: tuple[float, float], half_km: float = 0.8) -> Polygon:
    return LineString([at(*one) for one in xy_km]).buffer(1000 * half_km)


def square(x_km: float, y_km: float, half_km: float = 1.5) -> Polygon:
    x, y = at(x_km, y_km)
    return box(x - 1000 * half_km, y - 1000 * half_km, x + 1000 * half_km, y + 1000 * half_km)


def drawn(
    corridor: BaseGeometry,
    left: BaseGeometry,
    reached: BaseGeometry,
    *,
    fork_km: float = 3.0,
    max_vertices: int = 6,
) -> list[Arrow]:
    x, y = GRID.centres()
    ground = shapely.contains_xy(shapely.union_all([corridor, left, reached]), *np.meshgrid(x, y))
    rules = Rules(1000 * fork_km, 2.0, max_vertices)
    return arrows(GRID, ground, depth(ground), left, reached, rules)


STRAIGHT = way((3, 10), (15, 12), (28, 9))
WEST, EAST = square(3, 10), square(28, 9)


def test_a_plain_corridor_has_one_arrow_from_range_to_range_within_it() -> None:
    (one,) = drawn(STRAIGHT, WEST, EAST)
    first, *_, last = map(shapely.Point, one.line.coords)
    assert WEST.contains(first)
    assert EAST.contains(last)
    assert len(one.line.coords) <= 6
    assert one.off_ground_frac == 0.0
    assert one.line.within(shapely.union_all([STRAIGHT, WEST, EAST]).buffer(CELL_M))


def test_the_other_season_runs_the_other_way() -> None:
    (out,), (back,) = drawn(STRAIGHT, WEST, EAST), drawn(STRAIGHT, EAST, WEST)
    assert WEST.contains(shapely.Point(back.line.coords[-1]))
    assert out.line.hausdorff_distance(back.line) < 500.0


def test_an_arrow_follows_the_middle() -> None:
    (one,) = drawn(STRAIGHT, WEST, EAST)
    middle = LineString([at(3, 10), at(15, 12), at(28, 9)])
    assert one.line.hausdorff_distance(middle) < 400.0


def test_a_corridor_around_an_island_has_two_arrows_and_a_narrow_island_one() -> None:
    around = way((3, 10), (10, 10), (15, 15), (20, 10), (28, 9))
    below = way((10, 10), (15, 6), (20, 10))
    two = drawn(shapely.union_all([around, below]), WEST, EAST)
    assert len(two) == 2
    sides = sorted(one.line.intersection(LineString([at(15, 0), at(15, 20)])).y - Y0 for one in two)
    assert sides == pytest.approx([6000.0, 15000.0], abs=900.0)
    assert all(one.off_ground_frac == 0.0 for one in two)
    assert len(drawn(shapely.union_all([around, below]), WEST, EAST, fork_km=9.0)) == 1


def test_a_fork_to_two_winter_ranges_has_an_arrow_into_each() -> None:
    north, south = square(28, 18), square(28, 3)
    fork = shapely.union_all([way((3, 10), (15, 10), (28, 18)), way((15, 10), (28, 3))])
    two = drawn(fork, WEST, shapely.union_all([north, south]), fork_km=2.0)
    ends = [shapely.Point(one.line.coords[-1]) for one in two]
    assert len(two) == 2
    assert north.contains(ends[0]) != north.contains(ends[1])
    assert south.contains(ends[0]) != south.contains(ends[1])


def test_a_wide_corridor_without_an_island_has_one_arrow() -> None:
    assert len(drawn(way((3, 10), (28, 10), half_km=6.0), WEST, square(28, 10))) == 1


def test_a_crumb_of_a_range_is_no_end_of_its_own() -> None:
    crumb = square(28, 18, half_km=0.3)
    fork = shapely.union_all([STRAIGHT, way((15, 12), (28, 18))])
    (one,) = drawn(fork, WEST, shapely.union_all([EAST, crumb]))
    assert EAST.contains(shapely.Point(one.line.coords[-1]))


def test_a_gap_is_crossed_where_nothing_else_joins_the_ranges_and_told() -> None:
    gap = STRAIGHT.difference(box(*at(14, 0), *at(16, 20)))
    (one,) = drawn(gap, WEST, EAST)
    assert 0.04 < one.off_ground_frac < 0.15


def test_a_gap_hides_no_fork() -> None:
    around = way((3, 10), (10, 10), (15, 15), (20, 10), (28, 9))
    fork = shapely.union_all([around, way((10, 10), (15, 6), (20, 10))])
    two = drawn(fork.difference(box(*at(23, 0), *at(24.5, 20))), WEST, EAST)
    assert [0.03 < one.off_ground_frac < 0.1 for one in two] == [True, True]


def test_a_winding_corridor_is_not_left_with_as_many_vertices_as_it_has_bends() -> None:
    bends = way((3, 4), (9, 16), (15, 4), (21, 16), (27, 4), half_km=1.0)
    (one,) = drawn(bends, square(3, 4), square(27, 4), max_vertices=9)
    assert len(one.line.coords) <= 9
    assert one.off_ground_frac < 0.01
    (short,) = drawn(bends, square(3, 4), square(27, 4), max_vertices=3)
    assert len(short.line.coords) == 3
    assert short.off_ground_frac > 0.3


def test_without_a_range_there_is_no_arrow() -> None:
    assert drawn(STRAIGHT, WEST, Polygon()) == []
