"""From the surfaces of single migrations to the herd: one animal, one vote."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corridors.foundation.arrays import Indices, Indices32
from corridors.foundation.facts import Remark
from corridors.foundation.grid import Surface, pack, weighted_sum
from corridors.movement.isopleths import isopleth_mask


@dataclass(frozen=True)
class Use:
    """What one window, or one animal, gives to the herd.

    Parameters
    ----------
    surface
        Occurrence of the window; for an animal the mean of its windows, each season weighing the
        same.
    footprint
        Keys of the cells in the window's isopleth, for an animal their union over its windows;
        int64, sorted, unique.
    """

    surface: Surface
    footprint: Indices


@dataclass(frozen=True)
class Population:
    """Mean surface of the animals, and how many animals' footprints cover each of its cells.

    Parameters
    ----------
    surface
        Mean over animals; sorted by (row, col).
    n_animals
        Animals whose footprint covers the cell, int32 (n,), 0 where only tails reach.
    n_tracked
        Animals in the mean.
    """

    surface: Surface
    n_animals: Indices32
    n_tracked: int

    def cells(self, n_needed: int) -> Indices:
        """Return the sorted keys of the cells that at least ``n_needed`` animals cover."""
        chosen = self.n_animals >= n_needed
        return pack(self.surface.row[chosen], self.surface.col[chosen])

    def top_cells(self, area_frac: float, *, trim_isopleth: float) -> Indices:
        """Return the sorted keys of the most used cells, see :func:`top_area`."""
        return top_area(self.surface, area_frac, trim_isopleth=trim_isopleth)

    def isopleth_cells(self, isopleth: float) -> Indices:
        """Return the sorted keys of the cells of an isopleth of the mean surface."""
        return isopleth_cells(self.surface, isopleth)


@dataclass(frozen=True)
class ClassRule:
    """How many animals a corridor class needs, or why the class does not exist.

    Parameters
    ----------
    corridor_class
        ``low``, ``medium`` or ``high``.
    n_needed
        Animals whose footprint must cover a cell; 0 where the class does not exist.
    reason
        Why the class does not exist; None where it does.
    """

    corridor_class: str
    n_needed: int
    reason: Remark | None


def window(surface: Surface, *, footprint_isopleth: float) -> Use:
    """Return one window's surface with its footprint, an isopleth of it (0...1)."""
    return Use(surface, isopleth_cells(surface, footprint_isopleth))


def animal(seasons: Mapping[str, Sequence[Use]]) -> Use:
    """Return one animal's mean surface and footprint.

    Parameters
    ----------
    seasons
        Season -> the animal's windows in it, at least one window in all. The mean is taken within
        each season first and then over seasons, so that three springs and one autumn weigh like
        one of each.

    Returns
    -------
    Use
        The footprint is the union over windows, not the isopleth of their mean: a path used once
        counts.

    Raises
    ------
    ValueError
        No window, or surfaces on different lattices.

    Examples
    --------
    >>> def one(col): return window(Surface("EPSG:32612", 50.0, np.array([7], "i4"),
    ...     np.array([col], "i4"), np.array([1.0])), footprint_isopleth=0.99)
    >>> both = animal({"spring": [one(1), one(2), one(3)], "autumn": [one(3)]})
    >>> both.surface.col, both.surface.mass.round(3)
    (array([1, 2, 3], dtype=int32), array([0.167, 0.167, 0.667]))
    """
    used = {season: windows for season, windows in sorted(seasons.items()) if windows}
    mean = weighted_sum(
        (use.surface, 1.0 / (len(used) * len(windows)))
        for windows in used.values()
        for use in windows
    )
    covered = np.concatenate([use.footprint for windows in used.values() for use in windows])
    footprint, _ = _counted(covered, np.ones(covered.size, dtype=np.int64))
    return Use(mean, footprint)


def _counted(cells: Indices, counts: Indices) -> tuple[Indices, Indices]:
    """Return the different cells, sorted, and the sum of the counts of each."""
    # A stable sort merges sorted runs in nearly linear time.
    order = np.argsort(cells, kind="stable")
    cells, counts = cells[order], counts[order]
    first = np.flatnonzero(np.diff(cells, prepend=cells[:1] - 1))
    return cells[first], np.add.reduceat(counts, first) if first.size else counts


