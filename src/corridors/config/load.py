"""Load a configuration file: every fault at once, with line, key and the nearest known key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from corridors.config.document import Document, KeyPath, dotted, read
from corridors.config.faults import at_new_place, translate
from corridors.config.model import Config
from corridors.foundation.errors import ConfigError, Fault

# Keys whose value is a file or folder; environment variables are expanded only here.
PATH_KEYS = frozenset({"path", "picks", "deployments", "data_processed", "config"})
# Keys whose values are several paths.
PATH_LISTS = frozenset({"files", "tiles", "catalogues"})
# Servers, databases and archives as GDAL names them, and content in the place of a name.
_CONNECTION = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]+://|/vsi\w+/|[A-Z][A-Z0-9_]+:|<\w|\{\s*\")")

# Partition of the stages that run once; `stages.registry.WHOLE_STUDY` is the same word.
_RESERVED_HERD = "all-herds"

Model = TypeVar("Model", bound=BaseModel)

_VARIABLE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True)
class Study:
    """A loaded configuration and where it came from.

    Parameters
    ----------
    config
        The checked configuration.
    path
        Absolute path of the file.
    """

    config: Config
    path: Path

    @property
    def folder(self) -> Path:
        """Folder of the configuration file; relative paths start here."""
        return self.path.parent

    @property
    def processed(self) -> Path:
        """Absolute folder of the results."""
        return self.raw_path(self.config.study.data_processed)

    def raw_path(self, configured: str) -> Path:
        """Return the absolute path of a configured path, variables expanded."""
        return absolute(configured, self.folder)


def absolute(configured: str, folder: Path) -> Path:
    """Return ``configured`` below ``folder``, with ``${NAME}`` and a leading ``~`` expanded."""
    expanded = _VARIABLE.sub(lambda match: os.environ.get(match[1], match[0]), configured)
    return Path(os.path.normpath(folder / Path(expanded).expanduser()))


def load(path: Path) -> Study:
    """Return the study configured in ``path``.

    Raises
    ------
    MissingInputError
        There is no such file.
    ConfigError
        Anything in it is wrong; every fault found is in the error.
    """
    place = path.absolute()
    try:
        str(place).encode("utf-8")
    except UnicodeEncodeError:
        raise ConfigError(
            Fault(
                "the path of the study cannot be read as text",
                file=str(place),
                expected="names of folders in UTF-8",
                cure="rename the folder, or move the study",
            )
        ) from None
    config = load_model(path, Config)
    return Study(config, place)


def load_model(path: Path, model: type[Model]) -> Model:
    """Return the YAML file ``path`` as ``model``, checked strictly (see :func:`load`)."""
    document = read(path)
    faults: list[Fault] = list(document.faults)
    loaded: Model | None = None
    try:
        # Strict: "10" is not a number and true is not 1.0; nothing is coerced silently.
        loaded = model.model_validate(at_new_place(document.content), strict=True)
    except ValidationError as error:
        faults += translate(error, document, model)
    faults += _unusable_paths(document)
    faults += _reserved_names(document)
    faults += _tier_public(document)
    # The value that is missing on such a line is told already, in better words.
    faults = [fault for fault in faults if fault.row not in {own.row for own in document.unstated}]
    faults += document.unstated
    if faults or loaded is None:
        ordered: list[Fault] = sorted(faults, key=_row)
        raise ConfigError(ordered)
    return loaded


def _row(fault: Fault) -> int:
    return fault.row or 0


def _leaves(value: Any, keys: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, (*keys, key))
    elif isinstance(value, tuple):
        for position, below in enumerate(value):
            yield from _leaves(below, (*keys, position))
    else:
        yield keys, value


def _is_path(keys: KeyPath) -> bool:
    """Return whether a value is a path: by its key, in a list of them, or in a map of dates."""
    named = [key for key in keys[-2:] if isinstance(key, str)]
    return bool(keys) and (keys[-1] in PATH_KEYS or any(key in PATH_LISTS for key in named))


def _unusable_paths(document: Document) -> Iterator[Fault]:
    for keys, value in _leaves(document.content):
        if not _is_path(keys) or not isinstance(value, str):
            continue
        there = Fault(
            "", file=str(document.path), row=document.line(keys), column=dotted(keys), got=value
        )
        if not value.strip() or not value.isprintable():
            yield replace(
                there,
                what="the path cannot be used",
                expected="a path without line breaks and control characters",
                got=repr(value),
            )
        if _CONNECTION.match(value):
            yield replace(
                there,
                what="the path is a connection, not a file",
                expected="a file or folder; nothing is fetched from a server or a database",
                cure="download or export it into data/raw, and name that file",
            )
        for name in _VARIABLE.findall(value):
            if name not in os.environ:
                yield replace(
                    there,
                    what="the environment variable is not set",
                    expected=f"a value for {name or 'a name between the braces'}",
                    cure=f"export {name}=... before running" if name else None,
                )


def _reserved_names(document: Document) -> Iterator[Fault]:
    herds = document.content.get("herds")
    if isinstance(herds, dict) and _RESERVED_HERD in herds:
        yield Fault(
            "a herd cannot have this name",
            file=str(document.path),
            row=document.line(("herds", _RESERVED_HERD)),
            column=f"herds.{_RESERVED_HERD}",
            got=_RESERVED_HERD,
            cure="choose another; the name stands for the results of all herds together",
        )


def _tier_public(document: Document) -> Iterator[Fault]:
    """Refuse before anything is computed what `publish` could not write afterwards."""
    publish = document.content.get("publish")
    if isinstance(publish, dict) and publish.get("tier") == "public":
        yield Fault(
            "tier public cannot be written yet: it needs layers generalised to a grid",
            file=str(document.path),
            row=document.line(("publish", "tier")),
            column="publish.tier",
            expected="internal or partner",
            got="public",
            cure="set publish.tier to partner, which holds nothing of single animals",
        )
