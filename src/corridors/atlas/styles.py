"""How each published layer looks in QGIS.

One function per layer, from the rows that are published to a style: classes that do not occur are
not in the legend. Colours come from :mod:`corridors.atlas.palette` only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from corridors.atlas import action_styles, palette
from corridors.atlas.palette import rgba
from corridors.atlas.style_parts import (
    PAPER,
    SEASON_WORDS,
    chosen,
    layer_style,
    points_by_season,
    seasons_of,
)
from corridors.atlas.words.threats import GRADE_WORDS
from corridors.formats.qml import (
    Label,
    LayerStyle,
    Rule,
    Symbol,
    fill,
    hatch,
    line,
    marker,
    marker_line,
    outline,
    quoted,
)
from corridors.foundation.vocabulary import BARRIER_KINDS, CORRIDOR_CLASSES

# Share of the most that is missing at a place, from which on a place is drawn so wide, mm.
MISSING_CLASSES: tuple[tuple[float, float, str], ...] = (
    (0.5, 1.9, "at least half of the most missing"),
    (0.1, 1.2, "at least a tenth of it"),
    (0.0, 0.7, "less"),
)
# Grades that carry harm, and so have widths and numbers.
HARM = ("act", "look_on_site")
LABELLED_RANKS = 10
_QUIET_MM: Mapping[str, float] = {"nothing_seen": 0.5, "not_known": 0.4}
_RANK_WIDTHS: tuple[tuple[float, float, str], ...] = (
    (3, 1.9, "rank 1–3"),
    (10, 1.2, "rank 4–10"),
    (float("inf"), 0.7, "lower rank"),
)


def most_missing(frame: pd.DataFrame) -> float:
    """Return the most that is missing at a place with harm; 0 without any."""
    missing = frame.loc[frame["grade"].isin(HARM), "missing_per_year"]
    return float(np.nan_to_num(missing.max())) if len(missing) else 0.0


def threats(frame: pd.DataFrame) -> LayerStyle:
    """Return places by grade and, where there is harm, as wide as much is missing.

    The first ten of these have their number with its interval.
    """
    most, above = most_missing(frame), ""
    widths = []
    for share, width, words in MISSING_CLASSES:
        least = share * most
        widths.append((f'"missing_per_year" >= {least!r}{above}', width, words))
        above = f' AND "missing_per_year" < {least!r}'
        if not least:
            break
    between = 'to_string(round("rank_from")) || \'–\' || to_string(round("rank_to"))'
    return _by_grade(frame, widths, "rank", f" || ' (' || {between} || ')'")


def atlas_threats(frame: pd.DataFrame) -> LayerStyle:
    """Return places of all herds by grade, and as wide as their rank among comparable ones."""
    below, widths = 0.0, []
    for last, width, words in _RANK_WIDTHS:
        upper = "" if last == float("inf") else f' AND "atlas_rank" <= {last:g}'
        widths.append((f'"atlas_rank" > {below:g}{upper}', width, words))
        below = last
    return _by_grade(frame, widths, "atlas_rank", "")


def _by_grade(
    frame: pd.DataFrame, widths: list[tuple[str, float, str]], rank: str, interval: str
) -> LayerStyle:
    rules = []
    for grade, said in GRADE_WORDS.items():
        colour = palette.GRADE[grade]
        for planned in (False, True):
            own = frame[(frame["grade"] == grade) & ((frame["status"] == "planned") == planned)]
            if own.empty:
                continue
            where = f'"grade" = {quoted(grade)} AND "status" {"=" if planned else "!="} '
            where += quoted("planned")
            words = f"{said}, planned" if planned else said
            dash = (2.2, 1.2) if planned else ()
            if grade not in HARM:
                dots = (0.4, 1.0) if grade == "not_known" else dash
                symbol = Symbol((line(rgba(colour), _QUIET_MM[grade], dots),))
                rules.append(Rule(words, where, symbol))
                continue
            for which, width, size in widths:
                if chosen(own, which).any():
                    symbol = _numbered(colour, width, dash)
                    rules.append(Rule(f"{words}: {size}", f"{where} AND {which}", symbol))
    harm = " OR ".join(f'"grade" = {quoted(grade)}' for grade in HARM)
    number = f'to_string(round("{rank}")){interval}'
    return layer_style(
        frame,
        "Line",
        rules,
        (
            Label(
                f'CASE WHEN "{rank}" <= {LABELLED_RANKS} AND ({harm}) THEN {number} END',
                9,
                rgba(palette.INK),
                PAPER,
                "point",
                3_000_000,
                bold=True,
                priority_expression=f'max(0, 10.5 - "{rank}" / 2)',
            ),
        ),
        order_by=f'coalesce("{rank}", 1000000)',
        display=f"coalesce(to_string(round(\"{rank}\")) || '. ', '') || \"name\"",
    )


def _numbered(colour: str, width: float, dash: tuple[float, ...]) -> Symbol:
    """Return a line with a dot at its middle, where its number stands."""
    layers = (
        line(PAPER, width + 0.9),
        line(rgba(colour), width, dash),
        marker_line("centralpoint"),
    )
    dot = Symbol((marker("circle", rgba(colour), 1.2 + width, PAPER, 0.3),))
    return Symbol(layers, 0, {2: dot})


def threat_segments(frame: pd.DataFrame) -> LayerStyle:
    """Return the segments of places in the colours of their grades."""
    rules = []
    for grade, said in GRADE_WORDS.items():
        if (frame["grade"] == grade).any():
            symbol = Symbol((line(PAPER, 1.0), line(rgba(palette.GRADE[grade]), 0.5)))
            rules.append(Rule(said, f'"grade" = {quoted(grade)}', symbol))
    return layer_style(frame, "Line", rules, display='"name"')


def corridors(frame: pd.DataFrame) -> LayerStyle:
    """Return corridor classes from light to dark; all migrations on, single seasons off."""
    return _corridor_style(frame, palette.CORRIDOR, palette.CORRIDOR_OUTLINE, 0.8)


def modelled(frame: pd.DataFrame) -> LayerStyle:
    """Return the modelled corridor in grey-blue with dashed outlines: not observed."""
    if set(frame["corridor_class"]) != {"low"}:
        return _corridor_style(frame, palette.MODELLED, palette.MODELLED_OUTLINE, 0.75, dashed=True)
    edge = rgba(palette.MODELLED_OUTLINE)
    symbol = Symbol(
        (fill(rgba(palette.MODELLED["low"]), edge, 0.0), outline(edge, 0.3, (2.2, 1.1)))
    )
    rules = [Rule("Modelled, nobody tracked", "", symbol)]
    return layer_style(frame, "Polygon", rules, opacity=0.75)


def expert_corridor(frame: pd.DataFrame) -> LayerStyle:
    """Return the expert's corridor in olive with dashed outlines: drawn, not observed."""
    return _corridor_style(frame, palette.EXPERT, palette.EXPERT_OUTLINE, 0.75, dashed=True)


