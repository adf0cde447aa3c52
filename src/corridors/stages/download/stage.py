"""Make what is released of each herd for download, for one tier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from corridors.config.model import Delineate, Study
from corridors.config.release import Release
from corridors.config.sources import Herd
from corridors.foundation.artefacts import Layer, Progress, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.delineate import DelineateFacts
    from corridors.stages.download.herd_products import HerdProducts

FOLDER = "download"
TierName = Literal["internal", "partner", "public"]


@dataclass(frozen=True)
class OneHerd:
    """What it reads of a herd."""

    delineate: Annotated["DelineateFacts", "delineate.facts"]
    migrations: Annotated[Table, "segment.migrations"]
    population: Annotated[Table, "delineate.population"]
    corridors: Annotated[Layer, "delineate.corridors"]
    stopovers: Annotated[Layer, "delineate.stopovers"]
    ranges: Annotated[Layer, "delineate.ranges"]
    modelled: Annotated[Layer, "connect.modelled"]
    threats: Annotated[Layer, "rank.threats"]
    threat_segments: Annotated[Layer, "rank.threat_segments"]


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    herds: Mapping[str, OneHerd]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    study: Study
    herds: Annotated[dict[str, Herd], "all labels"]
    delineate: Delineate
    release: Release


@dataclass(frozen=True)
class Asked:
    """What the person who releases says.

    Parameters
    ----------
    tier
        For whom.
    day
        Date of the release.
    """

    tier: TierName
    day: date


@dataclass(frozen=True)
class Results:
    """What it returns: the herds that have something to give, in order."""

    herds: "list[HerdProducts]"


def run(inputs: Inputs, settings: Settings, asked: Asked, progress: Progress) -> Results:
    """Return what is released of each herd: layers of single parts in EPSG:4326, and metadata.

    Raises
    ------
    ConfigError
        The newest use of a herd's data is too new for the tier.
    """
    from corridors.stages.download.herd_products import products

    return products(inputs, settings, asked, progress)
