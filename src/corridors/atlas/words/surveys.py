"""What `check` says of inputs that it looked into."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_CODES = 12


def sampled_words(n_fixes: int, of_fixes: int, n_animals: int, of_animals: int) -> str:
    """Return that only some animals of a large herd were looked at.

    Examples
    --------
    >>> sampled_words(2_000_000, 8_000_000, 50, 200)
    'what looks wrong is told from 2,000,000 of 8,000,000 fixes, of 50 of 200 animals: `corridors \
clean` tells it of all'
    """
    return (
        f"what looks wrong is told from {n_fixes:,} of {of_fixes:,} fixes, of {n_animals} of "
        f"{of_animals} animals: `corridors clean` tells it of all"
    )


def coverage_words(herd: str, share: float, least: float) -> str:
    """Return that a layer of habitat has too few data where a herd is.

    Examples
    --------
    >>> coverage_words("argali", 0.42, 0.9)
    'data at 42% of the box around argali: refused below 90% of its grid \
(habitat.min_coverage_frac)'
    """
    return (
        f"data at {share:.0%} of the box around {herd}: refused below {least:.0%} of its grid "
        "(habitat.min_coverage_frac)"
    )


def unnamed_codes_words(herd: str, codes: Sequence[float], layer: str) -> str:
    """Return which classes of a layer have no resistance.

    Examples
    --------
    >>> unnamed_codes_words("argali", [7.0, 9.0], "dem")
    'codes near argali without resistance: 7, 9; add them to resistance of layer dem, or to nodata'
    """
    named = ", ".join(f"{code:g}" for code in codes[:_MOST_CODES])
    return (
        f"codes near {herd} without resistance: {named}; add them to resistance of layer {layer}, "
        "or to nodata"
    )
