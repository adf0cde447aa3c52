"""Layers that are released for download, with their styles."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from corridors.atlas import palette
from corridors.atlas.palette import rgba
from corridors.atlas.style_parts import PAPER, layer_style
from corridors.atlas.styles import STYLES
from corridors.atlas.words.download import LAYERS
from corridors.atlas.words.threats import GRADE_WORDS
from corridors.formats.geopackage import Package, PackageLayer
from corridors.formats.qml import LayerStyle, Rule, Symbol, document, fill, line, outline, quoted


def barriers(frame: gpd.GeoDataFrame) -> LayerStyle:
    """Return barriers, or cells with barriers, in the colours of their grades."""
    is_line = bool((frame.geom_type == "LineString").any())
    rules = []
    for grade, said in GRADE_WORDS.items():
        if (frame["grade"] == grade).any():
            colour = rgba(palette.GRADE[grade])
            pale = rgba(palette.GRADE[grade], 0.4)
            parts = (
                (line(PAPER, 1.6), line(colour, 0.9))
                if is_line
                else (fill(pale, colour, 0.0), outline(colour, 0.4))
            )
            rules.append(Rule(said, f'"grade" = {quoted(grade)}', Symbol(parts)))
    return layer_style(frame, "Line" if is_line else "Polygon", rules, display='"kind"')


def style_of(name: str, frame: gpd.GeoDataFrame) -> LayerStyle:
    """Return the style of a released layer."""
    return (STYLES[name] if name != "barriers" else barriers)(frame)


def package(layers: Mapping[str, gpd.GeoDataFrame], labels: Mapping[str, str]) -> Package:
    """Return the layers of a herd as a GeoPackage; what is drawn last is on top."""
    return Package(
        [
            PackageLayer(
                name,
                name.capitalize(),
                LAYERS[name],
                frame,
                document(style_of(name, frame)),
                {"TITLE": f"{name.capitalize()} of {labels['herd']}", **labels},
            )
            for name, frame in layers.items()
        ]
    )
