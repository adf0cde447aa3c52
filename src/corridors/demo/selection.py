"""A simulated world in which it is known what animals select."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter

from corridors.demo.world import land_cover
from corridors.foundation.arrays import Bytes, Floats, Indices

COVER: Final = {1: "steppe", 2: "shrub", 3: "forest", 4: "cropland"}
# Logs of relative use: per standard deviation of elevation, and compared with steppe.
ELEVATION: Final = 0.6
COVER_SELECTION: Final[Mapping[int, float]] = {1: 0.0, 2: -0.5, 3: 0.7, 4: -1.2}
# The same for the classes of the demo's land cover (`world.LAND_COVER`), which has no elevation.
DEMO_SELECTION: Final[Mapping[int, float]] = {1: 0.0, 2: -0.5, 3: -1.5, 4: 0.5, 5: 1.2}
_DEMO_CELL_KM: Final = 0.25


@dataclass(frozen=True)
class SelectionWorld:
    """Square ground with elevation and land cover, and how much its cells are used.

    Parameters
    ----------
    elevation_m
        (n, n), m.
    cover
        Codes 1, 2 ..., (n, n).
    elevation_selection
        Log of the relative use of ground one standard deviation higher.
    cover_selection
        Code -> log of the relative use.
    """

    elevation_m: Floats
    cover: Bytes
    elevation_selection: float
    cover_selection: Mapping[int, float]

    def log_use(self, elevation: Floats, cover: Floats) -> Floats:
        """Return the log of the relative use of all cells for each animal, (n_animals, n * n).

        ``elevation`` (n_animals,) and ``cover`` (n_animals, n_codes) are the animals' own
        selection.
        """
        # A plain has no standard deviation, and nothing to select.
        z = (self.elevation_m - self.elevation_m.mean()) / (self.elevation_m.std() or 1.0)
        of_cover: Floats = cover[:, self.cover.ravel().astype(int) - 1]
        found: Floats = elevation[:, None] * z.ravel() + of_cover
        return found


def world(rng: np.random.Generator, *, n: int) -> SelectionWorld:
    """Return ground of ``n`` x ``n`` cells: hills and patches some cells wide, unrelated."""
    hills = gaussian_filter(rng.standard_normal((n, n)), 4.0, mode="wrap")
    patches = gaussian_filter(rng.standard_normal((n, n)), 1.5, mode="wrap")
    cuts = np.quantile(patches, [0.4, 0.7, 0.9])
    cover = (1 + np.searchsorted(cuts, patches.ravel())).reshape(n, n)
    return SelectionWorld(
        2000.0 + 300.0 * hills / hills.std(), cover.astype(np.uint8), ELEVATION, COVER_SELECTION
    )


def demo_world(*, n: int) -> SelectionWorld:
    """Return ``n`` x ``n`` cells of the demo's land cover around its river, on a plain."""
    x = (np.arange(n) - n / 2 + 0.5) * _DEMO_CELL_KM
    cover = land_cover(*np.meshgrid(x, x[::-1]))
    return SelectionWorld(np.zeros((n, n)), cover, 0.0, DEMO_SELECTION)


def walk(
    rng: np.random.Generator,
    ground: SelectionWorld,
    *,
    n_animals: int,
    n_fixes: int,
    steps_per_fix: int,
    step_cells: float,
    spread: float,
) -> Indices:
    """Return the cells where animals are, (n_animals, n_fixes), as indices into the raveled grid.

    Parameters
    ----------
    rng
        Source of chance.
    ground
        The world.
    n_animals, n_fixes
        Size of the herd and of each track.
    steps_per_fix
        Steps between two fixes.
    step_cells
        Standard deviation of a step along each axis, cells.
    spread
        Standard deviation of the animals' own coefficients around those of the herd.

    Notes
    -----
    Metropolis's rule: a normal step is taken with probability min(1, use there / use here), steps
    off the ground are not. In the long run each animal is in a cell in proportion to its use, and
    positions near in time are near in space (Michelot et al. 2019, doi:10.1002/ecy.2452). Each
    animal starts in a cell drawn by its use, so that every fix already follows it.
    """
    n = len(ground.cover)
    herd = np.array([ground.cover_selection[code] for code in sorted(ground.cover_selection)])
    cover = herd + spread * rng.standard_normal((n_animals, herd.size)) * (herd != 0.0)
    log_use = ground.log_use(
        ground.elevation_selection + spread * rng.standard_normal(n_animals), cover
    )
    share = np.exp(log_use - log_use.max(axis=1, keepdims=True))
    share = np.cumsum(share, axis=1)
    draw = rng.random(n_animals) * share[:, -1]
    cell = np.array([np.searchsorted(own, at) for own, at in zip(share, draw, strict=True)])
    row, col = np.divmod(cell, n)
    animal = np.arange(n_animals)
    out = np.empty((n_animals, n_fixes), dtype=np.int64)
    for fix in range(n_fixes):
        for _ in range(steps_per_fix):
            step = np.rint(step_cells * rng.standard_normal((2, n_animals))).astype(np.int64)
            to_row, to_col = row + step[0], col + step[1]
            inside = (to_row >= 0) & (to_row < n) & (to_col >= 0) & (to_col < n)
            there = np.where(inside, to_row * n + to_col, row * n + col)
            gain = log_use[animal, there] - log_use[animal, row * n + col]
            goes = inside & (np.log(rng.random(n_animals)) < gain)
            row, col = np.where(goes, to_row, row), np.where(goes, to_col, col)
        out[:, fix] = row * n + col
    return out
