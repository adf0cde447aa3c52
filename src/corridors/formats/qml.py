"""QGIS style documents (QML): symbols, renderers and labels as XML, written without QGIS.

Lengths are millimetres on the map. Colours are given as QGIS writes them: ``r,g,b,a``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

# Version written into documents; QGIS reads older documents without asking.
QGIS_VERSION = "3.22.0-Białowieża"

GeometryKind = Literal["Point", "Line", "Polygon", "No geometry"]
_GEOMETRY_TYPE: Mapping[GeometryKind, int] = {"Point": 0, "Line": 1, "Polygon": 2, "No geometry": 4}
_SYMBOL_TYPE: Mapping[GeometryKind, str] = {"Point": "marker", "Line": "line", "Polygon": "fill"}

Layer = tuple[str, Mapping[str, str]]


@dataclass(frozen=True)
class Symbol:
    """A symbol of one or more symbol layers, bottom first.

    Parameters
    ----------
    layers
        Pairs of symbol layer class (``SimpleLine`` ...) and its properties.
    level
        Drawing level; features of higher levels are drawn over those of lower levels.
    nested
        Symbols inside a symbol layer (marker lines, point patterns), by position in ``layers``.
    """

    layers: tuple[Layer, ...]
    level: int = 0
    nested: Mapping[int, Symbol] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One class of a rule-based renderer, or a group of classes when it has no symbol."""

    label: str
    filter: str
    symbol: Symbol | None = None
    rules: tuple[Rule, ...] = ()
    checked: bool = True


@dataclass(frozen=True)
class Label:
    """Labels of a layer: a QGIS expression; features where it is NULL have none.

    Parameters
    ----------
    expression
        What is written.
    size_pt
        Size of the letters, points.
    colour, halo
        Letters and the buffer around them.
    placement
        ``curved`` along a line, ``left``/``right`` of it in its own direction, ``point`` beside
        the middle of any geometry, ``inside`` a polygon.
    max_denominator
        Labels show up to 1:this scale.
    priority, priority_expression
        0-10: which labels stay where there is room for one; the expression is per feature.
    """

    expression: str
    size_pt: float
    colour: str
    halo: str
    placement: Literal["curved", "left", "right", "point", "inside"]
    max_denominator: int
    bold: bool = False
    priority: int = 5
    priority_expression: str = ""


@dataclass(frozen=True)
class LayerStyle:
    """How a vector layer looks and what its columns are called."""

    geometry: GeometryKind
    rules: tuple[Rule, ...] = ()
    labels: tuple[Label, ...] = ()
    opacity: float = 1.0
    order_by: str = ""  # expression; largest is drawn first
    aliases: Mapping[str, str] = field(default_factory=dict)
    display: str = ""


def line(colour: str, width_mm: float, dash_mm: Sequence[float] = (), **more: str) -> Layer:
    """Return a simple line; ``dash_mm`` alternates drawn and empty lengths."""
    return "SimpleLine", {
        "line_color": colour,
        "line_width": _text(width_mm),
        "line_width_unit": "MM",
        "line_style": "solid",
        "capstyle": "flat" if dash_mm else "round",
        "joinstyle": "round",
        "use_custom_dash": "1" if dash_mm else "0",
        "customdash": ";".join(_text(x) for x in dash_mm) or "5;2",
        "customdash_unit": "MM",
        **more,
    }


def fill(colour: str, outline: str, width_mm: float, style: str = "solid") -> Layer:
    """Return a simple fill; ``style`` is a QGIS brush (``solid``, ``no`` ...)."""
    return "SimpleFill", {
        "color": colour,
        "style": style,
        "outline_color": outline,
        "outline_style": "solid" if width_mm > 0 else "no",
        "outline_width": _text(width_mm),
        "outline_width_unit": "MM",
        "joinstyle": "round",
    }


def outline(colour: str, width_mm: float, dash_mm: Sequence[float] = ()) -> Layer:
    """Return an outline of a polygon, dashed where ``dash_mm`` is given."""
    return line(colour, width_mm, dash_mm)


def hatch(colour: str, width_mm: float, distance_mm: float, angle_deg: float) -> Layer:
    """Return a line pattern fill."""
    return "LinePatternFill", {
        "angle": _text(angle_deg),
        "color": colour,
        "distance": _text(distance_mm),
        "distance_unit": "MM",
        "line_width": _text(width_mm),
        "line_width_unit": "MM",
    }


