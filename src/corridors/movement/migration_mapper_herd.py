"""From single surfaces to the herd as Migration Mapper v3 does it, to compare with ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import rankdata

from corridors.foundation.arrays import Indices
from corridors.foundation.grid import Surface, pack, unpack, weighted_sum
from corridors.movement.migration_mapper import footprint, trimmed
from corridors.movement.population import Population

Level = Literal["animal", "year"]

# The peer lowers its breaks of shares by this, so that a share equal to one lies above it.
_BELOW = 1e-4
# The last break of shares: what more animals use lies in no class.
_TOP = 0.99


@dataclass(frozen=True)
class Peer:
    """What Migration Mapper chooses beyond its method.

    Parameters
    ----------
    time_step_min
        Step of the time sum, minutes.
    grid_margin_frac
        The grid of a surface beyond its track, as a share of the track's extent.
    kept_frac
        Share of its mass that each surface keeps.
    merged_frac
        Share of the mass that each merge of surfaces keeps.
    merge_order
        See :func:`merged_in_order`.
    """

    time_step_min: float
    grid_margin_frac: float
    kept_frac: float
    merged_frac: float
    merge_order: tuple[Level, Level]


class PeerPopulation(Population):
    """A herd whose classes, stopovers and isopleths are Migration Mapper's.

    The surface may hold cells of no mass: merging cuts cells that footprints cover.
    """

    def cells(self, n_needed: int) -> Indices:
        """Return the cells that at least ``n_needed`` animals, but not over 99 % of them, cover.

        The shares are cut at (0, 2/N - 1e-4, 0.10 - 1e-4, ..., 0.99]: a cell above the last break
        lies in no class at all. With one animal the second break is the last.
        """
        top = max(_TOP, 2 / self.n_tracked - _BELOW)
        chosen = (self.n_animals >= n_needed) & (self.n_animals / self.n_tracked <= top)
        return pack(self.surface.row[chosen], self.surface.col[chosen])

    def top_cells(self, area_frac: float, *, trim_isopleth: float) -> Indices:
        """Return :func:`top_of_area`; the surface is trimmed already."""
        del trim_isopleth
        return top_of_area(self.surface, area_frac)

    def isopleth_cells(self, isopleth: float) -> Indices:
        """Return the same share of the used *area*, which takes the place of an isopleth."""
        return top_of_area(self.surface, isopleth)


def merged(surfaces: Sequence[Surface], *, kept_frac: float) -> Surface:
    """Return the mean of surfaces without its least cells; a single one stays as it is.

    Parameters
    ----------
    surfaces
        On one lattice, at least one.
    kept_frac
        See :func:`corridors.movement.migration_mapper.trimmed`; the crossing cell goes.
    """
    if len(surfaces) == 1:
        return surfaces[0]
    total = sum(surface.total for surface in surfaces)
    if total == 0:
        return surfaces[0]
    mean = weighted_sum((surface, 1.0 / total) for surface in surfaces)
    return trimmed(mean, kept_frac, with_crossing=False)


def merged_in_order(
    surfaces: Mapping[tuple[str, int], Surface], order: tuple[Level, Level], *, kept_frac: float
) -> Surface:
    """Return the herd's surface from one of each animal and year.

    Parameters
    ----------
    surfaces
        (animal, year) -> surface, merged from the sequences of that animal and year.
    order
        The outer level comes first: with ``("animal", "year")`` years are merged within each
        animal, then animals, so that each animal weighs the same; with ``("year", "animal")``
        each year does.
    kept_frac
        Share of the mass that each merge keeps.

    Notes
    -----
    Which weighs the same, animals or years, is decided by the order alone; the program's two
    callers use one each.
    """
    outer = 0 if order[0] == "animal" else 1
    groups: dict[str | int, list[Surface]] = {}
    for key in sorted(surfaces):
        groups.setdefault(key[outer], []).append(surfaces[key])
    return merged(
        [merged(groups[name], kept_frac=kept_frac) for name in sorted(groups, key=str)],
        kept_frac=kept_frac,
    )


class PeerHerd:
    """Add animals one by one, then ask for the herd.

    Parameters
    ----------
    order
        See :func:`merged_in_order`.
    kept_frac
        Share of the mass that each merge keeps.
    footprint_isopleth
        Isopleth of a sequence's footprint, 0...1.
    """

    def __init__(
        self, order: tuple[Level, Level], *, kept_frac: float, footprint_isopleth: float
    ) -> None:
        self._order = order
        self._kept_frac = kept_frac
        self._isopleth = footprint_isopleth
        self._surfaces: dict[tuple[str, int], Surface] = {}
        self._covered: list[Indices] = []

    def add(self, animal: str, years: Mapping[int, Sequence[Surface]]) -> None:
        """Add one animal: the surfaces of its sequences by year."""
        for year, surfaces in sorted(years.items()):
            self._surfaces[animal, year] = merged(surfaces, kept_frac=self._kept_frac)
        footprints = [
            footprint(surface, self._isopleth) for some in years.values() for surface in some
        ]
        self._covered.append(np.unique(np.concatenate(footprints)))

    def population(self) -> PeerPopulation | None:
        """Return the herd so far, or None without animals."""
        if not self._covered:
            return None
        mean = merged_in_order(self._surfaces, self._order, kept_frac=self._kept_frac)
        covered, counts = np.unique(np.concatenate(self._covered), return_counts=True)
        held = pack(mean.row, mean.col)
        keys = np.union1d(held, covered)
        mass, n_animals = np.zeros(keys.size), np.zeros(keys.size, dtype=np.int32)
        mass[np.searchsorted(keys, held)] = mean.mass
        n_animals[np.searchsorted(keys, covered)] = counts
        surface = Surface(mean.crs, mean.cell_m, *unpack(keys), mass)
        return PeerPopulation(surface, n_animals, len(self._covered))


def top_of_area(surface: Surface, area_frac: float) -> Indices:
    """Return the sorted keys of the most used cells: a share of the area of a trimmed surface.

    Parameters
    ----------
    surface
        The herd's surface; cells of no mass do not count.
    area_frac
        Share of the used area, 0...1.

    Notes
    -----
    A cell's volume is the share of mass on the cells above it. Cells with a volume up to the
    quantile ``area_frac`` of all volumes are taken, except the lowest: the lowest break is open,
    so the one cell that is used most falls out.
    """
    used = surface.mass > 0
    row, col, mass = surface.row[used], surface.col[used], surface.mass[used]
    if mass.size == 0:
        return np.zeros(0, dtype=np.int64)
    rank = rankdata(mass, method="average").astype(np.int64)
    volume = 1.0 - np.cumsum(np.sort(mass))[rank - 1]
    top = (volume <= np.quantile(volume, area_frac)) & (volume > volume.min())
    return np.sort(pack(row[top], col[top]))
