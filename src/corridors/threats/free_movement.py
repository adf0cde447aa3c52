"""What free animals do beside a line: the share of trials that pass where nothing stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridors.foundation.arrays import Floats, Indices

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


@dataclass(frozen=True)
class FreeLaw:
    """Law of the share of free trials that surely pass, r, at each place.

    Parameters
    ----------
    mean, strength
        Of the Beta law of r at the place itself, shape (n_places,).
    all_mean
        Mean share of free trials that pass in any way, at least ``mean``, shape (n_places,).
    rho
        Correlation of two trials of one unit at one line.
    n_trials
        Trials at the copies of each place, shape (n_places,).
    """

    mean: Floats
    strength: Floats
    all_mean: Floats
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
    if not cells.n.sum():
        flat = np.ones(n_places)
        return FreeLaw(0.5 * flat, 2.0 * flat, 0.5 * flat, _MOST_RHO, 0.0 * flat)
    at = cells.copy * n_places + cells.place
    key, line = np.unique(at, return_inverse=True)
    own_n, own_sure = (_summed(line, v) for v in (cells.n, cells.sure))
    pool = (own_sure.sum() + _HALF) / (own_n.sum() + 2 * _HALF)
    here = (own_sure + pool) / (own_n + 1.0)
    rho = _correlation(cells.n, cells.sure, here[line])
    thin = 1.0 / (1.0 + (cells.n - 1.0) * rho)
    n, sure, passed = (_summed(line, v * thin) for v in (cells.n, cells.sure, cells.passed))
    place = key % n_places
    whole, through = (_summed(place, v, n_places) for v in (n, sure))
    near = (through + pool) / (whole + 1.0)
    between = _correlation(n, sure, np.full(len(n), pool))
    within = min(between, _correlation(n, sure, near[place]))
    weight = n / (1.0 + (n - 1.0).clip(0.0) * within)
    share = np.divide(sure, n, out=np.zeros_like(n), where=n > 0)
    told = _summed(place, weight, n_places)
    through = _summed(place, weight * share, n_places)
    strength = np.clip(1.0 / max(between - within, 1e-6) - 1.0, _WEAKEST, _STRONGEST)
    mean = (through + strength * pool) / (told + strength)
    spread = within / (1.0 - within) + 1.0 / (told + strength)
    # Those that pass and are not sure, of those that are not sure.
    left, unsure = (
        _summed(place, weight * v, n_places)
        for v in (1.0 - share, np.divide(passed - sure, n, out=np.zeros_like(n), where=n > 0))
    )
    pooled = unsure.sum() / max(left.sum(), 1e-9)
    more = (unsure + strength * (1.0 - pool) * pooled) / (left + strength * (1.0 - pool))
    mean = np.clip(mean, 0.01, 0.99)
    return FreeLaw(
        mean,
        1.0 / spread,
        mean + (1.0 - mean) * np.clip(more, 0.0, 1.0),
        rho,
        _summed(cells.place, cells.n, n_places),
    )


def _summed(code: Indices, value: Floats, n: int = 0) -> Floats:
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


def effective(cells: Cells, rho: float, n_places: int) -> tuple[Floats, Floats]:
    """Return the trials of each place that count as independent, and the sure ones of them."""
    thin = 1.0 / (1.0 + (cells.n - 1.0).clip(0.0) * rho)
    whole, sure = (
        np.bincount(cells.place, weights=v * thin, minlength=n_places)
        for v in (cells.n, cells.sure)
    )
    return np.asarray(whole), np.asarray(sure)
