"""The map layers of a scenario and how each looks in QGIS."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from corridors.atlas import palette, styles
from corridors.atlas.layers import LayerPlan
from corridors.atlas.palette import rgba
from corridors.atlas.style_parts import PAPER, layer_style
from corridors.formats.qml import (
    Label,
    LayerStyle,
    Rule,
    Symbol,
    fill,
    hatch,
    line,
    outline,
    quoted,
)

# Shares of the largest change, from which on a change is drawn so, and width in mm.
CHANGE_CLASSES: tuple[tuple[float, float, str], ...] = (
    (0.5, 1.5, "at least half of the largest change"),
    (0.1, 1.0, "at least a tenth of it"),
    (0.0, 0.6, "less"),
)

# Top of the map first.
LAYERS: tuple[LayerPlan, ...] = (
    LayerPlan(
        "difference",
        "What would change",
        "Scenario",
        "Places whose missing passages per year or rank differ between today and the "
        "scenario; empty values are unknown, which is not none.",
    ),
    LayerPlan("planned", "Planned lines", "Scenario", "Lines that the scenario adds."),
    LayerPlan(
        "ways",
        "Least-cost way between the ranges",
        "Scenario",
        "The cheapest way that crosses no closed line, today and in the scenario.",
        visible=False,
    ),
    LayerPlan(
        "fragments_after",
        "Pieces of the corridor in the scenario",
        "Corridor",
        "The low class cut by closed lines; a piece that holds ground of both ranges joins them.",
        style="fragments",
    ),
    LayerPlan(
        "fragments_before",
        "Pieces of the corridor today",
        "Corridor",
        "The low class cut by lines that are closed today.",
        visible=False,
        style="fragments",
    ),
    LayerPlan(
        "segments",
        "Barriers in the scenario",
        "Barriers",
        "Management segments of barriers as the scenario has them.",
    ),
    LayerPlan(
        "corridors",
        "Migration corridor",
        "Corridor",
        "Low, medium and high use; the same today and in the scenario.",
    ),
    LayerPlan("ranges", "Seasonal ranges", "Seasonal ranges", "Winter and summer ranges."),
    LayerPlan("measures", "What the herd gains or loses", "Tables", "Measures of the whole herd."),
    LayerPlan("about", "About these data", "Tables", "What the scenario assumes, and who says so."),
)


BEFORE_AFTER_LAYERS: tuple[LayerPlan, ...] = (
    LayerPlan(
        "passages",
        "Passages before and after",
        "Before and after",
        "Passages per animal and year over each segment of the line's place.",
    ),
    *(plan for plan in LAYERS if plan.name in ("corridors", "ranges")),
    LayerPlan(
        "before_after",
        "Before and after",
        "Tables",
        "Measures of the herd before and after, with intervals over animals.",
        style="measures",
    ),
    LayerPlan("about", "About these data", "Tables", "What is compared, and who says so."),
)


def largest(frame: pd.DataFrame) -> float:
    """Return the largest change of missing passages in either direction, 0 without any."""
    return float(np.nan_to_num(frame["missing_change"].abs().max()))


def difference(frame: pd.DataFrame) -> LayerStyle:
    """Return lines by the change of missing passages: red more, blue fewer, grey rank only."""
    most = largest(frame)
    change = frame["missing_change"].to_numpy(float)
    touched = (frame["change"] != "").to_numpy()
    rules = []
    for sign, words, colours in (
        (1.0, "More missing", palette.THREAT),
        (-1.0, "Fewer missing", palette.GAINED),
    ):
        above = float("inf")
        for (share, width, size), colour in zip(CHANGE_CLASSES, colours, strict=False):
            low, high, above = share * most, above, share * most
            size_of = sign * change
            inside = (size_of > 0) & (size_of >= low) & (size_of < high)
            if not inside.any():
                continue
            expression = f'{"" if sign > 0 else "-"}"missing_change"'
            where = f"{expression} > 0 AND {expression} >= {low!r}"
            where += "" if high == float("inf") else f" AND {expression} < {high!r}"
            symbol = Symbol((line(PAPER, width + 0.9), line(rgba(colour), width)), 1)
            rules.append(Rule(f"{words}: {size}", where, symbol))
    same = change == 0
    for is_touched, words, dash in (
        (True, "As many as today", ()),
        (False, "Only the rank differs", (0.8, 0.8)),
    ):
        if (same & (touched == is_touched)).any():
            sign_of = "<>" if is_touched else "="
            where = f'"missing_change" = 0 AND "change" {sign_of} \'\''
            quiet = Symbol((line(rgba(palette.MUTED), 0.35, dash),))
            rules.append(Rule(words, where, quiet, checked=is_touched))
    if np.isnan(change).any():
        pale = Symbol((line(rgba(palette.MUTED, 0.8), 0.5, (0.4, 1.0)),))
        rules.append(Rule("Nobody met it: unknown", '"missing_change" IS NULL', pale))
    number = 'format_number(abs("missing_change"), 2)'
    shown = f'abs("missing_change") >= {0.1 * most!r} AND "missing_change" <> 0'
    plus = "CASE WHEN \"missing_change\" > 0 THEN '+' ELSE '−' END"
    label = Label(
        f"CASE WHEN {shown} THEN {plus} || {number} END",
        8.5,
        rgba(palette.INK),
        PAPER,
        "point",
        1_000_000,
        bold=True,
        priority_expression="10",
    )
    return layer_style(frame, "Line", rules, (label,), display='"in_words"')


def planned(frame: pd.DataFrame) -> LayerStyle:
    """Return what is planned dashed in a colour of its own."""
    symbol = Symbol((line(PAPER, 1.3), line(rgba(palette.PLANNED), 0.7, (2.6, 1.2))))
    name = Label('"name"', 8, rgba(palette.PLANNED), PAPER, "curved", 1_000_000)
    return layer_style(frame, "Line", [Rule("Planned", "", symbol)], (name,), display='"name"')


def ways(frame: pd.DataFrame) -> LayerStyle:
    """Return the way of today as a line, that of the scenario dashed."""
    rules = []
    for state, words, dash in (("before", "Today", ()), ("after", "In the scenario", (1.8, 1.2))):
        if (frame["state"] == state).any():
            layers = (line(PAPER, 0.8), line(rgba(palette.WAY), 0.35, dash))
            symbol = Symbol(layers, int(bool(dash)))
            where = f'"state" = {quoted(state)}'
            rules.append(Rule(words, where, symbol, checked=state == "after"))
    return layer_style(frame, "Line", rules)


def fragments(frame: pd.DataFrame) -> LayerStyle:
    """Return pieces that join the ranges in the corridor's colour, others hatched."""
    rules = []
    tint, edge = palette.CUT_OFF
    if frame["is_joined"].any():
        colour = rgba(palette.CORRIDOR_OUTLINE)
        symbol = Symbol(
            (fill(rgba(palette.CORRIDOR["low"], 0.6), colour, 0.0), outline(colour, 0.3))
        )
        rules.append(Rule("Joins the ranges", '"is_joined"', symbol))
    if (~frame["is_joined"]).any():
        symbol = Symbol(
            (
                fill(rgba(tint, 0.7), rgba(edge), 0.0),
                hatch(rgba(edge, 0.8), 0.2, 1.8, 45),
                outline(rgba(edge), 0.35),
            )
        )
        rules.append(Rule("Cut off", 'NOT "is_joined"', symbol))
    return layer_style(frame, "Polygon", rules, opacity=0.85)


