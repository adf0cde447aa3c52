"""What the estimates are worth where the truth is known: bias, intervals, isopleths, areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.brownian_herds import FEW_FIXES, SCENARIOS, Animal, Scenario, animal, path
from benchmarks.figure import Figure, Report
from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.errors import MethodError
from corridors.foundation.grid import Surface, pack
from corridors.movement.isopleths import isopleth_mask
from corridors.movement.occurrence import bridge_surface
from corridors.movement.population import (
    ClassRule,
    Herd,
    Population,
    class_rules,
    mass_in,
    window,
)
from corridors.movement.population import animal as animal_use
from corridors.movement.variance import Form, MotionVariance, motion_variance

SEED = 20240101
N_ANIMALS = 25  # the smallest round number with all three classes
N_HERDS = 200  # of each scenario, for the variance
N_HERDS_GOOD = 100  # of good fixes, for what needs surfaces
N_HERDS_OTHER = 30  # of each other scenario, for what needs surfaces
MAX_LAG_MIN = 480.0
N_MOMENTS = 16
ISOPLETHS = (0.5, 0.8, 0.95, 0.99)
CLASSES = ("low", "medium", "high")


def run() -> Report:
    """Measure and return the figures with their tables."""
    variance = variances(SCENARIOS, n_herds=N_HERDS)
    few = variances(FEW_FIXES, n_herds=N_HERDS)
    herds = surfaces(n_good=N_HERDS_GOOD, n_other=N_HERDS_OTHER)
    return Report(
        page="calibration.md",
        figures=figures(variance, herds),
        tables="\n\n".join(
            [
                f"### Motion variance: {len(variance)} herds\n\n" + variance_table(variance),
                f"### Motion variance of few fixes: {len(few)} herds\n\n" + variance_table(few),
                f"### Isopleths: {len(herds)} herds\n\n" + isopleth_table(herds),
                f"### Corridor classes: {len(herds)} herds\n\n" + class_table(herds),
            ]
        ),
    )


def herd(scenario: Scenario, number: int) -> tuple[np.random.Generator, list[Animal]]:
    """Return the animals of a herd, the same whenever it is asked for."""
    rng = np.random.default_rng([SEED, (SCENARIOS + FEW_FIXES).index(scenario), number])
    return rng, [animal(rng, scenario) for _ in range(N_ANIMALS)]


def estimate(one: Animal, form: Form) -> MotionVariance:
    """Return an animal's estimated motion variance."""
    return motion_variance(
        one.x_m, one.y_m, one.time_min, one.error_m, max_lag_min=MAX_LAG_MIN, form=form
    )


def variances(scenarios: Sequence[Scenario], *, n_herds: int) -> pd.DataFrame:
    """Return one row per herd: how far its animals' estimates are from the truth.

    ``corrected, horne`` are the means of estimate / truth; ``covered`` is the share of 95 %
    intervals with the truth inside, ``below`` and ``above`` the shares that lie wholly beside it;
    ``refused`` counts the animals without an estimate.
    """
    rows = []
    for scenario in scenarios:
        for number in range(n_herds):
            _, animals = herd(scenario, number)
            rows.append({"scenario": scenario.name, **_herd_variance(animals)})
    return pd.DataFrame(rows)


def _herd_variance(animals: list[Animal]) -> dict[str, float]:
    found: list[tuple[float, float, bool, bool]] = []
    for one in animals:
        try:
            best, horne = estimate(one, "corrected"), estimate(one, "horne")
        except MethodError:
            continue
        truth = one.s2_m2_min
        below, above = best.s2_high_m2_min < truth, best.s2_low_m2_min > truth
        found.append((best.s2_m2_min / truth, horne.s2_m2_min / truth, below, above))
    corrected, horne_mean, below_share, above_share = np.mean(found, axis=0)
    return {
        "corrected": corrected,
        "horne": horne_mean,
        "covered": 1 - below_share - above_share,
        "below": below_share,
        "above": above_share,
        "refused": len(animals) - len(found),
    }


