"""The selection model of `connect`: fixes and available ground in, resistance out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from corridors.formats.parquet import read_table
from corridors.foundation.arrays import Floats
from corridors.foundation.track import usable
from corridors.habitat import selected_resistance
from corridors.habitat.selected_resistance import Fitted, Rules
from corridors.habitat.selection import NoSelectionError
from corridors.habitat.selection_terms import Covariate, class_covariate
from corridors.habitat.used_fixes import UsedFixes, is_within, thinned

if TYPE_CHECKING:
    from corridors.config.habitat import HabitatLayer
    from corridors.foundation.grid import Grid
    from corridors.stages.context import StageContext


def used_fixes(context: StageContext) -> UsedFixes | None:
    """Return the fixes to learn from; None where resistance comes from tables."""
    settings = context.settings.habitat
    if settings.resistance_from == "table":
        return None
    fixes = usable_fixes(context)
    if settings.selection.used == "migrations":
        windows = read_table(context.read("segment", "migrations.parquet"))
        windows = windows[windows["part"] == "migration"].reset_index(drop=True)
        fixes = fixes[is_within(fixes, windows)]
    return thinned(fixes, thin_h=settings.selection.thin_h)


def usable_fixes(context: StageContext) -> pd.DataFrame:
    """Return animal, time and planar position of usable fixes, sorted, with a plain index."""
    fixes = read_table(
        context.read("clean", "fixes.parquet"),
        columns=["animal", "time_utc", "x_m", "y_m", "burst"],
    )
    return usable(fixes).reset_index(drop=True)


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
    covariates = [_covariate(layer, values.ravel()) for layer, values in layers]
    return selected_resistance.fit(grid, covariates, used, rules)


def _covariate(layer: HabitatLayer, values: Floats) -> Covariate:
    if layer.kind == "class":
        return class_covariate(layer.name, values, layer.classes, reference=layer.reference)
    return Covariate(layer.name, values, quadratic=layer.quadratic)
