"""What an animal does at a fence, on tracks made by hand: fence along x = 0, a fix every 2 h."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from shapely import LineString, MultiLineString

from corridors.barriers.behaviour import Events, Touches, behaviours, modal_lag_h
from corridors.barriers.behaviour_peer import peer_behaviours
from corridors.barriers.straightness import Tracks

HOUR = 3_600_000_000
FENCE = np.array([LineString([(0, -50_000), (0, 50_000)])])
RULES: dict[str, Any] = {
    "buffer_m": 100.0,
    "bounce_h": 4.0,
    "trapped_h": 36.0,
    "window_h": 168.0,
    "own_sd": 1.0,
    "max_crossings": 0,
    "gap_h": 0.0,
}


def track(places: list[tuple[float, float]], hours: Any = None) -> Tracks:
    x, y = np.array(places, float).T
    when = 2.0 * np.arange(x.size) if hours is None else np.asarray(hours, float)
    time = np.rint(when * HOUR).astype(np.int64)
    return Tracks(np.zeros(x.size, np.int64), time, x.copy(), y.copy())


def told(tracks: Tracks, lines: np.ndarray = FENCE, **rules: Any) -> tuple[Events, Touches]:
    return behaviours(tracks, lines, **{**RULES, **rules})


def words(tracks: Tracks, lines: np.ndarray = FENCE, **rules: Any) -> list[str]:
    return told(tracks, lines, **rules)[0].behaviour.tolist()


def lived_around(stay: list[tuple[float, float]]) -> Tracks:
    """An animal far away that winds its way here, stays, and winds its way off."""
    rng = np.random.default_rng(4)
    coming = 5000 + 40 * np.arange(40)[:, None] * [0, 1] + rng.normal(0, 60, (40, 2))
    going = coming[::-1] + np.array([0, 3000])
    return track([*map(tuple, coming), *stay, *map(tuple, going)])


FAR, NEAR = 500.0, 50.0


@pytest.mark.parametrize(
    ("path", "behaviour", "crossings"),
    [
        ([FAR, NEAR, FAR], "bounce", 0),
        ([FAR, NEAR, NEAR, NEAR, FAR], "bounce", 0),
        ([FAR, NEAR, -FAR], "quick_cross", 1),
        ([FAR, NEAR, -NEAR, -FAR], "quick_cross", 1),
        ([FAR, NEAR, -NEAR, NEAR, FAR], "quick_cross", 2),
        ([NEAR, FAR], "unknown", 0),  # nobody knows where it came from
        ([FAR, NEAR], "unknown", 0),
        ([-NEAR, FAR], "quick_cross", 1),  # but it did cross
        ([FAR, *[NEAR] * 20, FAR], "trapped", 0),
    ],
)
def test_an_event_is_told_by_its_duration_and_its_crossings(
    path: list[float], behaviour: str, crossings: int
) -> None:
    events, _ = told(track([(x, 7.0 * n) for n, x in enumerate(path)]))
    assert events.behaviour.tolist() == [behaviour]
    assert events.n_crossings.tolist() == [crossings]
    assert (events.reason[0] != "") == (behaviour == "unknown")


def test_a_stay_is_told_by_how_straight_it_was_beside_the_animals_own_way() -> None:
    straight = [(NEAR, 400.0 * n) for n in range(8)]
    turning = [(NEAR + 20 * (n % 2), 300.0 * (n % 2) + n) for n in range(8)]
    assert words(lived_around(straight)) == ["trace"]
    assert words(lived_around(turning)) == ["back_and_forth"]
    assert words(lived_around(straight), own_sd=50.0) == ["average_movement"]
    event, _ = told(lived_around(turning))
    low = event.own.mean - event.own.sd
    assert event.straightness[0] < low[0]
    assert event.own.n[0] > 40


def test_with_more_crossings_than_allowed_a_stay_is_unknown_unless_it_was_as_usual() -> None:
    weaving = [(NEAR * (-1) ** (n // 3), 400.0 * n) for n in range(9)]
    events, _ = told(lived_around(weaving))
    assert events.behaviour.tolist() == ["unknown"]
    assert events.reason.tolist() == ["crossed"]
    assert events.n_crossings.tolist() == [2]
    assert words(lived_around(weaving), max_crossings=2) == ["trace"]
    assert words(lived_around(weaving), own_sd=50.0) == ["average_movement"]


def test_without_enough_track_around_it_a_stay_is_unknown_and_has_no_mean_to_compare_with() -> None:
    events, _ = told(track([(FAR, 0), *[(NEAR, 400.0 * n) for n in range(8)], (FAR, 0)]))
    assert events.behaviour.tolist() == ["unknown"]
    assert events.reason.tolist() == ["alone"]
    short, _ = told(track([(FAR, 0), (NEAR, 0), (FAR, 0)]))
    assert short.own.n.tolist() == [0]
    assert np.isnan(short.own.mean).all()


def test_an_animal_that_did_not_move_is_unknown() -> None:
    events, _ = told(lived_around([(NEAR, 0.0)] * 6))
    assert events.behaviour.tolist() == ["unknown"]
    assert events.reason.tolist() == ["still"]


def test_a_missing_fix_ends_an_event_and_nothing_is_said_across_it() -> None:
    path = [(FAR, 0.0), (NEAR, 0.0), (-FAR, 0.0), (-FAR, 1.0), (FAR, 2.0), (FAR, 3.0)]
    gap = [0, 2, 8, 10, 12, 14]
    events, _ = told(track(path, gap))
    assert events.behaviour.tolist() == ["unknown"]
    assert events.reason.tolist() == ["end"]
    # BaBA takes the next fix there is, six hours later, for the one just after.
    peer, _ = peer_behaviours(track(path, gap), FENCE, interval_h=2.0, **RULES)
    assert peer.behaviour.tolist() == ["quick_cross"]
    two = track([(FAR, 0), (NEAR, 0), (NEAR, 9), (FAR, 0), (FAR, 1)], [0, 2, 6, 8, 10])
    assert words(two) == ["unknown", "unknown"]


def test_lags_may_jitter_by_minutes_and_a_fix_too_many_ends_nothing() -> None:
    path = [(FAR, 0.0), (NEAR, 0.0), (NEAR, 5.0), (FAR, 0.0), (FAR, 9.0)]
    jitter = track(path, [0.02, 1.97, 4.04, 6.0, 8.03])
    assert words(jitter) == ["bounce"]
    more = track(
        [*path[:2], (NEAR, 2.0), *path[2:], *[(FAR, 9.0)] * 3], [0, 2, 3, 4, 6, 8, 10, 12, 14]
    )
    assert words(more) == ["bounce"]
    peer, _ = peer_behaviours(more, FENCE, interval_h=2.0, **RULES)
    assert len(peer) == 3


def test_each_animal_has_its_own_interval_and_one_with_few_fixes_a_day_is_unknown() -> None:
    often = track([(FAR, 0.0), (NEAR, 0.0), (FAR, 0.0), (FAR, 1.0)])
    rarely = track([(FAR, 0.0), (NEAR, 0.0), (FAR, 0.0)], [0, 13, 26])
    both = Tracks(
        np.array([0] * 4 + [1] * 3),
        np.append(often.time_us, rarely.time_us),
        np.append(often.x_m, rarely.x_m),
        np.append(often.y_m, rarely.y_m),
    )
    assert modal_lag_h(both).tolist() == [2.0, 13.0]
    events, _ = told(both)
    assert events.behaviour.tolist() == ["bounce", "unknown"]
    assert events.reason.tolist() == ["", "sparse"]


def test_an_interval_a_minute_above_the_longest_bounce_is_not_too_long() -> None:
    path = track([(FAR, 0.0), (NEAR, 0.0), (FAR, 0.0)], [0, 4.02, 8.04])
    assert words(path) == ["bounce"]
    assert words(track([(FAR, 0.0), (NEAR, 0.0), (FAR, 0.0)], [0, 4.2, 8.4])) == ["unknown"]


def test_the_most_frequent_lag_is_to_the_minute_and_the_shortest_of_several() -> None:
    assert modal_lag_h(track([(0, 0)] * 5, [0, 2.004, 4, 7, 10])).tolist() == [2.0]
    assert np.isnan(modal_lag_h(track([(0, 0)]))).all()


def test_a_short_absence_may_be_allowed_to_belong_to_the_event() -> None:
    path = [(FAR, 0), (NEAR, 0), (FAR, 0), (NEAR, 0), (FAR, 0), (FAR, 9)]
    assert words(track(path)) == ["bounce", "bounce"]
    joined, _ = told(track(path), gap_h=2.0)
    assert (joined.first.tolist(), joined.last.tolist()) == ([1], [3])
    peer, _ = peer_behaviours(track(path), FENCE, interval_h=2.0, **{**RULES, "gap_h": 2.0})
    assert (peer.first.tolist(), peer.last.tolist()) == ([1], [3])


def test_an_event_touches_every_line_that_a_fix_is_near_or_that_its_path_crosses() -> None:
    lines = np.array(
        [
            LineString([(0, -900), (0, -100)]),
            LineString([(0, -100), (0, 900)]),
            LineString([(-300, -900), (-300, 900)]),
            LineString([(-900, 2000), (900, 2000)]),
        ]
    )
    events, touches = told(track([(FAR, -150), (60, -150), (60, -110), (-FAR, 50)]), lines)
    assert events.behaviour.tolist() == ["quick_cross"]
    assert touches.event.tolist() == [0, 0, 0]
    assert touches.line.tolist() == [0, 1, 2]
    assert touches.n_fixes.tolist() == [2, 2, 0]
    assert touches.n_crossings.tolist() == [0, 1, 1]
    np.testing.assert_allclose(touches.distance_m, [60.0, np.hypot(60, 10), 360.0])


def test_a_vertex_that_two_lines_share_is_crossed_once_but_twice_for_baba() -> None:
    lines = np.array([LineString([(0, -900), (0, 0)]), LineString([(0, 0), (0, 900)])])
    path = track([(FAR, 0), (NEAR, 0), (-FAR, 0)])
    events, touches = told(path, lines)
    assert events.n_crossings.tolist() == [1]
    assert touches.n_crossings.tolist() == [1, 1]
    peer, _ = peer_behaviours(path, lines, interval_h=2.0, **RULES)
    assert peer.n_crossings.tolist() == [2]


def test_a_fix_on_the_line_is_one_crossing_not_two() -> None:
    events, touches = told(track([(FAR, 0), (0, 0), (-FAR, 0)]))
    assert events.n_crossings.tolist() == [1]
    assert touches.n_crossings.tolist() == [1]


def test_the_buffer_is_round_and_that_of_baba_has_corners() -> None:
    lines = np.array([MultiLineString([[(0, 0), (0, -500)]])])
    angle = np.radians(9.0)
    at = (99.5 * np.sin(angle), 99.5 * np.cos(angle))
    path = track([(FAR, FAR), at, (FAR, FAR), (FAR, 510)])
    assert words(path, lines) == ["bounce"]
    assert len(peer_behaviours(path, lines, interval_h=2.0, **RULES)[0]) == 0


def test_a_line_counts_only_while_it_stands() -> None:
    path = [(FAR, 0), (NEAR, 0), (-NEAR, 0), (-FAR, 0), (FAR, 5), (NEAR, 5), (FAR, 5)]

    def after_ten(time_us: np.ndarray, line: np.ndarray) -> np.ndarray:
        return (time_us >= 9 * HOUR) | (line != 0)

    events, touches = told(track(path), counts=after_ten)
    assert events.first.tolist() == [5]
    assert events.behaviour.tolist() == ["bounce"]
    assert touches.n_crossings.tolist() == [0]


def test_no_fix_and_no_line_make_no_event() -> None:
    nobody = Tracks(*(np.zeros(0, kind) for kind in (np.int64, np.int64, float, float)))
    assert len(told(nobody)[0]) == 0
    assert len(told(track([(0, 0), (1, 1)]), np.array([], dtype=object))[0]) == 0
    assert len(told(track([(FAR, 0), (FAR, 1)]))[0]) == 0
    assert len(peer_behaviours(track([(FAR, 0), (FAR, 1)]), FENCE, interval_h=2.0, **RULES)[0]) == 0
