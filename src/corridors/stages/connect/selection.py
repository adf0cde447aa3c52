"""The selection model of the herd's fixes on the configured layers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from corridors.config.habitat import Habitat, HabitatLayer, Selection
from corridors.foundation.arrays import Floats
from corridors.foundation.facts import Remark
from corridors.foundation.grid import Grid
from corridors.foundation.track import usable
from corridors.habitat import selected_resistance
from corridors.habitat.no_selection import NoSelectionError
from corridors.habitat.selected_resistance import Fitted, Rules
from corridors.habitat.selection_terms import Covariate, class_covariate
from corridors.habitat.used_fixes import UsedFixes, is_within, thinned
from corridors.stages.connect.layers import OnGrid
from corridors.stages.connect.stage import Inputs


def used_fixes(inputs: Inputs, habitat: Habitat) -> UsedFixes | None:
    """Return the fixes to learn from; None where resistance comes from tables."""
    if habitat.resistance_from == "table":
        return None
    fixes = usable_fixes(inputs)
    if habitat.selection.used == "migrations":
        fixes = fixes[is_within(fixes, migration_windows(inputs))]
    return thinned(fixes, thin_h=habitat.selection.thin_h)


def usable_fixes(inputs: Inputs) -> pd.DataFrame:
    """Return animal, time and planar position of usable fixes, sorted, with a plain index."""
    fixes = inputs.fixes.read(["animal", "time_utc", "x_m", "y_m", "burst"])
    return usable(fixes).reset_index(drop=True)


def migration_windows(inputs: Inputs) -> pd.DataFrame:
    """Return MIGRATIONS without stays, with a plain index."""
    windows = inputs.migrations.read()
    return windows[windows["part"] == "migration"].reset_index(drop=True)


def fit(settings: Selection, grid: Grid, layers: Sequence[OnGrid], used: UsedFixes) -> Fitted:
    """Return the selection model and the resistance that it gives.

    Raises
    ------
    NoSelectionError
        The tracks cannot tell.
    """
    if used.x_m.size == 0:
        if settings.used == "migrations":
            raise NoSelectionError(
                "the herd has no fixes on migration", Remark.of("no_fixes_on_migration")
            )
        raise NoSelectionError(
            "the herd has no fixes that are usable", Remark.of("no_usable_fixes")
        )
    rules = Rules(
        available_km=settings.available_km,
        max_available=settings.max_available,
        seed=settings.seed,
        available_weight=settings.available_weight,
        min_animals=settings.min_animals,
        min_fixes=settings.min_fixes,
        min_class_animals=settings.min_class_animals,
        max_folds=settings.max_folds,
        best_quantile=settings.best_quantile,
        power=settings.power,
        max_resistance=settings.max_resistance,
    )
    covariates = [_covariate(one.layer, one.cells.ravel()) for one in layers]
    return selected_resistance.fit(grid, covariates, used, rules)


def _covariate(layer: HabitatLayer, values: Floats) -> Covariate:
    if layer.kind == "class":
        return class_covariate(layer.name, values, layer.classes, reference=layer.reference)
    return Covariate(layer.name, values, quadratic=layer.quadratic)
