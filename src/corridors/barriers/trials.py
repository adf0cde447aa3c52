"""Trials: visits to a barrier that are one attempt, by several rules, since no single one fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from corridors.barriers.visits import Visits
from corridors.foundation.arrays import Flags, Indices

_DAY_US = 86_400_000_000.0


@dataclass(frozen=True)
class Rule:
    """When an animal's next visit to a line is a new trial.

    Parameters
    ----------
    migration_days
        In a migration: a trial ends when the animal passes, or has not been back for so many days;
        inf: all visits of one migration are one trial, which passes if the animal ends on the other
        side.
    range_days
        In a range likewise, days; 0: each visit is a trial.
    """

    migration_days: float
    range_days: float


@dataclass(frozen=True)
class Trials:
    """Trials, sorted as their visits.

    Parameters
    ----------
    animal, window, line
        Of its first visit, shape (n,).
    segment
        Where it passed; else where it was near for longest.
    passed
        Whether the animal passed.
    sure
        Whether it surely passed through, not round an end.
    at_end
        Where it began, as in :class:`~corridors.barriers.visits.Visits`.
    """

    animal: Indices
    window: Indices
    line: Indices
    segment: Indices
    passed: Flags
    sure: Flags
    at_end: Indices

    def __len__(self) -> int:
        return len(self.animal)


def trials(visits: Visits, is_migration: Flags, rule: Rule) -> Trials:
    """Return the trials that visits make under a rule.

    Parameters
    ----------
    visits
        From :func:`corridors.barriers.visits.visits`: visits of one animal to one line follow each
        other in time.
    is_migration
        Whether the window of each visit is a migration, shape (n,).
    rule
        When the next visit is a new trial.

    Notes
    -----
    A trial lies in one window. An animal that has passed and lingers there makes no new trial,
    unless it passes back or comes again after that time: a closed line has no such visits. Retries
    are not new trials: an animal that comes back to a closed fence for a week, and then turns
    round, misses one passage, not seven.

    Examples
    --------
    Three visits, one day apart, of which the last passes; then a fourth one, 30 days later:

    >>> day = 86_400_000_000
    >>> time, one = np.array([0, 1, 2, 32]) * day, np.zeros(4, dtype=np.int64)
    >>> met = Visits(one, one, one, time, time, np.array([0, 0, 1, 0]),
    ...              np.array([0, 0, 1, 0]), one, one, one)
    >>> moving = np.ones(4, dtype=bool)
    >>> trials(met, moving, Rule(5.0, 0.0)).passed.tolist()
    [True, False]
    >>> trials(met, moving, Rule(np.inf, 0.0)).passed.tolist()
    [True]
    >>> trials(met, ~moving, Rule(5.0, 0.0)).passed.tolist()
    [False, False, True, False]
    """
    patience = np.where(is_migration, rule.migration_days, rule.range_days) * _DAY_US
    first, segment, passed, sure = _trials(
        (visits.animal, visits.line, visits.window, visits.start_us, visits.end_us),
        (visits.net, visits.sure, visits.segment, visits.near_us),
        patience,
    )
    return Trials(
        visits.animal[first],
        visits.window[first],
        visits.line[first],
        segment,
        passed,
        sure,
        visits.at_end[first],
    )


@njit(cache=True, nogil=True)
def _trials(who: Any, what: Any, patience: Any) -> Any:
    animal, line, window, start_us, end_us = who
    net, certain, segment, near_us = what
    n = animal.size
    first, at, passed = np.empty(n, np.int64), np.empty(n, np.int64), np.zeros(n, np.bool_)
    sure = np.zeros(n, np.bool_)
    m = -1
    longest = total = total_sure = 0
    is_leg = False
    for k in range(n):
        new = k == 0 or animal[k] != animal[k - 1] or line[k] != line[k - 1]
        new = new or window[k] != window[k - 1]
        is_leg = np.isinf(patience[k])
        new = new or (not is_leg and passed[m] and net[k] != 0)
        new = new or start_us[k] - end_us[k - 1] > patience[k] or patience[k] <= 0.0
        if new:
            m += 1
            first[m], at[m] = k, segment[k]
            longest, total, total_sure = near_us[k], 0, 0
        total += net[k]
        total_sure += certain[k]
        if (total if is_leg else net[k]) != 0:
            passed[m] = True
            sure[m] = (total_sure if is_leg else certain[k]) != 0
            if net[k] != 0:
                at[m] = segment[k]
        else:
            if is_leg:
                passed[m] = sure[m] = False
            if near_us[k] > longest and not passed[m]:
                longest, at[m] = near_us[k], segment[k]
    m += 1
    return first[:m], at[:m], passed[:m], sure[:m]
