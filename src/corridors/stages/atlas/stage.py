"""Join all herds into one ranked threat layer and an index page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.model import Publish, Study
from corridors.config.sources import Herd
from corridors.foundation.artefacts import Document, Layer, Linked, Progress, Table

if TYPE_CHECKING:
    from corridors.formats.geopackage import Package
    from corridors.formats.qgis import Project

FOLDER = "atlas"


@dataclass(frozen=True)
class OneHerd:
    """What it reads of a herd that is done."""

    animal_years: Annotated[Table, "segment.animal_years"]
    migrations: Annotated[Table, "segment.migrations"]
    corridors: Annotated[Layer, "delineate.corridors"]
    stopovers: Annotated[Layer, "delineate.stopovers"]
    ranges: Annotated[Layer, "delineate.ranges"]
    modelled: Annotated[Layer, "connect.modelled"]
    units: Annotated[Table, "intersect.units"]
    border_report: Annotated[Layer, "intersect.border_report"]
    bottlenecks: Annotated[Layer, "describe.bottlenecks"]
    behaviour: Annotated[Layer, "behave.behaviour"]
    behaviour_segments: Annotated[Table, "behave.behaviour_segments"]
    threats: Annotated[Layer, "rank.threats"]
    threat_segments: Annotated[Layer, "rank.threat_segments"]
    candidates: Annotated[Layer, "rank.candidates"]
    crossing_sites: Annotated[Layer, "act.crossing_sites"]
    fence_sections: Annotated[Layer, "act.fence_sections"]
    footprints: Annotated[Layer, "act.footprints"]
    border_agreements: Annotated[Layer, "act.border_agreements"]
    report: Annotated[Linked, "publish.report"]


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    herds: Mapping[str, OneHerd]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration."""

    study: Study
    publish: Annotated[Publish, "publish without pictures"]
    herds: Annotated[dict[str, Herd], "all labels"]


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    package: Annotated["Package", "atlas.gpkg"]
    project: Annotated["Project", "atlas.qgz"]
    index: Annotated[Document, "index.html"]
    map: Annotated[Document, "map.html"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return the corridors and threats of the herds that are done as layers, project and index.

    Raises
    ------
    MissingInputError
        No herd is done.
    """
    from corridors.stages.atlas.joining import joined

    return joined(inputs, settings, progress)
