"""Zones of the user in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from corridors.atlas.words.numbers import number, shared


def protected_words(shares: Mapping[str, float]) -> str:
    """Return how much of each corridor class is protected; ``shares`` has it by class.

    Examples
    --------
    >>> protected_words({"low": 0.42, "medium": 0.3, "high": 0.0})
    'Protected are 42 % of the corridor of low use, 30 % of medium use and 0 % of high use.'
    >>> protected_words({"low": 0.0004})
    'Protected are 0.040 % of the corridor of low use.'
    >>> protected_words({})
    'The herd has no corridor: which share of it is protected is not known.'
    """
    if not shares:
        return "The herd has no corridor: which share of it is protected is not known."
    told = [f"{shared(share)} of {name} use" for name, share in shares.items()]
    told[0] = f"{shared(next(iter(shares.values())))} of the corridor of {next(iter(shares))} use"
    listed = " and ".join([", ".join(told[:-1]), told[-1]] if told[1:] else told)
    return f"Protected are {listed}."


def overlap_words(added_km2: float, covered_km2: float) -> str:
    """Return that zones overlap, or "" where they do by less than a ten thousandth.

    Parameters
    ----------
    added_km2, covered_km2
        Areas of the corridor in all zones, added up, and the ground that they cover.

    Examples
    --------
    >>> overlap_words(200.0, 200.001)
    ''
    >>> overlap_words(212.3, 200.0)
    'Zones overlap: added up they hold 12 km² of the corridor more than the ground they cover. \
Ground in several zones counts in each of them, and once in all zones together.'
    """
    km2 = added_km2 - covered_km2
    if km2 <= 1e-4 * covered_km2:
        return ""
    return (
        f"Zones overlap: added up they hold {number(km2)} km² of the corridor more than the ground "
        "they cover. Ground in several zones counts in each of them, and once in all zones "
        "together."
    )


def none_words() -> str:
    """Return that a layer has no zone where the herd is."""
    return "No zone of this layer holds anything of the herd."


PART_WORDS: Mapping[str, str] = {"all": "All zones together", "outside": "Outside of all zones"}
