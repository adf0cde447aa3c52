"""Time stamps: text to UTC with a declared zone, never a guessed one.

Source: METHODS section 1. A stamp either carries an offset (``Z``, ``+05:00``) or is read in the
zone that the user names; local times that a change of the clock makes ambiguous or impossible are
reported, not shifted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from corridors.foundation.arrays import Flags, Microseconds
from corridors.foundation.time_forms import HALF_DAY, ISO, NUMBERS, date_of, expanded
from corridors.foundation.zones import zone_of

UTC_US = pd.DatetimeTZDtype("us", "UTC")
# Year first, day and time of day: a bare date would silently become midnight.
_ISO = (
    r"^(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"(?:(?:T|t|\s+)(?P<h>\d{1,2}):(?P<n>\d{2})(?::(?P<c>\d{2}(?:[.,]\d+)?))?"
    r"\s*(?P<z>Z|z|(?:UTC|GMT)(?:\s?[+\-\u2212]\d{1,2}(?::?\d{2})?)?|[+\-\u2212]\d{2}(?::?\d{2})?)?)?$"
)
_SPOKEN = r"^(?:UTC|GMT)\s?(?=[+-])"
_ONE_DIGIT = r"^([+-])(\d)(?=$|:|\d\d$)"  # UTC+3, UTC+3:30, UTC+330
_OFFSET = r"[:\d.](Z|z|[+-]\d{2}:?(\d{2})?)$"
_ZONE_WORDS = ("UTC", "GMT", "Z")
# Day, hour and minute with separators: a shorter text is a date alone.
_SHORTEST = 16
# The first GPS epoch; an earlier stamp is a clock that was never set.
EARLIEST = pd.Timestamp("1980-01-06", tz="UTC")
LATEST = pd.Timestamp("2100-01-01", tz="UTC")
_EARLIEST_US = EARLIEST.value // 1000
_LATEST_US = LATEST.value // 1000

_NAT = np.iinfo(np.int64).min
_DAY_US = 86_400_000_000
_EXCEL_EPOCH_S = -2_209_161_600  # 1899-12-30


@dataclass(frozen=True)
class Stamps:
    """Times in UTC and what is wrong with those that are missing.

    Parameters
    ----------
    micros
        Microseconds since 1970 UTC, the smallest integer where any mask of a fault is true,
        shape (n,).
    unreadable
        Text that does not follow the format.
    zoneless
        No offset in the text and no zone declared.
    clock_change
        Local time that is ambiguous or does not exist in the declared zone.
    implausible
        Before GPS existed, or after the year 2099.
    date_alone
        A date without time of day: read as midnight if that was asked for, else unreadable.
    midnight
        A clock that reads 00:00:00, written out.
    """

    micros: Microseconds
    unreadable: Flags
    zoneless: Flags
    clock_change: Flags
    implausible: Flags
    date_alone: Flags
    midnight: Flags

    @property
    def utc(self) -> pd.Series:
        """UTC times with microseconds, NaT where there is none."""
        return pd.Series(self.micros.view("datetime64[us]")).dt.tz_localize("UTC")

    @property
    def is_good(self) -> bool:
        """Whether every text was read."""
        return not (self.micros == _NAT).any()


def parse_utc(
    text: pd.Series | pa.Array,
    *,
    time_zone: str | None,
    time_format: str | Sequence[str] | None,
    midnight: bool = False,
) -> Stamps:
    """Read time stamps as UTC.

    Parameters
    ----------
    text
        Stamps as text, shape (n,); surrounding blanks are ignored.
    time_zone
        Zone of stamps without an offset (see :mod:`corridors.foundation.zones`), or None when each
        must carry one.
    time_format
        Form (see :mod:`corridors.foundation.time_forms`), or several, of which the first that fits
        counts; None for ISO 8601 with day and time of day.
    midnight
        Whether a date alone is midnight.

    Examples
    --------
    >>> stamps = parse_utc(
    ...     pd.Series(["2024-03-31 03:30", "2024-03-31T05:30+05:00", "2024-03-31 02:30"]),
    ...     time_zone="Europe/Oslo", time_format=None)
    >>> stamps.utc.dt.strftime("%H:%M").tolist()[:2], stamps.clock_change.tolist()
    (['01:30', '00:30'], [False, False, True])
    """
    array = (
        text if isinstance(text, pa.Array) else pa.array(text.to_numpy(dtype=object), pa.string())
    )
    if time_format is None:
        quick = _quick(array, time_zone)
        if quick is not None:
            return quick
    clean = pd.Series(
        pc.fill_null(pc.utf8_trim_whitespace(array.cast(pa.string())), "").to_pandas(), dtype="str"
    )
    if time_format is None:
        wall, offset, alone = _iso(clean)
    else:
        forms = [time_format] if isinstance(time_format, str) else list(time_format)
        wall, offset, alone = _formatted(clean, forms)
    return _placed(wall, offset, alone, time_zone, midnight=midnight)


def _quick(array: pa.Array, time_zone: str | None) -> Stamps | None:
    """Return stamps that all are plain ISO 8601, or None."""
    if not len(array) or array.null_count:
        return None
    if pc.min(pc.binary_length(array)).as_py() < _SHORTEST:
        return None
    offset = pc.match_substring_regex(array[:1], _OFFSET)[0].as_py()
    try:
        read = array.cast(pa.timestamp("us", "UTC" if offset else None))
    except pa.ArrowInvalid:
        return None
    micros = np.asarray(read.cast(pa.int64()).to_numpy())
    nothing = np.zeros(len(micros), dtype=bool)
    ahead = 0 if offset else _ahead_us(time_zone)
    if ahead is not None:
        utc = micros - ahead if ahead else micros
        if utc.min() >= _EARLIEST_US and utc.max() < _LATEST_US:
            midnights = micros % _DAY_US == 0
            return Stamps(utc, nothing, nothing, nothing, nothing, nothing, midnights)
    return _placed(micros, ~nothing if offset else nothing, nothing, time_zone, midnight=False)


def _placed(
    wall: Microseconds, offset: Flags, alone: Flags, time_zone: str | None, *, midnight: bool
) -> Stamps:
    """Return clock readings as UTC; those with an offset are UTC already."""
    written = ~alone & (wall % _DAY_US == 0)
    if not midnight:
        wall = np.where(alone, _NAT, wall)
    unreadable = wall == _NAT
    local = ~offset & ~unreadable
    micros = wall.copy()
    zoneless = np.zeros(len(wall), dtype=bool)
    clock_change = np.zeros(len(wall), dtype=bool)
    if local.any():
        if time_zone is None:
            zoneless = local
            micros[local] = _NAT
        else:
            micros[local] = _localised(wall[local], time_zone)
            clock_change = local & (micros == _NAT)
    implausible = (micros != _NAT) & ((micros < _EARLIEST_US) | (micros >= _LATEST_US))
    micros[implausible] = _NAT
    return Stamps(micros, unreadable, zoneless, clock_change, implausible, alone, written)


def _localised(wall: Microseconds, time_zone: str) -> Microseconds:
    """Return local times as UTC, none where a change of the clock leaves no single answer."""
    ahead = _ahead_us(time_zone)
    if ahead is not None:
        return np.asarray(wall - ahead, dtype=np.int64)
    zone = zone_of(time_zone)
    index = pd.DatetimeIndex(wall.view("datetime64[us]"))
    placed = index.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").tz_convert("UTC")
    return np.asarray(placed.as_unit("us").asi8, dtype=np.int64)


def _ahead_us(time_zone: str | None) -> int | None:
    """Return by how much a zone is always ahead of UTC; None of no zone, or of one that changes."""
    fixed = None if time_zone is None else zone_of(time_zone).utcoffset(None)
    return None if fixed is None else int(fixed.total_seconds()) * 1_000_000


def _iso(clean: pd.Series) -> tuple[Microseconds, Flags, Flags]:
    """Return clock readings, which of them are UTC by their offset, and which have a date only."""
    parts = clean.str.extract(_ISO)
    given = parts["y"].notna().to_numpy()
    alone = given & parts["h"].isna().to_numpy()
    zone = parts["z"].fillna("").replace(dict.fromkeys(("Z", "z", "UTC", "GMT"), "+00:00"))
    zone = zone.str.replace("\u2212", "-", regex=False).str.replace(_SPOKEN, "", regex=True)
    zone = zone.str.replace(_ONE_DIGIT, r"\g<1>0\2", regex=True)
    day = parts["y"] + "-" + parts["m"].str.zfill(2) + "-" + parts["d"].str.zfill(2)
    clock = parts["h"].fillna("0").str.zfill(2) + ":" + parts["n"].fillna("00")
    second = parts["c"].fillna("00").str.replace(",", ".", regex=False)
    whole = pd.to_datetime(
        (day + "T" + clock + ":" + second).where(given), format="ISO8601", errors="coerce"
    )
    wall = _micros(whole)
    offset = (zone != "").to_numpy()
    hours = pd.to_numeric(zone.str.slice(1, 3), errors="coerce").fillna(0).to_numpy()
    minutes = pd.to_numeric(zone.str.slice(-2), errors="coerce").fillna(0).to_numpy()
    minutes = np.where(zone.str.len().to_numpy() > 3, minutes, 0)
    sign = np.where(zone.str.startswith("-").to_numpy(dtype=bool), -1, 1)
    ahead = (sign * (hours * 60 + minutes) * 60_000_000).astype(np.int64)
    wall = np.where(offset & (wall != _NAT), wall - ahead, wall)
    return wall, offset, alone & (wall != _NAT)


def _formatted(clean: pd.Series, forms: Sequence[str]) -> tuple[Microseconds, Flags, Flags]:
    """Return the same as :func:`_iso` by forms; the first that fits a text counts."""
    n = len(clean)
    wall = np.full(n, _NAT, dtype=np.int64)
    offset, alone = np.zeros((2, n), dtype=bool)
    for form in forms:
        left = np.flatnonzero(wall == _NAT)
        if not len(left):
            break
        texts = clean.iloc[left]
        if form == ISO:
            read, zoned, whole = _iso(texts)
            offset[left], alone[left] = zoned, alone[left] | whole
        elif form in NUMBERS:
            read, whole = _counted(texts, form)
            offset[left[read != _NAT]] = form != "excel"
            alone[left] |= whole
        else:
            read = _by_form(texts, expanded(form))
            offset[left[read != _NAT]] = "%z" in form or "%Z" in form
        wall[left] = read
    for form in forms:
        left = np.flatnonzero(wall == _NAT)
        if "%" not in form or not len(left):
            continue
        read = _micros(pd.to_datetime(clean.iloc[left], format=date_of(form), errors="coerce"))
        wall[left] = read
        alone[left] = read != _NAT
    return wall, offset, alone


def _by_form(texts: pd.Series, form: str) -> Microseconds:
    if "%p" in form:
        texts = texts.str.replace(HALF_DAY, r"\1M", regex=True)
    if "%z" in form:
        blank = texts.str.replace(r"\s+([+-]\d{2}:?\d{2})$", r"\1", regex=True)
        tight = form.replace(" %z", "%z")
        return _micros(pd.to_datetime(blank, format=tight, errors="coerce", utc=True))
    if "%Z" not in form:
        return _micros(pd.to_datetime(texts, format=form, errors="coerce"))
    read = np.full(len(texts), _NAT, dtype=np.int64)
    for word in _ZONE_WORDS:
        one = _micros(pd.to_datetime(texts, format=form.replace("%Z", word), errors="coerce"))
        read = np.where(read == _NAT, one, read)
    return read


def _counted(texts: pd.Series, form: str) -> tuple[Microseconds, Flags]:
    """Return times that are numbers, and which of them are whole days of a spreadsheet."""
    parts = texts.str.split(expand=True) if len(texts) else pd.DataFrame({0: texts})
    numbers = parts.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    value = np.where(parts.isna().to_numpy(), 0.0, numbers).sum(axis=1)
    known = np.isfinite(value) & (texts != "").to_numpy() & (np.abs(value) < 1e14)
    value = np.where(known, value, 0.0)
    if form == "excel":
        # To the second: a day in ten digits has errors of some microseconds.
        micros = (np.round(value * 86400) + _EXCEL_EPOCH_S) * 1e6
    else:
        micros = np.round(value * (1e6 if form == "unix_s" else 1e3))
    whole = known & (value == np.floor(value)) & (form == "excel")
    return np.where(known, micros.astype(np.int64), _NAT), whole


def microseconds(times: pd.Series[pd.Timestamp]) -> Microseconds:
    """Return UTC times as microseconds since 1970, the least integer where there is none.

    Examples
    --------
    >>> microseconds(pd.Series(pd.to_datetime(["1970-01-01T00:00:01Z"]))).tolist()
    [1000000]
    """
    return times.to_numpy("datetime64[us]").astype(np.int64)


def _micros(times: pd.Series) -> Microseconds:
    """Return times as microseconds since 1970."""
    index = pd.DatetimeIndex(times)
    return np.asarray(index.as_unit("us").asi8, dtype=np.int64)


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


def median_day_of_year(times: pd.Series) -> date:
    """Return the median day of times that lie around one day of the year, on whichever side of it.

    Parameters
    ----------
    times
        UTC, shape (n,), n >= 1.

    Returns
    -------
    date
        In 2001.

    Notes
    -----
    Days are counted from the one opposite their mean direction on the circle of the year, so that
    neither New Year nor the start of a biological year parts them.

    Examples
    --------
    >>> times = pd.Series(pd.to_datetime(["2020-12-20", "2022-01-10", "2020-12-30"], utc=True))
    >>> median_day_of_year(times).isoformat()
    '2001-12-30'
    """
    year = times.dt.year.astype(str)
    first = pd.to_datetime(year + "-01-01").dt.tz_localize(times.dt.tz)
    day = ((times - first).dt.total_seconds() / 86400.0).to_numpy()
    # In a leap year every date after February is one day later.
    day = day - (times.dt.is_leap_year.to_numpy() & (day >= 60))
    turn = np.exp(2j * np.pi * day / 365.0).mean()
    opposite = float(np.angle(-turn)) * 365.0 / (2 * np.pi)
    middle = (opposite + float(np.median((day - opposite) % 365.0))) % 365.0
    return date(2001, 1, 1) + timedelta(days=math.floor(middle))
