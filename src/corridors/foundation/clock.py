"""Time stamps: text to UTC with a declared zone, never a guessed one.

Source: METHODS section 1. A stamp either carries an offset (``Z``, ``+05:00``) or is read in the
zone that the user names; local times that a change of the clock makes ambiguous or impossible are
reported, not shifted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import available_timezones

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Flags, Microseconds

UTC_US = pd.DatetimeTZDtype("us", "UTC")
# Day and time of day: a bare date would silently become midnight.
_ISO = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*"
_OFFSET = r".*\d(Z|z|[+-]\d{2}:?(\d{2})?)"
# The first GPS epoch; an earlier stamp is a clock that was never set.
EARLIEST = pd.Timestamp("1980-01-06", tz="UTC")
LATEST = pd.Timestamp("2100-01-01", tz="UTC")


@dataclass(frozen=True)
class Stamps:
    """Times in UTC and what is wrong with those that are missing.

    Parameters
    ----------
    utc
        UTC times with microseconds, NaT where any mask below is true, shape (n,).
    unreadable
        Text that does not follow the format.
    zoneless
        No offset in the text and no zone declared.
    clock_change
        Local time that is ambiguous or does not exist in the declared zone.
    implausible
        Before GPS existed, or after the year 2099.
    """

    utc: pd.Series
    unreadable: Flags
    zoneless: Flags
    clock_change: Flags
    implausible: Flags


def microseconds(times: pd.Series[pd.Timestamp]) -> Microseconds:
    """Return UTC times as microseconds since 1970, the least integer where there is none.

    Examples
    --------
    >>> microseconds(pd.Series(pd.to_datetime(["1970-01-01T00:00:01Z"]))).tolist()
    [1000000]
    """
    return times.to_numpy("datetime64[us]").astype(np.int64)


def is_zone(name: str) -> bool:
    """Return whether ``name`` is an IANA time zone.

    Examples
    --------
    >>> is_zone("Asia/Dushanbe"), is_zone("Dushanbe")
    (True, False)
    """
    return name in available_timezones()


def zones() -> list[str]:
    """Return the names of all IANA time zones, sorted."""
    return sorted(available_timezones())


def parse_utc(text: pd.Series, *, time_zone: str | None, time_format: str | None) -> Stamps:
    """Read time stamps as UTC.

    Parameters
    ----------
    text
        Stamps as text, shape (n,); surrounding blanks are ignored.
    time_zone
        IANA zone of stamps without an offset, or None when each must carry one.
    time_format
        ``strptime`` format, or None for ISO 8601 with day and time of day.

    Examples
    --------
    >>> stamps = parse_utc(
    ...     pd.Series(["2024-03-31 03:30", "2024-03-31T05:30+05:00", "2024-03-31 02:30"]),
    ...     time_zone="Europe/Oslo", time_format=None)
    >>> stamps.utc.dt.strftime("%H:%M").tolist()[:2], stamps.clock_change.tolist()
    (['01:30', '00:30'], [False, False, True])
    """
    clean = text.str.strip().reset_index(drop=True)
    if time_format is None:
        readable = clean.str.fullmatch(_ISO).to_numpy(dtype=bool)
        offset = readable & clean.str.fullmatch(_OFFSET).to_numpy(dtype=bool)
        pattern = "ISO8601"
    else:
        readable = np.ones(len(clean), dtype=bool)
        offset = np.full(len(clean), "%z" in time_format)
        pattern = time_format
    local = readable & ~offset
    utc = pd.Series(pd.NaT, index=clean.index, dtype=UTC_US)
    clock_change = np.zeros(len(clean), dtype=bool)
    zoneless = np.zeros(len(clean), dtype=bool)
    if offset.any():
        parsed = pd.to_datetime(clean[offset], format=pattern, errors="coerce", utc=True)
        utc[offset] = parsed.astype(UTC_US)
    if local.any():
        naive = pd.to_datetime(clean[local], format=pattern, errors="coerce", utc=False)
        naive = naive.astype("datetime64[us]")
        if time_zone is None:
            zoneless[local] = naive.notna().to_numpy()
        else:
            placed = localise(naive, time_zone)
            utc[local] = placed
            clock_change[local] = (naive.notna() & placed.isna()).to_numpy()
    implausible = ((utc < EARLIEST) | (utc >= LATEST)).to_numpy(dtype=bool)
    unreadable = utc.isna().to_numpy() & ~zoneless & ~clock_change
    utc = utc.mask(implausible)
    return Stamps(utc, unreadable, zoneless, clock_change, implausible)


def localise(naive: pd.Series, time_zone: str) -> pd.Series:
    """Return naive local times as UTC; NaT where a change of the clock leaves no single answer."""
    placed = naive.dt.tz_localize(time_zone, ambiguous="NaT", nonexistent="NaT")
    utc: pd.Series = placed.dt.tz_convert("UTC").astype(UTC_US)
    return utc


def median_day(times: pd.Series, bio_year: pd.Series) -> date:
    """Return the median day of some times, counted from 1 January of each one's biological year.

    Parameters
    ----------
    times
        UTC, shape (n,), n >= 1.
    bio_year
        Biological year of each, so that a winter's February follows its December.

    Returns
    -------
    date
        In 2001 or, for a day after New Year, 2002.

    Examples
    --------
    >>> times = pd.Series(pd.to_datetime(["2020-12-20", "2022-01-10"], utc=True))
    >>> median_day(times, pd.Series([2020, 2021])).isoformat()
    '2001-12-30'
    """
    year = bio_year.reset_index(drop=True)
    start = pd.to_datetime(year.astype(str) + "-01-01", utc=True)
    offset = (times.reset_index(drop=True) - start).dt.total_seconds() / 86400.0
    # In a leap year every date after February is one day later; so is it in the year before one,
    # after the February that follows.
    leap = pd.to_datetime(year.astype(str) + "-01-01").dt.is_leap_year
    leap_next = pd.to_datetime((year + 1).astype(str) + "-01-01").dt.is_leap_year
    offset = offset - ((leap & (offset >= 60)) | (leap_next & (offset >= 365 + 60)))
    return date(2001, 1, 1) + timedelta(days=math.floor(float(offset.median())))
