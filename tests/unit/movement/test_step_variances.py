"""The variance of each step: the nearest there is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridors.barriers.crossings import steps_of, window_of
from corridors.foundation import tables
from corridors.movement.step_variances import (
    Running,
    location_errors_m,
    step_variances,
    track_straying,
    track_variances,
)

RUNNING = Running("corrected", window_fixes=31, margin_fixes=11)
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


def errors(fixes: pd.DataFrame) -> pd.Series:
    return location_errors_m(fixes, error_m=20.0, error_per_dop_m=None)


def whole_of(fixes: pd.DataFrame) -> dict[str, float]:
    return track_variances(fixes, errors(fixes), form="corrected", max_lag_h=26.0)


def result(
    frames: dict[str, pd.DataFrame],
    running: Running | None = RUNNING,
    whole: dict[str, float] | None = None,
) -> tuple[np.ndarray, dict[str, int]]:
    fixes, windows = frames["fixes"], frames["windows"]
    steps = steps_of(fixes, windows, max_lag_h=26.0).frame
    window = window_of(steps["animal"], steps["start_utc"], windows)
    return step_variances(
        steps,
        np.array([*windows["migration"], None], dtype=object)[window],
        fixes,
        errors(fixes),
        estimates=frames["estimates"],
        variances=frames["variances"],
        whole=whole_of(fixes) if whole is None else whole,
        running=running,
        max_lag_h=26.0,
    )


def test_a_bridge_takes_its_own_variance_then_its_window_s_then_its_track_s() -> None:
    s2, counts = result(study())
    assert s2[:5].tolist() == [1.0, 2.0, 0.0, 4.0, 5.0]
    # Six more steps start in the window, the last at its end.
    assert s2[5:11].tolist() == [77.0] * 6
    assert counts == {
        "bridge": 5,
        "window": 6,
        "bridge_of_track": 48,
        "animal": 7,  # too few fixes for a dynamic variance
        "herd_median": 0,
    }
    assert np.unique(s2[11:59]).size > 5
    assert np.unique(s2[59:]).size == 1


def test_a_method_with_one_variance_asks_for_no_other() -> None:
    frames = study()
    frames["variances"] = frames["variances"].iloc[:0]
    _, counts = result(frames, running=None)
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
    assert np.array_equal(found, expected)


def test_animal_by_animal_the_variances_are_those_of_the_herd() -> None:
    frames = study()
    expected, counts = result(frames)
    whole = whole_of(frames["fixes"])
    parts = [
        result(frames | {"fixes": own}, whole=whole)
        for _, own in frames["fixes"].groupby("animal", sort=True)
    ]
    assert np.array_equal(np.concatenate([s2 for s2, _ in parts]), expected)
    assert {name: sum(part[name] for _, part in parts) for name in counts} == counts


def test_the_error_of_a_fix_is_from_its_dop_where_that_is_asked_for() -> None:
    fixes = study()["fixes"][:4]
    found = location_errors_m(fixes, error_m=20.0, error_per_dop_m=4.0)
    assert found.tolist() == [20.0, 8.0, 20.0, 8.0]


def test_without_windows_and_movement_the_herd_s_median_is_left() -> None:
    frames = study()
    frames["windows"] = frames["windows"].iloc[:0]
    frames["estimates"], frames["variances"] = (
        frames[name].iloc[:0] for name in ("estimates", "variances")
    )
    still = frames["fixes"]["animal"] == "b"
    frames["fixes"].loc[still, ["x_m", "y_m"]] = 0.0
    s2, counts = result(frames, running=None)
    assert counts["herd_median"] == 7
    assert s2[-1] == pytest.approx(s2[0])


def test_an_animal_has_its_own_law_of_straying_only_with_fixes_enough() -> None:
    fixes = study()["fixes"]
    laws = [
        track_straying(own, errors(own), max_lag_h=26.0, min_triplets=30)
        for _, own in fixes.groupby("animal", sort=True)
    ]
    assert laws[0] is not None
    assert laws[0].s2_m2_min > 0
    assert laws[1] is None