def marker(shape: str, colour: str, size_mm: float, edge: str, edge_mm: float) -> Layer:
    """Return a simple marker (``circle``, ``square``, ``cross2`` ...)."""
    return "SimpleMarker", {
        "name": shape,
        "color": colour,
        "size": _text(size_mm),
        "size_unit": "MM",
        "outline_color": edge,
        "outline_width": _text(edge_mm),
        "outline_width_unit": "MM",
        "outline_style": "solid" if edge_mm > 0 else "no",
    }


def marker_line(placement: str, interval_mm: float = 3.0) -> Layer:
    """Return markers along a line: ``interval`` or ``centralpoint``.

    The first of an interval stands half an interval from the start: a line shorter than that on
    the map has none, so that many short lines do not turn into a row of markers.
    """
    return "MarkerLine", {
        "placement": placement,
        "interval": _text(interval_mm),
        "interval_unit": "MM",
        "offset_along_line": _text(interval_mm / 2 if placement == "interval" else 0.0),
        "offset_along_line_unit": "MM",
        "rotate": "1",
    }


def document(style: LayerStyle) -> str:
    """Return ``style`` as the text of a QML document."""
    root = new_document()
    root.set("labelsEnabled", "1" if style.labels else "0")
    for element in elements(style):
        root.append(element)
    SubElement(root, "layerGeometryType").text = str(_GEOMETRY_TYPE[style.geometry])
    return as_text(root)


def new_document() -> Element:
    """Return the outermost element of a style document."""
    return Element("qgis", {"version": QGIS_VERSION, "styleCategories": "AllStyleCategories"})


def as_text(root: Element) -> str:
    """Return a style document as text."""
    indent(root, " ")
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(
        root, encoding="unicode"
    )


def elements(style: LayerStyle) -> list[Element]:
    """Return the parts of ``style`` that documents and project layers share."""
    found: list[Element] = []
    if style.geometry != "No geometry":
        found.append(_renderer(style))
        if style.labels:
            found.append(_labeling(style.labels))
        opacity = Element("layerOpacity")
        opacity.text = _text(style.opacity)
        found.append(opacity)
    aliases = Element("aliases")
    for index, (name, alias) in enumerate(style.aliases.items()):
        SubElement(aliases, "alias", {"field": name, "index": str(index), "name": alias})
    found.append(aliases)
    if style.display:
        preview = Element("previewExpression")
        preview.text = style.display
        found.append(preview)
    return found


def quoted(value: str) -> str:
    """Return ``value`` as a string literal of a QGIS expression.

    Examples
    --------
    >>> quoted("o'neil")
    "'o''neil'"
    """
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _text(value: float) -> str:
    return f"{value:g}"


def _options(parent: Element, values: Mapping[str, str]) -> None:
    holder = SubElement(parent, "Option", {"type": "Map"})
    for name, value in values.items():
        SubElement(holder, "Option", {"name": name, "type": "QString", "value": value})


def _symbol(symbol: Symbol, kind: str, name: str) -> Element:
    element = Element("symbol", {"type": kind, "name": name, "alpha": "1"})
    element.attrib.update({"clip_to_extent": "1", "force_rhr": "0"})
    for index, (class_, properties) in enumerate(symbol.layers):
        # Within one kind of geometry, fills may carry line layers as outlines.
        layer = SubElement(
            element,
            "layer",
            {"class": class_, "enabled": "1", "locked": "0", "pass": str(symbol.level)},
        )
        _options(layer, properties)
        if class_ == "LinePatternFill":
            pen = line(
                properties["color"],
                float(properties["line_width"]),
                capstyle="flat",
            )
            layer.append(_symbol(Symbol((pen,)), "line", f"@{name}@{index}"))
        elif index in symbol.nested:
            layer.append(_symbol(symbol.nested[index], "marker", f"@{name}@{index}"))
    return element


def _renderer(style: LayerStyle) -> Element:
    kind = _SYMBOL_TYPE[style.geometry]
    levels = any(rule.symbol and rule.symbol.level for rule in _flat(style.rules))
    renderer = Element(
        "renderer-v2",
        {
            "type": "RuleRenderer",
            "symbollevels": "1" if levels else "0",
            "forceraster": "0",
            "enableorderby": "1" if style.order_by else "0",
        },
    )
    root = SubElement(renderer, "rules", {"key": "root"})
    symbols = Element("symbols")
    _add_rules(root, symbols, style.rules, kind, "r")
    renderer.append(symbols)
    if style.order_by:
        order = SubElement(renderer, "orderby")
        SubElement(order, "orderByClause", {"asc": "0", "nullsFirst": "1"}).text = style.order_by
    return renderer


