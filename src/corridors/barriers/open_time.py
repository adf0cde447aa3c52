"""When a barrier stands open, and which share of the encounters falls into that time."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from corridors.barriers.crossings import Steps
from corridors.barriers.validity import middle_us
from corridors.foundation.arrays import Flags

OPEN, CLOSED = "open", "closed"


def is_open(
    steps: Steps,
    *,
    seasons: Collection[str] | None = None,
    months: Collection[int] | None = None,
    days: tuple[str, str] | None = None,
) -> Flags:
    """Return which steps fall into the open time by their middle, shape (n_steps,).

    Parameters
    ----------
    steps
        Steps of the herd.
    seasons
        Open in the windows of these seasons.
    months
        Open in these months, 1 to 12, UTC.
    days
        Open from the first to the last of two days ``MM-DD``, both included, UTC; over the end of
        the year where the second comes before the first.
    """
    if seasons is not None:
        return np.asarray(steps.frame["season"].isin(set(seasons)), dtype=bool)
    time = pd.to_datetime(pd.Series(middle_us(steps)), unit="us", utc=True)
    if months is not None:
        return np.asarray(time.dt.month.isin(set(months)), dtype=bool)
    if days is None:
        raise ValueError("say when it is open: seasons, months or days")
    first, last = (100 * int(day[:2]) + int(day[3:]) for day in days)
    day = np.asarray(100 * time.dt.month + time.dt.day)
    if first <= last:
        return np.asarray((day >= first) & (day <= last))
    return np.asarray((day >= first) | (day <= last))


def open_share(encounters: pd.DataFrame) -> pd.Series[float]:
    """Return the share of each segment's encounters in the open time, by segment.

    Parameters
    ----------
    encounters
        ENCOUNTERS with ``season`` :data:`OPEN` or :data:`CLOSED`.

    Examples
    --------
    >>> met = pd.DataFrame({"segment": ["a", "a", "b"], "season": ["open", "closed", "closed"],
    ...                     "passages": [2.0, 1.0, 1.0], "approaches": [1.0, 0.0, 1.0]})
    >>> open_share(met).to_dict()
    {'a': 0.75, 'b': 0.0}
    """
    met = encounters["passages"] + encounters["approaches"]
    whole = met.groupby(encounters["segment"]).sum()
    while_open = met.where(encounters["season"] == OPEN, 0.0).groupby(encounters["segment"]).sum()
    return (while_open / whole.where(whole > 0)).rename("open_share")
