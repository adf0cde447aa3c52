"""Time stamps to UTC."""

from __future__ import annotations

import pandas as pd
import pytest

from corridors.foundation.clock import median_day, parse_utc
from corridors.foundation.zones import cure_of, is_zone


def stamps(*text: str) -> pd.Series:
    return pd.Series(list(text), dtype="str")


def test_a_stamp_with_an_offset_needs_no_zone_and_disregards_it() -> None:
    got = parse_utc(
        stamps("2020-06-01T05:00:00+05:00", "2020-06-01 00:00Z", "2020-05-31 19:00-0500"),
        time_zone="Asia/Tokyo",
        time_format=None,
    )
    assert (got.utc == pd.Timestamp("2020-06-01", tz="UTC")).all()


def test_a_stamp_without_offset_and_zone_is_zoneless_and_never_read_as_utc() -> None:
    got = parse_utc(stamps("2020-06-01 05:00"), time_zone=None, time_format=None)
    assert got.zoneless.tolist() == [True]
    assert got.utc.isna().all()


def test_local_time_follows_the_clock_of_the_season() -> None:
    got = parse_utc(
        stamps("2020-01-01 12:00", "2020-07-01 12:00"), time_zone="Europe/Oslo", time_format=None
    )
    assert got.utc.dt.hour.tolist() == [11, 10]


def test_hours_that_the_clock_skips_or_repeats_are_reported() -> None:
    got = parse_utc(
        stamps("2020-03-29 02:30", "2020-10-25 02:30", "2020-10-25 03:30"),
        time_zone="Europe/Oslo",
        time_format=None,
    )
    assert got.clock_change.tolist() == [True, True, False]
    assert not got.unreadable.any()


@pytest.mark.parametrize(
    "text",
    ["2020-01-05", "05.01.2020 04:00", "01/05/2020 04:00", "43835.5", "", "2020-01-32 00:00"],
)
def test_text_that_is_not_iso_8601_with_time_of_day_is_unreadable(text: str) -> None:
    got = parse_utc(stamps(text), time_zone="UTC", time_format=None)
    assert got.unreadable.tolist() == [True]


def test_a_format_reads_day_first_dates() -> None:
    got = parse_utc(
        stamps(" 05.01.2020 04:00 "), time_zone="Asia/Dushanbe", time_format="%d.%m.%Y %H:%M"
    )
    assert got.utc[0] == pd.Timestamp("2020-01-04 23:00", tz="UTC")


def test_a_format_with_an_offset_needs_no_zone() -> None:
    got = parse_utc(
        stamps("05.01.2020 04:00 +0300"), time_zone=None, time_format="%d.%m.%Y %H:%M %z"
    )
    assert got.utc[0] == pd.Timestamp("2020-01-05 01:00", tz="UTC")


def test_clocks_that_were_never_set_are_implausible() -> None:
    got = parse_utc(
        stamps("1970-01-01 00:00", "2107-02-07 06:28", "2020-01-01 00:00"),
        time_zone="UTC",
        time_format=None,
    )
    assert got.implausible.tolist() == [True, True, False]
    assert got.utc.notna().tolist() == [False, False, True]


def test_milliseconds_survive() -> None:
    got = parse_utc(stamps("2020-01-01 00:00:00.123"), time_zone="UTC", time_format=None)
    assert got.utc[0].microsecond == 123_000


def test_a_zone_is_known_by_its_iana_name_only() -> None:
    assert is_zone("Europe/Oslo")
    assert not is_zone("CEST")


def test_a_leap_day_moves_no_median_day_whichever_year_it_falls_in() -> None:
    for day in ("2020-03-10", "2020-10-10"):
        same = pd.Series(pd.to_datetime([day], utc=True))
        for bio_year in (2019, 2020):
            found = median_day(same, pd.Series([bio_year]))
            assert f"{found:%m-%d}" == day[5:]


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Mountain Standard Time", "America/Denver"),
        ("E. Africa Standard Time", "Africa/Nairobi"),
        ("W. Europe Daylight Time", "Europe/Berlin"),
        ("Mountain Time", "America/Denver"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_as_windows_calls_it_is_told_by_a_name_that_is_read(name: str, zone: str) -> None:
    assert not is_zone(name)
    assert f"write {zone}" in cure_of(name)
    assert is_zone(zone)
