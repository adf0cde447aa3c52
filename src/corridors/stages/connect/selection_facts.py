"""What is told of the selection model: table, numbers and remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress

import numpy as np
import pandas as pd

from corridors.config.habitat import Habitat
from corridors.foundation import tables
from corridors.foundation.facts import Remark
from corridors.foundation.facts.connect import FoldFacts, ResponseFacts, SelectionFacts
from corridors.habitat.selected_resistance import Fitted
from corridors.habitat.selection_table import (
    Estimate,
    correlated,
    estimates,
    responses,
    selection_table,
)
from corridors.habitat.selection_terms import LINEAR, QUADRATIC
from corridors.stages.connect.resistance import Ground
from corridors.stages.connect.stage import Settings


def facts_of_selection(settings: Settings, ground: Ground) -> tuple[pd.DataFrame, SelectionFacts]:
    """Return SELECTION and its facts; no rows where nothing was estimated."""
    if ground.fitted is None:
        refused = ground.selection_refused
        why = {} if refused is None else {"refused": refused}
        return tables.empty(tables.SELECTION), SelectionFacts(is_fitted=False, **why)
    table = selection_table(settings.herd, ground.fitted)
    return table, _facts(settings.habitat, ground.fitted, estimates(table))


def _facts(habitat: Habitat, fitted: Fitted, rows: Sequence[Estimate]) -> SelectionFacts:
    settings, selection = habitat.selection, fitted.selection
    folds = [
        FoldFacts(
            animals=list(compress(fitted.names, selection.groups == fold)),
            n_fixes=int(np.sum(selection.n_used[selection.groups == fold])),
            boyce=_number(boyce),
        )
        for fold, boyce in enumerate(map(float, selection.boyce))
    ]
    known = selection.boyce[np.isfinite(selection.boyce)]
    return SelectionFacts(
        is_fitted=True,
        used=settings.used,
        thin_h=settings.thin_h,
        n_animals=int(np.count_nonzero(selection.n_used)),
        n_fixes=int(np.sum(selection.n_used)),
        animals_left_out=list(compress(fitted.names, selection.n_used == 0)),
        n_available=int(selection.available.size),
        available_km=settings.available_km,
        boyce_folds=folds,
        boyce_mean=_number(float(np.mean(known))) if known.size else None,
        boyce_min=_number(float(np.min(known))) if known.size else None,
        boyce_fitted=_number(selection.boyce_fitted),
        power=settings.power,
        max_resistance=settings.max_resistance,
        best_quantile=settings.best_quantile,
        extrapolated_frac=fitted.extrapolated_frac,
        response={
            name: ResponseFacts.model_validate(one) for name, one in responses(fitted).items()
        },
        what=_meanings(rows, fitted, _units(habitat)),
        notes=_notes(fitted, rows),
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _units(habitat: Habitat) -> dict[str, str]:
    """Return the unit of each layer of numbers that has a known one."""
    layers = habitat.layers
    slopes = {layer.name: "deg" for layer in layers if layer.derive == "slope_deg"}
    return slopes | {layer.name: "m" for layer in layers if layer.kind == "distance"}


def _meanings(rows: Sequence[Estimate], fitted: Fitted, units: Mapping[str, str]) -> list[Remark]:
    """Return what each estimate means."""
    reference = {row.layer: row.value for row in rows if row.kind == "reference"}
    curved = {row.layer for row in rows if row.kind == QUADRATIC}
    out = []
    for row in (row for row in rows if row.is_estimated):
        unit = units.get(row.layer, "")
        use = {"use": row.relative_use, "low": row.low, "high": row.high}
        if row.kind == "class":
            apart = {"term": row.value, "layer": row.layer, "reference": reference[row.layer]}
            out.append(Remark.of("class_use", **apart, **use))
        elif row.kind == QUADRATIC:
            out.append(_curve(row.layer, fitted, unit))
        elif row.layer not in curved:
            out.append(Remark.of("number_use", layer=row.layer, step=row.sd, unit=unit, **use))
    return out


def _curve(layer: str, fitted: Fitted, unit: str) -> Remark:
    """Return where a response with a square turns: neither of its two terms says it alone."""
    estimated = [term for term in fitted.selection.terms if term.is_estimated]
    of_layer = {
        term.kind: (term, value)
        for term, value in zip(estimated, map(float, fitted.selection.coefficient), strict=True)
        if term.layer == layer
    }
    (term, linear), (_, square) = of_layer[LINEAR], of_layer[QUADRATIC]
    turn = term.centre - 0.5 * term.scale * linear / square if square else np.nan
    if not term.low < turn < term.high:
        ends = (np.array([term.low, term.high]) - term.centre) / term.scale
        low, high = map(float, linear * ends + square * ends**2)
        return Remark.of("use_greatest_at_end", layer=layer, end="upper" if high > low else "lower")
    code = "use_greatest_within" if square < 0 else "use_least_within"
    return Remark.of(code, layer=layer, turn=turn, unit=unit)


def _notes(fitted: Fitted, rows: Sequence[Estimate]) -> list[Remark]:
    notes = []
    gone = [row for row in rows if row.kind == "class" and not row.is_estimated]
    if gone:
        counts = {row.term: row.n_animals for row in gone}
        notes.append(Remark.of("classes_of_too_few", n_animals=counts))
    notes += [
        Remark.of("correlated_terms", first=first, second=second, correlation=correlation)
        for first, second, correlation in correlated(fitted)
    ]
    if fitted.extrapolated_frac > 0:
        notes.append(Remark.of("extrapolated", percent=100 * fitted.extrapolated_frac))
    return notes
