"""The language that people are spoken to in: each message is looked up by its English text.

Who makes a page says so once, ``with speaking(language):``, and every function below it that makes
words asks :func:`said`. Outside of it, and in every other thread, the language is English, whose
texts are those of the source. Messages have named places in braces; what is put there is text and
nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from gettext import NullTranslations
from typing import Final

ENGLISH: Final = "en"
PLACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Language:
    """A language with its messages.

    Parameters
    ----------
    code
        As gettext and Babel have it: ``ru``, ``pt_BR``.
    messages
        What texts in English are in it.
    """

    code: str
    messages: NullTranslations = field(default_factory=NullTranslations, compare=False)

    @property
    def is_english(self) -> bool:
        """Whether texts are said as they stand in the source."""
        return self.code == ENGLISH

    @property
    def own_name(self) -> str:
        """What its speakers call it, by the code where nobody wrote that down."""
        from babel.core import Locale

        return Locale.parse(self.code).get_display_name(self.code) or self.code


_IN_ENGLISH: Final = Language(ENGLISH)
_SPOKEN: Final[ContextVar[Language | None]] = ContextVar("language", default=None)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say everything in ``language`` until the block ends; a block must not yield to others."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def spoken() -> Language:
    """Return the language that is spoken here."""
    return _SPOKEN.get() or _IN_ENGLISH


def marked(text: str) -> str:
    """Return a message as it is, to be said later; catalogues have it from here."""
    return text


def marked_as(kind: str, text: str) -> str:  # noqa: ARG001 - catalogues have it from here
    """Return a short message of a ``kind`` as it is, to be said later by :func:`named`."""
    return text


def said(text: str, /, **values: object) -> str:
    """Return a message with ``values`` in its places.

    Examples
    --------
    >>> said("{name}: none.", name="{x}")
    '{x}: none.'
    """
    return _filled(spoken().messages.gettext(text), values)


def named(kind: str, text: str, /, **values: object) -> str:
    """Return a short message of a ``kind``, as the same word may need several in a language.

    Examples
    --------
    >>> named("when", "in spring")
    'in spring'
    """
    return _filled(spoken().messages.pgettext(kind, text), values)


def several(one: str, many: str, n: int, /, **values: object) -> str:
    """Return the message in the form that ``n`` things need; ``n`` is one of its values.

    Examples
    --------
    >>> several("{n} animal", "{n} animals", 1), several("{n} animal", "{n} animals", 5)
    ('1 animal', '5 animals')
    """
    return _filled(spoken().messages.ngettext(one, many, n), {"n": n, **values})


def digits(text: str) -> str:
    """Return a number written in English with the marks of the language.

    Examples
    --------
    >>> digits("1,170.5")
    '1,170.5'
    >>> with speaking(Language("es")):
    ...     digits("1,170.5")
    '1.170,5'
    """
    if spoken().is_english:
        return text
    from babel.numbers import get_decimal_symbol, get_group_symbol  # 0.1 s: only where needed

    code = spoken().code
    return text.translate({ord(","): get_group_symbol(code), ord("."): get_decimal_symbol(code)})


def day_of_month(day: date, english: str) -> str:
    """Return a day without its year; ``english`` is how the source says it.

    Examples
    --------
    >>> with speaking(Language("fr")):
    ...     day_of_month(date(2001, 5, 7), "7 May")
    '7 mai'
    """
    if spoken().is_english:
        return english
    from babel.dates import format_skeleton

    return str(format_skeleton("MMMd", day, locale=spoken().code))


def full_date(day: date, english: str) -> str:
    """Return a day with its year; ``english`` is how the source says it.

    Examples
    --------
    >>> with speaking(Language("es")):
    ...     full_date(date(2001, 5, 7), "7 May 2001")
    '7 de mayo de 2001'
    """
    if spoken().is_english:
        return english
    from babel.dates import format_date

    return str(format_date(day, "long", locale=spoken().code))


def month_name(month: int, english: str) -> str:
    """Return a month by itself; ``english`` is how the source says it.

    Examples
    --------
    >>> with speaking(Language("ru")):
    ...     month_name(4, "April")
    'апрель'
    """
    if spoken().is_english:
        return english
    from babel.dates import get_month_names

    return str(get_month_names("wide", "stand-alone", spoken().code)[month])


def capital(text: str) -> str:
    """Return a text with its first letter large and all others as they are.

    Examples
    --------
    >>> capital("about A1")
    'About A1'
    """
    return text[:1].upper() + text[1:]


def _filled(text: str, values: dict[str, object]) -> str:
    return PLACE.sub(lambda place: str(values[place[1]]), text)
