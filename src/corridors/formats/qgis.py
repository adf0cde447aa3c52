"""QGIS projects written without QGIS: plain XML in a zip, relative paths, same bytes each time."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pyproj import CRS

from corridors.formats.qgis_views import (
    Bookmark,
    Sheet,
    Theme,
    bookmarks_element,
    sheet_element,
    themes_element,
)
from corridors.formats.qml import QGIS_VERSION, LayerStyle, elements
from corridors.foundation.crs import GEOGRAPHIC, GEOGRAPHIC_WKT
from corridors.foundation.errors import visible

Bounds = tuple[float, float, float, float]

# Zip members need a time; the earliest that the format knows says "not recorded".
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# QGIS throws away ids of ten characters or fewer and makes up others.
_ID = "corridors_"


@dataclass(frozen=True)
class ProjectLayer:
    """One layer of a project.

    Parameters
    ----------
    key
        Name for programs, unique in the project.
    title, abstract, rights
        What people read.
    source
        Path relative to the project, for a GeoPackage with ``|layername=``.
    crs
        CRS of the data, anything that pyproj reads.
    bounds
        xmin, ymin, xmax, ymax in that CRS.
    group
        Group of the layer tree; "" is the top.
    style
        Style of a vector layer.
    wkb_type
        Geometry type of a vector layer as QGIS names it, e.g. ``MultiPolygon``.
    pipe
        Renderer of a raster layer, instead of ``style``.
    """

    key: str
    title: str
    abstract: str
    source: str
    crs: str
    bounds: Bounds
    group: str = ""
    rights: str = ""
    style: LayerStyle | None = None
    wkb_type: str = ""
    pipe: Element | None = None
    visible: bool = True
    expanded: bool = True


@dataclass(frozen=True)
class Project:
    """A QGIS project.

    Parameters
    ----------
    title, author, abstract
        What people read.
    crs
        Project CRS, anything that pyproj reads.
    bounds
        First view: xmin, ymin, xmax, ymax in that CRS.
    layers
        Top first, as in the layer tree; a group stands where its first layer stands.
    bookmarks, themes, sheet
        Places to go to, layers to look at together, and a page that can be printed.
    """

    title: str
    author: str
    abstract: str
    crs: str
    bounds: Bounds
    layers: Sequence[ProjectLayer] = field(default_factory=tuple)
    bookmarks: Sequence[Bookmark] = ()
    themes: Sequence[Theme] = ()
    sheet: Sheet | None = None

    def write(self, path: Path) -> None:
        """Write it as ``.qgz``; see :func:`write_project`."""
        write_project(self, path)


def write_project(project: Project, path: Path) -> None:
    """Write ``project`` as ``.qgz``; the same project gives the same bytes."""
    member = zipfile.ZipInfo(path.with_suffix(".qgs").name, _ZIP_TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    member.create_system = 3
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, document(project))


def _id(layer: ProjectLayer) -> str:
    return _ID + layer.key


def document(project: Project) -> str:
    """Return ``project`` as the text of a ``.qgs`` file."""
    root = Element("qgis", {"projectname": project.title, "version": QGIS_VERSION})
    SubElement(root, "homePath", {"path": ""})
    SubElement(root, "title").text = project.title
    _crs(SubElement(root, "projectCrs"), project.crs)
    root.append(_tree(project.layers))
    canvas = SubElement(root, "mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    SubElement(canvas, "units").text = "meters"
    _extent(canvas, "extent", project.bounds)
    SubElement(canvas, "rotation").text = "0"
    _crs(SubElement(canvas, "destinationsrs"), project.crs)
    layers = SubElement(root, "projectlayers")
    for layer in project.layers:
        layers.append(_layer(layer))
    order = SubElement(root, "layerorder")
    for layer in project.layers:
        SubElement(order, "layer", {"id": _id(layer)})
    root.append(_properties())
    root.append(themes_element(project.themes, _ID))
    root.append(bookmarks_element(project.bookmarks, _crs(Element("held"), GEOGRAPHIC)))
    if project.sheet is not None:
        root.append(sheet_element(project.sheet, project.bounds))
    root.append(_metadata("projectMetadata", "project", project.title, project.abstract))
    if project.author:
        SubElement(root.find("projectMetadata"), "author").text = project.author  # type: ignore[arg-type]
    view = SubElement(root, "ProjectViewSettings", {"UseProjectScales": "0"})
    xmin, ymin, xmax, ymax = (repr(float(x)) for x in project.bounds)
    extent = {"xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax}
    _crs(SubElement(view, "DefaultViewExtent", extent), project.crs)
    indent(root, " ")
    # XML has no place for control characters, which a title may hold.
    text = visible(tostring(root, encoding="unicode"))
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + text


def _crs(parent: Element, crs: str) -> Element:
    holder = SubElement(parent, "spatialrefsys")
    for name, text in _crs_texts(crs):
        SubElement(holder, name).text = text
    return holder


@lru_cache(maxsize=64)  # looking up the authority takes 30 ms, and layers share their CRS
def _crs_texts(crs: str) -> tuple[tuple[str, str], ...]:
    known = CRS.from_user_input(crs)
    authority = known.to_authority()
    return (
        ("wkt", GEOGRAPHIC_WKT if crs == GEOGRAPHIC else known.to_wkt("WKT2_2019")),
        ("authid", ":".join(authority) if authority else ""),
        ("description", known.name),
        ("geographicflag", "true" if known.is_geographic else "false"),
    )


def _extent(parent: Element, name: str, bounds: Bounds) -> None:
    holder = SubElement(parent, name)
    for side, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        SubElement(holder, side).text = repr(float(value))


def _tree(layers: Sequence[ProjectLayer]) -> Element:
    root = Element("layer-tree-group")
    groups: dict[str, Element] = {}
    for layer in layers:
        parent = root
        if layer.group:
            if layer.group not in groups:
                groups[layer.group] = SubElement(
                    root,
                    "layer-tree-group",
                    {"name": layer.group, "checked": "Qt::Checked", "expanded": "1"},
                )
            parent = groups[layer.group]
        SubElement(
            parent,
            "layer-tree-layer",
            {
                "id": _id(layer),
                "name": layer.title,
                "source": layer.source,
                "providerKey": "gdal" if layer.style is None else "ogr",
                "checked": "Qt::Checked" if layer.visible else "Qt::Unchecked",
                "expanded": "1" if layer.expanded else "0",
                "patch_size": "-1,-1",
                "legend_exp": "",
            },
        )
    return root


def _layer(layer: ProjectLayer) -> Element:
    vector = layer.style is not None
    element = Element("maplayer", {"type": "vector" if vector else "raster"})
    element.set("hasScaleBasedVisibilityFlag", "0")
    if layer.style is not None:
        element.set("geometry", layer.style.geometry)
        element.set("wkbType", layer.wkb_type or "NoGeometry")
        element.set("labelsEnabled", "1" if layer.style.labels else "0")
    if layer.wkb_type or not vector:
        _extent(element, "extent", layer.bounds)
    SubElement(element, "id").text = _id(layer)
    SubElement(element, "datasource").text = layer.source
    SubElement(element, "layername").text = layer.title
    SubElement(element, "title").text = layer.title
    SubElement(element, "abstract").text = layer.abstract
    if layer.wkb_type or not vector:
        _crs(SubElement(element, "srs"), layer.crs)
    element.append(
        _metadata("resourceMetadata", "dataset", layer.title, layer.abstract, layer.rights)
    )
    if vector:
        SubElement(element, "provider", {"encoding": "UTF-8"}).text = "ogr"
    else:
        SubElement(element, "provider").text = "gdal"
    styles = SubElement(element, "map-layer-style-manager", {"current": "default"})
    SubElement(styles, "map-layer-style", {"name": "default"})
    flags = SubElement(element, "flags")
    for flag in ("Identifiable", "Removable", "Searchable"):
        SubElement(flags, flag).text = "1"
    if layer.style is not None:
        element.extend(elements(layer.style))
    elif layer.pipe is not None:
        element.append(layer.pipe)
        SubElement(element, "blendMode").text = "0"
    return element


def _metadata(name: str, kind: str, title: str, abstract: str, rights: str = "") -> Element:
    holder = Element(name)
    SubElement(holder, "language").text = "en"
    SubElement(holder, "type").text = kind
    SubElement(holder, "title").text = title
    SubElement(holder, "abstract").text = abstract
    if rights:
        SubElement(holder, "rights").text = rights
    return holder


def _properties() -> Element:
    root = Element("properties")
    # Without ProjectionsEnabled QGIS drops the project's CRS without a word.
    for group, name, kind, value in (
        ("SpatialRefSys", "ProjectionsEnabled", "int", "1"),
        ("Paths", "Absolute", "bool", "false"),
        ("Gui", "CanvasColorRedPart", "int", "255"),
        ("Gui", "CanvasColorGreenPart", "int", "255"),
        ("Gui", "CanvasColorBluePart", "int", "255"),
        ("Measure", "Ellipsoid", "QString", "EPSG:7030"),
        ("Measurement", "DistanceUnits", "QString", "km"),
        ("Measurement", "AreaUnits", "QString", "km2"),
    ):
        holder = root.find(group)
        if holder is None:
            holder = SubElement(root, group)
        SubElement(holder, name, {"type": kind}).text = value
    return root