def bottlenecks(frame: pd.DataFrame) -> LayerStyle:
    """Return lines across the route, labelled with how wide the use is."""
    colour = rgba(palette.BOTTLENECK)
    symbol = Symbol((line(PAPER, 2.2), line(colour, 1.2)))
    step = '(CASE WHEN "width_m" < 1000 THEN 10 ELSE 100 END)'  # two significant digits
    width = f"format_number(round(\"width_m\" / {step}) * {step}, 0) || ' m'"
    label = Label(width, 8.5, colour, PAPER, "point", 3_000_000)
    return layer_style(frame, "Line", [Rule("Bottleneck", "", symbol)], (label,), display=width)


def stopovers(frame: pd.DataFrame) -> LayerStyle:
    """Return hatched stopovers."""
    rules = []
    seasons = seasons_of(frame)
    # The two migrations of a year are hatched against each other.
    second = {"autumn", *[season for season in seasons if season not in SEASON_WORDS][1:]}
    for season in seasons:
        angle = 135 if season in second else 45
        symbol = Symbol(
            (
                hatch(rgba(palette.STOPOVER, 0.75), 0.16, 1.4, angle),
                outline(rgba(palette.STOPOVER, 0.75), 0.18),
            )
        )
        words = SEASON_WORDS.get(season, season)
        rules.append(Rule(words, f'"season" = {quoted(season)}', symbol))
    return layer_style(frame, "Polygon", rules, display='"stopover"')


def ranges(frame: pd.DataFrame) -> LayerStyle:
    """Return winter ranges in blue and summer ranges in orange tints, the core stronger."""
    rules = []
    outer = frame["isopleth"].max()
    for season in dict.fromkeys(["winter", "summer", *sorted(frame["season"].unique())]):
        here = frame[frame["season"] == season]
        tint, core, edge = palette.RANGE.get(season, palette.RANGE_OTHER)
        words = SEASON_WORDS.get(season, season)
        where = f'"season" = {quoted(season)} AND '
        for level, isopleth in enumerate(sorted(here["isopleth"].dropna().unique(), reverse=True)):
            inner = isopleth < outer
            symbol = Symbol(
                (fill(rgba(core if inner else tint, 0.85), rgba(edge, 0.9), 0.2),), level
            )
            rules.append(
                Rule(
                    f"{words} range, {isopleth:.0%} of the use".replace("%", " %"),
                    f'{where}abs("isopleth" - {isopleth:g}) < 0.0001',
                    symbol,
                )
            )
        if here["isopleth"].isna().any():
            symbol = Symbol(
                (
                    fill(rgba(tint, 0.7), rgba(edge), 0.0),
                    outline(rgba(edge), 0.4, (2.4, 1.4)),
                ),
                9,
            )
            rules.append(
                Rule(f"{words} range drawn by an expert", f'{where}"isopleth" IS NULL', symbol)
            )
    label = Label(
        'CASE WHEN "isopleth" IS NULL OR "isopleth" = maximum("isopleth") THEN '
        "title(\"season\") || ' range' END",
        8.5,
        rgba(palette.MUTED),
        PAPER,
        "inside",
        4_000_000,
    )
    return layer_style(frame, "Polygon", rules, (label,))


