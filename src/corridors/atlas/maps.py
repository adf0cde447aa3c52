"""Maps as pictures, in the same colours as the QGIS styles. No file, no screen, no clock."""

from __future__ import annotations

import io
from dataclasses import dataclass
from textwrap import fill
from typing import Final

import geopandas as gpd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from corridors.atlas import palette
from corridors.atlas.furniture import draw_frame, draw_stamp, nice_extent
from corridors.atlas.map_layers import Layers, draw_layers

_LETTERS: Final = (30, 26, 22, 18, 14)  # in a line of the legend, until it fits


@dataclass(frozen=True)
class MapText:
    """Words on a map: a stamp such as ``SIMULATED`` and a line of credits below."""

    stamp: str = ""
    credit: str = ""


def corridor_map(
    layers: Layers, *, crs: str, text: MapText, width_in: float = 10.0, dpi: int = 130
) -> bytes:
    """Return the herd's map as PNG.

    Parameters
    ----------
    layers
        Published layers by name, EPSG:4326; missing ones are not drawn. ``towns`` are what
        :func:`corridors.atlas.towns.towns_near` returns.
    crs
        Working CRS of the herd: the map is drawn in it, so that its scale bar holds.
    text
        Stamp and credits.
    width_in, dpi
        Width of the picture in inches and its resolution.

    Raises
    ------
    ValueError
        There is nothing to draw.
    """
    drawn = in_crs(layers, crs)
    extent = nice_extent(
        [
            drawn[name].total_bounds
            for name in ("corridors", "expert_corridor", "modelled_corridor", "ranges", "threats")
            if name in drawn
        ]
        or [frame.total_bounds for name, frame in drawn.items() if name != "towns"]
    )
    figure, axes, legend = _sheet(extent, width_in, dpi)
    entries = draw_layers(axes, drawn, extent)
    draw_frame(axes, extent, crs)
    _draw_legend(figure, legend, entries)
    draw_stamp(axes, text.stamp, fontsize=12)
    if text.credit:
        figure.text(
            0.012, 0.006, text.credit, fontsize=6.5, color=palette.MUTED, ha="left", va="bottom",
            parse_math=False,
        )  # fmt: skip
    return png(figure)


def _draw_legend(figure: Figure, axes: Axes, entries: list[Patch | Line2D]) -> None:
    """Draw the legend with lines of as many letters as the picture has room for."""
    FigureCanvasAgg(figure)  # measures words
    words = [str(entry.get_label()) for entry in entries]
    for n_letters in _LETTERS:
        for entry, label in zip(entries, words, strict=True):
            entry.set_label(fill(label, n_letters, break_long_words=False))
        drawn = axes.legend(
            handles=entries,
            loc="upper left",
            frameon=False,
            fontsize=8.5,
            labelcolor=palette.INK,
            handlelength=2.0,
            labelspacing=0.55,
            borderpad=0.0,
            ncols=1 if axes.get_position().height > 0.4 else 4,
            columnspacing=1.6,
        )
        if drawn.get_window_extent().x1 <= figure.bbox.x1:
            return


def in_crs(layers: Layers, crs: str) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers that hold anything, in ``crs``; tables without places are left out."""
    return {
        name: frame.to_crs(crs)
        for name, frame in layers.items()
        if isinstance(frame, gpd.GeoDataFrame) and len(frame)
    }


def png(figure: Figure) -> bytes:
    """Return ``figure`` as PNG without the name and version of the program."""
    FigureCanvasAgg(figure)
    target = io.BytesIO()
    figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()


def _sheet(
    extent: tuple[float, float, float, float], width_in: float, dpi: int
) -> tuple[Figure, Axes, Axes]:
    xmin, ymin, xmax, ymax = extent
    ratio = (ymax - ymin) / (xmax - xmin)
    margin = 0.45
    if ratio > 0.8:
        map_width = width_in - 2.75 - margin
        height = min(map_width * ratio, 10.5)
        map_width = height / ratio
        total = map_width + 2.75 + margin
        size = (total, height + 2 * margin - 0.15)
        where = (margin / total, margin / size[1], map_width / total, height / size[1])
        aside = (where[0] + where[2] + 0.2 / total, where[1], 2.5 / total, where[3])
    else:
        map_width = width_in - margin - 0.15
        height = map_width * ratio
        size = (width_in, height + 2.35)
        where = (margin / width_in, 1.95 / size[1], map_width / width_in, height / size[1])
        aside = (where[0], 0.12 / size[1], where[2], 1.5 / size[1])
    figure = Figure(figsize=size, dpi=dpi, facecolor=palette.PAPER)
    axes = figure.add_axes(where)
    axes.set_xlim(xmin, xmax)
    axes.set_ylim(ymin, ymax)
    axes.set_facecolor(palette.LAND)
    legend = figure.add_axes(aside)
    legend.set_axis_off()
    return figure, axes, legend
