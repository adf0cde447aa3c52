"""A visit to a barrier is one encounter: it passed, or it did not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.barriers.crossings import Steps
from corridors.barriers.encounters import encounters
from corridors.barriers.passages import Passages


def steps(n: int, *, breaks: tuple[int, ...] = (), lag_h: float = 4.0) -> Steps:
    """n consecutive steps of one animal; after the steps in ``breaks`` something is missing."""
    start = pd.date_range("2022-05-01", periods=n, freq=pd.Timedelta(hours=lag_h), tz="UTC")
    return Steps(
        pd.DataFrame(
            {
                "animal": "a",
                "start_utc": start,
                "end_utc": start + pd.Timedelta(hours=lag_h),
                "next": [i < n - 1 and i not in breaks for i in range(n)],
            }
        )
    )


def passages(rows: list[tuple[int, int, float, bool, float]]) -> Passages:
    """Rows of (step, segment, signed, touches, distance_m)."""
    bridge, segment, signed, touches, distance = (
        np.array(column) for column in zip(*rows, strict=True)
    )
    signed = signed.astype(float)
    return Passages(
        bridge.astype(np.int64),
        segment.astype(np.int64),
        np.abs(signed),
        signed,
        touches.astype(bool),
        distance.astype(float),
        np.zeros(0),
    )


ONE_LINE = np.array([0, 0])


def test_a_night_beside_a_fence_is_one_approach_and_no_passage() -> None:
    met = encounters(
        steps(4),
        passages([(0, 0, 0.1, True, 50), (1, 0, -0.2, True, 40), (2, 0, 0.1, True, 60)]),
        ONE_LINE,
        return_frac=0.99,
    )
    assert met.n_visits == 1
    assert met.segment.tolist() == [0]
    assert met.passages.sum() == pytest.approx(0, abs=1e-12)
    assert met.approaches.sum() == pytest.approx(1)


def test_a_visit_that_ends_on_the_other_side_is_one_passage() -> None:
    met = encounters(
        steps(3),
        passages([(0, 0, 0.25, True, 20), (1, 1, 0.75, True, 0)]),
        ONE_LINE,
        return_frac=0.99,
    )
    assert met.passages.tolist() == pytest.approx([0.25, 0.75])
    assert met.approaches.sum() == 0


def test_over_and_back_within_a_visit_are_two_passages() -> None:
    met = encounters(
        steps(4),
        passages(
            [
                (0, 0, 0.1, True, 9),
                (1, 0, 0.9, True, 0),
                (2, 1, -1.0, True, 0),
                (3, 1, 0.1, True, 9),
            ]
        ),
        ONE_LINE,
        return_frac=0.99,
    )
    assert met.passages.sum() == pytest.approx(1.9)
    assert met.approaches.sum() == 0
    assert met.segment.tolist() == [0, 1]


def test_seeming_to_be_over_for_one_fix_is_not_passing() -> None:
    rows = [(0, 0, 0.7, True, 0), (1, 0, -0.7, True, 0), (2, 0, 0.0, True, 50)]
    met = encounters(steps(3), passages(rows), ONE_LINE, return_frac=0.99)
    assert met.passages.sum() == pytest.approx(0, abs=1e-12)
    assert met.approaches.sum() == pytest.approx(1)


def test_an_animal_that_lives_on_both_sides_keeps_its_passages() -> None:
    rows = [(i, 0, 1.0 if i % 2 else -1.0, True, 0) for i in range(20)]
    met = encounters(steps(20), passages(rows), ONE_LINE, return_frac=0.99)
    assert met.passages.sum() == pytest.approx(20)


def test_a_step_that_does_not_touch_keeps_its_own_passage() -> None:
    met = encounters(steps(2), passages([(0, 0, -0.4, False, 900)]), ONE_LINE, return_frac=0.99)
    assert (met.passages.tolist(), met.approaches.tolist(), met.n_visits) == ([0.4], [0.0], 0)


def test_a_gap_and_another_line_start_another_visit() -> None:
    rows = [(0, 0, 0.0, True, 50), (1, 0, 0.0, True, 50)]
    assert encounters(steps(2), passages(rows), ONE_LINE, return_frac=0.99).n_visits == 1
    assert (
        encounters(steps(2, breaks=(0,)), passages(rows), ONE_LINE, return_frac=0.99).n_visits == 2
    )
    rows = [(0, 0, 0.0, True, 50), (0, 1, 0.0, True, 50)]
    two_lines = np.array([0, 1])
    assert encounters(steps(1), passages(rows), two_lines, return_frac=0.99).n_visits == 2


def test_the_approach_goes_to_segments_by_the_time_each_was_nearest() -> None:
    met = encounters(
        steps(4),
        passages(
            [
                *[(i, 0, 0.0, True, 40) for i in range(3)],
                *[(i, 1, 0.0, True, 90) for i in range(3)],
                (3, 1, 0.0, True, 30),
            ]
        ),
        ONE_LINE,
        return_frac=0.99,
    )
    assert met.segment.tolist() == [0, 1]
    assert met.approaches.tolist() == pytest.approx([0.75, 0.25])


def test_a_visit_has_no_longest_length() -> None:
    rows = [*[(i, 0, 0.0, True, 40) for i in range(10)], (10, 0, 0.9, True, 0)]
    met = encounters(steps(11), passages(rows), ONE_LINE, return_frac=0.99)
    assert met.approaches.sum() == pytest.approx(0.1)
    assert met.passages.sum() == pytest.approx(0.9)


def test_nothing_met_is_nothing() -> None:
    none, nothing = np.zeros(0, np.int64), np.zeros(0)
    nothing = Passages(none, none, nothing, nothing, nothing.astype(bool), nothing, nothing)
    met = encounters(steps(2), nothing, ONE_LINE, return_frac=0.99)
    assert (len(met.step), met.n_visits) == (0, 0)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 1), st.floats(-0.05, 0.05)), min_size=1)
)
def test_every_short_visit_is_exactly_one_encounter(rows) -> None:
    unique = {(step, segment): signed for step, segment, signed in rows}
    table = [(*key, signed, True, 50.0) for key, signed in unique.items()]
    met = encounters(steps(8), passages(table), ONE_LINE, return_frac=0.99)
    assert met.passages.sum() + met.approaches.sum() == pytest.approx(met.n_visits, abs=1e-6)
    other = encounters(steps(8), passages(table[::-1]), ONE_LINE, return_frac=0.99)
    assert np.array_equal(met.segment, other.segment)
    assert other.approaches == pytest.approx(met.approaches, abs=1e-12)