def surfaces(*, n_good: int, n_other: int) -> pd.DataFrame:
    """Return one row per herd: shares of time in isopleths, and class areas.

    ``held_p`` and ``time_p`` are the mass and the share of the true path's time in isopleth p of
    the surface with the true variance, ``time_p_estimated`` the share with the estimated one.
    ``area_c`` is the area of class c with the true variances, in cells; ``area_c_corrected`` and
    ``area_c_horne`` that with estimates. ``mass_c`` and ``class_time_c`` are the mass of the herd's
    surface in the class and the share of the animals' true time, with estimates;
    ``visited_c`` is the number of cells where as many animals truly were as the class needs.
    """
    rows = []
    for index, scenario in enumerate(SCENARIOS):
        for number in range(n_other if index else n_good):
            rng, animals = herd(scenario, number)
            rows.append(
                {"scenario": scenario.name, **_herd_surfaces(rng, animals, scenario.cell_m)}
            )
    return pd.DataFrame(rows)


def _herd_surfaces(
    rng: np.random.Generator, animals: list[Animal], cell_m: float
) -> dict[str, float]:
    kinds = ("true", "corrected", "horne")
    herds = {kind: Herd() for kind in kinds}
    shares: list[dict[str, float]] = []
    visits: list[tuple[Indices, Floats]] = []
    for one in animals:
        try:
            s2 = {
                "true": one.s2_m2_min,
                "corrected": estimate(one, "corrected").s2_m2_min,
                "horne": estimate(one, "horne").s2_m2_min,
            }
        except MethodError:
            continue
        xy, weight = path(rng, one, max_lag_min=MAX_LAG_MIN, n_moments=N_MOMENTS)
        col, row = np.floor(xy.reshape(2, -1) / cell_m).astype(np.int64)
        visit = pack(row, col), weight.ravel()
        visits.append(visit)
        made = {kind: surface(one, value, cell_m) for kind, value in s2.items()}
        shares.append(_shares(made["true"], made["corrected"], *visit))
        for kind in kinds:
            use = window(made[kind], footprint_isopleth=0.99)
            herds[kind].add(animal_use({"spring": [use]}))
    mean = pd.DataFrame(shares).mean().to_dict()
    populations = {kind: herds[kind].population() for kind in kinds}
    return {**mean, **_classes(populations, visits)}


def surface(one: Animal, s2_m2_min: float, cell_m: float) -> Surface:
    """Return an animal's surface."""
    return bridge_surface(
        one.x_m,
        one.y_m,
        one.time_min,
        one.error_m,
        s2_m2_min,
        crs="EPSG:32612",
        cell_m=cell_m,
        max_lag_min=MAX_LAG_MIN,
        time_tolerance=1e-4,
        memory_mb=1500.0,
    )


def _shares(true: Surface, estimated: Surface, cells: Indices, weight: Floats) -> dict[str, float]:
    """Return how much mass and true time the isopleths of two surfaces hold."""
    found = {}
    for p in ISOPLETHS:
        for name, one in (("", true), ("_estimated", estimated)):
            inside = isopleth_mask(one, p)
            keys = pack(one.row[inside], one.col[inside])
            found[f"held_{p}{name}"] = float(one.mass[inside].sum() / one.total)
            found[f"time_{p}{name}"] = time_in(keys, cells, weight)
    return found


def time_in(keys: Indices, cells: Indices, weight: Floats) -> float:
    """Return the share of a path's time in sorted cells; the path is cells with weights."""
    at = np.minimum(np.searchsorted(keys, cells), keys.size - 1)
    return float(weight[keys[at] == cells].sum())


