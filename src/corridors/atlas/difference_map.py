"""The map of a scenario: the corridor and its barriers today and in the scenario, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from shapely import box, get_coordinates, get_parts

from corridors.atlas import palette
from corridors.atlas.furniture import Extent, draw_frame, nice_extent
from corridors.atlas.maps import MapText, png
from corridors.atlas.scenario_layers import CHANGE_CLASSES, largest

Layers = Mapping[str, gpd.GeoDataFrame]
_STATES = (("before", "Today"), ("after", "In the scenario"))


def difference_map(layers: Layers, *, crs: str, text: MapText, dpi: int = 130) -> bytes:
    """Return both states of a herd as PNG.

    Parameters
    ----------
    layers
        ``difference segments planned ways fragments_before fragments_after corridors ranges``,
        EPSG:4326; missing and empty ones are not drawn.
    crs
        Working CRS, in which the map is drawn.
    text
        Stamp of both maps, without one that of the scenario says so; credits.
    dpi
        Resolution.

    Raises
    ------
    ValueError
        There is nothing to draw.
    """
    drawn = {name: frame.to_crs(crs) for name, frame in layers.items() if len(frame)}
    extent = nice_extent([drawn[n].total_bounds for n in ("corridors", "ranges") if n in drawn]
                         or [frame.total_bounds for frame in drawn.values()])  # fmt: skip
    ratio = (extent[3] - extent[1]) / (extent[2] - extent[0])
    width = 5.6 if ratio <= 1.6 else 9.0 / ratio
    figure = Figure(figsize=(2 * width + 0.9, width * ratio + 1.65), dpi=dpi,
                    facecolor=palette.PAPER)  # fmt: skip
    total_w, total_h = figure.get_size_inches()
    entries: dict[str, Patch | Line2D] = {}
    for column, (state, title) in enumerate(_STATES):
        left = (0.4 + column * (width + 0.35)) / total_w
        axes = figure.add_axes((left, 1.2 / total_h, width / total_w, width * ratio / total_h))
        axes.set_facecolor(palette.LAND)
        axes.set_title(title, fontsize=11, color=palette.INK, loc="left")
        axes.set(xlim=extent[::2], ylim=extent[1::2])
        for entry in _panel(axes, drawn, state, extent):
            entries.setdefault(str(entry.get_label()), entry)
        draw_frame(axes, extent, crs)
        stamp = text.stamp or ("" if state == "before" else "SCENARIO")
        if stamp:
            axes.text(
                0.985, 0.985, stamp, transform=axes.transAxes, ha="right", va="top",
                fontsize=10, fontweight="bold", color=palette.THREAT[0], zorder=50,
                bbox={"facecolor": palette.PAPER, "edgecolor": palette.THREAT[0], "pad": 3},
            )  # fmt: skip
    figure.legend(
        handles=list(entries.values()),
        loc="lower left",
        bbox_to_anchor=(0.4 / total_w, 0.14 / total_h),
        ncols=4,
        frameon=False,
        fontsize=8,
        labelcolor=palette.INK,
        borderpad=0.0,
        columnspacing=1.4,
    )
    figure.text(
        0.012, 0.008, text.credit, fontsize=6.5, color=palette.MUTED, parse_math=False
    )  # fmt: skip
    return png(figure)


def _panel(
    axes: Axes, drawn: Mapping[str, gpd.GeoDataFrame], state: str, extent: Extent
) -> list[Patch | Line2D]:
    entries: list[Patch | Line2D] = []
    window = box(*extent)

    def near(name: str) -> gpd.GeoDataFrame | None:
        frame = drawn.get(name)
        if frame is None:
            return None
        frame = frame[frame.intersects(window)]
        return frame if len(frame) else None

    ranges = near("ranges")
    if ranges is not None:
        for season in sorted(ranges["season"].unique(), reverse=True):
            tint, _, edge = palette.RANGE.get(season, palette.RANGE_OTHER)
            ranges[ranges["season"] == season].plot(
                ax=axes, facecolor=tint, edgecolor=edge, linewidth=0.5, zorder=2
            )
            label = f"{str(season).capitalize()} range"
            entries.append(Patch(facecolor=tint, edgecolor=edge, label=label))
    pieces = near(f"fragments_{state}")
    tint, cut_edge = palette.CUT_OFF
    if pieces is not None:
        for is_joined, colour, edge, pattern, label in (
            (True, palette.CORRIDOR["medium"], palette.CORRIDOR_OUTLINE, "", "Corridor"),
            (False, tint, cut_edge, "////", "Corridor, cut off"),
        ):
            rows = pieces[pieces["is_joined"] == is_joined]
            if len(rows):
                rows.plot(
                    ax=axes, facecolor=colour, edgecolor=edge, linewidth=0.5, alpha=0.8,
                    hatch=pattern, zorder=3,
                )  # fmt: skip
                entries.append(Patch(facecolor=colour, edgecolor=edge, hatch=pattern, label=label))
    elif (corridors := near("corridors")) is not None:
        corridors.plot(ax=axes, facecolor=palette.CORRIDOR["medium"], alpha=0.8, zorder=3)
        entries.append(Patch(facecolor=palette.CORRIDOR["medium"], label="Corridor"))
    changed = near("difference")
    entries += _barriers(axes, near("segments"), near("planned"), changed, state)
    ways = near("ways")
    if ways is not None and len(way := ways[ways["state"] == state]):
        style = "-" if state == "before" else "--"
        _lines(axes, way, palette.PAPER, 1.6, 6.0)
        _lines(axes, way, palette.WAY, 0.8, 6.1, style)
        label = "Least-cost way, today" if state == "before" else "Least-cost way, scenario"
        entries.append(Line2D([], [], color=palette.WAY, lw=0.8, ls=style, label=label))
    if changed is not None:
        entries += _changes(axes, changed, drawn["difference"], state)
    return entries


def _barriers(
    axes: Axes,
    segments: gpd.GeoDataFrame | None,
    planned: gpd.GeoDataFrame | None,
    changed: gpd.GeoDataFrame | None,
    state: str,
) -> list[Patch | Line2D]:
    entries: list[Patch | Line2D] = []
    if segments is not None:
        # What the scenario removes stands today; what it adds does not.
        gone, new = set[str](), set[str]()
        if changed is not None:
            gone = _segments(changed[changed["change"] == "removed"])
        if planned is not None:
            new = _segments(planned)
        stands = segments["status"] == "existing"
        stands |= segments["segment"].isin(gone) & (state == "before")
        for is_planned, style, words in ((False, "-", ""), (True, ":", " (planned anyway)")):
            rows = segments[segments["status"] == "planned"] if is_planned else segments[stands]
            rows = rows[~rows["segment"].isin(new)]
            for kind in sorted(rows["kind"].unique()):
                colour = palette.BARRIER[kind]
                _lines(axes, rows[rows["kind"] == kind], colour, 0.7, 5.0, style)
                label = str(kind).capitalize() + words
                entries.append(Line2D([], [], color=colour, lw=0.7, ls=style, label=label))
    if planned is not None and state == "after":
        _lines(axes, planned, palette.PAPER, 3.2, 5.4)
        _lines(axes, planned, palette.PLANNED, 1.6, 5.5, "--")
        entries.append(Line2D([], [], color=palette.PLANNED, lw=1.6, ls="--", label="Planned"))
    return entries


def _segments(places: gpd.GeoDataFrame) -> set[str]:
    """Return the segments of rows of DIFFERENCE."""
    return {segment for several in places["segments"] for segment in several.split(";")}


def _changes(
    axes: Axes, near: gpd.GeoDataFrame, whole: gpd.GeoDataFrame, state: str
) -> list[Patch | Line2D]:
    """Draw where fewer passages would be missing on the map of today, more on the other."""
    entries: list[Patch | Line2D] = []
    most = largest(whole)
    if most <= 0:
        return entries
    sign, colours, words = (
        (-1.0, palette.GAINED, "Fewer would be missing")
        if state == "before"
        else (1.0, palette.THREAT, "More would be missing")
    )
    size = sign * near["missing_change"]
    above = float("inf")
    for (share, width, _), colour in zip(CHANGE_CLASSES, colours, strict=False):
        rows = near[(size > 0) & (size >= share * most) & (size < above)]
        above = share * most
        if len(rows):
            _lines(axes, rows, palette.PAPER, 2 * width + 1.4, 7.0)
            _lines(axes, rows, colour, 2 * width, 7.1)
            if words not in {str(entry.get_label()) for entry in entries}:
                entries.append(Line2D([], [], color=colour, lw=2 * width, label=words))
    return entries


def _lines(
    axes: Axes,
    frame: gpd.GeoDataFrame,
    colour: str,
    width: float,
    zorder: float,
    style: str = "-",
) -> None:
    parts = [get_coordinates([part]) for part in get_parts(frame.geometry.to_numpy())]
    axes.add_collection(
        LineCollection(parts, colors=colour, linewidths=width, linestyles=style, zorder=zorder),
        autolim=False,
    )
