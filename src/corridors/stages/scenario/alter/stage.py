"""Find what a scenario changes for the herd, and add what it plans."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.crossing import Intersect
from corridors.config.model import Occurrence, Rank
from corridors.config.scenarios import Scenario
from corridors.foundation.artefacts import Layer, Progress, RawFiles, Table
from corridors.stages.intersect import stage as intersect

if TYPE_CHECKING:
    from corridors.foundation.facts.alter import AlterFacts

# The barriers of the scenario stand in the place of the study's.
INSTEAD_OF = "ingest"


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    moved: intersect.Moved
    barriers: Annotated[Layer, "ingest.barriers"]
    segments: Annotated[Layer, "intersect.segments"]
    areas: Annotated[Layer, "intersect.areas"]
    places: Annotated[Layer, "rank.threat_segments"]
    raw: Annotated[RawFiles, "scenarios"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    intersect: Intersect
    occurrence: Occurrence
    rank: Rank
    species: Annotated[str | None, "species"]
    scenarios: dict[str, Scenario]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    barriers: Annotated[Layer, "BARRIERS"]
    alterations: Annotated[Table, "ALTERATIONS"]
    facts: Annotated["AlterFacts", "scenario.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Find the barriers, the alterations, and whether the herd is affected at all.

    Raises
    ------
    CorridorsError
        Every fault of the files that the scenario names.
    """
    from corridors.stages.scenario.alter.altering import altered_barriers

    return altered_barriers(inputs, settings, progress)
