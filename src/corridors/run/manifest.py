"""The manifest beside a result: what it was made from; and the commit that puts both in place.

A result is a folder. A stage fills another one in ``.staging``; its files are synced, the manifest
is written into it last, and one rename puts it in place. A crash before the rename leaves no
result at all, never half of one. Manifests hold digests and configured paths only: no time stamps
and no absolute paths, so that equal runs leave equal bytes.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from corridors.foundation.errors import Fault, InternalError, OutputError
from corridors.run import open_packages, sealed
from corridors.run.open_packages import content_digest

NAME = "manifest.json"
FORMAT = 2
_LONGEST_NAME = 250  # bytes; of a damaged manifest, a longer one cannot be asked for

# Errors of the operating system that mean "cannot write there", whatever was being written.
_CANNOT_WRITE = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "no permission to write",
    errno.EPERM: "no permission to write",
    errno.ENOTDIR: "a folder of the path is a file",
    errno.EEXIST: "a file is in the place of a folder",
    errno.EFBIG: "the file is too large for this disk",
}


@dataclass(frozen=True)
class Artefact:
    """Size and SHA-256 of one file of a result; of a GeoPackage also that of its content."""

    size: int
    sha256: str
    content: str = ""

    @classmethod
    def of(cls, path: Path) -> Artefact:
        """Return those of a file."""
        own = content_digest(path) if path.suffix == open_packages.SUFFIX else ""
        return cls(path.stat().st_size, _sha256(path), own)

    def has_content_of(self, path: Path) -> bool:
        """Return whether a file that has other bytes was only opened."""
        return bool(self.content) and content_digest(path) == self.content

    def as_list(self) -> list[Any]:
        """Return it as a manifest holds it."""
        return [self.size, self.sha256, *([self.content] if self.content else [])]


@dataclass(frozen=True)
class Manifest:
    """What a result was made from, and the files it consists of.

    Parameters
    ----------
    fingerprint
        See :mod:`corridors.run.fingerprint`.
    artefacts
        Path below the result's folder -> size and digest.
    """

    fingerprint: Mapping[str, Any]
    artefacts: Mapping[str, Artefact] = field(default_factory=dict)

    def digests(self, names: tuple[str, ...]) -> dict[str, str]:
        """Return the digest of each named artefact; that of a folder covers all of its files.

        Raises
        ------
        KeyError
            An artefact is not part of the result.
        """
        return {name: self._digest(name) for name in names}

    def _digest(self, name: str) -> str:
        if not name.endswith("/"):
            return self.artefacts[name].sha256
        inside = {key: file.sha256 for key, file in self.artefacts.items() if key.startswith(name)}
        return hashlib.sha256(json.dumps(inside, sort_keys=True).encode()).hexdigest()


def read(folder: Path) -> Manifest | None:
    """Return the manifest of a result, None where there is none that can be understood.

    One that is not as it was written (damaged, of an earlier version) vouches for nothing: it has
    an empty fingerprint, so that the result is made again; its files are listed where it says
    which, so that what a person changed among them is kept.
    """
    try:
        data = (folder / NAME).read_bytes()
    except OSError:
        return None
    content = sealed.opened(data)
    if content is None or content["format"] != FORMAT:
        return _unsealed(data)
    return Manifest(
        content["fingerprint"],
        {name: Artefact(*of) for name, of in content["artefacts"].items()},
    )


def _unsealed(data: bytes) -> Manifest | None:
    try:
        listed = json.loads(data)["artefacts"].items()
        files = {name: Artefact(*of) for name, of in listed if _is_ours(name)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return Manifest({}, files)


def _is_ours(name: str) -> bool:
    """Tell whether a name can be that of a file below a result's folder."""
    path = PurePosixPath(name)
    is_below = not path.is_absolute() and ".." not in path.parts
    return is_below and name.isprintable() and len(name.encode()) < _LONGEST_NAME


def damaged(
    folder: Path, manifest: Manifest, digest: Callable[[Path], str] | None = None
) -> list[str]:
    """Return what is missing from a result or is not as it was made.

    Parameters
    ----------
    folder, manifest
        The result.
    digest
        Returns the SHA-256 of a file; None: only sizes are compared.
    """
    found = []
    for name, artefact in manifest.artefacts.items():
        path = folder / name
        try:
            is_same = path.stat().st_size == artefact.size
            if is_same and digest is not None:
                is_same = digest(path) == artefact.sha256 or artefact.has_content_of(path)
        except PermissionError:
            found.append(f"output cannot be read: {name}")
        except OSError:
            found.append(f"output missing: {name}")
        else:
            if not is_same:
                found.append(f"output changed by hand: {name}")
    return found


