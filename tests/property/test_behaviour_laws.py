"""Laws of barrier behaviour: it does not depend on where north is, nor on the order of anything."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.barriers.behaviour import Events, Touches, behaviours
from corridors.barriers.straightness import Tracks

LIMITED = settings(derandomize=True, deadline=None, max_examples=40)
RULES: dict[str, Any] = {
    "buffer_m": 110.0,
    "bounce_h": 4.0,
    "trapped_h": 36.0,
    "window_h": 168.0,
    "own_sd": 1.0,
    "max_crossings": 2,
    "gap_h": 0.0,
}
SEED = st.integers(0, 2**32 - 1)


def world(seed: int) -> tuple[Tracks, np.ndarray]:
    """Three animals of different intervals, with missing fixes, among crooked fences."""
    rng = np.random.default_rng(seed)
    animal, time, place = [], [], []
    for number, hours in enumerate((1.0, 2.0, 3.0)):
        kept = np.flatnonzero(rng.random(220) > 0.04)
        speed = rng.choice([15.0, 60.0, 250.0], 220)[:, None]
        way = np.cumsum(rng.normal(0, 1, (220, 2)) * speed * hours, axis=0)
        animal += [number] * kept.size
        time.append(np.rint((kept * hours + rng.uniform(0, 0.04, kept.size)) * 3.6e9))
        place.append(way[kept])
    x, y = np.concatenate(place).T
    tracks = Tracks(np.array(animal), np.concatenate(time).astype(np.int64), x.copy(), y.copy())
    start = rng.uniform(-3000, 3000, (25, 1, 2))
    bends = np.cumsum(rng.normal(0, 400, (25, 5, 2)), axis=1)
    return tracks, shapely.linestrings(np.concatenate([start, start + bends], axis=1))


def plain(told: tuple[Events, Touches]) -> tuple[Any, ...]:
    events, touches = told
    return (
        list(zip(events.first, events.last, events.behaviour, events.n_crossings, strict=True)),
        list(zip(touches.event, touches.line, touches.n_fixes, touches.n_crossings, strict=True)),
    )


@LIMITED
@given(SEED, st.floats(0, 2 * np.pi), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_turning_and_moving_the_world_changes_nothing(
    seed: int, angle: float, east: float, north: float
) -> None:
    tracks, lines = world(seed)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    def moved(points: np.ndarray) -> np.ndarray:
        return points @ turn.T + [east, north]

    x, y = moved(np.column_stack([tracks.x_m, tracks.y_m])).T
    other = Tracks(tracks.animal, tracks.time_us, x.copy(), y.copy())
    told = behaviours(tracks, lines, **RULES)
    again = behaviours(other, shapely.transform(lines, moved), **RULES)
    assert plain(told) == plain(again)
    np.testing.assert_allclose(told[0].straightness, again[0].straightness, atol=1e-6)
    np.testing.assert_allclose(told[1].distance_m, again[1].distance_m, atol=1e-6)


@LIMITED
@given(SEED)
def test_a_later_clock_changes_nothing(seed: int) -> None:
    tracks, lines = world(seed)
    later = Tracks(tracks.animal, tracks.time_us + 10**15, tracks.x_m, tracks.y_m)
    assert plain(behaviours(tracks, lines, **RULES)) == plain(behaviours(later, lines, **RULES))


@LIMITED
@given(SEED)
def test_each_animal_alone_does_what_it_does_among_others(seed: int) -> None:
    tracks, lines = world(seed)
    whole, touched = behaviours(tracks, lines, **RULES)
    n = 0
    for number in range(3):
        rows = np.flatnonzero(tracks.animal == number)
        alone = Tracks(
            np.zeros(rows.size, np.int64),
            tracks.time_us[rows],
            tracks.x_m[rows],
            tracks.y_m[rows],
        )
        events, touches = behaviours(alone, lines, **RULES)
        part = slice(n, n + len(events))
        n += len(events)
        np.testing.assert_array_equal(rows[events.first], whole.first[part])
        for name in ("behaviour", "reason", "n_crossings", "straightness", "duration_h"):
            np.testing.assert_array_equal(getattr(events, name), getattr(whole, name)[part])
        np.testing.assert_array_equal(events.own.mean, whole.own.mean[part])
        mine = (touched.event >= part.start) & (touched.event < part.stop)
        np.testing.assert_array_equal(touches.line, touched.line[mine])
        np.testing.assert_array_equal(touches.distance_m, touched.distance_m[mine])
    assert n == len(whole)


@LIMITED
@given(SEED)
def test_the_order_and_direction_of_the_fences_change_nothing(seed: int) -> None:
    tracks, lines = world(seed)
    order = np.random.default_rng(seed).permutation(lines.size)
    told, touched = behaviours(tracks, lines, **RULES)
    again, other = behaviours(tracks, shapely.reverse(lines)[order], **RULES)
    np.testing.assert_array_equal(told.first, again.first)
    np.testing.assert_array_equal(told.behaviour, again.behaviour)
    np.testing.assert_array_equal(told.n_crossings, again.n_crossings)
    ours = set(zip(touched.event, touched.line, touched.n_fixes, touched.n_crossings, strict=True))
    theirs = set(zip(other.event, order[other.line], other.n_fixes, other.n_crossings, strict=True))
    assert ours == theirs


@LIMITED
@given(SEED, st.floats(20, 400))
def test_every_fix_near_a_line_is_in_one_event_and_every_event_touches_a_line(
    seed: int, buffer_m: float
) -> None:
    tracks, lines = world(seed)
    events, touches = behaviours(tracks, lines, **{**RULES, "buffer_m": buffer_m})
    distance = shapely.distance(shapely.points(tracks.x_m, tracks.y_m), shapely.union_all(lines))
    inside = np.zeros(len(tracks), dtype=int)
    for first, last in zip(events.first, events.last, strict=True):
        inside[first : last + 1] += 1
    np.testing.assert_array_equal(inside, (distance <= buffer_m).astype(int))
    assert set(touches.event) == set(range(len(events)))
    assert (touches.n_fixes + touches.n_crossings > 0).all()
    assert ((touches.distance_m <= buffer_m) == (touches.n_fixes > 0)).all()
