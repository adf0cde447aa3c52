"""Charts of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from corridors.atlas import palette
from corridors.atlas.facts import records
from corridors.atlas.maps import png
from corridors.atlas.words.threats import GRADE_WORDS, place_name
from corridors.threats.grades import MISSED

N_ROWS = 15
_LONGEST_NAME = 58
_MARGIN_IN = 0.12


def shows_harm(threats: pd.DataFrame) -> bool:
    """Return whether some place may miss enough passages for a chart to show more than zeros.

    Examples
    --------
    >>> shows_harm(pd.DataFrame({"rank": [1.0, 2.0], "missing_p95": [0.004, 0.001]}))
    False
    """
    return bool((threats.loc[threats["rank"].notna(), "missing_p95"] >= MISSED).any())


def threat_chart(threats: pd.DataFrame, *, width_in: float = 9.0, dpi: int = 130) -> bytes:
    """Return the first places with the interval of their missing passages per year, as PNG.

    Parameters
    ----------
    threats
        THREATS of one unit, at least one with a rank.
    width_in, dpi
        Width of the picture in inches and its resolution.
    """
    ranked = threats[threats["rank"].notna()]
    rows = ranked.sort_values("rank", kind="stable").head(N_ROWS)
    figure = Figure(figsize=(width_in, 0.75 + 0.29 * len(rows)), dpi=dpi, facecolor=palette.PAPER)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    at = np.arange(len(rows))[::-1]
    low, middle, high = (
        rows[name].to_numpy(float) for name in ("missing_p05", "missing_per_year", "missing_p95")
    )
    colours = [palette.GRADE[grade] for grade in rows["grade"]]
    axes.hlines(at, low, high, colors=colours, linewidth=4, alpha=0.35, capstyle="round")
    axes.scatter(middle, at, s=36, c=colours, zorder=3)
    axes.set_yticks(at, [_name(row) for row in records(rows)], fontsize=8, color=palette.INK)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(0, float(high.max()) * 1.04 or 1.0)
    axes.set_xlabel(
        f"Missing passages per year, on migrations ({rows['unit'].iloc[0]})",
        fontsize=8.5,
        color=palette.INK,
        parse_math=False,
    )
    present = [grade for grade in GRADE_WORDS if (rows["grade"] == grade).any()]
    axes.legend(
        handles=[
            Line2D([], [], marker="o", ls="", color=palette.GRADE[grade], label=GRADE_WORDS[grade])
            for grade in present
        ],
        loc="lower right", frameon=False, fontsize=8, labelcolor=palette.INK,
    )  # fmt: skip
    axes.tick_params(axis="x", labelsize=8, colors=palette.MUTED)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#e4e8e6", lw=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.MUTED)
    for text in axes.get_yticklabels():
        text.set_parse_math(False)
    _make_room(figure, axes)
    return png(figure)


def _make_room(figure: Figure, axes: Axes) -> None:
    """Put the axes right of the longest label, so that none is cut off at the edge."""
    FigureCanvasAgg(figure)  # else there is nothing to measure text with
    longest = max(text.get_window_extent().width for text in axes.get_yticklabels())
    width, height = figure.get_size_inches()
    left = (longest / figure.dpi + 2 * _MARGIN_IN) / width
    axes.set_position((left, 0.5 / height, 0.97 - left, 1 - 0.6 / height))


def _name(row: Mapping[str, Any]) -> str:
    name = place_name(row)
    name = name if len(name) <= _LONGEST_NAME else "…" + name[1 - _LONGEST_NAME :]
    return f"{row['rank']:.0f}.  {name}"
