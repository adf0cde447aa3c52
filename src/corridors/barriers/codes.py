"""Values of a layer looked up in a map, however they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

_WHOLE = re.compile(r"[+-]?\d+(\.0*)?$")


def looked_up(words: pd.Series, known: Mapping[str, str]) -> pd.Series:
    """Return what ``known`` says of each word; NaN where it says nothing.

    A word that is not in the map as it is written is looked up without regard to capitals, blanks
    around it and zeros before or behind a whole number.

    Examples
    --------
    >>> looked_up(pd.Series(["1", "02", "Primary ", "x"]),
    ...           {"1": "motorway", "2": "primary", "primary": "primary"}).tolist()
    ['motorway', 'primary', 'primary', nan]
    """
    found = words.map(dict(known)).astype("object")
    open_ = found.isna()
    if not open_.any():
        return found
    alike: dict[str, str | None] = {}
    for word, given in known.items():
        key = canonical(word)
        # Two spellings with different meanings: neither stands for a third.
        alike[key] = given if alike.get(key, given) == given else None
    return found.where(~open_, words[open_].map(canonical).map(alike).reindex(words.index))


def canonical(word: str) -> str:
    """Return a word without regard to capitals, blanks and zeros around a whole number.

    Examples
    --------
    >>> canonical(" Primary"), canonical("01"), canonical("1.0"), canonical("1.5")
    ('primary', '1', '1', '1.5')
    """
    plain = word.strip().casefold()
    return str(int(plain.split(".")[0])) if _WHOLE.match(plain) else plain


def counted(words: pd.Series) -> dict[str, int]:
    """Return how often each word stands there, in alphabetical order."""
    return {str(word): int(n) for word, n in words.value_counts().sort_index().items()}
