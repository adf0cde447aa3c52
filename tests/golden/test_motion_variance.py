"""Motion variances to five digits, for each published form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corridors.movement.variance import Form, motion_variance

pytestmark = pytest.mark.reference

EXPECTED = {
    ("mini12_leroy_irregular", "corrected"): 73.679,
    ("mini12_leroy_irregular", "horne"): 109.36,
    ("mini12_leroy_irregular", "bbmm3"): 931.49,
    ("muledeer_317_1000", "corrected"): 626.01,
    ("muledeer_317_1000", "horne"): 632.36,
    ("muledeer_317_1000", "bbmm3"): 749.06,
    ("pronghorn_JMH-27_sp13", "corrected"): 2318.0,
    ("pronghorn_JMH-27_sp13", "horne"): 2322.5,
    ("pronghorn_JMH-27_sp13", "bbmm3"): 2322.5,
}


@pytest.mark.parametrize(("track", "form"), EXPECTED)
def test_the_variance_agrees_to_five_digits(reference: Path, track: str, form: Form) -> None:
    fixes = pd.read_csv(reference / "goldens" / track / "fixes.csv")
    seconds = fixes["t_s"].to_numpy()
    found = motion_variance(
        fixes["x"].to_numpy(),
        fixes["y"].to_numpy(),
        (seconds - seconds[0]) / 60,
        np.full(len(fixes), 20.0),
        max_lag_min=np.inf if track.startswith("mini12") else 480.0,
        form=form,
    )
    assert float(f"{found.s2_m2_min:.5g}") == EXPECTED[track, form]
