"""How often 95 % intervals hold selection coefficients that are known.

Herds walk over simulated ground where their use is known (:mod:`corridors.demo.selection`). Fixes
of an animal depend on each other: an interval that took them for independent would be too narrow.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.figure import Figure
from corridors.demo.selection import COVER, COVER_SELECTION, ELEVATION, walk, world
from corridors.habitat.selection import Selection, fit_selection
from corridors.habitat.selection_terms import Covariate

N_HERDS = 300
SEED = 20240101
N_CELLS = 60
TERMS = ("elevation", *(COVER[code] for code in COVER if COVER_SELECTION[code] != 0.0))
TRUE = np.array([ELEVATION, *(value for value in COVER_SELECTION.values() if value != 0.0)])


def fit(seed: int, number: int, *, n_animals: int, n_fixes: int, spread: float) -> Selection:
    """Return the model of one simulated herd."""
    rng = np.random.default_rng([seed, number])
    ground = world(rng, n=N_CELLS)
    cells = walk(
        rng, ground, n_animals=n_animals, n_fixes=n_fixes, steps_per_fix=6, step_cells=2.0,
        spread=spread,
    )  # fmt: skip
    covariates = [
        Covariate("elevation", ground.elevation_m.ravel()),
        Covariate(
            "cover",
            ground.cover.ravel().astype(np.float64),
            {name: (code,) for code, name in COVER.items()},
            "steppe",
        ),
    ]
    return fit_selection(
        covariates,
        cells.ravel(),
        np.repeat(np.arange(n_animals), n_fixes),
        np.arange(ground.cover.size),
        available_weight=1000.0,
        min_animals=4,
        min_fixes=10,
        min_class_animals=3,
        max_folds=30,
    )


def coverage(
    n_herds: int, *, n_animals: int, n_fixes: int, spread: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Return which intervals hold the truth, and the errors, (n_herds, n_terms)."""
    held, errors = [], []
    for number in range(n_herds):
        model = fit(SEED, number, n_animals=n_animals, n_fixes=n_fixes, spread=spread)
        value, _, low, high = model.interval(np.eye(TRUE.size))
        held.append((low <= TRUE) & (high >= TRUE))
        errors.append(value - TRUE)
    return np.array(held), np.array(errors)


def run() -> list[Figure]:
    """Return the coverage with animals that are alike and with animals that differ."""
    figures = []
    for name, spread in (("alike", 0.0), ("different", 0.3)):
        held, errors = coverage(N_HERDS, n_animals=12, n_fixes=200, spread=spread)
        share = 100.0 * held.mean()
        by_term = ", ".join(
            f"{term} {100 * one:.0f} %" for term, one in zip(TERMS, held.mean(axis=0), strict=True)
        )
        bias = ", ".join(
            f"{term} {one:+.3f}" for term, one in zip(TERMS, errors.mean(axis=0), strict=True)
        )
        figures.append(
            Figure(
                name=f"selection_coverage_{name}",
                value=float(share),
                unit="% of 95 % intervals",
                yardstick="95 ± 2 %",
                ratio=abs(float(share) - 95.0) / 2.0,
                target=1.0,
                note=f"{N_HERDS} herds of 12 animals, 200 fixes each; SD of the animals' own"
                f" coefficients {spread:g}; {by_term}; mean error: {bias}",
            )
        )
    return figures
