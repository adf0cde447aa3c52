"""What would pass again at segments of places, draw by draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from corridors.foundation.arrays import Floats, Indices

_INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class GainDraws:
    """Draws at segments, each of shape (n_draws, n_segments).

    Parameters
    ----------
    free
        Passages per year if the segment's place were open: the segment's share of them.
    missing
        Those of them that are missing: gained where it is removed.
    """

    free: Floats
    missing: Floats

    @classmethod
    def of(cls, parts: pd.DataFrame, draws: pd.DataFrame) -> GainDraws:
        """Return the draws of THREAT_SEGMENTS; 0 at places that are not in PLACE_DRAWS."""
        names = sorted(set(parts["threat"]))
        code = pd.Index(names).get_indexer(pd.Index(draws["place"]))
        n = int(draws["draw"].max()) + 1 if len(draws) else 0
        own = code >= 0
        at = (draws["draw"].to_numpy()[own], code[own])
        place = pd.Index(names).get_indexer(pd.Index(parts["threat"]))
        share = parts["share"].fillna(0.0).to_numpy(float)
        found = []
        for name in ("free_per_year", "missing_per_year"):
            values = np.zeros((n, len(names)))
            values[at] = draws[name].to_numpy(float)[own]
            found.append(values[:, place] * share)
        return cls(*found)

    def raised(self, kappa: float) -> Floats:
        """Return the passages gained where the permeability is at least ``kappa``."""
        return np.maximum(0.0, self.missing - (1.0 - kappa) * self.free)


def summed(gains: Floats, group: Indices, n_groups: int) -> tuple[Floats, Floats, Floats]:
    """Return mean, 5 and 95 % quantile of the sums of groups of segments, shape (n_groups,).

    Parameters
    ----------
    gains
        Shape (n_draws, n_segments).
    group
        Group of each segment; -1: none.

    Examples
    --------
    Two segments of one group that are large in different draws:

    >>> gains = np.array([[0.0, 2.0], [2.0, 0.0]])
    >>> [value.tolist() for value in summed(gains, np.array([0, 0]), 1)]
    [[2.0], [2.0], [2.0]]
    """
    if not len(gains):
        nothing = np.zeros(n_groups)
        return nothing, nothing, nothing
    total = sums(gains, group, n_groups)
    low, high = np.quantile(total, _INTERVAL, axis=0)
    return total.mean(axis=0), low, high


def sums(gains: Floats, group: Indices, n_groups: int) -> Floats:
    """Return the draws of the sums of groups of segments, shape (n_draws, n_groups)."""
    own = np.flatnonzero(group >= 0)
    shape = (gains.shape[1], n_groups)
    members = sparse.csr_array((np.ones(own.size), (own, group[own])), shape=shape)
    return np.asarray(gains @ members)
