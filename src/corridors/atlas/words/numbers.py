"""Numbers as people write them in a sentence."""

from __future__ import annotations

import math
from typing import Final

from corridors.atlas.words.language import digits, said, several

# What is less is not told apart from other small numbers, nor from nothing by accident.
LEAST: Final = 0.01


def number(value: float) -> str:
    """Return a number with two significant digits, whole from 10 on; what is small is said so.

    Examples
    --------
    >>> number(0.0), number(0.123), number(2.46), number(9.97), number(1234.5), number(0.0073)
    ('0', '0.12', '2.5', '10', '1,234', '< 0.01')
    """
    if value <= 0:
        return "0"
    if value < LEAST:
        return f"< {digits(str(LEAST))}"
    rounded = float(f"{value:.1e}")
    if rounded >= 10:
        return digits(f"{value:,.0f}")
    return digits(f"{value:.{1 - math.floor(math.log10(rounded))}f}")


def percent(share: float) -> str:
    """Return a share as whole percent; below one percent as :func:`shared`.

    Examples
    --------
    >>> percent(0.594), percent(0.0), percent(0.004), percent(1e-9)
    ('59 %', '0 %', '0.40 %', '< 0.01 %')
    """
    if share < 0.01:
        return shared(share)
    return said("{number} %", number=f"{100 * share:.0f}")


def shared(share: float) -> str:
    """Return a share as percent with two significant digits.

    Examples
    --------
    >>> shared(0.594), shared(0.0312), shared(0.00000029), shared(0.0), shared(-0.02)
    ('59 %', '3.1 %', '< 0.01 %', '0 %', '−2.0 %')
    """
    text = said("{number} %", number=number(100 * abs(share)))
    return f"−{text}" if share < 0 else text


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
    """Return an interval in two digits; one that ends below a hundredth by its upper end.

    Examples
    --------
    >>> span(1.234, 3.04), span(0.00004, 0.4), span(0.0, 0.0), span(0.002, 0.0073)
    ('1.2–3.0', '0–0.40', '< 0.01', '< 0.01')
    """
    return at_most(high) if high < LEAST else f"{at_least(low)}–{number(high)}"


def at_least(low: float) -> str:
    """Return the lower end of an interval: below a hundredth it is nothing.

    Examples
    --------
    >>> at_least(0.0073), at_least(0.12)
    ('0', '0.12')
    """
    return number(low if low >= LEAST else 0.0)


def at_most(high: float) -> str:
    """Return the upper end of an interval, which is never called nothing.

    Examples
    --------
    >>> at_most(0.0), at_most(0.4)
    ('< 0.01', '0.40')
    """
    return number(max(high, LEAST / 2))
