"""The motion variance of 1,000 fixes, against scipy on the vectorised likelihood."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from benchmarks.figure import Figure, median_seconds
from corridors.movement.variance import motion_variance


def run() -> Figure:
    rng = np.random.default_rng(20240101)
    lag = rng.choice([120.0, 240.0], 999)
    t = np.concatenate(([0.0], np.cumsum(lag)))
    x, y = np.cumsum(rng.normal(0, np.sqrt(np.append(0, lag) * 600), (2, 1000)), axis=1)
    error = np.full(1000, 20.0)

    def ours() -> float:
        found = motion_variance(x, y, t, error, max_lag_min=480.0, form="corrected")
        return found.s2_m2_min

    def scipy() -> float:
        i = np.arange(1, 999, 2)
        span = t[i + 1] - t[i - 1]
        a = (t[i] - t[i - 1]) / span
        r2 = sum((z[i] - z[i - 1] - a * (z[i + 1] - z[i - 1])) ** 2 for z in (x, y))
        base = (1 - a) ** 2 * error[i - 1] ** 2 + a**2 * error[i + 1] ** 2 + error[i] ** 2

        def loss(log_s2: float) -> float:
            v = span * a * (1 - a) * np.exp(log_s2) + base
            return float(np.sum(np.log(v) + r2 / (2 * v)))

        best = minimize_scalar(loss, bounds=(-5, 20), method="bounded", options={"xatol": 1e-9})
        return float(np.exp(best.x))

    value, yardstick = median_seconds(ours, scipy, repeats=15)
    difference = abs(ours() / scipy() - 1)
    return Figure(
        name="motion_variance",
        value=value,
        unit="s",
        yardstick=f"scipy minimize_scalar, one bracket: {yardstick:.4f} s",
        ratio=value / yardstick,
        target=5.0 if difference < 1e-6 else 0.0,
        note=f"1000 fixes; the whole range is scanned for further maxima, scipy searches one;"
        f" relative difference {difference:.0e}",
    )
