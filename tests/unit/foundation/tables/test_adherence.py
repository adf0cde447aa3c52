"""Whether a table keeps its contract is told at once where it does, and never where it does not.

That every single fault of every contract is seen is tried in ``tests/contract/test_tables.py``.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest

from contract.rows import EXAMPLES
from corridors.foundation import tables
from corridors.foundation.tables.adherence import keeps

TWO = pd.DataFrame({"name": pd.Series(["a", "b"], dtype="str"), "width_m": [1.0, 2.0]})


def contract(width: pa.Column | None = None, **options: Any) -> pa.DataFrameSchema:
    width = width or pa.Column("float64", pa.Check.ge(0))
    return pa.DataFrameSchema({"name": pa.Column(str), "width_m": width}, strict=True, **options)


@pytest.mark.parametrize("name", tables.CONTRACTS)
def test_good_rows_and_no_rows_keep_every_contract(name: str) -> None:
    schema, example = tables.CONTRACTS[name], EXAMPLES[name]
    assert keeps(example.frame(example.row, example.second), schema)
    assert keeps(tables.empty(schema), schema)


def test_the_order_of_columns_does_not_matter() -> None:
    assert keeps(TWO[["width_m", "name"]], contract())


@pytest.mark.parametrize(
    "frame",
    [
        TWO.assign(width_m=[1.0, -1.0]),
        TWO.assign(width_m=[1.0, None]),
        TWO.assign(width_m=[1, 2]),
        TWO.assign(name=[1, 2]),
        TWO.assign(name=["a", "a"]),
        TWO.assign(more=1),
        TWO[["name"]],
        TWO[["name", "name", "width_m"]],
    ],
    ids=["value", "empty", "dtype", "text", "twice", "too many", "missing", "column twice"],
)
def test_a_fault_is_never_passed_over(frame: pd.DataFrame) -> None:
    assert keeps(TWO, contract(unique=["name"]))
    assert not keeps(frame, contract(unique=["name"]))


@pytest.mark.parametrize(
    "schema",
    [
        contract(pa.Column("float64", coerce=True)),
        contract(pa.Column("float64", unique=True)),
        contract(pa.Column("float64", default=1.0)),
        contract(pa.Column("float64", parsers=pa.Parser(abs))),
        contract(pa.Column(None)),
        contract(checks=pa.Check(lambda frame: frame["width_m"] > 0)),
        contract(index=pa.Index("int64")),
        contract(dtype="float64"),
    ],
    ids=["coerce", "unique", "default", "parsers", "any dtype", "checks", "index", "dtype"],
)
def test_what_only_pandera_can_tell_is_left_to_it(schema: pa.DataFrameSchema) -> None:
    assert not keeps(TWO, schema)


def test_what_may_be_empty_is_checked_where_it_is_not() -> None:
    schema = contract(pa.Column("float64", pa.Check.ge(0), nullable=True))
    assert keeps(TWO.assign(width_m=[1.0, None]), schema)
    assert not keeps(TWO.assign(width_m=[-1.0, None]), schema)
