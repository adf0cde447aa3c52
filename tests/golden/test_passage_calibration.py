"""Passages predicted from thinned tracks are those counted along the full ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.passage_calibration import (
    DISTANCE_M,
    ERROR_RATIO,
    LAG_H,
    SETTINGS,
    THIN,
    five_animals,
    one_variance,
    told_by,
)
from benchmarks.thinned_tracks import Calibration, Model, Thinned, calibration, pairs

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def herds(reference: Path) -> tuple[list[list[Thinned]], np.ndarray]:
    found, fences = five_animals()
    thinned = [
        [Thinned(x, y, t, np.arange(0, x.size, THIN)) for x, y, t in herd.values()]
        for herd in found.values()
    ]
    return thinned, fences


def measured(herd: list[Thinned], fences: np.ndarray, model: Model) -> list[pd.DataFrame]:
    return [pairs(one, fences, model, lag_h=LAG_H, distance_m=DISTANCE_M) for one in herd]


def of(frames: list[pd.DataFrame]) -> Calibration:
    return calibration(pd.concat(frames, ignore_index=True))


def test_one_variance_per_animal_is_as_wrong_as_first_measured(reference: Path, herds) -> None:
    thinned, fences = herds
    found = of([p for herd in thinned for p in measured(herd, fences, one_variance(20.0))])
    assert found.slope == pytest.approx(0.999, abs=0.001)
    assert found.error / found.error_of_hits == pytest.approx(0.00529 / 0.00641, abs=0.001)
    assert found.worst_bin > 0.1


def test_sideways_bridges_beside_fences_are_calibrated(reference: Path) -> None:
    found, fences = five_animals()
    frames = []
    for herd in found.values():
        told = told_by((herd, fences, THIN, 0))
        odds = told.odds(SETTINGS.held_sd).standing
        assert odds.missed < 1.0 < odds.hit
        frames.append(told.with_odds(SETTINGS.held_sd))
    judged = of(frames)
    assert 0.95 <= judged.slope <= 1.05
    assert judged.error / judged.error_of_hits <= ERROR_RATIO
    assert judged.error <= 0.0050
    assert judged.worst_bin <= 0.05
