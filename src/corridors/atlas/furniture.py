"""What surrounds a map: extent, graticule, scale bar, north arrow, numbers that do not overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from scipy.optimize import linear_sum_assignment

from corridors.atlas import palette
from corridors.atlas.words.language import digits, said
from corridors.foundation.arrays import Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer

Extent = tuple[float, float, float, float]
_STEPS_DEG = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


def nice_extent(
    bounds: Sequence[npt.ArrayLike], margin: float = 0.06, least_m: float = 5000.0
) -> Extent:
    """Return the union of ``bounds`` with a margin, neither too long nor too tall for a page.

    Parameters
    ----------
    bounds
        (xmin, ymin, xmax, ymax) each, planar, m.
    margin
        Share of the longer side added on every side.
    least_m
        Shortest side, m.

    Raises
    ------
    ValueError
        No bounds.

    Examples
    --------
    >>> nice_extent([(0, 0, 10_000, 10_000)], margin=0.1)
    (-1000.0, -1000.0, 11000.0, 11000.0)
    """
    if not len(bounds):
        raise ValueError("there is nothing to draw")
    array = np.asarray(bounds, float)
    low, high = array[:, :2].min(axis=0), array[:, 2:].max(axis=0)
    centre, side = (low + high) / 2, np.maximum(high - low, least_m)
    side = np.maximum(side + 2 * margin * side.max(), side.max() * (1 + 2 * margin) * 0.5)
    low, high = centre - side / 2, centre + side / 2
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def nice_number(value: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above ``value`` (> 0).

    Examples
    --------
    >>> nice_number(37.0)
    20.0
    """
    power = 10.0 ** np.floor(np.log10(value))
    return float(
        max(step for step in (1.0, 2.0, 5.0) if step * power <= value * (1 + 1e-9)) * power
    )


