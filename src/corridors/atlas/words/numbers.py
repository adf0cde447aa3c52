"""Numbers as people write them in a sentence."""

from __future__ import annotations

import math

from corridors.atlas.words.language import digits, said, several


def number(value: float) -> str:
    """Return a number with two significant digits, whole from 10 on.

    Examples
    --------
    >>> number(0.0), number(0.123), number(2.46), number(12.6)
    ('0', '0.12', '2.5', '13')
    """
    if value <= 0:
        return "0"
    if value >= 10:
        return f"{value:.0f}"
    places = max(0, 1 - math.floor(math.log10(value)))
    return digits(f"{value:.{places}f}")


def percent(share: float, places: int = 0) -> str:
    """Return a share as percent.

    Examples
    --------
    >>> percent(0.594), percent(0.0312, 1)
    ('59 %', '3.1 %')
    """
    return said("{number} %", number=digits(f"{100 * share:.{places}f}"))


def kilometres(km: float) -> str:
    """Return a place along a line, to 100 m.

    Examples
    --------
    >>> kilometres(3.46)
    '3.5'
    """
    return digits(f"{km:.1f}")


def counted(n: int, thing: str, several: str = "") -> str:
    """Return how many there are of a thing; ``several`` is its plural where an s does not make it.

    Examples
    --------
    >>> counted(1, "animal"), counted(3, "animal")
    ('1 animal', '3 animals')
    """
    return f"{n} {thing if n == 1 else several or f'{thing}s'}"


def animals(n_animals: int, n_units: int) -> str:
    """Return how many animals there are, and how many of them say something of their own.

    Examples
    --------
    >>> animals(1, 1), animals(9, 5), animals(4, 4)
    ('1 animal', '9 animals (5 independent units)', '4 animals (4 independent units)')
    """
    told = several("{n} animal", "{n} animals", n_animals)
    if n_animals <= 1:
        return told
    units = several("{n} independent unit", "{n} independent units", n_units)
    return f"{told} ({units})"


def span(low: float, high: float) -> str:
    """Return an interval in two digits.

    Examples
    --------
    >>> span(1.234, 3.04), span(0.00004, 0.4)
    ('1.2–3.0', '0–0.40')
    """
    return f"{number(low if low >= 0.001 else 0.0)}–{number(high)}"
