"""The barriers of a herd as they are and as a scenario has them, and which of them are closed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.segments import projected
from corridors.barriers.sources import is_areal_pressure, is_jurisdiction
from corridors.formats.parquet import read_layer
from corridors.foundation.arrays import Flags, Geometries
from corridors.stages.context import StageContext
from corridors.stages.scenario_stages import BASE
from corridors.threats.priors import prior_table
from corridors.threats.scenarios import permeability_of

# The rest of a barrier beyond its segments: what lies farther from them than this, m.
_SAME_LINE_M = 1.0


@dataclass(frozen=True)
class State:
    """The study as it is, or as the scenario has it.

    Parameters
    ----------
    segments, threats
        SEGMENTS and THREATS.
    permeability
        Of every segment, by segment.
    closed
        Lines that count as closed, planar: segments, and beyond them the rest of their barriers.
    """

    segments: gpd.GeoDataFrame
    threats: gpd.GeoDataFrame
    permeability: pd.Series[float]
    closed: Geometries


def both_states(context: StageContext, *, closed_below: float, crs: str) -> tuple[State, State]:
    """Return the study as it is, and as the scenario has it.

    What the study itself plans stands in neither; what the scenario adds stands in the second.
    """
    today = set(read_layer(context.read(f"{BASE}ingest", "barriers.parquet"))["barrier"])
    return (
        _state(context, BASE, today, closed_below, crs),
        _state(context, "", today, closed_below, crs),
    )


def _state(
    context: StageContext, prefix: str, today: Collection[str], closed_below: float, crs: str
) -> State:
    segments = read_layer(context.read(f"{prefix}intersect", "segments.parquet"))
    threats = read_layer(context.read(f"{prefix}rank", "threats.parquet"))
    permeability = permeability_of(segments, threats, _priors(context, segments))
    barriers = read_layer(context.read(f"{prefix}ingest", "barriers.parquet"))
    barriers = barriers[~is_areal_pressure(barriers)].reset_index(drop=True)
    stated = barriers["permeability"]
    usual = stated.where(stated.notna(), _priors(context, barriers)["permeability"])
    is_closed = permeability.to_numpy(float) < closed_below
    own = _planar(segments[is_closed & _stands(segments, today)], crs)
    rest = barriers[(usual < closed_below).to_numpy() & _stands(barriers, today)]
    beyond = _beyond(rest, segments, crs)
    return State(segments, threats, permeability, np.concatenate([own, beyond]))


def _priors(context: StageContext, rows: pd.DataFrame) -> pd.DataFrame:
    settings: Any = context.settings
    return prior_table(
        rows["kind"],
        rows["class"],
        overrides=settings.rank.priors,
        species=settings.herd.species,
    )


def _stands(rows: pd.DataFrame, today: Collection[str]) -> Flags:
    is_added = ~rows["barrier"].isin(today) & (rows["status"] == "planned")
    stands = ((rows["status"] == "existing") | is_added) & ~is_jurisdiction(rows)
    return np.asarray(stands, dtype=bool)


def _planar(rows: gpd.GeoDataFrame, crs: str) -> Geometries:
    return projected(np.asarray(rows.geometry.to_numpy(), dtype=object), crs)


def _beyond(barriers: gpd.GeoDataFrame, segments: gpd.GeoDataFrame, crs: str) -> Geometries:
    """Return what of barriers lies beyond the reach in which they were cut into segments."""
    if barriers.empty:
        return np.zeros(0, dtype=object)
    lines = _planar(barriers, crs)
    is_area = shapely.get_dimensions(lines) == 2
    lines[is_area] = shapely.boundary(lines[is_area])
    cut = segments[segments["barrier"].isin(barriers["barrier"])]
    near = pd.Series(shapely.buffer(_planar(cut, crs), _SAME_LINE_M), cut["barrier"].to_numpy())
    held = {name: shapely.union_all(list(parts)) for name, parts in near.groupby(level=0)}
    taken = np.array([held.get(name) for name in barriers["barrier"]], dtype=object)
    is_cut = ~shapely.is_missing(taken)
    lines[is_cut] = shapely.difference(lines[is_cut], taken[is_cut])
    return np.asarray(lines[~shapely.is_empty(lines)], dtype=object)
