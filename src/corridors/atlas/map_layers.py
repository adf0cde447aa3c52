"""What each layer looks like on a map, in the same colours as the QGIS styles."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from shapely import (
    GeometryType,
    LineString,
    box,
    get_coordinates,
    get_parts,
    get_type_id,
    length,
    line_interpolate_point,
    line_merge,
)

from corridors.atlas import palette
from corridors.atlas.furniture import draw_numbers
from corridors.atlas.style_parts import seasons_of
from corridors.atlas.styles import HARM, LABELLED_RANKS, MISSING_CLASSES, most_missing
from corridors.atlas.towns import N_DRAWN
from corridors.atlas.words.language import said
from corridors.atlas.words.maps import (
    LEGEND,
    barrier_label,
    class_label,
    crossing_label,
    place_label,
    range_label,
    stopover_label,
)
from corridors.atlas.words.threats import GRADE_WORDS
from corridors.foundation.arrays import Floats
from corridors.foundation.vocabulary import BARRIER_KINDS, CORRIDOR_CLASSES

Layers = Mapping[str, gpd.GeoDataFrame]
Extent = tuple[float, float, float, float]


def draw_layers(axes: Axes, layers: Layers, extent: Extent) -> list[Patch | Line2D]:
    """Draw what of ``layers`` lies inside ``extent``; return what the legend says of it.

    Parameters
    ----------
    layers
        Published layers by name, in the CRS of the map; others than those drawn are left out.
    extent
        (xmin, ymin, xmax, ymax) of the map, same CRS.

    Returns
    -------
    list
        The top of the map first.
    """
    groups: list[list[Patch | Line2D]] = []
    window = box(*extent)
    modelled = _modelled_outline if "corridors" in layers else _modelled
    # To take rows of all columns again and again would be most of the time of a map.
    for name, draw, columns in (
        ("ranges", _ranges, ["season", "isopleth"]),
        ("modelled_corridor", modelled, ["season", "corridor_class"]),
        ("expert_corridor", _expert, ["season", "corridor_class"]),
        ("corridors", _corridors, ["season", "corridor_class"]),
        ("stopovers", _stopovers, ["season"]),
        ("bottlenecks", _bottlenecks, []),
        ("segments", _segments, ["kind", "status", "has_data"]),
        ("boundary", _boundary, ["type", "left_state", "right_state"]),
        ("crossings", _crossings, ["season"]),
        ("threats", _threats, ["grade", "rank", "status", "missing_per_year"]),
        ("towns", _towns, ["name", "people"]),
    ):
        if name in layers:
            layer = layers[name]
            near = layer.loc[layer.intersects(window), [*columns, "geometry"]]
            if len(near):
                groups.append(draw(axes, near, extent))
    return [entry for group in reversed(groups) for entry in group]


def _ranges(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    entries: list[Patch | Line2D] = []
    for season in sorted(frame["season"].unique(), reverse=True):
        tint, core, edge = palette.RANGE.get(season, palette.RANGE_OTHER)
        here = frame[frame["season"] == season]
        isopleths = sorted(here["isopleth"].dropna().unique(), reverse=True)
        for level, isopleth in enumerate(isopleths):
            colour = core if level else tint
            here[here["isopleth"] == isopleth].plot(
                ax=axes, facecolor=colour, edgecolor=edge, linewidth=0.5, zorder=2 + level * 0.1
            )
            entries.append(
                Patch(facecolor=colour, edgecolor=edge, label=range_label(season, isopleth))
            )
        drawn_by_hand = here[here["isopleth"].isna()]
        if len(drawn_by_hand):
            drawn_by_hand.plot(
                ax=axes, facecolor=tint, edgecolor=edge, linewidth=0.9, linestyle="--", zorder=2
            )
            entries.append(
                Patch(facecolor=tint, edgecolor=edge, ls="--", label=range_label(season))
            )
    return entries


def _modelled(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    return _classes(axes, frame, palette.MODELLED, palette.MODELLED_OUTLINE, "modelled", 3.0)


def _modelled_outline(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    """Draw only the edge: a corridor that was seen comes first."""
    edge = palette.MODELLED_OUTLINE
    frame[frame["corridor_class"] == "low"].boundary.plot(
        ax=axes, color=edge, linewidth=0.8, linestyle="--", zorder=3.0
    )
    return [Line2D([], [], color=edge, lw=0.8, ls="--", label=said(LEGEND["modelled"]))]


def _expert(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    """Draw only the edge: what an expert drew may hold the tracked corridor."""
    edge = palette.EXPERT_OUTLINE
    here = frame[(frame["season"] == "all") & (frame["corridor_class"] == "low")]
    here.boundary.plot(ax=axes, color=edge, linewidth=1.1, linestyle="--", zorder=3.9)
    return [Line2D([], [], color=edge, lw=1.1, ls="--", label=said(LEGEND["expert"]))]


def _corridors(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    return _classes(axes, frame, palette.CORRIDOR, palette.CORRIDOR_OUTLINE, "tracked", 3.5)


def _classes(
    axes: Axes,
    frame: gpd.GeoDataFrame,
    colours: Mapping[str, str],
    edge: str,
    evidence: str,
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
            label = class_label(evidence, name)
            if evidence == "modelled" and set(here["corridor_class"]) == {"low"}:
                label = said(LEGEND["modelled"])
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
        label = stopover_label(season)
        entries.append(
            Patch(facecolor="none", edgecolor=palette.STOPOVER, hatch=pattern, label=label)
        )
    return entries


def _bottlenecks(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    _draw_lines(axes, frame, palette.PAPER, 4.0, zorder=7.0)
    _draw_lines(axes, frame, palette.BOTTLENECK, 2.2, zorder=7.1)
    for line in frame.geometry:
        x, y = get_coordinates([line]).T
        axes.plot(x, y, "o", ms=3.6, mfc=palette.BOTTLENECK, mec=palette.PAPER, mew=0.6, zorder=7.2)
    colour = palette.BOTTLENECK
    return [
        Line2D([], [], color=colour, lw=2.2, marker="o", ms=3.6, label=said(LEGEND["bottleneck"]))
    ]


def _segments(axes: Axes, frame: gpd.GeoDataFrame, _: object) -> list[Patch | Line2D]:
    entries: list[Patch | Line2D] = []
    untracked = frame[~frame["has_data"]]
    present = set(frame["kind"])
    for kind in (kind for kind in BARRIER_KINDS if kind in present):
        colour = palette.BARRIER[kind]
        wide = 1.3 if kind in {"road", "rail", "canal", "river"} else 0.8
        _draw_lines(axes, untracked[untracked["kind"] == kind], colour, 0.6, zorder=4.9, alpha=0.4)
        for status, style in (("existing", "-"), ("planned", "--"), ("removed", ":")):
            here = frame[(frame["kind"] == kind) & (frame["status"] == status)]
            rows = here[here["has_data"]]
            if len(here):
                label = barrier_label(kind, status)
                entries.append(Line2D([], [], color=colour, lw=wide, ls=style, label=label))
            if wide > 1:
                _draw_lines(axes, rows, palette.PAPER, wide + 1.0, zorder=5.0)
            _draw_lines(axes, rows, colour, wide, zorder=5.1, style=style)
    if len(untracked):
        label = said(LEGEND["untracked"])
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
    entries: list[Patch | Line2D] = []
    is_disputed = frame["type"] == "disputed"
    for own, dash, words in (
        (frame[~is_disputed], (0, (7, 2, 1, 2)), said(LEGEND["boundary"])),
        (frame[is_disputed], (0, (2, 2)), said(LEGEND["disputed"])),
    ):
        _draw_lines(axes, own, palette.BOUNDARY_BAND, 4.5, zorder=5.5)
        _draw_lines(axes, own, palette.BOUNDARY, 1.1, zorder=5.5, style=dash)
        if len(own):
            entries.append(Line2D([], [], color=palette.BOUNDARY, lw=1.1, ls=dash, label=words))
    for line, left, right in zip(
        frame.geometry, frame["left_state"], frame["right_state"], strict=True
    ):
        parts = get_parts([line_merge(line.intersection(box(*extent)))])
        longest = max(parts, key=lambda part: part.length)
        if longest.length > 0:
            _name_sides(axes, longest, str(left), str(right))
    return entries


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
        label = crossing_label(season)
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
    for level, grade in enumerate(GRADE_WORDS):
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
            label = place_label(grade)
            ls = ":" if grade == "not_known" else "-"
            entries.append(Line2D([], [], color=colour, lw=wide, ls=ls, label=label))
    first = frame[(frame["rank"] <= LABELLED_RANKS) & frame["grade"].isin(HARM)]
    first = first.sort_values("rank")
    draw_numbers(axes, extent, middles(first), [f"{rank:.0f}" for rank in first["rank"]])
    return entries


def _towns(
    axes: Axes, frame: gpd.GeoDataFrame, _: tuple[float, float, float, float]
) -> list[Patch | Line2D]:
    largest = frame.sort_values(["people", "name"], ascending=[False, True]).head(N_DRAWN)
    for (x, y), name in zip(get_coordinates(largest.geometry), largest["name"], strict=True):
        axes.plot([x], [y], "s", ms=3.2, mfc=palette.INK, mec=palette.PAPER, mew=0.5, zorder=21)
        axes.annotate(
            str(name), (x, y), (4, 3), textcoords="offset points", parse_math=False,
            fontsize=7, color=palette.INK, zorder=21, clip_on=True, annotation_clip=True,
            path_effects=draw_halo(),
        )  # fmt: skip
    return [
        Line2D([], [], marker="s", ls="", ms=3.2, color=palette.INK, label=said(LEGEND["town"]))
    ]


def middles(frame: gpd.GeoDataFrame) -> Floats:
    """Return the middle of the longest part of each line, shape (n, 2)."""
    longest = np.array(frame.geometry, dtype=object)
    is_many = get_type_id(longest) != GeometryType.LINESTRING
    if is_many.any():
        parts, owner = get_parts(longest[is_many], return_index=True)
        # Of parts as long the first.
        order = np.lexsort((-np.arange(len(parts)), length(parts), owner))
        longest[is_many] = parts[order[np.flatnonzero(np.diff(owner[order], append=-1))]]
    return np.asarray(
        get_coordinates(line_interpolate_point(longest, 0.5, normalized=True)), float
    ).reshape(-1, 2)


def _lines(frame: gpd.GeoDataFrame) -> list[Floats]:
    return [get_coordinates([part]) for part in get_parts(frame.geometry.to_numpy())]


def draw_halo() -> list[object]:
    """Return path effects that put a white halo around letters."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.5, foreground=palette.PAPER, alpha=0.9)]
