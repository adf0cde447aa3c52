"""Migrations found in simulated lives: by displacement models alone, and with change points.

The rules were chosen on seeds 1-10; the figures are of seeds 301-310, looked at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.figure import Figure, Report
from benchmarks.simulated_lives import KINDS, Life, life
from corridors.config.segmentation import Segment
from corridors.movement.animal_years import YearTrack, classed_years
from corridors.movement.year_windows import automatic_windows, kept_apart
from corridors.stages.segment.picked import window_rules
from corridors.stages.segment.tracked import rules_of

SEEDS = range(301, 311)
START = np.datetime64("2010-02-01", "us")
DAY = np.timedelta64(1, "D")
# A window longer than its migration by more than this does not tell when it was, d.
TOO_LONG_D = 30.0
# No animal is away for so long, and no origin is cut so late: the models alone.
ALONE = {"max_excursion_days": 1000.0, "max_origin_days": 1000.0}
# Change points are for these; the models find the others.
HARD = ("two_cycles", "short_stay", "over_the_border", "thin_edge")

Span = tuple[float, float]


@dataclass
class Count:
    """Migrations of a kind of life that were found, and windows that are none."""

    found: int = 0
    false: int = 0

    def add(
        self, windows: list[tuple[float, float]], moves: tuple[tuple[float, float], ...]
    ) -> None:
        """Match each window with at most one migration."""
        left = list(moves)
        for begin, end in windows:
            hit = [
                move
                for move in left
                if begin < move[1]
                and move[0] < end
                and end - begin <= move[1] - move[0] + TOO_LONG_D
            ]
            if hit:
                left.remove(hit[0])
                self.found += 1
            else:
                self.false += 1


def windows(one: Life, **changes: float) -> list[Span]:
    """Return the windows that the stage cuts, days since the start of the first year."""
    settings = Segment(min_distance_km=one.min_distance_km, **changes)
    time_us = START + (one.time_d * DAY.astype("timedelta64[us]").astype(float)).astype("m8[us]")
    track = YearTrack(
        one.x_m,
        one.y_m,
        time_us.astype(np.int64),
        np.full(one.time_d.size, np.nan),
        "animal",
        False,
        np.zeros(one.time_d.size, int),
    ).with_years("02-01")
    rules = window_rules(settings, [track])
    rows = [
        row
        for year in classed_years(track, "02-01", rules_of(settings, None))
        for row in automatic_windows(year, rules)[0]
    ]
    return [
        (float((row.start - START) / DAY), float((row.end - START) / DAY))
        for row in kept_apart(rows, [])
    ]


def counts(kind: str, seeds: range) -> tuple[int, Count, Count]:
    """Return true migrations, and those found by the models alone and with change points."""
    true, alone, both = 0, Count(), Count()
    for seed in seeds:
        one = life(kind, seed)
        true += len(one.moves)
        alone.add(windows(one, **ALONE), one.moves)
        both.add(windows(one), one.moves)
    return true, alone, both


def run() -> Report:
    rows = {kind: counts(kind, SEEDS) for kind in KINDS}
    lines = [
        "| life | migrations | found: models alone | found | none: models alone | none |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {kind.replace('_', ' ')} | {true} | {alone.found} | {both.found} | {alone.false}"
        f" | {both.false} |"
        for kind, (true, alone, both) in rows.items()
    ]
    hard = [rows[kind] for kind in HARD]
    still = [kind for kind, (true, _, _) in rows.items() if not true]
    missed = 1 - sum(both.found for _, _, both in hard) / sum(true for true, _, _ in hard)
    missed_alone = 1 - sum(alone.found for _, alone, _ in hard) / sum(true for true, _, _ in hard)
    n_still = len(still) * len(SEEDS)
    false = sum(rows[kind][2].false for kind in still)
    return Report(
        [
            Figure(
                name="segmentation_lives_missed",
                value=missed,
                unit="share of migrations missed",
                yardstick=f"the five models alone miss {missed_alone:.2f}",
                ratio=missed,
                target=0.1,
                note=f"{len(SEEDS)} lives each: {', '.join(HARD).replace('_', ' ')}",
            ),
            Figure(
                name="segmentation_lives_placebo",
                value=false / n_still,
                unit="windows per life that does not migrate",
                yardstick=f"{n_still} lives: {', '.join(still).replace('_', ' ')}",
                ratio=false / n_still,
                target=0.05,
                note="the models alone: "
                f"{sum(rows[kind][1].false for kind in still) / n_still:.3f}",
            ),
        ],
        "\n".join(lines),
        "lives.md",
    )
