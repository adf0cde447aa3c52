"""What a fitted selection model says: a row per term, the response to each layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from corridors.habitat.selected_resistance import Fitted
from corridors.habitat.selection_terms import LINEAR, QUADRATIC

_RESPONSE_POINTS = 41
# Correlation of two layers above which their coefficients should not be read one by one.
_CORRELATED = 0.7


def selection_table(herd: str, fitted: Fitted) -> pd.DataFrame:
    """Return the SELECTION rows of a fitted model; intervals are 95 %."""
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


@dataclass(frozen=True)
class Estimate:
    """A row of SELECTION, as far as it is told in words.

    Parameters
    ----------
    term, layer, kind, value
        Name of the term, its layer, its kind, and its class or "".
    is_estimated
        Whether the model has it.
    n_animals
        Animals that used the class.
    relative_use, low, high
        Use relative to the reference, or for one ``sd`` more, and its 95 % interval.
    sd
        Standard deviation of the layer's numbers over the available ground.
    """

    term: str
    layer: str
    kind: str
    value: str
    is_estimated: bool
    n_animals: int
    relative_use: float
    low: float
    high: float
    sd: float


def estimates(table: pd.DataFrame) -> list[Estimate]:
    """Return the rows of SELECTION in order."""
    return [
        Estimate(
            term=row["term"],
            layer=row["layer"],
            kind=row["kind"],
            value=row["class"],
            is_estimated=row["is_estimated"],
            n_animals=row["n_animals"],
            relative_use=row["relative_use"],
            low=row["relative_use_low"],
            high=row["relative_use_high"],
            sd=row["sd"],
        )
        for row in table.to_dict("records")
    ]


def responses(fitted: Fitted) -> dict[str, dict[str, list[float]]]:
    """Return the log of relative use along each layer of numbers, the others at their mean.

    Layer -> ``x log_use low high``, from the least to the largest available number; the ends are
    those of the 95 % interval.
    """
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


def correlated(fitted: Fitted) -> list[tuple[str, str, float]]:
    """Return the pairs of layers of numbers that say much the same, and their correlation.

    Over the available ground; above 0.7 coefficients should not be read one by one.
    """
    names, values = [], []
    for covariate in fitted.covariates:
        if covariate.classes is None:
            names.append(covariate.name)
            values.append(covariate.of_cell[fitted.selection.available])
    if len(names) < 2:
        return []
    found = np.atleast_2d(np.corrcoef(np.array(values)))
    return [
        (names[first], names[second], float(found[first, second]))
        for first, second in zip(*np.triu_indices(len(names), 1), strict=True)
        if abs(found[first, second]) > _CORRELATED
    ]
