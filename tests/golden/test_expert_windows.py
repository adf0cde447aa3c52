"""Windows held against an expert's: the 24 pronghorn sequences that a person cut.

The sequences hold nothing outside the expert's window, so that what came before and after is
simulated: 70 days of a home range (SD 1 km, two days' memory) around the first and the last
position. Then the expert's first and last fix are the dates to be found. What this cannot test:
how the stays of these animals looked, and whether the class over a whole year is right.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corridors.config.model import Segment
from corridors.foundation.crs import project, working_crs
from corridors.movement.migrations import classify
from corridors.movement.windows import migration_windows
from corridors.stages.segment.tracked import rules_of

pytestmark = pytest.mark.reference
STAY_D, SETTINGS = 70.0, Segment()


def home(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``n`` positions 3 h apart around a centre, m."""
    keep = np.exp(-0.125 / 2)
    shocks = rng.normal(0, 1000 * np.sqrt(1 - keep**2), (n, 2))
    places = np.zeros((n, 2))
    for i in range(1, n):
        places[i] = keep * places[i - 1] + shocks[i]
    return places


def differences(path: Path) -> pd.DataFrame:
    """Return by how many days each window starts and ends later than the expert's."""
    frame = pd.read_csv(path)
    frame["time"] = pd.to_datetime(frame["timestamp"], format="mixed")
    lon, lat = frame["location-long"].to_numpy(), frame["location-lat"].to_numpy()
    frame["x"], frame["y"] = project(lon, lat, working_crs(lon, lat))
    records = []
    for number, (name, own) in enumerate(frame.groupby("migration-sequence")):
        own = own.sort_values("time")
        days = ((own["time"] - own["time"].iloc[0]) / pd.Timedelta(days=1)).to_numpy()
        place = own[["x", "y"]].to_numpy()
        rng = np.random.default_rng(number)
        n = int(STAY_D / 0.125)
        time = np.concatenate(
            [np.arange(-n, 0) * 0.125, days, days[-1] + np.arange(1, n + 1) * 0.125]
        )
        track = np.concatenate([place[0] + home(n, rng)[::-1], place, place[-1] + home(n, rng)])
        time += STAY_D
        result = classify(time, *track.T, rules=rules_of(SETTINGS, None))
        windows = migration_windows(
            time, *track.T, result.moves, padding_phi=SETTINGS.migration_padding_phi
        )
        window = windows[0] if windows else None
        records.append(
            {
                "sequence": name,
                "net_km": np.hypot(*(place[-1] - place[0])) / 1000,
                "days": days[-1],
                "class": result.label,
                "start": window.start_d - STAY_D if window else np.nan,
                "end": window.end_d - STAY_D - days[-1] if window else np.nan,
            }
        )
    return pd.DataFrame(records)


def test_windows_start_and_end_within_days_of_the_experts(reference: Path) -> None:
    found = differences(reference / "wyoming_pronghorn" / "sequences.csv")
    assert len(found) == 24
    far = found[found["net_km"] >= 15]
    # Shorter ones are near the limit of 10 km, or went a long way and came back.
    assert (far["class"] == "disperser").mean() >= 0.95, far
    off = far[["start", "end"]].abs()
    assert off["start"].median() <= 1.6, far
    assert off["end"].median() <= 2.0, far
    assert (off["start"] <= 3.5).mean() >= 0.9, far
    # Late: the expert's last leg ends inside the range. Two sequences are cut by weeks: 81 days
    # with eight legs, and 83 days there and back.
    assert (off["end"] <= 3.5).mean() >= 0.8, far
    assert (off["end"] > 10).sum() <= 2, far
