"""Null steps: which steps count, and their chance to stay without the barrier."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely
from benchmarks.simulated_crossings import Walk, lines_around, steps_of_herd, tracks
from scipy.stats import norm

from corridors.barriers.crossings import Steps
from corridors.barriers.null_steps import Chances, informative, null_chances
from corridors.barriers.rays import LineIndex, first_hits
from corridors.barriers.tries import Near, Tries, growth_of, lags_of, tries
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


def rules(**changes: float) -> Near:
    plain = {
        "buffer_m": 110.0, "reach_frac": 1e-9, "neighbourhood_m": 5000.0, "max_lag_h": 26.0,
        "lag_tolerance_frac": 0.1, "dead_zone_sd": 2.0,
    }  # fmt: skip
    return Near(**{**plain, **changes})


def told(
    found: Steps,
    lines: np.ndarray = WALL,
    *,
    error_m: float = 0.0,
    standing: Validity | None = None,
    **changes: float,
) -> tuple[Tries, LineIndex]:
    error = np.full(len(found), error_m)
    stands = always(len(lines)) if standing is None else standing
    return tries(found, lines, stands, rules(**changes), error0_m=error, error1_m=error)


def near(found: Steps, **changes: float) -> Tries:
    return told(found, **changes)[0]


def test_durations_are_numbered_by_how_frequent_they_are_and_of_equals_the_shortest_first() -> None:
    number, usual = lags_of(np.array([120.0, 240.0, 241.0, 120.0]), tolerance_frac=0.1)
    assert (number.tolist(), usual) == ([0, 1, 1, 0], 2.0)
    number, usual = lags_of(np.array([240.0, 120.0, 240.0, 240.0, 60.0]), tolerance_frac=0.1)
    assert (number.tolist(), usual) == ([0, 2, 0, 0, 1], 4.0)
    assert np.isnan(lags_of(np.zeros(0), tolerance_frac=0.1)[1])


@pytest.mark.parametrize("power", [0.0, 0.5, 0.8])
def test_lengths_grow_with_duration_as_they_do(power: float, rng: np.random.Generator) -> None:
    lag_h = rng.choice([1.0, 2.0, 4.0, 8.0], 4000)
    length = lag_h**power * rng.exponential(300.0, 4000)
    assert growth_of(length, lag_h) == pytest.approx(power, abs=0.06)
    assert growth_of(length, np.full(4000, 2.0)) == 0.0
    assert growth_of(np.zeros(4), np.array([1.0, 2.0, 3.0, 4.0])) == 0.0


def test_steps_of_any_duration_with_a_heading_count_and_the_others_are_counted() -> None:
    path = [(-300, 0), (-100, 0), (-50, 0), (-50, 0), (-40, 0), (60, 0), (90, 0), (900, 0)]
    hours = [2.0, 2.0, 2.0, 2.0, 2.0, 5.0, 30.0]
    found = near(steps(path, hours))
    # From -100 and from the first -50 it counts; the second -50 has no heading (it stood before);
    # from -40 it counts and crosses; from 60 it takes 5 h; from 90 too long to tell.
    counts = found.line >= 0
    assert found.step[counts].tolist() == [1, 2, 4, 5]
    assert found.crossed[counts].tolist() == [False, False, True, False]
    assert found.lag[counts].tolist() == [0, 0, 0, 1]
    assert (found.n_long, found.n_no_heading, found.n_met) == (1, 1, 1)
    assert found.lag_h == 2.0
    np.testing.assert_allclose(found.scale[counts], [1, 1, 1, 2.5**found.growth])


def test_steps_that_may_reach_the_line_count_from_afar() -> None:
    path = steps([(-2000, 0), (-1500, 0), (-1000, 0), (-800, 0), (-300, 0)])
    assert near(path).line.tolist() == [-1, -1, -1]
    # Half of its steps are 500 m long: so far the next one may reach.
    assert near(path, reach_frac=0.5, buffer_m=0.1).line.tolist() == [-1, -1, -1]
    assert near(path, reach_frac=0.5, buffer_m=900.0).line.tolist() == [-1, -1, 0]
    assert near(steps([(-900, 0), (-450, 0), (10, 0)]), reach_frac=0.5).line.tolist() == [0]


def test_steps_that_start_or_end_in_the_dead_zone_are_left_out_and_counted() -> None:
    path = steps([(-300, 0), (-100, 0), (-30, 0), (-50, 0), (70, 0), (90, 0)])
    assert near(path).step.tolist() == [1, 2, 3, 4]
    found = near(path, error_m=20.0)
    # -30 is within 40 m of the line: the step that ends there, and the one that starts.
    assert found.step.tolist() == [3, 4]
    assert (found.n_near_line, found.n_met) == (2, 1)
    assert found.dead_m.tolist() == [40.0, 40.0]
    # A crossing from 50 m on the one side to 70 m on the other is seen for nothing now and then.
    np.testing.assert_allclose(found.mistaken, [norm.sf(50 / 20) + norm.sf(70 / 20), 0.0])
    assert near(path, error_m=20.0, dead_zone_sd=0.0).n_near_line == 0
    assert near(path).mistaken.tolist() == [0.0] * 4


def test_a_farther_line_that_stands_is_nearest_where_the_nearest_does_not() -> None:
    lines = np.array([shapely.LineString([(x, -500), (x, 500)]) for x in (0, 60)], dtype=object)
    standing = Validity(np.array([0, -EVER]), np.array([1, EVER]))
    found = told(steps([(10, 0), (20, 0), (30, 0)]), lines, standing=standing, buffer_m=35.0)[0]
    assert found.line.tolist() == [-1]
    found = told(steps([(10, 0), (20, 0), (30, 0)]), lines, standing=standing, buffer_m=50.0)[0]
    assert found.line.tolist() == [1]


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
    path = steps([(10, 0), (20, 0), (40, 0), (45, 0), (-35, 5)])
    found, _ = told(path, lines, standing=standing, buffer_m=50.0, neighbourhood_m=100.0)
    assert found.line.tolist() == [0, 1, 1]
    assert found.crossed.tolist() == [False, False, True]


def test_without_steps_or_lines_there_is_nothing() -> None:
    for path, lines in ((steps([(0, 0)]), WALL), (steps([(0, 0), (1, 1)]), WALL[:0])):
        found, index = told(path, lines, buffer_m=9.0, neighbourhood_m=9.0)
        groups = np.zeros((0, 1), object)
        null = null_chances(found, index, groups, law="corrected", n_headings=60, min_steps=5)
        assert null.stay.size == informative(found, null).row.size == 0


def test_the_law_gives_steps_back_that_the_wall_hid() -> None:
    # Straight towards the wall at 0; only from -40 a step of the herd could reach it.
    path = steps([(x, 0.0) for x in (-200, -190, -170, -140, -100, -40, -30)])
    found, index = told(path, buffer_m=45.0, neighbourhood_m=1000.0)
    assert found.length_m.tolist() == [20.0, 30.0, 40.0, 60.0, 10.0]
    groups = np.zeros((5, 0), object)
    null = null_chances(found, index, groups, law="corrected", n_headings=60, min_steps=5)
    stay = null.stay
    # Three of five lengths stay from there, but the try of 10 m did, so it could not have shown
    # 40 or 60 m. By hand: f(40) = f(60) = 1/4, what is left for the three short ones is 1/2.
    np.testing.assert_allclose(stay[4], 0.5, atol=1e-3)
    assert np.isnan(stay[:4]).all()
    # Nobody crossed: no length to take.
    plain = null_chances(found, index, groups, law="crossing_steps", n_headings=60, min_steps=5)
    assert np.isnan(plain.stay).all()


def simulated(kappa: float, n_animals: int = 12, n_steps: int = 300) -> tuple[Tries, LineIndex]:
    rng = np.random.default_rng([20240101, int(10 * kappa)])
    shape = (n_animals, n_steps)
    x, y = tracks(rng, np.full(shape, kappa), np.ones(shape), Walk())
    lines = lines_around(x, y)
    return told(steps_of_herd(x, y), lines, buffer_m=300.0, neighbourhood_m=2000.0)


@pytest.mark.parametrize("kappa", [0.1, 1.0])
def test_the_corrected_law_gives_the_chances_of_the_true_law(kappa: float) -> None:
    found, index = simulated(kappa)
    groups = np.zeros((len(found.step), 0), object)
    null = null_chances(found, index, groups, law="corrected", n_headings=60, min_steps=5)
    stay = null.stay
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
        null_chances(found, index, groups, law=law, n_headings=60, min_steps=5).stay
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
        return null_chances(
            found, index, groups, law="corrected", n_headings=60, min_steps=min_steps
        ).stay

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
    null = null_chances(found, index, groups, law="crossing_steps", n_headings=60, min_steps=5)
    stay = null.stay
    counts = found.line >= 0
    assert np.isfinite(stay[counts]).all()
    assert 0 < stay[counts].mean() < 1


def test_steps_that_cannot_go_either_way_are_left_out_by_their_start_alone() -> None:
    found, _ = simulated(0.5, n_animals=2, n_steps=50)
    stay = np.full(len(found.step), 0.5)
    stay[::2], stay[1::4] = 1.0, 0.0
    table = informative(found, Chances(stay, np.where(np.arange(len(stay)) % 10, 1.0, np.inf)))
    seen = np.arange(len(stay)) % 10 > 0
    assert set(table.row) == set(np.flatnonzero((stay == 0.5) & seen & (found.line >= 0)))
    np.testing.assert_allclose(table.hazard, np.log(2))


def test_what_ends_in_the_dead_zone_is_seen_as_neither() -> None:
    # Straight on by 10, 20, ... 300 m, from 100 m before the wall, of which 30 m are dead.
    lengths = np.arange(10.0, 301.0, 10.0)
    path = steps([(v, 0.0) for v in -9000.0 + np.concatenate([[-10.0, 0.0], lengths.cumsum()])])
    found, index = told(path, buffer_m=1e5, neighbourhood_m=1e5)
    n = len(found.step)
    found = dataclasses.replace(
        found, x_m=np.full(n, -100.0), dead_m=np.full(n, 30.0), crossed=np.ones(n, bool)
    )
    null = null_chances(
        found, index, np.zeros((n, 0), object), law="crossing_steps", n_headings=1, min_steps=5
    )
    # 9 of 30 stay, 6 of these end before the dead zone; of the 21 that cross 18 end beyond it.
    np.testing.assert_allclose(null.stay, 9 / 30)
    np.testing.assert_allclose(null.odds, (18 / 21) / (6 / 9))
