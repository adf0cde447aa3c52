"""Classes and dates of simulated animals whose truth is known: 200 animals of each kind."""

from __future__ import annotations

import numpy as np

from benchmarks.figure import Figure
from benchmarks.simulated_animals import KINDS, Animal, simulate
from corridors.config.model import Segment
from corridors.movement.migrations import ROUND_TRIPS, YearClass, classify
from corridors.movement.windows import migration_windows
from corridors.stages.segment.tracked import rules_of

N_ANIMALS = 200


def run() -> Figure:
    settings = Segment()
    rules = rules_of(settings, None)
    counts: dict[tuple[str, str], int] = {}
    errors: list[tuple[float, float]] = []
    convergence: list[float] = []
    for kind in KINDS:
        for number in range(N_ANIMALS):
            animal = simulate(kind, np.random.default_rng([KINDS.index(kind), number]))
            result = classify(animal.time_d, animal.x_m, animal.y_m, rules=rules)
            counts[kind, result.label] = counts.get((kind, result.label), 0) + 1
            if result.fit is not None:
                convergence.append(result.fit.reached)
            if kind in ROUND_TRIPS and result.label in ROUND_TRIPS:
                errors += _errors(animal, result, settings.migration_padding_phi)
    total = N_ANIMALS * len(KINDS)
    wrong = sum(n for (truth, found), n in counts.items() if truth != found)
    late, early = np.array(errors).T
    off = np.abs(np.concatenate([late, early]))
    confused = "; ".join(
        f"{truth} as {found} {n}" for (truth, found), n in sorted(counts.items()) if truth != found
    )
    return Figure(
        name="segmentation_classes",
        value=wrong / total,
        unit="share of animals in a wrong class",
        yardstick=f"{total} simulated animals, {N_ANIMALS} of each class",
        ratio=wrong / total,
        target=0.1,
        note=f"confused: {confused or 'none'}; all others right. {len(late)} migrations: starts"
        f" {np.median(late):+.1f} d (median), ends {np.median(early):+.1f} d, 90 % of dates within"
        f" {np.quantile(off, 0.9):.1f} d. Median share of starts in the optimum"
        f" {np.median(convergence):.2f}, smallest {min(convergence):.2f}",
    )


def _errors(animal: Animal, result: YearClass, padding_phi: float) -> list[tuple[float, float]]:
    """Return days by which each window starts late and ends late."""
    windows = migration_windows(
        animal.time_d, animal.x_m, animal.y_m, result.moves, padding_phi=padding_phi
    )
    return [
        (window.start_d - first, window.end_d - last)
        for window, (first, last) in zip(windows, animal.moves, strict=True)
        if window is not None
    ]
