"""Write docs/api.md, the reference of what ``import corridors`` offers, from its docstrings.

    python scripts/api_reference.py [--check]

With ``--check`` nothing is written, and the exit code is 1 where the page is not as it would be.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import corridors
from corridors.notebook import study

PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"
OPENING = """\
# From Python

Written by `scripts/api_reference.py` from the docstrings; change those.

`import corridors` offers a study by name and the science one step at a time. Tables are pandas and
GeoPandas frames; [architecture.md](architecture.md) lists every table by `stage.field`, and
`src/corridors/foundation/tables/` says what its columns are, `src/corridors/foundation/facts/`
what facts hold. The examples below run as tests, on the three animals of
`corridors.notebook.example`.
"""
# In the order of use, not of the alphabet.
PARTS = {
    "A study": ("load", "LoadedStudy", "StudyResults", "Ran"),
    "Tables of your own": ("fixes", "barrier_layer"),
    "The science, step by step": (
        "clean", "segment", "occurrence", "corridor", "crossings", "rank",
    ),
}  # fmt: skip
_HEADING = re.compile(r"^(?P<name>[A-Z][A-Za-z ]+)\n-{3,}$", re.MULTILINE)
_ROLE = re.compile(r":\w+:`~?([^`]+)`")


def find(name: str) -> Any:
    """Return what is called so; the classes that methods return are not imported by name."""
    return getattr(corridors if name in corridors.__all__ else study, name)


def page() -> str:
    """Return the whole page."""
    named = {name for names in PARTS.values() for name in names}
    left_out = set(corridors.__all__) - named - {"__version__"}
    if left_out:
        raise SystemExit(f"no part of the page has {', '.join(sorted(left_out))}")
    blocks = [OPENING]
    for part, names in PARTS.items():
        blocks.append(f"## {part}\n")
        for name in names:
            blocks += entry(name, find(name), "###")
    return "\n".join(blocks)


def entry(name: str, one: Any, level: str) -> Iterator[str]:
    """Yield the blocks of a function, or of a class and what it has of its own."""
    called = f"corridors.{name}" if name in corridors.__all__ else name
    if inspect.isclass(one):
        yield f"{level} {called}\n"
        yield text(one)
        for own, member in vars(one).items():
            if own.startswith("_"):
                continue
            if isinstance(member, property):
                yield f"**`{own}`**: {text(member)}"
            elif callable(member):
                yield f"{level}# {own}\n"
                yield f"```python\n{signature(own, member)}\n```\n"
                yield text(member)
        return
    yield f"{level} {called}\n"
    yield f"```python\n{signature(name, one)}\n```\n"
    yield text(one)


def signature(name: str, one: Callable[..., object]) -> str:
    """Return how a function is called, its types as they stand in the source."""
    parts = []
    is_open = True
    for parameter in inspect.signature(one).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and is_open:
            parts.append("*")
        is_open = is_open and parameter.kind is not parameter.KEYWORD_ONLY
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        parts.append(f"{stars}{parameter.name}: {parameter.annotation}{default}")
    back = inspect.signature(one).return_annotation
    line = f"{name}({', '.join(parts)}) -> {back}"
    if len(line) <= 90:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f") -> {back}"


def text(one: object) -> str:
    """Return a numpy docstring as Markdown."""
    pieces = _HEADING.split(_ROLE.sub(r"`\1`", inspect.getdoc(one) or ""))
    out = [plain(pieces[0])]
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=True):
        body = body.strip("\n")
        match heading:
            case "Examples":
                out += [f"**{heading}**\n", examples(body)]
            case "Parameters" | "Returns" | "Raises":
                out += [f"**{heading}**\n", listed(body)]
            case _:
                out += [f"**{heading}**: {plain(body)}"]
    return "\n".join(out)


def plain(body: str) -> str:
    """Return prose; two backticks are one in Markdown."""
    return body.strip().replace("``", "`") + "\n"


def listed(body: str) -> str:
    """Return names and what is said of each as a list."""
    lines = []
    for line in body.splitlines():
        is_name = bool(line) and not line.startswith(" ")
        lines.append(f"- `{line}`:" if is_name else f"  {line.strip()}".rstrip())
    return plain("\n".join(lines))


def examples(body: str) -> str:
    """Return prose as it is and sessions of Python between fences."""
    blocks = []
    for block in re.split(r"\n\n+", body):
        is_session = block.startswith(">>>")
        blocks.append(f"```pycon\n{block}\n```\n" if is_session else plain(block))
    return "\n".join(blocks)


def main() -> None:
    """Write the page, or compare."""
    made = page()
    if "--check" in sys.argv:
        sys.exit(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != made)
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
