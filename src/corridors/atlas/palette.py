"""The colours of every map, in QGIS, in pictures and on pages: the only place that names one.

Classes of one layer differ in lightness first and in hue second, so that they stay apart in
greyscale and for colour-blind readers; threats own the only strong red.
"""

from __future__ import annotations

from collections.abc import Mapping

INK = "#22303a"
MUTED = "#6b7780"
PAPER = "#ffffff"
LAND = "#f6f5f0"

# Low to high: light to dark.
CORRIDOR: Mapping[str, str] = {"low": "#cbe7da", "medium": "#62b69b", "high": "#0a6a5a"}
CORRIDOR_OUTLINE = "#0a4a40"
MODELLED: Mapping[str, str] = {"low": "#d5dae3", "medium": "#a3b0c4", "high": "#5d6f8c"}
MODELLED_OUTLINE = "#46556e"
EXPERT: Mapping[str, str] = {"low": "#e7e9c8", "medium": "#b9bf72", "high": "#737a24"}
EXPERT_OUTLINE = "#4f5413"
STOPOVER = "#3d2a5c"
BOTTLENECK = "#12233f"

# (tint of the outer isopleth, tint of the core, outline)
RANGE: Mapping[str, tuple[str, str, str]] = {
    "winter": ("#d3e4f4", "#9cc3e6", "#2f6fa7"),
    "summer": ("#fbe3c0", "#f5bf72", "#b06a10"),
}
RANGE_OTHER = ("#e6e6e6", "#cccccc", "#7a7a7a")

# Evidence of harm at a place; grades differ in lightness, so that they stay apart in grey print.
GRADE: Mapping[str, str] = {
    "act": "#a5003f",
    "look_on_site": "#dd7a1f",
    "nothing_seen": "#86b6cf",
    "not_known": "#8a8f94",
}

# Harm by size, strongest first.
THREAT = ("#a5003f", "#d81b4a", "#e8718a", "#d0a8b4")

# What to do, strongest first.
ACTION = ("#00584d", "#1a9e89", "#8fd0c3")

# How animals met a barrier.
BEHAVIOUR: Mapping[str, str] = {
    "quick_cross": "#1b7837",
    "average_movement": "#a6a6a6",
    "bounce": "#d01c8b",
    "back_and_forth": "#7b3294",
    "trace": "#e08214",
    "trapped": "#a5003f",
    "unknown": "#d9d9d9",
}

# What a scenario gains, strongest first; what it costs is drawn as a threat.
GAINED = ("#08458c", "#2b7bba", "#8fbfe0")
PLANNED = "#b3128c"
CUT_OFF = ("#d9d2d6", "#8a5a6c")  # tint, edge
WAY = "#1a1a1a"

BARRIER: Mapping[str, str] = {
    "road": "#4d4d4d",
    "rail": "#1f1f1f",
    "fence": "#7a4a00",
    "border": "#5b3a8c",
    "canal": "#1f78b4",
    "river": "#4a90c2",
    "pipeline": "#8a6d3b",
    "powerline": "#6a6a9a",
    "settlement": "#8f6f6f",
    "cropland": "#a39a45",
    "energy": "#6b4c9a",
    "other": "#8c8c8c",
}
BOUNDARY = "#54456e"
BOUNDARY_BAND = "#d9cfe8"

SEASON: Mapping[str, str] = {
    "spring": "#009e73",
    "autumn": "#d55e00",
    "winter": "#0072b2",
    "summer": "#e6a100",
    "other": "#c2c2c2",
}
# Migrations that a person named (season_names).
NAMED_SEASON = ("#009e73", "#d55e00")

NETWORK_EDGE = "#56616b"
NETWORK_CUT = "#a5003f"

# Strongest current first.
CURRENT = ("#7a0403", "#c8361b", "#f1803a", "#f6c76d", "#fbecc0")
# Low to high: easy ground is light.
RESISTANCE = ("#f4f1e4", "#dccfa8", "#b99e6b", "#8a6a3f", "#4f3a24")

# Most used cells first: dark to light, by the share of the use that the cells hold.
SURFACE = ("#3b0f4f", "#8a226a", "#d0456c", "#f58b5c", "#fcd8a0")


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green, blue (0-255) of ``#rrggbb``.

    Examples
    --------
    >>> rgb("#0a6a5a")
    (10, 106, 90)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def rgba(colour: str, alpha: float = 1.0) -> str:
    """Return ``#rrggbb`` as QGIS writes colours, ``alpha`` 0-1.

    Examples
    --------
    >>> rgba("#0a6a5a", 0.5)
    '10,106,90,128'
    """
    red, green, blue = rgb(colour)
    return f"{red},{green},{blue},{round(alpha * 255)}"


def season(name: str) -> str:
    """Return the colour of a season; a migration with a name of its own has one of two.

    Examples
    --------
    >>> season("spring") == SEASON["spring"], season("wet") in NAMED_SEASON
    (True, True)
    """
    return SEASON.get(name) or NAMED_SEASON[sum(name.encode()) % len(NAMED_SEASON)]