def edited(folder: Path, manifest: Manifest) -> list[str]:
    """Return artefacts that a person changed after they were made.

    Only files that are newer than the manifest, which is always the last file written, or have
    another size (the clock may have been set back) are read.
    """
    made_ns = (folder / NAME).stat().st_mtime_ns
    found = []
    for name, artefact in manifest.artefacts.items():
        path = folder / name
        if not path.is_file():
            continue
        state = path.stat()
        if state.st_mtime_ns <= made_ns and state.st_size == artefact.size:
            continue
        if _sha256(path) != artefact.sha256 and not artefact.has_content_of(path):
            found.append(name)
    return found


def keep_edited(target: Path, result: Manifest | None, place: Path) -> Iterator[str]:
    """Save what a person changed in ``target`` below ``place``; yield in words what was saved.

    A GeoPackage that a program has open lives on there, so that what it saves later is kept too.
    """
    if result is None:
        if target.is_dir() and any(target.iterdir()):
            kept = _free(place / target.name)
            with writing(kept):
                kept.parent.mkdir(parents=True, exist_ok=True)
                target.rename(kept)
            yield f"{target} was no result of corridors; it is kept as {kept}"
        return
    in_use = [
        name
        for name in result.artefacts
        if name.endswith(open_packages.SUFFIX) and open_packages.is_in_use(target / name)
    ]
    for name in in_use:
        kept = _free(place / target.name / name)
        with writing(kept):
            kept.parent.mkdir(parents=True, exist_ok=True)
            open_packages.keep_open(target / name, kept)
        yield f"{name} is open in another program, which goes on with {kept}; the new one is beside"
    for name in edited(target, result):
        if name in in_use:
            continue
        kept = _free(place / target.name / name)
        with writing(kept):
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(target / name, kept)
        yield f"{name} was edited by hand; the edited file is kept as {kept}"


def _free(path: Path) -> Path:
    """Return ``path``, with a number before its suffix where it is taken."""
    free, number = path, 0
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}.{number}{path.suffix}")
    return free


def seal(folder: Path, writes: tuple[str, ...], stage: str) -> dict[str, Artefact]:
    """Check that a staged result is complete, sync it, and return its files.

    Raises
    ------
    InternalError
        The stage did not leave what the stage table lists.
    """
    for name in writes:
        if name.endswith("/"):
            (folder / name).mkdir(parents=True, exist_ok=True)
    absent = [name for name in writes if not (folder / name).exists()]
    if absent:
        raise InternalError([f"stage {stage} did not write {name}" for name in absent])
    artefacts: dict[str, Artefact] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            _sync(path)
            continue
        name = path.relative_to(folder).as_posix()
        artefacts[name] = Artefact.of(path)
        _sync(path)
    _sync(folder)
    return artefacts


def commit(staged: Path, target: Path, manifest: Manifest) -> None:
    """Write the manifest into a sealed folder and rename it to ``target``.

    Raises
    ------
    OutputError
        The disk is full or the place cannot be written to.
    """
    content = {
        "format": FORMAT,
        "fingerprint": manifest.fingerprint,
        "artefacts": {name: file.as_list() for name, file in sorted(manifest.artefacts.items())},
    }
    with writing(target):
        temporary = staged / (NAME + ".part")
        with temporary.open("wb") as file:
            file.write(sealed.seal(content))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(staged / NAME)
        _sync(staged)
        target.parent.mkdir(parents=True, exist_ok=True)
        old = staged.with_name(staged.name + ".old")
        if target.exists():
            target.rename(old)
        try:
            staged.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        _sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn errors of the operating system while writing to ``place`` into ``OutputError``."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            Fault(
                "the result cannot be written",
                file=str(error.filename or place),
                got=_CANNOT_WRITE.get(error.errno or 0, error.strerror or str(error)),
                cure="free space or set study.data_processed to a folder you can write to",
            )
        ) from error


def cannot_write(error: OSError) -> bool:
    """Tell whether an error of the operating system means that writing failed."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
