"""What a stage is given: its settings, its inputs and an empty folder to fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from corridors.foundation.errors import InternalError


def _silent(message: str, fraction: float) -> None:
    """Ignore progress."""


@dataclass(frozen=True)
class StageContext:
    """One stage of one partition, about to run.

    Parameters
    ----------
    herd
        Name of the herd, or "" for a stage that runs once for the study.
    settings
        Only the configuration sections that the stage table grants, as attributes
        (``settings.clean.dop_max``); ``settings.herd`` is the herd's own section, with or without
        its sources, and ``settings.herds`` all of them without, for a study stage.
    raw
        Input paths of this stage as configured -> absolute path. A stage opens nothing else.
    upstream
        stage name -> herd -> committed folder of its results.
    out
        An empty folder; whatever is in it when the stage returns becomes its result.
    progress
        Called with a short message and the share done, 0...1.
    """

    herd: str
    settings: Any
    raw: Mapping[str, Path]
    upstream: Mapping[str, Mapping[str, Path]]
    out: Path
    progress: Callable[[str, float], None] = field(default=_silent)

    def read(self, stage: str, name: str) -> Path:
        """Return the path of artefact ``name`` of an upstream stage of the same herd."""
        return self.upstream[stage][self.herd] / name

    def raw_path(self, configured: str) -> Path:
        """Return the absolute path of a configured input file."""
        try:
            return self.raw[configured]
        except KeyError:
            raise InternalError(f"stage opened an input it did not declare: {configured}") from None


def settings_of(sections: Mapping[str, Any]) -> SimpleNamespace:
    """Return the granted sections as attributes."""
    return SimpleNamespace(**sections)