def passages(frame: pd.DataFrame) -> LayerStyle:
    """Return the line's place by the change of passages: blue more, red fewer."""
    change = frame["passages_change"].to_numpy(float)
    rules = []
    for holds, where, words, colour, width in (
        (change > 0, '"passages_change" > 0', "More passages after", palette.GAINED[1], 1.2),
        (change < 0, '"passages_change" < 0', "Fewer passages after", palette.THREAT[1], 1.2),
        (change == 0, '"passages_change" = 0', "As many", palette.MUTED, 0.4),
    ):
        if holds.any():
            symbol = Symbol((line(PAPER, width + 0.8), line(rgba(colour), width)))
            rules.append(Rule(words, where, symbol))
    if np.isnan(change).any():
        pale = Symbol((line(rgba(palette.MUTED, 0.8), 0.5, (0.4, 1.0)),))
        rules.append(Rule("Not tracked in both periods", '"passages_change" IS NULL', pale))
    words = 'format_number("passages_before", 2) || \' → \' || format_number("passages_after", 2)'
    shown = '"passages_before" >= 0.05 OR "passages_after" >= 0.05'
    label = Label(
        f"CASE WHEN {shown} THEN {words} END", 8, rgba(palette.INK), PAPER, "point", 500_000
    )
    return layer_style(frame, "Line", rules, (label,), display='"segment"')


STYLES: Mapping[str, Callable[[pd.DataFrame], LayerStyle]] = {
    "difference": difference,
    "planned": planned,
    "ways": ways,
    "fragments": fragments,
    "passages": passages,
    "measures": styles.table,
    **{name: styles.STYLES[name] for name in ("segments", "corridors", "ranges", "about")},
}
