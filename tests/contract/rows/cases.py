"""Tables that a contract takes or refuses, each with at most one fault, made of an example."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import pandas as pd
import pandera.pandas as pa

from contract.rows.example import Example
from corridors.foundation import tables
from corridors.foundation.errors import InternalError


@dataclass(frozen=True)
class Case:
    """A table and what its contract has to say of it.

    Attributes
    ----------
    name
        What is special about the table.
    rule
        Which rule of the contract it tries: whole, required, dtype, nullable or check.
    column
        The one column that it is about and has, or "" where it has all.
    make
        Makes the table.
    said
        As of `said`; "" where the contract takes it.
    """

    name: str
    rule: str
    column: str
    make: Callable[[], pd.DataFrame]
    said: str

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table."""
        return self.make()

    @cached_property
    def content(self) -> bytes:
        """The same bytes: the same table."""
        return pickle.dumps(self.frame)


ONE_COLUMN = "one column"
# Columns of the same name and rules stand in many contracts, with the same cases.
_known: dict[tuple[str, bytes], list[tuple[pa.Column, str]]] = {}


def alone(name: str, column: pa.Column) -> pa.DataFrameSchema:
    """Return a contract of one column; it is called the same whatever the column's own contract."""
    return pa.DataFrameSchema({name: column}, name=ONE_COLUMN, strict=True)


def narrow(schema: pa.DataFrameSchema, column: str) -> pa.DataFrameSchema:
    """Return what a contract says of one column, or all of it for ""."""
    return alone(column, schema.columns[column]) if column else schema


def answer(case: Case, schema: pa.DataFrameSchema) -> str:
    """Return what a contract, narrowed to the case's column, says of its table, as `said` does.

    A contract of one column is asked once for the same rules and the same table.
    """
    if schema.name != ONE_COLUMN:
        return said(case.frame, schema)
    (column,) = schema.columns.values()
    known = _known.setdefault((case.column, case.content), [])
    for other, words in known:
        if other == column:
            return words
    known.append((column, said(case.frame, schema)))
    return known[-1][1]


def said(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> str:
    """Return what a contract says of a table: ``column: kind of fault``, or "" for nothing."""
    try:
        tables.check(frame, schema)
    except InternalError as error:
        return "; ".join(sorted({f"{f.column}: {_kind(f.expected)}" for f in error.faults}))
    return ""


def _kind(rule: str | None) -> str:
    words = {
        "dtype": "dtype",
        "not_nullable": "empty",
        "column_in_dataframe": "missing",
        "column_in_schema": "unknown",
        "multiple_fields_uniqueness": "twice",
    }
    return next((word for start, word in words.items() if str(rule).startswith(start)), "value")


def cases(name: str, example: Example) -> list[Case]:
    """Return every case of a contract."""
    return [*_whole(name, example), *_columns(example), *_values(example)]


def _whole(name: str, example: Example) -> Iterator[Case]:
    row, second = example.row, example.second
    yield Case("good rows", "whole", "", partial(example.frame, row, second), "")
    again = {**second, **{key: row[key] for key in example.key}} if example.key else row
    twice = "; ".join(sorted(f"{key}: twice" for key in example.key))
    yield Case("the same key twice", "whole", "", partial(example.frame, row, again), twice)
    for key in example.key:
        pair = partial(example.frame, row, {**row, key: second[key]})
        yield Case(f"rows that differ in {key}", "whole", "", pair, "")
    surprise = partial(example.frame, {**row, "surprise": 1})
    yield Case("a column too many", "whole", "", surprise, f"{name}: unknown")


def _columns(example: Example) -> Iterator[Case]:
    for column, value in example.row.items():
        none = partial(pd.DataFrame, index=[0])
        yield Case("missing", "required", column, none, f"{ONE_COLUMN}: missing")
        near = example.near_dtype(column)
        table = partial(example.frame, {column: value}, **{column: near})
        # What shape an object has is asked of geometries only.
        also = f"; {column}: value" if near == "object" else ""
        yield Case(near, "dtype", column, table, f"{column}: dtype{also}")
        if column in example.filled:
            empty = partial(example.frame, {column: None})
            yield Case("empty", "nullable", column, empty, f"{column}: empty")
        elif example.second[column] is None:
            empty = partial(example.frame, {column: None})
            yield Case("may be empty", "nullable", column, empty, "")


def _values(example: Example) -> Iterator[Case]:
    for column in example.row:
        good = [{column: value} for value in example.good_values(column)]
        yield Case("good values", "check", column, partial(example.frame, *good), "")
    for column, value in example.refused():
        table = partial(example.frame, {column: value})
        yield Case(f"{value!r:.40}", "check", column, table, f"{column}: value")
