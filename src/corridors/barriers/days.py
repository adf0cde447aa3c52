"""Days in the columns of a layer, in the forms that are stated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

UTC_DAY = pd.DatetimeTZDtype("us", "UTC")
ISO = "%Y-%m-%d"
# A time of day behind an ISO date: the day as it is written counts.
_TIME_OF_DAY = r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|[+-]\d{2}(:?\d{2})?)?$"
_WITH_A_DAY = ("%d", "%j", "%x", "%D")
_COMMON = (
    "%Y", "%Y-%m", "%m.%Y", "%m/%Y", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d",
    "%Y%m%d", "%d.%m.%y", "%d-%b-%Y", "%d %b %Y", "%b %Y", "%B %Y", "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S",
)  # fmt: skip
_EPOCHS: dict[str, Literal["s", "ms", "D"]] = {"epoch_s": "s", "epoch_ms": "ms", "excel": "D"}
_SINCE = {"excel": "1899-12-30"}  # else 1970
# Smaller and larger numbers are nothing that anybody means: 1973 and 1950 to 2100.
_BETWEEN = {"epoch_s": (1e8, 1e11), "epoch_ms": (1e11, 1e14), "excel": (18_264.0, 73_051.0)}


def days_of(text: pd.Series, forms: Sequence[str], *, is_last: bool) -> pd.Series:
    """Return the day of each text, UTC; NaT where it is empty or in none of the forms.

    Parameters
    ----------
    text
        Values as text, "" for nothing.
    forms
        ``strptime`` forms, ``epoch_s``, ``epoch_ms`` or ``excel``, the first that fits each value.
        ``%Y-%m-%d`` also takes a time of day behind it.
    is_last
        Of a form without a day, as ``%Y``: the last day of the year or month, else the first.

    Examples
    --------
    >>> text = pd.Series(["2019", "12.05.2019"])
    >>> days_of(text, ["%d.%m.%Y", "%Y"], is_last=True).dt.date.tolist()
    [datetime.date(2019, 12, 31), datetime.date(2019, 5, 12)]
    """
    found = pd.Series(pd.NaT, index=text.index, dtype=UTC_DAY)
    for form in forms:
        open_ = found.isna() & (text != "")
        if open_.any():
            found = found.fillna(_in_form(text[open_], form, is_last=is_last))
    return found


def advice(text: pd.Series) -> str:
    """Return what to state so that these texts are read; "" where no common form fits them all.

    Examples
    --------
    >>> advice(pd.Series(["31.08.2020"]))
    "set date_formats: ['%d.%m.%Y'] of this source"
    """
    fit = [form for form in (*_COMMON, *_EPOCHS) if _fits_all(text, form)]
    if not fit:
        return ""
    if fit[0] == "%Y":
        return (
            "a year alone does not say the day: set date_formats: ['%Y'] of this source to take "
            "its first day, for valid_to its last"
        )
    shown = " or ".join(f"['{form}']" for form in fit[:3])
    unclear = ", whichever is meant" if len(fit) > 1 else ""
    return f"set date_formats: {shown} of this source{unclear}"


def _fits_all(text: pd.Series, form: str) -> bool:
    if form in _EPOCHS:
        numbers = pd.to_numeric(text, errors="coerce")
        least, below = _BETWEEN[form]
        return bool((numbers >= least).all() and (numbers < below).all())
    return bool(_in_form(text, form, is_last=False).notna().all())


def _in_form(text: pd.Series, form: str, *, is_last: bool) -> pd.Series:
    if form in _EPOCHS:
        numbers = pd.to_numeric(text, errors="coerce")
        since = pd.to_timedelta(numbers, unit=_EPOCHS[form], errors="coerce")
        stamps = pd.Timestamp(_SINCE.get(form, "1970-01-01"), tz="UTC") + since
        return stamps.dt.floor("D").astype(UTC_DAY)
    if form == ISO:
        text = text.str.replace(_TIME_OF_DAY, r"\1", regex=True)
    stamps = pd.to_datetime(text, format=form, errors="coerce", utc=True)
    stamps = stamps.dt.tz_localize(None).dt.floor("D")
    if is_last and not any(directive in form for directive in _WITH_A_DAY):
        is_monthly = any(directive in form for directive in ("%m", "%b", "%B"))
        stamps = stamps + (pd.offsets.MonthEnd(0) if is_monthly else pd.offsets.YearEnd(0))
    return stamps.dt.tz_localize("UTC").astype(UTC_DAY)
