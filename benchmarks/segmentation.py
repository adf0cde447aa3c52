"""One animal-year: five models, class and windows, against one start of one model in scipy."""

from __future__ import annotations

import numpy as np
from scipy.optimize import curve_fit

from benchmarks.figure import Figure, median_seconds
from benchmarks.simulated_animals import simulate
from corridors.config.model import Segment
from corridors.movement.displacement import daily_median, net_displacement, predict
from corridors.movement.migrations import classify
from corridors.movement.windows import migration_windows
from corridors.stages.segment.tracked import rules_of

N_ANIMALS = 20


def run() -> Figure:
    settings = Segment()
    rules = rules_of(settings, None)
    animals = [simulate("migrant", np.random.default_rng([1, i])) for i in range(N_ANIMALS)]

    def _ours() -> None:
        for animal in animals:
            place = animal.time_d, animal.x_m, animal.y_m
            result = classify(*place, rules=rules)
            migration_windows(*place, result.moves, padding_phi=settings.migration_padding_phi)

    def _model(
        days: np.ndarray, delta: float, theta: float, phi: float, rho: float, phi2: float
    ) -> np.ndarray:
        return predict("migrant", (delta, theta, phi, rho, phi2), days)

    def _scipy() -> None:
        for animal in animals:
            away = net_displacement(animal.x_m, animal.y_m, n_origin=rules.origin.n_fixes)
            days, daily = daily_median(animal.time_d, away)
            top = float(daily.max())
            curve_fit(
                _model,
                days,
                daily,
                p0=(0.9 * top, 90.0, 5.0, 130.0, 5.0),
                bounds=([0, 1, 1, 1, 1], [top, 364, 21, 364, 21]),
            )

    seconds, yardstick = (s / N_ANIMALS for s in median_seconds(_ours, _scipy, repeats=3))
    return Figure(
        name="segmentation",
        value=1000 * seconds,
        unit="ms per animal-year",
        yardstick=f"scipy curve_fit, one start of one model: {1000 * yardstick:.1f} ms",
        ratio=seconds / yardstick,
        target=10.0,
        note=f"{N_ANIMALS} animal-years, five models with {rules.n_starts} starts, class and"
        " windows, without pictures",
    )
