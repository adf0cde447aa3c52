"""The surface of 10,000 fixes on 2000 x 2000 cells, against np.exp on ten million numbers."""

from __future__ import annotations

import numpy as np

from benchmarks.figure import Figure, median_seconds
from corridors.foundation.grid import Surface
from corridors.movement.occurrence import bridge_surface

N_FIXES, N_CELLS, LAG_MIN = 10_000, 2_000, 120.0
S2_M2_MIN = 626.0  # as the mule deer of the reference data move
AT_MOST = 10.0


def migrant(n: int, cell_m: float, n_cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of an animal that goes up and down a square of cells, a loop a year."""
    rng = np.random.default_rng(20240101)
    year = np.arange(n) * LAG_MIN / (365.25 * 24 * 60)
    half = 0.485 * n_cells * cell_m
    place = np.vstack([half * np.sin(2 * np.pi * year), half * np.cos(4 * np.pi * year)])
    return tuple(place + rng.normal(0, np.sqrt(S2_M2_MIN * LAG_MIN / 2), (2, n)))


def wanderer(n: int, n_cells: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return x and y of a Brownian walk and the cell on which it fills the square."""
    rng = np.random.default_rng(20240101)
    x, y = np.cumsum(rng.normal(0, np.sqrt(S2_M2_MIN * LAG_MIN), (2, n)), axis=1)
    return x, y, float(max(np.ptp(x), np.ptp(y)) / (0.97 * n_cells))


def surface(x: np.ndarray, y: np.ndarray, cell_m: float, tolerance: float = 1e-5) -> Surface:
    """Return the surface, with the settings of the default configuration."""
    return bridge_surface(
        x,
        y,
        np.arange(x.size) * LAG_MIN,
        np.full(x.size, 20.0),
        S2_M2_MIN,
        crs="",
        cell_m=cell_m,
        max_lag_min=480.0,
        time_tolerance=tolerance,
        memory_mb=1500.0,
    )


def run() -> Figure:
    x, y = migrant(N_FIXES, 50.0, N_CELLS)
    walk_x, walk_y, walk_cell = wanderer(N_FIXES, N_CELLS)
    numbers, out = np.linspace(-1.0, 1.0, 10_000_000), np.empty(10_000_000)
    value, walk, yardstick = median_seconds(
        lambda: surface(x, y, 50.0),
        lambda: surface(walk_x, walk_y, walk_cell),
        lambda: np.exp(numbers, out=out),
        repeats=7,
    )
    found, exact = surface(x, y, 50.0), surface(x, y, 50.0, 1e-9)
    grid = exact.grid
    distance = float(np.abs(found.to_array(grid) - exact.to_array(grid)).sum() / 2)
    return Figure(
        name="occurrence_large",
        value=value,
        unit="s",
        yardstick=f"np.exp on 10^7 float64: {yardstick:.4f} s",
        ratio=value / yardstick,
        target=AT_MOST if distance <= 1e-4 else 0.0,
        note=f"{N_FIXES} fixes 2 h apart, s2 {S2_M2_MIN:g} m2/min, {grid.n_rows} x {grid.n_cols}"
        f" cells of 50 m, {found.row.size} with mass, one thread; total variation to tolerance"
        f" 1e-9 {distance:.1e} (at most 1e-4); a Brownian walk that fills 2000 cells (of"
        f" {walk_cell:.0f} m) {walk / yardstick:.2g} times",
    )
