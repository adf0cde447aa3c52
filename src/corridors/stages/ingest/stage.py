"""Read tracks, expert ranges, barriers, boundaries and zones into tables."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Doubles
from corridors.config.sources import BarrierSource, BoundarySource, Herd, StateSource, ZoneSource
from corridors.foundation.artefacts import FixTable, Layer, Progress, RawFiles

if TYPE_CHECKING:
    from corridors.foundation.facts.ingest import IngestFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    raw: Annotated[
        RawFiles,
        "tracks",
        "expert_ranges",
        "expert_corridors",
        "barriers",
        "boundaries",
        "states",
        "zones",
    ]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    name: Annotated[str, "herd"]
    herd: Annotated[Herd, "sources"]
    barriers: tuple[BarrierSource, ...]
    boundaries: tuple[BoundarySource, ...]
    states: StateSource | None
    zones: tuple[ZoneSource, ...]
    doubles: Doubles


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    fixes: Annotated[FixTable, "FIXES"]
    ranges_expert: Annotated[Layer, "RANGES"]
    corridors_expert: Annotated[Layer, "CORRIDORS"]
    barriers: Annotated[Layer, "BARRIERS"]
    boundaries: Annotated[Layer, "BOUNDARIES"]
    states: Annotated[Layer, "STATES"]
    zones: Annotated[Layer, "ZONES"]
    facts: Annotated["IngestFacts", "ingest.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Read everything that the herd's configuration names.

    Raises
    ------
    MissingInputError
        Files or layers that are not there.
    InputError
        All other faults of all sources.
    """
    from corridors.stages.ingest.reading import everything

    return everything(inputs, settings, progress)
