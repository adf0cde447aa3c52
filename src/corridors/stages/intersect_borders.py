"""State boundaries in stage `intersect`: lengths, crossings and national shares."""

from __future__ import annotations

from typing import Any

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
from corridors.barriers.passages import Landscape, expected_passages
from corridors.barriers.segments import is_near, joined_lines, projected, segment_ends
from corridors.barriers.states import disjoint_states, national_shares, state_of
from corridors.formats.parquet import read_json, read_layer, read_table
from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Geometries, Values
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.stages.context import StageContext
from corridors.stages.intersect_herd import ALL, Herd, met, write


def cross_borders(context: StageContext, herd: Herd, notes: dict[str, Any]) -> None:
    """Write border report, stretches, crossings of boundaries and national shares."""
    settings = context.settings.intersect
    every = read_layer(context.read("ingest", "boundaries.parquet"))
    used = every[every["role"] == "used"]
    planar = projected(np.asarray(used.geometry.to_numpy(), dtype=object), herd.crs)
    near = is_near(planar, herd.anchors, settings.reach_km * 1000)
    boundaries = used[near].reset_index(drop=True)
    low = herd.corridor[herd.corridor["corridor_class"] == "low"].geometry
    corridor = shapely.union_all(low.to_numpy()) if len(low) else None

    stretches = border_stretches(
        boundaries, herd.corridor, crs=herd.crs, length_km=settings.border_stretch_km
    )
    lines = projected(np.asarray(stretches.geometry.to_numpy(), dtype=object), herd.crs)
    states = disjoint_states(
        read_layer(context.read("ingest", "states.parquet")), min_km2=settings.contested_km2
    )
    crossed = _crossed(herd, stretches, lines, states)
    own = pd.Index(boundaries["boundary"]).get_indexer(pd.Index(stretches["boundary"]))
    own = own.astype(np.int64)
    # Parts of one boundary may be drawn in opposite directions: round any corner they go on.
    _, sign = joined_lines(
        segment_ends(lines), own, tolerance_m=settings.joint_m, max_turn_deg=180.0
    )
    passages = expected_passages(
        herd.bridges,
        # Netted along a whole boundary, then shared out to its stretches.
        Landscape.of(lines, np.zeros(len(lines)), own, sign),
        flux_floor=settings.flux_floor,
        encounter_distance_m=0.0,
        progress=lambda share: context.progress("border crossings", 0.9 + 0.1 * share),
    )
    net = _sums(passages.segment, passages.net, len(stretches))
    used_by = _traffic(herd, crossed, stretches["stretch"], "stretch", net)
    write(
        _layer(stretches.drop(columns="geometry"), used_by, stretches),
        context,
        "border_stretches.parquet",
        tables.BORDER_STRETCHES,
    )
    columns = ["boundary", "left_state", "right_state", "type", "source", "label"]
    columns += ["published_km", "published_source"]
    report = pd.concat(
        [
            boundaries[columns],
            boundary_lengths(boundaries, corridor),
            compared_lengths(used, every[every["role"] == "compared"], boundaries),
        ],
        axis=1,
    )
    used_by = _traffic(
        herd, crossed, boundaries["boundary"], "boundary", _sums(own, net, len(boundaries))
    )
    write(
        _layer(report, used_by, boundaries), context, "border_report.parquet", tables.BORDER_REPORT
    )
    write(
        crossed.drop(columns=["step", "stretch"]),
        context,
        "border_crossings.parquet",
        tables.BORDER_CROSSINGS,
    )
    shares, elsewhere = _shares(context, herd, states, corridor)
    write(shares.assign(herd=herd.name), context, "national_shares.parquet", tables.NATIONAL_SHARES)
    together = sorted(shares.loc[shares["corridor_share"] > 0, "state"])
    notes |= {
        "n_boundaries_near": len(boundaries),
        "n_boundaries_compared": int((every["role"] == "compared").sum()),
        "n_boundaries_disputed": int((boundaries["type"] == "disputed").sum()),
        "border_crossings": len(crossed),
        "states_concerned": sorted(shares["state"]),
        "states_that_must_act_together": together if len(together) > 1 else [],
        **elsewhere,
    }


def _crossed(
    herd: Herd, stretches: gpd.GeoDataFrame, lines: Geometries, states: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return BORDER_CROSSINGS with the stretch and the step of each."""
    polygons = np.asarray(states.geometry.to_numpy(), dtype=object)
    state_names = np.append(states["state"].to_numpy(dtype=object), "")
    ends = herd.steps.ends
    to_degrees = transformer(herd.crs, GEOGRAPHIC)
    start, end = (
        state_names[state_of(np.column_stack(to_degrees.transform(*ends[:, c].T)), polygons)]
        for c in ([0, 1], [2, 3])
    )
    found = meetings(ends, lines)
    origin, target = crossing_states(found, stretches, start, end)
    crossed = met(
        herd,
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
    herd: Herd, crossed: gpd.GeoDataFrame, names: pd.Series[str], key: str, net: Floats
) -> pd.DataFrame:
    """Return how much, when and by how many animals each boundary or stretch is crossed."""
    steps = crossed.drop_duplicates([key, "step"]).groupby(key).size()
    who = crossed.groupby(key).agg(
        n_animals=("animal", "nunique"),
        months=("month", lambda m: ";".join(map(str, sorted(set(m))))),
    )
    years = float(herd.years.sum())
    return pd.DataFrame(
        {
            "herd": pd.Series(herd.name, index=names.index, dtype="str"),
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


def _shares(
    context: StageContext, herd: Herd, states: gpd.GeoDataFrame, corridor: Any
) -> tuple[pd.DataFrame, dict[str, Any]]:
    population = read_table(context.read("delineate", "population.parquet"))
    population = population[population["season"] == ALL]
    cell_m = float(read_json(context.read("clean", "clean.json"))["cell_m"])
    lon, lat = transformer(herd.crs, GEOGRAPHIC).transform(
        (population["col"].to_numpy(float) + 0.5) * cell_m,
        (population["row"].to_numpy(float) + 0.5) * cell_m,
    )
    return national_shares(
        states,
        corridor,
        np.column_stack([lon, lat]),
        population["mass"].to_numpy(float),
        np.column_stack([herd.places.lon, herd.places.lat]),
        herd.places.animal,
    )
