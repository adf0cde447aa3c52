"""Cross the herd's movements with the barriers of a scenario."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.foundation.artefacts import Layer, Progress, Table
from corridors.stages.intersect import stage as intersect
from corridors.stages.intersect.stage import Results, Settings

if TYPE_CHECKING:
    from corridors.foundation.facts.alter import AlterFacts
    from corridors.foundation.facts.intersect import IntersectFacts

__all__ = ["Inputs", "Results", "Settings", "run"]


@dataclass(frozen=True)
class Today:
    """What the stage of the study has left."""

    segments: Annotated[Layer, "study/intersect.segments"]
    crossings: Annotated[Table, "study/intersect.crossings"]
    observed: Annotated[Layer, "study/intersect.observed"]
    trials: Annotated[Table, "study/intersect.trials"]
    seasons: Annotated[Table, "study/intersect.seasons"]
    units: Annotated[Table, "study/intersect.units"]
    areas: Annotated[Layer, "study/intersect.areas"]
    border_report: Annotated[Layer, "study/intersect.border_report"]
    border_stretches: Annotated[Layer, "study/intersect.border_stretches"]
    border_crossings: Annotated[Layer, "study/intersect.border_crossings"]
    national_shares: Annotated[Table, "study/intersect.national_shares"]
    facts: Annotated["IntersectFacts", "study/intersect.facts"]


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    moved: intersect.Inputs
    today: Today
    alterations: Annotated[Table, "alter.alterations"]
    scenario: Annotated["AlterFacts", "alter.facts"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Cross what is added; mark what is altered.

    What animals did at a barrier does not depend on what a scenario makes of it, so without added
    lines the study's result is taken as it is.

    Raises
    ------
    InternalError
        A segment that the scenario alters is not there.
    """
    from corridors.stages.scenario.intersect.marking import marked

    if inputs.scenario.n_added:
        found = intersect.run(inputs.moved, settings, progress)
    else:
        found = Results(**vars(inputs.today))
    return marked(found, inputs.alterations.read())
