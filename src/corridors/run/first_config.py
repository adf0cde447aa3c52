"""The short configuration that a study begins with: what its files say and what they do not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corridors.config.document import TO_STATE
from corridors.config.write import SCHEMA
from corridors.run.first_look import Found, Key, from_study

_HEAD = f"""\
# yaml-language-server: $schema={SCHEMA}
# What the files say. {TO_STATE} waits for you; behind # stands why the rest is as it is.
# Every key there is: `corridors init --full`, docs/configuration.md. Then: corridors check
"""
_WIDTH = 44
# What YAML takes for text without quotes, but for words that it takes for something else.
_OTHER = r"(?!(?:true|false|yes|no|on|off|y|n|null|nan)$)"
_PLAIN = re.compile(_OTHER + r"[A-Za-z_./](?:[\w ./-]*\w)?", re.IGNORECASE)


def first_config(folder: Path, found: Sequence[Found]) -> tuple[str, list[str]]:
    """Return the text of a configuration, and in words what a person has to state.

    Parameters
    ----------
    folder
        Of the study.
    found
        What its files are.
    """
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.casefold()).strip("-")[:63] or "study"
    lines = [_HEAD + f"study: {{name: {name}, title: {_yaml(folder.resolve().name)}}}"]
    to_state: list[str] = []
    tracks = [one for one in found if one.role == "tracks"]
    lines += ["herds:", f"  {name}:", *_species(tracks, to_state)]
    lines += ["    tracks:"] if tracks else [f"    tracks: []  # {TO_STATE}: no file holds fixes"]
    if not tracks:
        to_state.append("tracks")
    worn = [one for one in found if one.role == "deployments"]
    unused = [one for one in found if not one.role]
    if len(worn) != 1 or not tracks:  # nobody can tell which, or of what
        unused, worn = unused + worn, []
    for one in tracks:
        one.keys += [_deployments(folder, table) for table in worn]
        lines += _source(folder, one, 6, to_state)
    barriers = [one for one in found if one.role == "barriers"]
    if barriers:
        lines += ["", "barriers:"]
    used: set[str] = set()
    for one in barriers:
        stem = re.sub(r"[^a-z0-9_-]+", "-", one.path.stem.casefold()).strip("-_") or "layer"
        own = next(n for n in (stem, *(f"{stem}-{i}" for i in range(2, 99))) if n not in used)
        used.add(own)
        one.keys.insert(0, Key("name", own))
        lines += _source(folder, one, 2, to_state)
    rasters = [one for one in found if one.role == "rasters"]
    if rasters:
        lines += [
            "",
            "# Likely habitat: state what it costs an animal, and take the # away.",
        ]
        lines += ["# habitat:", "#   layers:"]
    for one in rasters:
        lines += [f"# {line}" for line in _source(folder, one, 4, [])]
    for one in unused:
        lines += ["", f"# Not used: {from_study(one.path, folder)}"]
        lines += [f"#   {note}" for note in one.notes]
    return "\n".join(lines) + "\n", to_state


def _species(tracks: Sequence[Found], to_state: list[str]) -> Iterator[str]:
    taxa = sorted({taxon for one in tracks for taxon in one.species})
    if len(taxa) == 1:
        yield _line(4, "species", _yaml(taxa[0]), "the files say so")
        return
    to_state.append("species")
    why = f"one of {', '.join(taxa)}" if taxa else "scientific name; the files do not say it"
    yield _line(4, "species", "", f"{TO_STATE}: {why}")


def _deployments(folder: Path, table: Found) -> Key:
    """Return the key of the table that says who wore the collars."""
    path = from_study(table.path, folder)
    return Key("deployments", path, "fixes before and after are not used")


def _source(folder: Path, one: Found, indent: int, to_state: list[str]) -> Iterator[str]:
    place = " " * indent
    path = from_study(one.path, folder)
    yield f"{place}# {one.title}"
    yield f"{place}- path: {_yaml(path)}"
    for key in one.keys:
        yield _key(key, indent + 2, path, to_state)
    if one.columns:
        yield f"{place}  columns:"
        for key in one.columns:
            yield _key(key, indent + 4, path, to_state)
    for note in one.notes:
        yield f"{place}  # {note}"


def _key(key: Key, indent: int, path: str, to_state: list[str]) -> str:
    if key.is_open:
        to_state.append(f"{key.name} of {path}")
        return _line(indent, key.name, "", f"{TO_STATE}: {key.why}")
    return _line(indent, key.name, _yaml(key.value), key.why)


def _line(indent: int, name: str, value: str, why: str) -> str:
    text = f"{' ' * indent}{name}: {value}".rstrip()
    return f"{text:<{_WIDTH}}  # {why}" if why else text


def _yaml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
