"""Pieces of a corridor cut by closed lines."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, box

from corridors.threats.fragments import Fragments, fragments

CORRIDOR = box(0, 0, 1000, 100)
RANGES = (box(-100, 0, 50, 100), box(950, 0, 1100, 100))
X = np.arange(50.0, 1000.0, 100.0)
CELLS = np.column_stack([X, np.full(10, 50.0)])
MASS = np.full(10, 0.1)


def cut(*lines: LineString, corridor: shapely.Geometry = CORRIDOR) -> Fragments:
    return fragments(
        corridor, np.array(lines, dtype=object), RANGES, CELLS, MASS, min_area_m2=500.0
    )


def test_without_lines_the_corridor_is_one_piece_that_joins_the_ranges() -> None:
    found = cut()
    assert found.is_joined.tolist() == [True]
    assert found.mass[0] == pytest.approx(1.0)
    assert found.cut_off(MASS) == 0.0


def test_a_line_that_ends_inside_cuts_nothing_off() -> None:
    found = cut(LineString([(300, -10), (300, 90)]))
    assert len(found.polygons) == 1
    assert found.cut_off(MASS) == 0.0


def test_a_line_right_across_cuts_all_of_it_off() -> None:
    found = cut(LineString([(310, -10), (290, 110)]))
    assert len(found.polygons) == 2
    assert found.mass.tolist() == pytest.approx([0.7, 0.3])
    assert found.cut_off(MASS) == 1.0


def test_a_loop_cuts_off_what_is_inside() -> None:
    found = cut(LineString([(310, 10), (490, 10), (490, 90), (310, 90), (310, 10)]))
    assert found.is_joined.tolist() == [True, False]
    assert found.cut_off(MASS) == pytest.approx(0.2)


def test_a_share_of_other_mass_can_be_asked_for() -> None:
    found = cut(LineString([(310, 10), (490, 10), (490, 90), (310, 90), (310, 10)]))
    assert found.cut_off(np.where((X > 300) & (X < 400), 1.0, 0.0)) == 1.0
    assert np.isnan(found.cut_off(np.zeros(10)))


def test_crumbs_are_no_pieces_and_an_island_of_the_corridor_is_cut_off_today() -> None:
    corridor = MultiPolygon([CORRIDOR, box(400, 200, 410, 210), box(400, 300, 500, 400)])
    found = cut(corridor=corridor)
    assert found.is_joined.tolist() == [True, False]


def test_the_order_of_pieces_does_not_depend_on_the_order_of_lines() -> None:
    lines = [LineString([(x, -10), (x, 110)]) for x in (250.0, 500.0, 750.0)]
    one, two = cut(*lines), cut(*lines[::-1])
    assert [shapely.to_wkt(piece) for piece in shapely.normalize(one.polygons)] == [
        shapely.to_wkt(piece) for piece in shapely.normalize(two.polygons)
    ]
