"""Occurrence surfaces against exact answers: the reference rasters and brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from scipy.special import ndtr

from corridors.foundation.arrays import Floats
from corridors.foundation.grid import Grid, Surface
from corridors.movement.occurrence import bridge_surface

RASTERS = [
    ("mini12_leroy_irregular", 50.0, 1000.0, "reference_var1000.tif"),
    ("muledeer_317_1000", 500.0, 749.065, "reference_var749.065.tif"),
    ("muledeer_317_1000", 500.0, 1000.0, "reference_var1000.tif"),
    ("pronghorn_JMH-27_sp13", 250.0, 2322.47, "reference_var2322.47.tif"),
    ("pronghorn_JMH-27_sp13", 250.0, 1000.0, "reference_var1000.tif"),
]


def fixes_of(reference: Path, track: str) -> tuple[Floats, Floats, Floats]:
    """Return x, y (m) and time (min) of a golden track."""
    fixes = pd.read_csv(reference / "goldens" / track / "fixes.csv")
    seconds = fixes["t_s"].to_numpy()
    return fixes["x"].to_numpy(), fixes["y"].to_numpy(), (seconds - seconds[0]) / 60


@pytest.mark.reference
@pytest.mark.parametrize(("track", "cell_m", "s2", "raster"), RASTERS)
def test_total_variation_to_the_exact_raster_is_below_1e_4(
    reference: Path, track: str, cell_m: float, s2: float, raster: str
) -> None:
    with rasterio.open(reference / "goldens" / track / raster) as dataset:
        exact, west, north = dataset.read(1), dataset.transform.c, dataset.transform.f
    n_rows, n_cols = exact.shape
    grid = Grid("", cell_m, round(north / cell_m) - n_rows, round(west / cell_m), n_rows, n_cols)
    x, y, t = fixes_of(reference, track)
    surface = bridge_surface(
        x,
        y,
        t,
        np.full(x.size, 20.0),
        s2,
        crs="",
        cell_m=cell_m,
        max_lag_min=np.inf if track.startswith("mini12") else 480.0,
        time_tolerance=1e-5,
        memory_mb=1500.0,
    )
    assert abs(surface.total - 1) < 1e-12
    assert np.abs(surface.to_array(grid) - exact).sum() / 2 <= 1e-4


@pytest.mark.reference
@pytest.mark.parametrize("error_m", [0.0, 5.0, 20.0])
@pytest.mark.parametrize("cell_m", [500.0, 50.0])
def test_the_time_quadrature_keeps_its_tolerance(
    reference: Path, cell_m: float, error_m: float
) -> None:
    x, y, t = fixes_of(reference, "pronghorn_JMH-27_sp13")

    def surface(tolerance: float) -> Surface:
        return bridge_surface(
            x,
            y,
            t,
            np.full(x.size, error_m),
            2318.03,
            crs="",
            cell_m=cell_m,
            max_lag_min=480.0,
            time_tolerance=tolerance,
            memory_mb=1500.0,
        )

    exact = surface(1e-12)
    grid = exact.grid
    for tolerance in (1e-3, 1e-5, 1e-7):
        difference = surface(tolerance).to_array(grid) - exact.to_array(grid)
        assert np.abs(difference).sum() / 2 <= tolerance


def brute_force(
    x: Floats, y: Floats, lag: float, error: Floats, s2: float, grid: Grid, order: int = 60
) -> Floats:
    """Return one bridge on ``grid``, south row first, by far more nodes than anybody needs."""
    node, weight = np.polynomial.legendre.leggauss(order)
    graded = np.concatenate(([0.0], np.geomspace(1e-7, 0.5, 60)))
    cuts = np.unique(np.concatenate((graded, 1 - graded, np.linspace(0, 1, 65))))
    half = np.diff(cuts)[:, None] / 2
    a = (cuts[:-1, None] + half * (node + 1)).ravel()
    w = (half * weight).ravel()
    v = lag * s2 * a * (1 - a) + (1 - a) ** 2 * error[0] ** 2 + a**2 * error[1] ** 2
    sd = np.sqrt(v)[:, None]
    x_edge = (grid.col_min + np.arange(grid.n_cols + 1)) * grid.cell_m
    y_edge = (grid.row_min + np.arange(grid.n_rows + 1)) * grid.cell_m
    px = np.diff(ndtr((x_edge - (x[0] + a * (x[1] - x[0]))[:, None]) / sd), axis=1)
    py = np.diff(ndtr((y_edge - (y[0] + a * (y[1] - y[0]))[:, None]) / sd), axis=1)
    return np.asarray((py * w[:, None]).T @ px)


@pytest.mark.parametrize("seed", range(24))
def test_a_bridge_agrees_with_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lag = float(rng.choice([10.0, 60.0, 120.0, 480.0]))
    s2, step = 10 ** rng.uniform(0, 4), 10 ** rng.uniform(0, 4)
    error = 10 ** rng.uniform(-0.5, 2, 2)
    sd = float(np.sqrt(lag * s2 / 4 + error.max() ** 2))
    cell_m = max(10 ** rng.uniform(-1, 1) * sd, (step + 14 * sd) / 80)
    angle, (x0, y0) = rng.uniform(0, 2 * np.pi), rng.uniform(-1e4, 1e4, 2)
    x = x0 + np.array([0, step * np.cos(angle)])
    y = y0 + np.array([0, step * np.sin(angle)])
    surface = bridge_surface(
        x,
        y,
        np.array([0.0, lag]),
        error,
        s2,
        crs="",
        cell_m=cell_m,
        max_lag_min=np.inf,
        time_tolerance=1e-5,
        memory_mb=1500.0,
    )
    grid = surface.grid.padded(2 * cell_m)
    exact = brute_force(x, y, lag, error, s2, grid)
    assert np.abs(surface.to_array(grid)[::-1] - exact).sum() / 2 <= 1e-5
