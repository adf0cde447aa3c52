"""HTML pages from templates: everything escaped, nothing fetched from anywhere."""

from __future__ import annotations

import base64
import functools
import math
from collections.abc import Mapping
from typing import Any, TypeGuard

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from corridors.atlas import palette
from corridors.atlas.words import numbers
from corridors.atlas.words.language import digits
from corridors.foundation.errors import visible


def render(package: str, template: str, values: Mapping[str, Any]) -> str:
    """Return a page; every value is escaped.

    Parameters
    ----------
    package
        The stage that shows it: its template lies in ``templates`` there, so that no other stage
        depends on it, and what all pages share here.
    template
        Name of the file.
    values
        What the template names.
    """
    return _environment(package).get_template(template).render(palette=palette, **values)


@functools.cache  # compiling the templates takes longer than filling them in
def _environment(package: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("corridors.atlas")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters.update(
        number=number,
        percent=percent,
        shared=shared,
        passages=passages,
        span=span,
        picture=picture,
        words=words,
        count=count,
    )
    return environment


def _shown(value: object) -> object:
    """Spell out what has no place in a page, in names that may hold anything."""
    return visible(value) if type(value) is str else value


def number(value: float | None, n_digits: int = 3) -> str:
    """Return ``value`` with about ``n_digits`` digits; ``–`` where it is unknown.

    Examples
    --------
    >>> number(1170.4), number(0.01234), number(float("nan")), number(0.0)
    ('1,170', '0.0123', '–', '0')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    if value < 0:
        return "−" + number(-value, n_digits)
    places = max(0, n_digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(places, 6)}f}"
    return digits(text.rstrip("0").rstrip(".") if "." in text else text)


def count(value: float) -> str:
    """Return a whole number with thousands separators."""
    return digits(f"{int(value):,}")


def percent(value: float | None) -> str:
    """Return a share as whole percent; ``–`` where it is unknown."""
    return numbers.percent(value) if _is_known(value) else "–"


def shared(value: float | None) -> str:
    """Return a share as percent with two significant digits; ``–`` where it is unknown."""
    return numbers.shared(value) if _is_known(value) else "–"


def passages(value: float | None) -> str:
    """Return passages a year with two significant digits; ``–`` where they are unknown."""
    return numbers.number(value) if _is_known(value) else "–"


def span(low: float | None, high: float | None) -> str:
    """Return an interval of passages a year; ``–`` where it is unknown."""
    return numbers.span(low, high) if _is_known(low) and _is_known(high) else "–"


def _is_known(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def picture(png: bytes) -> str:
    """Return a PNG as a ``data:`` address, so that the page needs no other file."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def words(value: str) -> str:
    """Return a name of the vocabularies as words: ``mixed_migrant`` is ``mixed migrant``."""
    return value.replace("_", " ")
