"""What published rasters show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RasterWords:
    """Title, group in the project, what it shows, and why there may be none."""

    title: str
    group: str
    abstract: str
    nothing: str


RASTERS: Final[Mapping[str, RasterWords]] = {
    "corridor_surface": RasterWords(
        "Use during migration",
        "Surface",
        "Mean occurrence surface of the herd's migrations; mass per cell.",
        "no tracked migration",
    ),
    "current": RasterWords(
        "Current between the seasonal ranges",
        "Connectivity",
        "Share of the ways between the ranges that lead through a cell, with barriers in place; a "
        "model of habitat and barriers, not of tracks.",
        "the ranges are not joined by known habitat",
    ),
    "resistance": RasterWords(
        "Resistance of the habitat",
        "Connectivity",
        "Cost of one metre of way, 1 on the easiest ground, without barriers.",
        "no habitat grid",
    ),
}
