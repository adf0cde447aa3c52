"""What stands in the way along each link of the herd's network."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Flags, Floats, Indices


def weights_of_links(
    distance_m: Floats, is_user: Flags, segment: Indices, animal: Indices, encounters: Floats
) -> Floats:
    """Return the share of each segment's encounters that belongs to each link.

    Parameters
    ----------
    distance_m
        From each segment to each link, shape (n segments, n links), n links >= 1.
    is_user
        Which animal migrated along which link, shape (n animals, n links).
    segment, animal, encounters
        Encounters of one animal at one segment, shape (m,) each.

    Returns
    -------
    ndarray
        Shape (n segments, n links); rows add up to 1.

    Notes
    -----
    Links of a wide corridor run side by side, and the nearest one may be a dead end: an animal's
    encounters belong to the nearest link that it migrated along itself, those of an animal that
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
    # One animal at a time: its encounters are few, a table of all three would be large.
    for number in np.unique(animal):
        rows = np.flatnonzero((animal == number) & (encounters > 0))
        nearest = np.argmin(np.where(own[number], distance_m[segment[rows]], np.inf), axis=1)
        np.add.at(out, (segment[rows], nearest), encounters[rows])
    total = out.sum(axis=1)
    unmet = np.flatnonzero(total <= 0)
    out[unmet, np.argmin(np.where(usable, distance_m[unmet], np.inf), axis=1)] = 1.0
    total[unmet] = 1.0
    shares: Floats = out / total[:, None] if n_segments else out
    return shares


def barriers_of_links(
    weight: Floats, encounters: Floats, blocked: Floats, is_candidate: Flags
) -> pd.DataFrame:
    """Return how many barrier segments stand along each link, and what they block.

    Parameters
    ----------
    weight
        Share of each segment that belongs to each link, shape (n segments, n links).
    encounters, blocked
        Per segment and year, shape (n segments,); NaN where nobody was tracked.
    is_candidate
        Whether a segment is ranked by its gain alone, shape (n segments,).

    Returns
    -------
    DataFrame
        One row per link: ``n_segments encounters_per_year blocked_per_year blocked_share
        n_candidates``. Sums are over the segments that are known, and NaN where there are segments
        and none is; the share is NaN where there are no encounters.

    Examples
    --------
    >>> weight = np.array([[1.0, 0.0], [0.5, 0.5], [1.0, 0.0]])
    >>> found = barriers_of_links(weight, np.array([4.0, 4.0, np.nan]),
    ...                           np.array([0.0, 3.0, np.nan]), np.array([False, False, True]))
    >>> found["encounters_per_year"].tolist(), found["blocked_share"].tolist()
    ([6.0, 2.0], [0.25, 0.75])
    """
    known = np.isfinite(encounters)
    belongs = weight > 0
    n_segments, n_known = belongs.sum(axis=0), belongs[known].sum(axis=0)
    met, lost = (values[known] @ weight[known] for values in (encounters, blocked))
    untold = (n_segments > 0) & (n_known == 0)
    met[untold] = lost[untold] = np.nan
    share = np.divide(lost, met, out=np.full(met.shape, np.nan), where=met > 0)
    return pd.DataFrame(
        {
            "n_segments": n_segments.astype(np.int64),
            "encounters_per_year": met,
            "blocked_per_year": lost,
            "blocked_share": np.minimum(share, 1.0),
            "n_candidates": belongs[is_candidate].sum(axis=0).astype(np.int64),
        }
    )
