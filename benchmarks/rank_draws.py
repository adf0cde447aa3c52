"""500 draws of 10,000 segments, from trials to ranked places, against a bootstrap as it was.

The ranking by segments that stood here first is gone. What stands for it is the same in plain
numpy: animals weighted anew, permeability by encounters that passed and failed, losses, ranks and
their intervals, of the real trials under one rule alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from benchmarks.figure import Figure, median_seconds
from corridors.foundation.arrays import Floats
from corridors.threats.missing import EXISTING
from corridors.threats.places import Tracked, drawn, judged, tallied

N_SEGMENTS, N_ANIMALS, N_ROWS, DRAWS = 10_000, 40, 200_000, 500
N_RULES, N_COPIES = 4, 8
SEGMENTS_OF_A_PLACE = 8
N_STATES = 4  # autumn, spring; summer, winter
YEARS = 2.0  # that each animal was tracked
PRIOR = 2.0  # of each kind, passed and failed, at a segment


def run() -> Figure:
    rng = np.random.default_rng(20240101)
    tried = trials(rng)
    moving = np.array([True, True, False, False])
    tracked = Tracked(np.full((1, N_ANIMALS, N_STATES), YEARS), np.arange(N_ANIMALS), moving)
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

    real = tried[(tried["rule"] == 0) & (tried["copy"] < 0)]
    seconds, yardstick = median_seconds(ranked, lambda: plain(real), repeats=3)
    return Figure(
        name="rank_draws",
        value=seconds,
        unit="s",
        yardstick=f"bootstrap of segments in plain numpy, as it was: {yardstick:.2f} s",
        ratio=seconds / yardstick,
        target=4.0,
        note=f"{DRAWS} draws, {N_SEGMENTS} segments in {n} places, {N_ANIMALS} animals,"
        f" {len(tried)} rows of trials under {N_RULES} rules at the lines and {N_COPIES} copies,"
        f" one thread; the yardstick has {len(real)} rows of one rule, no copies and no places, and"
        " stands for code that is gone",
    )


def plain(real: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Return intervals of losses and of ranks and chances to be among the first ten."""
    rng = np.random.default_rng(1)
    at = (real["segment"].to_numpy(), real["animal"].to_numpy())
    n_tries, n_passed = (
        csr_array((real[name].to_numpy(float), at), shape=(N_SEGMENTS, N_ANIMALS))
        for name in ("trials", "passed")
    )
    weight = rng.standard_exponential((N_ANIMALS, DRAWS))
    weight /= weight.mean(axis=0)
    met, through = n_tries @ weight, n_passed @ weight
    kappa = rng.beta(through + PRIOR, met - through + PRIOR)
    loss = np.ascontiguousarray((met * (1.0 - kappa) / (N_ANIMALS * YEARS)).T)
    order = np.argsort(-loss, axis=-1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(1, N_SEGMENTS + 1)[None], axis=-1)
    ends = [0.05, 0.95]
    return (
        np.quantile(loss, ends, axis=0),
        np.quantile(rank, ends, axis=0, method="inverted_cdf"),
        (rank <= 10).mean(axis=0),
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
