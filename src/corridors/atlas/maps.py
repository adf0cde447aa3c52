"""Maps as pictures, in the same colours as the QGIS styles. No file, no screen, no clock."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from shapely import LineString, box, get_coordinates, get_parts, line_interpolate_point, line_merge

from corridors.atlas import palette
from corridors.atlas.furniture import draw_frame, draw_numbers, nice_extent
from corridors.atlas.style_parts import SEASON_WORDS, seasons_of
from corridors.atlas.styles import HARM, LABELLED_RANKS, MISSING_CLASSES, most_missing
from corridors.atlas.words.threats import GRADE_WORDS
from corridors.foundation.arrays import Floats
from corridors.foundation.vocabulary import BARRIER_KINDS, CORRIDOR_CLASSES

Layers = Mapping[str, gpd.GeoDataFrame]


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
        Published layers by name, EPSG:4326; missing ones are not drawn.
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
    drawn = {
        name: frame.to_crs(crs)
        for name, frame in layers.items()
        if isinstance(frame, gpd.GeoDataFrame) and len(frame)
    }
    extent = nice_extent(
        [
            drawn[name].total_bounds
            for name in ("corridors", "expert_corridor", "modelled_corridor", "ranges", "threats")
            if name in drawn
        ]
        or [frame.total_bounds for frame in drawn.values()]
    )
    figure, axes, legend = _sheet(extent, width_in, dpi)
    groups: list[list[Patch | Line2D]] = []
    window = box(*extent)
    for name, draw in (
        ("ranges", _ranges),
        ("modelled_corridor", _modelled_outline if "corridors" in drawn else _modelled),
        ("expert_corridor", _expert),
        ("corridors", _corridors),
        ("stopovers", _stopovers),
        ("segments", _segments),
        ("boundary", _boundary),
        ("crossings", _crossings),
        ("threats", _threats),
    ):
        if name in drawn:
            near = drawn[name][drawn[name].intersects(window)]
            if len(near):
                groups.append(draw(axes, near, extent))
    draw_frame(axes, extent, crs)
    legend.legend(
        # The top of the map is the top of the legend.
        handles=[entry for group in reversed(groups) for entry in group],
        loc="upper left",
        frameon=False,
        fontsize=8.5,
        labelcolor=palette.INK,
        handlelength=2.0,
        labelspacing=0.55,
        borderpad=0.0,
        ncols=1 if legend.get_position().height > 0.4 else 4,
        columnspacing=1.6,
    )
    if text.stamp:
        axes.text(
            0.985, 0.985, text.stamp, transform=axes.transAxes, ha="right", va="top",
            fontsize=12, fontweight="bold", color=palette.THREAT[0], zorder=50,
            bbox={"facecolor": palette.PAPER, "edgecolor": palette.THREAT[0], "pad": 4},
        )  # fmt: skip
    if text.credit:
        figure.text(
            0.012, 0.006, text.credit, fontsize=6.5, color=palette.MUTED, ha="left", va="bottom",
            parse_math=False,
        )  # fmt: skip
    return png(figure)


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


def _ranges(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    entries: list[Patch | Line2D] = []
    for season in sorted(frame["season"].unique(), reverse=True):
        tint, core, edge = palette.RANGE.get(season, palette.RANGE_OTHER)
        here = frame[frame["season"] == season]
        words = SEASON_WORDS.get(season, season)
        isopleths = sorted(here["isopleth"].dropna().unique(), reverse=True)
        for level, isopleth in enumerate(isopleths):
            colour = core if level else tint
            here[here["isopleth"] == isopleth].plot(
                ax=axes, facecolor=colour, edgecolor=edge, linewidth=0.5, zorder=2 + level * 0.1
            )
            entries.append(
                Patch(facecolor=colour, edgecolor=edge, label=f"{words} range, {isopleth:.0%}")
            )
        drawn_by_hand = here[here["isopleth"].isna()]
        if len(drawn_by_hand):
            drawn_by_hand.plot(
                ax=axes, facecolor=tint, edgecolor=edge, linewidth=0.9, linestyle="--", zorder=2
            )
            entries.append(
                Patch(facecolor=tint, edgecolor=edge, ls="--", label=f"{words} range (expert)")
            )
    return entries


def _modelled(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    return _classes(axes, frame, palette.MODELLED, palette.MODELLED_OUTLINE, "Modelled", 3.0)


def _modelled_outline(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    """Draw only the edge: a corridor that was seen comes first."""
    edge = palette.MODELLED_OUTLINE
    frame[frame["corridor_class"] == "low"].boundary.plot(
        ax=axes, color=edge, linewidth=0.8, linestyle="--", zorder=3.0
    )
    return [Line2D([], [], color=edge, lw=0.8, ls="--", label="Modelled corridor")]


def _expert(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    """Draw only the edge: what an expert drew may hold the tracked corridor."""
    edge = palette.EXPERT_OUTLINE
    here = frame[(frame["season"] == "all") & (frame["corridor_class"] == "low")]
    here.boundary.plot(ax=axes, color=edge, linewidth=1.1, linestyle="--", zorder=3.9)
    return [Line2D([], [], color=edge, lw=1.1, ls="--", label="Corridor drawn by an expert")]


def _corridors(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    return _classes(axes, frame, palette.CORRIDOR, palette.CORRIDOR_OUTLINE, "Corridor", 3.5)


def _classes(
    axes: Axes,
    frame: gpd.GeoDataFrame,
    colours: Mapping[str, str],
    edge: str,
    words: str,
    zorder: float,
) -> list[Patch | Line2D]:
    season = next(s for s in ("all", "spring", "autumn") if (frame["season"] == s).any())
    here = frame[frame["season"] == season]
    entries: list[Patch | Line2D] = []
    for level, name in enumerate(CORRIDOR_CLASSES):
        rows = here[here["corridor_class"] == name]
        if len(rows):
            rows.plot(
                ax=axes,
                facecolor=colours[name],
                edgecolor=edge,
                linewidth=0.35,
                alpha=0.85,
                zorder=zorder + level * 0.1,
            )
            label = f"{words}: {name} use"
            if words == "Modelled" and set(here["corridor_class"]) == {"low"}:
                label = "Modelled corridor"
            entries.append(Patch(facecolor=colours[name], edgecolor=edge, lw=0.5, label=label))
    return entries[::-1]


def _stopovers(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    entries: list[Patch | Line2D] = []
    whole = (frame["season"] == "all").any()
    for season, pattern in (("all", "//////"), ("spring", "//////"), ("autumn", "\\\\\\\\\\\\")):
        rows = frame[frame["season"] == season]
        if not len(rows) or whole != (season == "all"):
            continue
        rows.plot(
            ax=axes,
            facecolor="none",
            edgecolor=palette.STOPOVER,
            hatch=pattern,
            linewidth=0.5,
            zorder=4.2,
        )
        words = "Stopover" if season == "all" else f"Stopover, {season}"
        entries.append(
            Patch(facecolor="none", edgecolor=palette.STOPOVER, hatch=pattern, label=words)
        )
    return entries


def _segments(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    entries: list[Patch | Line2D] = []
    untracked = frame[~frame["has_data"]]
    for kind in BARRIER_KINDS:
        colour = palette.BARRIER[kind]
        wide = 1.3 if kind in {"road", "rail", "canal", "river"} else 0.8
        _draw_lines(axes, untracked[untracked["kind"] == kind], colour, 0.6, zorder=4.9, alpha=0.4)
        for status, style, words in (
            ("existing", "-", ""),
            ("planned", "--", " (planned)"),
            ("removed", ":", " (removed)"),
        ):
            here = frame[(frame["kind"] == kind) & (frame["status"] == status)]
            rows = here[here["has_data"]]
            if len(here):
                label = kind.capitalize() + words
                entries.append(Line2D([], [], color=colour, lw=wide, ls=style, label=label))
            if wide > 1:
                _draw_lines(axes, rows, palette.PAPER, wide + 1.0, zorder=5.0)
            _draw_lines(axes, rows, colour, wide, zorder=5.1, style=style)
    if len(untracked):
        label = "Barrier, nobody tracked here"
        entries.append(Line2D([], [], color=palette.INK, lw=0.6, alpha=0.4, label=label))
    return entries


def _draw_lines(
    axes: Axes,
    frame: gpd.GeoDataFrame,
    colour: str,
    width: float,
    *,
    zorder: float,
    style: str | tuple[float, tuple[float, ...]] = "-",
    alpha: float = 1.0,
) -> None:
    if len(frame):
        drawn = LineCollection(
            _lines(frame),
            colors=colour,
            linewidths=width,
            linestyles=style,
            alpha=alpha,
            zorder=zorder,
        )
        axes.add_collection(drawn, autolim=False)


def _boundary(
    axes: Axes, frame: gpd.GeoDataFrame, extent: tuple[float, float, float, float]
) -> list[Patch | Line2D]:
    lines = _lines(frame)
    dash = (0, (7, 2, 1, 2))
    for colour, width, style in (
        (palette.BOUNDARY_BAND, 4.5, "-"),
        (palette.BOUNDARY, 1.1, dash),
    ):
        axes.add_collection(
            LineCollection(lines, colors=colour, linewidths=width, linestyles=style, zorder=5.5),
            autolim=False,
        )
    for line, left, right in zip(
        frame.geometry, frame["left_state"], frame["right_state"], strict=True
    ):
        parts = get_parts([line_merge(line.intersection(box(*extent)))])
        longest = max(parts, key=lambda part: part.length)
        if longest.length > 0:
            _name_sides(axes, longest, str(left), str(right))
    return [Line2D([], [], color=palette.BOUNDARY, lw=1.1, ls=dash, label="State boundary")]


def _name_sides(axes: Axes, line: LineString, left: str, right: str) -> None:
    at = get_coordinates(
        [line_interpolate_point(line, share, normalized=True) for share in (0.12, 0.18, 0.24)]
    )
    along = at[2] - at[0]
    along = along / np.hypot(*along)
    angle = float(np.degrees(np.arctan2(along[1], along[0])))
    turned = angle > 90 or angle <= -90
    for name, side in ((left, 1.0), (right, -1.0)):
        normal = side * np.array([-along[1], along[0]])
        # Offset in points so that the name stays off the line at any scale.
        axes.annotate(
            name.upper(),
            at[1],
            tuple(13 * normal),
            textcoords="offset points",
            rotation=angle + 180 if turned else angle,
            rotation_mode="anchor",
            parse_math=False,
            ha="center",
            va="center",
            fontsize=8,
            color=palette.BOUNDARY,
            zorder=20,
            clip_on=True,
            annotation_clip=True,
            path_effects=draw_halo(),
        )


def _crossings(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    entries: list[Patch | Line2D] = []
    for season in seasons_of(frame):
        rows = frame[frame["season"] == season]
        colour = palette.season(season)
        x, y = get_coordinates(rows.geometry.to_numpy()).T
        axes.scatter(x, y, s=7, color=colour, edgecolor=palette.PAPER, linewidth=0.25, zorder=6)
        label = f"Crossing, {SEASON_WORDS.get(season, season).lower()}"
        entries.append(Line2D([], [], marker="o", ls="", ms=3.5, color=colour, label=label))
    return entries


def _threats(
    axes: Axes, frame: gpd.GeoDataFrame, extent: tuple[float, float, float, float]
) -> list[Patch | Line2D]:
    entries: list[Patch | Line2D] = []
    most = most_missing(frame)
    share = (frame["missing_per_year"] / most if most else 0 * frame["missing_per_year"]).fillna(
        0.0
    )
    for level, (grade, words) in enumerate(GRADE_WORDS.items()):
        colour, own = palette.GRADE[grade], frame["grade"] == grade
        above = float("inf")
        for least, width, _ in MISSING_CLASSES if grade in HARM else ((0.0, 0.55, ""),):
            rows = frame[own & (share >= least) & (share < above)]
            above = least
            planned = rows["status"] == "planned"
            if grade in HARM:
                _draw_lines(axes, rows, palette.PAPER, width * 2 + 1.4, zorder=9 - level)
            for some, style in ((rows[~planned], "-"), (rows[planned], (0, (2.4, 0.9)))):
                style = ":" if grade == "not_known" else style
                _draw_lines(axes, some, colour, width * 2, zorder=9 - level, style=style)
        if own.any():
            wide = 3.2 if grade in HARM else 1.1
            label = f"Place: {words.lower()}"
            ls = ":" if grade == "not_known" else "-"
            entries.append(Line2D([], [], color=colour, lw=wide, ls=ls, label=label))
    first = frame[(frame["rank"] <= LABELLED_RANKS) & frame["grade"].isin(HARM)]
    first = first.sort_values("rank")
    draw_numbers(axes, extent, middles(first), [f"{rank:.0f}" for rank in first["rank"]])
    return entries


def middles(frame: gpd.GeoDataFrame) -> Floats:
    """Return the middle of the longest part of each line, shape (n, 2)."""
    longest = [max(get_parts([shape]), key=lambda part: part.length) for shape in frame.geometry]
    return np.asarray(
        get_coordinates(line_interpolate_point(longest, 0.5, normalized=True)), float
    ).reshape(-1, 2)


def _lines(frame: gpd.GeoDataFrame) -> list[Floats]:
    return [get_coordinates([part]) for part in get_parts(frame.geometry.to_numpy())]


def draw_halo() -> list[object]:
    """Return path effects that put a white halo around letters."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.5, foreground=palette.PAPER, alpha=0.9)]
