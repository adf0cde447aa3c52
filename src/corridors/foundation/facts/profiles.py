"""Facts of the comparison of profiles."""

from __future__ import annotations

from corridors.foundation.facts import Facts
from corridors.foundation.facts.delineate import Season


class StepFacts(Facts):
    """One step on the way between the profiles; what is unknown is absent.

    Parameters
    ----------
    step
        Short name.
    defect
        Number in ``docs/profiles.md``, or "".
    n_migrations
        Migrations with a surface.
    s2_median_m2_min
        Median of their motion variances, m2/min.
    area95_median_km2
        Median of the areas of their 95 % isopleths, km2.
    low_km2, at_least_2_km2, medium_km2, high_km2
        Area of cells that at least 1, at least 2 and the animals of each class use, km2.
    in_no_class_km2
        Area that more than 99 % of the animals cover and that so lies in no class, km2.
    stopover_km2
        Area of the stopovers in cells, km2.
    jaccard_with_corrected
        Shared part of the cells of class ``low`` with the last step, 0...1.
    moved_from_corrected_frac, moved_by_step_frac
        Share of the mass of the herd's surface that lies elsewhere than in the last step, and than
        in the step before, 0...1.
    """

    step: str
    defect: str
    n_migrations: int
    s2_median_m2_min: float | None = None
    area95_median_km2: float | None = None
    low_km2: float | None = None
    at_least_2_km2: float | None = None
    medium_km2: float | None = None
    high_km2: float | None = None
    in_no_class_km2: float | None = None
    stopover_km2: float | None = None
    jaccard_with_corrected: float | None = None
    moved_from_corrected_frac: float | None = None
    moved_by_step_frac: float | None = None


class LowClass(Facts):
    """Area of the cells of class ``low`` that lie in both profiles and in one alone, km2."""

    both: float
    only_usgs: float
    only_corrected: float


class ProfilesFacts(Facts):
    """What the profiles make of a herd.

    Parameters
    ----------
    herd
        Its name.
    crs
        Working CRS, of the cells.
    cell_m
        Edge of a cell, m.
    method
        The method that the configuration asks for.
    n_animals
        Profile -> animals with a migration that has a surface.
    n_migrations
        Migrations with a surface in both.
    steps
        The way from ``usgs`` to ``corrected``.
    published_km2
        Profile -> season -> what stage `delineate` draws.
    low_km2
        Where the corridors differ.
    """

    herd: str
    crs: str
    cell_m: float
    method: str
    n_animals: dict[str, int]
    n_migrations: int
    steps: tuple[StepFacts, ...]
    published_km2: dict[str, dict[str, Season]]
    low_km2: LowClass