class Herd:
    """Add animals one by one: memory holds the running sum and about as much again.

    Animals wait until they have as many cells as the sum: adding each to it at once would cost the
    number of animals times the cells of the herd.

    Examples
    --------
    >>> cell = Surface("EPSG:32612", 50.0, np.array([7], "i4"), np.array([1], "i4"), np.array([1.]))
    >>> herd = Herd()
    >>> for _ in range(3):
    ...     herd.add(animal({"spring": [window(cell, footprint_isopleth=0.99)]}))
    >>> herd.population().n_animals
    array([3], dtype=int32)
    """

    def __init__(self) -> None:
        self._n = 0
        self._sum: Surface | None = None
        self._cells = np.zeros(0, dtype=np.int64)
        self._counts = np.zeros(0, dtype=np.int64)
        self._waiting: list[Use] = []
        self._n_waiting = 0

    def add(self, one: Use) -> None:
        """Add one animal. The order of animals is part of the floating-point result."""
        self._n += 1
        self._waiting.append(one)
        self._n_waiting += one.surface.row.size
        if self._sum is None or self._n_waiting >= self._sum.row.size:
            self._settle()

    def _settle(self) -> None:
        """Add those who wait, in their order: the result is that of adding one by one."""
        if not self._waiting:
            return
        terms = [(self._sum, 1.0)] if self._sum is not None else []
        self._sum = weighted_sum([*terms, *((one.surface, 1.0) for one in self._waiting)])
        new = np.concatenate([one.footprint for one in self._waiting])
        self._cells, self._counts = _counted(
            np.concatenate([self._cells, new]),
            np.concatenate([self._counts, np.ones(new.size, dtype=np.int64)]),
        )
        self._waiting, self._n_waiting = [], 0

    def population(self) -> Population | None:
        """Return the herd so far, or None without animals."""
        self._settle()
        if self._sum is None:
            return None
        mean = weighted_sum([(self._sum, 1.0 / self._n)])
        n_animals = np.zeros(mean.row.size, dtype=np.int32)
        # Footprints are cells of the surfaces, so every one of them is found.
        n_animals[np.searchsorted(pack(mean.row, mean.col), self._cells)] = self._counts
        return Population(mean, n_animals, self._n)


def class_rules(n_tracked: int, *, medium_share: float, high_share: float) -> list[ClassRule]:
    """Return the corridor classes of a sample of ``n_tracked`` animals.

    ``low`` needs one animal. A class by share exists only if the share means more than two
    animals; with fewer, one or two animals' habits would pass for the herd's.

    Parameters
    ----------
    n_tracked
        Animals with a migration surface, >= 1.
    medium_share, high_share
        Share of the animals, 0...1.

    Notes
    -----
    ``n_needed = ceil(share * n_tracked)``, in whole animals, so that no rounding of a quotient
    decides (Sawyer et al. 2009, doi:10.1890/08-2034.1; Kauffman et al. 2022, USGS SIR 2022-5008).

    Examples
    --------
    >>> [(rule.corridor_class, rule.n_needed) for rule in
    ...  class_rules(15, medium_share=0.1, high_share=0.2)]
    [('low', 1), ('medium', 0), ('high', 3)]
    """
    rules = [ClassRule("low", 1, None)]
    for name, share in (("medium", medium_share), ("high", high_share)):
        animals = round(share * n_tracked, 9)
        if animals > 2:
            rules.append(ClassRule(name, math.ceil(animals), None))
        else:
            reason = Remark.of(
                "class_of_too_few", share=share, n_tracked=n_tracked, n_animals=animals
            )
            rules.append(ClassRule(name, 0, reason))
    return rules


def top_area(surface: Surface, area_frac: float, *, trim_isopleth: float) -> Indices:
    """Return the sorted keys of the most used cells: a share of the *area* of a trimmed surface.

    Parameters
    ----------
    surface
        Mean surface of the herd.
    area_frac
        Share of the trimmed area, 0...1; the number of cells is rounded up.
    trim_isopleth
        The used area is this isopleth of the surface.

    Notes
    -----
    Ties are broken by row and column, so that the answer does not depend on the order of cells.
    """
    inside = isopleth_mask(surface, trim_isopleth)
    row, col, mass = surface.row[inside], surface.col[inside], surface.mass[inside]
    n_top = math.ceil(round(area_frac * mass.size, 9))
    top = np.lexsort((col, row, -mass))[:n_top]
    return np.sort(pack(row[top], col[top]))


def isopleth_cells(surface: Surface, isopleth: float) -> Indices:
    """Return the sorted keys of the cells of an isopleth."""
    inside = isopleth_mask(surface, isopleth)
    return np.sort(pack(surface.row[inside], surface.col[inside]))


def mass_in(surface: Surface, patches: Sequence[Indices]) -> list[float]:
    """Return the mass of ``surface`` on each set of cells, given by sorted keys."""
    if surface.row.size == 0:
        return [0.0 for _ in patches]
    key = pack(surface.row, surface.col)
    out = []
    for cells in patches:
        at = np.minimum(np.searchsorted(key, cells), key.size - 1)
        out.append(float(surface.mass[at[key[at] == cells]].sum()))
    return out
