"""Permeability of closed and harmless fences, for location errors and times between fixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.fenced_walks import World, collared, herd
from benchmarks.figure import Figure
from benchmarks.simulated_crossings import NEAR, table_of
from corridors.barriers.crossings import Steps
from corridors.barriers.kappa_likelihood import Seen
from corridors.barriers.permeability import Kappa, permeability
from corridors.foundation.arrays import Geometries

SEED = 20241130
N_HERDS = 4
ERRORS_M = (0.0, 5.0, 20.0)
LAGS_H = ((1.0,), (2.0,), (4.0,), (8.0,), (1.0, 2.0, 4.0, 8.0))
MOST_CLOSED = 0.05

Row = dict[str, object]


def worlds(each: Callable[..., Iterable[list[Row]]] = map, n_herds: int = N_HERDS) -> pd.DataFrame:
    """Return one row per herd, error and time between fixes.

    ``closed lags_h error_m kappa low high n_crossings plain``; ``kappa`` is 0 where there is a
    limit only, ``plain`` that without a dead zone and as if fixes had no error, of closed fences.
    ``each`` maps a function over herds, in this process or in several.
    """
    herds = [(is_closed, number) for is_closed in (True, False) for number in range(n_herds)]
    return pd.DataFrame([row for rows in each(_settings, herds) for row in rows])


def _settings(one: tuple[bool, int]) -> list[Row]:
    """Return the rows of one herd."""
    is_closed, number = one
    x, y, lines = herd(World(is_closed), [SEED, number, int(is_closed)])
    rows: list[Row] = []
    for lags_h in LAGS_H:
        for error_m in ERRORS_M:
            steps = collared(x, y, lags_h=lags_h, error_m=error_m, seed=[SEED, number])
            found = plain = _estimate(steps, lines, error_m)
            if is_closed and error_m:
                plain = _estimate(steps, lines, 0.0)
            rows.append(
                {
                    "closed": is_closed,
                    "lags_h": _name(lags_h),
                    "error_m": error_m,
                    "kappa": found.kappa if np.isfinite(found.kappa) else 0.0,
                    "low": found.low,
                    "high": found.high,
                    "n_crossings": found.n_crossings,
                    "plain": plain.kappa if np.isfinite(plain.kappa) else 0.0,
                    "plain_low": plain.low,
                }
            )
    return rows


def _name(lags_h: tuple[float, ...]) -> str:
    return f"{lags_h[0]:g}" if len(lags_h) == 1 else f"{lags_h[0]:g} to {lags_h[-1]:g}"


def _estimate(steps: Steps, lines: Geometries, error_m: float) -> Kappa:
    near = replace(NEAR, buffer_m=1000.0)
    table, step = table_of(steps, lines, error_m=error_m, near=near)
    animal = pd.factorize(steps.frame["animal"])[0].astype(np.int64)[step]
    return permeability(
        table.hazard,
        table.crossed,
        animal,
        confidence=0.95,
        min_expected=5.0,
        seen=Seen(table.odds, table.mistaken),
    )


def figures(found: pd.DataFrame) -> list[Figure]:
    """Return how closed a closed fence is, and how harmless a harmless line."""
    closed, free = found[found["closed"]], found[~found["closed"]]
    worst = float(closed["kappa"].max())
    reaches = float((closed["low"] == 0).mean())
    holds = float(((free["low"] <= 1) & (free["high"] >= 1)).mean())
    off = (free.groupby(["lags_h", "error_m"])["kappa"].median() - 1).abs()
    note = f"{len(closed)} herds and collars: error 0, 5, 20 m; 1, 2, 4, 8 h and mixed"
    return [
        Figure(
            "permeability_closed", worst, "largest kappa", f"{MOST_CLOSED:g}",
            worst / MOST_CLOSED, 1.0,
            f"{note}; without dead zone up to {closed['plain'].max():.2f}",
        ),
        Figure(
            "permeability_closed_interval", 100 * (1 - reaches), "% of intervals without 0", "0 %",
            100 * (1 - reaches), 0.0,
            f"{note}; without dead zone {100 * (closed['plain_low'] > 0).mean():.0f} %",
        ),
        Figure(
            "permeability_harmless", float(off.max()), "off 1, median of a setting", "0.05",
            float(off.max()) / 0.05, 1.0, f"{len(free)} herds and collars",
        ),
        Figure(
            "permeability_harmless_interval", 100 * (1 - holds), "% of intervals without 1", "7 %",
            (1 - holds) / 0.07, 1.0, f"{len(free)} herds and collars",
        ),
    ]  # fmt: skip


def markdown(found: pd.DataFrame) -> str:
    """Return the table of settings."""
    head = (
        "| fixes, h | error, m | closed: largest κ | upper ends | crossings seen | intervals with 0"
        " | if fixes had no error: κ | intervals with 0 | harmless: median κ | intervals with 1 |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n"
    )
    rows = []
    for (lags, error), own in found.groupby(["lags_h", "error_m"], sort=False):
        closed, free = own[own["closed"]], own[~own["closed"]]
        n = len(closed)
        holds = int(((free["low"] <= 1) & (free["high"] >= 1)).sum())
        rows.append(
            f"| {lags} | {error:g} | {closed['kappa'].max():.4f} | {closed['high'].max():.4f} |"
            f" {closed['n_crossings'].mean():.1f} | {int((closed['low'] == 0).sum())} of {n} |"
            f" {closed['plain'].max():.3f} | {int((closed['plain_low'] == 0).sum())} of {n} |"
            f" {free['kappa'].median():.3f} | {holds} of {len(free)} |"
        )
    return f"### Closed and harmless fences: {n} herds each\n\n" + head + "\n".join(rows)
