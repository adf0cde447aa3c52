"""Migrations in sentences."""

from __future__ import annotations

import pandas as pd
import pytest

from corridors.atlas.words.migrations import stop_words


@pytest.mark.parametrize(
    ("stop_days", "words"),
    [
        ([], ""),
        ([0.0, 0.0, 0.0], "No migration stops on the way."),
        (
            [4.0, 12.34, 0.0],
            "2 of 3 migrations stop on the way; the longest stop lasts 12 days.",
        ),
    ],
)
def test_a_sentence_tells_which_migrations_stop(stop_days: list[float], words: str) -> None:
    legs = pd.DataFrame({"migration": list("abc")[: len(stop_days)], "stop_days": stop_days})
    assert stop_words(legs) == words
