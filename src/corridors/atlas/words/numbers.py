"""Numbers as people write them in a sentence."""

from __future__ import annotations

import math


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
    digits = max(0, 1 - math.floor(math.log10(value)))
    return f"{value:.{digits}f}"


def counted(n: int, thing: str) -> str:
    """Return how many there are of a thing.

    Examples
    --------
    >>> counted(1, "animal"), counted(3, "animal")
    ('1 animal', '3 animals')
    """
    return f"{n} {thing}{'' if n == 1 else 's'}"
