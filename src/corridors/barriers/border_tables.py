"""A herd's movements across state boundaries, as tables: report, stretches, crossings, shares."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.borders import (
    border_stretches,
    boundary_lengths,
    compared_lengths,
    crossing_states,
)
from corridors.barriers.crossings import meetings
from corridors.barriers.holding import UNCHANGED, Beside
from corridors.barriers.movements import Movements
from corridors.barriers.passages import Landscape, expected_passages
from corridors.barriers.segments import is_near, joined_lines, projected, segment_ends
from corridors.barriers.states import disjoint_states, national_shares, state_of
from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Geometries, Values
from corridors.foundation.artefacts import Progress, silent
from corridors.foundation.crs import GEOGRAPHIC, transformer


@dataclass(frozen=True)
class Rules:
    """How boundaries are cut and met.

    Parameters
    ----------
    reach_m
        Boundaries farther from every fix and corridor are left out, m.
    stretch_km
        Longest stretch, km.
    contested_km2
        States that overlap by less do not contest the land, km2.
    joint_m
        Ends this near continue each other, m.
    flux_floor
        Smaller fluxes are left out.
    """

    reach_m: float
    stretch_km: float
    contested_km2: float
    joint_m: float
    flux_floor: float


@dataclass(frozen=True)
class Across:
    """What is known of a herd and boundaries.

    Parameters
    ----------
    report, stretches, crossings, shares
        BORDER_REPORT, BORDER_STRETCHES, BORDER_CROSSINGS, NATIONAL_SHARES.
    counts
        Count -> number, those of IntersectFacts that are of boundaries.
    concerned, together
        States that the herd is in, and those that must act together; the second empty below two.
    mass_share_elsewhere, corridor_share_elsewhere
        In no known state.
    """

    report: gpd.GeoDataFrame
    stretches: gpd.GeoDataFrame
    crossings: gpd.GeoDataFrame
    shares: pd.DataFrame
    counts: dict[str, int]
    concerned: list[str]
    together: list[str]
    mass_share_elsewhere: float | None
    corridor_share_elsewhere: float | None


def across(
    moves: Movements,
    boundaries: gpd.GeoDataFrame,
    states: gpd.GeoDataFrame,
    use: pd.DataFrame,
    rules: Rules,
    *,
    cell_m: float,
    odds: Beside = UNCHANGED,
    progress: Progress = silent,
) -> Across:
    """Return lengths and crossings of boundaries, and what each state has of the herd.

    Parameters
    ----------
    moves
        Of the herd.
    boundaries, states
        BOUNDARIES of all sources; STATES.
    use
        POPULATION of all migrations together.
    rules
        What was chosen.
    cell_m
        Edge of a cell of the herd's lattice, m.
    odds
        Of passages; a boundary is no line that stands.
    progress
        Called with a short message and the share done.
    """
    used = boundaries[boundaries["role"] == "used"]
    planar = projected(np.asarray(used.geometry.to_numpy(), dtype=object), moves.crs)
    own_bounds = used[is_near(planar, moves.anchors, rules.reach_m)].reset_index(drop=True)
    low = moves.corridor[moves.corridor["corridor_class"] == "low"].geometry
    corridor = shapely.union_all(low.to_numpy()) if len(low) else None

    stretches = border_stretches(
        own_bounds, moves.corridor, crs=moves.crs, length_km=rules.stretch_km
    )
    lines = projected(np.asarray(stretches.geometry.to_numpy(), dtype=object), moves.crs)
    states = disjoint_states(states, min_km2=rules.contested_km2)
    crossed = _crossed(moves, stretches, lines, states)
    own = pd.Index(own_bounds["boundary"]).get_indexer(pd.Index(stretches["boundary"]))
    own = own.astype(np.int64)
    # Parts of one boundary may be drawn in opposite directions: round any corner they go on.
    _, sign = joined_lines(segment_ends(lines), own, tolerance_m=rules.joint_m, max_turn_deg=180.0)
    passages = expected_passages(
        moves.bridges,
        # Netted along a whole boundary, then shared out to its stretches.
        Landscape.of(lines, np.zeros(len(lines)), own, sign),
        flux_floor=rules.flux_floor,
        encounter_distance_m=0.0,
        odds=odds,
        progress=lambda share: progress("border crossings", 0.9 + 0.1 * share),
    )
    net = _sums(passages.segment, passages.net, len(stretches))
    of_stretches = _traffic(moves, crossed, stretches["stretch"], "stretch", net)
    columns = ["boundary", "left_state", "right_state", "type", "source", "label"]
    columns += ["published_km", "published_source"]
    report = pd.concat(
        [
            own_bounds[columns],
            boundary_lengths(own_bounds, corridor),
            compared_lengths(used, boundaries[boundaries["role"] == "compared"], own_bounds),
        ],
        axis=1,
    )
    of_bounds = _traffic(
        moves, crossed, own_bounds["boundary"], "boundary", _sums(own, net, len(own_bounds))
    )
    lon, lat = transformer(moves.crs, GEOGRAPHIC).transform(
        (use["col"].to_numpy(float) + 0.5) * cell_m, (use["row"].to_numpy(float) + 0.5) * cell_m
    )
    shares, elsewhere = national_shares(
        states,
        corridor,
        np.column_stack([lon, lat]),
        use["mass"].to_numpy(float),
        np.column_stack([moves.places.lon, moves.places.lat]),
        moves.places.animal,
    )
    together = sorted(shares.loc[shares["corridor_share"] > 0, "state"])
    return Across(
        report=tables.typed(_layer(report, of_bounds, own_bounds), tables.BORDER_REPORT),
        stretches=tables.typed(
            _layer(stretches.drop(columns="geometry"), of_stretches, stretches),
            tables.BORDER_STRETCHES,
        ),
        crossings=tables.typed(crossed.drop(columns=["step", "stretch"]), tables.BORDER_CROSSINGS),
        shares=tables.typed(shares.assign(herd=moves.herd), tables.NATIONAL_SHARES),
        counts={
            "n_boundaries_near": len(own_bounds),
            "n_boundaries_compared": int((boundaries["role"] == "compared").sum()),
            "n_boundaries_disputed": int((own_bounds["type"] == "disputed").sum()),
            "border_crossings": len(crossed),
        },
        concerned=sorted(shares["state"]),
        together=together if len(together) > 1 else [],
        **elsewhere,
    )


def _crossed(
    moves: Movements, stretches: gpd.GeoDataFrame, lines: Geometries, states: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return BORDER_CROSSINGS with the stretch and the step of each."""
    polygons = np.asarray(states.geometry.to_numpy(), dtype=object)
    state_names = np.append(states["state"].to_numpy(dtype=object), "")
    ends = moves.steps.ends
    to_degrees = transformer(moves.crs, GEOGRAPHIC)
    start, end = (
        state_names[state_of(np.column_stack(to_degrees.transform(*ends[:, c].T)), polygons)]
        for c in ([0, 1], [2, 3])
    )
    found = meetings(ends, lines)
    origin, target = crossing_states(found, stretches, start, end)
    crossed = moves.met(
        stretches[["boundary", "stretch"]]
        .take(found.line)
        .assign(from_state=origin, to_state=target),
        found.step,
        found.share,
        found.x_m,
        found.y_m,
    )
    # Where two stretches join, a step that meets the joint meets both.
    return crossed.drop_duplicates(["boundary", "step", "time_utc"]).reset_index(drop=True)


