"""The selection model of `connect`: fixes and available ground in, resistance and table out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.ndimage import distance_transform_edt
from shapely import MultiPoint
from shapely.geometry.base import BaseGeometry

from corridors.formats.parquet import read_table, write_json, write_table
from corridors.foundation import tables
from corridors.habitat.resistance import selection_resistance
from corridors.habitat.selection import NoSelectionError, Selection, fit_selection
from corridors.habitat.selection_terms import (
    LINEAR,
    QUADRATIC,
    Covariate,
    Index,
    outside_model,
)

if TYPE_CHECKING:
    from corridors.config.habitat import HabitatLayer
    from corridors.foundation.grid import Grid
    from corridors.stages.context import StageContext

Array = npt.NDArray[np.float64]

_CELLS_AT_ONCE = 500_000
_RESPONSE_POINTS = 41
# Correlation of two layers above which their coefficients should not be read one by one.
_CORRELATED = 0.7


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

    x_m: Array
    y_m: Array
    animal: Index
    names: Sequence[str]

    @property
    def hull(self) -> BaseGeometry:
        """What the habitat grid has to cover."""
        return MultiPoint(np.stack([self.x_m, self.y_m], axis=1)).convex_hull


@dataclass(frozen=True)
class Fitted:
    """A fitted model on the herd's grid."""

    selection: Selection
    resistance: Array
    covariates: Sequence[Covariate]
    used: Index
    animal: Index
    names: Sequence[str]
    cell_km2: float
    extrapolated_frac: float
    log_best: float


