"""Rank places of barriers by missing passages per year, with their evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Rank
from corridors.foundation.artefacts import Document, Layer, Progress, Raster, Table

if TYPE_CHECKING:
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.intersect import IntersectFacts
    from corridors.foundation.facts.rank import RankFacts
    from corridors.foundation.facts.weigh import WeighFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    clean: Annotated["CleanFacts", "clean.facts"]
    population: Annotated[Table, "delineate.population"]
    resistance: Annotated[Raster, "connect.resistance"]
    network: Annotated[Layer, "connect.network"]
    network_use: Annotated[Table, "connect.network_use"]
    segments: Annotated[Layer, "intersect.segments"]
    trials: Annotated[Table, "intersect.trials"]
    areas: Annotated[Layer, "intersect.areas"]
    crossed: Annotated["IntersectFacts", "intersect.facts"]
    places: Annotated[Table, "weigh.places"]
    place_segments: Annotated[Table, "weigh.segments"]
    weighed: Annotated["WeighFacts", "weigh.facts"]
    gains: Annotated[Layer, "circuit.gains"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    rank: Rank
    barrier_completeness: Annotated[Mapping[str, tuple[str, str]], "barrier_completeness"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    threats: Annotated[Layer, "THREATS"]
    threat_segments: Annotated[Layer, "THREAT_SEGMENTS"]
    exposure: Annotated[Layer, "EXPOSURE"]
    range_edges: Annotated[Layer, "RANGE_EDGES"]
    candidates: Annotated[Layer, "CANDIDATES"]
    network: Annotated[Layer, "NETWORK_BARRIERS"]
    graph: Annotated[Document, "network.graphml"]
    facts: Annotated["RankFacts", "rank.json"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Rank the herd's places."""
    from corridors.stages.rank.ranking import ranked

    return ranked(inputs, settings, progress)
