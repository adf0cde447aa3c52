"""Straightness of stretches of track."""

from __future__ import annotations

import numpy as np

from corridors.barriers.straightness import Tracks, own_straightness, straightness

HOUR = 3_600_000_000


def walk(rng: np.random.Generator, n: int, animals: int = 1, jitter_h: float = 0.0) -> Tracks:
    place = np.cumsum(rng.normal(0, 300, (animals, n, 2)), axis=1)
    hours = np.arange(n) * 2.0 + rng.uniform(-jitter_h, jitter_h, (animals, n))
    return Tracks(
        np.repeat(np.arange(animals), n),
        np.rint(hours * HOUR).astype(np.int64).ravel(),
        place[..., 0].ravel(),
        place[..., 1].ravel(),
    )


def by_hand(
    tracks: Tracks, run: np.ndarray, first: int, last: int, window_h: float, steps: int
) -> np.ndarray:
    """Straightness of every stretch of ``steps`` steps, one after the other."""
    hours = tracks.time_us / HOUR
    ratios = []
    for i in range(len(tracks) - steps):
        j = i + steps
        if tracks.animal[i] != tracks.animal[first] or run[i] != run[j]:
            continue
        if hours[i] < hours[first] - window_h / 2 or hours[j] > hours[last] + window_h / 2:
            continue
        x, y = tracks.x_m[i : j + 1], tracks.y_m[i : j + 1]
        path = np.hypot(np.diff(x), np.diff(y)).sum()
        if path > 0:
            ratios.append(np.hypot(x[-1] - x[0], y[-1] - y[0]) / path)
    return np.array(ratios)


def test_the_own_straightness_is_that_of_every_stretch_as_long_within_the_window(
    rng: np.random.Generator,
) -> None:
    tracks = walk(rng, 200, animals=3, jitter_h=0.1)
    gap = np.zeros(len(tracks), dtype=bool)
    gap[[0, 200, 400, 95, 180, 310]] = True
    run = np.cumsum(gap)
    first = np.array([90, 2, 300, 399, 401, 596])
    last = first + np.array([4, 3, 9, 0, 5, 3])
    own = own_straightness(tracks, run, first, last, window_h=60.0, slack_h=np.full(6, 1.0))
    for k in (0, 1, 2, 4, 5):
        want = by_hand(tracks, run, first[k], last[k], 60.0, last[k] - first[k])
        assert own.n[k] == want.size > 5
        np.testing.assert_allclose([own.mean[k], own.sd[k]], [want.mean(), want.std(ddof=1)])
    by_steps = own_straightness(
        tracks, run, first, last, window_h=60.0, slack_h=np.zeros(6), n_steps=last - first
    )
    keep = last > first
    np.testing.assert_array_equal(by_steps.n[keep], own.n[keep])
    np.testing.assert_array_equal(by_steps.mean[keep], own.mean[keep])


def test_stretches_in_which_the_animal_did_not_move_are_left_out() -> None:
    x = np.array([0.0, 0, 0, 0, 0, 10, 20, 30])
    tracks = Tracks(np.zeros(8, int), np.arange(8) * HOUR, x, np.zeros(8))
    own = own_straightness(
        tracks,
        np.zeros(8, np.int64),
        np.array([5]),
        np.array([7]),
        window_h=100.0,
        slack_h=np.array([0.5]),
    )
    # 0-2, 1-3, 2-4 stand still; 3-5, 4-6, 5-7 are straight.
    assert own.n.tolist() == [3]
    assert own.mean.tolist() == [1.0]
    assert own.sd.tolist() == [0.0]


def test_nothing_depends_on_who_else_is_in_the_table(rng: np.random.Generator) -> None:
    tracks = walk(rng, 90, animals=4)
    part = slice(180, 270)
    alone = Tracks(
        tracks.animal[part] - 2, tracks.time_us[part], tracks.x_m[part], tracks.y_m[part]
    )
    run = np.zeros(360, np.int64)
    options = {"window_h": 50.0, "slack_h": np.array([1.0])}
    among = own_straightness(tracks, run, np.array([220]), np.array([225]), **options)
    own = own_straightness(alone, run[part], np.array([40]), np.array([45]), **options)
    assert (among.n, among.mean, among.sd) == (own.n, own.mean, own.sd)
    np.testing.assert_array_equal(
        straightness(tracks, np.array([200]), np.array([210])),
        straightness(alone, np.array([20]), np.array([30])),
    )
