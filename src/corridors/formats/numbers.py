"""Numbers of a column, also with a decimal comma, a degree sign or a hemisphere's letter."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from corridors.formats.row_faults import RowFaults
from corridors.foundation.arrays import Floats, Indices

EMPTY = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None")
# What else stands in a column of numbers, in any case, where there is none.
_NOTHING = frozenset(
    word.casefold() for word in (*EMPTY, "-", "--", "#N/A", "nil", "no fix", "no_fix", "nofix")
)
_COMMA = r"[+-]?\d+,\d+"
_WITH_POINT = re.compile(r"^(\d+)\.0+$")
_ANGLE = re.compile(
    r"(?P<a>[NSEWnsew])?\s*(?P<sign>[+\-\u2212])?\s*(?P<d>\d+(?:\.\d+)?)\s*"
    r"(?P<mark>[°º]|deg)?\s*"
    r"(?:(?P<m>\d+(?:\.\d+)?)\s*['\u2032\u2019]\s*)?"
    r"(?:(?P<s>\d+(?:\.\d+)?)\s*(?:[\"\u2033\u201d]|''|\u2032\u2032)\s*)?"
    r"(?P<z>[NSEWnsew])?"
)


def without_point(word: str) -> str:
    """Return a name; of a whole number that a program wrote with a point, without it.

    Examples
    --------
    >>> without_point("7001.0"), without_point("7.5"), without_point("007")
    ('7001', '7.5', '007')
    """
    return _WITH_POINT.sub(r"\1", word)


def numbers(
    column: pa.Array,
    rows: Indices,
    name: str,
    decimal: str,
    faults: RowFaults,
    *,
    letters: str = "",
) -> Floats:
    """Return the numbers of a column, NaN where it is empty.

    Parameters
    ----------
    column
        Text or numbers, shape (n,).
    rows
        Row of each, for messages.
    name
        Name of the column, for messages.
    decimal
        Decimal mark, ``.`` or ``,``.
    faults
        What cannot be read is added here.
    letters
        Letters of the hemispheres that may stand beside an angle, ``NS`` or ``EW``; none: no angle.
    """
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        stored = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        finite = np.isfinite(stored)
        if finite.all():
            return np.asarray(stored)
        _infinite(stored, rows, name, faults)
        return np.where(finite, stored, np.nan)
    text = pc.replace_substring(column, ",", ".") if decimal == "," else column
    try:
        values = np.asarray(text.cast(pa.float64()).to_numpy(zero_copy_only=False))
        if not np.isinf(values).any():
            return values
    except pa.ArrowInvalid:
        pass
    return _one_by_one(column, rows, name, decimal, faults, letters)


def _infinite(values: Floats, rows: Indices, name: str, faults: RowFaults) -> None:
    faults.add(
        "not a number",
        np.isinf(values),
        rows,
        values,
        column=name,
        expected="a finite number, or nothing",
        cure="correct the rows; leave the cell empty where there is no value",
    )


def _one_by_one(
    column: pa.Array, rows: Indices, name: str, decimal: str, faults: RowFaults, letters: str
) -> Floats:
    plain = pd.Series(pc.fill_null(column, "").to_pandas(), dtype="str").str.strip()
    plain = plain.mask(plain.str.casefold().isin(_NOTHING), "")
    given = (plain != "").to_numpy()
    dotted = plain.str.replace(",", ".", regex=False) if decimal == "," else plain
    values = pd.to_numeric(dotted.where(given), errors="coerce").to_numpy(dtype=float, copy=True)
    wrong = given & ~np.isfinite(values)
    for place in np.flatnonzero(wrong) if letters else ():
        values[place] = _angle(dotted.iloc[place], letters)
    wrong = given & ~np.isfinite(values)
    if wrong.any():
        comma = bool(plain[wrong].str.fullmatch(_COMMA).all())
        faults.add(
            "not a number",
            wrong,
            rows,
            plain.to_numpy(dtype=object),
            column=name,
            expected="a number with a decimal point",
            cure="these are decimal commas: set decimal: ',' of this source"
            if comma
            else "correct the rows; leave the cell empty where there is no value",
        )
    return np.where(np.isfinite(values), values, np.nan)


def _angle(text: str, letters: str) -> float:
    r"""Return an angle in degrees, NaN if the text is none or leaves its side open.

    Examples
    --------
    >>> _angle("43°15'30\" N", "NS"), _angle("W109.5", "EW"), _angle("109.5", "EW")
    (43.25833333333333, -109.5, nan)
    """
    found = _ANGLE.fullmatch(text)
    if found is None:
        return float("nan")
    before, after = (found["a"] or "").upper(), (found["z"] or "").upper()
    letter = before or after
    parts = [float(found[key] or 0.0) for key in ("d", "m", "s")]
    whole = (found["m"] is None and found["s"] is None) or parts[0].is_integer()
    unclear = (
        (before and after)
        or (letter and letter not in letters)
        or (letter and found["sign"])
        or not (letter or found["mark"])
        or not whole
        or parts[1] >= 60
        or parts[2] >= 60
    )
    if unclear:
        return float("nan")
    size = parts[0] + parts[1] / 60 + parts[2] / 3600
    negative = letter in ("S", "W") or found["sign"] in ("-", "\u2212")
    return -size if negative else size
