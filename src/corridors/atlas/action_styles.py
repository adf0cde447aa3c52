"""How actions, borders and what is known of barriers look in QGIS."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from corridors.atlas import palette
from corridors.atlas.palette import rgba
from corridors.atlas.style_parts import PAPER, graded_line, layer_style
from corridors.formats.qml import (
    Label,
    LayerStyle,
    Rule,
    Symbol,
    hatch,
    line,
    marker,
    outline,
    quoted,
)

_BEHAVIOUR_WORDS: Mapping[str, str] = {
    "quick_cross": "Crossed quickly",
    "average_movement": "Moved as usual",
    "bounce": "Turned back",
    "back_and_forth": "Went back and forth",
    "trace": "Followed it",
    "trapped": "Trapped",
    "unknown": "Unknown",
}


def fence_sections(frame: pd.DataFrame) -> LayerStyle:
    """Return fence sections in green, the most passages per kilometre widest."""
    most = float(frame["gain_per_km"].max())
    return graded_line(
        frame,
        "gain_per_km",
        (
            (0.5 * most, palette.ACTION[0], 1.6, "Gains most passages per km"),
            (0.1 * most, palette.ACTION[1], 1.1, "At least a tenth of that"),
            (0.0, palette.ACTION[2], 0.7, "Less"),
        ),
        display='"what"',
    )


def crossing_sites(frame: pd.DataFrame) -> LayerStyle:
    """Return crossing sites as numbered arches, in the order in which to build them."""
    rules = []
    for kind, shape in (("road", "square"), ("rail", "diamond")):
        if (frame["kind"] == kind).any():
            symbol = Symbol((marker(shape, rgba(palette.ACTION[0]), 4.2, PAPER, 0.5),))
            words = f"Crossing structure, {'road' if kind == 'road' else 'railway'}"
            rules.append(Rule(words, f'"kind" = {quoted(kind)}', symbol))
    number = Label(
        'to_string("rank")', 9, rgba(palette.ACTION[0]), PAPER, "point", 3_000_000, bold=True
    )
    return layer_style(frame, "Point", rules, (number,), display='"what"')


def footprints(frame: pd.DataFrame) -> LayerStyle:
    """Return footprints to shift, hatched."""
    rules = []
    for kind in sorted(frame["kind"].unique()):
        colour = palette.BARRIER[kind]
        symbol = Symbol((hatch(rgba(colour), 0.4, 1.6, 45), outline(rgba(colour), 0.5)))
        rules.append(Rule(f"Shift: {kind}", f'"kind" = {quoted(kind)}', symbol))
    return layer_style(frame, "Polygon", rules, display='"what"')


def border_agreements(frame: pd.DataFrame) -> LayerStyle:
    """Return the stretches to agree on, wide under the boundary, disputed ones dashed."""
    return _stretches(frame, "passages_per_year")


def border_stretches(frame: pd.DataFrame) -> LayerStyle:
    """Return all stretches of the boundaries by what crosses them."""
    return _stretches(frame, "expected_per_year")


def _stretches(frame: pd.DataFrame, column: str) -> LayerStyle:
    most = float(frame[column].max()) if frame[column].notna().any() else 0.0
    rules = []
    for disputed, words in ((False, ""), (True, ", disputed line")):
        where = f'"type" {"=" if disputed else "!="} {quoted("disputed")} AND '
        own = frame[(frame["type"] == "disputed") == disputed]
        above, upper = float("inf"), ""
        dash = (2.2, 1.2) if disputed else ()
        for share, alpha, width, said in (
            (0.5, 0.95, 2.6, "Crossed most"),
            (0.1, 0.7, 1.8, "Crossed at least a tenth as often"),
            (0.0, 0.45, 1.1, "Crossed less or not at all"),
        ):
            low = share * most
            if ((own[column] >= low) & (own[column] < above)).any():
                symbol = Symbol((line(rgba(palette.BOUNDARY, alpha), width, dash),))
                rules.append(Rule(said + words, f'{where}"{column}" >= {low:g}{upper}', symbol))
            above, upper = low, f' AND "{column}" < {low:g}'
            if low == 0.0:
                break
        if own[column].isna().any():
            pale = Symbol((line(rgba(palette.MUTED, 0.6), 0.6, dash or (0.6, 1.0)),))
            rules.append(Rule(f"Nobody tracked here{words}", f'{where}"{column}" IS NULL', pale))
    return layer_style(frame, "Line", rules)


def behaviour(frame: pd.DataFrame) -> LayerStyle:
    """Return events at barriers as points by behaviour."""
    rules = []
    for name, words in _BEHAVIOUR_WORDS.items():
        if (frame["behaviour"] == name).any():
            colour = rgba(palette.BEHAVIOUR[name], 0.9)
            symbol = Symbol((marker("circle", colour, 2.2, PAPER, 0.2),))
            rules.append(Rule(words, f'"behaviour" = {quoted(name)}', symbol))
    return layer_style(frame, "Point", rules)


def behaviour_index(frame: pd.DataFrame) -> LayerStyle:
    """Return barrier segments by the share of the encounters that changed an animal's way."""
    return graded_line(
        frame,
        "altered_share",
        (
            (0.5, palette.THREAT[0], 1.4, "At least half of the encounters changed the way"),
            (0.2, palette.THREAT[1], 1.0, "A fifth to a half"),
            (0.0, palette.THREAT[3], 0.7, "Fewer"),
        ),
        unknown="Too few encounters to tell",
        display='"name"',
    )


