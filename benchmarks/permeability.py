"""Permeability kappa where it is known: bias, coverage of the interval, tests, and the cost."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from scipy import stats
from shapely import STRtree

from benchmarks.figure import Figure, Report, median_seconds
from benchmarks.permeability_worlds import figures as figures_of_worlds
from benchmarks.permeability_worlds import markdown as table_of_worlds
from benchmarks.permeability_worlds import worlds
from benchmarks.simulated_crossings import (
    LAG_H,
    NEAR,
    Walk,
    lines_around,
    steps_of_herd,
    table_of,
    tracks,
)
from corridors.barriers.crossings import Steps
from corridors.barriers.kappa_differences import covariate_tests
from corridors.barriers.kappa_likelihood import Seen
from corridors.barriers.permeability import Kappa, permeability
from corridors.barriers.segments import straight_pieces
from corridors.foundation.arrays import Flags, Geometries

# Rules were chosen on herds of the seeds 777 and 20261117; those of this one were not looked at.
SEED = 20261201
N_HERDS, N_ANIMALS, N_STEPS = 600, 6, 160
AT_ONCE = 100
# Coverage that is asked for: 95 % and so many points more or less.
POINTS = 2.0
# Lengths grow with duration to this power in herds with several durations.
GROWTH = 0.6
LAGS_H = (1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Case:
    """Herds whose permeability and pace may change half-way through each track.

    Parameters
    ----------
    name
        What they are called.
    kappa, pace
        Permeability and pace in the two halves.
    error_m
        Location error per axis of each fix; it is known.
    has_lags
        Whether the time between fixes is any of 1, 2, 4 and 8 h.
    n_animals, differ
        Size of a herd, and the SD of the logarithm of the animals' own permeability, whose mean is
        that of the herd.
    """

    name: str
    kappa: tuple[float, float]
    pace: tuple[float, float] = (1.0, 1.0)
    error_m: float = 0.0
    has_lags: bool = False
    n_animals: int = N_ANIMALS
    differ: float = 0.0

    @property
    def has_levels(self) -> bool:
        """Whether the halves are levels of a covariate."""
        return self.kappa[0] != self.kappa[1] or self.pace[0] != self.pace[1]


DIFFER = Case("animals differ", (0.6, 0.6), n_animals=12, differ=0.3)
DIFFER_MORE = Case("animals differ twice as much", (0.6, 0.6), n_animals=12, differ=0.6)
CASES = (
    Case("kappa 0.1", (0.1, 0.1)),
    Case("kappa 0.5", (0.5, 0.5)),
    Case("kappa 1", (1.0, 1.0)),
    Case("kappa 2", (2.0, 2.0)),
    Case("kappa by season", (0.4, 1.2), (0.7, 1.5)),
    Case("pace by season", (0.6, 0.6), (0.7, 1.5)),
    Case("kappa 0.1, error 20 m", (0.1, 0.1), error_m=20.0),
    Case("kappa 0.5, error 20 m", (0.5, 0.5), error_m=20.0),
    Case("kappa 0.5, 1 to 8 h", (0.5, 0.5), has_lags=True),
    Case("six animals differ", (0.6, 0.6), differ=0.3),
    DIFFER,
    DIFFER_MORE,
)


def run() -> Report:
    """Measure and return the figures with their table."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        parts = [(case, part) for case in CASES for part in range(N_HERDS // AT_ONCE)]
        several = pool.map(_some_herds, parts)
        fenced = worlds(pool.map)
        found = pd.concat(list(several), ignore_index=True)
    table = summary(found)
    return Report(
        figures=[*figures(table), *figures_of_worlds(fenced), cost()],
        tables=markdown(table) + "\n\n" + table_of_worlds(fenced),
        page="permeability.md",
    )


def _some_herds(one: tuple[Case, int]) -> pd.DataFrame:
    return herds(one[0], AT_ONCE, part=one[1])