def draw_frame(axes: Axes, extent: Extent, crs: str) -> None:
    """Draw graticule with degrees, frame, scale bar and north arrow (``crs`` in metres)."""
    axes.set(xlim=extent[::2], ylim=extent[1::2], xlabel="", ylabel="", xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_color(palette.INK)
        spine.set_linewidth(0.8)
    _graticule(axes, extent, crs)
    _scale_bar(axes, extent)
    _north_arrow(axes, extent, crs)


def _graticule(axes: Axes, extent: Extent, crs: str) -> None:
    xmin, ymin, xmax, ymax = extent
    to_degrees = transformer(crs, GEOGRAPHIC)
    to_plane = transformer(GEOGRAPHIC, crs)
    share = np.linspace(0, 1, 60)
    edge_x = np.concatenate(
        [xmin + share * (xmax - xmin)] * 2 + [np.full(60, xmin), np.full(60, xmax)]
    )
    edge_y = np.concatenate(
        [np.full(60, ymin), np.full(60, ymax)] + [ymin + share * (ymax - ymin)] * 2
    )
    lon, lat = to_degrees.transform(edge_x, edge_y)
    middle = to_degrees.transform((xmin + xmax) / 2, (ymin + ymax) / 2)[0]
    # Longitudes continue across the antimeridian instead of jumping by 360.
    lon = middle + (np.asarray(lon) - middle + 180.0) % 360.0 - 180.0
    lines = []
    step = _step(float(lon.max() - lon.min()))
    for meridian in np.arange(np.ceil(lon.min() / step), np.floor(lon.max() / step) + 1) * step:
        y = np.linspace(lat.min() - 0.1, lat.max() + 0.1, 200)
        px, py = to_plane.transform(np.full(200, meridian), y)
        lines.append(np.column_stack([px, py]))
        at = np.interp(ymin, py, px)
        if xmin < at < xmax:
            shown = (meridian + 180.0) % 360.0 - 180.0
            words = f"{abs(shown):g}°{'E' if shown >= 0 else 'W'}"
            _tick(axes, at, ymin, words, (0, -4), "center", "top")
    step = _step(float(lat.max() - lat.min()))
    for parallel in np.arange(np.ceil(lat.min() / step), np.floor(lat.max() / step) + 1) * step:
        x = np.linspace(lon.min() - 0.1, lon.max() + 0.1, 200)
        px, py = to_plane.transform(x, np.full(200, parallel))
        lines.append(np.column_stack([px, py]))
        at = np.interp(xmin, px, py)
        if ymin < at < ymax:
            words = f"{abs(parallel):g}°{'N' if parallel >= 0 else 'S'}"
            _tick(axes, xmin, at, words, (-4, 0), "right", "center", 90)
    axes.add_collection(
        LineCollection(lines, colors=palette.MUTED, linewidths=0.35, alpha=0.45, zorder=1),
        autolim=False,
    )


def _step(span_deg: float) -> float:
    return next((step for step in _STEPS_DEG if span_deg / step <= 5), 30.0)


def _tick(
    axes: Axes,
    x: float,
    y: float,
    words: str,
    offset: tuple[float, float],
    horizontal: str,
    vertical: str,
    rotation: float = 0,
) -> None:
    axes.annotate(
        words, (x, y), offset, textcoords="offset points", ha=horizontal, va=vertical,
        fontsize=7, color=palette.MUTED, rotation=rotation, annotation_clip=False,
    )  # fmt: skip


def _scale_bar(axes: Axes, extent: Extent) -> None:
    xmin, ymin, xmax, _ = extent
    length = nice_number((xmax - xmin) * 0.25 / 1000.0) * 1000.0
    point = _metres_per_point(axes, extent)
    x, y, thick = xmin + 20 * point, ymin + 16 * point, 4 * point
    axes.add_patch(
        Rectangle(
            (x - 10 * point, y - 7 * point),
            length + 38 * point,
            29 * point,
            facecolor=palette.PAPER,
            alpha=0.85,
            linewidth=0,
            zorder=40,
        )
    )
    for part in range(4):
        axes.add_patch(
            Rectangle(
                (x + part * length / 4, y),
                length / 4,
                thick,
                facecolor=palette.INK if part % 2 == 0 else palette.PAPER,
                edgecolor=palette.INK,
                linewidth=0.6,
                zorder=41,
            )
        )
    for share, words in (
        (0.0, "0"),
        (0.5, digits(f"{length / 2000:g}")),
        (1.0, said("{number} km", number=digits(f"{length / 1000:g}"))),
    ):
        axes.annotate(
            words, (x + share * length, y + thick), (0, 2), textcoords="offset points",
            ha="center", va="bottom", fontsize=7.5, color=palette.INK, zorder=42,
        )  # fmt: skip


def _metres_per_point(axes: Axes, extent: Extent) -> float:
    figure = axes.get_figure()
    width_pt = axes.get_position().width * figure.get_figwidth() * 72.0  # type: ignore[union-attr]
    return float((extent[2] - extent[0]) / width_pt)


def _north_arrow(axes: Axes, extent: Extent, crs: str) -> None:
    xmin, ymin, xmax, ymax = extent
    x, y = xmin + 0.05 * (xmax - xmin), ymax - 0.1 * (ymax - ymin)
    lon, lat = transformer(crs, GEOGRAPHIC).transform(x, y)
    end = transformer(GEOGRAPHIC, crs).transform(lon, lat + 0.01)
    north = np.array([end[0] - x, end[1] - y])
    north = north / np.hypot(*north)
    axes.annotate(
        "", (x, y), -north * 26, textcoords="offset points", zorder=45,
        arrowprops={"arrowstyle": "-|>", "color": palette.INK, "lw": 1.4, "shrinkA": 0,
                    "shrinkB": 0, "mutation_scale": 13},
    )  # fmt: skip
    axes.annotate(
        "N", (x, y), north * 7, textcoords="offset points", ha="center", va="center",
        fontsize=9, fontweight="bold", color=palette.INK, zorder=45,
    )  # fmt: skip


def draw_stamp(axes: Axes, words: str, *, fontsize: float) -> None:
    """Write a stamp such as ``SIMULATED`` into the upper right corner; nothing without words."""
    if words:
        axes.text(
            0.985, 0.985, words, transform=axes.transAxes, ha="right", va="top",
            fontsize=fontsize, fontweight="bold", color=palette.THREAT[0], zorder=50,
            bbox={"facecolor": palette.PAPER, "edgecolor": palette.THREAT[0], "pad": fontsize / 3},
        )  # fmt: skip


def spread(anchors: Floats, distance: float, low: Sequence[float], high: Sequence[float]) -> Floats:
    """Return positions near ``anchors`` (n, 2) that are at least about ``distance`` apart.

    Parameters
    ----------
    anchors
        Where labels belong.
    distance
        Smallest distance between labels, same unit.
    low, high
        Corners of the box in which labels stay.

    Examples
    --------
    >>> moved = spread(np.zeros((2, 2)), 10.0, (-50, -50), (50, 50))
    >>> bool(np.hypot(*(moved[0] - moved[1])) > 9)
    True
    """
    anchors = np.asarray(anchors, float)
    n = len(anchors)
    angle = np.arange(n) * 2.399963229728653  # golden angle: no two labels start alike
    placed = anchors + distance * 0.9 * np.column_stack([np.cos(angle), np.sin(angle)])
    for _ in range(400):
        gap = placed[:, None, :] - placed[None, :, :]
        length = np.hypot(gap[..., 0], gap[..., 1]) + np.eye(n)
        push = np.clip(distance - length, 0, None) * (1 - np.eye(n))
        move = (gap / length[..., None] * push[..., None]).sum(axis=1) * 0.5
        from_line = placed[:, None, :] - anchors[None, :, :]
        length = np.hypot(from_line[..., 0], from_line[..., 1]) + 1e-9
        push = np.clip(0.75 * distance - length, 0, None)
        move += (from_line / length[..., None] * push[..., None]).sum(axis=1) * 0.3
        placed = placed + move + (anchors - placed) * 0.02
        placed = np.clip(placed, low, high)
    # Whoever is nearest gets the place: leaders of a shortest assignment do not cross.
    reach = np.hypot(*np.moveaxis(anchors[:, None, :] - placed[None, :, :], 2, 0))
    return np.asarray(placed[linear_sum_assignment(reach)[1]], float)


def draw_numbers(axes: Axes, extent: Extent, positions: Floats, words: Sequence[str]) -> None:
    """Write ``words`` in circles beside ``positions`` (n, 2), with leaders, not overlapping."""
    if not len(positions):
        return
    xmin, ymin, xmax, ymax = extent
    scale = _metres_per_point(axes, extent)
    origin = np.array([xmin, ymin])
    points = (positions - origin) / scale
    size = np.array([xmax - xmin, ymax - ymin]) / scale
    placed = spread(points, 19.0, (12.0, 12.0), tuple(size - 12.0)) * scale + origin
    for (x, y), (px, py), number in zip(placed, positions, words, strict=True):
        axes.plot([px, x], [py, y], color=palette.THREAT[0], lw=0.7, zorder=29)
        axes.plot(
            [x], [y], "o", ms=13, mfc=palette.PAPER, mec=palette.THREAT[0], mew=1.3, zorder=30
        )
        axes.annotate(
            number, (x, y), (0, -0.3), textcoords="offset points", ha="center", va="center",
            fontsize=8, fontweight="bold", color=palette.THREAT[0], zorder=31,
        )  # fmt: skip
