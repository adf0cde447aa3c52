"""Barriers that stand open for a part of the year."""

from __future__ import annotations

import numpy as np

from corridors.foundation.arrays import Floats, Reals


def with_opening(
    permeability: Reals, open_share: float | Floats, *, permeability_open: float | Floats
) -> Floats:
    """Return the permeability over the year of barriers that stand open for a part of it.

    Parameters
    ----------
    permeability
        Share that passes while closed, 0...1.
    open_share
        Share of the visits in the open time, 0...1; NaN: unknown.
    permeability_open
        Share that passes while open, 0...1.

    Notes
    -----
    ``(1 - f) pi + f pi_open``: missing passages are linear in the permeability, so as many are
    missing at the mean as in both times together.

    Examples
    --------
    >>> with_opening(np.array([0.2]), np.array([0.25]), permeability_open=1.0).tolist()
    [0.4]
    """
    return np.asarray((1.0 - open_share) * permeability + open_share * permeability_open)
