"""In which months tracked animals used what a map shows, as far as that is known.

Months are bits of a whole number, January the lowest; 0 is "not known", never "in no month".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Indices

N_MONTHS: Final = 12
WHOLE_YEAR: Final = (1 << N_MONTHS) - 1


@dataclass(frozen=True)
class HerdMonths:
    """Months of one herd.

    Parameters
    ----------
    migrations, ranges
        Season -> months in which animals were on that migration, or in that range.
    places
        Place -> months in which animals came near.
    untracked
        Months of which nothing is known, as nobody was tracked.
    """

    migrations: Mapping[str, int] = field(default_factory=dict)
    ranges: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    untracked: int = WHOLE_YEAR

    def shown(self, months: int) -> int:
        """Return when that is shown which is used in MONTHS: also while nothing is known.

        Examples
        --------
        >>> HerdMonths(untracked=0b100).shown(0b001), HerdMonths(untracked=0b100).shown(0)
        (5, 0)
        """
        return months | self.untracked if months else 0


def herd_months(
    years: pd.DataFrame,
    windows: pd.DataFrame,
    events: pd.DataFrame,
    touched: pd.DataFrame,
    places: pd.DataFrame,
    units: pd.DataFrame,
    *,
    least: int,
) -> HerdMonths:
    """Return in which months a herd used its corridors, ranges and places.

    Parameters
    ----------
    years
        ANIMAL_YEARS: ``animal first_utc last_utc``.
    windows
        MIGRATIONS: ``animal part season start_utc end_utc``.
    events
        BEHAVIOUR: ``event animal start_utc end_utc``, on migrations or not.
    touched
        BEHAVIOUR_SEGMENTS: ``event segment``.
    places
        THREAT_SEGMENTS: ``segment threat``.
    units
        UNITS: animals that travel together are one.
    least
        A month counts where so many independent units, or more, were there in it.
    """
    unit = units.set_index("animal")["unit"]

    def months(rows: pd.DataFrame, by: str) -> dict[str, int]:
        # Animals of which no unit is known count as one, all together.
        own = rows["animal"].map(unit).fillna(0)
        return used(rows.assign(unit=own), by=by, least=least)

    near = touched.merge(places, on="segment")[["event", "threat"]].drop_duplicates()
    near = near.merge(events, on="event")
    time = years.rename(columns={"first_utc": "start_utc", "last_utc": "end_utc"})
    tracked = months(time.assign(year="any"), "year").get("any", 0)
    own = {part: windows[windows["part"] == part] for part in ("migration", "range")}
    seasons = {part: months(rows, "season") for part, rows in own.items()}
    return HerdMonths(
        migrations=seasons["migration"],
        ranges=seasons["range"],
        places=months(near, "threat"),
        untracked=WHOLE_YEAR & ~tracked,
    )


def used(rows: pd.DataFrame, *, by: str, least: int) -> dict[str, int]:
    """Return each value of column BY -> months in which LEAST units or more had a row of it.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "unit": [1, 2], "season": "spring",
    ...     "start_utc": pd.to_datetime(["2020-04-30", "2021-05-02"], utc=True),
    ...     "end_utc": pd.to_datetime(["2020-05-01", "2021-05-09"], utc=True)})
    >>> used(rows, by="season", least=1), used(rows, by="season", least=2)
    ({'spring': 24}, {'spring': 16})
    """
    asked = pd.DataFrame(
        {
            "by": rows[by].to_numpy(),
            "unit": rows["unit"].to_numpy(),
            "months": spanned(rows["start_utc"], rows["end_utc"]),
        }
    ).drop_duplicates()
    found = {str(name): 0 for name in sorted(set(asked["by"]))}
    for month in range(N_MONTHS):
        here = asked[(asked["months"].to_numpy() >> month & 1).astype(bool)]
        n_units = here.groupby("by")["unit"].nunique()
        for name in n_units.index[n_units >= least]:
            found[str(name)] |= 1 << month
    return found


def spanned(start: pd.Series, end: pd.Series) -> Indices:
    """Return the months from START to END, both included, of each row.

    Examples
    --------
    >>> times = pd.to_datetime(["2020-12-31", "2021-01-01", "2021-12-30"], utc=True).to_series()
    >>> spanned(times.iloc[[0, 0, 1]], times.iloc[[0, 1, 2]]).tolist()
    [2048, 2049, 4095]
    """
    first = 12 * start.dt.year.to_numpy(np.int64) + start.dt.month.to_numpy(np.int64) - 1
    last = 12 * end.dt.year.to_numpy(np.int64) + end.dt.month.to_numpy(np.int64) - 1
    months = np.zeros(len(first), np.int64)
    for later in range(N_MONTHS):
        there = first + later <= last
        months[there] |= np.int64(1) << (first[there] + later) % N_MONTHS
    return months
