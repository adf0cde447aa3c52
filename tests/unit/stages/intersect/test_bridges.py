"""The variance of each step's bridge: the nearest there is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from corridors.barriers.crossings import steps_of
from corridors.barriers.flux import Bridges
from corridors.config.model import Intersect, Occurrence
from corridors.foundation import tables
from corridors.stages.intersect_bridges import bridges_of, sideways, track_variances

START = pd.Timestamp("2024-04-01", tz="UTC")


def track(animal: str, n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, y = np.cumsum(rng.normal(0, 400, (2, n)), axis=1)
    time = START + pd.to_timedelta(np.arange(n) * 2, unit="h")
    return pd.DataFrame(
        {
            "animal": animal,
            "time_utc": time.astype(tables.UTC),
            "dop": np.where(np.arange(n) % 2 == 0, np.nan, 2.0),
            "x_m": x,
            "y_m": y,
            "burst": 0,
        }
    )


def study() -> dict[str, pd.DataFrame]:
    """Return fixes of two animals, one window of the first and its first five bridges."""
    fixes = pd.concat([track("a", 60, 1), track("b", 8, 2)], ignore_index=True)
    windows = pd.DataFrame(
        {
            "migration": ["w"],
            "animal": ["a"],
            "season": ["spring"],
            "part": ["migration"],
            "start_utc": [START],
            "end_utc": [START + pd.Timedelta(hours=20)],
        }
    )
    variances = pd.DataFrame(
        {
            "migration": "w",
            "start_utc": fixes["time_utc"][:5],
            "s2_m2_min": [1.0, 2.0, 0.0, 4.0, 5.0],
        }
    )
    estimates = pd.DataFrame({"migration": ["w"], "s2_m2_min": [77.0]})
    return {"fixes": fixes, "windows": windows, "estimates": estimates, "variances": variances}


def result(frames: dict[str, pd.DataFrame], **settings: Any) -> tuple[Bridges, dict[str, int]]:
    steps = steps_of(frames["fixes"], frames["windows"], max_lag_h=26.0)
    whole = track_variances(frames["fixes"], occurrence=Occurrence(**settings), max_lag_h=26.0)
    return bridges_of(
        steps, **frames, whole=whole, occurrence=Occurrence(**settings), max_lag_h=26.0
    )


def test_a_bridge_takes_its_own_variance_then_its_window_s_then_its_track_s() -> None:
    bridges, counts = result(study())
    assert bridges.s2_m2_min[:5].tolist() == [1.0, 2.0, 0.0, 4.0, 5.0]
    # Six more steps start in the window, the last at its end.
    assert bridges.s2_m2_min[5:11].tolist() == [77.0] * 6
    assert counts == {
        "bridge": 5,
        "window": 6,
        "bridge_of_track": 48,
        "animal": 7,  # too few fixes for a dynamic variance
        "herd_median": 0,
    }
    assert np.unique(bridges.s2_m2_min[11:59]).size > 5
    assert np.unique(bridges.s2_m2_min[59:]).size == 1


def test_a_method_with_one_variance_asks_for_no_other() -> None:
    frames = study()
    frames["variances"] = frames["variances"].iloc[:0]
    _, counts = result(frames, method="bbmm")
    assert counts == {
        "bridge": 0,
        "window": 11,
        "bridge_of_track": 0,
        "animal": 55,
        "herd_median": 0,
    }


def test_the_order_of_rows_changes_nothing() -> None:
    frames = study()
    expected, _ = result(frames)
    order = np.random.default_rng(3).permutation(len(frames["fixes"]))
    frames["fixes"] = frames["fixes"].iloc[order]
    frames["variances"] = frames["variances"].iloc[::-1]
    found, _ = result(frames)
    assert np.array_equal(found.s2_m2_min, expected.s2_m2_min)
    assert np.array_equal(found.x0_m, expected.x0_m)


def test_animal_by_animal_the_bridges_are_those_of_the_herd() -> None:
    frames = study()
    expected, counts = result(frames)
    occurrence = Occurrence()
    whole = track_variances(frames["fixes"], occurrence=occurrence, max_lag_h=26.0)
    parts = []
    for _, own in frames["fixes"].groupby("animal", sort=True):
        alone = frames | {"fixes": own}
        steps = steps_of(own, frames["windows"], max_lag_h=26.0)
        parts.append(bridges_of(steps, **alone, whole=whole, occurrence=occurrence, max_lag_h=26.0))
    found = np.concatenate([bridges.s2_m2_min for bridges, _ in parts])
    assert np.array_equal(found, expected.s2_m2_min)
    assert {name: sum(part[name] for _, part in parts) for name in counts} == counts


def test_the_error_of_a_fix_is_from_its_dop_where_that_is_asked_for() -> None:
    bridges, _ = result(study(), error_per_dop_m=4.0)
    assert bridges.error0_m[:2].tolist() == [20.0, 8.0]
    assert bridges.error1_m[:2].tolist() == [8.0, 20.0]


def test_without_windows_and_movement_the_herd_s_median_is_left() -> None:
    frames = study()
    frames["windows"] = frames["windows"].iloc[:0]
    frames["estimates"], frames["variances"] = (
        frames[name].iloc[:0] for name in ("estimates", "variances")
    )
    still = frames["fixes"]["animal"] == "b"
    frames["fixes"].loc[still, ["x_m", "y_m"]] = 0.0
    bridges, counts = result(frames, method="bbmm")
    assert counts["herd_median"] == 7
    assert bridges.s2_m2_min[-1] == pytest.approx(bridges.s2_m2_min[0])


def test_sideways_bridges_have_the_animal_s_own_law_and_the_location_errors_of_its_fixes() -> None:
    frames = study()
    fixes = frames["fixes"]
    own = fixes[fixes["animal"] == "a"]
    made, _ = result({**frames, "fixes": own})
    law_made, law = sideways(made, own, occurrence=Occurrence(), intersect=Intersect())
    assert law is not None
    assert law_made.error0_m.tolist() == made.error0_m.tolist()
    assert law_made.error1_m.tolist() == made.error1_m.tolist()
    assert law_made.tail == pytest.approx(1 / law.tails)
    way2 = (made.x1_m - made.x0_m) ** 2 + (made.y1_m - made.y0_m) ** 2
    assert law_made.s2_m2_min == pytest.approx(law.s2_m2_min + law.growth * way2 / 120.0)


def test_an_animal_with_few_fixes_keeps_its_brownian_bridges() -> None:
    frames = study()
    own = frames["fixes"][frames["fixes"]["animal"] == "b"]
    made, _ = result({**frames, "fixes": own})
    same, law = sideways(made, own, occurrence=Occurrence(), intersect=Intersect())
    assert law is None
    assert same is made