def _classes(
    populations: dict[str, Population | None], visits: list[tuple[Indices, Floats]]
) -> dict[str, float]:
    true, corrected, horne = (populations[kind] for kind in ("true", "corrected", "horne"))
    if true is None or corrected is None or horne is None:
        raise ValueError("a herd without animals")
    _, n_visitors = np.unique(
        np.concatenate([np.unique(cells) for cells, _ in visits]), return_counts=True
    )
    found = {}
    for rule in _rules(len(visits)):
        name, n = rule.corridor_class, rule.n_needed
        cells = corrected.cells(n)
        found[f"area_{name}"] = true.cells(n).size
        found[f"area_{name}_corrected"] = cells.size
        found[f"area_{name}_horne"] = horne.cells(n).size
        found[f"visited_{name}"] = int((n_visitors >= n).sum())
        found[f"mass_{name}"] = mass_in(corrected.surface, [cells])[0]
        found[f"class_time_{name}"] = float(np.mean([time_in(cells, *visit) for visit in visits]))
    return found


def _rules(n_animals: int) -> list[ClassRule]:
    return class_rules(n_animals, medium_share=0.1, high_share=0.2)


def _over(frame: pd.DataFrame, values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return mean and standard error over the herds of each scenario."""
    groups = values.groupby(frame["scenario"], sort=False)
    return groups.mean(), groups.std() / np.sqrt(groups.size())


def bias(frame: pd.DataFrame, estimate: str, truth: str) -> tuple[pd.Series, pd.Series]:
    """Return the bias of an estimate in % of the mean truth, and its standard error."""
    mean = frame[truth].groupby(frame["scenario"], sort=False).transform("mean")
    return _over(frame, 100 * (frame[estimate] - frame[truth]) / mean)


def excess(frame: pd.DataFrame, p: float, kind: str = "") -> tuple[pd.Series, pd.Series]:
    """Return by how much true time exceeds the mass of isopleth p, percentage points."""
    return _over(frame, 100 * (frame[f"time_{p}{kind}"] - frame[f"held_{p}{kind}"]))


def figures(variance: pd.DataFrame, herds: pd.DataFrame) -> list[Figure]:
    """Return the figures: the worst scenario of each quantity."""
    mean, error = _over(variance, 100 * (variance["corrected"] - 1))
    covered, covered_error = _over(variance, 100 * variance["covered"])
    animals = f"{len(variance)} herds of {N_ANIMALS} animals"
    fewer = f"{len(herds)} herds of {N_ANIMALS} animals"
    off, plug_in = (covered - 95).abs(), _worst(herds)
    good = SCENARIOS[0].name
    exact = {p: excess(herds, p) for p in ISOPLETHS}
    apart = {p: abs(float(mean[good] / error[good])) for p, (mean, error) in exact.items()}
    farthest = max(apart, key=lambda p: apart[p])
    areas = {name: bias(herds, f"area_{name}_corrected", f"area_{name}") for name in CLASSES}
    worst = max(areas, key=lambda name: float(areas[name][0].abs().max()))
    area, area_error = areas[worst]
    at = area.abs().idxmax()
    return [
        Figure(
            name="calibration_variance",
            value=float(mean.abs().max()),
            unit="% bias",
            yardstick="2 %",
            ratio=float(mean.abs().max()) / 2,
            target=1.0,
            note=f"{animals}; worst: {mean.abs().idxmax()}, {mean[mean.abs().idxmax()]:+.2f}"
            f" ± {error[mean.abs().idxmax()]:.2f} %",
        ),
        Figure(
            name="calibration_interval",
            value=float(off.max()),
            unit="points from 95 %",
            yardstick="2 points",
            ratio=float(off.max()) / 2,
            target=1.0,
            note=f"{animals}; worst: {off.idxmax()}, {covered[off.idxmax()]:.2f}"
            f" ± {covered_error[off.idxmax()]:.2f} %",
        ),
        Figure(
            name="calibration_isopleths",
            value=apart[farthest],
            unit="standard errors",
            yardstick="3 standard errors",
            ratio=apart[farthest] / 3,
            target=1.0,
            note=f"{int((herds['scenario'] == good).sum())} herds, {good}, true variance; worst:"
            f" p = {farthest}, {_cell(exact[farthest], good)} points",
        ),
        Figure(
            name="calibration_isopleths_estimated",
            value=plug_in[0],
            unit="points",
            yardstick="1 point",
            ratio=plug_in[0],
            target=1.0,
            note=f"{fewer}; estimated variance, all errors; worst: {plug_in[1]}",
        ),
        Figure(
            name="calibration_class_areas",
            value=abs(float(area[at])),
            unit="% bias",
            yardstick="2 %",
            ratio=abs(float(area[at])) / 2,
            target=1.0,
            note=f"{fewer}; worst: {worst}, {at}, {area[at]:+.2f} ± {area_error[at]:.2f} %",
        ),
    ]


def _worst(herds: pd.DataFrame) -> tuple[float, str]:
    """Return the largest excess in an isopleth with estimated variance, points, and where."""
    found = []
    for p in ISOPLETHS:
        mean, error = excess(herds, p, "_estimated")
        at = mean.abs().idxmax()
        found.append((abs(float(mean[at])), f"p = {p}, {at}, {mean[at]:+.2f} ± {error[at]:.2f}"))
    return max(found)


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(pair: tuple[pd.Series, pd.Series], scenario: str, sign: str = "+") -> str:
    return f"{pair[0][scenario]:{sign}.2f} ± {pair[1][scenario]:.2f}"


def variance_table(variance: pd.DataFrame) -> str:
    """Return bias and coverage by scenario."""
    corrected = _over(variance, 100 * (variance["corrected"] - 1))
    horne = _over(variance, 100 * (variance["horne"] - 1))
    covered, below, above = (
        _over(variance, 100 * variance[name]) for name in ("covered", "below", "above")
    )
    refused = variance.groupby("scenario", sort=False)["refused"].sum().astype(int)
    return _table(
        ["herds", "bias, %", "Horne's form, %", "covered, %", "too low, %", "too high, %", "none"],
        [
            [
                name,
                _cell(corrected, name),
                _cell(horne, name),
                _cell(covered, name, ""),
                f"{below[0][name]:.1f}",
                f"{above[0][name]:.1f}",
                f"{refused[name]}",
            ]
            for name in refused.index
        ],
    )


def isopleth_table(herds: pd.DataFrame) -> str:
    """Return the time in the isopleths by scenario."""
    true = {p: excess(herds, p) for p in ISOPLETHS}
    plug_in = {p: excess(herds, p, "_estimated") for p in ISOPLETHS}
    return _table(
        ["herds", "variance", *(f"{p:.0%}" for p in ISOPLETHS)],
        [
            [scenario.name, name, *(_cell(found[p], scenario.name) for p in ISOPLETHS)]
            for scenario in SCENARIOS
            for name, found in (("true", true), ("estimated", plug_in))
        ],
    )


def class_table(herds: pd.DataFrame) -> str:
    """Return bias of areas and time in the classes by scenario."""
    rows = []
    for scenario in SCENARIOS:
        for name in CLASSES:
            time = _over(herds, 100 * (herds[f"class_time_{name}"] - herds[f"mass_{name}"]))
            own = herds[herds["scenario"] == scenario.name]
            area = own[f"area_{name}"].mean()
            rows.append(
                [
                    scenario.name,
                    name,
                    f"{area * scenario.cell_m**2 / 1e6:.3g}",
                    _cell(bias(herds, f"area_{name}_corrected", f"area_{name}"), scenario.name),
                    _cell(bias(herds, f"area_{name}_horne", f"area_{name}"), scenario.name),
                    f"{100 * own[f'mass_{name}'].mean():.1f}",
                    _cell(time, scenario.name),
                    f"{100 * own[f'visited_{name}'].mean() / area:.0f}",
                ]
            )
    return _table(
        ["herds", "class", "area, km²", "bias, %", "Horne's form, %", "mass, %",
         "time − mass, points", "truly visited, %"],
        rows,
    )  # fmt: skip
