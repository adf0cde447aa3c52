"""Index of altered behaviour per barrier, and its interval."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridors.barriers.behaviour_index import altered_index
from corridors.foundation.vocabulary import BEHAVIOURS

RULES: dict[str, Any] = {"min_encounters": 3, "draws": 400, "seed": 7}
# Barrier, animal, behaviour.
EVENTS = [
    (0, 0, "quick_cross"),
    (0, 0, "bounce"),
    (0, 1, "trapped"),
    (0, 1, "trace"),
    (0, 1, "average_movement"),
    (0, 2, "unknown"),
    (1, 2, "back_and_forth"),
    (1, 2, "unknown"),
    (3, 0, "quick_cross"),
    (3, 3, "quick_cross"),
    (3, 3, "average_movement"),
]


def found(events: list[tuple[int, int, str]], **rules: Any) -> Any:
    group, animal, behaviour = zip(*events, strict=True)
    return altered_index(
        np.array(group),
        np.array(animal),
        np.array(behaviour),
        n_groups=4,
        **{"unit": np.arange(5), **RULES, **rules},
    )


def test_the_index_is_the_altered_share_of_known_encounters_times_the_animals() -> None:
    index = found(EVENTS)
    assert index.encounters.tolist() == [5, 1, 0, 3]
    assert index.altered.tolist() == [3, 1, 0, 0]
    assert index.n_animals.tolist() == [2, 1, 0, 2]
    np.testing.assert_allclose(index.altered_share, [0.6, np.nan, np.nan, 0.0])
    np.testing.assert_allclose(index.index, [1.2, np.nan, np.nan, 0.0])
    column = BEHAVIOURS.index
    assert index.counts[0, column("unknown")] == 1
    assert index.counts[0, column("trapped")] == 1
    assert index.counts.sum() == len(EVENTS)


def test_too_few_encounters_give_no_number_and_no_interval() -> None:
    index = found(EVENTS, min_encounters=6)
    for values in (index.altered_share, index.index, index.index_p05, index.index_p95):
        assert np.isnan(values).all()
    assert np.isfinite(found(EVENTS, min_encounters=1).index).tolist() == [True, True, False, True]


def test_the_interval_is_that_of_drawing_animals_with_all_their_events() -> None:
    index = found(EVENTS, draws=20_000)
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, 5, (20_000, 5))
    first, second = (drawn == 0).sum(axis=1), (drawn == 1).sum(axis=1)
    met = 2 * first + 3 * second
    values = (first + 2 * second) * (first + second) / np.maximum(met, 1)
    np.testing.assert_allclose(
        [index.index_p05[0], index.index_p95[0]], np.quantile(values, [0.05, 0.95]), atol=0.02
    )
    assert index.index_p05[0] < index.index[0] < index.index_p95[0]
    assert index.index_p95[3] == 0.0


def test_animals_that_travel_together_are_drawn_together() -> None:
    unit = np.array([0, 0, 1, 2, 3, 4])  # the first two are one
    index = found(EVENTS, draws=20_000, unit=unit)
    drawn = np.random.default_rng(1).integers(0, 5, (20_000, 5))
    # Both come as often as their unit: altered 3 of 5, and two animals, times the draws.
    values = 0.6 * 2 * (drawn == 0).sum(axis=1)
    np.testing.assert_allclose(
        [index.index_p05[0], index.index_p95[0]], np.quantile(values, [0.05, 0.95]), atol=0.02
    )
    assert index.n_animals.tolist() == [2, 1, 0, 2]
    assert index.n_units.tolist() == [1, 1, 0, 2]
    assert index.index.tolist()[0] == found(EVENTS).index.tolist()[0]


def test_order_and_number_of_barriers_at_once_change_nothing(monkeypatch: Any) -> None:
    whole = found(EVENTS)
    monkeypatch.setattr("corridors.barriers.behaviour_index._AT_ONCE", 1)
    again = found(EVENTS[::-1])
    for name in ("counts", "encounters", "index", "index_p05", "index_p95"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(again, name))


def test_no_event_and_no_animal_make_no_index() -> None:
    nothing = np.zeros(0, np.int64)
    index = altered_index(
        nothing, nothing, np.array([], dtype=str), n_groups=0, unit=nothing, **RULES
    )
    assert index.index.size == 0
