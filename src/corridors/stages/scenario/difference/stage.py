"""Compare a scenario with the study as it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Delineate, Publish, Rank, Study
from corridors.config.scenarios import Scenario
from corridors.config.sources import Herd
from corridors.foundation.artefacts import Document, Layer, Pictures, Progress, Raster, Table

if TYPE_CHECKING:
    from corridors.formats.geopackage import Package
    from corridors.formats.qgis import Project
    from corridors.foundation.facts.alter import AlterFacts
    from corridors.foundation.facts.circuit import CircuitFacts
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.difference import DifferenceFacts
    from corridors.foundation.facts.rank import RankFacts


@dataclass(frozen=True)
class Today:
    """What the study has."""

    barriers: Annotated[Layer, "study/ingest.barriers"]
    segments: Annotated[Layer, "study/intersect.segments"]
    threats: Annotated[Layer, "study/rank.threats"]
    parts: Annotated[Layer, "study/rank.threat_segments"]
    draws: Annotated[Table, "study/weigh.draws"]
    circuit: Annotated["CircuitFacts", "study/circuit.facts"]


@dataclass(frozen=True)
class Planned:
    """What the scenario has."""

    barriers: Annotated[Layer, "ingest.barriers"]
    segments: Annotated[Layer, "intersect.segments"]
    threats: Annotated[Layer, "rank.threats"]
    parts: Annotated[Layer, "rank.threat_segments"]
    draws: Annotated[Table, "weigh.draws"]
    circuit: Annotated["CircuitFacts", "circuit.facts"]


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    today: Today
    planned: Planned
    alterations: Annotated[Table, "alter.alterations"]
    scenario: Annotated["AlterFacts", "alter.facts"]
    clean: Annotated["CleanFacts", "clean.facts"]
    corridors: Annotated[Layer, "delineate.corridors"]
    ranges: Annotated[Layer, "delineate.ranges"]
    population: Annotated[Table, "delineate.population"]
    modelled: Annotated[Layer, "connect.modelled"]
    resistance: Annotated[Raster, "connect.resistance"]
    ranking: Annotated["RankFacts", "rank.facts"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    scenarios: dict[str, Scenario]
    study: Study
    labels: Annotated[Herd, "labels"]
    delineate: Delineate
    rank: Rank
    publish: Annotated[Publish, "publish without pictures"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    difference: Annotated[Layer, "DIFFERENCE"]
    fragments: Annotated[Layer, "FRAGMENTS"]
    facts: Annotated["DifferenceFacts", "difference.json"]
    page: Annotated[Document, "difference.html"]
    package: Annotated["Package", "{scenario}.gpkg"]
    project: Annotated["Project", "{scenario}.qgz"]
    pictures: Annotated[Pictures, "pictures/"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Find the difference, the fragments of the corridor, measures; make layers and a page."""
    from corridors.stages.scenario.difference.measuring import compared

    return compared(inputs, settings, progress)
