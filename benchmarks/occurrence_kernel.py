"""The occurrence surface of 1,000 fixes, against np.exp on ten million numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import rasterio

from benchmarks.figure import Figure, median_seconds, reference
from corridors.foundation.grid import Grid, Surface
from corridors.movement.occurrence import bridge_surface


def run() -> Figure:
    folder = reference() / "goldens" / "muledeer_317_1000"
    fixes = pd.read_csv(folder / "fixes.csv")
    x, y, seconds = (fixes[column].to_numpy(dtype=float) for column in ("x", "y", "t_s"))
    time_min, error_m = (seconds - seconds[0]) / 60, np.full(x.size, 20.0)
    with rasterio.open(folder / "reference_var749.065.tif") as dataset:
        exact, cell_m = dataset.read(1), dataset.transform.a
        row_min = round(dataset.bounds.bottom / cell_m)
        grid = Grid("", cell_m, row_min, round(dataset.bounds.left / cell_m), *dataset.shape)

    def kernel() -> Surface:
        return bridge_surface(
            x,
            y,
            time_min,
            error_m,
            749.065,
            crs="",
            cell_m=cell_m,
            max_lag_min=480.0,
            time_tolerance=1e-5,
            memory_mb=1500.0,
        )

    numbers, out = np.linspace(-1.0, 1.0, 10_000_000), np.empty(10_000_000)
    value, yardstick = median_seconds(kernel, lambda: np.exp(numbers, out=out), repeats=15)
    distance = float(np.abs(kernel().to_array(grid) - exact).sum() / 2)
    return Figure(
        name="occurrence_kernel",
        value=value,
        unit="s",
        yardstick=f"np.exp on 10^7 float64: {yardstick:.4f} s",
        ratio=value / yardstick,
        target=3.0 if distance <= 1e-4 else 0.0,
        note=f"{x.size} fixes, {exact.shape[0]} x {exact.shape[1]} cells, one thread;"
        f" total variation to the exact raster {distance:.1e} (at most 1e-4)",
    )
