"""Lines that run side by side: what is one barrier, and what is not."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString

from corridors.barriers.parallel import without_doubles


def kept(
    *lines: LineString,
    groups: list[int] | None = None,
    order: list[float] | None = None,
    distance_m: float = 60.0,
    apart: list[int] | None = None,
) -> tuple[list[float], list[float]]:
    n = len(lines)
    left, removed = without_doubles(
        np.array(lines, dtype=object),
        np.array(groups or [0] * n),
        np.array(order or [0.0] * n),
        np.full(n, distance_m),
        apart=None if apart is None else np.array(apart),
    )
    return shapely.length(left).round(1).tolist(), removed.round(1).tolist()


LONG = LineString([(0, 0), (2500, 0), (5000, 0)])
BESIDE = LineString([(500, 50), (4000, 50)])


def test_of_two_lines_side_by_side_the_longer_stays() -> None:
    assert kept(BESIDE, LONG) == ([0.0, 5000.0], [3500.0, 0.0])


def test_the_better_known_line_stays_although_it_is_shorter() -> None:
    lengths, removed = kept(LONG, BESIDE, order=[1.0, 0.0])
    assert removed == [3500.0, 0.0]
    assert lengths == [1500.0, 3500.0]


def test_what_leaves_the_other_line_stays_with_its_ends() -> None:
    ramp = LineString([(0, 30), (3000, 30), (3000, 2000)])
    line, removed = without_doubles(
        np.array([LONG, ramp]), np.zeros(2, int), np.zeros(2), np.full(2, 60.0)
    )
    # Of the arm that turns away the 30 m within reach of the other line go with the rest.
    assert removed[1] == pytest.approx(3000 + 30, abs=0.5)
    assert shapely.distance(line[1], shapely.Point(3000, 2000)) == 0


@pytest.mark.parametrize("angle_deg", [90, 45, 25])
def test_a_crossing_line_is_not_cut(angle_deg: int) -> None:
    angle = np.radians(angle_deg)
    x, y = 900 * np.cos(angle), 900 * np.sin(angle)
    across = LineString([(2000 - x, -y), (2000 + x, y)])
    assert kept(LONG, across)[1] == [0.0, 0.0]


def test_other_groups_and_the_same_source_are_never_doubles() -> None:
    assert kept(LONG, BESIDE, groups=[0, 1])[1] == [0.0, 0.0]
    assert kept(LONG, BESIDE, groups=[-1, -1])[1] == [0.0, 0.0]
    assert kept(LONG, BESIDE, apart=[3, 3])[1] == [0.0, 0.0]
    assert kept(LONG, BESIDE, apart=[3, 4])[1] == [0.0, 3500.0]
    assert kept(LONG, BESIDE, distance_m=0.0)[1] == [0.0, 0.0]


def test_the_same_line_twice_is_there_once() -> None:
    assert kept(LONG, LONG)[0] == [5000.0, 0.0]


def test_the_answer_does_not_depend_on_the_place_of_the_world() -> None:
    turned = [
        shapely.affinity.translate(shapely.affinity.rotate(g, 37, origin=(0, 0)), 1e5, -3e4)
        for g in (LONG, BESIDE)
    ]
    assert kept(*turned)[1] == pytest.approx([0.0, 3500.0], abs=0.1)


def test_many_pairs_are_held_against_each_other_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [LineString([(k % 7 * 90, 50 * k), (4000 - k % 5 * 80, 50 * k)]) for k in range(30)]
    at_once = kept(*lines)
    monkeypatch.setattr("corridors.barriers.parallel._PAIRS", 4)
    assert kept(*lines) == at_once
    assert sum(at_once[1]) > 0
