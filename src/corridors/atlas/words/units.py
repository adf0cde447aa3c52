"""Of whom passages a year are told."""

from __future__ import annotations

import pandas as pd

from corridors.atlas.words.language import digits, said
from corridors.foundation.arrays import Frame
from corridors.foundation.facts import Unit


def unit_words(unit: Unit) -> str:
    """Return of whom passages a year are told.

    Examples
    --------
    >>> unit_words(Unit.of(None, None)), unit_words(Unit.of(120.0, "count 2020"))
    ('per animal', 'herd of 120 (count 2020)')
    """
    return _words(unit.code, unit.population_size, unit.population_source)


def units_in_words(rows: Frame) -> Frame:
    """Return a table with ``unit`` in words, without the size of the herd and its source."""
    told = rows[["unit", "population_size", "population_source"]]
    words = [_words(*one) for one in told.itertuples(index=False, name=None)]
    return rows.assign(unit=pd.Series(words, rows.index, dtype=str)).drop(
        columns=["population_size", "population_source"]
    )


def _words(code: str, population_size: float | None, population_source: str) -> str:
    if code == "per_animal":
        return said("per animal")
    size = digits(f"{population_size:g}")
    return said("herd of {size} ({source})", size=size, source=population_source)
