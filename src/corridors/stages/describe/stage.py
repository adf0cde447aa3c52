"""Describe the migrations, and say whether the sample of animals is large enough."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Delineate, Describe, Profile
from corridors.config.trials import Units
from corridors.foundation.artefacts import FixTable, Layer, Progress, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.describe import DescribeFacts
    from corridors.foundation.facts.segment import SegmentFacts
    from corridors.foundation.facts.surface import SurfaceFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    fixes: Annotated[FixTable, "clean.fixes"]
    clean: Annotated["CleanFacts", "clean.facts"]
    migrations: Annotated[Table, "segment.migrations"]
    segment: Annotated["SegmentFacts", "segment.facts"]
    surfaces: Annotated[Table, "surface.surfaces"]
    estimates: Annotated[Table, "surface.estimates"]
    surface: Annotated["SurfaceFacts", "surface.facts"]
    corridors: Annotated[Layer, "delineate.corridors"]
    stopovers: Annotated[Layer, "delineate.stopovers"]
    ranges: Annotated[Layer, "delineate.ranges"]
    population: Annotated[Table, "delineate.population"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    describe: Describe
    delineate: Delineate
    profile: Profile
    herd: Annotated[str, "herd"]
    units: Annotated[Units, "units"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    migration_facts: Annotated[Table, "MIGRATION_FACTS"]
    sufficiency: Annotated[Table, "SUFFICIENCY"]
    skill: Annotated[Table, "SKILL"]
    fidelity: Annotated[Table, "FIDELITY"]
    bottlenecks: Annotated[Layer, "BOTTLENECKS"]
    facts: Annotated["DescribeFacts", "facts.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what is known of migrations, of the sample and of the years of an animal."""
    from corridors.stages.describe.description import described

    return described(inputs, settings, progress)
