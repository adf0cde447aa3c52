"""How a QGIS project can be looked at: map themes, bookmarks, and a sheet that prints a theme."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement

from shapely import box

Bounds = tuple[float, float, float, float]

# What QGIS calls the kinds of things on a sheet.
_PAGE, _MAP, _PICTURE, _LABEL, _LEGEND, _SCALE_BAR = (str(65638 + k) for k in (0, 1, 2, 3, 4, 8))
_WIDTH_MM, _HEIGHT_MM, _MARGIN_MM = 297.0, 210.0, 10.0
_MAP_MM = (10.0, 24.0, 190.0, 168.0)
_BESIDE_MM = (206.0, 24.0, 81.0, 168.0)
_INK = {"red": "34", "green": "48", "blue": "58", "alpha": "255"}
_ARROW = ":/images/north_arrows/layout_default_north_arrow.svg"  # comes with QGIS


@dataclass(frozen=True)
class Bookmark:
    """A place to go to: its name, the group it stands in, and (xmin, ymin, xmax, ymax), degrees."""

    name: str
    group: str
    bounds: Bounds


@dataclass(frozen=True)
class Theme:
    """A choice of layers to look at together: ``keys`` are those of the project's layers."""

    name: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A page of A4, landscape, that shows one theme with title, legend, scale, north and sources.

    Parameters
    ----------
    name, title, sources
        What the layout is called, what stands above the map, and below it.
    theme
        Name of the theme that the map shows.
    """

    name: str
    title: str
    sources: str
    theme: str


def bookmarks_element(bookmarks: Iterable[Bookmark], crs: Element) -> Element:
    """Return ``bookmarks`` as QGIS keeps them; ``crs`` is that of their bounds."""
    root = Element("Bookmarks")
    for bookmark in bookmarks:
        held = SubElement(
            root,
            "Bookmark",
            {
                "id": _uuid("bookmark", bookmark.group, bookmark.name),
                "name": bookmark.name,
                "group": bookmark.group,
                "extent": box(*bookmark.bounds).wkt,
            },
        )
        held.append(crs)
    return root


def themes_element(themes: Iterable[Theme], prefix: str) -> Element:
    """Return ``themes`` as QGIS keeps them; the id of a layer is ``prefix`` and its key."""
    root = Element("visibility-presets")
    for theme in themes:
        preset = SubElement(root, "visibility-preset", {"name": theme.name})
        for key in theme.keys:
            SubElement(
                preset, "layer", {"id": f"{prefix}{key}", "visible": "1", "style": "default"}
            )
    return root


def sheet_element(sheet: Sheet, bounds: Bounds) -> Element:
    """Return a layout whose map shows at least ``bounds``, in the project's CRS."""
    root = Element("Layouts")
    layout = SubElement(
        root, "Layout", {"name": sheet.name, "units": "mm", "printResolution": "200"}
    )
    pages = SubElement(layout, "PageCollection")
    _item(pages, _PAGE, "page", (0.0, 0.0, _WIDTH_MM, _HEIGHT_MM), sheet)
    _label(layout, "title", sheet.title, (_MARGIN_MM, 8.0, 277.0, 13.0), 17.0, sheet)
    shown = _item(layout, _MAP, "map", _MAP_MM, sheet)
    shown.attrib |= {"frame": "true", "followPreset": "true", "followPresetName": sheet.theme}
    shown.set("keepLayerSet", "false")
    xmin, ymin, xmax, ymax = (repr(side) for side in _as_wide_as(bounds, _MAP_MM[2] / _MAP_MM[3]))
    SubElement(shown, "Extent", {"xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax})
    at = shown.get("uuid", "")
    arrow = _item(layout, _PICTURE, "north", (184.0, 26.0, 14.0, 14.0), sheet)
    arrow.attrib |= {"file": _ARROW, "mapUuid": at, "northMode": "1", "resizeMode": "0"}
    legend = _item(layout, _LEGEND, "legend", _BESIDE_MM, sheet)
    legend.attrib |= {"map_uuid": at, "legendFilterByMap": "1", "resizeToContents": "1"}
    legend.attrib |= {
        "symbolWidth": "6",
        "symbolHeight": "3",
        "fontColor": "#22303a",
        "boxSpace": "0",
        "columnCount": "1",
    }
    _legend_styles(legend)
    _scale_bar(layout, at, bounds, sheet)
    _label(layout, "sources", sheet.sources, (_MARGIN_MM, 195.0, 277.0, 10.0), 8.0, sheet)
    SubElement(layout, "Atlas", {"enabled": "0"})
    return root


def _item(
    parent: Element, kind: str, name: str, where: tuple[float, float, float, float], sheet: Sheet
) -> Element:
    x, y, width, height = where
    item = SubElement(
        parent,
        "LayoutItem",
        {
            "type": kind,
            "id": name,
            "uuid": _uuid("sheet", sheet.name, name),
            "templateUuid": _uuid("sheet", sheet.name, name),
            "position": f"{x:g},{y:g},mm",
            "positionOnPage": f"{x:g},{y:g},mm",
            "size": f"{width:g},{height:g},mm",
            "referencePoint": "0",
            "visibility": "1",
            "opacity": "1",
            "background": "true" if kind in {_PAGE, _MAP} else "false",
        },
    )
    SubElement(item, "FrameColor", _INK)
    SubElement(item, "BackgroundColor", dict.fromkeys(("red", "green", "blue", "alpha"), "255"))
    return item


def _label(
    layout: Element,
    name: str,
    words: str,
    where: tuple[float, float, float, float],
    size_pt: float,
    sheet: Sheet,
) -> None:
    label = _item(layout, _LABEL, name, where, sheet)
    # As plain text, and what QGIS would compute inside it is not computed.
    label.attrib |= {"labelText": words.replace("[%", "[ %"), "htmlState": "0", "valign": "128"}
    label.attrib |= {"halign": "1", "marginX": "0", "marginY": "0"}
    SubElement(label, "LabelFont", {"description": _font(size_pt, bold=name == "title")})
    SubElement(label, "FontColor", _INK)


def _font(size_pt: float, *, bold: bool = False) -> str:
    """Return a font as Qt describes it; the form that old and new versions of QGIS read."""
    return f"Open Sans,{size_pt:g},-1,5,{75 if bold else 50},0,0,0,0,0"


def _legend_styles(legend: Element) -> None:
    styles = SubElement(legend, "styles")
    for name, size_pt, above_mm in (
        ("title", 11.0, 0.0),
        ("group", 9.0, 2.5),
        ("subgroup", 8.0, 1.5),
        ("symbol", 7.0, 0.8),
        ("symbolLabel", 7.0, 0.8),
    ):
        said = {"name": name, "alignment": "1", "marginTop": f"{above_mm:g}"}
        style = SubElement(styles, "style", said)
        if name == "symbolLabel":
            style.set("marginLeft", "2")
        SubElement(style, "styleFont", {"description": _font(size_pt, bold=name == "group")})


def _scale_bar(layout: Element, at: str, bounds: Bounds, sheet: Sheet) -> None:
    xmin, _, xmax, _ = _as_wide_as(bounds, _MAP_MM[2] / _MAP_MM[3])
    steps = [step * 10.0**power for power in range(7) for step in (1.0, 2.0, 5.0)]
    part_m = max(step for step in steps if step <= max((xmax - xmin) / 8, 1.0))
    in_km = part_m >= 1000.0
    bar = _item(layout, _SCALE_BAR, "scale", (14.0, 179.0, 70.0, 11.0), sheet)
    bar.attrib |= {
        "mapUuid": at,
        "style": "Single Box",
        "unitType": "km" if in_km else "meters",
        "unitLabel": "km" if in_km else "m",
        "numUnitsPerSegment": f"{part_m / (1000 if in_km else 1):g}",
        "numMapUnitsPerScaleBarUnit": "1",
        "numSegments": "2",
        "numSegmentsLeft": "0",
        "segmentSizeMode": "0",
        "height": "2",
        "background": "true",
    }
    SubElement(
        bar,
        "text-style",
        {
            "fontFamily": "Open Sans",
            "fontSize": "8",
            "fontSizeUnit": "Point",
            "textColor": "34,48,58,255",
            "textOpacity": "1",
        },
    )


def _as_wide_as(bounds: Bounds, shape: float) -> Bounds:
    """Return the smallest window around ``bounds`` whose width is ``shape`` times its height."""
    xmin, ymin, xmax, ymax = bounds
    height = max(ymax - ymin, (xmax - xmin) / shape)
    x, y, wide = (xmin + xmax) / 2, (ymin + ymax) / 2, height * shape
    return x - wide / 2, y - height / 2, x + wide / 2, y + height / 2


def _uuid(*names: str) -> str:
    # The same names give the same, so that the project has the same bytes each time.
    return "{" + str(uuid5(NAMESPACE_URL, "/".join(("corridors", *names)))) + "}"
