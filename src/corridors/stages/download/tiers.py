"""Tiers of a download: how many animals are enough, and how coarse the ground is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from corridors.config.release import PublicTier, Release
from corridors.stages.download.stage import TierName

_M_PER_KM = 1000.0
# Tracked animals from which on the tier public says no more than that there are so many.
_SPANS = (2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Tier:
    """What a tier does to a herd.

    Parameters
    ----------
    name
        ``internal``, ``partner`` or ``public``.
    min_animals
        Ground and barriers that fewer animals used are left out; 1: nothing is.
    grid_m
        Edge of the cells that stand for the ground; None: it is shown as it is drawn.
    """

    name: TierName
    min_animals: int
    grid_m: float | None = None

    def shown(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a planar geometry (m) as this tier shows it."""
        if self.grid_m is None or shape.is_empty:
            return shape
        return generalised(shape, self.grid_m)

    def sample(self, n_animals: int) -> str:
        """Return the size of a sample as this tier tells it; "" without tracks.

        Examples
        --------
        >>> Tier("partner", 2).sample(12), Tier("public", 2, 5000.0).sample(12)
        ('12', '10-19')
        """
        if n_animals == 0:
            return ""
        if self.grid_m is None:
            return str(n_animals)
        above = int(np.searchsorted(_SPANS, n_animals, side="right"))
        if above == len(_SPANS):
            return f"{_SPANS[-1]}+"
        return f"{_SPANS[above - 1]}-{_SPANS[above] - 1}"


def n_changed(told: Sequence[str], n_animals: int) -> int:
    """Return how many animals surely came or went since a release told its sample.

    Parameters
    ----------
    told
        What :meth:`Tier.sample` gave then, of each layer; the largest counts.
    n_animals
        Tracked animals now.

    Examples
    --------
    >>> n_changed(["8", "12"], 15), n_changed(["5-9"], 12), n_changed(["10-19"], 12)
    (3, 3, 0)
    >>> n_changed(["50+"], 12), n_changed([], 4)
    (38, 4)
    """
    spans = [_span(one) for one in told] or [(0, 0)]
    low, high = max(spans)
    return max(n_animals - high, low - n_animals, 0)


def _span(told: str) -> tuple[int, int]:
    if told.endswith("+"):
        return int(told[:-1]), 10**9
    low, _, high = told.partition("-")
    return int(low), int(high or low)


def tier_of(name: TierName, species: str, release: Release) -> Tier:
    """Return what a tier does to a herd of this species.

    Examples
    --------
    >>> tier_of("public", "Ovis ammon polii", Release()).grid_m
    20000.0
    >>> tier_of("public", "Odocoileus hemionus", Release()).grid_m
    5000.0
    """
    if name == "internal":
        return Tier(name, 1)
    if name == "partner":
        return Tier(name, release.min_animals)
    public = release.public
    grid_km = public.poached_grid_km if is_poached(species, public) else public.grid_km
    return Tier(name, release.min_animals, _M_PER_KM * grid_km)


def is_poached(species: str, public: PublicTier) -> bool:
    """Return whether a species, or that of a subspecies, is among those that poachers seek."""
    words = species.casefold().split()
    named = map(_words, public.poached_species)
    return any(one and words[: len(one)] == one for one in named)


def _words(name: str) -> list[str]:
    return name.casefold().split()


def generalised(shape: BaseGeometry, grid_m: float) -> BaseGeometry:
    """Return the cells of a lattice that a geometry has ground or length in.

    Parameters
    ----------
    shape
        Planar, m.
    grid_m
        Edge of a cell, m; corners lie at its multiples, wherever the geometry is.

    Examples
    --------
    >>> generalised(shapely.box(10, 10, 20, 120), 100.0).bounds
    (0.0, 0.0, 100.0, 200.0)
    """
    west, south, east, north = (bound / grid_m for bound in shape.bounds)
    columns = np.arange(np.floor(west), np.ceil(east) + 1)
    rows = np.arange(np.floor(south), np.ceil(north) + 1)
    column, row = (axis.ravel() for axis in np.meshgrid(columns, rows))
    cells = shapely.box(
        column * grid_m, row * grid_m, (column + 1.0) * grid_m, (row + 1.0) * grid_m
    )
    shapely.prepare(shape)
    meets = shapely.intersects(shape, cells)
    # What only meets the edge of a cell is in the next one.
    meets[meets] = ~shapely.touches(shape, cells[meets])
    return shapely.union_all(cells[meets])
