"""Catalogues of messages as gettext has them (``.po``): read and checked against a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from typing import TYPE_CHECKING, Final

from corridors.foundation.errors import Fault, InputError

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

_PLACE: Final = re.compile(r"\{\w*\}")


def read_catalogue(content: bytes, code: str, template: bytes, *, file: str) -> NullTranslations:
    """Return the messages of a catalogue.

    Parameters
    ----------
    content
        Of the ``.po`` file.
    code
        Of the language, as ``ru`` or ``pt_BR``.
    template
        Of the ``.pot`` file with all messages.
    file
        Name of the catalogue in faults.

    Raises
    ------
    InputError
        It is no catalogue, or of another encoding than UTF-8; the language is not known; messages
        lack a translation, a form of the plural or a name in braces. Every one is named.
    """
    from babel.messages.mofile import write_mo

    found, wanted = _parsed(content, code, file), _parsed(template, code, "the template")
    faults = [fault for one in wanted if one.id for fault in _unfit(found, one, file)]
    if faults:
        raise InputError(faults)
    compiled = BytesIO()
    try:
        write_mo(compiled, found)
        compiled.seek(0)
        return GNUTranslations(compiled)
    except (ValueError, RecursionError) as error:
        fault = Fault(
            "the rule of plurals cannot be used", file=file, expected="Plural-Forms as gettext has",
            got=f"{str(found.plural_expr)[:60]} ({error})",
            cure="take out the line Plural-Forms: the language has a rule",
        )  # fmt: skip
        raise InputError(fault) from None


def _parsed(content: bytes, code: str, file: str) -> Catalog:
    from babel.core import Locale, UnknownLocaleError
    from babel.messages.pofile import PoFileError, read_po

    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        fault = Fault("the catalogue is not in UTF-8", file=file, row=row, cure="save it as UTF-8")
        raise InputError(fault) from None
    try:
        Locale.parse(code)
        return read_po(BytesIO(text.encode()), locale=code, charset="utf-8", abort_invalid=True)
    except PoFileError as error:
        fault = Fault("the catalogue cannot be read", file=file, row=error.lineno, got=str(error))
        raise InputError(fault) from None
    except (UnknownLocaleError, ValueError, LookupError) as error:
        fault = Fault(
            "the language or the head of the catalogue is not known", file=file,
            expected="a language such as kk, and a head that says charset=UTF-8", got=str(error),
        )  # fmt: skip
        raise InputError(fault) from None


def _unfit(found: Catalog, wanted: Message, file: str) -> Iterator[Fault]:
    """Yield why a message cannot be said in the language."""
    own = found.get(wanted.id, wanted.context)
    texts = _forms(wanted.id)
    forms = () if own is None or own.fuzzy else _forms(own.string)
    n = found.num_plurals if len(texts) > 1 else 1
    # A form of the plural may say the number in letters.
    free = {"{n}"} if n > 1 else set()
    must = {name for text in texts for name in _PLACE.findall(text)}
    if len(forms) != n or not all(forms):
        told = (
            "a message is not translated",
            f"{texts[0]!r} in {n} forms",
            f"{sum(map(bool, forms))}",
        )
    elif odd := [form for form in forms if set(_PLACE.findall(form)) | free != must | free]:
        told = "a message has other names in braces", " ".join(sorted(must)), repr(odd[0])
    else:
        return
    what, expected, got = told
    yield Fault(
        what, file=file, row=own.lineno if own else None, expected=expected, got=got,
        cure="translate it, leave the names in braces as they are, and take out the mark fuzzy",
    )  # fmt: skip


def _forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text or ""),)