def used_fixes(context: StageContext) -> UsedFixes | None:
    """Return the fixes to learn from; None where resistance comes from tables."""
    settings = context.settings.habitat
    if settings.resistance_from == "table":
        return None
    fixes = read_table(
        context.read("clean", "fixes.parquet"),
        columns=["animal", "time_utc", "x_m", "y_m", "burst"],
    )
    fixes = fixes[(fixes["burst"] >= 0) & fixes["x_m"].notna()]
    if settings.selection.used == "migrations":
        windows = read_table(context.read("segment", "migrations.parquet"))
        fixes = _within(fixes, windows[windows["part"] == "migration"])
    thin = np.timedelta64(round(settings.selection.thin_h * 3600), "s")
    slot = fixes["time_utc"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    slot = (slot - np.datetime64("1970-01-01T00:00:00")) // thin
    fixes = fixes[~pd.DataFrame({"animal": fixes["animal"].to_numpy(), "slot": slot})
                  .duplicated().to_numpy()]  # fmt: skip
    names, number = np.unique(fixes["animal"].to_numpy().astype(str), return_inverse=True)
    return UsedFixes(
        fixes["x_m"].to_numpy(), fixes["y_m"].to_numpy(), number.astype(np.int64), names.tolist()
    )


def _within(fixes: pd.DataFrame, windows: pd.DataFrame) -> pd.DataFrame:
    """Return the fixes inside windows of their animal, in the order given."""
    inside = np.zeros(len(fixes), dtype=np.bool_)
    time = fixes["time_utc"].to_numpy()
    for animal, own in windows.groupby("animal", sort=True):
        at = np.flatnonzero((fixes["animal"] == animal).to_numpy())
        if not at.size:
            continue
        first = at[0] + np.searchsorted(time[at], own["start_utc"].to_numpy(), side="left")
        last = at[0] + np.searchsorted(time[at], own["end_utc"].to_numpy(), side="right")
        for begin, end in zip(first, last, strict=True):
            inside[begin:end] = True
    return fixes[inside]


def fit(
    context: StageContext,
    grid: Grid,
    layers: Sequence[tuple[HabitatLayer, Array]],
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
        grid.cell_km2, n_beyond / max(1, n_known), log_best,
    )  # fmt: skip


def _covariate(layer: HabitatLayer, values: Array) -> Covariate:
    flat = values.ravel()
    if layer.kind != "class":
        return Covariate(layer.name, flat, quadratic=layer.quadratic)
    classes = dict(layer.classes)
    if not classes:
        codes = np.unique(flat[np.isfinite(flat)]).astype(int).tolist()
        classes = {str(code): (code,) for code in codes}
    return Covariate(layer.name, flat, classes, layer.reference)


def cells_of(x_m: Array, y_m: Array, grid: Grid) -> tuple[Index, npt.NDArray[np.bool_]]:
    """Return the cells of the positions on the grid, raveled, and which positions these are."""
    row = np.floor(y_m / grid.cell_m).astype(np.int64)
    col = np.floor(x_m / grid.cell_m).astype(np.int64)
    iy, ix = grid.array_index(row.astype(np.int32), col.astype(np.int32))
    inside = (iy >= 0) & (iy < grid.n_rows) & (ix >= 0) & (ix < grid.n_cols)
    return (iy * grid.n_cols + ix)[inside], inside


def _available(
    context: StageContext, grid: Grid, cells: Index, covariates: Sequence[Covariate]
) -> Index:
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


def _is_known(covariates: Sequence[Covariate], cells: Index) -> npt.NDArray[np.bool_]:
    known = np.ones(cells.size, dtype=np.bool_)
    for covariate in covariates:
        known &= np.isfinite(covariate.of_cell[cells])
    return known


def _is_beyond(
    selection: Selection, covariates: Sequence[Covariate], cells: Index
) -> npt.NDArray[np.bool_]:
    """Return which cells have a number outside the range of the available ground."""
    own = {covariate.name: covariate for covariate in covariates}
    beyond = np.zeros(cells.size, dtype=np.bool_)
    for term in selection.terms:
        if term.kind == LINEAR:
            values = own[term.layer].of_cell[cells]
            beyond |= (values < term.low) | (values > term.high)
    return beyond


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
                fitted.names[number] for number in np.flatnonzero(selection.groups == fold)
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
            name for name, n in zip(fitted.names, selection.n_used, strict=False) if n == 0
        ],
        "n_available": int(selection.available.size),
        "available_km": settings.available_km,
        "boyce_folds": folds,
        "boyce_mean": _number(known.mean()) if known.size else None,
        "boyce_min": _number(known.min()) if known.size else None,
        "boyce_fitted": _number(selection.boyce_fitted),
        "interval": f"jackknife over {len(folds)} animals or groups, Student's t with "
        f"{len(folds) - 1} degrees of freedom, 95 %",
        "transform": f"resistance = (use of the best ground / use)^{settings.power:g}, from 1 to "
        f"{settings.max_resistance:g}; best: quantile {settings.best_quantile:g} of the use of "
        "available ground",
        "extrapolated_frac": fitted.extrapolated_frac,
        "response": _responses(fitted),
        "what": _words(table),
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


def _words(table: pd.DataFrame) -> list[str]:
    """Return what each estimate means in words."""
    references = table[table["kind"] == "reference"]
    reference = dict(zip(references["layer"], references["class"], strict=True))
    out = []
    for row in table[table["is_estimated"]].to_dict("records"):
        interval = (
            f"{row['relative_use']:.2g} ({row['relative_use_low']:.2g} to "
            f"{row['relative_use_high']:.2g})"
        )
        if row["kind"] == "class":
            out.append(
                f"{row['class']} ({row['layer']}) is used {interval} times as much as "
                f"{reference[row['layer']]}"
            )
        elif row["kind"] == LINEAR:
            out.append(f"{row['layer']}: {row['sd']:.3g} more means {interval} times the use")
    return out


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
        correlation = np.corrcoef(np.array(values))
        for first, second in zip(*np.triu_indices(len(names), 1), strict=True):
            if abs(correlation[first, second]) > _CORRELATED:
                notes.append(
                    f"{names[first]} and {names[second]} have a correlation of "
                    f"{correlation[first, second]:.2f}: read their coefficients together"
                )
    if fitted.extrapolated_frac > 0:
        notes.append(
            f"{fitted.extrapolated_frac:.0%} of the grid has values beyond those of the available "
            "ground; they count as the nearest of these"
        )
    return notes
