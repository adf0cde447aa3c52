"""The rasters that stage `publish` puts beside the project, each with its style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from corridors.atlas import habitat_surfaces, surface
from corridors.atlas.words.rasters import RASTERS, RasterWords
from corridors.formats.qgis import ProjectLayer
from corridors.formats.raster_qml import raster_document, raster_pipe
from corridors.foundation.arrays import Floats32
from corridors.foundation.artefacts import Document, Raster
from corridors.foundation.grid import RasterFacts

Classes = list[tuple[float, str, str]]
_OPACITY = 0.85


@dataclass(frozen=True)
class RasterPlan:
    """A raster that is published: its name and how it is classed."""

    name: str
    classes: Callable[[Floats32], Classes]

    @property
    def words(self) -> RasterWords:
        """What it is called, and what it shows."""
        return RASTERS[self.name]


CORRIDOR_SURFACE = RasterPlan("corridor_surface", surface.classes)
CURRENT = RasterPlan("current", habitat_surfaces.current_classes)
RESISTANCE = RasterPlan("resistance", habitat_surfaces.resistance_classes)


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

    @property
    def style(self) -> Document:
        """Its style file."""
        low, high = self._range if self.classes else (0.0, 1.0)
        return Document(raster_document(self.classes, low, high, _OPACITY))


def published_raster(plan: RasterPlan, raster: Raster) -> PublishedRaster:
    """Return a raster with the classes of its values."""
    known = raster.about()
    return PublishedRaster(plan, known, plan.classes(known.positive))


def raster_layers(rasters: list[PublishedRaster], *, rights: str) -> list[ProjectLayer]:
    """Return the rasters that hold data as layers of a project, switched off."""
    return [
        ProjectLayer(
            key=raster.plan.name,
            title=raster.plan.words.title,
            abstract=raster.plan.words.abstract,
            source=f"./{raster.plan.name}.tif",
            crs=raster.facts.crs,
            bounds=raster.facts.bounds,
            group=raster.plan.words.group,
            rights=rights,
            pipe=raster.pipe(),
            visible=False,
        )
        for raster in rasters
        if raster.classes
    ]
