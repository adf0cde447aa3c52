"""Compute the current between the ranges with what the scenario plans as if it stood."""

from dataclasses import dataclass, replace
from typing import Annotated

from corridors.foundation.artefacts import Layer, Progress
from corridors.stages.circuit import stage as circuit
from corridors.stages.circuit.stage import Results, Settings

__all__ = ["Inputs", "Results", "Settings", "run"]


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    planned: circuit.Inputs
    today: Annotated[Layer, "study/ingest.barriers"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Find the current that meets what the scenario adds.

    Today's current flows over what is only planned.

    Raises
    ------
    MethodError
        The currents do not add up as exactly as the configuration wants.
    """
    from corridors.barriers.closed_lines import built

    today = set(inputs.today.read(["barrier", "geometry"])["barrier"])
    planned = inputs.planned
    standing = replace(
        planned,
        barriers=Layer.of(built(planned.barriers.read(), today)),
        segments=Layer.of(built(planned.segments.read(), today)),
    )
    return circuit.run(standing, settings, progress)
