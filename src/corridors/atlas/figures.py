"""Figures that people read, each with the table, rows and column that it is from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd

from corridors.atlas.facts import day
from corridors.atlas.map_layers import middles
from corridors.atlas.pages import count, number, percent, shared
from corridors.atlas.words.language import digits, full_date
from corridors.atlas.words.numbers import at_least, at_most, kilometres
from corridors.atlas.words.numbers import number as short

# What becomes of the values of the column in the rows.
How = Literal["value", "rows", "distinct", "sum", "min", "mean", "max", "lat", "lon"]


@dataclass(frozen=True)
class Source:
    """Where a figure is from.

    Parameters
    ----------
    artefact
        Stage and table, as ``describe.migration_facts``; or recorded facts, as ``clean.facts``.
    column
        Of the table; of facts the field, with dots between a field and those in it.
    rows
        Column -> the value, or one of the values, that the rows have there, or ``from`` which value
        on; of facts nothing.
    how
        ``value`` of the one row; number of ``rows``; number of ``distinct`` values; ``sum``,
        ``min``, ``mean`` or ``max`` of the known values; ``lat`` or ``lon`` of the middle of a
        line, degrees.
    each
        Column whose values count once, by the mean of their rows.
    """

    artefact: str
    column: str
    rows: Mapping[str, Any] = field(default_factory=dict)
    how: How = "value"
    each: str = ""


@dataclass(frozen=True)
class Figure:
    """A number as it is read, how it is written, and where it is from."""

    text: str
    form: str
    source: Source


def figure(value: Any, source: Source, form: str = "number") -> Figure:
    """Return a figure; ``form`` is one of :data:`FORMS`."""
    return Figure(written(value, form), form, source)


def written(value: Any, form: str) -> str:
    """Return a value as people read it.

    Examples
    --------
    >>> written(0.031, "share"), written(12345, "count"), written("05-07", "day")
    ('3.1 %', '12,345', '7 May')
    """
    return FORMS[form](value)


def traced(source: Source, table: pd.DataFrame | Mapping[str, Any]) -> Any:
    """Return the value of a figure from its table, or from recorded facts as JSON.

    Raises
    ------
    LookupError
        The rows are not there, or more than one has the value.
    """
    if not isinstance(table, pd.DataFrame):
        found: Any = table
        for name in source.column.split("."):
            found = found[int(name)] if isinstance(found, Sequence) else found[name]
        return found
    rows = rows_of(source, table)
    if source.how == "rows":
        return len(rows)
    if source.how in ("lat", "lon"):
        return float(middles(gpd.GeoDataFrame(rows))[0][int(source.how == "lat")])
    values = rows[source.column]
    if source.how == "distinct":
        return values.nunique()
    if source.how == "value":
        if len(rows) != 1:
            raise LookupError(f"{len(rows)} rows of {source.artefact} have {dict(source.rows)}")
        return values.iloc[0]
    if source.each:
        values = values.groupby(rows[source.each]).mean()
    return getattr(values.dropna(), source.how)()


def rows_of(source: Source, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table that a figure is from."""
    keep = pd.Series(data=True, index=table.index)
    for column, wanted in source.rows.items():
        if isinstance(wanted, Mapping):
            keep &= table[column] >= wanted["from"]
        else:
            keep &= table[column].isin(wanted if isinstance(wanted, list) else [wanted])
    return table[keep]


def degrees(value: float, positive: str, negative: str) -> str:
    """Return a coordinate to about 10 m, as any map program takes it, in any language.

    Examples
    --------
    >>> degrees(-109.5, "E", "W")
    '109.5000° W'
    """
    return f"{abs(value):.4f}° {positive if value >= 0 else negative}"


def _date(time: Any) -> str:
    return full_date(time, f"{time.day} {time:%B %Y}")


def _whole(value: Any) -> str:
    return str(int(value))


FORMS: Final[Mapping[str, Callable[[Any], str]]] = {
    "number": number,
    "short": short,
    "floor": at_least,
    "ceiling": at_most,
    "count": count,
    "whole": _whole,
    "ten": lambda value: number(round(value, -1), 6),
    "km": kilometres,
    "cell": lambda value: digits(f"{value:g}"),
    "percent": percent,
    "share": shared,
    "day": day,
    "date": _date,
    "lat": lambda value: degrees(value, "N", "S"),
    "lon": lambda value: degrees(value, "E", "W"),
}
