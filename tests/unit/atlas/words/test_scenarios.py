"""What a scenario changes at a place, said."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridors.atlas.words.scenarios import change_words


def words(**more: Any) -> str:
    given: dict[str, Any] = {
        "change": "changed",
        "missing_before": 2.0,
        "missing_after": 1.0,
        "interval": (-1.5, -0.5),
        "free_per_year": 4.0,
        "kappa": (0.5, 0.75),
        "open_share": np.nan,
        "rank": (2.0, 5.0),
        "unit": "per animal",
    }
    return change_words(**{**given, **more})


def test_a_change_is_said_in_words_with_its_interval_and_ranks() -> None:
    assert words() == (
        "Modified from κ 0.50 to 0.75: about 1.0 more passages a year"
        " (per animal; 0.50 to 1.5). Rank 2 today, then 5."
    )
    assert "1.0 fewer passages" in words(missing_after=3.0, interval=(0.5, 1.5))
    assert "not surely more or fewer" in words(interval=(-2.0, 0.5))
    assert words(change="opened", open_share=0.25).startswith("Opened for 25 % of the tries:")


def test_nothing_known_and_nothing_changed_are_different_words() -> None:
    nothing = words(change="added", missing_before=0.0, missing_after=0.0, free_per_year=0.0)
    assert "none would pass this line" in nothing
    unknown = words(change="added", missing_before=np.nan, missing_after=np.nan)
    assert "nobody met it" in unknown
