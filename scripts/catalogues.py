"""Write the template of all messages and bring the catalogues up to it.

    python scripts/catalogues.py [--check]

Messages are what ``said``, ``named``, ``several`` and ``marked`` are given in the package. The
catalogues keep what is translated; what is new stays empty, what is gone is taken out. With
``--check`` nothing is written and the exit code says whether anything would be.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "corridors"
FOLDER = PACKAGE / "atlas" / "words" / "locale"
# Function -> what its first arguments are.
CALLS = {
    "said": ("text",),
    "marked": ("text",),
    "named": ("kind", "text"),
    "marked_as": ("kind", "text"),
    "several": ("text", "text"),
}
HEAD = "# Messages of corridors. docs/languages.md says how to add a language.\n#"


def template() -> Catalog:
    """Return all messages of the package, in the order of modules and lines."""
    found = Catalog(project="corridors", charset="utf-8", header_comment=HEAD, fuzzy=False)
    for path in sorted((PACKAGE / "atlas").rglob("*.py")):
        for kind, texts in messages(path.read_text(encoding="utf-8")):
            place = path.relative_to(PACKAGE).as_posix()
            found.add(texts if len(texts) > 1 else texts[0], context=kind, locations=[(place, 0)])
    return found


def messages(source: str) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Yield kind and texts of each message of a module, line by line.

    Raises
    ------
    ValueError
        A message is put together where it is said, so that no catalogue can have it.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        means = CALLS.get(call.func.id if isinstance(call.func, ast.Name) else "")
        if means is None:
            continue
        told = call.args[: len(means)]
        if any(isinstance(one, ast.JoinedStr | ast.BinOp) for one in told):
            raise ValueError(f"line {call.lineno}: a message is put together where it is said")
        texts = [one.value if isinstance(one, ast.Constant) else None for one in told]
        if None in texts:
            continue  # a name: what it holds is marked where it stands
        pairs = list(zip(means, texts, strict=True))
        kind = next((text for means_of, text in pairs if means_of == "kind"), None)
        yield kind, tuple(text for means_of, text in pairs if means_of == "text")


def text_of(catalogue: Catalog) -> str:
    """Return a catalogue as text, without the day on which it was made."""
    written = BytesIO()
    write_po(written, catalogue, width=100, include_lineno=False, ignore_obsolete=True)
    lines = written.getvalue().decode("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(_MADE)]
    return "\n".join(kept).rstrip() + "\n"


_MADE = (
    '"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Report-Msgid', '"Last-Translator',
    '"Language-Team', '"Project-Id-Version',
)  # fmt: skip


def wanted() -> dict[Path, str]:
    """Return file -> what it should hold."""
    messages = template()
    found = {FOLDER / "corridors.pot": text_of(messages)}
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as opened:
            own = read_po(opened, locale=path.stem)
        own.update(messages, no_fuzzy_matching=True, update_header_comment=True)
        found[path] = text_of(own)
    return found


def main() -> int:
    """Write, or say what would be written."""
    stale = [
        path
        for path, text in wanted().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name} is not as the messages are: python scripts/catalogues.py")
        return bool(stale)
    texts = wanted()
    for path in stale:
        path.write_text(texts[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
