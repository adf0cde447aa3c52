"""Chart of what a herd selects: relative use with intervals, and responses along layers."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from corridors.atlas import palette
from corridors.atlas.maps import png
from corridors.foundation.facts.connect import ResponseFacts

_COLUMNS = 3
_LONGEST_NAME = 30
# Intervals beyond this factor are cut at the frame: they say "nothing is known" as well.
_WIDEST = 100.0


def selection_chart(
    terms: pd.DataFrame,
    responses: Mapping[str, ResponseFacts],
    *,
    width_in: float = 9.0,
    dpi: int = 130,
) -> bytes:
    """Return relative use of every estimated term, and below the response to each layer, as PNG.

    Parameters
    ----------
    terms
        SELECTION of one herd, at least one estimated row.
    responses
        Layer of numbers -> relative use along it.
    width_in, dpi
        Width of the picture in inches and its resolution.
    """
    rows = terms[terms["is_estimated"]].reset_index(drop=True)
    n_rows = math.ceil(len(responses) / _COLUMNS)
    top_in, panel_in = 0.9 + 0.3 * len(rows), 2.3
    height_in = top_in + n_rows * panel_in
    figure = Figure(figsize=(width_in, height_in), dpi=dpi, facecolor=palette.PAPER)
    below_in = n_rows * panel_in
    axes = figure.add_axes((0.3, (below_in + 0.55) / height_in, 0.66, (top_in - 0.7) / height_in))
    _relative_use(axes, rows)
    for number, (layer, response) in enumerate(sorted(responses.items())):
        row, column = divmod(number, _COLUMNS)
        panel = figure.add_axes(
            (
                0.07 + column * 0.31,
                (below_in - (row + 1) * panel_in + 0.55) / height_in,
                0.25,
                (panel_in - 0.75) / height_in,
            )
        )
        _response(panel, layer, response)
    return png(figure)


def _relative_use(axes: Axes, rows: pd.DataFrame) -> None:
    at = np.arange(len(rows))[::-1]
    low, middle, high = (
        np.clip(rows[name].to_numpy(float), 1 / _WIDEST, _WIDEST)
        for name in ("relative_use_low", "relative_use", "relative_use_high")
    )
    axes.hlines(at, low, high, colors=palette.CORRIDOR_OUTLINE, linewidth=4, alpha=0.35)
    axes.scatter(middle, at, s=36, color=palette.CORRIDOR_OUTLINE, zorder=3)
    axes.axvline(1.0, color=palette.MUTED, lw=0.9, zorder=0)
    axes.set_xscale("log")
    _plain_numbers(axes.xaxis, float(high.max() / low.min()))
    axes.set_yticks(at, [_name(row) for row in rows.to_dict("records")], fontsize=8)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel("Relative use (1: as much as the reference, or as at the mean)", fontsize=8.5)
    _quiet(axes)
    for text in axes.get_yticklabels():
        text.set_parse_math(False)


def _name(row: Mapping[Hashable, object]) -> str:
    if row["kind"] == "class":
        name = f"{row['class']} ({row['layer']})"
    else:
        square = ", squared" if row["kind"] == "quadratic" else ""
        name = f"{row['layer']}, +{row['sd']:.3g}{square}"
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _response(axes: Axes, layer: str, response: ResponseFacts) -> None:
    x = np.asarray(response.x, dtype=float)
    low, middle, high = (
        np.exp(np.clip(np.asarray(log_use, dtype=float), -300.0, 300.0))
        for log_use in (response.low, response.log_use, response.high)
    )
    axes.fill_between(x, low, high, color=palette.CORRIDOR["high"], alpha=0.25, linewidth=0)
    axes.plot(x, middle, color=palette.CORRIDOR_OUTLINE, lw=2.0)
    axes.set_yscale("log")
    shown = float(max(low.min(), 1 / _WIDEST)), float(min(high.max(), _WIDEST))
    axes.set_ylim(shown[0] / 1.1, shown[1] * 1.1)
    _plain_numbers(axes.yaxis, shown[1] / shown[0])
    axes.set_title(layer, fontsize=8.5, color=palette.INK, parse_math=False)
    axes.set_ylabel("Relative use", fontsize=8, labelpad=2)
    _quiet(axes)


def _plain_numbers(axis: Axis, spread: float) -> None:
    """Label a logarithmic axis 0.1, 1, 10, and 0.2, 0.5 ... where it is short."""
    subs = (1.0,) if spread > 500 else (1.0, 3.0) if spread > 30 else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _quiet(axes: Axes) -> None:
    axes.tick_params(labelsize=8, colors=palette.MUTED)
    axes.grid(color="#e4e8e6", lw=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color(palette.MUTED)
