"""An unforeseen error on the command line itself: a file for us, two lines for the user."""

from __future__ import annotations

import tempfile
import traceback

import click

from corridors.foundation.errors import Fault, InternalError


def report(error: Exception) -> int:
    """Write the traceback to a file, name the file on stderr, and return the exit code."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="corridors-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write("".join(traceback.format_exception(error)))
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
