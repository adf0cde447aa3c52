"""Null steps: which steps count, and their chance to stay without the barrier."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from benchmarks.simulated_crossings import Walk, lines_around, steps_of_herd, tracks

from corridors.barriers.crossings import Steps
from corridors.barriers.null_steps import (
    Tries,
    informative,
    modal_lag_h,
    stay_chance,
    tries,
)
from corridors.barriers.rays import LineIndex, first_hits
from corridors.barriers.validity import Validity

EVER = np.iinfo(np.int64).max
WALL = np.array([shapely.LineString([(0, -1e6), (0, 1e6)])], dtype=object)


def always(n: int) -> Validity:
    return Validity(np.full(n, -EVER), np.full(n, EVER))


def steps(xy: list[tuple[float, float]], hours: list[float] | None = None) -> Steps:
    """One animal through these places, two hours apart unless said."""
    points = np.array(xy, dtype=float)
    n = len(points) - 1
    lag = np.full(n, 2.0) if hours is None else np.array(hours)
    start = pd.Timestamp("2022-04-01", tz="UTC") + pd.to_timedelta(
        np.append(0, np.cumsum(lag))[:n], "h"
    )
    return Steps(
        pd.DataFrame(
            {
                "animal": "a",
                "start_utc": start.as_unit("us"),
                "end_utc": (start + pd.to_timedelta(lag, "h")).as_unit("us"),
                "x0_m": points[:-1, 0],
                "y0_m": points[:-1, 1],
                "x1_m": points[1:, 0],
                "y1_m": points[1:, 1],
                "season": "other",
                "next": [i < n - 1 for i in range(n)],
            }
        )
    )


def near(found: Steps, *, buffer_m: float = 110.0, lines: np.ndarray = WALL) -> Tries:
    return tries(
        found,
        lines,
        always(len(lines)),
        buffer_m=buffer_m,
        neighbourhood_m=5000.0,
        lag_tolerance_frac=0.1,
    )[0]


def test_the_most_frequent_lag_counts_and_of_equals_the_shortest() -> None:
    path = [(float(-100 * i), 0.0) for i in range(1, 6)]
    assert modal_lag_h(steps(path, [2.0, 4.0, 4.01, 2.0])) == 2.0
    assert modal_lag_h(steps(path, [4.0, 2.0, 4.0, 4.0])) == 4.0
    assert np.isnan(modal_lag_h(steps([(0.0, 0.0)])))


def test_only_regular_steps_with_a_heading_that_start_near_count_and_the_others_are_counted() -> (
    None
):
    path = [(-300, 0), (-100, 0), (-50, 0), (-50, 0), (-40, 0), (60, 0), (500, 0), (900, 0)]
    hours = [2.0, 2.0, 2.0, 2.0, 2.0, 5.0, 2.0]
    found = near(steps(path, hours))
    # From -100 and from the first -50 it counts; the second -50 has no heading (it stood before);
    # from -40 it counts and crosses; from 60 the lag is another.
    counts = found.line >= 0
    assert found.step[counts].tolist() == [1, 2, 4]
    assert found.crossed[counts].tolist() == [False, False, True]
    assert (found.n_other_lag, found.n_no_heading) == (1, 1)
    assert found.lag_h == 2.0


def test_a_step_after_a_missing_fix_has_no_heading() -> None:
    path = steps([(-300, 0), (-100, 0), (-50, 0), (-20, 0)])
    path.frame["next"] = [True, False, False]
    found = near(path)
    assert found.step.tolist() == [1]
    assert found.n_no_heading == 1


def test_turns_are_measured_from_the_step_before() -> None:
    found = near(steps([(-100, 0), (-90, 0), (-90, 10), (-100, 10)]))
    np.testing.assert_allclose(found.turn_rad, [np.pi / 2, np.pi / 2])
    np.testing.assert_allclose(found.heading_rad, [0.0, np.pi / 2])
    np.testing.assert_allclose(found.length_m, [10.0, 10.0])


def test_the_nearest_line_is_named_and_a_line_that_does_not_stand_is_none() -> None:
    lines = np.array(
        [shapely.LineString([(x, -500), (x, 500)]) for x in (0, 60, -30)], dtype=object
    )
    standing = Validity(np.array([-EVER, -EVER, 0]), np.array([EVER, EVER, 1]))
    found, _ = tries(
        steps([(10, 0), (20, 0), (40, 0), (45, 0), (-35, 5)]),
        lines,
        standing,
        buffer_m=50.0,
        neighbourhood_m=100.0,
        lag_tolerance_frac=0.1,
    )
    assert found.line.tolist() == [0, 1, 1]
    assert found.crossed.tolist() == [False, False, True]


def test_without_steps_or_lines_there_is_nothing() -> None:
    for path, lines in ((steps([(0, 0)]), WALL), (steps([(0, 0), (1, 1)]), WALL[:0])):
        found, index = tries(
            path, lines, always(len(lines)), buffer_m=9.0, neighbourhood_m=9.0,
            lag_tolerance_frac=0.1,
        )  # fmt: skip
        groups = np.zeros((0, 1), object)
        stay = stay_chance(found, index, groups, law="corrected", n_headings=60, min_steps=5)
        assert stay.size == informative(found, stay).row.size == 0


def test_the_law_gives_steps_back_that_the_wall_hid() -> None:
    # Straight towards the wall at 0; only from -40 a step of the herd could reach it.
    found, index = tries(
        steps([(x, 0.0) for x in (-200, -190, -170, -140, -100, -40, -30)]),
        WALL,
        always(1),
        buffer_m=45.0,
        neighbourhood_m=1000.0,
        lag_tolerance_frac=0.1,
    )
    assert found.length_m.tolist() == [20.0, 30.0, 40.0, 60.0, 10.0]
    groups = np.zeros((5, 0), object)
    stay = stay_chance(found, index, groups, law="corrected", n_headings=60, min_steps=5)
    # Three of five lengths stay from there, but the try of 10 m did, so it could not have shown
    # 40 or 60 m. By hand: f(40) = f(60) = 1/4, what is left for the three short ones is 1/2.
    np.testing.assert_allclose(stay[4], 0.5, atol=1e-3)
    assert np.isnan(stay[:4]).all()
    # Nobody crossed: no length to take.
    plain = stay_chance(found, index, groups, law="crossing_steps", n_headings=60, min_steps=5)
    assert np.isnan(plain).all()


def simulated(kappa: float, n_animals: int = 12, n_steps: int = 300) -> tuple[Tries, LineIndex]:
    rng = np.random.default_rng([20240101, int(10 * kappa)])
    shape = (n_animals, n_steps)
    x, y = tracks(rng, np.full(shape, kappa), np.ones(shape), Walk())
    lines = lines_around(x, y)
    return tries(
        steps_of_herd(x, y), lines, always(len(lines)), buffer_m=300.0, neighbourhood_m=2000.0,
        lag_tolerance_frac=0.1,
    )  # fmt: skip


@pytest.mark.parametrize("kappa", [0.1, 1.0])
def test_the_corrected_law_gives_the_chances_of_the_true_law(kappa: float) -> None:
    found, index = simulated(kappa)
    groups = np.zeros((len(found.step), 0), object)
    stay = stay_chance(found, index, groups, law="corrected", n_headings=60, min_steps=5)
    rows = np.flatnonzero(found.line >= 0)[:150]
    rng = np.random.default_rng(5)
    walk = Walk()
    turn = rng.vonmises(0.0, walk.concentration, (len(rows), 2000))
    length = walk.scale_m * rng.weibull(walk.shape, turn.shape)
    way = first_hits(
        index, found.x_m[rows], found.y_m[rows], found.time_us[rows],
        found.heading_rad[rows, None] + turn, length,
    )  # fmt: skip
    true = np.isinf(way).mean(axis=1)
    # Sampling error of the law, with some 3,000 steps, and of 2,000 draws: no lean to one side.
    assert abs((stay[rows] - true).mean()) < 0.01
    assert np.abs(stay[rows] - true).max() < 0.06


def test_lengths_of_crossing_steps_make_null_steps_too_long() -> None:
    found, index = simulated(1.0)
    groups = np.zeros((len(found.step), 0), object)
    ours, theirs = (
        stay_chance(found, index, groups, law=law, n_headings=60, min_steps=5)
        for law in ("corrected", "crossing_steps")
    )
    counts = found.line >= 0
    assert (1 - theirs[counts]).mean() > 1.15 * (1 - ours[counts]).mean()


def test_a_group_with_few_steps_moves_as_the_coarser_group_does() -> None:
    found, index = simulated(0.5, n_animals=3)
    n = len(found.step)
    season = np.where(np.arange(n) % 2 == 0, "spring", "autumn").astype(object)
    rare = np.where(np.arange(n) < 30, "night", "day").astype(object)
    none = np.zeros((n, 0), object)

    def chance(groups: np.ndarray, min_steps: int) -> np.ndarray:
        return stay_chance(
            found, index, groups, law="corrected", n_headings=60, min_steps=min_steps
        )

    alone = chance(np.column_stack([season, rare]), 20_000)
    np.testing.assert_array_equal(alone, chance(none, 1))
    by_season = chance(season[:, None], 50)
    both = chance(np.column_stack([season, rare]), 50)
    few = (rare == "night") & (found.line >= 0)
    np.testing.assert_array_equal(both[few], by_season[few])
    assert not np.array_equal(both[found.line >= 0], alone[found.line >= 0])


def test_few_crossing_lengths_are_smoothed_by_a_weibull_law() -> None:
    found, index = simulated(0.1, n_animals=3, n_steps=200)
    assert 2 <= found.crossed[found.line >= 0].sum() < 30
    groups = np.zeros((len(found.step), 0), object)
    stay = stay_chance(found, index, groups, law="crossing_steps", n_headings=60, min_steps=5)
    counts = found.line >= 0
    assert np.isfinite(stay[counts]).all()
    assert 0 < stay[counts].mean() < 1


def test_steps_that_cannot_go_either_way_are_left_out_by_their_start_alone() -> None:
    found, _ = simulated(0.5, n_animals=2, n_steps=50)
    stay = np.full(len(found.step), 0.5)
    stay[::2], stay[1::4] = 1.0, 0.0
    table = informative(found, stay)
    assert set(table.row) == set(np.flatnonzero((stay == 0.5) & (found.line >= 0)))
    np.testing.assert_allclose(table.hazard, np.log(2))
