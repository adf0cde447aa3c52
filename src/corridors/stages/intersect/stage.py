"""Cross the herd's movements with barriers and borders."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.crossing import Intersect
from corridors.config.model import Occurrence
from corridors.foundation.artefacts import FixTable, Layer, Progress, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.intersect import IntersectFacts


@dataclass(frozen=True)
class Moved:
    """What the movements of a herd are made of; scenarios look at these too."""

    fixes: Annotated[FixTable, "clean.fixes"]
    clean: Annotated["CleanFacts", "clean.facts"]
    migrations: Annotated[Table, "segment.migrations"]
    estimates: Annotated[Table, "surface.estimates"]
    variances: Annotated[Table, "surface.variances"]
    corridors: Annotated[Layer, "delineate.corridors"]
    modelled: Annotated[Layer, "connect.modelled"]


@dataclass(frozen=True)
class Inputs(Moved):
    """What it reads."""

    barriers: Annotated[Layer, "ingest.barriers"]
    boundaries: Annotated[Layer, "ingest.boundaries"]
    states: Annotated[Layer, "ingest.states"]
    population: Annotated[Table, "delineate.population"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    intersect: Intersect
    occurrence: Occurrence


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    segments: Annotated[Layer, "SEGMENTS"]
    crossings: Annotated[Table, "CROSSINGS"]
    observed: Annotated[Layer, "OBSERVED"]
    trials: Annotated[Table, "TRIALS"]
    seasons: Annotated[Table, "SEASONS_TRACKED"]
    units: Annotated[Table, "UNITS"]
    areas: Annotated[Layer, "AREAS"]
    border_report: Annotated[Layer, "BORDER_REPORT"]
    border_stretches: Annotated[Layer, "BORDER_STRETCHES"]
    border_crossings: Annotated[Layer, "BORDER_CROSSINGS"]
    national_shares: Annotated[Table, "NATIONAL_SHARES"]
    facts: Annotated["IntersectFacts", "intersect.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Cross the herd's movements with barriers, areal pressures and boundaries."""
    from corridors.stages.intersect.crossing import met

    return met(inputs, settings, progress)
