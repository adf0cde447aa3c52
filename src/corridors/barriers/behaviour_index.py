"""How often animals changed their way at a barrier, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from corridors.foundation.arrays import Floats, Indices, Words
from corridors.foundation.vocabulary import BEHAVIOURS

# What an animal does that a barrier keeps from going on as it would.
ALTERED = ("bounce", "back_and_forth", "trace", "trapped")
# Draws x barriers held at once.
_AT_ONCE = 5_000_000


@dataclass(frozen=True)
class Index:
    """Rows are barriers (or segments); an unknown index is NaN.

    Parameters
    ----------
    counts
        Events of each of ``BEHAVIOURS``, shape (g, 7).
    encounters, altered
        Events of a known behaviour, and those among them that are ``ALTERED``, shape (g,).
    n_animals, n_units
        Animals with an encounter, and independent units with one, shape (g,).
    altered_share
        ``altered / encounters``, shape (g,).
    index, index_p05, index_p95
        ``altered_share * n_animals`` and its interval, shape (g,).
    """

    counts: Indices
    encounters: Indices
    altered: Indices
    n_animals: Indices
    n_units: Indices
    altered_share: Floats
    index: Floats
    index_p05: Floats
    index_p95: Floats


def altered_index(
    group: Indices,
    animal: Indices,
    behaviour: Words,
    *,
    n_groups: int,
    unit: Indices,
    min_encounters: int,
    draws: int,
    seed: int,
) -> Index:
    """Return the index of each barrier from the events that touch it.

    Parameters
    ----------
    group, animal, behaviour
        Barrier, number of the animal and class of each event at each barrier, shape (k,).
    n_groups
        Number of barriers.
    unit
        Unit of each animal that was tracked, 0 ..., also of those without an event, shape
        (n_animals,): animals that travel together are one.
    min_encounters
        With fewer encounters the index is unknown.
    draws, seed
        Draws of the bootstrap and its seed.

    Notes
    -----
    index = altered / encounters x animals (Xu et al. 2021), neither scaled to the worst barrier of
    the study, which would make it depend on the others, nor with events of unknown behaviour among
    the encounters. Each draw takes as many units as there are, with replacement, all animals of a
    unit and all their events with it; a unit drawn twice counts twice. Where no animal drawn met
    the barrier, the draw's index is 0.

    Examples
    --------
    >>> found = altered_index(np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1]), np.array(["bounce",
    ...     "quick_cross", "unknown", "trace"]), n_groups=1, unit=np.array([0, 1]),
    ...     min_encounters=3, draws=50, seed=1)
    >>> found.encounters.tolist(), found.altered.tolist(), found.index.round(4).tolist()
    ([3], [2], [1.3333])
    """
    known = behaviour != "unknown"
    shape = (n_groups, len(BEHAVIOURS))
    counts = np.zeros(shape, dtype=np.int64)
    np.add.at(counts, (group, np.searchsorted(_SORTED, behaviour)), 1)
    counts = counts[:, _RANK]
    n_animals, n_units = unit.size, int(unit.max()) + 1 if unit.size else 0
    met = _table(group[known], animal[known], n_groups, n_animals)
    is_altered = np.isin(behaviour, ALTERED)
    changed = _table(group[is_altered], animal[is_altered], n_groups, n_animals)
    one = met.copy()
    one.data = np.ones_like(one.data)
    encounters = np.asarray(met.sum(axis=1), np.int64).ravel()
    altered = np.asarray(changed.sum(axis=1), np.int64).ravel()
    met_by = np.asarray(one.sum(axis=1), np.int64).ravel()
    of_units = _table(group[known], unit[animal[known]], n_groups, n_units)
    enough = np.flatnonzero(encounters >= min_encounters)
    share, index, low, high = (np.full(n_groups, np.nan) for _ in range(4))
    share[enough] = altered[enough] / encounters[enough]
    index[enough] = share[enough] * met_by[enough]
    rng = np.random.default_rng(seed)
    drawn = (
        rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=draws)
        if n_units
        else np.zeros((draws, 0))
    )
    weight = drawn.T.astype(float)[unit]
    chunk = max(1, _AT_ONCE // draws)
    for start in range(0, enough.size, chunk):
        rows = enough[start : start + chunk]
        total = met[rows] @ weight
        spread = (changed[rows] @ weight) * (one[rows] @ weight) / np.maximum(total, 1.0)
        low[rows], high[rows] = np.quantile(spread, [0.05, 0.95], axis=1)
    n_met = np.diff(of_units.indptr).astype(np.int64)
    return Index(counts, encounters, altered, met_by, n_met, share, index, low, high)


_SORTED = np.array(sorted(BEHAVIOURS))
_RANK = np.searchsorted(_SORTED, np.array(BEHAVIOURS))


def _table(group: Indices, animal: Indices, n_groups: int, n_animals: int) -> csr_array:
    """Return the number of events by barrier and animal."""
    out = csr_array((np.ones(group.size), (group, animal)), shape=(n_groups, n_animals))
    out.sum_duplicates()
    return out
