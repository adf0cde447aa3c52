"""Laws of outlines, whatever the cells."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from corridors.foundation.crs import to_geographic
from corridors.foundation.grid import pack
from corridors.movement.outlines import merge, outline

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
counts = arrays(
    np.int8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.integers(0, 3)
)


def levels_of(count, row=-5, col=9):
    out = []
    for needed in (1, 2, 3):
        iy, ix = np.nonzero(count >= needed)
        out.append(np.sort(pack(iy + row, ix + col)))
    return out


@given(counts, st.sampled_from([0.0, 2.0, 4.5]))
@settings(derandomize=True, deadline=None, max_examples=150)
def test_polygons_are_valid_nested_and_keep_their_area(count, min_cells):
    outlines = outline(
        levels_of(count), cell_m=50.0, min_area_m2=min_cells * 2500.0, max_area_change_frac=0.01
    )
    shapes = [merge(patches) for patches in outlines]
    for patches, shape in zip(outlines, shapes, strict=True):
        assert shape.is_valid
        cells_m2 = sum(patch.area_m2 for patch in patches)
        assert abs(shape.area - cells_m2) <= 0.01 * cells_m2 * (1 + 1e-9)
    for outer, inner in pairwise(shapes):
        assert inner.is_empty or outer.covers(inner)
    moved = [to_geographic(shape, CRS) for shape in shapes]
    for shape in moved:
        assert shape.is_valid
    for outer, inner in pairwise(moved):
        assert inner.is_empty or outer.covers(inner)


@given(counts)
@settings(derandomize=True, deadline=None, max_examples=80)
def test_without_a_limit_the_patches_hold_exactly_the_cells(count):
    level = levels_of(count)[0]
    (patches,) = outline([level], cell_m=1.0, min_area_m2=0.0, max_area_change_frac=0.01)
    held = [patch.cells for patch in patches]
    assert np.array_equal(np.sort(np.concatenate(held)) if held else level, level)
    assert sum(patch.area_m2 for patch in patches) == level.size
