"""What the styles of all layers have in common."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from corridors.atlas import palette
from corridors.atlas.fields import aliases
from corridors.atlas.palette import rgba
from corridors.formats.qml import Label, LayerStyle, Rule, Symbol, line, marker, quoted

PAPER = rgba(palette.PAPER)
SEASON_WORDS: Mapping[str, str] = {
    "all": "All migrations",
    "spring": "Spring",
    "summer": "Summer",
    "autumn": "Autumn",
    "winter": "Winter",
    "other": "Outside the seasons",
}


def seasons_of(frame: pd.DataFrame) -> list[str]:
    """Return the seasons that occur, also those that a study names itself, in a fixed order.

    Examples
    --------
    >>> seasons_of(pd.DataFrame({"season": ["wet", "autumn", "all", "wet"]}))
    ['all', 'autumn', 'wet']
    """
    present = set(frame["season"])
    known = [season for season in SEASON_WORDS if season in present]
    return known + sorted(present.difference(SEASON_WORDS))


def layer_style(
    frame: pd.DataFrame,
    geometry: str,
    rules: list[Rule] | tuple[Rule, ...],
    labels: tuple[Label, ...] = (),
    **more: str | float,
) -> LayerStyle:
    """Return a style whose columns have the names that people read."""
    return LayerStyle(
        geometry,  # type: ignore[arg-type]
        tuple(rules),
        labels,
        aliases=aliases(list(frame.columns)),
        **more,  # type: ignore[arg-type]
    )


def points_by_season(frame: pd.DataFrame, shape: str, size_mm: float) -> LayerStyle:
    """Return points coloured by season."""
    rules = []
    for season in seasons_of(frame):
        colour = palette.season(season)
        symbol = Symbol((marker(shape, rgba(colour, 0.85), size_mm, PAPER, 0.2),))
        words = SEASON_WORDS.get(season, season)
        rules.append(Rule(words, f'"season" = {quoted(season)}', symbol))
    return layer_style(frame, "Point", rules)


def chosen(frame: pd.DataFrame, where: str) -> pd.Series[bool]:
    """Return which rows comparisons of columns with numbers hold for, joined by AND.

    Examples
    --------
    >>> chosen(pd.DataFrame({"a": [1.0, 2.0, 3.0]}), '"a" >= 2.0 AND "a" < 3').tolist()
    [False, True, False]
    """
    hold = pd.Series(data=True, index=frame.index, dtype=bool)
    for part in where.split(" AND "):
        column, sign, value = part.split()
        compare = {">": pd.Series.gt, ">=": pd.Series.ge, "<": pd.Series.lt, "<=": pd.Series.le}
        hold &= compare[sign](frame[column.strip('"')], float(value))
    return hold


def graded_line(
    frame: pd.DataFrame,
    column: str,
    classes: tuple[tuple[float, str, float, str], ...],
    *,
    unknown: str = "",
    **more: str | float,
) -> LayerStyle:
    """Return lines in classes of a column, the strongest first.

    Parameters
    ----------
    frame
        Rows.
    column
        Column of numbers.
    classes
        (lowest value, colour, width in mm, words), descending; only those that occur are drawn.
    unknown
        Words for rows without a number; "": there are none, or they are not drawn.
    """
    rules = []
    above = float("inf")
    for lowest, colour, width, words in classes:
        here = (frame[column] >= lowest) & (frame[column] < above)
        upper = "" if above == float("inf") else f' AND "{column}" < {above:g}'
        above = lowest
        if here.any():
            symbol = Symbol((line(PAPER, width + 0.8), line(rgba(colour), width)))
            rules.append(Rule(words, f'"{column}" >= {lowest:g}{upper}', symbol))
    if unknown and frame[column].isna().any():
        pale = Symbol((line(rgba(palette.MUTED, 0.7), 0.3, (1.5, 1.2)),))
        rules.append(Rule(unknown, f'"{column}" IS NULL', pale))
    return layer_style(frame, "Line", rules, **more)  # type: ignore[arg-type]
