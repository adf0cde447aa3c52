"""Compare a scenario with the study as it is: tables and measures of the herd."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from corridors.atlas.styles import LABELLED_RANKS
from corridors.atlas.tier import refuse_what_would_show_one_animal
from corridors.barriers.sources import is_jurisdiction
from corridors.foundation import tables
from corridors.foundation.artefacts import Progress
from corridors.foundation.crs import GEOGRAPHIC, geodesic_area_km2, to_geographic, to_working
from corridors.foundation.facts import Remark, Unit
from corridors.foundation.facts.circuit import CircuitFacts
from corridors.foundation.facts.difference import DifferenceFacts, MeasureFacts
from corridors.foundation.vocabulary import DifferenceMeasure, DifferenceReason, NoWay
from corridors.habitat.detour import Ways, closed_cells, ways_around
from corridors.habitat.layers import cells_in
from corridors.habitat.ranges import ENDS, ranges_of
from corridors.stages.intersect.tracked import corridor_of
from corridors.stages.scenario.difference.products import Shown, products
from corridors.stages.scenario.difference.stage import Inputs, Results, Settings
from corridors.stages.scenario.difference.states import State, both_states
from corridors.threats.fragments import Fragments, fragments
from corridors.threats.scenarios import difference

ALL = "all"
_TEXTS = (
    "threat", "threat_before", "herd", "name", "kind", "class", "change", "status",
    "corridor_class", "segments", "grade_before", "grade_after", "unit", "population_source",
)  # fmt: skip
_STATES = ("before", "after")
_MAX_EDGE_DEG = 0.02
# A measure, its value before and after, the interval of its change, and why it is unknown.
_Measured: TypeAlias = tuple[
    DifferenceMeasure, Sequence[float], tuple[float, float], DifferenceReason
]


def compared(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `difference` leaves."""
    ((name, scenario),) = settings.scenarios.items()
    refuse_what_would_show_one_animal(
        settings.publish.tier,
        n_animals=inputs.ranking.n_animals,
        corridors=inputs.corridors.read(),
    )
    before, after = both_states(inputs, settings, closed_below=scenario.closed_below)
    progress("differences of the ranking", 0.1)
    changed, totals = _difference(inputs, settings, before, after)
    progress("fragments of the corridor", 0.3)
    corridor = corridor_of(inputs.corridors, inputs.modelled)
    ends, reason = _ends(inputs)
    pieces = _fragments(inputs, settings, corridor, ends, (before, after))
    progress("ways around closed lines", 0.5)
    ways, lines = _ways(inputs, ends, (before, after))
    layer = _fragment_layer(settings.herd, inputs.clean.crs, pieces)
    facts = DifferenceFacts(
        herd=settings.herd,
        scenario=name,
        title=scenario.title or name,
        closed_below=scenario.closed_below,
        unit=totals.unit,
        n_differences=len(changed),
        n_touched=int((changed["change"] != "").sum()),
        measures=_measures(inputs, totals, pieces, ways, reason),
        notes=_notes(changed, ways),
    )
    progress("layers and page", 0.7)
    shown = Shown(changed, layer, corridor, lines)
    return products(inputs, settings, name, scenario, facts, shown)


@dataclass(frozen=True)
class Totals:
    """Missing passages of the herd before and after, the interval of the change, and its parts."""

    unit: Unit
    before: float
    after: float
    p05: float
    p95: float
    newly: float
    gained: float


def _difference(
    inputs: Inputs, settings: Settings, before: State, after: State
) -> tuple[gpd.GeoDataFrame, Totals]:
    """Return DIFFERENCE, and the herd's totals before, after and of the change."""
    unit, is_tracked = inputs.ranking.unit, inputs.ranking.n_animals > 0
    segments = after.segments[~is_jurisdiction(after.segments)].reset_index(drop=True)
    frame, (low, high) = difference(
        segments,
        before.side,
        after.side,
        inputs.alterations.read(),
        added=~segments["segment"].isin(before.segments["segment"]).to_numpy(),
        herd=settings.herd,
        unit=unit,
        watched_ranks=LABELLED_RANKS,
    )
    frame = tables.typed(frame[list(tables.DIFFERENCE.columns)], tables.DIFFERENCE)
    moved = frame["missing_change"]
    whole = [float(state.side.threats["missing_per_year"].sum()) for state in (before, after)]
    totals = Totals(
        unit=unit,
        before=whole[0] if is_tracked else np.nan,
        after=whole[1] if is_tracked else np.nan,
        p05=low,
        p95=high,
        newly=float(moved.clip(lower=0).sum()) if is_tracked else np.nan,
        gained=float(-moved.clip(upper=0).sum()) + 0.0 if is_tracked else np.nan,
    )
    return frame.astype(dict.fromkeys(_TEXTS, str)), totals


