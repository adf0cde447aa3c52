"""When a barrier counts: steps of animals from before it was built or after it went say nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.barriers.crossings import Steps
from corridors.foundation.arrays import Flags, Indices, Microseconds
from corridors.foundation.clock import microseconds

_EVER = np.iinfo(np.int64).max
_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Validity:
    """Time in which each barrier or segment counts, microseconds since 1970 UTC.

    Parameters
    ----------
    from_us, to_us
        First moment and the first one after the last, shape (n,).
    """

    from_us: Microseconds
    to_us: Microseconds

    @property
    def is_dated(self) -> Flags:
        """True where not all times count, shape (n,)."""
        return (self.from_us > -_EVER) | (self.to_us < _EVER)

    def holds(self, time_us: Microseconds, row: Indices) -> Flags:
        """Return whether row ``row`` counts at ``time_us``; arrays of equal shape."""
        return np.asarray((time_us >= self.from_us[row]) & (time_us < self.to_us[row]))


def validity_of(barriers: pd.DataFrame) -> Validity:
    """Return when each barrier counts.

    Parameters
    ----------
    barriers
        ``status, valid_from, valid_to``: first and last day on which it stands, NaT: no end.

    Notes
    -----
    An existing barrier counts from its first to its last day. Of a planned one the passages before
    its first day count, which it would block; of a removed one those after its last day, which
    use the way again. Without the day in question all times count.

    Examples
    --------
    >>> day = pd.to_datetime(["2020-03-01"] * 3, utc=True)
    >>> frame = pd.DataFrame({"status": ["existing", "planned", "removed"], "valid_from": day,
    ...                       "valid_to": day})
    >>> noon = pd.to_datetime(["2020-02-28 12:00", "2020-03-01 12:00", "2020-03-02 12:00"])
    >>> time = noon.as_unit("us").asi8
    >>> validity = validity_of(frame)
    >>> [validity.holds(time, np.full(3, row)).tolist() for row in range(3)]
    [[False, True, False], [True, False, False], [False, False, True]]
    """
    status = barriers["status"].to_numpy(str)
    first, last = (microseconds(barriers[name]) for name in ("valid_from", "valid_to"))
    begins, ends = barriers["valid_from"].notna(), barriers["valid_to"].notna()
    begin = np.where(begins, first, -_EVER)
    end = np.where(ends, last + _DAY_US, _EVER)
    from_us = np.where(status == "existing", begin, -_EVER)
    from_us = np.where((status == "removed") & ends, end, from_us)
    to_us = np.where(status == "existing", end, _EVER)
    to_us = np.where((status == "planned") & begins, begin, to_us)
    return Validity(from_us.astype(np.int64), to_us.astype(np.int64))


def middle_us(steps: Steps) -> Indices:
    """Return the middle of each step: a step counts for a barrier by it, shape (n,)."""
    start = microseconds(steps.frame["start_utc"])
    return start + (microseconds(steps.frame["end_utc"]) - start) // 2


def exposure(steps: Steps, validity: Validity) -> tuple[pd.DataFrame, Indices]:
    """Return the years in which each animal was tracked while a barrier counted.

    Returns
    -------
    years
        One row per different time span, one column per animal (sorted); 365.25 d; 0 where the
        animal was not tracked then.
    span
        Row of ``years`` of each barrier, shape (n,).
    """
    spans, span = np.unique(
        np.column_stack([validity.from_us, validity.to_us]), axis=0, return_inverse=True
    )
    time, animal = middle_us(steps), steps.frame["animal"]
    whole = pd.Series(steps.duration_min / (365.25 * 24 * 60), index=animal)
    names = sorted(animal.unique())
    rows = [
        whole.where((time >= first) & (time < last), 0.0).groupby(level=0).sum().reindex(names)
        for first, last in spans
    ]
    years = pd.DataFrame(rows, columns=names, dtype="float64").reset_index(drop=True)
    return years, np.asarray(span, np.int64).ravel()
