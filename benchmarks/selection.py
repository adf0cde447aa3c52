"""How often 95 % intervals hold selection coefficients that are known.

Herds walk over simulated ground where their use is known (:mod:`corridors.demo.selection`). Fixes
of an animal depend on each other: an interval that took them for independent would be too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.figure import Figure
from corridors.demo.selection import COVER, SelectionWorld, demo_world, walk, world
from corridors.demo.world import LAND_COVER
from corridors.foundation.arrays import Flags, Floats
from corridors.habitat.selection import Selection, fit_selection
from corridors.habitat.selection_terms import Covariate

N_HERDS = 200
N_HERDS_DEMO = 100
SEED = 20240101


def fit(
    ground: SelectionWorld,
    names: Mapping[int, str],
    rng: np.random.Generator,
    *,
    n_animals: int,
    step_cells: float,
    spread: float,
) -> Selection:
    """Return the model of a herd that walks over ``ground``; ``names`` are those of its covers."""
    n_fixes = 200
    cells = walk(
        rng, ground, n_animals=n_animals, n_fixes=n_fixes, steps_per_fix=6,
        step_cells=step_cells, spread=spread,
    )  # fmt: skip
    covariates = [
        Covariate(
            "cover",
            ground.cover.ravel().astype(np.float64),
            {name: (code,) for code, name in names.items()},
            "steppe",
        )
    ]
    if ground.elevation_selection:
        covariates.insert(0, Covariate("elevation", ground.elevation_m.ravel()))
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


def truth(ground: SelectionWorld) -> Floats:
    """Return the coefficients behind the herds, in the order of the model's terms."""
    covers = [ground.cover_selection[code] for code in sorted(ground.cover_selection)]
    elevation = [ground.elevation_selection] if ground.elevation_selection else []
    return np.array([*elevation, *(value for value in covers if value != 0.0)])


def coverage(n_herds: int, *, n_animals: int, spread: float, is_demo: bool) -> tuple[Flags, Floats]:
    """Return which intervals hold the truth, and the errors, (n_herds, n_terms).

    Every herd has ground of its own, or all have the demo's land cover.
    """
    held, errors = [], []
    for number in range(n_herds):
        rng = np.random.default_rng([SEED, number])
        ground = demo_world(n=180) if is_demo else world(rng, n=60)
        model = fit(
            ground, LAND_COVER if is_demo else COVER, rng, n_animals=n_animals,
            step_cells=8.0 if is_demo else 2.0, spread=spread,
        )  # fmt: skip
        true = truth(ground)
        value, _, low, high = model.interval(np.eye(true.size))
        held.append((low <= true) & (high >= true))
        errors.append(value - true)
    return np.array(held), np.array(errors)


def run() -> list[Figure]:
    """Return the coverage with animals that are alike, that differ, and on the demo's ground."""
    figures = []
    for name, n_herds, n_animals, spread, is_demo in (
        ("alike", N_HERDS, 12, 0.0, False),
        ("different", N_HERDS, 12, 0.3, False),
        ("demo_cover", N_HERDS_DEMO, 12, 0.0, True),
    ):
        held, errors = coverage(n_herds, n_animals=n_animals, spread=spread, is_demo=is_demo)
        share = 100.0 * float(held.mean())
        worst = 100.0 * float(held.mean(axis=0).min())
        figures.append(
            Figure(
                name=f"selection_coverage_{name}",
                value=share,
                unit="% of 95 % intervals",
                yardstick="95 ± 2 %",
                ratio=abs(share - 95.0) / 2.0,
                target=1.0,
                note=f"{n_herds} herds of {n_animals} animals, 200 fixes each; SD of the animals'"
                f" own coefficients {spread:g}; {held.shape[1]} coefficients, worst {worst:.0f} %;"
                f" largest mean error {np.abs(errors.mean(axis=0)).max():.3f}",
            )
        )
    return figures
