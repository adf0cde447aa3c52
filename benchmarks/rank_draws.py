"""500 draws of 10,000 segments, from trials to ranked places, against draws and sorts alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.figure import Figure, median_seconds
from corridors.threats.missing import EXISTING
from corridors.threats.places import Tracked, drawn, judged, tallied

N_SEGMENTS, N_ANIMALS, N_ROWS, DRAWS = 10_000, 40, 200_000, 500
N_RULES, N_COPIES = 4, 8
SEGMENTS_OF_A_PLACE = 8
N_STATES = 4  # autumn, spring; summer, winter
# Of the ranking by segments that stood here before: 2.7 times the draws and sorts. Four times that.
TARGET = 4 * 2.7


def run() -> Figure:
    rng = np.random.default_rng(20240101)
    tried = trials(rng)
    moving = np.array([True, True, False, False])
    tracked = Tracked(np.full((1, N_ANIMALS, N_STATES), 2.0), np.arange(N_ANIMALS), moving)
    place = np.arange(N_SEGMENTS) // SEGMENTS_OF_A_PLACE
    n = int(place.max()) + 1
    span, status = np.zeros(n, np.int64), np.full(n, EXISTING)
    known = pd.DataFrame(
        {"status": status, "kappa": 0.5, "is_stated": False, "span": span, "number": np.arange(n)}
    )

    def ranked() -> pd.DataFrame:
        draws = drawn(
            tried, tracked, place, known, prior_strength=1.0, draws=DRAWS, seed=1, name="benchmark"
        )
        return judged(tallied(tried, tracked, place, span), draws, status, seed=1)

    shape = (DRAWS, N_SEGMENTS)
    a, b = rng.gamma(10.0, 1.0, N_SEGMENTS), rng.gamma(10.0, 1.0, N_SEGMENTS)
    seconds, yardstick = median_seconds(
        ranked,
        lambda: np.argsort(-np.random.default_rng(1).beta(a, b, shape), axis=-1, kind="stable"),
        repeats=3,
    )
    return Figure(
        name="rank_draws",
        value=seconds,
        unit="s",
        yardstick=f"as many Beta draws and sorts: {yardstick:.2f} s",
        ratio=seconds / yardstick,
        target=TARGET,
        note=f"{DRAWS} draws, {N_SEGMENTS} segments in {n} places, {N_ANIMALS} animals,"
        f" {len(tried)} rows of trials under {N_RULES} rules, one thread; the ranking by segments"
        " took 2.7 times the draws and sorts",
    )


def trials(rng: np.random.Generator) -> pd.DataFrame:
    """Return as many real trials as there were encounters before, under each rule, and copies."""
    parts = []
    for rule in range(N_RULES):
        for copy in range(-1, N_COPIES):
            n = rng.integers(1, 3, N_ROWS)
            passed = rng.binomial(n, 0.7)
            frame = pd.DataFrame(
                {
                    "rule": rule,
                    "copy": copy,
                    "segment": rng.integers(0, N_SEGMENTS, N_ROWS),
                    "animal": rng.integers(0, N_ANIMALS, N_ROWS),
                    "state": rng.integers(0, N_STATES, N_ROWS),
                    "at_end": 0,
                    "trials": n,
                    "passed": passed,
                    "sure": passed,
                    "away": 0,
                }
            )
            keys = ["segment", "animal", "state"]
            parts.append(frame.drop_duplicates(keys, ignore_index=True))
    return pd.concat(parts, ignore_index=True)
