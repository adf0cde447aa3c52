"""What a release says in words: types, sources, and why something is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Grade of a place -> its class: how sure it is that passages are missing there.
CLASS_OF_GRADE: Final[Mapping[str, str]] = {
    "act": "high",
    "look_on_site": "medium",
    "nothing_seen": "low",
}
CORRIDOR_TYPE: Final = "Migration corridor"
STOPOVER_TYPE: Final = "Stopover"
ARROWHEAD_TYPE: Final = "Arrowhead"
LABEL_TYPE: Final = "Herd name"
TRACKED: Final = "GPS tracks"
MODELLED: Final = "Modelled between the seasonal ranges"


def range_type(season: str) -> str:
    """Return the type of a seasonal range.

    Examples
    --------
    >>> range_type("winter")
    'Winter range'
    """
    return f"{season.capitalize()} range"


def tracked_words(n_animals: int) -> str:
    """Return the source of what tracks gave.

    Examples
    --------
    >>> tracked_words(8)
    'GPS tracks of 8 animals'
    """
    return f"GPS tracks of {n_animals} animals"


def drawn_words(source: str) -> str:
    """Return the source of what an expert drew.

    Examples
    --------
    >>> drawn_words("A. Author, 2024-01-31, confidence low")
    'Drawn by A. Author, 2024-01-31, confidence low'
    """
    return f"Drawn by {source}"