def _flat(rules: Iterable[Rule]) -> Iterable[Rule]:
    for rule in rules:
        yield rule
        yield from _flat(rule.rules)


def _add_rules(
    parent: Element, symbols: Element, rules: Iterable[Rule], kind: str, prefix: str
) -> None:
    for index, rule in enumerate(rules):
        key = f"{prefix}{index}"
        element = SubElement(parent, "rule", {"key": key, "label": rule.label})
        if rule.filter:
            element.set("filter", rule.filter)
        if not rule.checked:
            element.set("checkstate", "0")
        if rule.symbol is not None:
            name = str(len(symbols))
            element.set("symbol", name)
            symbols.append(_symbol(rule.symbol, kind, name))
        _add_rules(element, symbols, rule.rules, kind, key + "-")


# placement mode, and flags: 1 on the line, 2 above (left), 4 below (right)
_PLACEMENT: Mapping[str, tuple[str, str]] = {
    "curved": ("3", "2"),
    "left": ("3", "2"),
    "right": ("3", "4"),
    "point": ("6", "10"),
    "inside": ("1", "10"),
}


def _labeling(labels: Sequence[Label]) -> Element:
    if len(labels) == 1:
        labeling = Element("labeling", {"type": "simple"})
        labeling.append(_label_settings(labels[0]))
        return labeling
    labeling = Element("labeling", {"type": "rule-based"})
    root = SubElement(labeling, "rules", {"key": "labels"})
    for index, label in enumerate(labels):
        rule = SubElement(root, "rule", {"key": f"label{index}"})
        rule.append(_label_settings(label))
    return labeling


def _label_settings(label: Label) -> Element:
    settings = Element("settings", {"calloutType": "simple"})
    text = SubElement(
        settings,
        "text-style",
        {
            "fieldName": label.expression,
            "isExpression": "1",
            "fontFamily": "Open Sans",
            "fontSize": _text(label.size_pt),
            "fontSizeUnit": "Point",
            "fontWeight": "75" if label.bold else "50",
            "namedStyle": "Bold" if label.bold else "Regular",
            "textColor": label.colour,
            "textOpacity": "1",
            "multilineHeight": "1",
        },
    )
    families = SubElement(text, "families")
    for family in ("Open Sans", "Noto Sans", "DejaVu Sans"):
        SubElement(families, "family", {"name": family})
    SubElement(
        text,
        "text-buffer",
        {
            "bufferDraw": "1",
            "bufferSize": "0.9",
            "bufferSizeUnits": "MM",
            "bufferColor": label.halo,
            "bufferOpacity": "0.9",
            "bufferJoinStyle": "128",
        },
    )
    mode, flags = _PLACEMENT[label.placement]
    placement = {
        "placement": mode,
        "placementFlags": flags,
        "priority": str(label.priority),
        "dist": "0.8",
        "distUnits": "MM",
        "repeatDistance": "0",
        "maxCurvedCharAngleIn": "30",
        "maxCurvedCharAngleOut": "-30",
    }
    if label.placement == "point":
        placement |= {
            "geometryGeneratorEnabled": "1",
            "geometryGeneratorType": "PointGeometry",
            "geometryGenerator": "centroid($geometry)",
            "predefinedPositionOrder": "TR,TL,BR,BL,R,L,TSR,BSR",
            "dist": "1.8",
        }

    SubElement(settings, "placement", placement)
    SubElement(
        settings,
        "rendering",
        {
            "drawLabels": "1",
            "scaleVisibility": "1",
            "scaleMin": "0",
            "scaleMax": str(label.max_denominator),
            "obstacle": "1",
            "mergeLines": "1" if label.placement in {"curved", "left", "right"} else "0",
            "upsidedownLabels": "0",
            "fontLimitPixelSize": "0",
        },
    )
    if label.priority_expression:
        _data_defined(settings, "Priority", label.priority_expression)
    return settings


def _data_defined(settings: Element, name: str, expression: str) -> None:
    holder = SubElement(SubElement(settings, "dd_properties"), "Option", {"type": "Map"})
    SubElement(holder, "Option", {"name": "name", "type": "QString", "value": ""})
    properties = SubElement(holder, "Option", {"name": "properties", "type": "Map"})
    one = SubElement(properties, "Option", {"name": name, "type": "Map"})
    SubElement(one, "Option", {"name": "active", "type": "bool", "value": "true"})
    SubElement(one, "Option", {"name": "expression", "type": "QString", "value": expression})
    SubElement(one, "Option", {"name": "type", "type": "int", "value": "3"})
    SubElement(holder, "Option", {"name": "type", "type": "QString", "value": "collection"})
