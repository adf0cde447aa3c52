"""Write the herd's GeoPackage, QGIS project, rasters and report."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from corridors.config.action import Act
from corridors.config.circuit import Circuit
from corridors.config.crossing import Behave, Intersect
from corridors.config.habitat import Habitat
from corridors.config.model import (
    Clean,
    Delineate,
    Describe,
    Occurrence,
    Profile,
    Publish,
    Rank,
    Study,
)
from corridors.config.segmentation import Segment
from corridors.config.sources import Herd
from corridors.foundation.artefacts import (
    Document,
    FixTable,
    Layer,
    Pictures,
    Progress,
    Raster,
    RawFiles,
    Table,
)

if TYPE_CHECKING:
    from corridors.formats.geopackage import Package
    from corridors.formats.qgis import Project
    from corridors.foundation.facts.act import ActFacts
    from corridors.foundation.facts.circuit import CircuitFacts
    from corridors.foundation.facts.clean import CleanFacts
    from corridors.foundation.facts.connect import ConnectFacts, SelectionFacts
    from corridors.foundation.facts.delineate import DelineateFacts
    from corridors.foundation.facts.describe import DescribeFacts
    from corridors.foundation.facts.rank import RankFacts

FOLDER = "atlas"


@dataclass(frozen=True)
class Inputs:
    """What it reads."""

    raw: Annotated[RawFiles, "catalogues"]
    clean: Annotated["CleanFacts", "clean.facts"]
    delineate: Annotated["DelineateFacts", "delineate.facts"]
    describe: Annotated["DescribeFacts", "describe.facts"]
    connect: Annotated["ConnectFacts", "connect.facts"]
    selection_facts: Annotated["SelectionFacts", "connect.selection_facts"]
    circuit: Annotated["CircuitFacts", "circuit.facts"]
    rank: Annotated["RankFacts", "rank.facts"]
    act: Annotated["ActFacts", "act.facts"]
    fixes: Annotated[FixTable, "clean.fixes"]
    migrations: Annotated[Table, "segment.migrations"]
    animal_years: Annotated[Table, "segment.animal_years"]
    displacement_fits: Annotated[Table, "segment.displacement_fits"]
    legs: Annotated[Table, "segment.legs"]
    estimates: Annotated[Table, "surface.estimates"]
    corridors: Annotated[Layer, "delineate.corridors"]
    stopovers: Annotated[Layer, "delineate.stopovers"]
    ranges: Annotated[Layer, "delineate.ranges"]
    population_raster: Annotated[Raster, "delineate.population_raster"]
    migration_facts: Annotated[Table, "describe.migration_facts"]
    sufficiency: Annotated[Table, "describe.sufficiency"]
    skill: Annotated[Table, "describe.skill"]
    fidelity: Annotated[Table, "describe.fidelity"]
    bottlenecks: Annotated[Layer, "describe.bottlenecks"]
    modelled: Annotated[Layer, "connect.modelled"]
    resistance: Annotated[Raster, "connect.resistance"]
    selection: Annotated[Table, "connect.selection"]
    drivers: Annotated[Table, "connect.drivers"]
    segments: Annotated[Layer, "intersect.segments"]
    crossings: Annotated[Table, "intersect.crossings"]
    observed: Annotated[Layer, "intersect.observed"]
    border_report: Annotated[Layer, "intersect.border_report"]
    border_stretches: Annotated[Layer, "intersect.border_stretches"]
    border_crossings: Annotated[Layer, "intersect.border_crossings"]
    national_shares: Annotated[Table, "intersect.national_shares"]
    behaviour: Annotated[Layer, "behave.behaviour"]
    behaviour_segments: Annotated[Table, "behave.behaviour_segments"]
    behaviour_index: Annotated[Layer, "behave.behaviour_index"]
    permeability: Annotated[Table, "behave.permeability"]
    current: Annotated[Raster, "circuit.current"]
    gains: Annotated[Layer, "circuit.gains"]
    threats: Annotated[Layer, "rank.threats"]
    threat_segments: Annotated[Layer, "rank.threat_segments"]
    exposure: Annotated[Layer, "rank.exposure"]
    candidates: Annotated[Layer, "rank.candidates"]
    network: Annotated[Layer, "rank.network"]
    range_edges: Annotated[Layer, "rank.range_edges"]
    fence_sections: Annotated[Layer, "act.fence_sections"]
    crossing_sites: Annotated[Layer, "act.crossing_sites"]
    footprints: Annotated[Layer, "act.footprints"]
    border_agreements: Annotated[Layer, "act.border_agreements"]
    zone_shares: Annotated[Table, "act.zone_shares"]


@dataclass(frozen=True)
class Settings:
    """What it sees of the configuration: what it needs, and what the report lists."""

    herd: Annotated[str, "herd"]
    labels: Annotated[Herd, "labels"]
    study: Study
    publish: Publish
    profile: Profile
    clean: Clean
    segment: Annotated[Segment, "segment of the herd"]
    occurrence: Occurrence
    delineate: Delineate
    describe: Describe
    habitat: Habitat
    intersect: Intersect
    behave: Behave
    circuit: Circuit
    rank: Rank
    act: Act


@dataclass(frozen=True)
class Results:
    """What it leaves."""

    package: Annotated["Package", "{herd}.gpkg"]
    project: Annotated["Project", "{herd}.qgz"]
    corridor_surface: Annotated[Raster, "corridor_surface.tif"]
    corridor_surface_style: Annotated[Document, "corridor_surface.qml"]
    current: Annotated[Raster, "current.tif"]
    current_style: Annotated[Document, "current.qml"]
    resistance: Annotated[Raster, "resistance.tif"]
    resistance_style: Annotated[Document, "resistance.qml"]
    report: Annotated[Document, "report.html"]
    transboundary: Annotated[Document, "transboundary.html"]
    sheets: Annotated[Pictures, "sheets/"]
    pictures: Annotated[Pictures, "pictures/"]


def run(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what people open: layers, project, rasters with styles, pages and pictures.

    Raises
    ------
    MethodError
        The tier is not internal, and the herd or its corridor is that of one animal.
    InputError
        A catalogue of messages cannot be read or is not complete.
    """
    from corridors.stages.publish.publication import published

    return published(inputs, settings, progress)