def range_edges(frame: pd.DataFrame) -> LayerStyle:
    """Return barriers with nearly all of the use on one side, where the habitat is alike first."""
    rules = []
    for habitat, colour, words in (
        ("alike", palette.THREAT[1], "Use ends here, habitat alike: possibly a complete barrier"),
        ("unknown", palette.THREAT[2], "Use ends here, habitat not known"),
        ("different", palette.MUTED, "Use ends here, habitat differs too"),
    ):
        if (frame["habitat"] == habitat).any():
            symbol = Symbol((line(rgba(colour), 1.0, (0.4, 1.4)),))
            rules.append(Rule(words, f'"habitat" = {quoted(habitat)}', symbol))
    return layer_style(frame, "Line", rules, display='"name"')


def candidates(frame: pd.DataFrame) -> LayerStyle:
    """Return barriers that nobody could have met by what opening them gives, the first numbered.

    In the colours of gains, not of threats: what they block is unknown.
    """
    rules = []
    below = 0
    gained = frame["gain_share"] > 0
    for last, colour, width, dash, words in (
        (3, palette.GAINED[0], 1.4, (), "Opening connects most: places 1–3"),
        (10, palette.GAINED[1], 1.0, (), "Places 4–10"),
        (None, palette.GAINED[2], 0.6, (2.4, 1.0), "Lower places"),
    ):
        first, below = below + 1, last or 0
        if (gained & (frame["rank"] >= first) & (frame["rank"] <= (last or np.inf))).any():
            symbol = Symbol((line(PAPER, width + 0.8), line(rgba(colour), width, dash)))
            upper = f' AND "rank" <= {last}' if last else ""
            where = f'"gain_share" > 0 AND "rank" >= {first}{upper}'
            rules.append(Rule(words, where, symbol))
    pale = Symbol((line(rgba(palette.MUTED, 0.7), 0.4, (1.5, 1.2)),))
    if (frame["gain_share"] == 0).any():
        rules.append(Rule("Opening gives nothing", '"gain_share" = 0', pale))
    if frame["gain_share"].isna().any():
        rules.append(Rule("What opening gives is unknown", '"gain_share" IS NULL', pale))
    number = 'CASE WHEN "rank" <= 10 AND "gain_share" > 0 THEN to_string("rank") END'
    label = Label(number, 8.5, rgba(palette.GAINED[0]), PAPER, "point", 3_000_000, bold=True)
    return layer_style(frame, "Line", rules, (label,), display='"reason"')


def gains(frame: pd.DataFrame) -> LayerStyle:
    """Return barrier segments by how much opening each one would connect the ranges."""
    most = float(frame["gain_share"].max())
    if most <= 0:
        quiet = Symbol((line(rgba(palette.MUTED, 0.6), 0.4),))
        return layer_style(frame, "Line", [Rule("Gains nothing", "", quiet)], display='"name"')
    return graded_line(
        frame,
        "gain_share",
        (
            (0.5 * most, palette.GAINED[0], 1.6, "Connects the ranges most"),
            (0.1 * most, palette.GAINED[1], 1.1, "At least a tenth of that"),
            (0.0, palette.GAINED[2], 0.6, "Less"),
        ),
        display='"name"',
    )


STYLES: Mapping[str, Callable[[pd.DataFrame], LayerStyle]] = {
    "fence_sections": fence_sections,
    "crossing_sites": crossing_sites,
    "footprints": footprints,
    "border_agreements": border_agreements,
    "border_stretches": border_stretches,
    "behaviour": behaviour,
    "behaviour_index": behaviour_index,
    "range_edges": range_edges,
    "candidates": candidates,
    "gains": gains,
}
