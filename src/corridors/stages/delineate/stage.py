"""Draw corridors, stopovers and seasonal ranges of the herd."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Delineate, Profile
from corridors.foundation.artefacts import Layer, Progress, Raster, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.delineate import DelineateFacts
    from corridors.foundation.facts.surface import SurfaceFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    ranges_expert: Annotated[Layer, "ingest.ranges_expert"]
    corridors_expert: Annotated[Layer, "ingest.corridors_expert"]
    migrations: Annotated[Table, "segment.migrations"]
    surfaces: Annotated[Table, "surface.surfaces"]
    estimates: Annotated[Table, "surface.estimates"]
    surface: Annotated["SurfaceFacts", "surface.facts"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    delineate: Delineate
    profile: Profile
    herd: Annotated[str, "herd"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    corridors: Annotated[Layer, "CORRIDORS"]
    stopovers: Annotated[Layer, "STOPOVERS"]
    ranges: Annotated[Layer, "RANGES"]
    population: Annotated[Table, "POPULATION"]
    population_raster: Annotated[Raster, "population.tif"]
    facts: Annotated["DelineateFacts", "delineate.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return corridors, stopovers and ranges, those of experts beside the tracked ones."""
    from corridors.stages.delineate.drawing import drawn

    return drawn(inputs, settings, progress)
