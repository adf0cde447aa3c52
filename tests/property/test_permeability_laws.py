"""Laws that null steps and kappa obey whatever the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.barriers.crossings import Steps
from corridors.barriers.null_steps import null_chances
from corridors.barriers.permeability import permeability, share_of
from corridors.barriers.tries import Near, Tries, tries
from corridors.barriers.validity import Validity

EVER = np.iinfo(np.int64).max
seeds = st.integers(0, 2**32 - 1)


def world(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A walk of 60 steps, and lines around it."""
    rng = np.random.default_rng(seed)
    xy = np.cumsum(rng.normal(0, 120, (61, 2)), axis=0)
    a = rng.uniform(-900, 900, (6, 2))
    return xy, np.stack([a, a + rng.normal(0, 600, (6, 2))], axis=1)


def chances(
    xy: np.ndarray, lines: np.ndarray, *, backwards: bool = False, error_m: float = 15.0
) -> tuple[Tries, np.ndarray]:
    n = len(xy) - 1
    start = pd.date_range("2022-04-01", periods=n, freq="2h", tz="UTC").as_unit("us")
    frame = pd.DataFrame(
        {
            "animal": "a", "start_utc": start, "end_utc": start + pd.Timedelta(hours=2),
            "x0_m": xy[:-1, 0], "y0_m": xy[:-1, 1], "x1_m": xy[1:, 0], "y1_m": xy[1:, 1],
            "season": "other", "next": np.arange(n) < n - 1,
        }
    )  # fmt: skip
    geometry = np.asarray(shapely.linestrings(lines[::-1] if backwards else lines), dtype=object)
    near = Near(
        buffer_m=250.0, reach_frac=0.9, neighbourhood_m=900.0, max_lag_h=9.0,
        lag_tolerance_frac=0.1, dead_zone_sd=2.0,
    )  # fmt: skip
    error = np.full(n, error_m)
    found, index = tries(
        Steps(frame), geometry, Validity(np.full(6, -EVER), np.full(6, EVER)), near,
        error0_m=error, error1_m=error,
    )  # fmt: skip
    groups = np.zeros((len(found.step), 0), object)
    null = null_chances(found, index, groups, law="corrected", n_headings=12, min_steps=5)
    return found, null.stay


@settings(derandomize=True, deadline=None, max_examples=25)
@given(seeds, st.floats(-3.0, 3.0), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_turning_and_moving_the_world_changes_no_chance(
    seed: int, angle: float, dx: float, dy: float
) -> None:
    xy, lines = world(seed)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, s], [-s, c]])
    (one, stay), (two, turned) = (
        chances(xy, lines),
        chances(xy @ turn + [dx, dy], lines @ turn + [dx, dy]),
    )
    assert one.step.tolist() == two.step.tolist()
    assert one.crossed.tolist() == two.crossed.tolist()
    np.testing.assert_allclose(stay, turned, atol=1e-4)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(seeds)
def test_the_order_of_the_lines_changes_no_chance_and_chances_are_shares(seed: int) -> None:
    xy, lines = world(seed)
    found, stay = chances(xy, lines)
    _, other = chances(xy, lines, backwards=True)
    np.testing.assert_allclose(stay, other, atol=1e-12)
    near = found.line >= 0
    assert np.isnan(stay[~near]).all()
    assert ((stay[near] >= 0) & (stay[near] <= 1)).all()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(seeds, st.integers(20, 200), st.floats(0.02, 3.0))
def test_intervals_hold_their_estimate_and_the_order_of_tries_changes_nothing(
    seed: int, n: int, kappa: float
) -> None:
    rng = np.random.default_rng(seed)
    hazard = rng.exponential(0.6, n) + 1e-3
    crossed = rng.uniform(size=n) < -np.expm1(-kappa * hazard)
    animal = rng.integers(0, 8, n)
    order = rng.permutation(n)
    one, two = (
        permeability(hazard[o], crossed[o], animal[o], confidence=0.95, min_expected=5.0)
        for o in (np.arange(n), order)
    )
    assert one.interval == two.interval
    np.testing.assert_allclose(
        [one.kappa, one.low, one.high, one.share], [two.kappa, two.low, two.high, two.share],
        rtol=1e-6,
    )  # fmt: skip
    if one.interval in ("profile", "animals"):
        low, high = one.profile
        assert one.low <= low < one.kappa < high <= one.high
        assert 0 < one.share_low <= one.share <= one.share_high <= 1
    if one.interval == "upper_limit":
        assert one.low == 0 < one.high


@settings(derandomize=True, deadline=None, max_examples=60)
@given(seeds, st.floats(0.0, 5.0), st.floats(0.0, 5.0))
def test_the_share_grows_with_kappa_from_none_to_all(seed: int, a: float, b: float) -> None:
    hazard = np.random.default_rng(seed).exponential(0.6, 30) + 1e-6
    low, high = sorted((a, b))
    assert share_of(low, hazard) <= share_of(high, hazard) + 1e-12
    assert share_of(0.0, hazard) == 0.0
    assert share_of(1.0, hazard) == 1.0
