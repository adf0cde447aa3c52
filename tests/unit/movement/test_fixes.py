"""All flags together, on made-up tracks with planted faults."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from corridors.foundation.vocabulary import FLAG_BIT
from corridors.movement.fixes import bursts, count_flags, duplicate_times, flag_fixes, seconds

DEFAULTS: dict[str, Any] = {
    "max_speed_m_s": 3.0,
    "spike_speed_m_s": 1.5,
    "spike_turn_cos": -0.97,
    "spike_median_m": 1e5,
    "dop_max": 10.0,
    "allow_2d": True,
    "sprint_m": 1000.0,
    "repeat_s": 30.0,
    "error_m": 20.0,
    "error_per_dop_m": None,
    "mortality_h": 48.0,
    "burst_gap_h": 49.0,
    "settling_days": 0.0,
}


def track(
    rng: np.random.Generator, animal: str, n: int = 300, hours: float = 4.0
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    x, y = rng.normal(0, 300, (2, n)).cumsum(axis=1)
    frame = pd.DataFrame(
        {
            "animal": animal,
            "time_utc": pd.Timestamp("2020-01-01", tz="UTC")
            + pd.to_timedelta(np.arange(n) * hours, unit="h"),
            "dop": 2.0,
            "fix_type": "3d",
            "flags": np.zeros(n, dtype="uint16"),
        }
    )
    return frame, x, y


def has(flags: np.ndarray, name: str) -> list[int]:
    return np.flatnonzero(flags & FLAG_BIT[name]).tolist()


def test_a_clean_track_has_no_flags(rng: np.random.Generator) -> None:
    assert not flag_fixes(*track(rng, "a"), **DEFAULTS).any()


def test_each_planted_fault_gets_its_flag_and_nothing_else(rng: np.random.Generator) -> None:
    frame, x, y = track(rng, "a")
    x[100] += 60_000.0
    frame.loc[150, "dop"] = 11.0
    frame.loc[151, "fix_type"] = "none"
    frame.loc[200, "time_utc"] = frame.loc[199, "time_utc"]
    frame.loc[200, "dop"] = 1.0
    x[[10]] = y[[10]] = np.nan
    frame.loc[10, "flags"] = FLAG_BIT["no_position"]
    x[270:] = x[270] + rng.normal(0, 5, 30)
    y[270:] = y[270] + rng.normal(0, 5, 30)
    flags = flag_fixes(frame, x, y, **DEFAULTS)
    assert has(flags, "spike") == [100]
    assert has(flags, "poor_fix") == [150, 151]
    assert has(flags, "duplicate_time") == [199]
    assert has(flags, "no_position") == [10]
    assert has(flags, "mortality") == list(range(271, 300))
    assert has(flags, "too_fast") == []
    assert frame["flags"].sum() == FLAG_BIT["no_position"]


def test_2d_fixes_are_poor_only_where_the_user_says_so(rng: np.random.Generator) -> None:
    frame, x, y = track(rng, "a")
    frame.loc[5, "fix_type"] = "2d"
    assert not flag_fixes(frame, x, y, **DEFAULTS).any()
    assert has(flag_fixes(frame, x, y, **{**DEFAULTS, "allow_2d": False}), "poor_fix") == [5]


def test_a_pause_is_no_death_and_a_short_rest_at_the_end_neither(rng: np.random.Generator) -> None:
    frame, x, y = track(rng, "a")
    x[100:130], y[100:130] = x[100], y[100]
    x[288:], y[288:] = x[288], y[288]  # 44 h
    assert not flag_fixes(frame, x, y, **DEFAULTS).any()


def test_unusable_fixes_of_a_dead_animal_neither_revive_it_nor_escape_the_flag(
    rng: np.random.Generator,
) -> None:
    frame, x, y = track(rng, "a")
    x[250:], y[250:] = x[250], y[250]
    x[280] += 90_000.0
    frame.loc[281, "dop"] = 40.0
    x[281] += 2_000.0
    flags = flag_fixes(frame, x, y, **DEFAULTS)
    assert has(flags, "mortality") == list(range(251, 300))


def test_settling_counts_from_the_first_usable_fix(rng: np.random.Generator) -> None:
    frame, x, y = track(rng, "a")
    frame.loc[:5, "flags"] = FLAG_BIT["outside_deployment"]
    flags = flag_fixes(frame, x, y, **{**DEFAULTS, "settling_days": 1.0})
    assert has(flags, "range_start") == [6, 7, 8, 9, 10, 11]


def test_settling_does_not_count_from_fixes_at_the_factory(rng: np.random.Generator) -> None:
    frame, x, y = track(rng, "a")
    x[:3] += 5e6
    flags = flag_fixes(frame, x, y, **{**DEFAULTS, "settling_days": 1.0})
    assert has(flags, "spike") == [0, 1, 2]
    assert has(flags, "range_start") == [3, 4, 5, 6, 7, 8]


def test_of_equal_times_the_best_usable_fix_stays() -> None:
    track_no = np.zeros(6, dtype=np.int64)
    time_s = np.array([0.0, 0.0, 0.0, 9.0, 9.0, 9.0])
    dop = np.array([np.nan, 3.0, 2.0, 1.0, 4.0, 4.0])
    flags = np.array([0, 0, 0, 16, 0, 0], dtype=np.uint16)
    again = duplicate_times(track_no, time_s, dop, flags)
    assert again.tolist() == [True, True, False, True, False, True]


def test_animals_do_not_touch_each_other(rng: np.random.Generator) -> None:
    parts = [track(rng, name) for name in ("a", "b", "c")]
    parts[1][1][:] += 90_000.0
    parts[2][1][250:], parts[2][2][250:] = parts[2][1][250], parts[2][2][250]
    together = flag_fixes(
        pd.concat([part[0] for part in parts], ignore_index=True),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
        **DEFAULTS,
    )
    alone = np.concatenate([flag_fixes(*part, **DEFAULTS) for part in parts])
    assert together.tolist() == alone.tolist()
    assert has(together, "mortality") == list(range(851, 900))


def test_no_fixes_give_no_flags(rng: np.random.Generator) -> None:
    frame, x, y = track(rng, "a")
    assert flag_fixes(frame[:0], x[:0], y[:0], **DEFAULTS).shape == (0,)


def test_a_gap_starts_a_new_burst_for_its_animal_only(rng: np.random.Generator) -> None:
    time_s = np.array([0.0, 1.0, 51.0, 0.0, 49.0, 98.5]) * 3600
    number = np.array([0, 0, 0, 1, 1, 1])
    none = np.zeros(6, dtype=np.uint16)
    assert bursts(number, time_s, none, gap_h=49.0).tolist() == [0, 0, 1, 0, 0, 1]


def test_counts_name_only_flags_that_occur() -> None:
    frame = pd.DataFrame({"animal": ["a", "a", "b"], "flags": np.array([3, 1, 0], dtype="uint16")})
    assert count_flags(frame) == {"a": {"duplicate_time": 2, "no_position": 1}, "b": {}}


def test_seconds_keep_milliseconds() -> None:
    time = pd.Series(pd.to_datetime(["2020-01-01 00:00:00.25"], utc=True))
    assert seconds(time)[0] == pytest.approx(1577836800.25, abs=1e-6)


def test_of_a_burst_of_seconds_one_fix_is_used_and_none_is_too_fast(
    rng: np.random.Generator,
) -> None:
    frame, x, y = track(rng, "a")
    frame = frame.loc[np.repeat(np.arange(300), 10)].reset_index(drop=True)
    second = pd.to_timedelta(np.tile(np.arange(10), 300), unit="s")
    frame["time_utc"] = frame["time_utc"] + second
    x, y = (np.repeat(axis, 10) + rng.normal(0, 6, 3000) for axis in (x, y))
    flags = flag_fixes(frame, x, y, **DEFAULTS)
    assert set(flags.tolist()) == {0, FLAG_BIT["repeated"]}
    assert ((flags == 0).reshape(300, 10).sum(axis=1) == 1).all()
    assert not has(flag_fixes(frame, x, y, **{**DEFAULTS, "repeat_s": 0.0}), "repeated")


def test_of_a_pair_within_seconds_the_one_on_the_track_is_used(rng: np.random.Generator) -> None:
    frame, x, y = track(rng, "a")
    at = pd.Timestamp("2020-01-01", tz="UTC") + pd.Timedelta(hours=400, seconds=20)
    frame = pd.concat([frame[:101], frame[100:101].assign(time_utc=at), frame[101:]])
    flags = flag_fixes(
        frame.reset_index(drop=True),
        np.insert(x, 100, x[100] + 9_000.0),
        np.insert(y, 100, y[100]),
        **DEFAULTS,
    )
    assert has(flags, "repeated") == [100]
    assert np.flatnonzero(flags).tolist() == [100]


def test_a_minute_a_fix_is_no_burst_and_ten_seconds_are_thinned(rng: np.random.Generator) -> None:
    frame, x, y = track(rng, "a", hours=1 / 60)
    assert not has(flag_fixes(frame, x / 60, y / 60, **DEFAULTS), "repeated")
    frame, x, y = track(rng, "a")
    frame["time_utc"] = frame["time_utc"][0] + pd.to_timedelta(np.arange(300) * 10, unit="s")
    kept = flag_fixes(frame, x / 360, y / 360, **DEFAULTS) == 0
    gaps = np.diff(np.flatnonzero(kept)) * 10
    assert gaps.max() <= 70
    assert kept.sum() == 75


def test_the_fixes_of_a_carried_collar_begin_a_new_burst_without_a_gap() -> None:
    time_s = np.arange(6) * 3600.0
    parted = np.array([False, False, False, True, False, False])
    none = np.zeros(6, dtype=np.uint16)
    found = bursts(np.zeros(6, dtype=np.int64), time_s, none, gap_h=49.0, parted=parted)
    assert found.tolist() == [0, 0, 0, 1, 1, 1]
