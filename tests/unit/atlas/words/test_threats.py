"""Why a segment ranks where it does, said."""

from __future__ import annotations

import pytest

from corridors.atlas.words.threats import action, candidate_action, reason
from corridors.foundation.vocabulary import BARRIER_KINDS


@pytest.mark.parametrize("kind", BARRIER_KINDS)
def test_every_kind_has_an_action(kind: str) -> None:
    said = action(kind=kind, status="existing", blocked_per_year=1.0, season="spring")
    assert said.endswith(".")
    assert "{" not in said
    assert said[1:].removesuffix(", above all in spring.") in candidate_action(
        kind=kind, gain_share=0.1
    )


def test_hostile_names_stay_text_in_the_reason() -> None:
    text = reason(
        status="existing",
        passages_per_year=0.0,
        encounters_per_year=2.0,
        blocked_per_year=2.0,
        permeability=(0.0, 0.0, 0.0),
        permeability_source="stated",
        n_animals=1,
        n_tracked=1,
        corridor_class="outside",
        season="",
        per="herd of 5 (<b>{count}</b>)",
    )
    assert "herd of 5 (<b>{count}</b>)" in text
    assert "outside the corridor" in text
    assert "1 animal;" in text
