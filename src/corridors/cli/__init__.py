"""The command line; nothing of the science is imported before a stage runs."""

from __future__ import annotations

import gc
import os
import sys

import click

from corridors.cli.commands import group
from corridors.cli.release import release
from corridors.cli.trace import trace
from corridors.foundation.errors import CorridorsError
from corridors.run.stopped import Stopped

_PIPE_CLOSED = 141
# New objects after which Python looks for garbage. What is imported is none, and with 700 it would
# be looked through hundreds of times.
_LOOK_AFTER = 20_000

group.add_command(release)
group.add_command(trace)

# Else pydantic looks through every installed package for plugins before `status` answers.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code; see ``docs/exit-codes.md``."""
    gc.set_threshold(_LOOK_AFTER)
    try:
        code = group.main(arguments, prog_name="corridors", standalone_mode=False)
    except CorridorsError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except Stopped as stopped:
        click.echo("stopped; what was finished is kept, nothing is half done", err=True)
        return stopped.exit_code
    except BrokenPipeError:
        # `corridors status | head`: the reader has gone; do not write at exit either.
        sys.stdout = None
        return _PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - the last door: no traceback on the terminal
        from corridors.cli import defects

        if defects.is_unwritten_answer(error):
            return defects.unwritten(error)
        return defects.report(error)
    return code if isinstance(code, int) else 0
