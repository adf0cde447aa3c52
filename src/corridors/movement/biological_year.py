"""The biological year: which one a fix belongs to, when it starts, and starts that data suggest.

A biological year is named after the calendar year in which it starts: with a start of 02-01,
31 January 2008 belongs to 2007.
"""

from __future__ import annotations

import numpy as np

from corridors.foundation.arrays import Flags, Floats, Indices, Times

Instant = np.datetime64
DAYS_PER_YEAR = 365.25
_DAY_US = 86_400_000_000
_DAY = np.timedelta64(_DAY_US, "us")


def year_start(bio_year: int, start: str) -> Instant:
    """Return the first instant (UTC, us) of a biological year.

    Parameters
    ----------
    bio_year
        Calendar year in which it starts.
    start
        Month and day as MM-DD. 02-29 means 1 March in years without that day.

    Examples
    --------
    >>> str(year_start(2007, "02-29"))
    '2007-03-01T00:00:00.000000'
    """
    month, day = map(int, start.split("-"))
    first = np.datetime64(f"{bio_year:04d}-{month:02d}-01T00:00:00", "us")
    return first + np.timedelta64((day - 1) * _DAY_US, "us")


def bio_years(time_utc: Times, start: str) -> Indices:
    """Return the biological year of each time.

    Parameters
    ----------
    time_utc
        UTC times, datetime64, shape (n,).
    start
        Month and day as MM-DD.

    Examples
    --------
    >>> bio_years(np.array(["2008-01-31T23:59", "2008-02-01"], "datetime64[us]"), "02-01")
    array([2007, 2008])
    """
    calendar = time_utc.astype("datetime64[Y]").astype(np.int64) + 1970
    if calendar.size == 0:
        return calendar
    span = range(int(calendar.min()), int(calendar.max()) + 1)
    starts = np.array([year_start(year, start) for year in span], dtype="datetime64[us]")
    begun = time_utc.astype("datetime64[us]") >= starts[calendar - calendar.min()]
    return np.asarray(calendar - ~begun)


def days_since(time_utc: Times, origin: Instant) -> Floats:
    """Return days (float64) since ``origin``."""
    return np.asarray((time_utc.astype("datetime64[us]") - origin) / _DAY)


def time_at(days: float, origin: Instant) -> Instant:
    """Return the UTC time (us) that lies ``days`` after ``origin``."""
    return origin + np.timedelta64(round(days * _DAY_US), "us")


def in_season(time_utc: Times, window: tuple[str, str]) -> Flags:
    """Return which times fall in a yearly window of two MM-DD, both days included.

    A window whose end comes before its start runs over the new year.

    Examples
    --------
    >>> times = np.array(["2008-12-31T12:00", "2008-03-15T23:00", "2008-03-16"], "datetime64[us]")
    >>> in_season(times, ("12-15", "03-15"))
    array([ True,  True, False])
    """
    month = time_utc.astype("datetime64[M]")
    day_of_month = (time_utc.astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int)
    code = (month.astype(np.int64) % 12 + 1) * 100 + day_of_month + 1
    first, last = (int(text[:2]) * 100 + int(text[3:]) for text in window)
    if first <= last:
        return np.asarray((code >= first) & (code <= last))
    return np.asarray((code >= first) | (code <= last))


def quiet_starts(
    animal: Indices,
    time_utc: Times,
    x_m: Floats,
    y_m: Floats,
    *,
    half_width_d: float,
    n: int,
) -> list[str]:
    """Return the months and days around which the herd moves least, quietest first.

    For each calendar day, an animal's shift is the distance between its median positions in the
    ``half_width_d`` days before and after; the herd's shift is the median over all animals and
    years that have both. A day counts with the mean of the shifts within ``half_width_d``, so
    that it lies inside a quiet season and not in a pause.

    Parameters
    ----------
    animal
        Animal as an integer, ascending, shape (k,).
    time_utc, x_m, y_m
        Usable fixes, in time order within each animal.
    half_width_d
        Days compared on each side of a date.
    n
        How many days at most, each more than ``half_width_d`` from the quieter ones.

    Raises
    ------
    ValueError
        No animal was tracked for twice ``half_width_d``.
    """
    width = max(1, round(half_width_d))
    total, seen = np.zeros(365), np.zeros(365)
    shifts: list[list[float]] = [[] for _ in range(365)]
    day = time_utc.astype("datetime64[D]").astype(np.int64)
    for number in np.unique(animal):
        own = np.flatnonzero(animal == number)
        date, x, y = day[own], x_m[own], y_m[own]
        for centre in range(int(date[0]) + width, int(date[-1]) - width + 2):
            a, b, c = np.searchsorted(date, [centre - width, centre, centre + width])
            if b - a >= width / 2 and c - b >= width / 2:
                slot = _slot(centre)
                shifts[slot].append(
                    float(
                        np.hypot(
                            np.median(x[b:c]) - np.median(x[a:b]),
                            np.median(y[b:c]) - np.median(y[a:b]),
                        )
                    )
                )
    for slot, values in enumerate(shifts):
        if values:
            total[slot], seen[slot] = float(np.median(values)), 1.0
    if not seen.any():
        raise ValueError(f"no animal was tracked for {2 * width} days")
    turn = np.arange(-width, width + 1)
    around = (np.arange(365)[:, None] + turn) % 365
    covered = seen[around].sum(axis=1)
    # A date whose surroundings were hardly observed looks quiet only for want of data.
    enough = covered >= 0.8 * max(covered.max(), 1)
    mean = np.where(enough, total[around].sum(axis=1) / np.maximum(covered, 1), np.inf)
    days: list[str] = []
    while len(days) < n and np.isfinite(mean).any():
        quietest = int(np.argmin(mean))
        days.append(str(np.datetime64("2001-01-01", "D") + np.timedelta64(quietest, "D"))[5:])
        mean[(quietest + turn) % 365] = np.inf
    return days


def apart_d(one: str, other: str) -> int:
    """Return the days between two MM-DD, the shorter way round the year.

    Examples
    --------
    >>> apart_d("12-31", "01-02")
    2
    """
    gap = abs(int((year_start(2001, one) - year_start(2001, other)) / _DAY))
    return min(gap, 365 - gap)


def _slot(day: int) -> int:
    """Return 0...364 for a day since 1970; 29 February shares with 28 February."""
    date = str(np.datetime64(day, "D"))
    month_day = "02-28" if date[5:] == "02-29" else date[5:]
    start = np.datetime64("2001-01-01", "D")
    return int((np.datetime64(f"2001-{month_day}", "D") - start).astype(int))
