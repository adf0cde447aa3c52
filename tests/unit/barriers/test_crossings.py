"""Steps, meetings and expected passages."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, box

from corridors.barriers.crossings import (
    Steps,
    count_pairs,
    meetings,
    steps_of,
    window_of,
)
from corridors.barriers.flux import Bridges
from corridors.barriers.passages import Passages, expected_passages
from worlds.fences import bridges, landscape


def fixes(*rows: tuple[str, str, float, float, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["animal", "time_utc", "x_m", "y_m", "burst"])
    frame["time_utc"] = pd.to_datetime(frame["time_utc"], utc=True).astype("datetime64[us, UTC]")
    return frame


def windows(*rows: tuple[str, str, str, str, str, str]) -> pd.DataFrame:
    columns = ["migration", "animal", "season", "part", "start_utc", "end_utc"]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("start_utc", "end_utc"):
        frame[column] = pd.to_datetime(frame[column], utc=True).astype("datetime64[us, UTC]")
    return frame


def test_steps_join_usable_fixes_of_one_animal_and_burst_within_the_lag() -> None:
    steps = steps_of(
        fixes(
            ("a", "2020-04-01 00:00", 0, 0, 0),
            ("a", "2020-04-01 04:00", 1, 0, 0),
            ("a", "2020-04-01 06:00", np.nan, np.nan, -1),
            ("a", "2020-04-01 08:00", 2, 0, 0),
            ("a", "2020-04-03 08:00", 3, 0, 0),  # 48 h
            ("a", "2020-04-03 12:00", 4, 0, 1),  # another burst
            ("a", "2020-04-03 16:00", 5, 0, 1),
            ("b", "2020-04-03 20:00", 6, 0, 0),
            ("b", "2020-04-04 00:00", 7, 0, 0),
        ),
        windows(),
        max_lag_h=26.0,
    )
    assert steps.frame["x0_m"].tolist() == [0, 1, 4, 6]
    assert steps.frame["next"].tolist() == [True, False, False, False]
    assert steps.duration_min.tolist() == [240, 240, 240, 240]
    assert steps.frame["season"].tolist() == ["other"] * 4
    assert steps.tracking_years().to_dict() == pytest.approx({"a": 12 / 8766, "b": 4 / 8766})


def test_the_season_is_that_of_the_window_and_a_migration_goes_first() -> None:
    table = windows(
        ("m1", "a", "winter", "range", "2020-01-01", "2020-04-10"),
        ("m2", "a", "spring", "migration", "2020-04-01", "2020-04-20"),
        ("m3", "b", "summer", "range", "2020-01-01", "2020-12-31"),
    )
    times = pd.Series(
        pd.to_datetime(["2020-03-01", "2020-04-05", "2020-05-05", "2020-05-05"], utc=True)
    )
    rows = window_of(pd.Series(["a", "a", "a", "b"]), times, table)
    assert rows.tolist() == [0, 1, -1, 2]


def test_a_step_through_a_vertex_meets_the_line_once_and_two_lines_twice() -> None:
    bent = np.array([LineString([(5, -5), (5, 0), (6, 5)]), LineString([(5, 0), (5, 9)])])
    found = meetings(np.array([[0.0, 0.0, 10.0, 0.0]]), bent)
    assert found.line.tolist() == [0, 1]
    assert found.share.tolist() == [0.5, 0.5]


def test_a_step_that_crosses_a_line_three_times_meets_it_three_times() -> None:
    zigzag = np.array([LineString([(1, -1), (2, 1), (3, -1), (4, 1)])])
    found = meetings(np.array([[0.0, 0.0, 8.0, 0.0]]), zigzag)
    assert found.share == pytest.approx([1.5 / 8, 2.5 / 8, 3.5 / 8])
    assert found.from_left.tolist() == [True, False, True]
    assert count_pairs(np.array([[0.0, 0.0, 8.0, 0.0]]), zigzag) == (1, 1)


def test_a_line_that_no_step_touches_is_met_by_nobody() -> None:
    found = meetings(np.array([[0.0, 0.0, 1.0, 0.0]]), np.array([LineString([(5, 5), (6, 6)])]))
    assert found.step.size == found.line.size == found.share.size == 0


def test_standing_still_meets_nothing() -> None:
    line = np.array([LineString([(0, -1), (0, 1)])])
    assert meetings(np.array([[0.0, 0.0, 0.0, 0.0]]), line).line.size == 0
    assert meetings(np.zeros((0, 4)), line).line.size == 0


def walk(*rows: tuple[float, float, float, float], s2: float = 500.0) -> Bridges:
    return bridges(np.array(rows, float), 240.0, s2=s2)


def passages(one: Bridges, *lines: LineString, block: int = 4000) -> Passages:
    return expected_passages(
        one, landscape(lines), flux_floor=1e-6, encounter_distance_m=110.0, block=block
    )


def test_a_fence_of_parts_drawn_in_opposite_ways_is_passed_once() -> None:
    found = passages(
        walk((-1500, 0, 1500, 0)),
        LineString([(0, -9000), (0, -200)]),
        LineString([(0, 200), (0, -200)]),
        LineString([(0, 200), (0, 9000)]),
    )
    assert found.net.sum() == pytest.approx(1.0, abs=1e-6)
    assert found.net[found.segment == 1].sum() > 0.6
    assert (found.net >= 0).all()


def test_walking_along_a_fence_is_not_passing_it() -> None:
    parts = [LineString([(x, 0), (x + 500, 0)]) for x in range(-3000, 3000, 500)]
    # 200 m beside the fence all the way; single parts have fluxes in and out.
    found = passages(walk((-1000, 200, 1000, 200)), *parts)
    alone = [passages(walk((-1000, 200, 1000, 200)), part).net.sum() for part in parts]
    assert sum(alone) > 0.2
    assert found.net.sum() < 1e-3


def test_both_sides_of_a_pasture_that_is_walked_through_are_passed() -> None:
    ring = shapely.get_coordinates(box(-800, -3000, 800, 3000))
    sides = [LineString(ring[i : i + 2]) for i in range(4)]
    assert passages(walk((-3000, 0, 3000, 0)), *sides).net.sum() == pytest.approx(2.0, abs=1e-3)


@pytest.mark.parametrize("n_cores", [1, 2, 5])
def test_neither_the_size_of_the_blocks_nor_the_number_of_threads_changes_anything(
    n_cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(11)
    points = np.cumsum(rng.normal(0, 400, (60, 2)), axis=0)
    many = walk(*np.hstack([points[:-1], points[1:]]).tolist())
    lines = [
        LineString(np.cumsum(rng.normal(0, 300, (6, 2)), axis=0) + points[i])
        for i in range(0, 60, 6)
    ]
    whole = passages(many, *lines)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(n_cores)), raising=False)
    parts = passages(many, *lines, block=7)
    for one, other in zip(whole.columns, parts.columns, strict=True):
        assert np.array_equal(one, other)
    assert whole.truncated == parts.truncated > 0
    assert whole.net.size > 50


def test_an_animal_that_stands_on_a_fence_reaches_it() -> None:
    found = passages(walk((0, 0, 0, 0)), LineString([(-500, 0), (500, 0)]))
    assert found.distance_m.tolist() == [0.0]
    assert found.touches.tolist() == [True]


def test_a_bridge_that_likely_touched_between_two_fixes_is_an_encounter() -> None:
    fence = LineString([(0, -9000), (0, 9000)])
    near = passages(walk((250, -300, 250, 300), s2=2000.0), fence)
    assert near.touches.any()
    far = passages(walk((1500, -300, 1500, 300), s2=2000.0), fence)
    assert not far.touches.any()
    # The same place with little room to move: only the straight step counts.
    assert not passages(walk((250, -300, 250, 300), s2=1.0), fence).touches.any()


def test_out_of_reach_there_is_no_pair_at_all() -> None:
    found = passages(walk((50_000, 0, 51_000, 0)), LineString([(0, -10), (0, 10)]))
    assert found.segment.size == 0


def test_nothing_to_cross_gives_nothing() -> None:
    found = passages(walk((0, 0, 1, 1)))
    assert found.net.size == 0


def test_steps_are_sorted_even_if_the_fixes_are_not() -> None:
    frame = fixes(
        ("b", "2020-04-01 04:00", 1, 0, 0),
        ("b", "2020-04-01 00:00", 0, 0, 0),
        ("a", "2020-04-01 00:00", 5, 0, 0),
        ("a", "2020-04-01 01:00", 6, 0, 0),
    )
    steps = steps_of(frame, windows(), max_lag_h=26.0)
    assert isinstance(steps, Steps)
    assert steps.frame["animal"].tolist() == ["a", "b"]
    assert steps.frame["x0_m"].tolist() == [5, 0]
