"""What a reader is told of actions, with and without barriers that nobody could have met."""

from __future__ import annotations

import pytest

from corridors.atlas.words.notes import action_notes
from worlds import recorded


def test_without_candidates_nothing_is_said_of_them() -> None:
    assert not [note for note in action_notes(recorded.rank(tracked=True)) if "tracked" in note]


@pytest.mark.parametrize(
    ("n_animals", "words"), [(0, "No animal was tracked"), (3, "No action is placed where nobody")]
)
def test_barriers_that_nobody_could_have_met_are_named(n_animals: int, words: str) -> None:
    found = {"n_animals": n_animals, "n_candidates": {"range_edge": 2}}
    last = action_notes(recorded.rank(tracked=True).model_copy(update=found))[-1]
    assert last.startswith(words)
    assert "ranks 2 barrier segments" in last