def herds(case: Case, n_herds: int, *, part: int = 0, law: str = "corrected") -> pd.DataFrame:
    """Return one row per simulated herd and level of the covariate.

    ``truth, kappa, low, high`` (profile), ``used_low, used_high`` and the number of crossings;
    ``p_value`` of the test that the levels are alike. Herds of another ``part`` are others.
    """
    number = [one.name for one in CASES].index(case.name)
    rng = np.random.default_rng([SEED, number, part])
    shape = (n_herds * case.n_animals, N_STEPS)
    late = np.broadcast_to(np.arange(N_STEPS) * 2 >= N_STEPS, shape)
    kappa, pace = (np.where(late, pair[1], pair[0]) for pair in (case.kappa, case.pace))
    if case.differ:
        own = np.exp(rng.normal(-0.5 * case.differ**2, case.differ, (shape[0], 1)))
        kappa = kappa * own
    lag_h = np.full(shape, LAG_H)
    if case.has_lags:
        lag_h = rng.choice(LAGS_H, shape)
        pace = pace * (lag_h / LAG_H) ** GROWTH
    x, y = tracks(rng, kappa, pace, Walk())
    rows = []
    for herd in range(n_herds):
        own = slice(herd * case.n_animals, (herd + 1) * case.n_animals)
        lines = lines_around(x[own], y[own])
        seen_x, seen_y = (v[own] + rng.normal(0.0, case.error_m, v[own].shape) for v in (x, y))
        rows += _levels(case, steps_of_herd(seen_x, seen_y, lag_h[own]), lines, law)
    return pd.DataFrame(rows)


def _levels(case: Case, steps: Steps, lines: Geometries, law: str) -> list[dict[str, object]]:
    late = np.where(np.arange(len(steps)) % N_STEPS * 2 >= N_STEPS, "late", "early").astype(object)
    table, step = table_of(
        steps,
        lines,
        error_m=case.error_m,
        near=NEAR,
        law=law,
        level=late if case.has_levels else None,
    )
    animal, level = step // N_STEPS, late[step]
    seen = Seen(table.odds, table.mistaken)

    def estimate(part: Flags) -> Kappa:
        return permeability(
            table.hazard[part],
            table.crossed[part],
            animal[part],
            confidence=0.95,
            min_expected=5.0,
            seen=seen[part],
        )

    if not case.has_levels:
        return [_row(case.name, case.kappa[0], estimate(np.ones(len(level), bool)), np.nan)]
    (test,) = covariate_tests(
        table.hazard, table.crossed, {"half": level}, spread=np.nan, seen=seen
    )
    return [
        _row(f"{case.name}, {name} half", truth, estimate(level == name), test.p_value)
        for name, truth in zip(("early", "late"), case.kappa, strict=True)
    ]