def _ends(
    inputs: Inputs,
) -> tuple[tuple[BaseGeometry, BaseGeometry] | None, NoWay | Literal[""]]:
    """Return winter and summer range, planar, or why there are none."""
    ranges = ranges_of(inputs.ranges.read(), inputs.clean.crs)
    if ranges.lacking:
        return None, ranges.lacking
    return (ranges.shapes[ENDS[0]], ranges.shapes[ENDS[1]]), ""


def _fragments(
    inputs: Inputs,
    settings: Settings,
    corridor: gpd.GeoDataFrame,
    ends: tuple[BaseGeometry, BaseGeometry] | None,
    states: tuple[State, State],
) -> dict[str, tuple[Fragments, float, float]]:
    """Return state -> pieces, share of the use of the low and of the high class cut off."""
    low = corridor[corridor["corridor_class"] == "low"]
    if ends is None or low.empty:
        return {}
    shape = to_working(low.geometry.iloc[0], inputs.clean.crs, max_edge_deg=_MAX_EDGE_DEG)
    population = inputs.population.read()
    own = population[population["season"] == ALL]
    cell_m = inputs.clean.cell_m
    cells = (own[["col", "row"]].to_numpy(float) + 0.5) * cell_m
    mass = own["mass"].to_numpy(float)
    needed = corridor.loc[corridor["corridor_class"] == "high", "n_animals"]
    least = float(needed.iloc[0]) if len(needed) else np.inf
    is_high = own["n_animals"].to_numpy() >= least
    out = {}
    for state, lines in zip(_STATES, states, strict=True):
        found = fragments(
            shape,
            lines.closed,
            ends,
            cells,
            mass,
            min_area_m2=settings.delineate.min_area_m2,
        )
        out[state] = (found, found.cut_off(mass), found.cut_off(np.where(is_high, mass, 0.0)))
    return out


def _fragment_layer(
    herd: str, crs: str, pieces: dict[str, tuple[Fragments, float, float]]
) -> gpd.GeoDataFrame:
    rows = []
    for state, (found, *_) in pieces.items():
        polygons: list[BaseGeometry] = found.polygons.tolist()
        for number, polygon in enumerate(polygons):
            shape = to_geographic(polygon, crs)
            rows.append(
                {
                    "fragment": f"{state}-{number + 1}",
                    "herd": herd,
                    "state": state,
                    "area_km2": geodesic_area_km2(shape),
                    "mass_share": float(found.mass[number]),
                    "is_joined": bool(found.is_joined[number]),
                    "geometry": shapely.make_valid(shape),
                }
            )
    if not rows:
        return tables.empty(tables.FRAGMENTS)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC)


def _ways(
    inputs: Inputs,
    ends: tuple[BaseGeometry, BaseGeometry] | None,
    states: tuple[State, State],
) -> tuple[dict[str, Ways], dict[str, BaseGeometry]]:
    """Return the ways of each state, and their lines where there are any."""
    ways: dict[str, Ways] = {}
    lines: dict[str, BaseGeometry] = {}
    if ends is None:
        return ways, lines
    resistance, grid = inputs.resistance.read(inputs.clean.crs)
    first, second = (cells_in(shape, grid) for shape in ends)
    x, y = grid.centres()
    for state, own in zip(_STATES, states, strict=True):
        closed = closed_cells(own.closed, grid)
        ways[state] = ways_around(resistance, first, second, closed, cell_m=grid.cell_m)
        paths = [path for path in ways[state].paths if len(path) > 1]
        if paths:
            drawn = [np.stack([x[path[:, 1]], y[path[:, 0]]], axis=1) for path in paths]
            lines[state] = to_geographic(shapely.MultiLineString(drawn), inputs.clean.crs)
    return ways, lines


