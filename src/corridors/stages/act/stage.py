"""Rank what to do at fences, crossings, footprints and borders; tell what lies in which zone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.action import Act
from corridors.config.sources import ZoneSource
from corridors.config.trials import Trials
from corridors.foundation.artefacts import Layer, Progress, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.act import ActFacts
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.rank import RankFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    clean: Annotated["CleanFacts", "clean.facts"]
    zones: Annotated[Layer, "ingest.zones"]
    corridors: Annotated[Layer, "delineate.corridors"]
    stopovers: Annotated[Layer, "delineate.stopovers"]
    ranges: Annotated[Layer, "delineate.ranges"]
    modelled: Annotated[Layer, "connect.modelled"]
    border_stretches: Annotated[Layer, "intersect.border_stretches"]
    threats: Annotated[Layer, "rank.threats"]
    segments: Annotated[Layer, "rank.threat_segments"]
    draws: Annotated[Table, "weigh.draws"]
    exposure: Annotated[Layer, "rank.exposure"]
    ranking: Annotated["RankFacts", "rank.facts"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    act: Act
    zones: tuple[ZoneSource, ...]
    trials: Annotated[Trials, "trials"]
    population_size: Annotated[float | None, "population_size"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    fence_sections: Annotated[Layer, "FENCE_SECTIONS"]
    crossing_sites: Annotated[Layer, "CROSSING_SITES"]
    footprints: Annotated[Layer, "FOOTPRINTS"]
    border_agreements: Annotated[Layer, "BORDER_AGREEMENTS"]
    zone_shares: Annotated[Table, "ZONE_SHARES"]
    facts: Annotated["ActFacts", "act.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Find what to do where, one ranked layer per kind of action."""
    from corridors.stages.act.acting import actions

    return actions(inputs, settings, progress)
