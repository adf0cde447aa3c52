"""Migrations of a herd in sentences."""

from __future__ import annotations

import pandas as pd

from corridors.atlas.words.numbers import number


def stop_words(legs: pd.DataFrame) -> str:
    """Return how many migrations stop on the way, in a sentence; "" without any.

    Parameters
    ----------
    legs
        LEGS of the herd's migrations.

    Examples
    --------
    >>> stop_words(pd.DataFrame({"migration": ["a", "a", "b"], "stop_days": [4.5, 0.0, 0.0]}))
    '1 of 2 migrations stops on the way; the longest stop lasts 4.5 days.'
    """
    longest = legs.groupby("migration")["stop_days"].max()
    if longest.empty:
        return ""
    stopping = int((longest > 0).sum())
    if not stopping:
        return "No migration stops on the way."
    return (
        f"{stopping} of {len(longest)} migrations {'stops' if stopping == 1 else 'stop'} on the "
        f"way; the longest stop lasts {number(float(longest.max()))} days."
    )
