"""When a barrier stands open."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.barriers.crossings import Steps
from corridors.barriers.open_time import is_open, open_share


def steps(*starts: str) -> Steps:
    start = pd.to_datetime(pd.Series(starts), utc=True).dt.as_unit("us")
    frame = pd.DataFrame(
        {
            "animal": "a",
            "start_utc": start,
            "end_utc": start + pd.Timedelta(hours=2),
            "season": ["spring" if t.month < 7 else "other" for t in start],
        }
    )
    return Steps(frame)


YEAR = steps("2020-01-15 00:00", "2020-04-30 23:30", "2020-06-01 00:00", "2020-12-24 12:00")


def test_open_in_a_season_of_the_windows() -> None:
    assert is_open(YEAR, seasons=["spring"]).tolist() == [True, True, True, False]


def test_a_step_counts_by_its_middle() -> None:
    # 23:30 plus an hour is in May.
    assert is_open(YEAR, months=[4]).tolist() == [False, False, False, False]
    assert is_open(YEAR, months=[5]).tolist() == [False, True, False, False]


def test_days_include_both_ends_and_may_go_over_the_year() -> None:
    assert is_open(YEAR, days=("05-01", "06-01")).tolist() == [False, True, True, False]
    assert is_open(YEAR, days=("12-24", "01-15")).tolist() == [True, False, False, True]


def test_the_three_ways_of_saying_it_agree() -> None:
    whole = tuple(range(4, 7))
    by_day = is_open(YEAR, days=("04-01", "06-30"))
    assert np.array_equal(is_open(YEAR, months=whole), by_day)


def test_nothing_said_is_refused() -> None:
    with pytest.raises(ValueError, match="say when"):
        is_open(YEAR)


def test_a_segment_that_nobody_met_has_no_share() -> None:
    met = pd.DataFrame(
        {"segment": ["a"], "season": ["open"], "passages": [0.0], "approaches": [0.0]}
    )
    assert open_share(met).isna().all()
    assert open_share(met.iloc[:0]).empty
