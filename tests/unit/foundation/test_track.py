"""Tracks: which fixes are usable, in which order, and how wrong each may be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.foundation.track import Track, location_error_m, tracks, usable, usable_rows

HOUR_US = 3_600_000_000


def clean_fixes() -> pd.DataFrame:
    """Two animals of three fixes each; the second fix of both is not usable."""
    hours = pd.to_datetime([0, 1, 2, 0, 1, 2], unit="h", utc=True)
    return pd.DataFrame(
        {
            "animal": ["b", "b", "b", "a", "a", "a"],
            "time_utc": hours,
            "x_m": [0.0, np.nan, 2.0, 10.0, np.nan, 12.0],
            "y_m": [5.0, np.nan, 6.0, 7.0, np.nan, 8.0],
            "burst": np.array([0, -1, 0, 0, -1, 1], dtype=np.int32),
        },
        index=[10, 11, 12, 20, 21, 22],
    )


def walk() -> Track:
    return Track(np.arange(4.0), np.zeros(4), np.arange(4) * HOUR_US, np.array([1.0, 2, 3, 4]))


def test_usable_fixes_are_those_of_a_burst_with_their_labels() -> None:
    assert usable(clean_fixes()).index.tolist() == [10, 12, 20, 22]


def test_usable_rows_are_in_order_of_time_and_equal_times_in_order_of_the_file() -> None:
    burst, time_us = np.array([1, 0, -1, 0, 0]), np.array([30, 20, 10, 20, 5])
    assert usable_rows(burst, time_us).tolist() == [4, 1, 3, 0]


def test_each_animal_has_a_track_of_its_own_rows_in_order_of_time() -> None:
    fixes = usable(clean_fixes()).iloc[::-1]
    found = list(tracks(fixes, error_m=np.array([1.0, 2.0, 3.0, 4.0])))
    assert [name for name, _, _ in found] == ["a", "b"]
    assert [rows.tolist() for _, _, rows in found] == [[1, 0], [3, 2]]
    _, track, rows = found[1]
    assert fixes.index[rows].tolist() == [10, 12]
    assert track.x_m.tolist() == [0.0, 2.0]
    assert track.y_m.tolist() == [5.0, 6.0]
    assert track.time_us.tolist() == [0, 2 * HOUR_US]
    assert track.error_m.tolist() == [4.0, 3.0]


def test_no_fixes_are_no_tracks() -> None:
    assert list(tracks(clean_fixes().iloc[:0], error_m=np.empty(0))) == []


def test_a_window_holds_both_its_ends() -> None:
    part = walk().within(HOUR_US, 2 * HOUR_US)
    assert part.x_m.tolist() == [1.0, 2.0]
    assert part.error_m.tolist() == [2.0, 3.0]
    assert part.time_min.tolist() == [0.0, 60.0]
    assert len(walk().within(HOUR_US + 1, 2 * HOUR_US - 1)) == 0


def test_times_of_a_track_are_utc() -> None:
    assert walk().time_utc[1] == np.datetime64("1970-01-01T01:00")


def test_one_error_for_all_leaves_the_fixes() -> None:
    track = walk().with_error(7.5)
    assert track.error_m.tolist() == [7.5] * 4
    assert track.x_m.tolist() == walk().x_m.tolist()


@pytest.mark.parametrize(
    ("per_dop", "expected"), [(None, [20.0] * 4), (5.0, [10.0, 20.0, 20.0, 20.0])]
)
def test_the_error_comes_from_the_dilution_where_that_is_known_and_asked_for(
    per_dop: float | None, expected: list[float]
) -> None:
    dop = np.array([2.0, np.nan, 0.0, -1.0])
    assert location_error_m(dop, error_m=20.0, error_per_dop_m=per_dop).tolist() == expected
