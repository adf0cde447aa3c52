"""Compute the current between the ranges, and what opening each barrier would give."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.circuit import Circuit
from corridors.foundation.artefacts import Layer, Progress, Raster, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.circuit import CircuitFacts
    from corridors.foundation.facts.clean import CleanFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    barriers: Annotated[Layer, "ingest.barriers"]
    clean: Annotated["CleanFacts", "clean.facts"]
    ranges: Annotated[Layer, "delineate.ranges"]
    population: Annotated[Table, "delineate.population"]
    resistance: Annotated[Raster, "connect.resistance"]
    modelled: Annotated[Layer, "connect.modelled"]
    segments: Annotated[Layer, "intersect.segments"]
    permeability: Annotated[Table, "behave.permeability"]
    places: Annotated[Table, "weigh.segments"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    circuit: Circuit
    species: Annotated[str | None, "species"]
    priors: Annotated[Mapping[str, float], "priors"]
    prior_trials: Annotated[float, "prior_trials"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    current: Annotated[Raster, "current.tif"]
    gains: Annotated[Layer, "GAINS"]
    facts: Annotated["CircuitFacts", "circuit.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Find the current between the ranges, and the gain of opening each barrier segment.

    Raises
    ------
    MethodError
        The currents do not add up as exactly as the configuration wants.
    """
    from corridors.stages.circuit.current import current_between_ranges

    return current_between_ranges(inputs, settings, progress)
