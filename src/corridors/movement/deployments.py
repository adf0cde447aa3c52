"""Which fixes fall within the time that an animal wore its collar."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd


def outside_deployment(
    animal: pd.Series,
    time_utc: pd.Series,
    deployed_animal: pd.Series,
    start_utc: pd.Series,
    end_utc: pd.Series,
) -> npt.NDArray[np.bool_]:
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
    for name, start, end in zip(deployed_animal, start_utc, end_utc, strict=True):
        held = animal == name
        if not pd.isna(start):
            held = held & (time_utc >= start)
        if not pd.isna(end):
            held = held & (time_utc <= end)
        inside |= held.to_numpy()
    return ~inside
