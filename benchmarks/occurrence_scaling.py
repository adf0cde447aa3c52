"""How the cost of a surface grows with the fixes, and with the cells."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.figure import Figure
from benchmarks.occurrence_large import migrant, surface

FIXES = (1_000, 10_000, 100_000, 1_000_000)
CELLS_M = (500.0, 50.0)  # a hundred times as many cells
SIDE_M = 100_000.0
AT_MOST = 1.05


def run() -> Figure:
    surface(*migrant(100, 500.0, 200), 500.0)  # compiles
    seconds = {(n, cell_m): best_of(n, cell_m) for cell_m in CELLS_M for n in FIXES}
    slopes = {
        cell_m: float(np.polyfit(np.log(FIXES), np.log([seconds[n, cell_m] for n in FIXES]), 1)[0])
        for cell_m in CELLS_M
    }
    table = "; ".join(
        f"{cell_m:g} m: " + ", ".join(f"{n:,} {seconds[n, cell_m]:.3g} s" for n in FIXES)
        for cell_m in CELLS_M
    )
    more = [seconds[n, CELLS_M[1]] / seconds[n, CELLS_M[0]] for n in FIXES]
    worst = max(slopes.values())
    return Figure(
        name="occurrence_scaling",
        value=worst,
        unit="slope of log CPU time in log fixes",
        yardstick="1: cost in proportion to the fixes",
        ratio=worst,
        target=AT_MOST,
        note=f"{FIXES[0]:,} to {FIXES[-1]:,} fixes in a square of 100 km, one thread; {table};"
        f" a hundred times the cells cost {min(more):.1f} to {max(more):.1f} times as much",
    )


def best_of(n: int, cell_m: float) -> float:
    """Return the least CPU time of a few runs, s: other processes do not bend the slope."""
    x, y = migrant(n, cell_m, round(SIDE_M / cell_m))
    times = []
    for _ in range(max(1, min(7, 200_000 // n))):
        start = time.process_time()
        surface(x, y, cell_m)
        times.append(time.process_time() - start)
    return min(times)
