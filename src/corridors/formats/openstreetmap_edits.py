"""OpenStreetMap files as an editor saves them: new objects, deleted ones, any order."""

from __future__ import annotations

import bz2
import gzip
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

import osmium
from osmium.osm.mutable import Node, Relation, Way

# Objects that were never uploaded have negative ids; no uploaded one is as large.
_NEW = 1_000_000_000_000
_KINDS = {"node": 0, "way": 1, "relation": 2}


@dataclass(frozen=True)
class Settled:
    """A file that osmium reads rightly, and what was done for that."""

    path: Path
    n_deleted: int = 0
    n_new: int = 0


def own_id(number: int) -> int:
    """Return the id that an object has in the user's file.

    Examples
    --------
    >>> own_id(7), own_id(1_000_000_101_800)
    (7, -101800)
    """
    return number if number < _NEW else _NEW - number


@contextmanager
def settled(path: Path) -> Iterator[Settled]:
    """Yield a file without deleted objects, with positive ids, nodes before ways before relations.

    Only XML can be otherwise: as JOSM saves it, or Overpass. Anything else is yielded as it is.

    Raises
    ------
    ValueError
        XML that cannot be read, or with entities.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") and head[:3] not in (
        b"BZh",
        b"\x1f\x8b\x08",
    ):
        yield Settled(path)
        return
    first = _Survey(path)
    if not first.needs_change:
        yield Settled(path)
        return
    with tempfile.TemporaryDirectory(prefix="corridors-") as beside:
        target = Path(beside) / "settled.osm.pbf"
        changed = _Objects(path)
        changed.write(target)
        yield Settled(target, changed.n_deleted, changed.n_new)


class _Walk:
    """Walks through OpenStreetMap XML, compressed or not."""

    def __init__(self, path: Path) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.EntityDeclHandler = self._entity
        with path.open("rb") as stream:
            magic = stream.read(3)
        opener: Any = (
            bz2.open if magic == b"BZh" else gzip.open if magic[:2] == b"\x1f\x8b" else open
        )
        try:
            with opener(path, "rb") as content:
                parser.ParseFile(content)
        except (expat.ExpatError, EOFError) as error:
            raise ValueError(str(error)) from None

    def _entity(self, *_: object) -> None:
        raise ValueError

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""

    def end(self, tag: str) -> None:
        """Take the end of an element."""


class _Survey(_Walk):
    """Whether anything in a file must be changed before osmium reads it."""

    def __init__(self, path: Path) -> None:
        self.needs_change = False
        self._last = 0
        super().__init__(path)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = _KINDS.get(tag)
        if kind is None:
            return
        self.needs_change |= (
            kind < self._last
            or attributes.get("id", "").startswith("-")
            or attributes.get("action") == "delete"
            or attributes.get("visible") == "false"
        )
        self._last = kind


class _Objects(_Walk):
    """All objects of a file that are not deleted."""

    def __init__(self, path: Path) -> None:
        self.n_deleted = self.n_new = 0
        self._found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _KINDS}
        self._now: dict[str, Any] | None = None
        super().__init__(path)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _KINDS:
            number = int(attributes["id"])
            self._now = {"id": _mapped(number), "tags": {}, "refs": [], "members": []}
            if tag == "node" and "lon" in attributes:
                self._now["location"] = float(attributes["lon"]), float(attributes["lat"])
            is_gone = attributes.get("action") == "delete" or attributes.get("visible") == "false"
            self._now["is_gone"] = is_gone
            self.n_deleted += is_gone and tag != "node"
            self.n_new += number < 0 and tag != "node" and not is_gone
        elif self._now is None:
            return
        elif tag == "tag":
            self._now["tags"][attributes["k"]] = attributes["v"]
        elif tag == "nd":
            self._now["refs"].append(_mapped(int(attributes["ref"])))
        elif tag == "member" and attributes.get("type") in _KINDS:
            kind, number = attributes["type"][0], _mapped(int(attributes["ref"]))
            self._now["members"].append((kind, number, attributes.get("role", "")))

    def end(self, tag: str) -> None:
        if tag in _KINDS and self._now is not None:
            if not self._now["is_gone"]:
                self._found[tag].append(self._now)
            self._now = None

    def write(self, target: Path) -> None:
        """Write the objects in the order that osmium wants."""
        with osmium.SimpleWriter(str(target)) as writer:
            for node in sorted(self._found["node"], key=_by_id):
                if "location" in node:
                    writer.add_node(
                        Node(id=node["id"], location=node["location"], tags=node["tags"])
                    )
            for way in sorted(self._found["way"], key=_by_id):
                writer.add_way(Way(id=way["id"], nodes=way["refs"], tags=way["tags"]))
            for one in sorted(self._found["relation"], key=_by_id):
                writer.add_relation(
                    Relation(id=one["id"], members=one["members"], tags=one["tags"])
                )


def _mapped(number: int) -> int:
    return number if number >= 0 else _NEW - number


def _by_id(found: dict[str, Any]) -> int:
    return int(found["id"])
