"""What a sample of animals says: is it large enough, does it find the others and other years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from corridors.foundation.grid import Surface, pack, weighted_sum
from corridors.foundation.units import unit_codes
from corridors.movement.fidelity import overlap
from corridors.movement.herd_populations import ALL
from corridors.movement.population import Population, Use, animal, class_rules, window
from corridors.movement.rarefaction import (
    Patterns,
    SharedCells,
    cells_in_order,
    mean_cells,
    orders,
    slopes,
)
from corridors.movement.skill import others_cells, share_inside
from corridors.movement.surface_tables import population_of

# Season, biological year and surface of a migration.
Migration = tuple[str, int, Surface]
Rows = list[dict[str, Any]]


def drawn_populations(
    cells: pd.DataFrame, estimates: pd.DataFrame, crs: str, cell_m: float
) -> dict[str, Population]:
    """Return the herd of all migrations and of each season, as it was drawn.

    Parameters
    ----------
    cells
        POPULATION.
    estimates
        ESTIMATES of the migrations that have a surface.
    crs, cell_m
        Of the lattice.
    """
    found = {}
    for season in (ALL, *sorted(set(estimates["season"]))):
        here = cells[cells["season"] == season]
        if not len(here):
            continue
        used = estimates if season == ALL else estimates[estimates["season"] == season]
        found[season] = population_of(
            here, crs=crs, cell_m=cell_m, n_tracked=used["animal"].nunique(), kind=Population
        )
    return found


class Sample:
    """Add animals one by one, then ask.

    Parameters
    ----------
    herd
        Its name.
    populations
        The herd by season, from :func:`drawn_populations`; without any, only the years of an
        animal are compared.
    fixes
        ``animal x_m y_m`` of the fixes on these migrations.
    cell_m
        Edge of a cell, m.
    medium_share, high_share
        See :func:`~corridors.movement.population.class_rules`.
    footprint_isopleth
        Isopleth of an animal's footprint, 0...1.
    units
        UNITS: animals that travel together come into a sample at once.

    Attributes
    ----------
    skill, fidelity
        Rows of SKILL and FIDELITY.
    """

    def __init__(
        self,
        herd: str,
        populations: Mapping[str, Population],
        fixes: pd.DataFrame,
        *,
        cell_m: float,
        medium_share: float,
        high_share: float,
        footprint_isopleth: float,
        units: pd.DataFrame,
    ) -> None:
        self._herd = herd
        self._populations = populations
        self._shared = {season: SharedCells(one.cells(1)) for season, one in populations.items()}
        self._names: dict[str, list[str]] = {season: [] for season in populations}
        self._units = units
        self._animal = fixes["animal"].to_numpy(object)
        self._key = pack(
            np.floor(fixes["y_m"].to_numpy() / cell_m).astype(np.int32),
            np.floor(fixes["x_m"].to_numpy() / cell_m).astype(np.int32),
        )
        self._cell_km2 = cell_m**2 / 1e6
        self._shares = medium_share, high_share
        self._isopleth = footprint_isopleth
        self.skill: Rows = []
        self.fidelity: Rows = []

    def add(self, name: str, migrations: Sequence[Migration]) -> None:
        """Add one animal: to the samples of its seasons, against the others, its years."""
        if self._populations:
            self._add(name, migrations)
        self._compare_years(name, migrations)

    def sufficiency(self, *, n_orders: int, seed: int) -> Rows:
        """Return rows of SUFFICIENCY: the rarefaction curve of each season and class.

        The interval is that of ``n_orders`` random orders of the units. The mean over all orders
        is exact where each animal is one unit, and for class ``low``; else it is that of these.
        """
        return [
            row
            for season, shared in self._shared.items()
            for row in self._curves(season, shared.patterns(), n_orders, seed)
        ]

    def _rules(self, n_animals: int) -> dict[str, int]:
        """Return the animals that each class needs in a sample, 0 where it does not exist."""
        medium, high = self._shares
        rules = class_rules(n_animals, medium_share=medium, high_share=high)
        return {rule.corridor_class: rule.n_needed for rule in rules}

    def _add(self, name: str, migrations: Sequence[Migration]) -> None:
        uses: dict[str, list[Use]] = {}
        for season, _, surface in migrations:
            uses.setdefault(season, []).append(window(surface, footprint_isopleth=self._isopleth))
        for season, some in sorted(uses.items()):
            self._shared[season].add(animal({season: some}).footprint)
            self._names[season].append(name)
        own = animal(uses)
        self._shared[ALL].add(own.footprint)
        self._names[ALL].append(name)

        population = self._populations[ALL]
        n_others = population.n_tracked - 1
        if n_others == 0:
            return
        fixes = self._key[self._animal == name]
        keys = pack(own.surface.row, own.surface.col)
        for corridor_class, n_needed in self._rules(n_others).items():
            if not n_needed:
                continue
            cells = others_cells(population, own, n_needed)
            self.skill.append(
                {
                    "herd": self._herd,
                    "animal": name,
                    "corridor_class": corridor_class,
                    "n_others": n_others,
                    "n_needed": n_needed,
                    "area_km2": cells.size * self._cell_km2,
                    "n_fixes": fixes.size,
                    "fixes_inside": share_inside(cells, fixes, np.ones(fixes.size)),
                    "mass_inside": share_inside(cells, keys, own.surface.mass),
                }
            )

    def _compare_years(self, name: str, migrations: Sequence[Migration]) -> None:
        """Compare one animal's years, season by season."""
        yearly: dict[str, dict[int, list[Surface]]] = {}
        for season, year, surface in migrations:
            yearly.setdefault(season, {}).setdefault(year, []).append(surface)
        for season, years in sorted(yearly.items()):
            mean = {
                year: weighted_sum([(surface, 1.0 / len(some)) for surface in some])
                for year, some in sorted(years.items())
            }
            for first in mean:
                for second in mean:
                    if first < second:
                        alike = overlap(mean[first], mean[second])
                        self.fidelity.append(
                            {
                                "herd": self._herd,
                                "animal": name,
                                "season": season,
                                "bio_year": first,
                                "other_year": second,
                                "bhattacharyya": alike.bhattacharyya,
                                "intersection": alike.intersection,
                            }
                        )

    def _curves(self, season: str, patterns: Patterns, n_orders: int, seed: int) -> Rows:
        n = patterns.n_animals
        needed = [self._rules(k) for k in range(1, n + 1)]
        classes = [name for name in needed[-1] if any(rule[name] for rule in needed)]
        n_needed = np.array([[rule[name] for rule in needed] for name in classes], dtype=np.int64)
        unit = unit_codes(self._names[season], self._units)
        n_units = int(unit.max()) + 1
        drawn = cells_in_order(patterns, orders(n_units, n_orders, seed=seed), n_needed, unit)
        # The whole sample is the same in every order: nearest ranks, so that the ends meet exactly.
        low, high = np.quantile(drawn, [0.05, 0.95], axis=0, method="closest_observation")
        # Of the first k units, in the mean over all orders.
        n_animals = n * np.arange(1, n_units + 1) / n_units
        usual = n_needed[:, np.rint(n_animals).astype(np.int64) - 1]
        rows = []
        for q, name in enumerate(classes):
            if n_units == n:
                mean = mean_cells(patterns.cells_by_use(), n_needed[q].tolist())
            elif (n_needed[q] == 1).all():
                mean = mean_cells(patterns.of_units(unit).cells_by_use(), [1] * n_units)
            else:
                mean = np.where(usual[q] > 0, drawn[:, q].mean(axis=0), np.nan)
            for k, slope in enumerate(slopes(mean)):
                if usual[q, k]:
                    rows.append(
                        {
                            "herd": self._herd,
                            "season": season,
                            "corridor_class": name,
                            "n_units": k + 1,
                            "n_animals": float(n_animals[k]),
                            "n_needed": int(usual[q, k]),
                            "area_km2": mean[k] * self._cell_km2,
                            "area_p05_km2": low[q, k] * self._cell_km2,
                            "area_p95_km2": high[q, k] * self._cell_km2,
                            "slope_frac": slope,
                        }
                    )
        return rows
