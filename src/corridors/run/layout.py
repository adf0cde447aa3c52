"""Where the results of a graph of stages are, and where each input of a stage comes from.

A study is one graph, a scenario another over the study's results: what a scenario has made itself
stands before what the study has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from corridors.stages import registry
from corridors.stages.registry import Reference, Stage

if TYPE_CHECKING:
    from corridors.config.load import Study


@dataclass(frozen=True)
class Supply:
    """Where an input of a stage comes from.

    Parameters
    ----------
    stage
        The stage that leaves it.
    file
        Its name there.
    is_ours
        Whether this graph makes it; else it is a committed result of the study.
    """

    stage: Stage
    file: str
    is_ours: bool


class Layout(Protocol):
    """A graph of stages over herds, in folders."""

    study: Study
    stages: Sequence[Stage]

    def folder(self, stage: Stage, partition: str) -> Path:
        """Return the folder of a result of this graph."""

    def supply(self, reference: Reference, reader: Stage) -> Supply:
        """Return where an input of ``reader`` comes from."""

    def place(self, supply: Supply, herd: str) -> Path:
        """Return the folder of the result that holds an input."""

    def names(self, partition: str) -> Mapping[str, str]:
        """Return what stands for ``{...}`` in names of artefacts."""


class StudyLayout:
    """The study's own graph.

    Parameters
    ----------
    study
        The loaded configuration.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.stages: Sequence[Stage] = registry.stages()
        # Asked for thousands of times where there are hundreds of herds.
        self._folders = {one.name: study.processed / one.folder for one in self.stages}

    def folder(self, stage: Stage, partition: str) -> Path:
        """Return the folder of a committed result."""
        place = self._folders.get(stage.name) or self.study.processed / stage.folder
        return place / partition

    def supply(self, reference: Reference, reader: Stage) -> Supply:  # noqa: ARG002 - as scenarios
        """Return the stage that leaves an artefact, and its file there."""
        return Supply(registry.get(reference.stage), registry.file_of(reference), is_ours=True)

    def place(self, supply: Supply, herd: str) -> Path:
        """Return the folder of the result that holds an input."""
        return self.folder(supply.stage, herd)

    def names(self, partition: str) -> Mapping[str, str]:
        """Return what stands for ``{...}`` in names of artefacts."""
        return {"herd": partition}
