"""500 bootstrap rankings of 10,000 segments, against the draws and sorts that no way avoids."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.figure import Figure, median_seconds
from corridors.threats.rank import bootstrap
from corridors.threats.score import evidence

N_SEGMENTS, N_ANIMALS, N_ROWS, DRAWS = 10_000, 40, 200_000, 500
SEASONS = ["autumn", "spring", "summer", "winter"]


def run() -> Figure:
    rng = np.random.default_rng(20240101)
    ids = [f"s{i:05d}" for i in range(N_SEGMENTS)]
    animals = [f"a{i:02d}" for i in range(N_ANIMALS)]
    rows = pd.DataFrame(
        {
            "segment": rng.choice(ids, N_ROWS),
            "animal": rng.choice(animals, N_ROWS),
            "season": rng.choice(SEASONS, N_ROWS),
            "passages": rng.gamma(1.0, 1.0, N_ROWS),
            "approaches": rng.poisson(1.0, N_ROWS).astype(float),
        }
    ).drop_duplicates(["segment", "animal", "season"])
    met = evidence(rows, ids, tracking_years=dict.fromkeys(animals, 2.0))
    shape = (DRAWS, N_SEGMENTS)
    a, b = rng.gamma(10.0, 1.0, N_SEGMENTS), rng.gamma(10.0, 1.0, N_SEGMENTS)

    seconds, yardstick = median_seconds(
        lambda: bootstrap(
            met,
            prior_mean=np.full(N_SEGMENTS, 0.5),
            prior_encounters=4.0,
            is_class_prior=np.ones(N_SEGMENTS, dtype=bool),
            status=np.full(N_SEGMENTS, "existing"),
            season_weight=np.ones(len(SEASONS)),
            weight_jitter=50.0,
            least_blocked_frac=0.01,
            draws=DRAWS,
            seed=1,
            herd="benchmark",
        ),
        lambda: np.argsort(-np.random.default_rng(1).beta(a, b, shape), axis=-1, kind="stable"),
        repeats=3,
    )
    return Figure(
        name="rank_draws",
        value=seconds,
        unit="s",
        yardstick=f"as many Beta draws and sorts: {yardstick:.2f} s",
        ratio=seconds / yardstick,
        target=4.0,
        note=f"{DRAWS} draws, {N_SEGMENTS} segments, {N_ANIMALS} animals, {len(rows)} rows of"
        " encounters, one thread",
    )
