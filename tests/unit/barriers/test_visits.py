import numpy as np
import pandas as pd
import pytest
import shapely

from corridors.barriers.crossings import steps_of, window_of
from corridors.barriers.visits import Lines, Ways, free_ends, reach_m, visits

FENCE = np.array(
    [shapely.LineString([(0, 0), (1000, 0)]), shapely.LineString([(1000, 0), (2000, 0)])]
)
LINE, SIGN = np.zeros(2, np.int64), np.ones(2, np.int64)


def ways_of(points, hours=1.0, burst=0, reach=None):
    """Return the ways of one animal through points, one every ``hours``."""
    n = len(points)
    time = pd.date_range("2020-04-01", periods=n, freq=pd.Timedelta(hours=hours), tz="UTC")
    fixes = pd.DataFrame(
        {"animal": "a", "time_utc": time.as_unit("us"), "burst": burst,
         "x_m": [p[0] for p in points], "y_m": [p[1] for p in points]}
    )  # fmt: skip
    windows = pd.DataFrame(
        {"migration": ["w"], "animal": ["a"], "season": ["spring"], "part": ["migration"],
         "start_utc": time[:1].as_unit("us"), "end_utc": time[-1:].as_unit("us")}
    )  # fmt: skip
    steps = steps_of(fixes, windows, max_lag_h=24.0)
    window = window_of(steps.frame["animal"], steps.frame["start_utc"], windows)
    ways = Ways.of(steps, window, np.array([True]), reach_quantile=0.99)
    if reach is not None:
        ways.reach_m[:] = reach
    return ways


def lines(tips=None):
    ends = free_ends(FENCE, LINE, SIGN, tolerance_m=1.0) if tips is None else tips
    return Lines.of(FENCE, LINE, SIGN, ends, None)


def met(points, **how):
    return visits(ways_of(points, **how), lines(), distance_m=100.0, end_m=300.0)


def test_a_way_through_passes_once_and_names_the_segment_and_direction():
    found = met([(1500, -900), (1500, -50), (1500, 50), (1500, 900)], reach=100.0)
    assert found.net.tolist() == [1]
    assert found.sure.tolist() == [1]
    assert found.segment.tolist() == [1]
    back = met([(1500, 900), (1500, 50), (1500, -50), (1500, -900)], reach=100.0)
    assert back.net.tolist() == [-1]


def test_a_step_through_the_joint_of_two_segments_passes_once():
    assert met([(1000, -50), (1000, 50)], reach=10.0).net.tolist() == [1]


def test_an_animal_held_for_a_week_makes_one_visit_that_does_not_pass():
    points = [(900 + 5 * (k % 7), -40) for k in range(7 * 24)]
    found = met(points)
    assert len(found) == 1
    assert found.net.tolist() == [0]
    assert (found.end_us - found.start_us)[0] == (7 * 24 - 1) * 3_600_000_000


def test_location_error_beside_the_line_nets_out():
    found = met([(900, -300), (900, -20), (900, 10), (900, -15), (900, 12), (900, -300)])
    assert found.net.tolist() == [0]


def test_a_step_that_may_have_gone_round_the_end_is_not_sure():
    points = [(1900, -60), (1950, 60)]
    assert met(points, reach=100.0).sure.tolist() == [1]
    assert met(points, reach=400.0).sure.tolist() == [0]
    assert met(points, reach=400.0).net.tolist() == [1]


def test_an_end_that_another_fence_is_tied_to_cannot_be_walked_round():
    tied = lines(np.full((1, 4), np.nan))
    found = visits(
        ways_of([(1900, -60), (1950, 60)], reach=400.0), tied, distance_m=100.0, end_m=300.0
    )
    assert found.sure.tolist() == [1]
    assert found.at_end.tolist() == [0]


def test_a_break_of_the_track_ends_a_visit():
    found = met([(900, -40)] * 6, burst=[0, 0, 0, 1, 1, 1])
    assert len(found) == 2


def test_a_visit_that_begins_near_a_free_end_says_so_and_on_which_side_of_it():
    assert met([(100, -50), (100, -40)], reach=50.0).at_end.tolist() == [1]
    assert met([(-80, -50), (-80, -40)], reach=50.0).at_end.tolist() == [2]
    assert met([(2080, -50), (2080, -40)], reach=50.0).at_end.tolist() == [2]
    assert met([(1000, -50), (1000, -40)], reach=50.0).at_end.tolist() == [0]


def test_what_half_of_the_reach_leads_round_is_near_the_end():
    points = [(600, -50), (600, -40)]
    assert met(points, reach=1000.0).at_end.tolist() == [0]
    assert met(points, reach=1400.0).at_end.tolist() == [1]


def test_visits_do_not_depend_on_how_the_fence_is_turned():
    rng = np.random.default_rng(3)
    points = np.cumsum(rng.normal(0, 120, (300, 2)), axis=0) + np.array([1000, 0])
    one = met([tuple(p) for p in points])
    angle = 0.7
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    fence = np.asarray(shapely.transform(FENCE, lambda p: p @ spin.T + 5000))
    tips = free_ends(fence, LINE, SIGN, tolerance_m=1.0)
    two = visits(
        ways_of([tuple(p @ spin.T + 5000) for p in points]),
        Lines.of(fence, LINE, SIGN, tips, None), distance_m=100.0, end_m=300.0,
    )  # fmt: skip
    assert one.net.tolist() == two.net.tolist()
    assert one.start_us.tolist() == two.start_us.tolist()


def test_reach_is_the_quantile_of_steps_of_the_same_duration():
    ends = np.zeros((200, 4))
    ends[:100, 2] = np.arange(100)
    ends[100:, 2] = 10 * np.arange(100)
    minutes = np.repeat([60.0, 240.0], 100)
    reach = reach_m(ends, minutes, np.zeros(200, bool), quantile=0.99)
    assert reach[0] == pytest.approx(98.01)
    assert reach[-1] == pytest.approx(980.1)