def segments(frame: pd.DataFrame) -> LayerStyle:
    """Return barrier segments by kind: planned dashed, removed dotted, pale where no data are."""
    rules = []
    for kind in BARRIER_KINDS:
        colour = palette.BARRIER[kind]
        here = frame["kind"] == kind
        for status, words, dash in (
            ("existing", "", ()),
            ("planned", " (planned)", (2.0, 1.2)),
            ("removed", " (removed)", (0.4, 1.2)),
        ):
            chosen = here & (frame["status"] == status)
            where = f'"kind" = {quoted(kind)} AND "status" = {quoted(status)}'
            if (chosen & frame["has_data"]).any():
                symbol = _barrier_symbol(kind, rgba(colour), dash)
                rules.append(Rule(kind.capitalize() + words, f'{where} AND "has_data"', symbol))
            if (chosen & ~frame["has_data"]).any():
                pale = Symbol((line(rgba(colour, 0.4), 0.25, dash),))
                label = f"{kind.capitalize()}{words}, nobody tracked here"
                rules.append(Rule(label, f'{where} AND NOT "has_data"', pale))
    name = Label('"name"', 7, rgba(palette.MUTED), PAPER, "curved", 250_000)
    return layer_style(frame, "Line", rules, (name,), display='"name"')


def exposure(frame: pd.DataFrame) -> LayerStyle:
    """Return areal pressures by kind, ruled at the edge."""
    rules = []
    for kind in (kind for kind in BARRIER_KINDS if (frame["kind"] == kind).any()):
        colour = palette.BARRIER[kind]
        symbol = Symbol((fill(rgba(colour, 0.45), rgba(colour), 0.0), outline(rgba(colour), 0.3)))
        rules.append(Rule(kind.capitalize(), f'"kind" = {quoted(kind)}', symbol))
    name = Label('"name"', 7, rgba(palette.MUTED), PAPER, "inside", 250_000)
    return layer_style(frame, "Polygon", rules, (name,), display='"name"')


def boundary(frame: pd.DataFrame) -> LayerStyle:
    """Return state boundaries dash-dotted on a pale band, a state's name on its own side."""
    symbol = Symbol(
        (
            line(rgba(palette.BOUNDARY_BAND, 0.75), 1.8),
            line(rgba(palette.BOUNDARY), 0.45, (4.5, 1.3, 0.6, 1.3)),
        )
    )
    colour = rgba(palette.BOUNDARY)
    labels = (
        Label('upper("left_state")', 8, colour, PAPER, "left", 20_000_000, False, 7),
        Label('upper("right_state")', 8, colour, PAPER, "right", 20_000_000, False, 7),
    )
    worth = ", ".join(sorted({str(label) for label in frame["label"] if label}))
    name = f"State boundary ({worth})" if worth else "State boundary"
    return layer_style(frame, "Line", [Rule(name, "", symbol)], labels, display='"length_words"')


def crossings(frame: pd.DataFrame) -> LayerStyle:
    """Return observed crossings as small points by season."""
    return points_by_season(frame, "circle", 1.5)


def border_crossings(frame: pd.DataFrame) -> LayerStyle:
    """Return observed crossings of state boundaries as diamonds by season."""
    return points_by_season(frame, "diamond", 2.1)


