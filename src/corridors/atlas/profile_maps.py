"""Maps of a herd's corridor in both profiles, and of their difference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from corridors.atlas import palette
from corridors.atlas.furniture import draw_frame, nice_extent
from corridors.atlas.maps import png
from corridors.foundation.arrays import Indices
from corridors.foundation.grid import Grid, unpack

Classes = Mapping[str, Indices]

ONLY_USGS, ONLY_CORRECTED = palette.SEASON["autumn"], palette.SEASON["winter"]
BOTH = "#c9cdcb"


def profile_map(
    classes: Mapping[str, Classes],
    *,
    crs: str,
    cell_m: float,
    width_in: float = 13.0,
    dpi: int = 130,
) -> bytes:
    """Return three maps side by side as PNG: profile usgs, profile corrected, difference.

    Parameters
    ----------
    classes
        ``usgs`` and ``corrected`` -> corridor class -> keys of its cells, widest class first. At
        least one cell in all.
    crs, cell_m
        The lattice; the maps are drawn in it.
    width_in, dpi
        Width of the picture in inches and its resolution.
    """
    cells = np.concatenate([keys for some in classes.values() for keys in some.values()])
    grid = Grid.around(crs, cell_m, *unpack(cells))
    extent = nice_extent([grid.bounds])
    gap, top, below = 0.35, 0.45, 0.75
    side = (width_in - 4 * gap) / 3
    height = side * (extent[3] - extent[1]) / (extent[2] - extent[0])
    total = height + top + below
    figure = Figure(figsize=(width_in, total), dpi=dpi, facecolor=palette.PAPER)
    panels = [
        figure.add_axes(
            ((gap + k * (side + gap)) / width_in, below / total, side / width_in, height / total)
        )
        for k in range(3)
    ]
    for axes, (name, title) in zip(
        panels[:2], (("usgs", "Profile usgs"), ("corrected", "Profile corrected")), strict=True
    ):
        layers = [(keys, palette.CORRIDOR[word]) for word, keys in classes[name].items()]
        _panel(axes, grid, layers, extent, title)
    low_usgs, low_corrected = (
        next(iter(classes[name].values()), np.zeros(0, np.int64)) for name in ("usgs", "corrected")
    )
    _panel(
        panels[2],
        grid,
        [
            (np.intersect1d(low_usgs, low_corrected), BOTH),
            (np.setdiff1d(low_usgs, low_corrected), ONLY_USGS),
            (np.setdiff1d(low_corrected, low_usgs), ONLY_CORRECTED),
        ],
        extent,
        "Difference of the low class",
    )
    words = list(dict.fromkeys(word for some in classes.values() for word in some))
    _legend(panels[0], [(palette.CORRIDOR[word], f"{word} use") for word in words])
    _legend(
        panels[2],
        [(BOTH, "both"), (ONLY_USGS, "only usgs"), (ONLY_CORRECTED, "only corrected")],
    )
    return png(figure)


def _panel(
    axes: Axes,
    grid: Grid,
    layers: list[tuple[Indices, str]],
    extent: tuple[float, float, float, float],
    title: str,
) -> None:
    axes.set_facecolor(palette.LAND)
    picture = np.zeros((*grid.shape, 4), dtype=np.uint8)
    for keys, colour in layers:
        row, col = unpack(keys)
        picture[grid.array_index(row, col)] = (*palette.rgb(colour), 255)
    xmin, ymin, xmax, ymax = grid.bounds
    axes.imshow(
        picture, extent=(xmin, xmax, ymin, ymax), interpolation="nearest", aspect="auto", zorder=3
    )
    axes.set_title(title, fontsize=11, color=palette.INK, loc="left")
    draw_frame(axes, extent, grid.crs)


def _legend(axes: Axes, entries: list[tuple[str, str]]) -> None:
    axes.legend(
        handles=[Patch(facecolor=colour, edgecolor=palette.MUTED, lw=0.4, label=label)
                 for colour, label in entries],
        loc="upper left",
        bbox_to_anchor=(0.0, -0.06),
        ncols=3,
        frameon=False,
        fontsize=9,
        labelcolor=palette.INK,
        borderpad=0.0,
    )  # fmt: skip
