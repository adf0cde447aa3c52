"""Whether a table keeps its contract, asked without preparing what is said where it does not.

Nearly every table does. pandera makes ready for each column what it would report: on the small
tables of a herd that costs more than the rules themselves.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.engines.pandas_engine import Engine

# What a rule of ours can be made of; a column with anything else is left to pandera.
_NOT_OURS = ("coerce", "parsers", "regex", "unique", "default")


def keeps(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> bool:
    """Return whether a table certainly keeps its contract.

    Parameters
    ----------
    frame
        The table, its columns in any order.
    schema
        Its contract.

    Returns
    -------
    bool
        False where it does not, or where only pandera can tell.

    Notes
    -----
    The rules are those of the schema and are asked as pandera asks them: dtype, then empty values,
    then checks of what is not empty.
    """
    columns = schema.columns
    if len(frame.columns) != len(columns) or set(frame.columns) != set(columns):
        return False
    if schema.checks or schema.index is not None or schema.dtype is not None:
        return False
    if schema.unique and frame.duplicated(schema.unique).any():
        return False
    return all(_column_keeps(frame[name], column) for name, column in columns.items())


def _column_keeps(series: pd.Series, column: pa.Column) -> bool:
    if any(getattr(column, name) for name in _NOT_OURS) or not _is_of(series, column.dtype):
        return False
    if not column.nullable and series.hasnans:
        return False
    return all(bool(check(series).check_passed) for check in column.checks)


def _is_of(series: pd.Series, dtype: pa.DataType | None) -> bool:
    """Return whether a column has its dtype; pandera says so of the whole or of each value."""
    return dtype is not None and bool(np.all(np.asarray(dtype.check(_known(series.dtype), series))))


@lru_cache
def _known(dtype: object) -> pa.DataType:
    return Engine.dtype(dtype)
