"""Grades of evidence: what may be advised at a place, and what would settle an open question."""

from __future__ import annotations

from typing import Final

import numpy as np

from corridors.foundation.arrays import Floats, Indices, Labels

ACT, LOOK, NOTHING, UNKNOWN = "act", "look_on_site", "nothing_seen", "not_known"
MISSED: Final = 0.05  # passages per animal and year: less is no harm
_SURE, _FEW_UNITS, _PLACEBO = 0.8, 3, 0.1
_IDLE: Final = 0.5  # places with a greater p do nothing
_ENOUGH, _OPEN, _LEAST = 5.0, 0.9, 0.2


def grades(
    *, p_harm: Floats, n_units: Indices, n_trials: Floats, placebo_q: Floats, kappa: Floats
) -> Labels:
    """Return the grade of evidence of each place.

    Parameters
    ----------
    p_harm
        Chance that more than :data:`MISSED` passages a year are missing.
    n_units
        Independent units that met the place.
    n_trials
        Their trials.
    placebo_q
        From :func:`false_alarms`: share of places so far from their copies that are so by chance.
    kappa
        Permeability relative to free movement.

    Notes
    -----
    ``act``: harm has a chance of 0.8 or more, three units or more met the place, and it does worse
    than its copies: of the places that do so, at most one in ten would by chance. ``nothing_seen``:
    trials enough (5) that pass as freely as elsewhere (kappa 0.9 or more), or a chance of harm
    below 0.2. ``not_known``: nobody met it.
    ``look_on_site``: all others. Only ``act`` may carry advice to open, remove or build.

    Examples
    --------
    >>> grades(p_harm=np.array([1.0, 1.0, 0.0, 0.0]), n_units=np.array([5, 2, 9, 0]),
    ...        n_trials=np.array([20.0, 4.0, 30.0, 0.0]),
    ...        placebo_q=np.array([0.01, 0.01, 0.6, 1.0]),
    ...        kappa=np.array([0.1, 0.1, 1.0, 0.5])).tolist()
    ['act', 'look_on_site', 'nothing_seen', 'not_known']
    """
    acts = (p_harm >= _SURE) & (n_units >= _FEW_UNITS) & (placebo_q <= _PLACEBO)
    harmless = ((n_trials >= _ENOUGH) & (kappa >= _OPEN)) | (p_harm < _LEAST)
    return np.select([n_trials <= 0, acts, harmless], [UNKNOWN, ACT, NOTHING], default=LOOK).astype(
        object
    )


def false_alarms(p: Floats) -> Floats:
    """Return for each place the share of false alarms if it and all smaller p are believed.

    Notes
    -----
    Benjamini & Hochberg 1995: min over q >= p of q n / (places with p <= q). Among hundreds of
    places that do nothing some do badly by chance. n counts those that do nothing, told by the
    places with p above one half, of which they have half (Storey 2002): where most places do harm,
    few are left to be false alarms.

    Examples
    --------
    >>> false_alarms(np.array([0.01, 0.5, 0.02, 1.0])).round(3).tolist()
    [0.04, 0.667, 0.04, 1.0]
    """
    n_idle = min(len(p), (1.0 + (p > _IDLE).sum()) / (1.0 - _IDLE))
    order = np.argsort(p, kind="stable")
    share = p[order] * n_idle / np.arange(1, len(p) + 1)
    out = np.empty(len(p))
    out[order] = np.minimum.accumulate(share[::-1])[::-1]
    return np.minimum(out, 1.0)


def expected_fall(width: Floats, n_units: Indices, more: int) -> Floats:
    """Return the share by which the interval of a place is likely to narrow.

    Parameters
    ----------
    width
        Of the interval now, shape (n,).
    n_units
        Independent units that met the place.
    more
        Units that would meet it besides.

    Notes
    -----
    Rates and shares of units settle with the root of their number; the unit that nobody tracked
    counts as one. An interval of no width cannot fall.

    Examples
    --------
    >>> expected_fall(np.array([0.4, 0.0]), np.array([2, 5]), 9).tolist()
    [0.5, 0.0]
    """
    fall = 1.0 - np.sqrt((n_units + 1.0) / (n_units + 1.0 + more))
    return np.where(width > 0, fall, 0.0)
