"""Fixes that tell which ground a herd uses, on tables small enough to count."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.foundation.grid import Grid
from corridors.habitat.used_fixes import cells_of, fixes_in, is_within, thinned

START = pd.Timestamp("2024-04-01", tz="UTC")


def fixes() -> pd.DataFrame:
    """Return eight fixes of a and four of b, 6 h apart."""
    hours = [*range(0, 48, 6), *range(0, 24, 6)]
    return pd.DataFrame(
        {
            "animal": ["a"] * 8 + ["b"] * 4,
            "time_utc": START + pd.to_timedelta(hours, unit="h"),
            "x_m": np.arange(12) * 100.0 + 50,
            "y_m": 250.0,
        }
    )


def windows() -> pd.DataFrame:
    day = pd.Timedelta(days=1)
    return pd.DataFrame(
        {"animal": ["b", "a"], "start_utc": [START - day, START + day], "end_utc": START + day}
    ).assign(end_utc=[START, START + 2 * day])


def test_each_animal_keeps_one_fix_in_each_time() -> None:
    used = thinned(fixes(), thin_h=12.0)
    assert used.x_m.tolist() == [50.0, 250.0, 450.0, 650.0, 850.0, 1050.0]
    assert (used.animal.tolist(), list(used.names)) == ([0, 0, 0, 0, 1, 1], ["a", "b"])
    assert used.hull.length > 0


def test_windows_hold_the_fixes_of_their_own_animal_ends_included() -> None:
    found = {row: rows.tolist() for row, rows in fixes_in(fixes(), windows())}
    assert found == {1: [4, 5, 6, 7], 0: [8]}
    assert np.flatnonzero(is_within(fixes(), windows())).tolist() == [4, 5, 6, 7, 8]


def test_positions_beyond_the_grid_have_no_cell() -> None:
    # The northern row comes first.
    grid = Grid("EPSG:32612", 100.0, 1, 0, 2, 3)
    cells, inside = cells_of(np.array([50.0, 250.0, -1.0]), np.array([150.0, 250.0, 150.0]), grid)
    assert inside.tolist() == [True, True, False]
    assert cells.tolist() == [3, 2]
