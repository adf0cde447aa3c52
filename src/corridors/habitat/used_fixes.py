"""Fixes that tell which ground a herd uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from shapely import MultiPoint
from shapely.geometry.base import BaseGeometry

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.grid import Grid


@dataclass(frozen=True)
class UsedFixes:
    """Thinned fixes in the working CRS, sorted by animal and time.

    Parameters
    ----------
    x_m, y_m
        Position, (n,).
    animal
        Number of the animal in ``names``, (n,).
    names
        Animals that have any.
    """

    x_m: Floats
    y_m: Floats
    animal: Indices
    names: Sequence[str]

    @property
    def hull(self) -> BaseGeometry:
        """What the habitat grid has to cover."""
        return MultiPoint(np.stack([self.x_m, self.y_m], axis=1)).convex_hull


def thinned(fixes: pd.DataFrame, *, thin_h: float) -> UsedFixes:
    """Return the first fix of each animal in each ``thin_h`` since 1970.

    ``fixes`` are ``animal time_utc x_m y_m``, sorted by animal and time.
    """
    thin = np.timedelta64(round(thin_h * 3600), "s")
    slot = fixes["time_utc"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    slot = (slot - np.datetime64("1970-01-01T00:00:00")) // thin
    fixes = fixes[~pd.DataFrame({"animal": fixes["animal"].to_numpy(), "slot": slot})
                  .duplicated().to_numpy()]  # fmt: skip
    names, number = np.unique(fixes["animal"].to_numpy().astype(str), return_inverse=True)
    return UsedFixes(
        fixes["x_m"].to_numpy(), fixes["y_m"].to_numpy(), number.astype(np.int64), names.tolist()
    )


def is_within(fixes: pd.DataFrame, windows: pd.DataFrame) -> Flags:
    """Return which fixes lie in a window of their animal, (n,); as :func:`fixes_in`."""
    inside = np.zeros(len(fixes), dtype=np.bool_)
    for _, rows in fixes_in(fixes, windows):
        inside[rows] = True
    return inside


def fixes_in(fixes: pd.DataFrame, windows: pd.DataFrame) -> Iterator[tuple[int, Indices]]:
    """Yield row of ``windows`` and rows of ``fixes`` in it, by animal and order of the windows.

    ``fixes`` are sorted by time within each animal; both have a plain index.
    """
    of_animal = fixes.groupby("animal", sort=False).indices
    time = fixes["time_utc"].to_numpy()
    for animal, rows in sorted(windows.groupby("animal", sort=True).indices.items()):
        own = np.asarray(of_animal.get(animal, ()), dtype=np.int64)
        starts = windows["start_utc"].to_numpy()[rows]
        ends = windows["end_utc"].to_numpy()[rows]
        first = np.searchsorted(time[own], starts, side="left")
        last = np.searchsorted(time[own], ends, side="right")
        for row, begin, end in zip(rows, first, last, strict=True):
            yield int(row), own[begin:end]


def cells_of(x_m: Floats, y_m: Floats, grid: Grid) -> tuple[Indices, Flags]:
    """Return the cells of the positions on the grid, raveled, and which positions these are."""
    row = np.floor(y_m / grid.cell_m).astype(np.int64)
    col = np.floor(x_m / grid.cell_m).astype(np.int64)
    iy, ix = grid.array_index(row.astype(np.int32), col.astype(np.int32))
    inside = (iy >= 0) & (iy < grid.n_rows) & (ix >= 0) & (ix < grid.n_cols)
    return (iy * grid.n_cols + ix)[inside], inside
