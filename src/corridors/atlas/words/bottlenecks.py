"""Bottlenecks of a herd in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridors.atlas.words.numbers import animals, counted, number

MEANING = (
    "Passages come closer together here than before and behind; the width is that of an evenly "
    "used strip, its 95 % interval in brackets."
)


def width_words(row: Mapping[str, Any]) -> str:
    """Return how wide a bottleneck is, with its interval; ``row`` is one of BOTTLENECKS.

    Examples
    --------
    >>> width_words({"width_m": 643.0, "width_low_m": 487.0, "width_high_m": 2850.0})
    '640 m (490 m to 2.9 km)'
    """
    width, low, high = (_length(row[name]) for name in ("width_m", "width_low_m", "width_high_m"))
    return f"{width} ({low} to {high})"


def passing_words(row: Mapping[str, Any]) -> str:
    """Return who passes a bottleneck.

    Examples
    --------
    >>> passing_words({"n_migrations": 31, "n_animals": 11, "n_units": 9, "unit_share": 0.9})
    '31 migrations of 11 animals (9 independent units), 90 % of the units of the herd'
    """
    return (
        f"{counted(row['n_migrations'], 'migration')} of "
        f"{animals(row['n_animals'], row['n_units'])}, {100 * row['unit_share']:.0f} % of the "
        "units of the herd"
    )


def narrowest_words(row: Mapping[str, Any], where: str) -> str:
    """Return where a herd's route is narrowest; ``row`` is one of BOTTLENECKS.

    Examples
    --------
    >>> narrowest_words(
    ...     {"width_m": 643.0, "width_low_m": 487.0, "width_high_m": 850.0, "n_migrations": 31,
    ...      "n_animals": 11, "n_units": 9, "unit_share": 0.9}, "37.2000° N, 73.1000° E")
    'The route is narrowest at 37.2000° N, 73.1000° E: 640 m (490 m to 850 m), passed by 31 \
migrations of 11 animals (9 independent units), 90 % of the units of the herd.'
    """
    return f"The route is narrowest at {where}: {width_words(row)}, passed by {passing_words(row)}."


def no_bottleneck(*, n_units: int, min_units: int) -> str:
    """Return why a herd has no bottleneck.

    Examples
    --------
    >>> no_bottleneck(n_units=3, min_units=5)
    'Bottlenecks need 5 independent units with migrations: not known.'
    """
    if n_units < min_units:
        return f"Bottlenecks need {min_units} independent units with migrations: not known."
    return (
        "No bottleneck was found: nowhere do passages come surely closer together than before and "
        "behind."
    )


def _length(metres: float) -> str:
    """Return a length in two digits, from a kilometre on in kilometres."""
    if metres >= 995:
        return f"{number(metres / 1000)} km"
    step = 10 if metres >= 100 else 1
    return f"{round(metres / step) * step:g} m"
