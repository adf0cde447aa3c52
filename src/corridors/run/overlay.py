"""A scenario's results over the study's: the same graph, with what it has made itself first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.run.layout import StudyLayout, Supply
from corridors.stages import registry
from corridors.stages.registry import Reference, Stage

if TYPE_CHECKING:
    from corridors.config.load import Study

FOLDER = "scenarios"


class Overlay:
    """The graph of a scenario, or of a ``before_after``.

    Parameters
    ----------
    study
        The loaded configuration, with this scenario alone.
    name
        Of the scenario.
    is_dated
        Whether it compares before and after a day.
    """

    def __init__(self, study: Study, name: str, *, is_dated: bool) -> None:
        self.study = study
        self.name = name
        self.base = StudyLayout(study)
        order = registry.BEFORE_AFTER if is_dated else registry.SCENARIO
        self.stages: Sequence[Stage] = registry.of_scenario(order)

    def folder(self, stage: Stage, partition: str) -> Path:
        """Return the folder of a result of the scenario."""
        return self.study.processed / FOLDER / self.name / stage.folder / partition

    def supply(self, reference: Reference, reader: Stage) -> Supply:
        """Return the artefact of an earlier stage of the scenario where there is one."""
        if not reference.of_study:
            for stage in self.stages:
                if stage is reader:
                    break
                stands = reference.stage in (stage.name, stage.instead_of)
                if stands and reference.field in stage.results:
                    return Supply(stage, stage.results[reference.field].file, is_ours=True)
        base = self.base.supply(reference, reader)
        return Supply(base.stage, base.file, is_ours=False)

    def place(self, supply: Supply, herd: str) -> Path:
        """Return the folder of the result that holds an input."""
        return (self if supply.is_ours else self.base).folder(supply.stage, herd)

    def names(self, partition: str) -> Mapping[str, str]:
        """Return what stands for ``{...}`` in names of artefacts."""
        return {"herd": partition, "scenario": self.name}
