"""Bottlenecks of herds in funnels of known width, and in strips of even width."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks.figure import Figure
from benchmarks.funnels import along_of, walks
from corridors.foundation.arrays import Floats, Indices
from corridors.movement.bottlenecks import Neck, Rules, Widths, corrected_widths, necks
from corridors.movement.routes import Route, routes

# As configured by default.
RULES = Rules(max_ratio=0.67, min_units=5, min_share=0.2, level=0.05, n_draws=1000, seed=20240101)
REACH_M, CELL_M, STEP_M, ERROR_M = 5000.0, 250.0, 150.0, 15.0
AT_M, NARROW_M, WIDE_M, WIDENS = 17_300.0, 600.0, 3000.0, 0.4
# So many herds that the standard error of a coverage of 95 % is 1 %.
_HERDS = 500
# Seeds from here on were not looked at before the rule was fixed.
_FIRST_SEED, _FIRST_PLACEBO = 2 * 10**6, 3 * 10**6
# Units, and how far apart fixes are, m: lines between fixes cut the corners of the neck.
_CASES = ((10, STEP_M), (20, STEP_M), (20, STEP_M / 3))
_LOST_M = 1e9


def funnel(along: Floats) -> Floats:
    """Return the width of a strip that narrows to ``NARROW_M`` at ``AT_M``, m."""
    return np.asarray(np.minimum(NARROW_M + WIDENS * np.abs(along - AT_M), WIDE_M))


def even(along: Floats) -> Floats:
    """Return the width of a strip that is as wide everywhere, m."""
    return np.full(along.shape, WIDE_M)


def found(
    seed: int, n_units: int, width_m: Callable[[Floats], Floats], step_m: float = STEP_M
) -> list[tuple[float, Neck]]:
    """Return where along the strip the bottlenecks of a herd are, m, the narrowest first."""
    rng = np.random.default_rng(seed)
    turn = rng.uniform(0.0, 2 * np.pi)
    paths, unit = walks(rng, n_units, width_m, turn=turn, step_m=step_m, error_m=ERROR_M)
    several = [
        (along_of(route.points_m[neck.station], turn), neck)
        for route in routes(paths, unit, step_m=CELL_M / 2, reach_m=REACH_M, min_units=5)
        for neck in necks(_widths(route, unit), n_units, RULES)
    ]
    return sorted(several, key=lambda one: one[1].width_m)


def _widths(route: Route, unit: Indices) -> Widths:
    return corrected_widths(route.sides_m, route.thinned_m, unit[route.members])


def run(n_herds: int = _HERDS) -> list[Figure]:
    """Return how near the narrowest place is, how often its interval holds, and a placebo."""
    figures = []
    for n_units, step_m in _CASES:
        name = f"{n_units}_{step_m:.0f}m"
        began = time.process_time()
        herds = [found(_FIRST_SEED + seed, n_units, funnel, step_m) for seed in range(n_herds)]
        seconds = (time.process_time() - began) / n_herds
        first = [herd[0] for herd in herds if herd]
        away = np.array([abs(at - AT_M) for at, _ in first] + [_LOST_M] * (n_herds - len(first)))
        held = float(np.mean([neck.low_m <= NARROW_M <= neck.high_m for _, neck in first]))
        near = float(np.mean(away <= CELL_M))
        more = sum(len(herd) > 1 for herd in herds)
        width = np.mean([neck.width_m for _, neck in first])
        note = (
            f"{n_herds} herds of {n_units} units, two migrations each, fixes every {step_m:g} m,"
            f" error {ERROR_M:g} m; {NARROW_M:g} m in a strip of {WIDE_M:g} m; {len(first)} found,"
            f" {more} with a second one; mean width {width:.0f} m; {seconds:.2g} s of CPU a herd"
        )
        figures.append(
            Figure(
                f"bottleneck_coverage_{name}", 100 * held, "% of 95 % intervals", "95 ± 2 %",
                abs(100 * held - 95) / 2, 1.0, note,
            )
        )  # fmt: skip
        figures.append(
            Figure(
                f"bottleneck_place_{name}", float(np.quantile(away, 0.95)), "m",
                f"a cell: {CELL_M:g} m", float(np.quantile(away, 0.95)) / CELL_M, 1.0,
                f"95 % of the same herds are nearer; within a cell {100 * near:.1f} %",
            )
        )  # fmt: skip
        placebo = sum(
            bool(found(_FIRST_PLACEBO + seed, n_units, even, step_m)) for seed in range(n_herds)
        )
        figures.append(
            Figure(
                f"bottleneck_placebo_{name}", 100 * placebo / n_herds, "% of herds",
                "5 % that are allowed", 20 * placebo / n_herds, 1.0,
                f"{n_herds} herds of {n_units} units in a strip of even width",
            )
        )  # fmt: skip
    return figures


if __name__ == "__main__":
    for figure in run(int(sys.argv[1]) if len(sys.argv) > 1 else _HERDS):
        print(figure.to_json())
