"""What limits what can be told of a place."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Floats, Labels

_FEW_UNITS: Final = 3
_FEW_TRIALS: Final = 5
_COARSE_H: Final = 3.0
_UNSURE_FRAC: Final = 0.25
_FEW_COPIED: Final = 10.0  # trials at the copies
_BESIDE: Final = 5.0  # times as many trials in ranges as in migrations
_BRIEF_FRAC: Final = 0.5


def limits(
    tally: pd.DataFrame, *, copied_trials: Floats, interval_h: float, stood_frac: Floats
) -> Labels:
    """Return the limits of each place, of the vocabulary LIMITS, joined by semicolons.

    Parameters
    ----------
    tally
        From :func:`corridors.threats.places.tallied`.
    copied_trials
        Trials at the copies of each place.
    interval_h
        Usual time between fixes, h.
    stood_frac
        Share of the time tracked in which each place stood.

    Notes
    -----
    ``walked_round``: a quarter or more of the trials began at a free end, or passed and may have
    gone round one. ``few_copies``: fewer than ten trials at copies. ``lived_beside``: five times as
    many trials in ranges as in migrations. A place that nobody met has no limits: nothing is told.

    Examples
    --------
    >>> tally = pd.DataFrame({"n_trials": [20, 2], "n_unsure": [1, 2], "n_all": [25, 60],
    ...                       "n_units": [8, 2]})
    >>> limits(tally, copied_trials=np.array([50.0, 50.0]), interval_h=1.0,
    ...        stood_frac=np.ones(2)).tolist()
    ['', 'few_units;few_trials;walked_round;lived_beside']
    """
    n, everywhere = tally["n_trials"].to_numpy(float), tally["n_all"].to_numpy(float)
    holds = {
        "few_units": tally["n_units"].to_numpy() < _FEW_UNITS,
        "few_trials": n < _FEW_TRIALS,
        "coarse_fixes": np.full(len(n), interval_h >= _COARSE_H),
        "walked_round": (n > 0) & (tally["n_unsure"].to_numpy() >= _UNSURE_FRAC * n),
        "few_copies": copied_trials < _FEW_COPIED,
        "lived_beside": everywhere - n >= np.maximum(_BESIDE * n, 1.0),
        "stood_briefly": stood_frac < _BRIEF_FRAC,
    }
    words = [
        ";".join(word for word, is_so in holds.items() if is_so[row]) if everywhere[row] else ""
        for row in range(len(n))
    ]
    return np.array(words, dtype=object)
