"""The rasters that stage `publish` puts beside the project, each with its style."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from corridors.atlas import habitat_surfaces, surface
from corridors.formats.qgis import ProjectLayer
from corridors.formats.qml import raster_document, raster_pipe
from corridors.formats.raster import RasterFacts, read_facts
from corridors.stages.context import StageContext

Classes = list[tuple[float, str, str]]
_OPACITY = 0.85


@dataclass(frozen=True)
class RasterPlan:
    """A raster that is published: whence it comes, what it is called and how it is classed."""

    name: str
    stage: str
    artefact: str
    title: str
    group: str
    abstract: str
    nothing: str  # why there may be none
    classes: Callable[..., Classes]


RASTERS: tuple[RasterPlan, ...] = (
    RasterPlan(
        "corridor_surface",
        "delineate",
        "population.tif",
        "Use during migration",
        "Surface",
        "Mean occurrence surface of the herd's migrations; mass per cell.",
        "no tracked migration",
        surface.classes,
    ),
    RasterPlan(
        "current",
        "circuit",
        "current.tif",
        "Current between the seasonal ranges",
        "Connectivity",
        "Share of the ways between the ranges that lead through a cell, with barriers in place; a "
        "model of habitat and barriers, not of tracks.",
        "the ranges are not joined by known habitat",
        habitat_surfaces.current_classes,
    ),
    RasterPlan(
        "resistance",
        "connect",
        "resistance.tif",
        "Resistance of the habitat",
        "Connectivity",
        "Cost of one metre of way, 1 on the easiest ground, without barriers.",
        "no habitat grid",
        habitat_surfaces.resistance_classes,
    ),
)


@dataclass(frozen=True)
class PublishedRaster:
    """A raster beside the project; ``classes`` is empty where it holds no data."""

    plan: RasterPlan
    facts: RasterFacts
    classes: Classes

    @property
    def _range(self) -> tuple[float, float]:
        return self.classes[0][0], float(self.facts.positive.max())

    def pipe(self) -> Element:
        """Return its renderer for a project."""
        return raster_pipe(self.classes, *self._range, _OPACITY)

    def style(self) -> str:
        """Return its style file."""
        low, high = self._range if self.classes else (0.0, 1.0)
        return raster_document(self.classes, low, high, _OPACITY)


def write_rasters(context: StageContext) -> list[PublishedRaster]:
    """Copy each raster and write its style beside it."""
    written = []
    for plan in RASTERS:
        target = context.out / f"{plan.name}.tif"
        shutil.copyfile(context.read(plan.stage, plan.artefact), target)
        known = read_facts(target)
        raster = PublishedRaster(plan, known, plan.classes(known.positive))
        target.with_suffix(".qml").write_text(raster.style(), encoding="utf-8")
        written.append(raster)
    return written


def raster_layers(rasters: list[PublishedRaster], *, rights: str) -> list[ProjectLayer]:
    """Return the rasters that hold data as layers of a project, switched off."""
    return [
        ProjectLayer(
            key=raster.plan.name,
            title=raster.plan.title,
            abstract=raster.plan.abstract,
            source=f"./{raster.plan.name}.tif",
            crs=raster.facts.crs,
            bounds=raster.facts.bounds,
            group=raster.plan.group,
            rights=rights,
            pipe=raster.pipe(),
            visible=False,
        )
        for raster in rasters
        if raster.classes
    ]
