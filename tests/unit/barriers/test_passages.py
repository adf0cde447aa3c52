"""Visits to a fence under real bridges: passages and approaches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

from corridors.barriers.crossings import steps_of
from corridors.barriers.encounters import Encounters, encounters
from corridors.barriers.flux import Bridges
from corridors.barriers.holding import UNCHANGED, Beside, Odds
from corridors.barriers.passages import expected_passages
from worlds.fences import bridges, landscape

FENCE = tuple(LineString([(x, 0), (x + 1000, 0)]) for x in range(-3000, 3000, 1000))


def told(path: list[tuple[float, float]], *, lag_h: float = 2.0, gap_after: int = -1) -> Encounters:
    """Encounters of an animal on ``path`` to a fence along y = 0."""
    n = len(path)
    hours = np.arange(n) * lag_h
    start = pd.Timestamp("2020-04-01", tz="UTC")
    frame = pd.DataFrame(
        {
            "animal": "a",
            "time_utc": (start + pd.to_timedelta(hours, unit="h")).astype("datetime64[us, UTC]"),
            "x_m": [p[0] for p in path],
            "y_m": [p[1] for p in path],
            "burst": np.where(np.arange(n) > gap_after, 1, 0) if gap_after >= 0 else 0,
        }
    )
    columns = ["migration", "animal", "season", "part", "start_utc", "end_utc"]
    steps = steps_of(frame, pd.DataFrame(columns=columns), max_lag_h=26.0)
    ground = landscape(FENCE)
    passages = expected_passages(
        bridges(steps.ends, steps.duration_min, s2=50.0),
        ground,
        flux_floor=1e-6,
        encounter_distance_m=110.0,
    )
    return encounters(steps, passages, ground.line, return_frac=0.99)


def test_coming_to_the_fence_and_turning_back_is_one_approach() -> None:
    found = told([(500, -3000), (500, -1500), (500, -60), (500, -1500), (500, -3000)])
    assert found.approaches.sum() == pytest.approx(1.0, abs=0.01)
    assert set(found.segment[found.approaches > 0]) == {3}


def test_passing_is_no_approach() -> None:
    found = told([(500, -3000), (500, -1500), (500, 1500), (500, 3000)])
    assert found.passages.sum() == pytest.approx(1.0, abs=1e-3)
    assert found.approaches.sum() == pytest.approx(0.0, abs=1e-3)


def test_going_over_and_coming_back_in_one_visit_are_two_passages() -> None:
    found = told([(500, -3000), (500, -80), (500, 80), (500, -80), (500, -3000)])
    assert found.passages.sum() == pytest.approx(2.0, abs=0.02)
    assert found.approaches.sum() == pytest.approx(0.0, abs=1e-6)


def test_a_fix_that_seems_to_lie_beyond_the_fence_is_no_passage() -> None:
    found = told([(500, -3000), (500, -40), (500, 5), (500, -60), (500, -3000)])
    assert found.passages.sum() == pytest.approx(0.0, abs=0.05)
    assert found.approaches.sum() == pytest.approx(1.0, abs=0.05)


def test_two_visits_are_two_approaches() -> None:
    visit = [(500.0, -3000.0), (500.0, -60.0), (500.0, -3000.0)]
    far = [(500.0, -4000.0)]
    found = told(visit + far + visit)
    assert found.n_visits == 2
    assert found.approaches.sum() == pytest.approx(2.0, abs=0.02)


def test_a_stay_at_the_fence_is_one_approach_however_long() -> None:
    stay = [(500.0 + 10 * (i % 3), -90.0) for i in range(30)]  # 58 h
    assert told(stay).approaches.sum() == pytest.approx(1.0, abs=0.01)
    assert told(stay[:10]).approaches.sum() == pytest.approx(1.0, abs=0.01)


def test_a_gap_ends_a_burst() -> None:
    path = [(500, -3000), (500, -60), (510, -60), (500, -60), (500, -3000)]
    assert told(path).n_visits == 1
    assert told(path, gap_after=2).n_visits == 2


def test_far_from_the_fence_there_are_none() -> None:
    assert told([(0, -9000), (100, -8000), (0, -9000)]).n_visits == 0


def test_odds_change_the_net_of_a_line_before_it_is_shared_out() -> None:
    # One way past the fence's end, one over its end; six segments, all of one line.
    ways = np.array([[3300.0, -900.0, 3300.0, 900.0], [2900.0, -900.0, 2900.0, 900.0]])
    moved = bridges(ways, np.full(2, 480.0), s2=300.0)
    heavy = moved.straying(np.full(2, 300.0), tails=5.0)
    ground = landscape(FENCE)

    def nets(walk: Bridges, odds: Beside, *, stands: bool = True) -> np.ndarray:
        lying = replace(ground, holds=np.full(len(FENCE), stands))
        found = expected_passages(
            walk, lying, flux_floor=1e-6, encounter_distance_m=110.0, odds=odds
        )
        return np.bincount(found.bridge, weights=found.net, minlength=2)

    free, odds = nets(heavy, UNCHANGED), Beside(Odds(0.5, 3.0), Odds(0.8, 1.1))
    assert 0.05 < free[0] < 0.5 < free[1] < 0.95
    is_hit = np.array([False, True])
    np.testing.assert_allclose(nets(heavy, odds), odds.standing.of(free, is_hit), rtol=1e-9)
    planned = nets(heavy, odds, stands=False)
    np.testing.assert_allclose(planned, odds.elsewhere.of(free, is_hit), rtol=1e-9)
    # A bridge with one variance says nothing of the law.
    np.testing.assert_array_equal(nets(moved, odds), nets(moved, UNCHANGED))
