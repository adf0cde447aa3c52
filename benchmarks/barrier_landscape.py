"""A made-up landscape with ranges, rough ground, lakes, fences and roads, for circuits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter
from shapely.geometry import LineString
from shapely.ops import substring

from corridors.foundation.arrays import Floats, Geometries, Indices32
from corridors.foundation.grid import Grid

CELL_M = 250.0
PERMEABILITIES = (0.02, 0.1, 0.25, 0.5, 0.9)


@dataclass(frozen=True)
class Landscape:
    """Ground and lines.

    Parameters
    ----------
    grid
        The cells.
    resistance
        Of each cell, 1...20 in patches of some kilometres; NaN: lakes, (ny, nx).
    node
        0 in the range in the north-west, 1 in that in the south-east, else -1.
    lines
        Segments of at most 1 km, (n,).
    added
        What each adds to the resistance of an edge, as a multiple of the edge's own, (n,).
    """

    grid: Grid
    resistance: Floats
    node: Indices32
    lines: Geometries
    added: Floats


def landscape(side: int, *, barriers: int, seed: int) -> Landscape:
    """Return a square of ``side`` cells with winding barriers across half of its width or more."""
    rng = np.random.default_rng([seed, side])
    relief = gaussian_filter(rng.normal(size=(side, side)), 8)
    resistance = np.exp(np.clip(relief / relief.std(), -1.5, 1.5) + 1.5)
    water = gaussian_filter(rng.normal(size=(side, side)), 6)
    near, far = side // 12, max(side // 7, side // 12 + 2)
    node = np.full((side, side), -1, dtype=np.int32)
    node[near:far, near:far], node[-far:-near, -far:-near] = 0, 1
    resistance[(water > 2.2 * water.std()) & (node < 0)] = np.nan
    lines: list[LineString] = []
    added: list[float] = []
    extent = side * CELL_M
    for number in range(barriers):
        along = np.linspace(rng.uniform(0.0, 0.3), rng.uniform(0.7, 1.0), 200)
        waves = np.sin(2 * np.pi * (rng.integers(1, 5) * along + rng.random()))
        across = rng.uniform(0.2, 0.8) + 0.05 * waves
        xy = np.stack([along, across] if number % 2 else [across, along], axis=1) * extent
        whole = LineString(xy)
        n = int(np.ceil(whole.length / 1000.0))
        cuts = np.linspace(0.0, whole.length, n + 1)
        lines += [substring(whole, *cuts[k : k + 2]) for k in range(n)]
        added += [1.0 / float(rng.choice(PERMEABILITIES)) - 1.0] * n
    return Landscape(
        Grid("EPSG:32612", CELL_M, 0, 0, side, side),
        resistance,
        node,
        np.array(lines, dtype=object),
        np.array(added),
    )