def _row(case: str, truth: float, one: Kappa, p_value: float) -> dict[str, object]:
    return {
        "case": case,
        "truth": truth,
        "kappa": one.kappa,
        "low": one.profile[0],
        "high": one.profile[1],
        "used_low": one.low,
        "used_high": one.high,
        "n_steps": one.n_steps,
        "n_crossings": one.n_crossings,
        "p_value": p_value,
    }


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Return one row per case: bias, coverage and the share of tests below 5 %."""
    found = found.assign(
        covered=(found["low"] <= found["truth"]) & (found["truth"] <= found["high"]),
        used=(found["used_low"] <= found["truth"]) & (found["truth"] <= found["used_high"]),
        log_error=np.log(found["kappa"] / found["truth"]),
        rejected=(found["p_value"] < 0.05).where(found["p_value"].notna()).astype(float),
    )
    groups = found.groupby("case", sort=False)
    table = groups.agg(
        truth=("truth", "first"),
        n=("truth", "size"),
        median=("kappa", "median"),
        covered=("covered", "mean"),
        used=("used", "mean"),
        rejected=("rejected", "mean"),
        n_steps=("n_steps", "mean"),
        n_crossings=("n_crossings", "mean"),
    )
    table["bias_percent"] = 100 * (np.exp(groups["log_error"].mean()) - 1)
    table["bias_error"] = 100 * groups["log_error"].sem()
    return table.reset_index()


def figures(table: pd.DataFrame) -> list[Figure]:
    """Return the worst case of coverage and of bias, and the false alarms of the test."""
    own = table[table["case"] != DIFFER_MORE.name]
    off = (100 * own["used"] - 95).abs()
    at = own.loc[off.idxmax()]
    n = int(at["n"])
    interval = stats.binom.interval(0.95, n, float(at["used"]))
    whole = 100 * float((own["used"] * own["n"]).sum() / own["n"].sum())
    # The standard error of a share of n herds.
    chance = 100 * float(np.sqrt(0.95 * 0.05 / n))
    more = table[table["case"] == DIFFER_MORE.name].iloc[0]
    median = 100 * (table["median"] / table["truth"] - 1)
    worst = table.loc[median.abs().idxmax()]
    alike = table[table["case"].str.startswith("pace")].iloc[0]
    return [
        Figure(
            name="permeability_interval",
            value=abs(whole - 95),
            unit="points from 95 %",
            yardstick=f"{POINTS:g} points",
            ratio=abs(whole - 95) / POINTS,
            target=1.0,
            note=f"{whole:.1f} % of the intervals of {int(own['n'].sum())} estimates, {n} a row",
        ),
        Figure(
            name="permeability_interval_worst",
            value=float(off.max()),
            unit="points from 95 %",
            yardstick=f"{POINTS:g} points; the error of {n} herds is {chance:.1f}",
            ratio=float(off.max()) / POINTS,
            target=1.0,
            note=f"{at['case']}: {100 * at['used']:.1f} % ({100 * interval[0] / n:.1f}"
            f"-{100 * interval[1] / n:.1f}); {int((off <= POINTS).sum())} of {len(off)} rows within"
            f" {POINTS:g} points; of animals that differ twice as much {100 * more['used']:.1f} %",
        ),
        Figure(
            name="permeability_bias",
            value=float(median.abs().max()),
            unit="% off, median estimate",
            yardstick="5 %",
            ratio=float(median.abs().max()) / 5,
            target=1.0,
            note=f"worst: {worst['case']}, median {worst['median']:.3f}, true {worst['truth']:g}",
        ),
        Figure(
            name="permeability_false_alarms",
            value=100 * float(alike["rejected"]),
            unit="% of tests below 5 %",
            yardstick="8 %",
            ratio=float(alike["rejected"]) / 0.08,
            target=1.0,
            note="two seasons of one permeability in which animals move at different pace",
        ),
    ]


def cost() -> Figure:
    """Return the time of null steps and kappa, against the same null steps as lines in a tree."""
    rng = np.random.default_rng([SEED, 99])
    n_animals, n_steps = 50, 200
    shape = (n_animals, n_steps)
    x, y = tracks(rng, np.full(shape, 0.5), np.ones(shape), Walk())
    steps, lines = steps_of_herd(x, y), lines_around(x, y)
    whole = replace(NEAR, buffer_m=3000.0, neighbourhood_m=3000.0)

    def ours() -> Kappa:
        table, step = table_of(steps, lines, error_m=0.0, near=whole)
        return permeability(table.hazard, table.crossed, step, confidence=0.95, min_expected=5.0)

    pieces = straight_pieces(lines).lines
    start = steps.ends[:, :2]
    rng = np.random.default_rng([SEED, 100])
    heading = rng.uniform(-np.pi, np.pi, (len(steps), 60))
    length = Walk().scale_m * rng.weibull(Walk().shape, heading.shape)
    end = start[:, None, :] + length[..., None] * np.stack([np.cos(heading), np.sin(heading)], -1)
    ends = np.concatenate([np.broadcast_to(start[:, None, :], end.shape), end], -1)

    def yardstick() -> object:
        null = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)
        tree = STRtree(pieces)
        one, two = tree.query(null, predicate="intersects")
        return shapely.intersection(null[one], tree.geometries[two])

    seconds, other = median_seconds(ours, yardstick, repeats=3)
    return Figure(
        name="permeability_cost",
        value=seconds,
        unit="s",
        yardstick=f"60 null steps each as lines, STRtree query and intersection: {other:.2f} s",
        ratio=seconds / other,
        target=1.0,
        note=f"{len(steps)} steps, {pieces.size} pieces of lines, one thread; from steps to kappa",
    )


def markdown(table: pd.DataFrame) -> str:
    """Return the table of cases."""
    head = (
        "| herds | true | median | bias | 95 % profile interval holds it | interval used | tests"
        " below 5 % | crossings |\n|---|---|---|---|---|---|---|---|\n"
    )
    rows = [
        f"| {row.case} | {row.truth:g} | {row.median:.3f} | {row.bias_percent:+.1f}"
        f" ± {row.bias_error:.1f} % | {100 * row.covered:.1f} % | {100 * row.used:.1f} % |"
        + ("" if np.isnan(row.rejected) else f" {100 * row.rejected:.0f} %")
        + f" | {row.n_crossings:.0f} of {row.n_steps:.0f} |"
        for row in table.itertuples(index=False)
    ]
    return f"### Permeability: {int(table['n'].iloc[0])} herds each\n\n" + head + "\n".join(rows)
