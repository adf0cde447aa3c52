"""The selection model of `connect`: fixes and available ground in, resistance and table out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.ndimage import distance_transform_edt
from shapely import MultiPoint
from shapely.geometry.base import BaseGeometry

from corridors.formats.parquet import read_table
from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.track import usable
from corridors.habitat.resistance import selection_resistance
from corridors.habitat.selection import NoSelectionError, Selection, fit_selection
from corridors.habitat.selection_terms import (
    LINEAR,
    Covariate,
    outside_model,
)

if TYPE_CHECKING:
    from corridors.config.habitat import HabitatLayer
    from corridors.foundation.grid import Grid
    from corridors.stages.context import StageContext

_CELLS_AT_ONCE = 500_000


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


@dataclass(frozen=True)
class Fitted:
    """A fitted model on the herd's grid."""

    selection: Selection
    resistance: Floats
    covariates: Sequence[Covariate]
    used: Indices
    animal: Indices
    names: Sequence[str]
    extrapolated_frac: float


def used_fixes(context: StageContext) -> UsedFixes | None:
    """Return the fixes to learn from; None where resistance comes from tables."""
    settings = context.settings.habitat
    if settings.resistance_from == "table":
        return None
    fixes = usable_fixes(context)
    if settings.selection.used == "migrations":
        windows = read_table(context.read("segment", "migrations.parquet"))
        windows = windows[windows["part"] == "migration"].reset_index(drop=True)
        inside = np.zeros(len(fixes), dtype=np.bool_)
        for _, rows in fixes_in(fixes, windows):
            inside[rows] = True
        fixes = fixes[inside]
    thin = np.timedelta64(round(settings.selection.thin_h * 3600), "s")
    slot = fixes["time_utc"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    slot = (slot - np.datetime64("1970-01-01T00:00:00")) // thin
    fixes = fixes[~pd.DataFrame({"animal": fixes["animal"].to_numpy(), "slot": slot})
                  .duplicated().to_numpy()]  # fmt: skip
    names, number = np.unique(fixes["animal"].to_numpy().astype(str), return_inverse=True)
    return UsedFixes(
        fixes["x_m"].to_numpy(), fixes["y_m"].to_numpy(), number.astype(np.int64), names.tolist()
    )


def usable_fixes(context: StageContext) -> pd.DataFrame:
    """Return animal, time and planar position of usable fixes, sorted, with a plain index."""
    fixes = read_table(
        context.read("clean", "fixes.parquet"),
        columns=["animal", "time_utc", "x_m", "y_m", "burst"],
    )
    return usable(fixes).reset_index(drop=True)


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


def fit(
    context: StageContext,
    grid: Grid,
    layers: Sequence[tuple[HabitatLayer, Floats]],
    used: UsedFixes,
) -> Fitted:
    """Return the selection model and the resistance that it gives.

    Raises
    ------
    NoSelectionError
        The tracks cannot tell.
    """
    settings = context.settings.habitat.selection
    context.progress("fit the selection model", 0.38)
    if used.x_m.size == 0:
        on = "on migration" if settings.used == "migrations" else "that are usable"
        raise NoSelectionError(f"the herd has no fixes {on}")
    covariates = [_covariate(layer, values) for layer, values in layers]
    cells, inside = cells_of(used.x_m, used.y_m, grid)
    animal = used.animal[inside]
    selection = fit_selection(
        covariates,
        cells,
        animal,
        _available(context, grid, cells, covariates),
        available_weight=settings.available_weight,
        min_animals=settings.min_animals,
        min_fixes=settings.min_fixes,
        min_class_animals=settings.min_class_animals,
        max_folds=settings.max_folds,
    )
    entered = selection.n_used[animal] > 0
    log_use = selection.log_use(covariates, selection.available)
    log_best = float(np.nanquantile(log_use, settings.best_quantile))
    resistance = np.full(grid.shape, np.nan)
    n_known = n_beyond = 0
    for start in range(0, resistance.size, _CELLS_AT_ONCE):
        part = np.arange(start, min(start + _CELLS_AT_ONCE, resistance.size))
        log_use = selection.log_use(covariates, part)
        known = _is_known(covariates, part)
        # Known ground of a class that hardly any animal used is as good as never used.
        log_use[known & outside_model(selection.terms, covariates, part)] = -np.inf
        log_use[~known] = np.nan
        resistance.flat[part] = selection_resistance(
            log_use,
            log_best=log_best,
            power=settings.power,
            max_resistance=settings.max_resistance,
        )
        n_known += int(known.sum())
        n_beyond += int((known & _is_beyond(selection, covariates, part)).sum())
    return Fitted(
        selection, resistance, covariates, cells[entered], animal[entered], used.names,
        n_beyond / max(1, n_known),
    )  # fmt: skip


def _covariate(layer: HabitatLayer, values: Floats) -> Covariate:
    flat = values.ravel()
    if layer.kind != "class":
        return Covariate(layer.name, flat, quadratic=layer.quadratic)
    classes = dict(layer.classes)
    if not classes:
        codes = np.unique(flat[np.isfinite(flat)]).astype(int).tolist()
        classes = {str(code): (code,) for code in codes}
    return Covariate(layer.name, flat, classes, layer.reference)


def cells_of(x_m: Floats, y_m: Floats, grid: Grid) -> tuple[Indices, Flags]:
    """Return the cells of the positions on the grid, raveled, and which positions these are."""
    row = np.floor(y_m / grid.cell_m).astype(np.int64)
    col = np.floor(x_m / grid.cell_m).astype(np.int64)
    iy, ix = grid.array_index(row.astype(np.int32), col.astype(np.int32))
    inside = (iy >= 0) & (iy < grid.n_rows) & (ix >= 0) & (ix < grid.n_cols)
    return (iy * grid.n_cols + ix)[inside], inside


def _available(
    context: StageContext, grid: Grid, cells: Indices, covariates: Sequence[Covariate]
) -> Indices:
    """Return the known cells near used ones, sorted; of very many a random sample."""
    settings = context.settings.habitat.selection
    far = np.ones(grid.shape, dtype=np.bool_)
    far.flat[cells] = False
    near = distance_transform_edt(far) * grid.cell_m <= 1000.0 * settings.available_km
    found = np.flatnonzero(near.ravel())
    found = found[_is_known(covariates, found)]
    if found.size > settings.max_available:
        rng = np.random.default_rng(settings.seed)
        found = np.sort(rng.choice(found, settings.max_available, replace=False))
    return found


def _is_known(covariates: Sequence[Covariate], cells: Indices) -> Flags:
    known = np.ones(cells.size, dtype=np.bool_)
    for covariate in covariates:
        known &= np.isfinite(covariate.of_cell[cells])
    return known


def _is_beyond(selection: Selection, covariates: Sequence[Covariate], cells: Indices) -> Flags:
    """Return which cells have a number outside the range of the available ground."""
    own = {covariate.name: covariate for covariate in covariates}
    beyond = np.zeros(cells.size, dtype=np.bool_)
    for term in selection.terms:
        if term.kind == LINEAR:
            values = own[term.layer].of_cell[cells]
            beyond |= (values < term.low) | (values > term.high)
    return beyond
