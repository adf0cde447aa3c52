"""Collars that lie still: by their location error, moved by hand, carried away."""

from __future__ import annotations

import numpy as np
import pytest

from corridors.movement.stillness import dead, still_since

Walk = tuple[np.ndarray, np.ndarray, np.ndarray]


def life(rng: np.random.Generator, n: int = 200, step_m: float = 300.0) -> Walk:
    x, y = rng.normal(0, step_m, (2, n)).cumsum(axis=1)
    return x, y, np.arange(n) * 4 * 3600.0


def lies(rng: np.random.Generator, at: Walk, row: int, error_m: float, dx_m: float = 0.0) -> None:
    """Let the collar lie from ``row`` on where the animal was, ``dx_m`` to the side."""
    n = len(at[0]) - row
    at[0][row:] = at[0][row] + dx_m + rng.normal(0, error_m, n)
    at[1][row:] = at[1][row] + rng.normal(0, error_m, n)


def errors(at: Walk, error_m: float = 20.0) -> np.ndarray:
    return np.full(len(at[0]), error_m)


@pytest.mark.parametrize("error_m", [0.0, 5.0, 15.0, 20.0])
def test_a_dead_collar_is_found_whatever_its_error_is(
    rng: np.random.Generator, error_m: float
) -> None:
    at = life(rng)
    lies(rng, at, 150, error_m)
    since = still_since(*at, errors(at), hours=48.0)
    assert since is not None
    assert 149 <= since <= 151


def test_an_error_that_the_configuration_does_not_know_of_is_movement(
    rng: np.random.Generator,
) -> None:
    at = life(rng)
    lies(rng, at, 150, 60.0)
    assert still_since(*at, errors(at), hours=48.0) is None
    assert still_since(*at, errors(at, 60.0), hours=48.0) is not None


def test_an_animal_that_hardly_moves_is_alive(rng: np.random.Generator) -> None:
    # A hundred metres between fixes in deep snow, around one place.
    x, y = rng.normal(0, 70, (2, 200))
    at = x, y, np.arange(200) * 4 * 3600.0
    assert still_since(*at, errors(at), hours=48.0) is None


def test_an_outlier_does_not_revive_and_two_days_are_needed(rng: np.random.Generator) -> None:
    at = life(rng)
    lies(rng, at, 150, 15.0)
    at[0][180] += 900.0
    since = still_since(*at, errors(at), hours=48.0)
    assert since is not None
    assert 149 <= since <= 151
    short = life(rng)
    lies(rng, short, 189, 15.0)
    assert still_since(*short, errors(short), hours=48.0) is None


def test_a_collar_that_was_carried_slowly_lay_still_before(rng: np.random.Generator) -> None:
    at = life(rng)
    lies(rng, at, 100, 15.0)
    lies(rng, at, 150, 15.0, dx_m=8_000.0)
    since = still_since(*at, errors(at), hours=48.0)
    assert since is not None
    assert 99 <= since <= 101


def test_what_follows_a_death_and_a_drive_is_not_the_animal(rng: np.random.Generator) -> None:
    at = life(rng)
    lies(rng, at, 100, 15.0)
    # Carried off at 150, and worn by somebody else afterwards.
    x, y = at[0].copy(), at[1].copy()
    x[150:], y[150:] = 60e3 + rng.normal(0, 300, (2, 50)).cumsum(axis=1)
    part = np.repeat([0, 1], [150, 50])
    found = dead(x, y, at[2], part, errors(at), hours=48.0)
    assert found[102:].all()
    assert not found[:99].any()


def test_a_place_to_which_a_collar_was_brought_is_none_where_the_animal_went(
    rng: np.random.Generator,
) -> None:
    part = np.zeros(200, dtype=np.int64)
    walked, driven = life(rng), life(rng)
    lies(rng, walked, 150, 0.0)
    lies(rng, driven, 150, 0.0, dx_m=20_000.0)
    for at, first in ((walked, 151), (driven, 150)):
        found = dead(*at, part, errors(at), hours=48.0)
        assert np.flatnonzero(found).tolist() == list(range(first, 200))


def test_a_collar_at_its_office_before_it_is_worn_kills_nobody(rng: np.random.Generator) -> None:
    x, y, t = life(rng)
    x[:50], y[:50] = 60e3 + rng.normal(0, 10, (2, 50))
    part = np.repeat([0, 1], [50, 150])
    found = dead(x, y, t, part, np.full(200, 20.0), hours=48.0)
    assert found.tolist() == [True] * 50 + [False] * 150
