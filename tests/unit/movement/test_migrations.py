"""Classes and windows on simulated animals whose truth is known."""

from __future__ import annotations

import itertools
from dataclasses import astuple

import numpy as np
import pytest

from corridors.movement.displacement import Limits
from corridors.movement.migrations import Origin, Rules, classify
from corridors.movement.names import digest, migration_id, picture_name, safe_name
from corridors.movement.seasons import season_names
from corridors.movement.windows import migration_windows

RULES = Rules(
    origin=Origin(n_fixes=20, max_days=20.0),
    min_fixes=60,
    min_days=60.0,
    max_interval_days=5.0,
    min_distance_km=10.0,
    min_range_multiple=2.0,
    min_stay_days=30.0,
    max_stay_spread_frac=0.25,
    max_excursion_days=15.0,
    margin_days=30.0,
    limits=Limits((1.0, 364.0), (1.0, 21.0), (0.05, 0.95), (-1.0, -0.01)),
    n_starts=8,
)
Moves = list[tuple[float, float, float]]  # first day, last day, position reached (km)


def animal(
    moves: Moves, rng: np.random.Generator, *, days: float = 365.0, step_h: float = 4.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return time (d), x, y (m) of an animal that walks along a bearing between ranges."""
    time = np.arange(0, days, step_h / 24)
    place = np.zeros(time.size)
    at = 0.0
    for first, last, to in moves:
        share = np.clip((time - first) / (last - first), 0, 1)
        place += share * (to - at)
        at = to
    # A home range: a wandering position that is drawn back, SD about 1 km.
    noise = np.zeros((2, time.size))
    keep = np.exp(-step_h / 24 / 3)
    for i in range(1, time.size):
        noise[:, i] = keep * noise[:, i - 1] + rng.normal(0, np.sqrt(1 - keep**2), 2)
    return time, (place * 0.8 + noise[0]) * 1000, (-place * 0.6 + noise[1]) * 1000


KINDS: dict[str, Moves] = {
    "migrant": [(80, 95, 60), (260, 272, 0)],
    "mixed_migrant": [(80, 95, 60), (260, 272, 25)],
    "disperser": [(120, 140, 45)],
    "resident": [],
    "nomad": [(0, 365, 120)],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_a_simulated_animal_has_its_true_class(kind: str, seed: int) -> None:
    result = classify(*animal(KINDS[kind], np.random.default_rng(seed)), rules=RULES)
    assert result.label == kind, result.reason


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["migrant", "mixed_migrant"])
def test_windows_lie_within_days_of_the_truth(kind: str, seed: int) -> None:
    time, x, y = animal(KINDS[kind], np.random.default_rng(seed))
    result = classify(time, x, y, rules=RULES)
    assert result.fit is not None
    assert result.fit["delta_km"] == pytest.approx(60, abs=1.5)
    windows = migration_windows(time, x, y, result.moves, padding_phi=2.0)
    for window, (first, last, _) in zip(windows, KINDS[kind], strict=True):
        assert window is not None
        assert not window.is_open
        assert window.start_d == pytest.approx(first, abs=3)
        assert window.end_d == pytest.approx(last, abs=3)
        assert window.start_d in time
        assert window.end_d in time


def test_a_short_move_is_no_migration_and_the_reason_says_so() -> None:
    track = animal([(80, 95, 7), (260, 272, 0)], np.random.default_rng(1))
    result = classify(*track, rules=RULES)
    assert result.label == "resident"
    assert result.objection is not None
    assert (result.reason, result.objection.limit_km) == ("short_way_back", 10.0)
    assert result.moves == []


def test_an_excursion_of_two_weeks_is_no_migration() -> None:
    track = animal([(80, 82, 30), (96, 98, 0)], np.random.default_rng(1))
    assert classify(*track, rules=RULES).label not in ("migrant", "mixed_migrant")


@pytest.mark.parametrize(
    ("time", "reason", "seen"),
    [
        (np.arange(0, 365, 30.4), "few_fixes;few_days;long_interval", (13, 13, 30.4)),
        (np.arange(0, 20, 0.1), "few_days", (200, 20, 0.1)),
        (np.empty(0), "few_fixes;few_days", (0, 0, np.nan)),
    ],
)
def test_a_year_that_cannot_be_classified_says_why(
    time: np.ndarray, reason: str, seen: tuple[float, ...]
) -> None:
    result = classify(time, 1000 * time, 0 * time, rules=RULES)
    assert result.label == "unclassified"
    assert result.reason == reason
    assert astuple(result.seen) == pytest.approx(seen, nan_ok=True)
    assert result.fits == {}


def test_a_record_that_begins_in_the_far_range_is_anchored_at_its_end() -> None:
    time, x, y = animal(KINDS["migrant"], np.random.default_rng(3))
    late = time > 110
    result = classify(time[late], x[late], y[late], rules=RULES)
    assert result.label in ("migrant", "mixed_migrant")
    assert result.anchor == "last"
    windows = migration_windows(time[late], x[late], y[late], result.moves, padding_phi=2.0)
    assert windows[1] is not None
    assert windows[1].start_d == pytest.approx(260, abs=3)


@pytest.mark.parametrize(("low", "high", "side"), [(0, 266, "after"), (87, 365, "before")])
def test_a_migration_that_the_edge_cuts_is_open(low: float, high: float, side: str) -> None:
    time, x, y = animal(KINDS["migrant"], np.random.default_rng(2))
    inside = (time >= low) & (time <= high)
    windows = migration_windows(
        time[inside], x[inside], y[inside], [(87.5, 4.0), (266.0, 3.5)], padding_phi=2.0
    )
    out, back = windows
    assert out is not None
    assert back is not None
    assert (out.is_open_before, back.is_open_after) == (side == "before", side == "after")
    assert not out.is_open_after
    assert not back.is_open_before


def test_a_gap_over_a_whole_migration_leaves_no_window() -> None:
    time, x, y = animal(KINDS["migrant"], np.random.default_rng(2))
    kept = (time < 70) | (time > 110)
    windows = migration_windows(
        time[kept], x[kept], y[kept], [(87.5, 3.0), (266.0, 3.5)], padding_phi=1.0
    )
    assert windows[0] is None
    assert windows[1] is not None


def test_windows_do_not_change_when_the_world_is_moved_and_turned() -> None:
    time, x, y = animal(KINDS["migrant"], np.random.default_rng(4))
    c, s = np.cos(1.1), np.sin(1.1)
    moved = classify(time, c * x - s * y + 4e5, s * x + c * y - 9e5, rules=RULES)
    still = classify(time, x, y, rules=RULES)
    assert moved.label == still.label
    np.testing.assert_allclose(moved.moves, still.moves, atol=1e-3)


def test_names_of_seasons_follow_the_calendar_of_the_hemisphere() -> None:
    assert season_names([130.0, 300.0], is_south=False) == ["spring", "autumn"]
    assert season_names([300.0, 120.0], is_south=False) == ["autumn", "spring"]
    assert season_names([300.0, 120.0], is_south=True) == ["spring", "autumn"]
    assert season_names([5.0], is_south=False) == ["autumn"]
    assert season_names([60.0], is_south=True) == ["autumn"]
    # Two moves close together still have two names.
    assert sorted(season_names([200.0, 240.0], is_south=False)) == ["autumn", "spring"]
    assert season_names([], is_south=False) == []


HOSTILE = ["../../etc", "=1+1", "<b>", "'; DROP", "a/b", "a-b", "A-B", "", " ", "羊", "x" * 300,
           "CON", "a\x00b", "..", "\ud800"]  # fmt: skip


def test_hostile_names_give_safe_and_different_ids_and_files() -> None:
    ids = [migration_id("herd", name, 2007, "spring", 1) for name in HOSTILE]
    files = [picture_name(name, 2007) for name in HOSTILE]
    assert len(set(ids)) == len(set(files)) == len(HOSTILE)
    for text in ids + files:
        assert text.replace(".png", "").replace("_", "").replace("-", "").isalnum()
        assert text.isascii()
        assert len(text) < 90
    assert all(safe_name(name) for name in HOSTILE)


def test_an_id_depends_on_everything_that_it_names() -> None:
    fields = [("h", "g"), ("a", "b"), (2007, 2008), ("spring", "winter"), (1, 2)]
    ids = {migration_id(*parts) for parts in itertools.product(*fields)}  # type: ignore[arg-type]
    assert len(ids) == 32
    assert digest("ab", "c") != digest("a", "bc")
