"""The barriers of a herd as they are and as a scenario has them, and which of them are closed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.closed_lines import beyond, planar, stands
from corridors.barriers.sources import is_areal_pressure
from corridors.foundation.arrays import Geometries
from corridors.stages.scenario.difference.stage import Inputs, Planned, Settings, Today
from corridors.threats.priors import prior_table
from corridors.threats.scenarios import Side, permeability_of


@dataclass(frozen=True)
class State:
    """The study as it is, or as the scenario has it.

    Parameters
    ----------
    segments
        SEGMENTS.
    side
        Its places and their draws.
    closed
        Lines that count as closed, planar: segments, and beyond them the rest of their barriers.
    """

    segments: gpd.GeoDataFrame
    side: Side
    closed: Geometries


def both_states(inputs: Inputs, settings: Settings, *, closed_below: float) -> tuple[State, State]:
    """Return the study as it is, and as the scenario has it.

    What the study itself plans stands in neither; what the scenario adds stands in the second.
    """
    today = set(inputs.today.barriers.read()["barrier"])
    return (
        _state(inputs.today, settings, today, closed_below, inputs.clean.crs),
        _state(inputs.planned, settings, today, closed_below, inputs.clean.crs),
    )


def _state(
    side: Today | Planned, settings: Settings, today: Collection[str], closed_below: float, crs: str
) -> State:
    segments, parts = side.segments.read(), side.parts.read()
    permeability = permeability_of(segments, parts, _priors(settings, segments))
    barriers = side.barriers.read()
    barriers = barriers[~is_areal_pressure(barriers)].reset_index(drop=True)
    stated = barriers["permeability"]
    usual = stated.where(stated.notna(), _priors(settings, barriers)["permeability"])
    is_closed = permeability.to_numpy(float) < closed_below
    own = planar(segments[is_closed & stands(segments, today)], crs)
    rest = barriers[(usual < closed_below).to_numpy() & stands(barriers, today)]
    far = beyond(rest, segments, crs)
    places = Side(side.threats.read(), parts, side.draws.read(), permeability)
    return State(segments, places, np.concatenate([own, far]))


def _priors(settings: Settings, rows: pd.DataFrame) -> pd.DataFrame:
    return prior_table(
        rows["kind"],
        rows["class"],
        overrides=settings.rank.priors,
        species=settings.labels.species,
    )
