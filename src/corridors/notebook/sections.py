"""Sections of the configuration, given as keywords instead of in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from corridors.config.document import Document, KeyPath
from corridors.config.faults import translate
from corridors.foundation.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)


def section(name: str, model: type[Model], given: Mapping[str, object] | None) -> Model:
    """Return a section with the keys that are given, and the defaults of all others.

    Parameters
    ----------
    name
        How messages call it.
    model
        Its class.
    given
        Key -> value as in ``config.yaml``; None: nothing differs from the defaults.

    Raises
    ------
    ConfigError
        Unknown keys and values that cannot be, all at once.

    Examples
    --------
    >>> from corridors.config.model import Clean
    >>> section("clean", Clean, {"dop_max": 8.0}).dop_max
    8.0
    >>> section("clean", Clean, {"dop_mx": 8.0})
    Traceback (most recent call last):
    corridors.foundation.errors.ConfigError: unknown key
      where: column clean.dop_mx
      got: dop_mx
      cure: did you mean dop_max?
    """
    content = _plain(given or {})
    try:
        return model.model_validate(content, strict=True)
    except ValidationError as error:
        lines = dict.fromkeys(_keys(content), 1)
        faults = translate(error, Document(Path(), content, lines, ()), model)
        raise ConfigError(
            replace(fault, file=None, row=None, column=".".join(filter(None, (name, fault.column))))
            for fault in faults
        ) from None


def _plain(value: Any) -> Any:
    """Return a value as a file would hold it: lists are tuples, whole numbers may be decimal."""
    if isinstance(value, Mapping):
        return {key: _plain(below) for key, below in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return tuple(_plain(below) for below in value)
    return value


def _keys(value: Any, keys: KeyPath = ()) -> Iterator[KeyPath]:
    if keys:
        yield keys
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _keys(below, (*keys, key))
    elif isinstance(value, tuple):
        for position, below in enumerate(value):
            yield from _keys(below, (*keys, position))
