"""Of whom passages are told, in a table that people read."""

from __future__ import annotations

import pandas as pd

from corridors.atlas.words.units import units_in_words
from corridors.foundation.facts import Unit


def test_a_table_says_of_whom_in_one_column_where_it_was() -> None:
    herd, one = Unit.of(1500.0, "aerial <b>count</b>"), Unit.of(None, None)
    rows = pd.DataFrame([{"a": 1, **herd.columns(), "b": 2}, {"a": 3, **one.columns(), "b": 4}])
    told = units_in_words(rows)
    assert list(told.columns) == ["a", "unit", "b"]
    assert told["unit"].tolist() == ["herd of 1500 (aerial <b>count</b>)", "per animal"]


def test_a_table_without_rows_keeps_its_columns() -> None:
    rows = pd.DataFrame([Unit.of(None, None).columns()]).iloc[:0]
    assert list(units_in_words(rows).columns) == ["unit"]
