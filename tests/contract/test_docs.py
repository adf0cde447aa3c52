"""What the docs name is there: commands, pages, pictures."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

from corridors.cli import group
from corridors.config.model import Config

_FENCED = re.compile(r"^```[^\n]*\n(?P<block>.*?)^```", re.MULTILINE | re.DOTALL)
_YAML = re.compile(r"^```yaml\n(?P<block>.*?)^```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4,}corridors (?P<words>.*)$", re.MULTILINE)
_INLINE = re.compile(r"`corridors (?P<words>[^`]+)`")
_PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\(images/(?P<name>[^)]+)\)")
# A word that stands for a number.
_STANDS_FOR = {"SECONDS": "60", "FIGURE": "25", "COMMAND": "run"}
# The changelog tells of commands as they were.
_TOP = ("README.md", "CONTRIBUTING.md")


def pages(project: Path) -> list[Path]:
    return [*(project / name for name in _TOP), *sorted((project / "docs").rglob("*.md"))]


def commands(text: str) -> Iterator[tuple[str, bool]]:
    """What follows `corridors` wherever a page shows a command, and whether it is to be typed."""
    for fenced in _FENCED.finditer(text):
        for line in fenced["block"].splitlines():
            if line.strip().removeprefix("$ ").startswith("corridors "):
                yield line.strip().removeprefix("$ ").removeprefix("corridors "), True
    prose = _FENCED.sub("", text)
    for found in _INDENTED.finditer(prose):
        yield found["words"], True
    for found in _INLINE.finditer(prose):
        yield " ".join(found["words"].split()), False


def parsed(words: str, *, is_typed: bool = True) -> None:
    """Parse a command as the command line does; run nothing.

    One that is only named, as `corridors init`, needs no arguments.
    """
    words = re.sub(r"[\[\]]", "", words)
    given = [_STANDS_FOR.get(word, word) for word in shlex.split(words, comments=True)]
    given = [word for word in given if word not in {"...", "…"}]
    command: click.Command = group
    context = None
    name: str | None = "corridors"
    while isinstance(command, click.Group) and given:
        context = click.Context(command, parent=context, info_name=name)
        name, found, given = command.resolve_command(context, given)
        assert found is not None
        command = found
    if given == ["--help"] or isinstance(command, click.Group) or not (given or is_typed):
        return
    command.make_context(name, given, parent=context)


def test_commands_are_found_and_a_wrong_one_is_refused() -> None:
    text = "`corridors plan`\n```\n$ corridors run --herd x  # why\nls\n```\n    corridors status\n"
    assert list(commands(text)) == [
        ("run --herd x  # why", True),
        ("status", True),
        ("plan", False),
    ]
    for wrong in ("runn", "run --herds x", "why nothing", "release giun", "trace h one", "init"):
        with pytest.raises(click.UsageError):
            parsed(wrong)
    parsed("init", is_typed=False)


def test_every_command_in_the_docs_is_one(project: Path) -> None:
    told, faults = 0, []
    for page in pages(project):
        for words, is_typed in commands(page.read_text(encoding="utf-8")):
            told += 1
            try:
                parsed(words, is_typed=is_typed)
            except (click.ClickException, ValueError) as error:
                faults.append(f"{page.relative_to(project)}: corridors {words}: {error}")
    assert not faults, "\n".join(faults)
    assert told > 100


def test_the_site_has_every_page_once(project: Path) -> None:
    def files(entries: list[object]) -> Iterator[str]:
        for entry in entries:
            for value in entry.values() if isinstance(entry, dict) else (entry,):
                if isinstance(value, list):
                    yield from files(value)
                else:
                    yield str(value)

    site = YAML(typ="safe").load((project / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = list(files(site["nav"]))
    docs = project / "docs"
    there = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    # These two stand at the top of the repository.
    assert sorted(listed) == sorted(there | {"changelog.md", "contributing.md"})


def test_the_gallery_shows_every_picture_in_words_too(project: Path) -> None:
    found = list(_PICTURE.finditer((project / "docs" / "gallery.md").read_text(encoding="utf-8")))
    there = {path.name for path in (project / "docs" / "images").iterdir()}
    assert {picture["name"] for picture in found} == there
    assert all(picture["words"] for picture in found)


def test_every_key_of_a_how_to_is_one(project: Path) -> None:
    blocks = [
        found["block"]
        for page in sorted((project / "docs" / "how-to").glob("*.md"))
        for found in _YAML.finditer(page.read_text(encoding="utf-8"))
    ]
    assert len(blocks) > 3
    for block in blocks:
        Config.model_validate(YAML(typ="safe").load(block))
