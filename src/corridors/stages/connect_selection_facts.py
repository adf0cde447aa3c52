"""What `connect` writes about its selection model: table, numbers and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.formats.parquet import write_json, write_table
from corridors.foundation import tables
from corridors.habitat.selection_terms import LINEAR, QUADRATIC
from corridors.stages.connect_selection import Fitted

if TYPE_CHECKING:
    from corridors.stages.context import StageContext

_RESPONSE_POINTS = 41
# Correlation of two layers above which their coefficients should not be read one by one.
_CORRELATED = 0.7


def write_selection(context: StageContext, fitted: Fitted | None, facts: dict[str, Any]) -> None:
    """Write ``selection.parquet`` and ``selection.json``, empty where nothing was estimated."""
    if fitted is None:
        reason = facts.get("selection_refused", "resistance comes from the tables of the layers")
        write_table(
            tables.empty(tables.SELECTION), context.out / "selection.parquet", tables.SELECTION
        )
        write_json({"is_fitted": False, "reason": reason}, context.out / "selection.json")
        return
    table = selection_table(context.herd, fitted)
    write_table(table, context.out / "selection.parquet", tables.SELECTION)
    write_json(_facts(context, fitted, table), context.out / "selection.json")


def selection_table(herd: str, fitted: Fitted) -> pd.DataFrame:
    """Return the SELECTION rows of a fitted model."""
    selection = fitted.selection
    estimated = [term for term in selection.terms if term.is_estimated]
    value, error, low, high = selection.interval(np.eye(len(estimated)))
    own = {covariate.name: covariate for covariate in fitted.covariates}
    n_used = selection.n_used
    share = 1.0 / np.bincount(fitted.animal)[fitted.animal] / np.unique(fitted.animal).size
    rows = []
    for term in selection.terms:
        row: dict[str, Any] = {
            "herd": herd, "term": term.name, "layer": term.layer, "kind": term.kind,
            "class": term.value, "is_estimated": term.is_estimated,
            "coefficient": np.nan, "se": np.nan, "low": np.nan, "high": np.nan,
            "relative_use": np.nan, "relative_use_low": np.nan, "relative_use_high": np.nan,
            "mean": np.nan, "sd": np.nan, "used_frac": np.nan, "available_frac": np.nan,
            "n_animals": int(np.count_nonzero(n_used)), "n_fixes": int(n_used.sum()),
        }  # fmt: skip
        if term.is_estimated:
            at = estimated.index(term)
            row |= {"coefficient": value[at], "se": error[at], "low": low[at], "high": high[at]}
            row["relative_use"] = np.exp(value[at])
            # A hardly used class may have an interval that no float holds.
            row["relative_use_low"] = np.exp(max(low[at], -700.0))
            row["relative_use_high"] = np.exp(min(high[at], 700.0))
        if term.kind in (LINEAR, QUADRATIC):
            row |= {"mean": term.centre, "sd": term.scale}
        else:
            on_class = own[term.layer].class_of(fitted.used) == term.number
            row |= {
                "used_frac": min(1.0, float(share[on_class].sum())),
                "available_frac": float(
                    (own[term.layer].class_of(selection.available) == term.number).mean()
                ),
                "n_animals": int(np.unique(fitted.animal[on_class]).size),
                "n_fixes": int(on_class.sum()),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _facts(context: StageContext, fitted: Fitted, table: pd.DataFrame) -> dict[str, Any]:
    settings, selection = context.settings.habitat.selection, fitted.selection
    folds = [
        {
            "animals": [
                fitted.names[number] for number in np.flatnonzero(selection.groups == fold).tolist()
            ],
            "n_fixes": int(selection.n_used[selection.groups == fold].sum()),
            "boyce": _number(selection.boyce[fold]),
        }
        for fold in range(len(selection.boyce))
    ]
    known = selection.boyce[np.isfinite(selection.boyce)]
    return {
        "is_fitted": True,
        "used": settings.used,
        "thin_h": settings.thin_h,
        "n_animals": int(np.count_nonzero(selection.n_used)),
        "n_fixes": int(selection.n_used.sum()),
        "animals_left_out": [
            name for name, n in zip(fitted.names, selection.n_used, strict=True) if n == 0
        ],
        "n_available": int(selection.available.size),
        "available_km": settings.available_km,
        "boyce_folds": folds,
        "boyce_mean": _number(known.mean()) if known.size else None,
        "boyce_min": _number(known.min()) if known.size else None,
        "boyce_fitted": _number(selection.boyce_fitted),
        "interval": f"jackknife over {len(folds)} animals or groups, Student's t with "
        f"{len(folds) - 1} degrees of freedom, 95 %",
        "transform": f"Resistance = {_ratio(settings.power)}, from 1 to "
        f"{settings.max_resistance:g}; best: quantile {settings.best_quantile:g} of the use of "
        "available ground",
        "extrapolated_frac": fitted.extrapolated_frac,
        "response": _responses(fitted),
        "what": _words(table, fitted, _units(context)),
        "notes": _notes(fitted, table),
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _responses(fitted: Fitted) -> dict[str, Any]:
    """Return the log of relative use along each layer of numbers, the others at their mean."""
    selection = fitted.selection
    estimated = [term for term in selection.terms if term.is_estimated]
    out = {}
    for term in (term for term in estimated if term.kind == LINEAR):
        x = np.linspace(term.low, term.high, _RESPONSE_POINTS)
        at_mean = np.zeros((x.size, len(estimated)))
        for number, one in enumerate(estimated):
            if one.layer == term.layer:
                scaled = (x - one.centre) / one.scale
                at_mean[:, number] = np.square(scaled) if one.kind == QUADRATIC else scaled
        value, _, low, high = selection.interval(at_mean)
        out[term.layer] = {
            "x": x.tolist(), "log_use": value.tolist(), "low": low.tolist(), "high": high.tolist(),
        }  # fmt: skip
    return out


def _ratio(power: float) -> str:
    ratio = "use of the best ground / use"
    return ratio if power == 1 else f"({ratio})^{power:g}"


def _units(context: StageContext) -> dict[str, str]:
    """Return the unit of each layer of numbers that has a known one, to stand behind a number."""
    layers = context.settings.habitat.layers
    slopes = {layer.name: "°" for layer in layers if layer.derive == "slope_deg"}
    return slopes | {layer.name: " m" for layer in layers if layer.kind == "distance"}


def _words(table: pd.DataFrame, fitted: Fitted, units: Mapping[str, str]) -> list[str]:
    """Return what each estimate means in words."""
    references = table[table["kind"] == "reference"]
    reference = dict(zip(references["layer"], references["class"], strict=True))
    curved = set(table.loc[table["kind"] == QUADRATIC, "layer"])
    out = []
    for row in table[table["is_estimated"]].to_dict("records"):
        layer = row["layer"]
        interval = (
            f"{row['relative_use']:.2g} ({row['relative_use_low']:.2g} to "
            f"{row['relative_use_high']:.2g})"
        )
        if row["kind"] == "class":
            out.append(
                f"{row['class']} ({layer}) is used {interval} times as much as {reference[layer]}"
            )
        elif row["kind"] == QUADRATIC:
            out.append(_curve(layer, fitted, units.get(layer, "")))
        elif layer not in curved:
            more = f"{row['sd']:.3g}{units.get(layer, '')} more"
            out.append(f"{layer}: {more} means {interval} times the use")
    return out


def _curve(layer: str, fitted: Fitted, unit: str) -> str:
    """Return where a response with a square turns: neither of its two terms says it alone."""
    estimated = [term for term in fitted.selection.terms if term.is_estimated]
    of_layer = {
        term.kind: (term, value)
        for term, value in zip(estimated, fitted.selection.coefficient.tolist(), strict=True)
        if term.layer == layer
    }
    (term, linear), (_, square) = of_layer[LINEAR], of_layer[QUADRATIC]
    turn = term.centre - 0.5 * term.scale * linear / square if square else np.nan
    if not term.low < turn < term.high:
        ends = (np.array([term.low, term.high]) - term.centre) / term.scale
        low, high = linear * ends + square * ends**2
        at = "its upper end" if high > low else "its lower end"
        return f"{layer}: use is greatest at {at}, and changes unevenly"
    return f"{layer}: use is {'greatest' if square < 0 else 'least'} at {turn:.3g}{unit}"


def _notes(fitted: Fitted, table: pd.DataFrame) -> list[str]:
    notes = []
    gone = table[~table["is_estimated"] & (table["kind"] == "class")]
    if len(gone):
        notes.append(
            "too few animals used these classes, they have the largest resistance: "
            + ", ".join(f"{row['term']} ({row['n_animals']})" for row in gone.to_dict("records"))
        )
    names, values = [], []
    for covariate in fitted.covariates:
        if covariate.classes is None:
            names.append(covariate.name)
            values.append(covariate.of_cell[fitted.selection.available])
    if len(names) > 1:
        correlation = np.atleast_2d(np.corrcoef(np.array(values)))
        for first, second in zip(*np.triu_indices(len(names), 1), strict=True):
            if abs(correlation[first, second]) > _CORRELATED:
                notes.append(
                    f"{names[first]} and {names[second]} have a correlation of "
                    f"{correlation[first, second]:.2f}: read their coefficients together"
                )
    if fitted.extrapolated_frac > 0:
        notes.append(
            f"{100 * fitted.extrapolated_frac:.2g} % of the grid has values beyond those of the "
            "available ground; they count as the nearest of these"
        )
    return notes