def _measures(
    inputs: Inputs,
    totals: Totals,
    pieces: dict[str, tuple[Fragments, float, float]],
    ways: dict[str, Ways],
    reason: NoWay | Literal[""],
) -> list[MeasureFacts]:
    """Return what the herd gains or loses: measure, before, after, interval, reason."""
    nothing: DifferenceReason = reason or "no_corridor"
    unknown = (np.nan, np.nan)
    n = [len(pieces[s][0].polygons) if s in pieces else np.nan for s in _STATES]
    low = [pieces[s][1] if s in pieces else np.nan for s in _STATES]
    high = [pieces[s][2] if s in pieces else np.nan for s in _STATES]
    km, cost, no_way, without = _of_ways(ways)
    (flow_before, why_before), (flow_after, why_after) = (
        _resistance(side.circuit) for side in (inputs.today, inputs.planned)
    )
    untracked: DifferenceReason = "" if np.isfinite(totals.before) else "untracked"
    rows: list[_Measured] = [
        ("missing", (totals.before, totals.after), (totals.p05, totals.p95), untracked),
        ("newly_missing", (0.0, totals.newly), unknown, untracked),
        ("gained", (0.0, totals.gained), unknown, untracked),
        ("cut_off", low, unknown, nothing),
        ("cut_off_high", high, unknown, "no_high_class" if pieces else nothing),
        ("pieces", n, unknown, nothing),
        ("way", km, unknown, reason or no_way),
        ("way_cost", cost, unknown, reason or no_way),
        ("without_way", without, unknown, reason or "ranges_overlap"),
        ("effective_resistance", (flow_before, flow_after), unknown, why_after or why_before),
    ]
    out = []
    for measure, (first, second), (low_end, high_end), why in rows:
        is_known = bool(np.isfinite(first) and np.isfinite(second))
        out.append(
            MeasureFacts(
                measure=measure,
                before=_or_none(first),
                after=_or_none(second),
                change=_or_none(second - first),
                change_p05=_or_none(low_end),
                change_p95=_or_none(high_end),
                reason="" if is_known else why,
            )
        )
    return out


def _of_ways(
    ways: dict[str, Ways],
) -> tuple[list[float], list[float], DifferenceReason, list[float]]:
    """Return length, km, and cost of the ways, why they are unknown, and who has none.

    Means over the parts of the ranges that have a way in both states.
    """
    unknown = [np.nan, np.nan]
    if not ways:
        return unknown, unknown, "", unknown
    before, after = (ways[state] for state in _STATES)
    parts = before.has_way & after.has_way
    everyone = np.ones(len(parts), dtype=bool)
    return (
        [each.mean(each.length_m, parts) / 1000 for each in (before, after)],
        [each.mean(each.cost_m, parts) / 1000 for each in (before, after)],
        "no_way_in_both" if len(parts) else "ranges_overlap",
        [each.mean((~each.has_way).astype(np.float64), everyone) for each in (before, after)],
    )


def _resistance(circuit: CircuitFacts) -> tuple[float, NoWay | Literal[""]]:
    """Return the herd's effective resistance, NaN with the reason where there is none."""
    value = circuit.effective_resistance
    return (np.nan if value is None else value), circuit.no_circuit


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _notes(changed: gpd.GeoDataFrame, ways: dict[str, Ways]) -> list[Remark]:
    notes = []
    unmet = changed["change"].ne("") & changed["missing_change"].isna()
    unknown = int(changed.loc[unmet, "n_segments"].sum())
    if unknown:
        notes.append(Remark.of("unknown_where_untracked", n=unknown))
    worse = changed["change"].isin(("changed", "opened")) & changed["missing_change"].gt(0)
    if n_worse := int(worse.sum()):
        notes.append(Remark.of("no_better_than_today", n=n_worse))
    if ways and (lost := int(np.count_nonzero(ways["before"].has_way & ~ways["after"].has_way))):
        notes.append(Remark.of("ways_lost", n=lost))
    return notes
