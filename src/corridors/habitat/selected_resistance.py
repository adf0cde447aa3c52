"""The selection model of a herd on its grid, and the resistance that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt

from corridors.foundation.arrays import Flags, Floats, Indices
from corridors.foundation.grid import Grid
from corridors.habitat.resistance import selection_resistance
from corridors.habitat.selection import Selection, fit_selection
from corridors.habitat.selection_terms import LINEAR, Covariate, outside_model
from corridors.habitat.used_fixes import UsedFixes, cells_of

_CELLS_AT_ONCE = 500_000


@dataclass(frozen=True)
class Rules:
    """How the model is fitted and what becomes of it.

    Parameters
    ----------
    available_km
        Ground this near to a used cell is available.
    max_available, seed
        Of more available cells a random sample is taken, with this seed.
    available_weight, min_animals, min_fixes, min_class_animals, max_folds
        See :func:`~corridors.habitat.selection.fit_selection`.
    best_quantile
        The best ground is this quantile of the use of available ground, 0...1.
    power, max_resistance
        See :func:`~corridors.habitat.resistance.selection_resistance`.
    """

    available_km: float
    max_available: int
    seed: int
    available_weight: float
    min_animals: int
    min_fixes: int
    min_class_animals: int
    max_folds: int
    best_quantile: float
    power: float
    max_resistance: float


@dataclass(frozen=True)
class Fitted:
    """A fitted model on the herd's grid.

    Parameters
    ----------
    selection
        The model.
    resistance
        Cost of a metre, (ny, nx), >= 1; NaN: a layer does not know the ground.
    covariates
        What it was fitted on.
    used, animal
        Cells of the fixes that entered, and the number of the animal in ``names``, (n,).
    names
        Animals with fixes.
    extrapolated_frac
        Share of the known cells whose numbers lie beyond those of the available ground, 0...1.
    """

    selection: Selection
    resistance: Floats
    covariates: Sequence[Covariate]
    used: Indices
    animal: Indices
    names: Sequence[str]
    extrapolated_frac: float


def fit(grid: Grid, covariates: Sequence[Covariate], used: UsedFixes, rules: Rules) -> Fitted:
    """Return the selection model of the used fixes and the resistance that it gives.

    Parameters
    ----------
    grid
        The herd's.
    covariates
        Layers on it, raveled.
    used
        At least one fix.
    rules
        What was chosen.

    Raises
    ------
    NoSelectionError
        The tracks cannot tell.
    """
    cells, inside = cells_of(used.x_m, used.y_m, grid)
    animal = used.animal[inside]
    selection = fit_selection(
        covariates,
        cells,
        animal,
        _available(grid, cells, covariates, rules),
        available_weight=rules.available_weight,
        min_animals=rules.min_animals,
        min_fixes=rules.min_fixes,
        min_class_animals=rules.min_class_animals,
        max_folds=rules.max_folds,
    )
    entered = selection.n_used[animal] > 0
    log_use = selection.log_use(covariates, selection.available)
    log_best = float(np.nanquantile(log_use, rules.best_quantile))
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
            power=rules.power,
            max_resistance=rules.max_resistance,
        )
        n_known += int(known.sum())
        n_beyond += int((known & _is_beyond(selection, covariates, part)).sum())
    return Fitted(
        selection, resistance, covariates, cells[entered], animal[entered], used.names,
        n_beyond / max(1, n_known),
    )  # fmt: skip


def _available(
    grid: Grid, cells: Indices, covariates: Sequence[Covariate], rules: Rules
) -> Indices:
    """Return the known cells near used ones, sorted; of very many a random sample."""
    far = np.ones(grid.shape, dtype=np.bool_)
    far.flat[cells] = False
    near = distance_transform_edt(far) * grid.cell_m <= 1000.0 * rules.available_km
    found = np.flatnonzero(near.ravel())
    found = found[_is_known(covariates, found)]
    if found.size > rules.max_available:
        rng = np.random.default_rng(rules.seed)
        found = np.sort(rng.choice(found, rules.max_available, replace=False))
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
