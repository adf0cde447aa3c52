"""What stands in the way along each link of the herd's network."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Flags, Floats, Indices


def weights_of_links(
    distance_m: Floats, is_user: Flags, segment: Indices, animal: Indices, trials: Floats
) -> Floats:
    """Return the share of each segment's trials that belongs to each link.

    Parameters
    ----------
    distance_m
        From each segment to each link, shape (n segments, n links), n links >= 1.
    is_user
        Which animal migrated along which link, shape (n animals, n links).
    segment, animal, trials
        Trials of one animal at one segment, shape (m,) each.

    Returns
    -------
    ndarray
        Shape (n segments, n links); rows add up to 1.

    Notes
    -----
    Links of a wide corridor run side by side, and the nearest one may be a dead end: an animal's
    trials belong to the nearest link that it migrated along itself, those of an animal that
    used none to the nearest that any used. A segment that nobody met belongs to that one as well,
    and to the nearest of all where nobody was tracked.

    Examples
    --------
    >>> distance_m = np.array([[10.0, 50.0], [20.0, 30.0]])
    >>> one = np.array([0])
    >>> weights_of_links(distance_m, np.array([[False, True]]), one, one, np.array([2.0]))
    array([[0., 1.],
           [0., 1.]])
    """
    n_segments = len(distance_m)
    out = np.zeros(distance_m.shape)
    usable: Flags = np.any(is_user, axis=0)
    if not usable.any():
        usable = np.ones_like(usable)
    own = np.where(np.any(is_user, axis=1, keepdims=True), is_user, usable)
    # One animal at a time: its trials are few, a table of all three would be large.
    for number in np.unique(animal):
        rows = np.flatnonzero((animal == number) & (trials > 0))
        nearest = np.argmin(np.where(own[number], distance_m[segment[rows]], np.inf), axis=1)
        np.add.at(out, (segment[rows], nearest), trials[rows])
    total = out.sum(axis=1)
    unmet = np.flatnonzero(total <= 0)
    out[unmet, np.argmin(np.where(usable, distance_m[unmet], np.inf), axis=1)] = 1.0
    total[unmet] = 1.0
    shares: Floats = out / total[:, None] if n_segments else out
    return shares


def barriers_of_links(
    weight: Floats, free: Floats, missing: Floats, is_candidate: Flags
) -> pd.DataFrame:
    """Return how many barrier segments stand along each link, and what is missing at them.

    Parameters
    ----------
    weight
        Share of each segment that belongs to each link, shape (n segments, n links).
    free, missing
        Passages per segment and year if it were open, and those that are missing, shape
        (n segments,); NaN where nobody met it.
    is_candidate
        Whether a segment is ranked by its gain alone, shape (n segments,).

    Returns
    -------
    DataFrame
        One row per link: ``n_segments free_per_year missing_per_year missing_share
        n_candidates``. Sums are over the segments that are known, and NaN where there are segments
        and none is; the share is NaN where nothing would pass.

    Examples
    --------
    >>> weight = np.array([[1.0, 0.0], [0.5, 0.5], [1.0, 0.0]])
    >>> found = barriers_of_links(weight, np.array([4.0, 4.0, np.nan]),
    ...                           np.array([0.0, 3.0, np.nan]), np.array([False, False, True]))
    >>> found["free_per_year"].tolist(), found["missing_share"].tolist()
    ([6.0, 2.0], [0.25, 0.75])
    """
    known = np.isfinite(free)
    belongs = weight > 0
    n_segments, n_known = belongs.sum(axis=0), belongs[known].sum(axis=0)
    passed, lost = (values[known] @ weight[known] for values in (free, missing))
    untold = (n_segments > 0) & (n_known == 0)
    passed[untold] = lost[untold] = np.nan
    share = np.divide(lost, passed, out=np.full(passed.shape, np.nan), where=passed > 0)
    return pd.DataFrame(
        {
            "n_segments": n_segments.astype(np.int64),
            "free_per_year": passed,
            "missing_per_year": lost,
            "missing_share": np.minimum(share, 1.0),
            "n_candidates": belongs[is_candidate].sum(axis=0).astype(np.int64),
        }
    )
