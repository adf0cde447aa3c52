"""SHA-256 of all files of a folder, as `sha256sum --check` reads them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from corridors.foundation.errors import Fault, InputError, MissingInputError

NAME = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def write_checksums(folder: Path) -> None:
    """Write the checksum of every file below a folder into it."""
    lines = [f"{_digest(folder / name)}  {name}\n" for name in _names(folder)]
    (folder / NAME).write_text("".join(lines), encoding="utf-8", newline="")


def verified(folder: Path) -> int:
    """Return how many files are there as they were written.

    Raises
    ------
    MissingInputError
        No folder, or one without checksums.
    InputError
        A file is missing, is another one, or is not listed; or the list is damaged.
    """
    listed = _listed(folder)
    there = set(_names(folder))
    faults = []
    for name in sorted({*listed, *there}):
        if name not in there:
            faults.append(Fault("a file of the release is missing", name))
        elif name not in listed:
            faults.append(Fault("a file is not part of the release", name))
        else:
            digest = _digest(folder / name)
            if digest != listed[name]:
                faults.append(
                    Fault(
                        "a file of the release was changed",
                        name,
                        expected=f"SHA-256 {listed[name]}",
                        got=digest,
                        cure="fetch it again from who released it",
                    )
                )
    if faults:
        raise InputError(faults)
    return len(listed)


def _listed(folder: Path) -> dict[str, str]:
    path = folder / NAME
    if not path.is_file():
        raise MissingInputError(
            Fault(
                "there are no checksums",
                str(path),
                expected="a folder that `corridors release download` made",
                cure="name that folder",
            )
        )
    listed = {}
    for row, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError(
                Fault("the list of checksums is damaged", str(path), row=row, got=line[:80])
            )
        listed[match[2]] = match[1]
    return listed


def _names(folder: Path) -> Iterator[str]:
    """Yield the files below a folder but the list itself, sorted."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    for name in paths:
        path = folder / name
        # A link that leads nowhere is a file that is not listed, too.
        if name != NAME and (path.is_symlink() or not path.is_dir()):
            yield name


def _digest(path: Path) -> str:
    if not path.is_file():
        return "no file"
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
