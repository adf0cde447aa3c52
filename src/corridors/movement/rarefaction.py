"""Is the sample of animals large enough? Corridor area against the number of them.

Animals that travel together are one unit: what the second of them adds says nothing of a stranger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from scipy.special import gammaln

from corridors.foundation.arrays import Floats, Indices, Indices32
from corridors.movement.skill import is_in


@dataclass(frozen=True)
class Patterns:
    """Cells grouped by the set of animals that use them.

    Parameters
    ----------
    n_cells
        Cells of each pattern, int64 (p,).
    start, pattern
        Animal ``i`` uses the patterns ``pattern[start[i]:start[i + 1]]``; int64 (n + 1,), int32.
    """

    n_cells: Indices
    start: Indices
    pattern: Indices32

    @property
    def n_animals(self) -> int:
        """Animals in the sample."""
        return self.start.size - 1

    def cells_by_use(self) -> Indices:
        """Return how many cells exactly 0, 1 ... n animals use, (n + 1,)."""
        users = np.bincount(self.pattern, minlength=self.n_cells.size)
        counts = np.zeros(self.n_animals + 1, dtype=np.int64)
        np.add.at(counts, users, self.n_cells)
        return counts

    def of_units(self, unit: Indices) -> Patterns:
        """Return the patterns of units, whose cells are those of any of their animals.

        Parameters
        ----------
        unit
            Unit of each animal, 0 ... u - 1, (n,).
        """
        n_used = np.diff(self.start)
        pair = np.unique(np.repeat(unit, n_used) * self.n_cells.size + self.pattern)
        own, pattern = np.divmod(pair, max(1, self.n_cells.size))
        n_units = int(unit.max()) + 1 if unit.size else 0
        start = np.searchsorted(own, np.arange(n_units + 1))
        return Patterns(self.n_cells, start.astype(np.int64), pattern.astype(np.int32))


class SharedCells:
    """Add footprints one by one and learn which cells are used by the same animals.

    Memory is one label per cell of the herd and the tree of labels, not the footprints.

    Parameters
    ----------
    cells
        Keys of all cells that any animal uses; int64, sorted, unique.

    Examples
    --------
    >>> shared = SharedCells(np.array([3, 5, 7, 9]))
    >>> shared.add(np.array([3, 5])); shared.add(np.array([5, 7, 9]))
    >>> shared.patterns().n_cells.tolist()  # the first's, the second's, both's
    [1, 2, 1]
    """

    def __init__(self, cells: Indices) -> None:
        self._cells = cells
        self._label = np.zeros(cells.size, dtype=np.int64)
        # Label 0 is "no animal"; every other label adds one animal to the set of its parent.
        self._parent = [np.zeros(1, dtype=np.int64)]
        self._animal = [np.full(1, -1, dtype=np.int64)]
        self._n_labels = 1
        self._n_animals = 0

    def add(self, footprint: Indices) -> None:
        """Add the next animal by the keys of its cells.

        Raises
        ------
        ValueError
            A cell is not one of the herd's.
        """
        if not is_in(self._cells, footprint).all():
            raise ValueError("a footprint holds cells that are not the herd's")
        at = np.searchsorted(self._cells, footprint)
        before, inverse = np.unique(self._label[at], return_inverse=True)
        self._label[at] = self._n_labels + inverse
        self._parent.append(before)
        self._animal.append(np.full(before.size, self._n_animals, dtype=np.int64))
        self._n_labels += before.size
        self._n_animals += 1

    def patterns(self) -> Patterns:
        """Return the sets of animals that occur, with the number of their cells."""
        parent, animal = np.concatenate(self._parent), np.concatenate(self._animal)
        label, n_cells = np.unique(self._label[self._label > 0], return_counts=True)
        users, used = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        number = np.arange(label.size)
        while label.size:
            users.append(animal[label])
            used.append(number)
            deeper = parent[label] > 0
            label, number = parent[label][deeper], number[deeper]
        user, pattern = np.concatenate(users), np.concatenate(used)
        order = np.lexsort((pattern, user))
        start = np.searchsorted(user[order], np.arange(self._n_animals + 1))
        return Patterns(
            n_cells.astype(np.int64), start.astype(np.int64), pattern[order].astype(np.int32)
        )


def mean_cells(cells_by_use: Indices, n_needed: Sequence[int]) -> Floats:
    """Return the expected number of corridor cells of 1 ... n animals drawn from n.

    Parameters
    ----------
    cells_by_use
        How many cells exactly 0, 1 ... n animals use, (n + 1,).
    n_needed
        Animals that must use a cell, for samples of 1 ... n animals, (n,); 0 where the class does
        not exist for that many.

    Returns
    -------
    float array (n,)
        The mean over all orders of the animals; NaN where ``n_needed`` is 0.

    Notes
    -----
    A cell that c of n animals use is used by X of k drawn ones, X hypergeometric, so the mean over
    all n! orders is sum_c h_c P(X >= m), with h_c cells used by c animals: for m = 1 the
    rarefaction curve sum_c h_c [1 - C(n-c, k) / C(n, k)] (Hurlbert 1971, doi:10.2307/1934145).
    Cost O(n^3).

    Examples
    --------
    Two animals of two cells each that share one: one animal covers 2 cells, both cover 3.

    >>> mean_cells(np.array([0, 2, 1]), [1, 1]).round(12)
    array([2., 3.])
    """
    n = cells_by_use.size - 1
    c = np.flatnonzero(cells_by_use[1:]) + 1
    weight = cells_by_use[c].astype(np.float64)
    out = np.full(n, np.nan)
    for k in range(1, n + 1):
        if n_needed[k - 1]:
            out[k - 1] = weight @ _at_least(n, c, k, n_needed[k - 1])
    return out


def _at_least(n: int, c: Indices, k: int, m: int) -> Floats:
    """Return P(X >= m), X of the c marked among k drawn from n, for each c."""
    j = np.arange(m, k + 1)[None, :]
    marked = c[:, None].astype(np.float64)
    possible = (j <= marked) & (k - j <= n - marked)
    # log C(c, j) + log C(n - c, k - j) - log C(n, k), where it is not impossible.
    a, b = np.where(possible, marked - j, 0.0), np.where(possible, n - marked - k + j, 0.0)
    log = (
        gammaln(marked + 1) - gammaln(j + 1.0) - gammaln(a + 1)
        + gammaln(n - marked + 1) - gammaln(k - j + 1.0) - gammaln(b + 1)
        - (gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0))
    )  # fmt: skip
    chance: Floats = np.exp(np.where(possible, log, -np.inf)).sum(axis=1)
    return np.minimum(chance, 1.0)


def orders(n_units: int, n_orders: int, *, seed: int) -> Indices:
    """Return random orders of the units, (n_orders, n_units)."""
    rng = np.random.default_rng(seed)
    return rng.permuted(np.tile(np.arange(n_units), (n_orders, 1)), axis=1)


def cells_in_order(
    patterns: Patterns, order: Indices, n_needed: Indices, unit: Indices | None = None
) -> Indices:
    """Return the corridor cells of the first 1 ... u units of each order.

    Parameters
    ----------
    patterns
        Cells by the set of animals that use them.
    order
        Orders of the units, (r, u).
    n_needed
        Animals that must use a cell, by class and number of animals, (q, n); 0: no such class.
    unit
        Unit of each animal, 0 ... u - 1, (n,): its animals come at once. None: each is one.

    Returns
    -------
    int64 array (r, q, u)
        0 where the class does not exist.

    Notes
    -----
    Cost O(r (patterns of all animals + q n u)), whatever the number of cells.
    """
    n_units = order.shape[1]
    own = np.arange(patterns.n_animals) if unit is None else unit
    member = np.argsort(own, kind="stable")
    first = np.searchsorted(own[member], np.arange(n_units + 1))
    out = np.zeros((order.shape[0], n_needed.shape[0], n_units), dtype=np.int64)
    _accumulate(
        patterns.n_cells, patterns.start, patterns.pattern, order, first, member, n_needed, out
    )
    return out


@numba.njit(nogil=True, cache=True)
def _accumulate(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    n_cells, start, pattern, order, first, member, n_needed, out
):
    n = start.size - 1
    users = np.zeros(n_cells.size, dtype=np.int32)
    by_use = np.zeros(n + 1, dtype=np.int64)
    for r in range(order.shape[0]):
        users[:] = 0
        by_use[:] = 0
        n_drawn = 0
        for k in range(order.shape[1]):
            unit = order[r, k]
            for j in range(first[unit], first[unit + 1]):
                animal = member[j]
                n_drawn += 1
                for i in range(start[animal], start[animal + 1]):
                    p = pattern[i]
                    by_use[users[p]] -= n_cells[p]
                    users[p] += 1
                    by_use[users[p]] += n_cells[p]
            for q in range(n_needed.shape[0]):
                if n_needed[q, n_drawn - 1] > 0:
                    total = 0
                    for c in range(n_needed[q, n_drawn - 1], n_drawn + 1):
                        total += by_use[c]
                    out[r, q, k] = total


def slopes(area: Floats) -> Floats:
    """Return by which share of the area the last of k animals added to it; NaN for the first.

    Examples
    --------
    >>> slopes(np.array([2.0, 3.0, 3.0])).round(3)
    array([  nan, 0.333, 0.   ])
    """
    area = np.asarray(area, dtype=np.float64)
    out = np.full(area.size, np.nan)
    known = area[1:] > 0
    out[1:][known] = np.diff(area)[known] / area[1:][known]
    return out


def sufficient_from(slope: Floats, *, max_slope_frac: float) -> int | None:
    """Return the number of animals from which on the slope stays below a limit; None: never.

    Parameters
    ----------
    slope
        Of samples of 1 ... n animals, (n,), from :func:`slopes`.
    max_slope_frac
        Share of the area per animal.
    """
    below = slope < max_slope_frac  # NaN is not below
    if not below.size or not below[-1]:
        return None
    above = np.flatnonzero(~below)
    return int(above[-1]) + 2 if above.size else 1
