"""The catalogues of messages: those that come with the program, and those of a study."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from corridors.atlas.words.language import ENGLISH, Language
from corridors.formats.po import read_catalogue

TEMPLATE: Final = "corridors.pot"


def language(code: str, own: Mapping[str, tuple[str, bytes]] | None = None) -> Language:
    """Return a language with its messages.

    Parameters
    ----------
    code
        ``en``, a language that comes with the program, or one of ``own``.
    own
        Language -> name and content of a catalogue of the study; it goes before one that comes
        with the program.

    Raises
    ------
    InputError
        The catalogue cannot be read, or is not complete.

    Examples
    --------
    >>> language("es").messages.ngettext("{n} animal", "{n} animals", 3)
    '{n} animales'
    """
    if code == ENGLISH:
        return Language(ENGLISH)
    name, content = (own or {}).get(code) or (f"{code}.po", bundled(f"{code}.po"))
    return Language(code, read_catalogue(content, code, bundled(TEMPLATE), file=name))


def bundled(name: str) -> bytes:
    """Return a file of the folder ``locale``."""
    return files(__package__).joinpath("locale", name).read_bytes()
