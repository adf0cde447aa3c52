"""What free animals do beside a line: the share of trials that pass where nothing stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from corridors.foundation.arrays import Floats, Indices

_SPARSE: Final = 4  # with so many times as many possible keys as rows, keys are sorted
_LEAST_RHO, _MOST_RHO = 0.02, 0.9
_HALF = 0.5  # a pseudo-trial that passes by half keeps shares off 0 and 1
_WEAKEST, _STRONGEST = 2.0, 200.0  # of the herd's pool against the copies of one place, trials


@dataclass(frozen=True)
class Cells:
    """Trials of one unit at one copy (or place), one row each.

    Parameters
    ----------
    place, copy, unit
        Codes, shape (n,).
    n, passed, sure
        Trials, those that passed, and those that surely passed through, shape (n,).
    away
        Seasons in which the unit did not come since it had not passed before, shape (n,).
    """

    place: Indices
    copy: Indices
    unit: Indices
    n: Floats
    passed: Floats
    sure: Floats
    away: Floats

    @classmethod
    def of(
        cls, place: Indices, copy: Indices, unit: Indices, values: Sequence[Floats | Indices]
    ) -> Cells:
        """Return ``n, passed, sure, away`` added up over the rows of one unit, place and copy.

        >>> one, rows = np.array([1, 1]), np.array([2.0, 3.0])
        >>> Cells.of(one, one, one, (rows,) * 4).n.tolist()
        [5.0]
        """
        n_copies, n_units = (int(code.max(initial=0)) + 1 for code in (copy, unit))
        key, cell = _numbered((place * n_copies + copy) * n_units + unit)
        sums = [_summed(cell, value, len(key)) for value in values]
        return cls(key // n_units // n_copies, key // n_units % n_copies, key % n_units, *sums)


@dataclass(frozen=True)
class FreeLaw:
    """Law of the share of free trials that surely pass, r, at each place.

    Parameters
    ----------
    mean, strength
        Of the Beta law of r at the place itself, shape (n_places,).
    other_mean, other_strength
        Of the Beta law of the share of the other free trials that pass, though not surely, shape
        (n_places,).
    rho
        Correlation of two trials of one unit at one line.
    n_trials
        Trials at the copies of each place, shape (n_places,).
    """

    mean: Floats
    strength: Floats
    other_mean: Floats
    other_strength: Floats
    rho: float
    n_trials: Floats


def free_law(cells: Cells, n_places: int) -> FreeLaw:
    """Return what free animals do at each place, told by the copies of its barrier.

    Parameters
    ----------
    cells
        Trials at the copies.
    n_places
        Number of places.

    Notes
    -----
    Trials of one unit at one line resemble each other by rho, copies of one place by their common
    place, and places by the herd. All three correlations are moments: of the squared departure from
    the mean less its binomial part, over n (n - 1) m (1 - m), each row weighed by 1 / n so that a
    few large ones do not decide. The mean of a place is that of its
    copies and, as so many trials as the differences between places ask for, of the herd. The place
    itself is one more location: its r departs from that mean as one copy does, so 1/strength is
    the sum of both uncertainties.

    Without any trial at a copy nothing is known: r is uniform.
    """
    n_trials = _summed(cells.place, cells.n, n_places)
    mean, strength, rho = _law(cells, cells.n, cells.sure, n_places)
    rest, passed = cells.n - cells.sure, cells.passed - cells.sure
    other, other_strength, _ = _law(cells, rest, passed, n_places)
    return FreeLaw(mean, strength, other, other_strength, rho, n_trials)


def _law(cells: Cells, n: Floats, passed: Floats, n_places: int) -> tuple[Floats, Floats, float]:
    """Return mean and strength of the share of ``n`` that pass at each place, and rho."""
    if not n.sum():
        flat = np.ones(n_places)
        return 0.5 * flat, 2.0 * flat, _MOST_RHO
    at = cells.copy * n_places + cells.place
    key, line = _numbered(at)
    own_n, own_passed = (_summed(line, v) for v in (n, passed))
    pool = (own_passed.sum() + _HALF) / (own_n.sum() + 2 * _HALF)
    here = (own_passed + pool) / (own_n + 1.0)
    rho = _correlation(n, passed, here[line])
    thin = 1.0 / (1.0 + (n - 1.0).clip(0.0) * rho)
    n, passed = (_summed(line, v * thin) for v in (n, passed))
    place = key % n_places
    whole, through = (_summed(place, v, n_places) for v in (n, passed))
    near = (through + pool) / (whole + 1.0)
    between = _correlation(n, passed, np.full(len(n), pool))
    within = min(between, _correlation(n, passed, near[place]))
    weight = n / (1.0 + (n - 1.0).clip(0.0) * within)
    share = np.divide(passed, n, out=np.zeros_like(n), where=n > 0)
    told = _summed(place, weight, n_places)
    through = _summed(place, weight * share, n_places)
    strength = np.clip(1.0 / max(between - within, 1e-6) - 1.0, _WEAKEST, _STRONGEST)
    mean = (through + strength * pool) / (told + strength)
    spread = within / (1.0 - within) + 1.0 / (told + strength)
    return np.clip(mean, 0.01, 0.99), 1.0 / spread, rho


def _numbered(key: Indices) -> tuple[Indices, Indices]:
    """Return the sorted different keys, and the number of each row among them.

    As ``np.unique``; without sorting where the keys lie close.
    """
    size = int(key.max(initial=-1)) + 1
    if size > _SPARSE * len(key):
        return np.unique(key, return_inverse=True)
    found = np.bincount(key, minlength=size) > 0
    return np.flatnonzero(found), (np.cumsum(found) - 1)[key]


def _summed(code: Indices, value: Floats | Indices, n: int = 0) -> Floats:
    return np.asarray(np.bincount(code, weights=value, minlength=n), dtype=np.float64)


def _correlation(n: Floats, passed: Floats, mean: Floats) -> float:
    """Return the correlation of two trials of one row, by moments."""
    several = n > 1.0
    n, passed, mean = n[several], passed[several], np.broadcast_to(mean, several.shape)[several]
    apart = (passed - n * mean) ** 2 / n - mean * (1.0 - mean)
    pairs = float(((n - 1.0) * mean * (1.0 - mean)).sum())
    if pairs <= 0.0:
        return _MOST_RHO
    return float(np.clip(apart.sum() / pairs, _LEAST_RHO, _MOST_RHO))


def effective(cells: Cells, rho: float, n_places: int) -> Floats:
    """Return trials that count as independent, the sure passages and the other ones of them.

    Of each place, shape (3, n_places).
    """
    thin = 1.0 / (1.0 + (cells.n - 1.0).clip(0.0) * rho)
    counted = (cells.n, cells.sure, cells.passed - cells.sure)
    return np.stack([_summed(cells.place, v * thin, n_places) for v in counted])
