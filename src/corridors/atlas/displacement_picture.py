"""A picture of one animal's biological year: displacement with its models, windows, and a map."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib import dates, rc_context, rcParamsDefault
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Patch

from corridors.atlas import palette
from corridors.foundation.arrays import Floats, Times

_MODEL_LINES: Mapping[str, tuple[str, str]] = {
    "migrant": ("#cc79a7", "--"),
    "mixed_migrant": ("#56b4e9", "--"),
    "disperser": ("#8a6d3b", "-."),
    "resident": (palette.MUTED, ":"),
    "nomad": (palette.MUTED, "-."),
}
_DPI = 100
# Every style that a user's matplotlibrc could change and that would change the bytes.
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": palette.MUTED,
    "axes.labelcolor": palette.INK,
    "text.color": palette.INK,
    "xtick.color": palette.INK,
    "ytick.color": palette.INK,
    "axes.linewidth": 0.8,
    "path.simplify": True,
    "text.usetex": False,
}


@dataclass(frozen=True)
class Shade:
    """A window to colour."""

    season: str
    part: str
    start_utc: np.datetime64
    end_utc: np.datetime64


@dataclass(frozen=True)
class DisplacementPicture:
    """What to draw.

    Parameters
    ----------
    title, subtitle
        Shown as plain text, whatever they hold.
    time_utc, displacement_km, x_km, y_km
        The year's fixes in time order, shape (n,).
    anchor
        ``first`` or ``last``: the fixes from which displacement counts.
    model_time_utc, models
        Times (m,) and model name -> displacement (m,), the chosen one first.
    chosen
        Name of the model that counts, or a class without model.
    shades
        Windows.
    """

    title: str
    subtitle: str
    time_utc: Times
    displacement_km: Floats
    anchor: str
    x_km: Floats
    y_km: Floats
    model_time_utc: Times
    models: Mapping[str, Floats]
    chosen: str
    shades: Sequence[Shade]


def draw(picture: DisplacementPicture) -> bytes:
    """Return the picture as PNG; the same content gives the same bytes."""
    with rc_context({**rcParamsDefault, **_STYLE}):
        figure = Figure(figsize=(10.0, 4.2), dpi=_DPI, facecolor=palette.PAPER)
        FigureCanvasAgg(figure)
        plot = figure.add_axes((0.065, 0.2, 0.6, 0.6))
        map_ = figure.add_axes((0.7, 0.1, 0.28, 0.7))
        _heading(figure, picture)
        _plot(plot, picture)
        _map(map_, picture)
        _legend(figure, plot, picture)
        buffer = BytesIO()
        # No software version and no date in the file.
        figure.savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
        return buffer.getvalue()


@lru_cache(maxsize=1)
def _drawable() -> frozenset[int]:
    """Return the characters that the font has."""
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def _plain(text: str, width: int) -> str:
    """Return one line of at most ``width`` characters; what the font lacks is spelled out."""
    known = _drawable()
    drawn = "".join(
        c if c.isprintable() and ord(c) in known else c.encode("unicode_escape").decode()
        for c in text
    )
    return drawn if len(drawn) <= width else drawn[: width - 1] + "…"


def _heading(figure: Figure, picture: DisplacementPicture) -> None:
    options: dict[str, Any] = {"parse_math": False, "ha": "left", "va": "top", "x": 0.065}
    figure.text(y=0.965, s=_plain(picture.title, 90), fontsize=12, fontweight="bold", **options)
    lines = textwrap.wrap(_plain(picture.subtitle, 300), 145)[:2]
    figure.text(
        y=0.9, s="\n".join(lines), fontsize=8.5, color=palette.MUTED, linespacing=1.35, **options
    )


def _plot(axes: Any, picture: DisplacementPicture) -> None:
    for shade in picture.shades:
        axes.axvspan(
            max(shade.start_utc, picture.time_utc[0]),
            min(shade.end_utc, picture.time_utc[-1]),
            facecolor=palette.season(shade.season),
            alpha=0.3 if shade.part == "migration" else 0.09,
            linewidth=0,
        )
    axes.plot(
        picture.time_utc,
        picture.displacement_km,
        color=palette.INK,
        linewidth=0.5,
        marker="o",
        markersize=1.1,
        markeredgewidth=0,
    )
    for model, values in reversed(list(picture.models.items())):
        is_chosen = model == picture.chosen
        colour, style = _MODEL_LINES[model]
        axes.plot(
            picture.model_time_utc,
            values,
            color=palette.THREAT[0] if is_chosen else colour,
            linestyle="-" if is_chosen else style,
            linewidth=2.0 if is_chosen else 1.2,
            label=model.replace("_", " "),
        )
    axes.set_ylabel(f"distance from the {picture.anchor} fixes, km")
    axes.set_ylim(bottom=0.0)
    axes.margins(x=0.01)
    locator: Any = dates.AutoDateLocator(minticks=4, maxticks=10)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.grid(axis="y", color="#e4e8eb", linewidth=0.6)
    axes.set_axisbelow(True)


def _map(axes: Any, picture: DisplacementPicture) -> None:
    x, y = picture.x_km - picture.x_km.min(), picture.y_km - picture.y_km.min()
    axes.plot(x, y, color="#c3cad0", linewidth=0.5, zorder=1)
    axes.scatter(x, y, s=1.5, color="#9aa4ac", linewidths=0, zorder=2)
    # Ranges first, so that the routes lie on top.
    for shade in sorted(picture.shades, key=lambda shade: shade.part == "migration"):
        inside = (picture.time_utc >= shade.start_utc) & (picture.time_utc <= shade.end_utc)
        colour = palette.season(shade.season)
        axes.scatter(x[inside], y[inside], s=3.0, color=colour, linewidths=0, zorder=3)
        if shade.part == "migration":
            axes.plot(x[inside], y[inside], color=colour, linewidth=1.4, zorder=4)
    axes.plot(
        x[0],
        y[0],
        marker="o",
        markersize=5,
        color=palette.PAPER,
        zorder=5,
        markeredgecolor=palette.INK,
    )
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.06)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color("#d5dade")
    _scale_bar(axes, float(max(np.ptp(x), np.ptp(y), 0.1)))


def _scale_bar(axes: Any, extent_km: float) -> None:
    length = 10.0 ** np.floor(np.log10(extent_km / 2))
    length *= max(step for step in (1.0, 2.0, 5.0) if step * length <= extent_km / 2)
    axes.apply_aspect()
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    x, y = left + 0.05 * (right - left), low + 0.04 * (high - low)
    axes.plot([x, x + length], [y, y], color=palette.INK, linewidth=2.0, solid_capstyle="butt")
    axes.text(x, y + 0.012 * (high - low), f"{length:g} km", fontsize=8, va="bottom")
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def _legend(figure: Figure, plot: Any, picture: DisplacementPicture) -> None:
    handles, labels = plot.get_legend_handles_labels()
    handles, labels = handles[::-1], labels[::-1]
    for part, alpha in (("migration", 0.45), ("range", 0.2)):
        for season in dict.fromkeys(s.season for s in picture.shades if s.part == part):
            handles.append(Patch(facecolor=palette.season(season), alpha=alpha, linewidth=0))
            labels.append(season if part == "migration" else f"{season} range")
    if handles:
        figure.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0.058, 0.0),
            ncols=len(handles),
            frameon=False,
            fontsize=8,
            handlelength=1.8,
            columnspacing=1.2,
        )
