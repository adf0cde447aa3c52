"""Gather what the herds give to a release for the atlas."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Delineate
from corridors.config.release import Release
from corridors.config.sources import Herd
from corridors.foundation.artefacts import Layer, Progress, RawFiles, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.delineate import DelineateFacts
    from corridors.stages.release.features import Feature, Told

FOLDER = "release"


@dataclass(frozen=True)
class OneHerd:
    """What it reads of a herd."""

    delineate: Annotated["DelineateFacts", "delineate.facts"]
    population: Annotated[Table, "delineate.population"]
    corridors: Annotated[Layer, "delineate.corridors"]
    stopovers: Annotated[Layer, "delineate.stopovers"]
    ranges: Annotated[Layer, "delineate.ranges"]
    modelled: Annotated[Layer, "connect.modelled"]
    threats: Annotated[Layer, "rank.threats"]
    threat_segments: Annotated[Layer, "rank.threat_segments"]
    states: Annotated[Layer, "ingest.states"]


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    herds: Mapping[str, OneHerd]
    raw: Annotated[RawFiles, "protected_areas"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herds: Annotated[dict[str, Herd], "all labels"]
    seasons: Annotated[dict[str, tuple[str, str]], "all seasons"]
    delineate: Delineate
    release: Release


@dataclass(frozen=True)
class Results:
    """What it returns: features of each layer of the atlas, and what is told of each herd."""

    features: Mapping[str, "list[Feature]"]
    told: "list[Told]"


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what the herds give to each layer: of one part, EPSG:4326, herd after herd.

    Raises
    ------
    ConfigError
        The country of something is not known.
    CorridorsError
        Whatever is wrong with the layer of protected areas.
    """
    from corridors.stages.release.gathering import gathered

    return gathered(inputs, settings, progress)
