"""Chart of the corridor area against the number of independent animals."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from corridors.atlas import palette
from corridors.atlas.maps import png


def sample_chart(curves: pd.DataFrame, *, width_in: float = 7.0, dpi: int = 130) -> bytes:
    """Return the rarefaction curve of each class with its interval, as PNG.

    Parameters
    ----------
    curves
        SUFFICIENCY of one season, at least one row.
    width_in, dpi
        Width of the picture in inches and its resolution.
    """
    figure = Figure(figsize=(width_in, 0.5 * width_in), dpi=dpi, facecolor=palette.PAPER)
    axes = figure.add_axes((0.11, 0.15, 0.74, 0.8))
    last = int(curves["n_units"].max())
    each_is_one = last == round(float(curves["n_animals"].max()))
    for name, colour in (
        ("low", palette.CORRIDOR["medium"]),
        ("medium", palette.CORRIDOR["high"]),
        ("high", palette.CORRIDOR_OUTLINE),
    ):
        curve = curves[curves["corridor_class"] == name].sort_values("n_units")
        if not len(curve):
            continue
        n, area = curve["n_units"].to_numpy(), curve["area_km2"].to_numpy()
        low, high = curve["area_p05_km2"].to_numpy(), curve["area_p95_km2"].to_numpy()
        axes.fill_between(n, low, high, color=colour, alpha=0.25, linewidth=0)
        axes.plot(n, area, color=colour, lw=2.0, marker="o", ms=3.5 if last <= 40 else 0)
        axes.annotate(
            f"{name.capitalize()} use", (n[-1], area[-1]), xytext=(6, 0), va="center",
            textcoords="offset points", fontsize=8.5, color=palette.INK,
        )  # fmt: skip
    axes.set_xlim(0.5, last + 0.5)
    axes.set_ylim(0, float(curves["area_p95_km2"].max()) * 1.05 or 1.0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    counted = (
        "Animals" if each_is_one else "Independent units (animals that travel together are one)"
    )
    axes.set_xlabel(f"{counted} in the sample", fontsize=8.5, color=palette.INK)
    axes.set_ylabel("Corridor area, km²", fontsize=8.5, color=palette.INK)
    axes.tick_params(labelsize=8, colors=palette.MUTED)
    axes.grid(color="#e4e8e6", lw=0.7)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color(palette.MUTED)
    return png(figure)
