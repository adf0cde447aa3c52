"""Which fixes fall within the time that an animal wore its collar."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Flags


def outside_deployment(
    animal: pd.Series,
    time_utc: pd.Series,
    deployed_animal: pd.Series,
    start_utc: pd.Series,
    end_utc: pd.Series,
) -> Flags:
    """Return which fixes lie in none of their animal's deployments.

    Parameters
    ----------
    animal, time_utc
        Fixes, shape (n,).
    deployed_animal, start_utc, end_utc
        Deployments, shape (m,), both ends included; NaT is open. An animal may have several.

    Examples
    --------
    >>> t = pd.to_datetime(pd.Series(["2024-01-01", "2024-03-01"]), utc=True)
    >>> outside_deployment(pd.Series(["a", "a"]), t, pd.Series(["a"]), t[:1], t[:1]).tolist()
    [False, True]
    """
    inside = np.zeros(len(animal), dtype=bool)
    # By position, so that the cost is not the number of fixes times the number of deployments.
    rows_of = animal.reset_index(drop=True).groupby(animal.to_numpy(), sort=False).indices
    for name, start, end in zip(deployed_animal, start_utc, end_utc, strict=True):
        rows = rows_of.get(name)
        if rows is None:
            continue
        times = time_utc.iloc[rows]
        held = np.ones(len(rows), dtype=bool)
        if not pd.isna(start):
            held &= (times >= start).to_numpy()
        if not pd.isna(end):
            held &= (times <= end).to_numpy()
        inside[rows] |= held
    return ~inside
