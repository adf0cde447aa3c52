"""QGIS style documents (QML) of rasters in classes."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

from corridors.formats.qml import as_text, new_document


def raster_document(
    classes: Iterable[tuple[float, str, str]], lowest: float, highest: float, opacity: float
) -> str:
    """Return a pseudocolour QML of classes.

    Parameters
    ----------
    classes
        (upper bound, colour ``#rrggbb`` or "" for transparent, label), ascending; the last bound
        may be infinite.
    lowest, highest
        Range of the values; values below ``lowest`` belong to the first class.
    opacity
        0-1.
    """
    root = new_document()
    root.append(raster_pipe(classes, lowest, highest, opacity))
    return as_text(root)


def raster_pipe(
    classes: Iterable[tuple[float, str, str]], lowest: float, highest: float, opacity: float
) -> Element:
    """Return the ``pipe`` element of a pseudocolour raster, see :func:`raster_document`."""
    pipe = Element("pipe")
    renderer = SubElement(
        pipe,
        "rasterrenderer",
        {
            "type": "singlebandpseudocolor",
            "band": "1",
            "opacity": f"{opacity:g}",
            "alphaBand": "-1",
            "nodataColor": "",
            "classificationMin": repr(float(lowest)),
            "classificationMax": repr(float(highest)),
        },
    )
    SubElement(renderer, "rasterTransparency")
    shader = SubElement(SubElement(renderer, "rastershader"), "colorrampshader")
    shader.attrib.update(
        {
            "colorRampType": "DISCRETE",
            "classificationMode": "1",
            "clip": "0",
            "minimumValue": repr(float(lowest)),
            "maximumValue": repr(float(highest)),
        }
    )
    for bound, colour, label in classes:
        SubElement(
            shader,
            "item",
            {
                "value": "inf" if bound == float("inf") else repr(float(bound)),
                "color": colour or "#ffffff",
                "alpha": "255" if colour else "0",
                "label": label,
            },
        )
    SubElement(pipe, "brightnesscontrast", {"brightness": "0", "contrast": "0", "gamma": "1"})
    SubElement(pipe, "rasterresampler", {"maxOversampling": "2"})
    return pipe
