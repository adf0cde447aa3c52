"""Laws that every occurrence surface keeps."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.foundation.arrays import Floats
from corridors.foundation.grid import Surface, pack, weighted_sum
from corridors.movement.isopleths import isopleth_mask
from corridors.movement.line_buffer import line_surface
from corridors.movement.occurrence import bridge_surface
from worlds.surfaces import distance

Track = tuple[Floats, Floats, Floats, Floats, float, float]


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    """Return x, y (m), time (min), error (m), s2 (m2/min), cell (m) of a track off the centre."""
    n = draw(st.integers(2, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    cell_m = draw(st.sampled_from([50.0, 100.0, 500.0]))
    step = draw(st.sampled_from([0.0, 30.0, 1000.0]))
    x, y = np.cumsum(rng.normal(0, step, (2, n)), axis=1) + rng.uniform(-2e4, 2e4, (2, 1))
    time = np.cumsum(rng.uniform(10, 400, n))
    error = rng.uniform(0, 40, n) if draw(st.booleans()) else np.full(n, 20.0)
    return x, y, time, error, draw(st.sampled_from([0.5, 100.0, 2000.0])), cell_m


def surface_of(track: Track, max_lag_min: float = 480.0) -> Surface:
    x, y, t, error, s2, cell_m = track
    return bridge_surface(
        x,
        y,
        t,
        error,
        s2,
        crs="EPSG:32612",
        cell_m=cell_m,
        max_lag_min=max_lag_min,
        time_tolerance=1e-5,
        memory_mb=1500.0,
    )


@settings(derandomize=True, deadline=None, max_examples=60)
@given(tracks())
def test_mass_is_one_and_every_cell_is_known_sorted_and_unique(track: Track) -> None:
    surface = surface_of(track)
    assert abs(surface.total - 1) < 1e-12
    assert np.isfinite(surface.mass).all()
    assert (surface.mass > 0).all()
    assert (surface.mass <= 1).all()
    assert (np.diff(pack(surface.row, surface.col)) > 0).all()


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks(), st.integers(-5000, 5000), st.integers(-5000, 5000))
def test_a_shift_by_whole_cells_shifts_the_surface(track: Track, d_row: int, d_col: int) -> None:
    x, y, t, error, s2, cell_m = track
    moved = surface_of((x + d_col * cell_m, y + d_row * cell_m, t, error, s2, cell_m))
    back = Surface(moved.crs, cell_m, moved.row - d_row, moved.col - d_col, moved.mass)
    assert distance(surface_of(track), back) < 1e-8


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks())
def test_a_quarter_turn_turns_the_surface(track: Track) -> None:
    x, y, t, error, s2, cell_m = track
    turned = surface_of((-y, x, t, error, s2, cell_m))
    # (x, y) -> (-y, x): the cell (row, col) goes to (col, -row - 1).
    back = Surface(turned.crs, cell_m, -turned.col - 1, turned.row, turned.mass)
    assert distance(surface_of(track), back) < 1e-8


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks())
def test_time_reversed_gives_the_same_surface(track: Track) -> None:
    x, y, t, error, s2, cell_m = track
    reversed_ = surface_of((x[::-1], y[::-1], t[-1] - t[::-1], error[::-1], s2, cell_m))
    assert distance(surface_of(track), reversed_) < 1e-8


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks(), st.data())
def test_two_halves_weighted_by_their_time_are_the_whole(track: Track, data: st.DataObject) -> None:
    x, y, t, error, s2, cell_m = track
    if t.size < 3:
        return
    cut = data.draw(st.integers(1, t.size - 2))
    halves = [slice(0, cut + 1), slice(cut, None)]
    parts = [
        (surface_of((x[h], y[h], t[h], error[h], s2, cell_m)), float(np.ptp(t[h]) / np.ptp(t)))
        for h in halves
    ]
    assert distance(surface_of(track), weighted_sum(parts)) < 1e-12


@settings(derandomize=True, deadline=None, max_examples=20)
@given(tracks())
def test_one_variance_and_the_same_for_each_bridge_are_the_same(track: Track) -> None:
    x, y, t, error, s2, cell_m = track
    each = surface_of((x, y, t, error, np.full(t.size - 1, s2), cell_m))  # type: ignore[arg-type]
    one = surface_of(track)
    assert np.array_equal(each.mass, one.mass)
    assert np.array_equal(each.row, one.row)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks())
def test_isopleths_are_nested_and_hold_their_share(track: Track) -> None:
    surface = surface_of(track)
    before = np.zeros(surface.mass.size, dtype=bool)
    for p in (0.5, 0.95, 0.99):
        inside = isopleth_mask(surface, p)
        held = surface.mass[inside].sum()
        assert held >= p - 1e-11
        assert held - surface.mass[inside].min() < p
        assert (inside | ~before).all()
        before = inside


@settings(derandomize=True, deadline=None, max_examples=30)
@given(tracks())
def test_a_line_band_has_mass_one_and_turns_with_the_track(track: Track) -> None:
    x, y, t, _, _, cell_m = track

    def band(x: Floats, y: Floats) -> Surface:
        return line_surface(
            x, y, t, crs="EPSG:32612", cell_m=cell_m, max_lag_min=480.0, buffer_m=200.0
        )

    surface, turned = band(x, y), band(-y, x)
    assert abs(surface.total - 1) < 1e-12
    back = Surface(turned.crs, cell_m, -turned.col - 1, turned.row, turned.mass)
    # Exact along x only: the other axis is measured on 16 lines per cell.
    assert distance(surface, back) < 0.01
