"""Slope and exposition of planes and of a cone, whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.habitat.terrain import block_mean, derive, gradient

NY, NX, CELL_M = 7, 9, 30.0


def plane(rise_east, rise_north):
    x = np.arange(NX) * CELL_M
    y = np.arange(NY)[::-1] * CELL_M
    return 1000.0 + rise_east * x[None, :] + rise_north * y[:, None]


@pytest.mark.parametrize(("east", "north"), [(0.0, 0.0), (0.3, 0.0), (-0.2, 0.7), (1.0, -1.0)])
def test_a_plane_has_its_exact_gradient_slope_and_exposition(east, north):
    z = plane(east, north)
    found = gradient(z, cell_m=CELL_M)
    assert found[0] == pytest.approx(np.full((NY - 2, NX - 2), east), abs=1e-12)
    assert found[1] == pytest.approx(np.full((NY - 2, NX - 2), north), abs=1e-12)
    slope = np.degrees(np.arctan(np.hypot(east, north)))
    assert derive(z, "slope_deg", cell_m=CELL_M) == pytest.approx(
        np.full((NY - 2, NX - 2), slope), abs=1e-10
    )
    # The upward normal (-east, -north, 1), of length one.
    length = np.sqrt(1 + east**2 + north**2)
    assert derive(z, "northness", cell_m=CELL_M)[0, 0] == pytest.approx(-north / length)
    assert derive(z, "eastness", cell_m=CELL_M)[0, 0] == pytest.approx(-east / length)


def test_a_hill_faces_away_from_its_top():
    y, x = np.mgrid[50:-51:-1, -50:51] * 10.0
    hill = 500.0 - 0.4 * np.hypot(x, y)
    north = derive(hill, "northness", cell_m=10.0)
    east = derive(hill, "eastness", cell_m=10.0)
    # (row, column) of a place north-east of the top; row 0 is the north.
    assert north[10, 80] > 0.2
    assert east[10, 80] > 0.2
    assert north[90, 49] < -0.3
    assert abs(east[90, 49]) < 1e-9


def test_an_unknown_height_makes_the_slopes_around_it_unknown_and_no_others():
    z = plane(0.1, 0.2)
    z[3, 4] = np.nan
    unknown = np.isnan(derive(z, "slope_deg", cell_m=CELL_M))
    assert np.argwhere(unknown).tolist() == [[row, col] for row in (1, 2, 3) for col in (2, 3, 4)]


def test_blocks_without_a_known_value_are_unknown():
    values = np.array([[1.0, np.nan, np.nan, np.nan], [3.0, np.nan, np.nan, np.nan]])
    assert np.array_equal(block_mean(values, 2), [[2.0, np.nan]], equal_nan=True)
