"""Laws of the dynamic variance, and of the surfaces that it makes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.foundation.arrays import Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer, working_crs
from corridors.foundation.grid import Surface
from corridors.movement.dynamic_variance import DynamicVariance, dynamic_variance
from corridors.movement.occurrence import bridge_surface
from worlds.surfaces import distance

Track = tuple[Floats, Floats, Floats, Floats]
CELL_M = 200.0


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    """Return x, y (m), time (min) and error (m) of an animal that rests and moves, with gaps."""
    n = draw(st.integers(40, 90))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lag = rng.uniform(30, 200, n)
    if draw(st.booleans()):
        lag[rng.integers(0, n)] = 2000.0
    s2 = np.repeat(rng.choice([5.0, 300.0, 5000.0], 9), 10)[:n]
    step = rng.normal(0, np.sqrt(lag * s2), (2, n))
    error = rng.uniform(2, 40, n + 1) if draw(st.booleans()) else np.full(n + 1, 10.0)
    place = np.column_stack([np.zeros(2), np.cumsum(step, axis=1)]) + rng.normal(0, 1, (2, n + 1))
    return place[0], place[1], np.append(0.0, np.cumsum(lag)), error


def variance_of(track: Track, **changes: Any) -> DynamicVariance:
    arguments = {"max_lag_min": 480.0, "form": "corrected", "window_fixes": 15, "margin_fixes": 5}
    return dynamic_variance(*track, **{**arguments, **changes})


def same(a: DynamicVariance, b: DynamicVariance) -> bool:
    """Return whether two results agree to 1e-9."""
    return bool(
        np.allclose(a.s2_m2_min, b.s2_m2_min, rtol=1e-9, atol=1e-9, equal_nan=True)
        and np.array_equal(a.source, b.source)
        and np.array_equal(a.breaks, b.breaks)
    )


def surface_of(track: Track, s2: Floats) -> Surface:
    return bridge_surface(
        *track,
        s2,
        crs="",
        cell_m=CELL_M,
        max_lag_min=480.0,
        time_tolerance=1e-5,
        memory_mb=500.0,
    )


@settings(derandomize=True, deadline=None, max_examples=40)
@given(tracks(), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.floats(0, 6.3))
def test_shift_and_turn_leave_the_variance(track: Track, dx: float, dy: float, turn: float) -> None:
    x, y, t, error = track
    moved = (
        np.cos(turn) * x - np.sin(turn) * y + dx,
        np.sin(turn) * x + np.cos(turn) * y + dy,
        t + 12_345.0,
        error,
    )
    assert same(variance_of(track), variance_of(moved))


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks(), st.integers(-4000, 4000), st.integers(-4000, 4000))
def test_a_shift_by_whole_cells_shifts_the_dynamic_surface(
    track: Track, d_row: int, d_col: int
) -> None:
    x, y, t, error = track
    moved = (x + d_col * CELL_M, y + d_row * CELL_M, t, error)
    here = surface_of(track, variance_of(track).s2_m2_min)
    there = surface_of(moved, variance_of(moved).s2_m2_min)
    back = Surface("", CELL_M, there.row - d_row, there.col - d_col, there.mass)
    assert distance(here, back) < 1e-9


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks())
def test_a_quarter_turn_turns_the_dynamic_surface(track: Track) -> None:
    x, y, t, error = track
    turned = (-y, x, t, error)
    here = surface_of(track, variance_of(track).s2_m2_min)
    there = surface_of(turned, variance_of(turned).s2_m2_min)
    back = Surface("", CELL_M, -there.col - 1, there.row, there.mass)
    assert distance(here, back) < 1e-9


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks())
def test_time_reversed_reverses_the_variance_where_no_run_starts_elsewhere(track: Track) -> None:
    x, y, t, error = track
    back = (x[::-1], y[::-1], t[-1] - t[::-1], error[::-1])
    there = variance_of(back, max_lag_min=np.inf)
    # A window has its left-out fixes at the same places from either end.
    here = variance_of(track, max_lag_min=np.inf)
    assert np.allclose(there.s2_m2_min[::-1], here.s2_m2_min, rtol=1e-9, atol=1e-9)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks(), st.floats(0.01, 100.0), st.floats(0.1, 10.0))
def test_units_scale(track: Track, length: float, time: float) -> None:
    x, y, t, error = track
    scaled = variance_of(
        (x * length, y * length, t * time, error * length), max_lag_min=480.0 * time
    )
    expected = variance_of(track).s2_m2_min * length**2 / time
    assert np.allclose(scaled.s2_m2_min, expected, rtol=1e-8, atol=1e-9, equal_nan=True)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks(), st.data())
def test_in_two_chunks_that_share_a_window_it_is_the_same(
    track: Track, data: st.DataObject
) -> None:
    n = track[0].size
    cut = data.draw(st.integers(0, n - 30))
    whole = variance_of(track, max_lag_min=np.inf)
    chunk = variance_of(tuple(v[cut:] for v in track), max_lag_min=np.inf)  # type: ignore[arg-type]
    # Bridges with all their votes in the chunk: 9 from its start.
    assert np.allclose(chunk.s2_m2_min[9:], whole.s2_m2_min[cut + 9 :], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("lat", "d_lon"), [(66.0, 170.0), (66.0, -185.0), (89.9, 77.0)])
def test_antimeridian_and_poles_are_like_any_other_place(lat: float, d_lon: float) -> None:
    """The same track, elsewhere along its parallels: the working CRS goes with it."""
    rng = np.random.default_rng(5)
    n = 60
    lag = np.append(0.0, np.full(n - 1, 120.0))
    walk = np.cumsum(rng.normal(0, np.sqrt(lag * 500), (2, n)), axis=1)
    crs = working_crs(np.array([10.0]), np.array([lat]))
    lon_deg, lat_deg = (np.asarray(v) for v in transformer(crs, GEOGRAPHIC).transform(*walk))
    found = []
    for shift in (0.0, d_lon):
        lon = (lon_deg + shift + 180) % 360 - 180
        own = working_crs(lon, lat_deg)
        x, y = (np.asarray(v) for v in transformer(GEOGRAPHIC, own).transform(lon, lat_deg))
        track = (x, y, np.cumsum(lag), np.full(n, 20.0))
        variance = variance_of(track)
        found.append((variance, surface_of(track, variance.s2_m2_min), x))
    (here, surface, x), (there, moved, moved_x) = found
    assert np.allclose(there.s2_m2_min, here.s2_m2_min, rtol=1e-9)
    assert np.array_equal(here.breaks, there.breaks)
    if np.abs(moved_x - x).max() < 1e-3:  # else the pole's CRS has turned with the track
        assert distance(surface, moved) < 1e-9
    else:
        assert lat > 89
