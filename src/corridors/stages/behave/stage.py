"""Tell what the animals did at barriers, and how permeable these are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.crossing import Behave
from corridors.config.model import Occurrence
from corridors.foundation.artefacts import FixTable, Layer, Progress, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.behave import BehaveFacts
    from corridors.foundation.facts.clean import CleanFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    fixes: Annotated[FixTable, "clean.fixes"]
    clean: Annotated["CleanFacts", "clean.facts"]
    migrations: Annotated[Table, "segment.migrations"]
    segments: Annotated[Layer, "intersect.segments"]
    observed: Annotated[Layer, "intersect.observed"]
    units: Annotated[Table, "intersect.units"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    behave: Behave
    occurrence: Occurrence
    species: Annotated[str | None, "species"]
    priors: Annotated[Mapping[str, float], "priors"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    behaviour: Annotated[Layer, "BEHAVIOUR"]
    behaviour_segments: Annotated[Table, "BEHAVIOUR_SEGMENTS"]
    behaviour_index: Annotated[Layer, "BEHAVIOUR_INDEX"]
    permeability: Annotated[Table, "PERMEABILITY"]
    facts: Annotated["BehaveFacts", "behave.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Find events, the segments they touch, an index per barrier, and permeability."""
    from corridors.foundation.artefacts import Layer, Table
    from corridors.foundation.facts.behave import BehaveFacts
    from corridors.stages.behave.events import told
    from corridors.stages.behave.permeability import permeability

    events = told(inputs, settings, progress)
    table, how = permeability(inputs, settings, progress)
    return Results(
        behaviour=Layer.of(events.behaviour),
        behaviour_segments=Table.of(events.touched),
        behaviour_index=Layer.of(events.index),
        permeability=Table.of(table),
        facts=BehaveFacts(herd=settings.herd, permeability=how, **events.counts),
    )