def network_edges(frame: pd.DataFrame) -> LayerStyle:
    """Return links by their share of the least-cost ways, those without alternative in red."""
    rules = []
    for is_cut, colour, words in (
        (True, palette.NETWORK_CUT, "Only link: its loss separates the ranges"),
        (False, palette.NETWORK_EDGE, "Link with alternatives"),
    ):
        own = frame.loc[frame["is_cut"] == is_cut, "betweenness"]
        which = '"is_cut"' if is_cut else 'NOT "is_cut"'
        above, upper = float("inf"), ""
        for lowest, width, share in (
            (0.5, 1.1, "on half of the least-cost ways or more"),
            (0.000001, 0.7, "on fewer"),
            (0.0, 0.35, "on none"),
        ):
            if ((own >= lowest) & (own < above)).any():
                dash = () if lowest else (1.2, 1.2)
                symbol = Symbol((line(PAPER, width + 0.5), line(rgba(colour, 0.9), width, dash)))
                where = f'{which} AND "betweenness" >= {lowest:f}{upper}'
                rules.append(Rule(f"{words}, {share}", where, symbol))
            above, upper = lowest, f' AND "betweenness" < {lowest:f}'
        if own.isna().any():
            plain = Symbol((line(rgba(colour, 0.9), 0.35, (1.2, 1.2)),))
            rules.append(
                Rule("Link, no ranges to join", f'{which} AND "betweenness" IS NULL', plain)
            )
    flux = "'Along it: ' || round(100 * \"flux\") || ' % of the migrations. ' "
    missing = "'Missing: ' || round(100 * \"missing_share\") || ' % of the passages.'"
    told = f"coalesce({flux}, '') || coalesce({missing}, '')"
    return layer_style(frame, "Line", rules, display=told)


def network_nodes(frame: pd.DataFrame) -> LayerStyle:
    """Return nodes of the network: ranges large, stopovers small."""
    rules = []
    for kind in sorted(frame["kind"].unique()):
        colour = palette.RANGE[kind][2] if kind in palette.RANGE else palette.STOPOVER
        size = 3.4 if kind in palette.RANGE else 2.2
        symbol = Symbol((marker("circle", rgba(colour), size, PAPER, 0.4),))
        words = f"{kind.capitalize()} range" if kind in palette.RANGE else kind.capitalize()
        rules.append(Rule(words, f'"kind" = {quoted(kind)}', symbol))
    return layer_style(frame, "Point", rules)


def table(frame: pd.DataFrame) -> LayerStyle:
    """Return readable column names of a table without geometry."""
    return layer_style(frame, "No geometry", ())


STYLES: Mapping[str, Callable[[pd.DataFrame], LayerStyle]] = {
    "threats": threats,
    "atlas_threats": atlas_threats,
    "threat_segments": threat_segments,
    "segments": segments,
    "exposure": exposure,
    "boundary": boundary,
    "border_crossings": border_crossings,
    "crossings": crossings,
    "network_nodes": network_nodes,
    "network_edges": network_edges,
    "bottlenecks": bottlenecks,
    "stopovers": stopovers,
    "corridors": corridors,
    "modelled_corridor": modelled,
    "expert_corridor": expert_corridor,
    "ranges": ranges,
    **action_styles.STYLES,
    "crossings_by_season": table,
    "national_shares": table,
    "zone_shares": table,
    "permeability": table,
    "selection": table,
    "drivers": table,
    "fact_sheet": table,
    "migration_facts": table,
    "legs": table,
    "sufficiency": table,
    "skill": table,
    "fidelity": table,
    "about": table,
}


def _corridor_style(
    frame: pd.DataFrame,
    colours: Mapping[str, str],
    edge: str,
    opacity: float,
    *,
    dashed: bool = False,
) -> LayerStyle:
    dash = (2.2, 1.1) if dashed else ()
    present = seasons_of(frame)
    groups = []
    for season in present:
        classes = []
        for level, name in enumerate(CORRIDOR_CLASSES):
            if not ((frame["season"] == season) & (frame["corridor_class"] == name)).any():
                continue
            symbol = Symbol(
                (
                    fill(rgba(colours[name]), rgba(edge), 0.0),
                    outline(rgba(edge, 0.8), 0.18 if not dashed else 0.3, dash),
                ),
                level + 1,
            )
            classes.append(
                Rule(f"{name.capitalize()} use", f'"corridor_class" = {quoted(name)}', symbol)
            )
        groups.append(
            Rule(
                SEASON_WORDS.get(season, season),
                f'"season" = {quoted(season)}',
                rules=tuple(classes),
                checked=season == present[0],
            )
        )
    return layer_style(frame, "Polygon", groups, opacity=opacity)


def _barrier_symbol(kind: str, colour: str, dash: tuple[float, ...]) -> Symbol:
    if kind == "fence" and not dash:
        cross = Symbol((marker("cross2", colour, 1.2, colour, 0.2),))
        return Symbol((line(colour, 0.3), marker_line("interval", 6.0)), 0, {1: cross})
    if kind == "rail" and not dash:
        return Symbol((line(colour, 0.8), line(PAPER, 0.45, (1.6, 1.6))))
    if kind in {"road", "canal", "river"} and not dash:
        return Symbol((line(PAPER, 0.85), line(colour, 0.5)))
    return Symbol((line(colour, 0.4, dash),))
