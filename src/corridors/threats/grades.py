"""Grades of evidence: what may be advised at a place, and what would settle an open question."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

ACT, LOOK, NOTHING, UNKNOWN = "act", "look_on_site", "nothing_seen", "not_known"
MISSED: Final = 0.05  # passages per animal and year: less is no harm
_SURE, _FEW_UNITS, _PLACEBO = 0.8, 3, 0.1
_ENOUGH, _OPEN, _LEAST = 5.0, 0.9, 0.2


def grades(
    *, p_harm: Floats, n_units: Indices, n_trials: Floats, placebo_p: Floats, kappa: Floats
) -> npt.NDArray[np.object_]:
    """Return the grade of evidence of each place.

    Parameters
    ----------
    p_harm
        Chance that more than :data:`MISSED` passages a year are missing.
    n_units
        Independent units that met the place.
    n_trials
        Their trials.
    placebo_p
        Chance that a copy, where nothing stands, does as badly.
    kappa
        Permeability relative to free movement.

    Notes
    -----
    ``act``: harm has a chance of 0.8 or more, three units or more met the place, and at most one in
    ten copies would do as badly. ``nothing_seen``: trials enough (5) that pass as freely as
    elsewhere (kappa 0.9 or more), or a chance of harm below 0.2. ``not_known``: nobody met it.
    ``look_on_site``: all others. Only ``act`` may carry advice to open, remove or build.

    Examples
    --------
    >>> grades(p_harm=np.array([1.0, 1.0, 0.0, 0.0]), n_units=np.array([5, 2, 9, 0]),
    ...        n_trials=np.array([20.0, 4.0, 30.0, 0.0]),
    ...        placebo_p=np.array([0.01, 0.01, 0.6, 1.0]),
    ...        kappa=np.array([0.1, 0.1, 1.0, 0.5])).tolist()
    ['act', 'look_on_site', 'nothing_seen', 'not_known']
    """
    acts = (p_harm >= _SURE) & (n_units >= _FEW_UNITS) & (placebo_p <= _PLACEBO)
    harmless = ((n_trials >= _ENOUGH) & (kappa >= _OPEN)) | (p_harm < _LEAST)
    return np.select([n_trials <= 0, acts, harmless], [UNKNOWN, ACT, NOTHING], default=LOOK).astype(
        object
    )


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
