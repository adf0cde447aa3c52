"""Weigh the places of a scenario: what it alters is told from the same draws as in the study."""

from dataclasses import dataclass
from typing import Annotated

from corridors.foundation.artefacts import Layer, Progress, Table
from corridors.stages.weigh import stage as weigh
from corridors.stages.weigh.stage import Results, Settings

__all__ = ["Inputs", "Results", "Settings", "run"]


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    planned: weigh.Inputs
    today: Annotated[Layer, "study/intersect.segments"]
    alterations: Annotated[Table, "alter.alterations"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Find the evidence at each place; animals met barriers as they are in the study."""
    from corridors.stages.weigh.weighing import weighed
    from corridors.threats.scenarios import as_met

    segments = as_met(inputs.planned.segments.read(), inputs.today.read())
    alterations = inputs.alterations.read()
    return weighed(inputs.planned, settings, progress, segments=segments, alterations=alterations)
