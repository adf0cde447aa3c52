"""The dynamic motion variance of 1,000 and 10,000 fixes, against np.exp on ten million numbers.

The peer's seconds (R package move 4.2.2, one core, user time) are stated in the reference data;
they were measured on another machine of this size.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.figure import Figure, median_seconds, reference
from corridors.movement.dynamic_variance import DynamicVariance, dynamic_variance

PEER_S = {1_000: 5.4, 10_000: 69.7}
AT_MOST = 1 / 200
TRACKS = ("pronghorn_JMH-27_sp13", "muledeer_317_1000")

Floats = np.ndarray


def run() -> Figure:
    goldens = reference() / "goldens"
    tracks = {name: pd.read_csv(goldens / name / "fixes.csv") for name in TRACKS}
    thousand = arrays(tracks["muledeer_317_1000"])
    rng = np.random.default_rng(20240101)
    lag = np.append(0.0, rng.choice([120.0, 240.0], 9_999))
    s2 = np.repeat(rng.choice([50.0, 2000.0], 100), 100)  # a change every 100 fixes
    place = np.cumsum(rng.normal(0, np.sqrt(lag * s2), (2, 10_000)), axis=1)
    many = (*place, np.cumsum(lag), np.full(10_000, 20.0))

    numbers, out = np.linspace(-1.0, 1.0, 10_000_000), np.empty(10_000_000)
    one, ten, yardstick = median_seconds(
        lambda: estimate(thousand),
        lambda: estimate(many),
        lambda: np.exp(numbers, out=out),
        repeats=15,
    )
    share = max(one / PEER_S[1_000], ten / PEER_S[10_000])
    worst = max(
        difference(arrays(fixes), pd.read_csv(goldens / name / "dBBMM_variance.csv"))
        for name, fixes in tracks.items()
    )
    return Figure(
        name="dynamic_variance",
        value=one,
        unit="s",
        yardstick=f"move: {PEER_S[1_000]} s for 1,000 fixes, {PEER_S[10_000]} s for 10,000, stated",
        ratio=share,
        target=AT_MOST if worst < 1e-3 else 0.0,
        note=f"1,000 fixes; 10,000 in {ten:.3g} s, one thread: 1/{PEER_S[1_000] / one:.0f} and"
        f" 1/{PEER_S[10_000] / ten:.0f} of move; {one / yardstick:.2g} and {ten / yardstick:.2g}"
        f" times np.exp on 10^7 float64; worst relative difference to move {worst:.0e}, two tracks",
    )


def arrays(fixes: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """Return x, y (m), time (min) and error (m)."""
    seconds = fixes["t_s"].to_numpy(float)
    minutes = (seconds - seconds[0]) / 60
    return fixes["x"].to_numpy(), fixes["y"].to_numpy(), minutes, np.full(len(fixes), 20.0)


def estimate(track: tuple[Floats, Floats, Floats, Floats]) -> DynamicVariance:
    """Return the variance as the peer defines it: without gaps, in Horne's form."""
    return dynamic_variance(
        *track, max_lag_min=np.inf, form="horne", window_fixes=31, margin_fixes=11
    )


def difference(track: tuple[Floats, Floats, Floats, Floats], peer: pd.DataFrame) -> float:
    """Return the worst relative difference where both define a variance."""
    theirs = peer["var_m2_per_min"].to_numpy(float)[:-1]
    ratio = estimate(track).s2_m2_min / theirs
    return float(np.abs(ratio[np.isfinite(theirs)] - 1).max())
