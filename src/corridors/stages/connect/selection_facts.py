"""What is told of the selection model: table, numbers and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress

import numpy as np
import pandas as pd

from corridors.config.habitat import Habitat
from corridors.foundation import tables
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
    """Return SELECTION and its facts, no rows and the reason where nothing was estimated."""
    if ground.fitted is None:
        reason = ground.selection_refused or "resistance comes from the tables of the layers"
        return tables.empty(tables.SELECTION), SelectionFacts(is_fitted=False, reason=reason)
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
        interval=f"jackknife over {len(folds)} animals or groups, Student's t with "
        f"{len(folds) - 1} degrees of freedom, 95 %",
        transform=f"Resistance = {_ratio(settings.power)}, from 1 to "
        f"{settings.max_resistance:g}; best: quantile {settings.best_quantile:g} of the use of "
        "available ground",
        extrapolated_frac=fitted.extrapolated_frac,
        response={
            name: ResponseFacts.model_validate(one) for name, one in responses(fitted).items()
        },
        what=_words(rows, fitted, _units(habitat)),
        notes=_notes(fitted, rows),
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _ratio(power: float) -> str:
    ratio = "use of the best ground / use"
    return ratio if power == 1 else f"({ratio})^{power:g}"


def _units(habitat: Habitat) -> dict[str, str]:
    """Return the unit of each layer of numbers that has a known one, to stand behind a number."""
    layers = habitat.layers
    slopes = {layer.name: "°" for layer in layers if layer.derive == "slope_deg"}
    return slopes | {layer.name: " m" for layer in layers if layer.kind == "distance"}


def _words(rows: Sequence[Estimate], fitted: Fitted, units: Mapping[str, str]) -> list[str]:
    """Return what each estimate means in words."""
    reference = {row.layer: row.value for row in rows if row.kind == "reference"}
    curved = {row.layer for row in rows if row.kind == QUADRATIC}
    out = []
    for row in (row for row in rows if row.is_estimated):
        interval = f"{row.relative_use:.2g} ({row.low:.2g} to {row.high:.2g})"
        if row.kind == "class":
            out.append(
                f"{row.value} ({row.layer}) is used {interval} times as much as "
                f"{reference[row.layer]}"
            )
        elif row.kind == QUADRATIC:
            out.append(_curve(row.layer, fitted, units.get(row.layer, "")))
        elif row.layer not in curved:
            more = f"{row.sd:.3g}{units.get(row.layer, '')} more"
            out.append(f"{row.layer}: {more} means {interval} times the use")
    return out


def _curve(layer: str, fitted: Fitted, unit: str) -> str:
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
        at = "its upper end" if high > low else "its lower end"
        return f"{layer}: use is greatest at {at}, and changes unevenly"
    return f"{layer}: use is {'greatest' if square < 0 else 'least'} at {turn:.3g}{unit}"


def _notes(fitted: Fitted, rows: Sequence[Estimate]) -> list[str]:
    notes = []
    gone = [row for row in rows if row.kind == "class" and not row.is_estimated]
    if gone:
        notes.append(
            "too few animals used these classes, they have the largest resistance: "
            + ", ".join(f"{row.term} ({row.n_animals})" for row in gone)
        )
    notes += [
        f"{first} and {second} have a correlation of {correlation:.2f}: read their coefficients"
        " together"
        for first, second, correlation in correlated(fitted)
    ]
    if fitted.extrapolated_frac > 0:
        notes.append(
            f"{100 * fitted.extrapolated_frac:.2g} % of the grid has values beyond those of the "
            "available ground; they count as the nearest of these"
        )
    return notes