def _sums(owner: Values, values: Floats, n: int) -> Floats:
    return np.asarray(np.bincount(owner, weights=values, minlength=n), np.float64)


def _traffic(
    moves: Movements, crossed: gpd.GeoDataFrame, names: pd.Series[str], key: str, net: Floats
) -> pd.DataFrame:
    """Return how much, when and by how many animals each boundary or stretch is crossed."""
    steps = crossed.drop_duplicates([key, "step"]).groupby(key).size()
    who = crossed.groupby(key).agg(
        n_animals=("animal", "nunique"),
        months=("month", lambda m: ";".join(map(str, sorted(set(m))))),
    )
    years = float(moves.years.sum())
    return pd.DataFrame(
        {
            "herd": pd.Series(moves.herd, index=names.index, dtype="str"),
            "observed": names.map(steps).fillna(0).astype("int64"),
            "expected_per_year": net / years if years > 0 else np.nan,
            "n_animals": names.map(who["n_animals"]).fillna(0).astype("int64"),
            "months": names.map(who["months"].to_dict()).astype(object).fillna("").astype(str),
        },
        index=names.index,
    )


def _layer(own: pd.DataFrame, traffic: pd.DataFrame, shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = pd.concat([own, traffic], axis=1)
    return gpd.GeoDataFrame(frame, geometry=shapes.geometry.to_numpy(), crs=GEOGRAPHIC)
