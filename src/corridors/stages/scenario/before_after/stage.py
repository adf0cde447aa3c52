"""Compare the herd before and after the day of a barrier."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.crossing import Intersect
from corridors.config.model import Occurrence, Publish, Study
from corridors.config.scenarios import BeforeAfter
from corridors.config.sources import Herd
from corridors.foundation.artefacts import Document, Layer, Progress, RawFiles, Table
from corridors.stages.intersect import stage as intersect

if TYPE_CHECKING:
    from corridors.formats.geopackage import Package
    from corridors.formats.qgis import Project
    from corridors.foundation.facts.before_after import BeforeAfterFacts


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    moved: intersect.Moved
    barriers: Annotated[Layer, "ingest.barriers"]
    segments: Annotated[Layer, "intersect.segments"]
    ranges: Annotated[Layer, "delineate.ranges"]
    migration_facts: Annotated[Table, "describe.migration_facts"]
    raw: Annotated[RawFiles, "before_after"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    herd: Annotated[str, "herd"]
    intersect: Intersect
    occurrence: Occurrence
    before_after: dict[str, BeforeAfter]
    study: Study
    labels: Annotated[Herd, "labels"]
    publish: Annotated[Publish, "publish without pictures"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    before_after: Annotated[Table, "BEFORE_AFTER"]
    passages: Annotated[Layer, "BEFORE_AFTER_SEGMENTS"]
    facts: Annotated["BeforeAfterFacts", "before_after.json"]
    page: Annotated[Document, "before_after.html"]
    package: Annotated["Package", "{scenario}.gpkg"]
    project: Annotated["Project", "{scenario}.qgz"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Measure before and after, passages by segment; make layers and a page."""
    from corridors.stages.scenario.before_after.comparing import compared

    return compared(inputs, settings, progress)
