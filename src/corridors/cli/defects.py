"""An unforeseen error on the command line itself: a file for us, two lines for the user."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import traceback
from pathlib import Path

import click

from corridors.foundation.errors import Fault, InternalError, OutputError
from corridors.run.manifest import cannot_write

_PREFIX = "corridors-defect-"
_KEPT = 20


def is_unwritten_answer(error: Exception) -> bool:
    """Tell whether stdout could not take the answer: errors of files name the file."""
    return isinstance(error, OSError) and error.filename is None and cannot_write(error)


def unwritten(error: Exception) -> int:
    """Say that the answer could not be written, and return the exit code."""
    sys.stdout = None  # nothing more is written when the interpreter ends
    failure = OutputError(
        Fault(
            "the answer cannot be written to standard output",
            got=getattr(error, "strerror", None) or str(error),
            cure="write it to a place with room; what a run has finished is kept",
        )
    )
    click.echo(str(failure), err=True)
    return failure.exit_code


def report(error: Exception) -> int:
    """Write the traceback to a file, name the file on stderr, and return the exit code."""
    with tempfile.NamedTemporaryFile(
        "w",
        prefix=_PREFIX,
        suffix=".log",
        delete=False,
        encoding="utf-8",
        errors="backslashreplace",
    ) as file:
        file.write("".join(traceback.format_exception(error)))
    _tidy(Path(file.name).parent)
    defect = InternalError(
        Fault(
            "corridors failed in a way that nobody foresaw",
            got=f"{type(error).__name__}: {error}",
            file=file.name,
            cure="this is a defect of corridors; report it with that file",
        )
    )
    click.echo(str(defect), err=True)
    return defect.exit_code


def _tidy(folder: Path) -> None:
    """Remove all but the latest of our files: a night job must not fill the disk with them."""
    mine: list[tuple[float, Path]] = []
    for path in folder.glob(f"{_PREFIX}*.log"):
        with contextlib.suppress(OSError):
            state = path.lstat()
            if state.st_uid == os.getuid():
                mine.append((state.st_mtime, path))
    for _, path in sorted(mine)[:-_KEPT]:
        path.unlink(missing_ok=True)
