"""Dynamic motion variance: windows, breaks, gaps, edges, short runs, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.errors import MethodError
from corridors.movement.dynamic_variance import (
    EDGE,
    GAP,
    INSIDE,
    SHORT,
    DynamicVariance,
    dynamic_variance,
)
from corridors.movement.variance import left_out, motion_variance


def estimate(x: Floats, y: Floats, t: Floats, error: Floats, **changes: Any) -> DynamicVariance:
    arguments = {
        "max_lag_min": 480.0,
        "form": "corrected",
        "window_fixes": 15,
        "margin_fixes": 5,
        **changes,
    }
    return dynamic_variance(x, y, t, error, **arguments)


def walk(rng: np.random.Generator, lag: Floats, s2: Floats, error_m: float) -> tuple[Floats, ...]:
    """Return x, y, time and error of a Brownian track; ``lag`` and ``s2`` by step."""
    time = np.append(0.0, np.cumsum(lag))
    step = rng.normal(0, np.sqrt(lag * s2), (2, lag.size))
    place = np.column_stack([np.zeros(2), np.cumsum(step, axis=1)])
    x, y = place + rng.normal(0, error_m, place.shape)
    return x, y, time, np.full(time.size, error_m)


def by_hand(track: tuple[Floats, ...], window: int, margin: int) -> tuple[Floats, list[int]]:
    """Return the mean vote of each bridge and the breaks, by the plainest code there is."""
    x, y, t, error = track
    n = t.size
    r2, slope, base = left_out(x, y, t, error, np.arange(1, n - 1), form="corrected")

    def best(fixes: Indices) -> tuple[float, float]:
        i = fixes - 1
        grid = np.append(0.0, np.geomspace(1e-3, 1e7, 8_001))
        v = slope[i] * grid[:, None] + base[i]
        height = -(np.log(v) + r2[i] / (2 * v)).sum(axis=1)
        return float(grid[height.argmax()]), float(height.max())

    votes: list[list[float]] = [[] for _ in range(n - 1)]
    breaks = []
    for w in range(n - window + 1):
        s2, height = best(np.arange(w + 1, w + window - 1, 2))
        bic, cut = -2 * height + np.log(window), 0
        parts = (s2, s2)
        for b in range(margin - 1, window - margin + 1, 2):
            before = best(np.arange(w + 1, w + b, 2))
            after = best(np.arange(w + b + 1, w + window - 1, 2))
            if -2 * (before[1] + after[1]) + 2 * np.log(window) < bic:
                bic, cut = -2 * (before[1] + after[1]) + 2 * np.log(window), b
                parts = (before[0], after[0])
        if cut:
            breaks.append(w + cut)
        for j in range(margin - 1, window - margin):
            votes[w + j].append(parts[0] if j < cut else parts[1])
    return np.array([np.mean(v) if v else np.nan for v in votes]), breaks


@pytest.mark.parametrize("seed", range(3))
def test_windows_breaks_and_votes_are_those_done_by_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    s2 = np.repeat([30.0, 3000.0, 30.0], [16, 17, 12])
    track = walk(rng, rng.uniform(30, 240, s2.size), s2, 15.0)
    track = (*track[:3], rng.uniform(5, 40, track[2].size))  # an error of its own for each fix
    found = estimate(*track)
    expected, breaks = by_hand(track, 15, 5)
    voted = np.isfinite(expected)
    assert found.s2_m2_min[voted] == pytest.approx(expected[voted], rel=2e-3, abs=1e-3)
    assert found.breaks.tolist() == breaks
    assert breaks


def test_a_change_of_movement_is_found_where_it_is() -> None:
    rng = np.random.default_rng(11)
    s2 = np.repeat([20.0, 2000.0], 200)
    found = estimate(*walk(rng, np.full(400, 120.0), s2, 5.0), window_fixes=31, margin_fixes=11)
    calm, moving = found.s2_m2_min[:180], found.s2_m2_min[220:]
    assert np.mean(calm) == pytest.approx(20, rel=0.2)
    assert np.mean(moving) == pytest.approx(2000, rel=0.2)
    assert np.abs(found.breaks - 200).min() <= 1


def test_bridges_at_the_ends_take_the_nearest_vote_and_are_marked(
    rng: np.random.Generator,
) -> None:
    track = walk(rng, np.full(60, 120.0), np.full(60, 500.0), 10.0)
    found = estimate(*track)
    # 15 fixes, margin 5: bridges 4...9 of each window get a vote, inside bridges get six.
    assert (found.s2_m2_min[:4] == found.s2_m2_min[4]).all()
    assert (found.s2_m2_min[-4:] == found.s2_m2_min[-5]).all()
    assert np.flatnonzero(found.source == INSIDE).tolist() == list(range(9, 51))
    assert (found.source[[0, 8, 51, 59]] == EDGE).all()
    assert found.n_windows == 61 - 15 + 1


def test_nothing_beyond_a_gap_matters(rng: np.random.Generator) -> None:
    lag = np.full(80, 120.0)
    lag[40] = 10_000.0
    x, y, t, error = walk(rng, lag, np.full(80, 500.0), 10.0)
    found = estimate(x, y, t, error)
    assert found.source[40] == GAP
    assert np.isnan(found.s2_m2_min[40])
    for part in (slice(0, 41), slice(41, 81)):
        alone = estimate(x[part], y[part], t[part], error[part])
        own = found.s2_m2_min[part.start : part.stop - 1]
        assert own == pytest.approx(alone.s2_m2_min, rel=1e-9)


def test_a_run_shorter_than_a_window_takes_the_variance_of_the_whole_track(
    rng: np.random.Generator,
) -> None:
    lag = np.full(50, 120.0)
    lag[40] = 10_000.0  # then ten fixes
    track = walk(rng, lag, np.full(50, 500.0), 10.0)
    found = estimate(*track)
    whole = motion_variance(*track, max_lag_min=480.0, form="corrected").s2_m2_min
    assert (found.source[41:] == SHORT).all()
    assert (found.s2_m2_min[41:] == whole).all()


def test_a_rest_within_the_error_has_no_movement_but_the_way_there_has() -> None:
    rng = np.random.default_rng(2)
    s2 = np.repeat([1000.0, 0.0], [60, 120])
    x, y, t, _ = walk(rng, np.full(180, 120.0), s2, 8.0)
    found = estimate(x, y, t, np.full(181, 20.0))  # the stated error is too large
    assert (found.s2_m2_min[:50] > 100).all()
    assert (found.s2_m2_min[75:] == 0).all()


def test_an_animal_that_never_moves_is_refused() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(0, 5, (2, 50))
    with pytest.raises(MethodError, match="no movement at all"):
        estimate(x, y, np.arange(50) * 60.0, np.full(50, 20.0))


def test_too_few_fixes_in_a_row_are_refused_with_their_number(rng: np.random.Generator) -> None:
    lag = np.where(np.arange(39) == 13, 1000.0, 60.0)
    track = walk(rng, lag, np.full(39, 500.0), 10.0)
    with pytest.raises(MethodError, match="too few fixes in a row") as caught:
        estimate(*track, window_fixes=31, margin_fixes=11)
    assert caught.value.faults[0].got == "at most 26"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window_fixes": 14}, "odd"),
        ({"margin_fixes": 4}, "odd"),
        ({"margin_fixes": 1}, "odd"),
        ({"window_fixes": 9}, "at least"),
        ({"form": "bbmm3"}, "bbmm3"),
    ],
)
def test_impossible_windows_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        estimate(np.zeros(40), np.zeros(40), np.arange(40.0), np.ones(40), **change)
