"""Laws of the interval of the motion variance."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corridors.foundation.errors import MethodError
from corridors.movement.variance import MotionVariance, left_out, motion_variance

quick = settings(derandomize=True, deadline=None, max_examples=60)
seeds = st.integers(0, 2**32 - 1)
errors = st.sampled_from([0.0, 5.0, 30.0, 200.0])


def track(seed: int, n: int, error: float, factor: float = 1.0) -> tuple[np.ndarray, ...]:
    """Return x, y, time and error of a Brownian track with errors of its own kind."""
    rng = np.random.default_rng(seed)
    lag = rng.choice([15.0, 60.0, 240.0, 700.0], n - 1)
    time = np.concatenate(([0.0], np.cumsum(lag)))
    own = error * rng.uniform(0.2, 3.0, n)
    x, y = (
        np.concatenate(([0.0], np.cumsum(rng.normal(0, np.sqrt(lag * 150)))))
        + rng.normal(0, 1, n) * own * factor
        for _ in range(2)
    )
    return x, y, time, own


def estimate(arrays: tuple[np.ndarray, ...]) -> MotionVariance:
    try:
        return motion_variance(*arrays, max_lag_min=480.0, form="corrected")
    except MethodError:
        assume(False)
        raise


@quick
@given(seeds, st.integers(3, 60), errors, st.sampled_from([1.0, 5.0]))
def test_the_interval_contains_the_estimate_and_is_the_hull_of_the_likelihood(
    seed: int, n: int, error: float, factor: float
) -> None:
    arrays = track(seed, n, error, factor)
    found = estimate(arrays)
    assert 0 <= found.s2_low_m2_min < found.s2_m2_min < found.s2_high_m2_min < np.inf
    x, y, time, own = arrays
    step = np.diff(time) <= 480.0
    run = np.concatenate(([0], np.cumsum(~step)))
    middle = np.array(
        [
            i
            for i in range(1, n - 1)
            if run[i - 1] == run[i + 1] and (i - np.searchsorted(run, run[i])) % 2 == 1
        ]
    )
    r2, slope, base = left_out(x, y, time, own, middle, form="corrected")
    grid = np.geomspace(found.s2_m2_min * 1e-6, found.s2_m2_min * 1e6, 3000)
    v = slope * grid[:, None] + base
    value = -(np.log(v) + r2 / (2 * v)).sum(axis=1)
    v = slope * found.s2_m2_min + base
    near = grid[value >= -(np.log(v) + r2 / (2 * v)).sum() - 1.9207]
    assert found.s2_low_m2_min <= near[0]
    assert near[-1] <= found.s2_high_m2_min


@quick
@given(seeds, st.integers(3, 30))
def test_four_times_the_same_evidence_halves_the_interval_or_more(seed: int, n: int) -> None:
    x, y, time, own = track(seed, n, 0.0)
    few = estimate((x, y, time, own))
    # The same track again and again after long gaps: nothing new, said four times.
    late = np.arange(4)[:, None] * (time[-1] + 1000.0)
    many = estimate((np.tile(x, 4), np.tile(y, 4), (time + late).ravel(), np.tile(own, 4)))
    assert many.n_triplets == 4 * few.n_triplets
    assert abs(many.s2_m2_min / few.s2_m2_min - 1) < 1e-9
    width = np.log(few.s2_high_m2_min / few.s2_low_m2_min)
    assert np.log(many.s2_high_m2_min / many.s2_low_m2_min) <= width / 1.9


@quick
@given(seeds, errors, st.floats(1e-3, 1e3), st.floats(1e-2, 1e2))
def test_the_interval_scales_with_the_units(
    seed: int, error: float, length: float, clock: float
) -> None:
    x, y, time, own = track(seed, 25, error)
    one = estimate((x, y, time, own))
    scaled = motion_variance(
        x * length,
        y * length,
        time * clock,
        own * length,
        max_lag_min=480.0 * clock,
        form="corrected",
    )
    unit = length**2 / clock
    for name in ("s2_low_m2_min", "s2_m2_min", "s2_high_m2_min"):
        assert abs(getattr(scaled, name) / unit - getattr(one, name)) <= 1e-7 * one.s2_high_m2_min
