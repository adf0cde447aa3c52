"""Forms of time stamps: which ones say when a fix was taken, and which ones a text may follow.

A form is a ``strptime`` format, one of :data:`NUMBERS`, or :data:`ISO`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

# Days since 1899-12-30 as spreadsheets count them; seconds, milliseconds since 1970-01-01 UTC.
NUMBERS = ("excel", "unix_s", "unix_ms")
ISO = "iso"  # ISO 8601, year first, with day and time of day
# The halves of a day as some languages write them: a.m., p. m.
HALF_DAY = r"\b([AaPp])\.\s?[Mm]\.(?=\s|$)"
_SHORT = {"%T": "%H:%M:%S", "%R": "%H:%M", "%F": "%Y-%m-%d", "%D": "%m/%d/%y"}
_KNOWN = frozenset("aAwdbBmyYHIpMSfzZjUWuVG%")
_DATES = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y",
    "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y", "%d %b %Y", "%b %d %Y", "%d-%b-%y", "%Y%m%d",
)  # fmt: skip
_CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p", "%H%M%S",
    "%H.%M", "%H.%M.%S", "%H%M", "%H",
)  # fmt: skip
_WHOLE = ("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %Z %Y", "%a, %d %b %Y %H:%M:%S %Z")
_ZONED = ("", "%z", " %z", " %Z")
_FIRST_OF_CLOCK = re.compile(r"[ T]*%[HIMSpf].*", re.DOTALL)


def expanded(form: str) -> str:
    """Return a form with ``%T``, ``%R``, ``%F`` and ``%D`` spelled out.

    Examples
    --------
    >>> expanded("%F %T")
    '%Y-%m-%d %H:%M:%S'
    """
    for short, long in _SHORT.items():
        form = form.replace(short, long)
    return form


def fault_of(form: str) -> str | None:
    """Return why a form cannot say when a fix was taken, and what to write; None: it can.

    Examples
    --------
    >>> fault_of("%d.%m.%Y %H:%M") is None, fault_of("%d.%m.%Y")[:26]
    (True, "'%d.%m.%Y' has no time of ")
    """
    if form in NUMBERS or form == ISO:
        return None
    letters = re.findall(r"%(.)", expanded(form))
    unknown = [f"%{letter}" for letter in letters if letter not in _KNOWN]
    if unknown:
        return f"'{form}' has {unknown[0]}, which is no part of a time format"
    has = frozenset(letters)
    day = bool(has & {"j"}) or bool(has & {"m", "b", "B"} and "d" in has)
    if not (has & {"y", "Y"} and day) and not {"G", "V", "u"} <= has:
        return f"'{form}' has no whole date: year, month and day are needed"
    if not has & {"H", "I"}:
        return (
            f"'{form}' has no time of day, and all fixes of a day would be at midnight; where it "
            "stands in a column of its own name both: time: [DATE, TIME], "
            f"time_format: '{form} %H:%M:%S'"
        )
    if "H" in has and "p" in has:
        return (
            f"'{form}' has %H (0 to 23) with %p (AM, PM), and %p would count for nothing; "
            f"write %I: '{form.replace('%H', '%I')}'"
        )
    if "I" in has and "p" not in has:
        return (
            f"'{form}' has %I (1 to 12) without %p (AM, PM), and afternoons would be mornings; "
            "write %H where hours run to 23, or add %p"
        )
    return None


def exchanged(forms: Sequence[str]) -> tuple[str, str] | None:
    """Return two forms of a list that differ by the places of day and month only.

    Examples
    --------
    >>> exchanged(["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S"])
    ('%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M:%S')
    """
    dates = [(form, date_of(form)) for form in forms if "%" in form]
    for i, (form, date) in enumerate(dates):
        turned = date.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")
        for other, other_date in dates[i + 1 :]:
            if turned != date and other_date == turned:
                return form, other
    return None


def date_of(form: str) -> str:
    """Return the part of a form that is before the time of day."""
    return _FIRST_OF_CLOCK.sub("", expanded(form))


def fitting(texts: Sequence[str]) -> list[str]:
    """Return the common forms that every one of some texts follows.

    Examples
    --------
    >>> fitting(["13/01/2018 04:00", "14/01/2018 05:00"])
    ['%d/%m/%Y %H:%M']
    >>> fitting(["43110.166", "43111"]), fitting(["1515556800"])
    (['excel'], ['unix_s'])
    """
    if not texts:
        return []
    numbers = _numbers(texts)
    if numbers is not None:
        for form, low, high in (
            ("excel", 29_221.0, 73_051.0),  # 1980 to 2100
            ("unix_s", 315_964_800.0, 4_102_444_800.0),
            ("unix_ms", 315_964_800e3, 4_102_444_800e3),
        ):
            if all(low <= number < high for number in numbers):
                return [form]
    dates = [d for d in _DATES if any(_follows(" ".join(texts[0].split()[:n]), d) for n in (1, 3))]
    forms = [
        f"{date}{joint}{clock}{zone}"
        for zone in _ZONED
        for date in dates or _DATES
        for joint in ((" ", "T", "") if date == "%Y%m%d" else (" ", "T"))
        for clock in _CLOCKS
    ]
    return [form for form in (*forms, *_WHOLE) if all(_follows(text, form) for text in texts)]


def _numbers(texts: Sequence[str]) -> list[float] | None:
    try:
        return [float(text) for text in texts]
    except ValueError:
        return None


def _follows(text: str, form: str) -> bool:
    text = re.sub(HALF_DAY, r"\1M", text)
    try:
        read = datetime.strptime(text, form)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False
    # Without separators a part may take the digits of the next one.
    clock = next((clock for clock in ("%H%M%S", "%H%M") if clock in form), "")
    return read.strftime(clock) in text
