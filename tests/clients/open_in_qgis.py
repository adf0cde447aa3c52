"""Open a project or GeoPackage in QGIS without a screen; print what QGIS makes of it as JSON.

Run with the Python that has QGIS: ``/usr/bin/python3 open_in_qgis.py FILE OUT.png``.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsCoordinateTransform,
    QgsLayoutExporter,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsProviderRegistry,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

PROBLEM = -2


def opened(path: str) -> list:
    """Return the layers, visible ones of a project or all of a data file, top first."""
    project = QgsProject.instance()
    if path.endswith((".qgz", ".qgs")):
        if not project.read(path):
            raise SystemExit(PROBLEM)
        return [node.layer() for node in project.layerTreeRoot().findLayers()]
    found = [
        QgsVectorLayer(part.uri(), part.name(), "ogr")
        for part in QgsProviderRegistry.instance().querySublayers(str(Path(path).resolve()))
        if part.name() != "layer_styles"
    ]
    project.addMapLayers(found)
    return found


def described(layer: object) -> dict:
    """Return what a test wants to know of a layer."""
    vector = isinstance(layer, QgsVectorLayer)
    return {
        "name": layer.name(),
        "is_valid": layer.isValid(),
        "crs": layer.crs().authid() or layer.crs().description(),
        "renderer": layer.renderer().type() if layer.renderer() else "",
        "n": layer.featureCount() if vector else layer.width() * layer.height(),
        "source": layer.source(),
        "aliases": (
            {field.name(): field.alias() for field in layer.fields() if field.alias()}
            if vector
            else {}
        ),
        "has_labels": layer.labelsEnabled() if vector else False,
    }


def render(layers: list, path: str) -> int:
    """Draw the layers around their union; return how many colours the picture has."""
    project = QgsProject.instance()
    shown = [layer for layer in layers if layer.isValid() and layer.isSpatial()]
    crs = project.crs() if project.crs().isValid() else shown[0].crs()
    settings = QgsMapSettings()
    settings.setOutputSize(QSize(600, 500))
    settings.setBackgroundColor(QColor("white"))
    settings.setDestinationCrs(crs)
    settings.setLayers(shown)
    extent = QgsRectangle()
    extent.setMinimal()
    for layer in shown:
        to_project = QgsCoordinateTransform(layer.crs(), crs, project)
        extent.combineExtentWith(to_project.transformBoundingBox(layer.extent()))
    settings.setExtent(extent)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(path)
    return len({image.pixel(x, y) for x in range(0, 600, 4) for y in range(0, 500, 4)})


def printed(path: str) -> dict:
    """Print every sheet as PDF beside the picture; return name of a sheet -> its size, bytes."""
    sizes = {}
    for layout in QgsProject.instance().layoutManager().printLayouts():
        to = Path(path).with_name(f"{layout.name()}.pdf")
        done = QgsLayoutExporter(layout).exportToPdf(str(to), QgsLayoutExporter.PdfExportSettings())
        sizes[layout.name()] = to.stat().st_size if done == QgsLayoutExporter.Success else 0
    return sizes


def main() -> None:
    """Open, describe, draw."""
    application = QgsApplication([], False)
    application.initQgis()
    layers = opened(sys.argv[1])
    project = QgsProject.instance()
    themes = project.mapThemeCollection()
    facts = {
        "sheets": printed(sys.argv[2]) if "--print" in sys.argv else {},
        "themes": {name: len(themes.mapThemeVisibleLayers(name)) for name in themes.mapThemes()},
        "bookmarks": [mark.name() for mark in project.bookmarkManager().bookmarks()],
        "title": project.title(),
        "crs": project.crs().authid() or project.crs().description(),
        "layers": [described(layer) for layer in layers if layer is not None],
        "n_lost": sum(layer is None for layer in layers),
        "colours": render([layer for layer in layers if layer is not None], sys.argv[2]),
    }
    print(json.dumps(facts))
    sys.stdout.flush()
    os._exit(0)  # QGIS may crash while Python takes it down


main()
