"""The arrows of a herd, season by season."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import get_coordinates, total_bounds, union_all
from shapely.geometry.base import BaseGeometry

from corridors.config.release import Release
from corridors.foundation.arrays import Flags, Floats
from corridors.foundation.grid import Grid
from corridors.foundation.vocabulary import CORRIDOR_CLASSES
from corridors.habitat.arrows import Arrow, Rules, arrows, depth
from corridors.habitat.layers import cells_in
from corridors.stages.release.shared_ground import ALL, EXPERT, Ground, SharedGround

WINTER, SUMMER = "winter", "summer"
_MOST_CELLS = 1_000_000  # a wider lattice is coarsened: an arrow has a few vertices anyway
_FULL_TURN_DEG = 360


@dataclass(frozen=True)
class SeasonArrow:
    """An arrow of a season with the class of the corridor that it runs through, planar, m."""

    season: str
    arrow: Arrow
    corridor_class: str


@dataclass(frozen=True)
class HerdArrows:
    """The arrows of a herd, and season -> why it has none."""

    drawn: list[SeasonArrow]
    lacking: Mapping[str, str]


def herd_arrows(
    shared: SharedGround,
    seasons: tuple[str, str],
    ranges: Sequence[Ground],
    corridors: Sequence[Ground],
    drawn: gpd.GeoDataFrame,
    release: Release,
) -> HerdArrows:
    """Return the arrows from the winter to the summer range and back.

    Parameters
    ----------
    shared
        What enough animals have used.
    seasons
        Names of the migration that leaves the winter range and of the one that leads back.
    ranges, corridors
        Released polygons; without tracks a corridor may be modelled.
    drawn
        CORRIDORS, of which those by experts have seasons of their own.
    release
        What counts as a branch.
    """
    rules = Rules(1000.0 * release.fork_km, release.max_detour, release.arrow_vertices)
    ends = {season: core(ranges, season) for season in (WINTER, SUMMER)}
    found: list[SeasonArrow] = []
    lacking: dict[str, str] = {}
    for season, (left, reached) in zip(seasons, ((WINTER, SUMMER), (SUMMER, WINTER)), strict=True):
        a, b = ends[left], ends[reached]
        if a is None or b is None:
            missing = [name for name in (WINTER, SUMMER) if ends[name] is None]
            lacking[season] = "no " + " and no ".join(f"{name} range" for name in missing)
            continue
        cells = shared.cells(season)
        corridor = None
        if cells.empty:
            corridor = _untracked(shared, season, corridors, drawn)
            if corridor is None:
                lacking[season] = "no corridor that enough animals used, and none drawn"
                continue
        grid, ground, worth = _ground(shared, cells, corridor, a, b)
        made = arrows(grid, ground, worth, a, b, rules)
        found += [SeasonArrow(season, one, _class_at(one, corridors)) for one in made]
        if not made:
            lacking[season] = "no way joins the ranges"
    return HerdArrows(found, lacking)


def core(ranges: Iterable[Ground], season: str) -> BaseGeometry | None:
    """Return the smallest isopleth of a season's range, else what experts drew; None: neither."""
    own = [one for one in ranges if one.row["season"] == season]
    tracked = [one for one in own if one.row["evidence"] != EXPERT]
    if tracked:
        least = min(one.row["isopleth"] for one in tracked)
        own = [one for one in tracked if one.row["isopleth"] == least]
    return union_all([one.shape for one in own]) if own else None


def rotation_deg(line: BaseGeometry) -> int:
    """Return the direction of a line's last stretch, whole degrees clockwise from east, 0...359.

    Examples
    --------
    >>> from shapely import LineString
    >>> rotation_deg(LineString([(0, 0), (5, 9), (6, 9)]))
    0
    >>> rotation_deg(LineString([(0, 0), (0, -1)])), rotation_deg(LineString([(0, 0), (9, 0.01)]))
    (90, 0)
    """
    (x0, y0), (x1, y1) = get_coordinates(line)[-2:]
    return round(math.degrees(math.atan2(y0 - y1, x1 - x0))) % _FULL_TURN_DEG


def _untracked(
    shared: SharedGround, season: str, corridors: Sequence[Ground], drawn: gpd.GeoDataFrame
) -> BaseGeometry | None:
    """Return the corridor of a season that nobody was tracked along, m."""
    expert = drawn[drawn["evidence"] == EXPERT]
    for name in (season, ALL):
        own = expert[expert["season"] == name]
        if len(own):
            return shared.planar(union_all(own.geometry.to_numpy()))
    shapes = [one.shape for one in corridors if one.row["evidence"] == "modelled"]
    return union_all(shapes) if shapes else None


def _ground(
    shared: SharedGround,
    cells: pd.DataFrame,
    corridor: BaseGeometry | None,
    left: BaseGeometry,
    reached: BaseGeometry,
) -> tuple[Grid, Flags, Floats]:
    """Return where an arrow may run, and what each cell is worth."""
    shapes = [one for one in (left, reached, corridor) if one is not None]
    bounds = total_bounds(np.array(shapes, dtype=object))
    cell_m = shared.cell_m
    row, col = cells["row"].to_numpy(), cells["col"].to_numpy()
    if len(cells):
        low = np.array([col.min(), row.min()]) * cell_m
        high = np.array([col.max() + 1, row.max() + 1]) * cell_m
        bounds = np.concatenate([np.minimum(bounds[:2], low), np.maximum(bounds[2:], high)])
    n_cells = float(np.prod((bounds[2:] - bounds[:2]) / cell_m))
    coarse = max(1, math.ceil(math.sqrt(n_cells / _MOST_CELLS)))
    west, south, east, north = map(float, bounds)
    grid = Grid.covering(shared.crs, cell_m * coarse, (west, south, east, north)).padded(cell_m)
    inside = np.zeros(grid.shape, dtype=np.bool_)
    worth = np.zeros(grid.shape)
    if len(cells):
        at = grid.array_index(row // coarse, col // coarse)
        inside[at] = True
        np.add.at(worth, at, cells["mass"].to_numpy())
    if corridor is not None:
        inside |= cells_in(corridor, grid)
    ground = inside | cells_in(left, grid) | cells_in(reached, grid)
    return grid, ground, worth if len(cells) else depth(ground)


def _class_at(arrow: Arrow, corridors: Sequence[Ground]) -> str:
    """Return the highest class that holds half of an arrow; the lowest where none does."""
    for name in reversed(CORRIDOR_CLASSES):
        own = [one.shape for one in corridors if one.row["corridor_class"] == name]
        if own and arrow.line.intersection(union_all(own)).length >= arrow.line.length / 2.0:
            return name
    return CORRIDOR_CLASSES[0]
