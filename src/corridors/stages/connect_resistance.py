"""The resistance of `connect`: from tables of the layers, or from what the tracks select."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.foundation.arrays import Floats
from corridors.foundation.errors import Fault, InputError, MethodError
from corridors.foundation.faults import Faults
from corridors.habitat.layers import codes_without_resistance
from corridors.habitat.resistance import class_resistance, combine, continuous_resistance
from corridors.habitat.selected_resistance import Fitted
from corridors.habitat.selection import NoSelectionError
from corridors.habitat.used_fixes import UsedFixes
from corridors.stages.connect_layers import read_layers
from corridors.stages.connect_selection import fit

if TYPE_CHECKING:
    from corridors.config.habitat import HabitatLayer
    from corridors.foundation.grid import Grid
    from corridors.stages.context import StageContext

Layers = Sequence[tuple["HabitatLayer", Floats]]


def resistance_of(
    context: StageContext, grid: Grid, used: UsedFixes | None, facts: dict[str, Any]
) -> tuple[Floats, Fitted | None]:
    """Return the cost of a metre (ny, nx), NaN: unknown, and the selection model behind it.

    All layers' faults are reported at once.

    Raises
    ------
    MissingInputError, InputError
        Layers are not there or cannot be used; class codes that nothing is said about.
    MethodError
        The tracks are too few to estimate from, and no table may take their place.
    """
    settings = context.settings.habitat
    faults = Faults()
    layers = read_layers(context, grid, facts, faults)
    for layer, values in layers:
        _check_codes(layer, values, settings.resistance_from, facts, faults)
    faults.raise_any()
    if not layers:
        facts["notes"].append("no habitat layers: resistance is the same everywhere")
        return np.full(grid.shape, settings.default_resistance), None
    fitted = None
    if used is None:
        resistance = _from_tables(layers)
    else:
        try:
            fitted = fit(context, grid, layers, used)
            resistance = fitted.resistance
        except NoSelectionError as error:
            if settings.resistance_from == "tracks":
                raise MethodError(_too_little(str(error))) from None
            facts["notes"].append(f"resistance is that of the tables: {error}")
            facts["selection_refused"] = str(error)
            resistance = _from_tables(layers)
    facts["resistance_from"] = "tracks" if fitted else "table"
    facts["coverage_frac"] = float(np.isfinite(resistance).mean())
    return resistance, fitted


def _from_tables(layers: Layers) -> Floats:
    return combine(
        [
            class_resistance(values, layer.resistance)
            if layer.kind == "class"
            else continuous_resistance(values, slope=layer.slope or 0.0, zero=layer.zero)
            for layer, values in layers
        ]
    )


def _check_codes(
    layer: HabitatLayer, values: Floats, resistance_from: str, facts: dict[str, Any], faults: Faults
) -> None:
    """Compare the codes on the grid with those that the configuration names."""
    if layer.kind != "class":
        return
    of_classes = {code: 1.0 for codes in layer.classes.values() for code in codes}
    named = []
    if resistance_from != "tracks":
        named.append(("resistance", dict(layer.resistance)))
    if resistance_from != "table" and of_classes:
        named.append(("classes", of_classes))
    for key, codes in named:
        unnamed = codes_without_resistance(values, codes)
        if unnamed:
            faults.add(InputError, _unnamed(layer, unnamed, key, codes))
        if len(unnamed) < np.unique(values[np.isfinite(values)]).size:
            missing = sorted(set(codes) - set(np.unique(values[np.isfinite(values)]).tolist()))
            facts["layers"][layer.name]["codes_not_on_the_grid"] = missing


def _unnamed(
    layer: HabitatLayer, unnamed: dict[float, int], key: str, codes: dict[int, float]
) -> Fault:
    found = ", ".join(f"{code:g} ({n} cells)" for code, n in sorted(unnamed.items()))
    return Fault(
        "class codes have no resistance" if key == "resistance" else "codes are in no class",
        file=layer.path,
        expected="one of " + ", ".join(str(code) for code in sorted(codes)),
        got=found,
        cure=f"add them to {key} of layer {layer.name}, or to nodata",
    )


def _too_little(reason: str) -> Fault:
    return Fault(
        "the tracks cannot tell what the herd selects",
        got=reason,
        cure="set habitat.resistance_from to table, or to tracks_or_table to use the tables for "
        "herds with too few animals",
    )
