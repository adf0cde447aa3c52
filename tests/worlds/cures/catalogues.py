"""Cures of catalogues of messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from corridors.atlas.words.catalogues import bundled, language
from worlds.cures.studies import Case

RUSSIAN = bundled("ru.po").decode()
TITLE = "Что делать"


def translated(
    title: str = TITLE, rule: str = "", encoding: str = "utf-8"
) -> Callable[[Path], object]:
    """Return how a catalogue is read with a message, and a rule of plurals in place of its own."""

    def attempt(_: Path) -> None:
        text = RUSSIAN.replace(f'msgstr "{TITLE}"', f'msgstr "{title}"')
        lines = text.splitlines(keepends=True)
        first = next(n for n, line in enumerate(lines) if "Plural-Forms" in line)
        lines[first : first + 2] = [rule]
        language("ru", {"ru": ("my.po", "".join(lines).encode(encoding, "replace"))})

    return attempt


CASES = (
    Case("formats/po.py: save it as UTF-8", translated(encoding="cp1251"), (translated(),)),
    Case(
        "formats/po.py: translate it, leave the names in braces as they are, and take out the mark "
        "fuzzy",
        translated(""),
        (translated(),),
    ),
    Case(
        "formats/po.py: take out the line Plural-Forms: the language has a rule",
        translated(rule='"Plural-Forms: nplurals=3; plural=n ? : 1;\\n"\n'),
        (translated(),),
    ),
)
