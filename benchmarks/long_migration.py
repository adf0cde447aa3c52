"""Memory of a 500 km migration on 50 m cells, against an array of its bounding box."""

from __future__ import annotations

import tracemalloc

import numpy as np

from benchmarks.figure import Figure, median_seconds
from corridors.foundation.grid import Surface
from corridors.movement.occurrence import bridge_surface

N_FIXES = 361  # two months, 4 h apart


def run() -> Figure:
    rng = np.random.default_rng(5)
    x, y = np.linspace(0, 500_000 / np.sqrt(2), N_FIXES) + rng.normal(0, 300, (2, N_FIXES))

    def kernel() -> Surface:
        return bridge_surface(
            x,
            y,
            np.arange(N_FIXES) * 240.0,
            np.full(N_FIXES, 20.0),
            2000.0,
            crs="",
            cell_m=50.0,
            max_lag_min=480.0,
            time_tolerance=1e-5,
            memory_mb=1500.0,
        )

    (seconds,) = median_seconds(kernel, repeats=5)
    tracemalloc.start()
    surface = kernel()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # What compiled code allocates is not traced: the result, on top of the traced tiles.
    value = (peak + surface.row.nbytes + surface.col.nbytes + surface.mass.nbytes) / 1e6
    box = surface.grid.n_rows * surface.grid.n_cols * 8 / 1e6
    return Figure(
        name="long_migration",
        value=value,
        unit="MB",
        yardstick=f"float64 array of the bounding box: {box:.0f} MB",
        ratio=value / box,
        target=0.5,
        note=f"{N_FIXES} fixes, {surface.row.size} cells with mass, {seconds:.2f} s, one thread",
    )
