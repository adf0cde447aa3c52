"""Flags depend on movement only: not on place, direction, order of animals or company."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.movement.fixes import flag_fixes, seconds

LIMITS: dict[str, Any] = {
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
    "settling_days": 1.0,
}
seeds = st.integers(0, 2**32 - 1)
quick = settings(derandomize=True, deadline=None, max_examples=40)


def track(seed: int, animal: str) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return a wild track: gaps, jumps, double times, poor fixes, a still end."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 80))
    x, y = rng.normal(0, 300, (2, n)).cumsum(axis=1)
    jump = rng.random(n) < 0.1
    x[jump] += rng.normal(0, 60_000, int(jump.sum()))
    still = int(rng.integers(0, n))
    x[still:], y[still:] = x[still], y[still]
    hours = rng.choice([0.0, 1.0, 4.0, 60.0], n, p=[0.05, 0.45, 0.45, 0.05]).cumsum()
    frame = pd.DataFrame(
        {
            "animal": animal,
            "time_utc": pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(hours, unit="h"),
            "dop": rng.choice([np.nan, 2.0, 20.0], n, p=[0.3, 0.6, 0.1]),
            "fix_type": rng.choice(["3d", "2d", ""], n),
            "flags": rng.choice([0, 2, 512], n, p=[0.9, 0.05, 0.05]).astype("uint16"),
        }
    )
    lost = frame["flags"].to_numpy() == 2
    x[lost], y[lost] = np.nan, np.nan
    return frame, x, y


@quick
@given(seeds, st.floats(0, 6.28), st.floats(-1e6, 1e6))
def test_flags_do_not_change_when_the_map_is_turned_mirrored_or_moved(
    seed: int, angle: float, shift: float
) -> None:
    frame, x, y = track(seed, "a")
    flags = flag_fixes(frame, x, y, **LIMITS)
    cos, sin = np.cos(angle), np.sin(angle)
    # The component-wise median is not invariant; only what it decides near a tie may change.
    turned = flag_fixes(frame, shift - x, y - shift, **LIMITS)
    assert flags.tolist() == turned.tolist()
    rotated = flag_fixes(frame, x * cos - y * sin, x * sin + y * cos, **LIMITS)
    kept = ~np.uint16(32 | 64 | 128)
    assert (flags & kept).tolist() == (rotated & kept).tolist()


@quick
@given(seeds, seeds)
def test_an_animal_has_the_same_flags_alone_and_in_company(one: int, two: int) -> None:
    a, b = track(one, "a"), track(two, "b")
    together = flag_fixes(
        pd.concat([a[0], b[0]], ignore_index=True),
        np.concatenate([a[1], b[1]]),
        np.concatenate([a[2], b[2]]),
        **LIMITS,
    )
    alone = np.concatenate([flag_fixes(*a, **LIMITS), flag_fixes(*b, **LIMITS)])
    assert together.tolist() == alone.tolist()


@quick
@given(seeds)
def test_flags_are_only_added_and_no_pair_of_usable_fixes_stays_too_fast(seed: int) -> None:
    frame, x, y = track(seed, "a")
    before = frame["flags"].to_numpy()
    flags = flag_fixes(frame, x, y, **LIMITS)
    assert (flags & before).tolist() == before.tolist()
    usable = np.flatnonzero((flags == 0) | (flags == 128))
    hours = frame["time_utc"].diff().dt.total_seconds()
    assert hours.ge(0)[1:].all()
    unit = np.diff(seconds(frame["time_utc"])[usable])
    assert (unit > 0).all()
    fast = (np.hypot(np.diff(x[usable]), np.diff(y[usable])) / unit > 3.0) & (unit <= 49 * 3600)
    assert not (fast[1:] & fast[:-1]).any()
