"""Parts of a track, and fixes beside it, on walks with one planted mistake."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.movement.parts import Reach, far_parts, impossible_steps, unreachable

REACH = Reach(speed_m_s=3.0, sprint_m=1000.0)
Walk = tuple[np.ndarray, np.ndarray, np.ndarray]


def walk(rng: np.random.Generator, n: int = 300, hours: float = 4.0) -> Walk:
    x, y = rng.normal(0, 300, (2, n)).cumsum(axis=1)
    return x, y, np.arange(n) * hours * 3600


def with_fix(at: Walk, row: int, after_s: float, dx_m: float, dy_m: float) -> Walk:
    """Return a walk with one more fix, so long and so far after ``row``."""
    x, y, t = at
    return (
        np.insert(x, row + 1, x[row] + dx_m),
        np.insert(y, row + 1, y[row] + dy_m),
        np.insert(t, row + 1, t[row] + after_s),
    )


def beside(at: Walk, *, min_part_h: float = 48.0) -> list[int]:
    return np.flatnonzero(unreachable(*at, REACH, min_part_h=min_part_h)).tolist()


def parts(at: Walk) -> list[int]:
    return np.flatnonzero(impossible_steps(*at, REACH)).tolist()


def test_a_walk_is_one_part_and_nothing_lies_beside_it(rng: np.random.Generator) -> None:
    assert beside(walk(rng)) == parts(walk(rng)) == []


@pytest.mark.parametrize("away_m", [2_000.0, 5_000.0, 40_000.0])
@pytest.mark.parametrize("row", [0, 1, 150, 297, 299])
def test_a_fix_that_no_animal_reaches_in_a_minute_is_false_wherever_it_is(
    rng: np.random.Generator, away_m: float, row: int
) -> None:
    at = with_fix(walk(rng), row, 60.0, 0.6 * away_m, -0.8 * away_m)
    assert beside(at) == [row + 1]
    kept = ~unreachable(*at, REACH, min_part_h=48.0)
    assert parts((at[0][kept], at[1][kept], at[2][kept])) == []


def test_a_first_fix_at_another_place_is_false_too(rng: np.random.Generator) -> None:
    x, y, t = walk(rng)
    x[0] += 60_000.0
    assert beside((x, y, t)) == [0]


def test_several_false_fixes_in_a_row_are_false_and_nothing_else(rng: np.random.Generator) -> None:
    x, y, t = walk(rng)
    x[100:130] += 70_000.0
    assert beside((x, y, t)) == list(range(100, 130))


def test_a_collar_that_is_driven_away_and_stays_away_parts_the_track(
    rng: np.random.Generator,
) -> None:
    x, y, t = walk(rng)
    x[200:] += 60_000.0
    assert beside((x, y, t)) == []
    assert parts((x, y, t)) == [200]


def test_a_far_drive_is_no_mistake_of_one_fix_though_two_steps_would_do(
    rng: np.random.Generator,
) -> None:
    # 60 km in four hours are too far, in eight they are not: no fix may be left out for that.
    x, y, t = walk(rng)
    x[200:] += 60_000.0
    kept = ~unreachable(x, y, t, REACH, min_part_h=48.0)
    assert kept.all()
    assert parts((x, y, t)) == [200]


def test_a_short_stay_after_the_last_way_back_is_no_part(rng: np.random.Generator) -> None:
    x, y, t = walk(rng)
    x[292:] += 60_000.0
    assert beside((x, y, t)) == list(range(292, 300))
    assert beside((x, y, t), min_part_h=20.0) == []


def test_a_track_of_two_zones_by_turns_is_that_of_the_commoner_one(
    rng: np.random.Generator,
) -> None:
    x, y, t = walk(rng)
    other = (np.arange(300) // 20) % 3 == 1
    x[other] -= 480_000.0
    assert beside((x, y, t)) == np.flatnonzero(other).tolist()


def test_turning_and_moving_the_map_changes_nothing(rng: np.random.Generator) -> None:
    x, y, t = with_fix(walk(rng), 80, 60.0, 5_000.0, 0.0)
    x[200:] += 60_000.0
    turned = -y + 3e5, x - 7e5, t
    assert beside(turned) == beside((x, y, t)) == [81]
    assert parts(turned) == parts((x, y, t))


def test_a_part_far_from_the_herd_is_told_from_the_one_that_is_there() -> None:
    part = np.repeat([0, 1, 2], 5)
    x = np.repeat([480e3, 10e3, 70e3], 5)
    far = far_parts(x, np.zeros(15), part, np.array([0.0, 0.0]), far_m=100e3)
    assert far.tolist() == [True] * 5 + [False] * 10


def test_a_track_without_fixes_or_with_one_has_no_parts() -> None:
    for n in (0, 1):
        none = np.zeros(n)
        assert unreachable(none, none, none, REACH, min_part_h=48.0).tolist() == [False] * n
