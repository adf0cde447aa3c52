"""Small tables as CSV, for people and spreadsheets."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table in UTF-8; text that a spreadsheet would run as a formula gets an apostrophe.

    Numbers have ten digits; unknown ones are empty.
    """
    texts = frame.select_dtypes(include=["object", "string"])
    safe = frame.assign(**{str(name): column.map(_safe) for name, column in texts.items()})
    safe.to_csv(path, index=False, lineterminator="\n", encoding="utf-8", float_format="%.10g")


def _safe(cell: object) -> object:
    return "'" + cell if isinstance(cell, str) and cell.startswith(_RISKY) else cell
