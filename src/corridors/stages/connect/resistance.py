"""How hard the ground is: from tables of the layers, or from what the tracks select."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from corridors.config.habitat import Habitat, HabitatLayer
from corridors.foundation.arrays import Floats
from corridors.foundation.artefacts import Progress, RawFiles
from corridors.foundation.errors import Fault, InputError, MethodError
from corridors.foundation.facts import Remark
from corridors.foundation.facts.connect import LayerFacts
from corridors.foundation.faults import Faults
from corridors.foundation.grid import Grid
from corridors.habitat.layers import codes_not_on_grid, codes_without_resistance
from corridors.habitat.no_selection import NoSelectionError
from corridors.habitat.resistance import class_resistance, combine, continuous_resistance
from corridors.habitat.selected_resistance import Fitted
from corridors.habitat.used_fixes import UsedFixes
from corridors.stages.connect.layers import OnGrid, read_layers
from corridors.stages.connect.selection import fit


@dataclass(frozen=True)
class Ground:
    """How hard the ground is, and how that is known; None where there is nothing to know it from.

    Parameters
    ----------
    resistance
        Cost of a metre, (ny, nx), >= 1; NaN: unknown.
    layers
        Habitat layer -> how it was read.
    resistance_from
        Whether tables say so or the tracks.
    coverage_frac
        Share of the grid with known resistance, 0...1.
    fitted
        The selection model, where the tracks say so.
    selection_refused
        Why they do not, although they were to.
    notes
        What a reader must know.
    remarks
        What among it a person should do something about.
    """

    resistance: Floats
    layers: Mapping[str, LayerFacts] | None = None
    resistance_from: Literal["table", "tracks"] | None = None
    coverage_frac: float | None = None
    fitted: Fitted | None = None
    selection_refused: Remark | None = None
    notes: Sequence[Remark] = ()
    remarks: Sequence[Remark] = ()


def ground_of(
    raw: RawFiles, habitat: Habitat, grid: Grid, used: UsedFixes | None, progress: Progress
) -> Ground:
    """Return how hard the ground is.

    All layers' faults are reported at once.

    Raises
    ------
    MissingInputError, InputError
        Layers are not there or cannot be used; class codes that nothing is said about.
    MethodError
        The tracks are too few to estimate from, and no table may take their place.
    """
    faults = Faults()
    layers = read_layers(raw, habitat, grid, progress, faults)
    facts = {one.layer.name: _with_codes(one, habitat.resistance_from, faults) for one in layers}
    faults.raise_any()
    notes = [note for one in layers for note in one.notes]
    if not layers:
        notes.append(Remark.of("no_layers"))
        return Ground(np.full(grid.shape, habitat.default_resistance), facts, notes=notes)
    fitted = refused = None
    if used is not None:
        progress("fit the selection model", 0.38)
        try:
            fitted = fit(habitat.selection, grid, layers, used)
        except NoSelectionError as error:
            if habitat.resistance_from == "tracks":
                raise MethodError(_too_little(str(error))) from None
            refused = error.remark
    resistance = _from_tables(layers) if fitted is None else fitted.resistance
    return Ground(
        resistance=resistance,
        layers=facts,
        resistance_from="table" if fitted is None else "tracks",
        coverage_frac=float(np.mean(np.isfinite(resistance))),
        fitted=fitted,
        selection_refused=refused,
        notes=notes,
        remarks=[remark for one in layers for remark in one.remarks],
    )


def _from_tables(layers: Sequence[OnGrid]) -> Floats:
    return combine([_from_table(one.layer, one.cells) for one in layers])


def _from_table(layer: HabitatLayer, values: Floats) -> Floats:
    if layer.kind == "class":
        return class_resistance(values, layer.resistance)
    return continuous_resistance(values, slope=layer.slope or 0.0, zero=layer.zero)


def _with_codes(one: OnGrid, resistance_from: str, faults: Faults) -> LayerFacts:
    """Return the facts of a layer, its codes compared with those that the configuration names."""
    layer, facts = one.layer, one.facts
    if layer.kind != "class":
        return facts
    of_classes = {code: 1.0 for codes in layer.classes.values() for code in codes}
    named = []
    if resistance_from != "tracks":
        named.append(("resistance", dict(layer.resistance)))
    if resistance_from != "table" and of_classes:
        named.append(("classes", of_classes))
    n_codes = np.unique(one.cells[np.isfinite(one.cells)]).size
    for key, codes in named:
        unnamed = codes_without_resistance(one.cells, codes)
        if unnamed:
            faults.add(InputError, _unnamed(layer, unnamed, key, codes))
        if len(unnamed) < n_codes:
            missing = codes_not_on_grid(one.cells, codes)
            facts = facts.model_copy(update={"codes_not_on_the_grid": missing})
    return facts


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
