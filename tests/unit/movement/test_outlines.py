"""Outlines of cells, on worlds that can be drawn on paper."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.foundation.grid import pack
from corridors.movement.outlines import components, members, merge, outline

CELL_M = 50.0


def keys(drawing: str, *, row: int = 1000, col: int = -7) -> np.ndarray:
    """Cells marked '#', first line is the northernmost; the south-west cell is (row, col)."""
    lines = drawing.split()
    found = [
        (row + len(lines) - 1 - iy, col + ix)
        for iy, line in enumerate(lines)
        for ix, mark in enumerate(line)
        if mark == "#"
    ]
    rows, cols = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return np.sort(pack(rows, cols))


def draw(*drawings: str, min_area_m2: float = 0.0, change: float = 0.01, **at: int):
    return outline(
        [keys(drawing, **at) for drawing in drawings],
        cell_m=CELL_M,
        min_area_m2=min_area_m2,
        max_area_change_frac=change,
    )


def test_a_single_cell_keeps_its_area_to_the_limit_and_its_place():
    ((patch,),) = draw("#", row=3, col=-2)
    assert patch.polygon.bounds == pytest.approx((-100.0, 150.0, -50.0, 200.0))
    assert patch.polygon.area == pytest.approx(0.99 * CELL_M**2)
    assert patch.area_m2 == CELL_M**2


def test_cells_that_touch_in_a_corner_are_two_patches_that_do_not_touch():
    (patches,) = draw("#. .#")
    assert len(patches) == 2
    assert not patches[0].polygon.intersects(patches[1].polygon)
    assert patches[0].cells.tolist() == keys("#. .#")[:1].tolist()  # the south-east one


def test_an_l_shape_gains_at_its_concave_corner_what_it_loses_at_a_convex_one():
    ((patch,),) = draw("#.. #.. ###", change=0.2)
    assert patch.polygon.area == pytest.approx((5 - 0.5) * CELL_M**2)
    assert patch.area_m2 == 5 * CELL_M**2


def test_a_hole_of_two_cells_that_touch_in_a_corner_is_one_valid_ring():
    ((patch,),) = draw("#### #.## ##.# ####")
    assert patch.polygon.is_valid
    assert len(patch.polygon.interiors) == 1
    assert patch.area_m2 == 14 * CELL_M**2


@pytest.mark.parametrize(("min_area_m2", "n_holes"), [(2_500.0, 1), (2_501.0, 0)])
def test_a_hole_is_filled_when_it_is_smaller_than_the_limit(min_area_m2, n_holes):
    ((patch,),) = draw("##### #.### ##### #####", min_area_m2=min_area_m2)
    assert len(patch.polygon.interiors) == n_holes
    assert patch.area_m2 == (20 - n_holes) * CELL_M**2


@pytest.mark.parametrize(("min_area_m2", "n_patches"), [(5_000.0, 2), (5_001.0, 1)])
def test_a_crumb_is_dropped_when_it_is_smaller_than_the_limit(min_area_m2, n_patches):
    (patches,) = draw("##### ..... ##...", min_area_m2=min_area_m2)
    assert len(patches) == n_patches


def test_an_island_in_a_small_hole_goes_with_the_hole():
    (patches,) = draw("##### #...# #.#.# #...# #####", min_area_m2=9.5 * CELL_M**2)
    (patch,) = patches
    assert patch.area_m2 == 25 * CELL_M**2
    assert len(patch.polygon.interiors) == 0


def test_an_island_in_a_large_hole_is_a_patch_of_its_own():
    (patches,) = draw("##### #...# #.#.# #...# #####")
    assert sorted(patch.area_m2 / CELL_M**2 for patch in patches) == [1, 16]
    assert merge(patches).is_valid


def test_nested_sets_give_nested_polygons_that_share_their_common_boundary():
    low, high = draw("##### ##### ####. #####", "..### ..##. ..#.. .....", change=0.5)
    outer, inner = merge(low), merge(high)
    assert outer.covers(inner)
    assert outer.boundary.intersection(inner.boundary).length > 2 * CELL_M


def test_no_cells_give_no_patches():
    assert draw("...", "...") == [[], []]


def test_turning_the_world_turns_the_outline():
    # An off-centre shape without symmetry: a swapped axis would show.
    shape = "##.. #... ##.# #..."
    turned = " ".join("".join(row) for row in np.rot90([list(line) for line in shape.split()]))
    (upright,), (rotated,) = draw(shape), draw(turned)
    assert sorted(p.polygon.area for p in upright) == pytest.approx(
        sorted(p.polygon.area for p in rotated)
    )
    widest = max(upright, key=lambda p: p.area_m2).polygon.bounds
    tallest = max(rotated, key=lambda p: p.area_m2).polygon.bounds
    assert widest[2] - widest[0] == pytest.approx(tallest[3] - tallest[1])
    assert widest[3] - widest[1] == pytest.approx(tallest[2] - tallest[0])


def test_components_are_numbered_by_their_first_cell():
    assert components(keys("#.# ..# ##.")).tolist() == [0, 0, 1, 2, 1]


def test_members_of_an_empty_set_are_none():
    found, _ = members(np.array([1, 2]), np.zeros(0, dtype=np.int64))
    assert found.tolist() == [False, False]
