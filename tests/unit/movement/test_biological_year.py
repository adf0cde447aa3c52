"""Biological years: names, borders, seasons and the quiet day of a herd."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.movement.biological_year import (
    apart_d,
    bio_years,
    days_since,
    in_season,
    quiet_starts,
    time_at,
    year_start,
)


def times(*text: str) -> np.ndarray:
    return np.array(text, dtype="datetime64[us]")


def test_a_year_is_named_after_the_calendar_year_in_which_it_starts() -> None:
    got = bio_years(times("2007-12-31", "2008-01-31T23:59:59.999999", "2008-02-01"), "02-01")
    assert got.tolist() == [2007, 2007, 2008]
    assert bio_years(times("2007-12-31", "2008-01-01"), "01-01").tolist() == [2007, 2008]
    assert bio_years(times("1969-06-01"), "07-01").tolist() == [1968]
    assert bio_years(times(), "07-01").size == 0


def test_a_year_that_starts_on_29_february_starts_on_1_march_otherwise() -> None:
    got = bio_years(times("2008-02-28", "2008-02-29", "2009-02-28", "2009-03-01"), "02-29")
    assert got.tolist() == [2007, 2008, 2008, 2009]


@pytest.mark.parametrize("start", ["01-01", "02-29", "07-15", "12-31"])
def test_every_time_lies_between_the_start_of_its_year_and_of_the_next(start: str) -> None:
    hours = np.arange("2003-12-25", "2005-01-10", np.timedelta64(5, "h"), dtype="datetime64[us]")
    for year in np.unique(found := bio_years(hours, start)):
        own = hours[found == year]
        assert own.min() >= year_start(int(year), start)
        assert own.max() < year_start(int(year) + 1, start)


def test_days_and_times_are_inverse() -> None:
    origin = year_start(2007, "02-01")
    moment = times("2007-05-01T12:00")
    assert time_at(float(days_since(moment, origin)[0]), origin) == moment[0]


def test_a_season_may_run_over_the_new_year() -> None:
    days = times("2007-12-15", "2008-01-01", "2008-03-15T23:59", "2008-03-16", "2007-12-14")
    assert in_season(days, ("12-15", "03-15")).tolist() == [True, True, True, False, False]
    assert in_season(days, ("01-01", "03-16")).tolist() == [False, True, True, True, False]


def test_the_quiet_day_lies_in_the_longer_stay() -> None:
    hour = np.arange(0, 2 * 365 * 24, 12)
    time = np.datetime64("2007-01-01", "us") + hour.astype("timedelta64[h]")
    day = (hour / 24) % 365
    # Still from October to March; on the move through spring and summer.
    x = np.where((day > 90) & (day < 270), 50_000 * np.sin((day - 90) / 180 * np.pi), 0.0)
    first, *others = quiet_starts(np.zeros(hour.size, int), time, x, 0 * x, half_width_d=30, n=4)
    assert first >= "10-25" or first <= "03-05"
    assert len(others) == 3
    assert all(apart_d(first, other) > 30 for other in others)


def test_a_short_track_has_no_quiet_day() -> None:
    time = np.datetime64("2007-01-01", "us") + np.arange(20).astype("timedelta64[D]")
    with pytest.raises(ValueError, match="no animal"):
        quiet_starts(np.zeros(20, int), time, np.zeros(20), np.zeros(20), half_width_d=30, n=1)
