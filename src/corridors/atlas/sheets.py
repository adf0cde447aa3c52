"""Small tables as CSV, for people and spreadsheets."""

from __future__ import annotations

import pandas as pd

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as CSV; text that a spreadsheet would run as a formula gets an apostrophe.

    Numbers have ten digits; unknown ones are empty.
    """
    texts = frame.select_dtypes(include=["object", "string"])
    safe = frame.assign(**{str(name): column.map(_safe) for name, column in texts.items()})
    return safe.to_csv(index=False, lineterminator="\n", float_format="%.10g")


def _safe(cell: object) -> object:
    return "'" + cell if isinstance(cell, str) and cell.startswith(_RISKY) else cell
