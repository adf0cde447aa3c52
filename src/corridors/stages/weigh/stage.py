"""Weigh what animals tried at each place: missing passages, permeability, evidence."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Rank
from corridors.config.trials import Trials
from corridors.foundation.artefacts import Layer, Progress, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.intersect import IntersectFacts
    from corridors.foundation.facts.weigh import WeighFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    clean: Annotated["CleanFacts", "clean.facts"]
    segments: Annotated[Layer, "intersect.segments"]
    trials: Annotated[Table, "intersect.trials"]
    seasons: Annotated[Table, "intersect.seasons"]
    units: Annotated[Table, "intersect.units"]
    crossed: Annotated["IntersectFacts", "intersect.facts"]
    permeability: Annotated[Table, "behave.permeability"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    rank: Rank
    trials: Annotated[Trials, "trials"]
    species: Annotated[str | None, "species"]
    population_size: Annotated[float | None, "population_size"]
    population_source: Annotated[str | None, "population_source"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    places: Annotated[Table, "PLACES"]
    segments: Annotated[Table, "PLACE_SEGMENTS"]
    draws: Annotated[Table, "PLACE_DRAWS"]
    facts: Annotated["WeighFacts", "weigh.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Find the evidence of harm at each place, from one set of draws."""
    from corridors.foundation import tables
    from corridors.stages.weigh.weighing import weighed

    return weighed(
        inputs,
        settings,
        progress,
        segments=inputs.segments.read(),
        alterations=tables.empty(tables.ALTERATIONS),
    )
