"""Facts of stage `delineate`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from corridors.foundation.facts import Facts, Remark


class ClassFacts(Facts):
    """A corridor class of one season.

    Parameters
    ----------
    n_animals
        Animals whose footprint must cover a cell.
    area_km2
        Of its polygons, km2.
    area_change_frac
        What cutting corners added to the area of its cells, as a share of it.
    """

    n_animals: int
    area_km2: float
    area_change_frac: float


class MigrationSeason(Facts):
    """What was drawn from the migrations of one season, or of all.

    Parameters
    ----------
    part
        ``migration``.
    n_animals
        Animals in the mean surface.
    mass
        Of that surface, at most 1.
    classes
        Class -> what it is, of those that were drawn.
    missing_classes
        Class -> why it was not.
    n_stopovers, stopover_area_km2
        Stopovers, and their area, km2.
    """

    part: Literal["migration"]
    n_animals: int
    mass: float
    classes: dict[str, ClassFacts]
    missing_classes: dict[str, Remark]
    n_stopovers: int
    stopover_area_km2: float


class RangeSeason(Facts):
    """What was drawn from the ranges of one season.

    Parameters
    ----------
    part
        ``range``.
    n_animals
        Animals in the mean surface.
    mass
        Of that surface, at most 1.
    isopleth_area_km2
        Isopleth, as text -> its area, km2.
    """

    part: Literal["range"]
    n_animals: int
    mass: float
    isopleth_area_km2: dict[str, float]


Season: TypeAlias = Annotated[MigrationSeason | RangeSeason, Field(discriminator="part")]


class DelineateFacts(Facts):
    """What was drawn of a herd, and what was not and why.

    Parameters
    ----------
    crs
        Working CRS, of the cells.
    cell_m
        Edge of a cell, m.
    profile
        ``corrected`` or ``usgs``.
    n_animals
        Season -> animals with a surface in it; ``all`` counts those with a migration.
    seasons
        Season -> what was drawn of it.
    n_expert_ranges, n_expert_corridors
        Polygons that experts drew and that are passed on.
    n_windows_without_surface
        Windows that gave nothing.
    notes
        What a reader must know.
    """

    crs: str
    cell_m: float
    profile: str
    n_animals: dict[str, int]
    seasons: dict[str, Season]
    n_expert_ranges: int
    n_expert_corridors: int
    n_windows_without_surface: int
    notes: tuple[Remark, ...]
