"""XML files of any size, an element at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any
from xml.parsers import expat

from corridors.formats.contents import contents
from corridors.foundation.errors import Fault, InputError


class ElementReader(ABC):
    """Walks through an XML file; a subclass keeps what it wants of each element.

    Parameters
    ----------
    root
        Name of the outermost element.
    """

    def __init__(self, root: str) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._entity
        self._wanted = root
        self._root = ""
        self._path: list[str] = []
        self._text: list[str] = []

    @abstractmethod
    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the start of an element; its name is without a prefix."""

    @abstractmethod
    def finish(self, tag: str, parent: str, text: str) -> None:
        """Take the end of an element, with the name of the one around it and its own text."""

    def read(self, path: Path, name: str, *, what: str, cure: str) -> None:
        """Walk through a file.

        Parameters
        ----------
        path, name
            The file, and how messages call it.
        what, cure
            What it should be, and what to do where it is not XML.

        Raises
        ------
        MissingInputError
            No such file.
        InputError
            Not XML, or XML of something else.
        """
        try:
            with contents(path, name).open() as stream:
                self.parser.ParseFile(stream)
        except (expat.ExpatError, ValueError) as error:
            raise InputError(
                Fault(
                    "the file cannot be read as XML",
                    name,
                    getattr(error, "lineno", None),
                    expected=f"a {what} document",
                    got=str(error),
                    cure=cure,
                )
            ) from None
        if self._root != self._wanted:
            raise InputError(
                Fault(f"not a {what} document", name, expected=self._wanted, got=self._root)
            )

    def _entity(self, *_: Any) -> None:
        # Entities that expand each other can fill the memory; points never need them.
        raise ValueError("XML entities are not allowed")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rsplit(":", 1)[-1]
        self._root = self._root or tag
        self._path.append(tag)
        self._text = []
        self.begin(tag, attributes)

    def _characters(self, data: str) -> None:
        self._text.append(data)

    def _end(self, tag: str) -> None:
        parent = self._path[-2] if len(self._path) > 1 else ""
        self.finish(tag.rsplit(":", 1)[-1], parent, "".join(self._text).strip())
        self._path.pop()
        self._text = []
