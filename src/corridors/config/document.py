"""A YAML document as plain values, with the line of every key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from corridors.foundation.errors import ConfigError, Fault, MissingInputError

KeyPath = tuple[str | int, ...]

# A document that expands to more values than this is an alias bomb, not a configuration.
_MOST_VALUES = 200_000
_PLAIN = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


# What `corridors init` writes behind a key that only a person can fill in.
TO_STATE = "TO STATE"
_OPEN = re.compile(rf"\s*(?:- )?(\w+): *(?:\[\])? *# {TO_STATE}: (.*)")


@dataclass(frozen=True)
class Document:
    """Values of a YAML file and where each of them stands.

    Parameters
    ----------
    path
        The file.
    content
        Mappings as ``dict``, sequences as ``tuple``, scalars as YAML 1.2 types.
    lines
        Key path -> line, 1-based.
    faults
        Duplicate keys and keys that are not scalars; the content holds the first of each.
    unstated
        What `corridors init` left open and nobody has stated yet.
    """

    path: Path
    content: dict[str, Any]
    lines: dict[KeyPath, int]
    faults: tuple[Fault, ...]
    unstated: tuple[Fault, ...] = ()

    def line(self, keys: KeyPath) -> int | None:
        """Return the line of the longest part of ``keys`` that is in the file."""
        return self.lines.get(self.known_part(keys))

    def known_part(self, keys: KeyPath) -> KeyPath:
        """Return the longest leading part of ``keys`` that is in the file."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return keys


def read(path: Path) -> Document:
    """Return the YAML document in ``path``.

    Raises
    ------
    MissingInputError
        There is no such file.
    ConfigError
        The file is not UTF-8, not YAML, empty, or not a mapping.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise MissingInputError(
            Fault(
                "there is no such configuration file",
                file=str(path),
                cure="give --config FILE, or make a study folder with `corridors init FOLDER`",
            )
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            Fault(
                "the file is not UTF-8 text",
                file=str(path),
                row=error.object[: error.start].count(b"\n") + 1,
                expected="UTF-8",
                got=f"byte 0x{error.object[error.start]:02x}",
                cure="save it as UTF-8",
            )
        ) from None
    except OSError as error:
        raise MissingInputError(
            Fault("the configuration file cannot be read", file=str(path), got=error.strerror)
        ) from None
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text)
        if node is None:
            raise ConfigError(
                Fault("the file is empty", file=str(path), cure="see `corridors init FOLDER`")
            )
        reader = _Reader(path, yaml)
        content = reader.value(node, ())
    except MarkedYAMLError as error:
        raise ConfigError(_not_yaml(path, error)) from None
    except (YAMLError, ValueError) as error:
        # The scanner's own words name the character or value it stumbled over.
        raise ConfigError(Fault("the file is not YAML", file=str(path), got=str(error))) from None
    except RecursionError:
        raise ConfigError(Fault("the file is nested too deeply", file=str(path))) from None
    if not isinstance(content, dict):
        raise ConfigError(
            Fault(
                "the file does not hold keys",
                file=str(path),
                row=node.start_mark.line + 1,
                expected="lines such as `herds:`",
                got=type(content).__name__,
            )
        )
    return Document(path, content, reader.lines, tuple(reader.faults), _unstated(path, text))


def _unstated(path: Path, text: str) -> tuple[Fault, ...]:
    lines = enumerate(text.splitlines(), start=1)
    return tuple(
        Fault(
            "nobody has stated this yet",
            file=str(path),
            row=row,
            column=found[1],
            expected=found[2],
            cure=f"write it on this line, or take {TO_STATE} away where nothing is to be said",
        )
        for row, line in lines
        if (found := _OPEN.fullmatch(line)) is not None
    )


def _not_yaml(path: Path, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    said = " ".join(part for part in (error.context, error.problem) if part)
    return Fault(
        "the file is not YAML",
        file=str(path),
        row=mark.line + 1 if mark else None,
        got=said or None,
        cure="look at indentation, colons and quotes on this line and the one before",
    )


class _Reader:
    """Turns nodes into values and notes lines and faults on the way."""

    def __init__(self, path: Path, yaml: YAML) -> None:
        self.path = path
        self.constructor = yaml.constructor
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[Fault] = []
        self.open: set[int] = set()
        self.count = 0

    def value(self, node: Node, keys: KeyPath) -> Any:
        self.count += 1
        if id(node) in self.open or self.count > _MOST_VALUES:
            raise ConfigError(
                Fault(
                    "an alias repeats its own anchor, or aliases expand without end",
                    file=str(self.path),
                    row=node.start_mark.line + 1,
                    column=dotted(keys) or None,
                )
            )
        if isinstance(node, ScalarNode):
            return self.constructor.construct_object(node)
        if node.tag not in _PLAIN:
            self._fault("tags are not understood", node.start_mark.line + 1, keys, str(node.tag))
        self.open.add(id(node))
        if isinstance(node, MappingNode):
            result: Any = self._mapping(node, keys)
        elif isinstance(node, SequenceNode):
            result = self._sequence(node, keys)
        else:
            raise TypeError(f"unknown node {type(node).__name__}")
        self.open.discard(id(node))
        return result

    def _sequence(self, node: SequenceNode, keys: KeyPath) -> tuple[Any, ...]:
        values = []
        for position, item in enumerate(node.value):
            self.lines[(*keys, position)] = item.start_mark.line + 1
            values.append(self.value(item, (*keys, position)))
        return tuple(values)

    def _mapping(self, node: MappingNode, keys: KeyPath) -> dict[Any, Any]:
        content: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            row = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self._fault("a key must be a single word", row, keys)
                continue
            if key_node.tag == "tag:yaml.org,2002:merge":
                self._fault("merge keys (<<) are not understood", row, (*keys, "<<"))
                continue
            key = self.constructor.construct_object(key_node)
            path = (*keys, key if isinstance(key, int) else str(key))
            if key in content:
                first = self.lines[path]
                self._fault("the key is there twice", row, path, got=f"first on line {first}")
                continue
            self.lines[path] = row
            content[key] = self.value(value_node, path)
        return content

    def _fault(self, what: str, row: int, keys: KeyPath, got: str | None = None) -> None:
        self.faults.append(
            Fault(what, file=str(self.path), row=row, column=dotted(keys) or None, got=got)
        )


def dotted(keys: KeyPath) -> str:
    """Return a key path as people write it.

    >>> dotted(("herds", "argali", "tracks", 0, "path"))
    'herds.argali.tracks[0].path'
    """
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text
