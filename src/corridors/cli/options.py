"""Options that commands share, and what is told from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridors.foundation.errors import ConfigError, Fault
from corridors.foundation.faults import did_you_mean

if TYPE_CHECKING:
    from corridors.config.load import Study
    from corridors.run.report import Options

Command = Callable[..., Any]

config_option = click.option(
    "--config",
    "-c",
    type=click.Path(path_type=Path),
    default=None,
    help="Configuration file.  [default: config.yaml]",
)
herd_option = click.option(
    "--herd", multiple=True, metavar="NAME", help="Only this herd; repeatable."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def running(command: Command) -> Command:
    """Add the options of everything that runs stages."""
    for option in (
        click.option("--force", is_flag=True, help="Run what is up to date too."),
        click.option(
            "--wait",
            type=click.FloatRange(min=0),
            metavar="SECONDS",
            default=None,
            help="Wait so long for another run to end.  [default: 0]",
        ),
        click.option(
            "--workers",
            type=click.IntRange(min=1),
            default=None,
            help="Worker processes at most.  [default: one per CPU]",
        ),
        click.option(
            "--scheduler",
            default=None,
            metavar="NAME",
            help="serial, processes or the address of a Dask scheduler.  [default: processes]",
        ),
        json_option,
        herd_option,
        config_option,
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class Choice:
    """What the options of a running command say, before a pipeline file fills the gaps."""

    config: Path | None
    herd: tuple[str, ...]
    scheduler: str | None
    workers: int | None
    wait: float | None
    force: bool
    as_json: bool

    def options(self) -> Options:
        """Return the options of the run."""
        from corridors.run.report import Options

        return Options(
            self.scheduler or "processes", self.workers or 0, self.wait or 0.0, self.force
        )


def load_study(config: Path | None) -> Study:
    """Return the study of a configuration; without one that of this folder."""
    from corridors.config.load import load

    return load(config or Path("config.yaml"))


def chosen_herds(study: Study, chosen: tuple[str, ...]) -> list[str]:
    """Return the chosen herds, all of them when none is chosen, in the configured order."""
    known = list(study.config.herds)
    faults = [
        Fault(
            "there is no such herd",
            file=str(study.path),
            expected="one of: " + ", ".join(known) if known else "a herd below herds:",
            got=name,
            cure=did_you_mean(name, known),
        )
        for name in chosen
        if name not in known
    ]
    if not known:
        faults.append(
            Fault("no herd is configured", file=str(study.path), cure="add one below herds:")
        )
    if faults:
        raise ConfigError(faults)
    return [name for name in known if not chosen or name in chosen]
