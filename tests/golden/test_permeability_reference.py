"""Fences of Wyoming: pronghorn creep under them and are held up, mule deer jump them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest

from corridors.barriers.crossings import steps_of
from corridors.barriers.kappa_likelihood import Seen
from corridors.barriers.null_steps import informative, null_chances
from corridors.barriers.permeability import Kappa, permeability
from corridors.barriers.tries import Near, tries
from corridors.barriers.validity import Validity
from corridors.foundation.crs import project

pytestmark = pytest.mark.reference
EVER = np.iinfo(np.int64).max
NO_WINDOWS = pd.DataFrame(columns=["season", "animal", "start_utc", "end_utc"])


def kappa(
    reference: Path,
    name: str,
    buffer_m: float,
    law: str = "corrected",
    error_m: float = 0.0,
    reach_frac: float = 1e-9,
) -> Kappa:
    folder = reference / "wyoming_fences"
    fences = pyogrio.read_dataframe(folder / "fences.gpkg")
    track = pd.read_csv(folder / f"{name}.csv")
    x, y = project(
        track["location-long"].to_numpy(float), track["location-lat"].to_numpy(float), fences.crs
    )
    usable = np.isfinite(x) & np.isfinite(y)
    fixes = pd.DataFrame(
        {
            "animal": track["individual-local-identifier"].astype(str),
            "time_utc": pd.to_datetime(track["timestamp"], utc=True).dt.as_unit("us"),
            "x_m": x,
            "y_m": y,
            "burst": np.where(usable, 0, -1),
        }
    )
    steps = steps_of(fixes, NO_WINDOWS, max_lag_h=np.inf)
    lines = np.asarray(fences.geometry.to_numpy(), dtype=object)
    near = Near(
        buffer_m=buffer_m, reach_frac=reach_frac, neighbourhood_m=2000.0, max_lag_h=26.0,
        lag_tolerance_frac=0.1, dead_zone_sd=2.0,
    )  # fmt: skip
    error = np.full(len(steps), error_m)
    found, index = tries(
        steps, lines, Validity(np.full(len(lines), -EVER), np.full(len(lines), EVER)), near,
        error0_m=error, error1_m=error,
    )  # fmt: skip
    groups = found.lag.astype(str).astype(object)[:, None]
    null = null_chances(found, index, groups, law=law, n_headings=60, min_steps=200)
    table = informative(found, null)
    animal = pd.factorize(steps.frame["animal"], sort=True)[0][found.step[table.row]]
    return permeability(
        table.hazard, table.crossed, animal, confidence=0.95, min_expected=5.0,
        seen=Seen(table.odds, table.mistaken),
    )  # fmt: skip


def test_fences_hold_pronghorn_more_than_mule_deer(reference: Path) -> None:
    pronghorn, deer = (kappa(reference, name, 1000.0) for name in ("pronghorn", "mule_deer"))
    assert pronghorn.profile[1] < deer.profile[0]
    assert 0.5 < pronghorn.kappa < 0.75
    assert 0.75 < deer.kappa < 1.0


def test_the_dead_zone_and_steps_from_afar_leave_them_where_they_are(reference: Path) -> None:
    pronghorn, deer = (
        kappa(reference, name, 1000.0, error_m=20.0, reach_frac=0.99)
        for name in ("pronghorn", "mule_deer")
    )
    assert 0.5 < pronghorn.kappa < 0.75 < deer.kappa < 1.0


def test_the_buffer_hardly_matters(reference: Path) -> None:
    found = [kappa(reference, "pronghorn", buffer_m).kappa for buffer_m in (110.0, 500.0, 2000.0)]
    assert max(found) - min(found) < 0.1


def test_lengths_of_crossing_steps_say_less_permeable(reference: Path) -> None:
    ours = kappa(reference, "mule_deer", 110.0)
    theirs = kappa(reference, "mule_deer", 110.0, law="crossing_steps")
    assert theirs.kappa < 0.7 * ours.kappa
