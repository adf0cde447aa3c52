"""Dynamic motion variance and its breaks, bridge by bridge, against the R package move."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corridors.movement.dynamic_variance import INSIDE, DynamicVariance, dynamic_variance

pytestmark = pytest.mark.reference

TRACKS = ("pronghorn_JMH-27_sp13", "muledeer_317_1000")


def found_on(folder: Path) -> DynamicVariance:
    fixes = pd.read_csv(folder / "fixes.csv")
    seconds = fixes["t_s"].to_numpy()
    return dynamic_variance(
        fixes["x"].to_numpy(),
        fixes["y"].to_numpy(),
        (seconds - seconds[0]) / 60,
        np.full(len(fixes), 20.0),
        max_lag_min=np.inf,  # the peer has no gap rule
        form="horne",
        window_fixes=31,
        margin_fixes=11,
    )


@pytest.mark.parametrize("track", TRACKS)
def test_the_variance_of_every_bridge_agrees_with_move(reference: Path, track: str) -> None:
    folder = reference / "goldens" / track
    peer = pd.read_csv(folder / "dBBMM_variance.csv")
    theirs = peer["var_m2_per_min"].to_numpy(float)[:-1]
    found = found_on(folder)
    both = np.isfinite(theirs)
    assert both.sum() == len(peer) - 21  # it drops ten bridges at each end
    assert np.abs(found.s2_m2_min[both] / theirs[both] - 1).max() < 1e-5
    assert np.isfinite(found.s2_m2_min).all()
    interest = peer["interest"].to_numpy(bool)[:-1]
    assert np.array_equal(found.source == INSIDE, interest)


@pytest.mark.parametrize("track", TRACKS)
def test_every_window_breaks_where_move_s_does(reference: Path, track: str) -> None:
    folder = reference / "goldens" / track
    theirs = np.loadtxt(folder / "dBBMM_breaks.txt", dtype=int)
    assert np.array_equal(found_on(folder).breaks + 1, theirs)
