"""The inset map of one place: what stands there, who passes, and where in the corridor it is."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from corridors.atlas import palette
from corridors.atlas.furniture import draw_frame, draw_stamp, nice_extent
from corridors.atlas.map_layers import Extent, Layers, draw_layers
from corridors.atlas.maps import in_crs, png

WIDTH_IN = 5.4
HEIGHT_IN = 3.5
_LEAST_M = 6_000.0  # of the shorter side of an inset: less shows no surroundings
_OVERVIEW = ("ranges", "modelled_corridor", "expert_corridor", "corridors")


def place_maps(
    layers: Layers, places: Iterable[str], *, crs: str, stamp: str = "", dpi: int = 120
) -> dict[str, bytes]:
    """Return place -> PNG: the place and its surroundings, beside the whole corridor.

    Parameters
    ----------
    layers
        Published layers by name, EPSG:4326, ``threats`` among them.
    places
        Column ``threat`` of the places to draw.
    crs
        Working CRS of the herd (m): the maps are drawn in it, so that scale bars hold.
    stamp
        Words such as ``SIMULATED`` on every map.
    dpi
        Resolution; the picture is 5.4 by 3.5 inches.
    """
    drawn = in_crs(layers, crs)
    whole = nice_extent(
        [drawn[name].total_bounds for name in (*_OVERVIEW, "threats") if name in drawn]
    )
    threats = drawn["threats"].set_index("threat", drop=False)
    return {
        place: _place_map(drawn, threats.loc[[place]], whole, crs, stamp, dpi) for place in places
    }


def _place_map(
    layers: Layers, place: gpd.GeoDataFrame, whole: Extent, crs: str, stamp: str, dpi: int
) -> bytes:
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=dpi, facecolor=palette.PAPER)
    left, bottom, width, height = 0.06, 0.08, 0.62, 0.89
    shape = (width * WIDTH_IN) / (height * HEIGHT_IN)
    near = _around(tuple(place.total_bounds), shape)
    axes = figure.add_axes((left, bottom, width, height), facecolor=palette.LAND)
    _view(axes, near)
    draw_layers(axes, layers, near)
    draw_frame(axes, near, crs)
    draw_stamp(axes, stamp, fontsize=8)
    beside = figure.add_axes((0.7, bottom, 0.29, height))
    _overview(beside, layers, whole, near)
    return png(figure)


def _around(bounds: tuple[float, ...], shape: float) -> Extent:
    """Return a window of width ``shape`` times its height that shows ``bounds`` and around it."""
    low, high = np.asarray(bounds[:2]), np.asarray(bounds[2:])
    centre, side = (low + high) / 2, np.maximum((high - low) * 1.6, _LEAST_M)
    height = max(float(side[1]), float(side[0]) / shape)
    half = np.array([height * shape, height]) / 2
    return (*map(float, centre - half), *map(float, centre + half))  # type: ignore[return-value]


def _view(axes: Axes, extent: Extent) -> None:
    axes.set(xlim=extent[::2], ylim=extent[1::2])


def _overview(axes: Axes, layers: Layers, whole: Extent, near: Extent) -> None:
    """Draw the corridor and ranges without words, and a frame where the inset is."""
    for name in _OVERVIEW:
        if name in layers:
            tint = palette.CORRIDOR["medium" if name == "corridors" else "low"]
            colour = palette.MUTED if name == "ranges" else tint
            layers[name].plot(ax=axes, color=colour, alpha=0.3 if name == "ranges" else 1.0)
    if "boundary" in layers:
        layers["boundary"].plot(ax=axes, color=palette.BOUNDARY, linewidth=0.8)
    axes.add_patch(
        Rectangle(
            near[:2],
            near[2] - near[0],
            near[3] - near[1],
            facecolor="none",
            edgecolor=palette.THREAT[0],
            linewidth=1.4,
            zorder=20,
        )
    )
    axes.set_aspect("equal")
    _view(axes, whole)
    axes.set_axis_off()
