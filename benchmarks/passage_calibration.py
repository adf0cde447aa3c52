"""Expected passages of thinned tracks, against the crossings counted along the full ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.figure import Figure, reference
from benchmarks.thinned_tracks import (
    Calibration,
    Expanded,
    Geometries,
    Indices,
    Thinned,
    calibration,
    pairs,
    read_lines,
    read_tracks,
)
from corridors.barriers.flux import Bridges
from corridors.movement.variance import motion_variance

CRS = "EPSG:32612"
# Every sixth of fixes 2 h apart; bridges of 12 h, one hour more or less where the clock changed.
THIN = 6
LAG_H = (11.0, 13.0)
# Pairs within this distance of the straight step: that of the first measurement with one variance
# per animal, whose error was 0.00529 (straight-line hits: 0.00641).
DISTANCE_M = 2540.0
ERROR_M = 20.0


def run() -> list[Figure]:
    """Measure and return the figures."""
    tracks, fences = five_animals()
    found = pd.concat(
        [pairs_of(track, fences, phase) for track in tracks.values() for phase in (0,)],
        ignore_index=True,
    )
    return [figure("passage_calibration_one_variance", calibration(found))]


def figure(name: str, found: Calibration) -> Figure:
    """Return the error against that of straight-line hits."""
    bins = ", ".join(
        f"{row.flux:.2f} → {row.truth:.2f} ± {row.se:.2f}" for row in found.bins.itertuples()
    )
    return Figure(
        name=name,
        value=found.error,
        unit="mean squared error",
        yardstick=f"straight-line hits: {found.error_of_hits:.5f}",
        ratio=found.error / found.error_of_hits,
        target=1.0,
        note=f"{found.n_pairs} pairs; slope {found.slope:.3f}; worst bin {found.worst_bin:.3f};"
        f" {bins}",
    )


def five_animals() -> tuple[dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]], Geometries]:
    """Return the five animals with fixes 2 h apart, and the fences."""
    folder = reference()
    tracks = {}
    for name in ("pronghorn", "mule_deer"):
        tracks |= read_tracks(folder / "wyoming_fences" / f"{name}.csv", CRS)
    deer = read_tracks(folder / "wyoming_muledeer" / "tracks.csv", CRS)
    tracks["mm_317"] = deer["mm_317"]
    return tracks, read_lines(folder / "wyoming_fences" / "fences.gpkg", CRS)


def pairs_of(
    track: tuple[np.ndarray, np.ndarray, np.ndarray], fences: Geometries, phase: int
) -> pd.DataFrame:
    """Return the pairs of one animal, thinned from its fix number ``phase`` on."""
    x, y, t = track
    thinned = Thinned(x, y, t, np.arange(phase, x.size, THIN))
    return pairs(thinned, fences, one_variance, lag_h=LAG_H, distance_m=DISTANCE_M)


def one_variance(track: Thinned, judged: Indices) -> Expanded:
    """Return Brownian bridges with one variance for the whole track."""
    kept = track.kept
    x, y, t = track.x_m[kept], track.y_m[kept], track.time_min[kept]
    error = np.full(kept.size, ERROR_M)
    s2 = motion_variance(x, y, t, error, max_lag_min=LAG_H[1] * 60, form="corrected").s2_m2_min
    ends = track.bridges[judged].T.copy()
    n = judged.size
    bridges = Bridges(
        *ends, track.lag_h[judged] * 60, np.full(n, s2), error[judged], error[judged + 1]
    )
    return Expanded(bridges, judged, np.ones(n))
