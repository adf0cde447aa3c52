"""State boundaries in stage `intersect`: lengths, crossings and national shares."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.borders import (
    boundary_lengths,
    crossing_states,
    national_shares,
    state_of,
)
from corridors.barriers.crossings import Passages, expected_passages, meetings
from corridors.barriers.segments import is_near, projected
from corridors.formats.parquet import read_json, read_layer, read_table
from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.stages.context import StageContext
from corridors.stages.intersect_herd import ALL, Herd, met, write


def cross_borders(context: StageContext, herd: Herd, notes: dict[str, Any]) -> None:
    """Write border report, crossings of boundaries and national shares."""
    settings = context.settings.intersect
    boundaries = read_layer(context.read("ingest", "boundaries.parquet"))
    states = read_layer(context.read("ingest", "states.parquet"))
    planar = projected(np.asarray(boundaries.geometry.to_numpy(), dtype=object), herd.crs)
    near = is_near(planar, herd.anchors, settings.reach_km * 1000)
    boundaries, planar = boundaries[near].reset_index(drop=True), planar[near]
    low = herd.corridor[herd.corridor["corridor_class"] == "low"].geometry
    corridor = shapely.union_all(low.to_numpy()) if len(low) else None

    polygons = np.asarray(states.geometry.to_numpy(), dtype=object)
    state_names = np.append(states["state"].to_numpy(dtype=object), "")
    ends = herd.steps.ends
    to_degrees = transformer(herd.crs, GEOGRAPHIC)
    start, end = (
        state_names[state_of(np.column_stack(to_degrees.transform(*ends[:, c].T)), polygons)]
        for c in ([0, 1], [2, 3])
    )
    found = meetings(ends, planar)
    origin, target = crossing_states(found, boundaries, start, end)
    crossed = met(
        herd,
        boundaries[["boundary"]].take(found.line).assign(from_state=origin, to_state=target),
        found.step,
        found.share,
        found.x_m,
        found.y_m,
    )
    write(
        crossed.drop(columns="step"), context, "border_crossings.parquet", tables.BORDER_CROSSINGS
    )
    passages = expected_passages(
        herd.bridges,
        planar,
        np.zeros(len(planar)),
        np.arange(len(planar)),
        np.ones(len(planar), dtype=np.int64),
        flux_floor=settings.flux_floor,
        encounter_distance_m=0.0,
        progress=lambda share: context.progress("border crossings", 0.9 + 0.1 * share),
    )
    report = _border_report(herd, boundaries, corridor, crossed, passages)
    write(report, context, "border_report.parquet", tables.BORDER_REPORT)

    shares, elsewhere = _shares(context, herd, states, corridor)
    write(shares.assign(herd=herd.name), context, "national_shares.parquet", tables.NATIONAL_SHARES)
    concerned = sorted(shares["state"])
    together = sorted(shares.loc[shares["corridor_share"] > 0, "state"])
    notes |= {
        "n_boundaries_near": len(boundaries),
        "border_crossings": len(crossed),
        "states_concerned": concerned,
        "states_that_must_act_together": together if len(together) > 1 else [],
        **elsewhere,
    }


def _border_report(
    herd: Herd,
    boundaries: gpd.GeoDataFrame,
    corridor: Any,
    crossed: gpd.GeoDataFrame,
    passages: Passages,
) -> gpd.GeoDataFrame:
    lengths = boundary_lengths(boundaries, corridor)
    years = float(herd.years.sum())
    net = np.zeros(len(boundaries))
    np.add.at(net, passages.segment, passages.net)
    steps = crossed.drop_duplicates(["boundary", "step"]).groupby("boundary")
    met = crossed.groupby("boundary").agg(
        n_animals=("animal", "nunique"),
        months=("month", lambda m: ";".join(map(str, sorted(set(m))))),
    )
    name = boundaries["boundary"]
    columns = ["boundary", "left_state", "right_state", "source", "label"]
    columns += ["published_km", "published_source"]
    frame = pd.concat([boundaries[columns], lengths], axis=1)
    frame["herd"] = herd.name
    frame["observed"] = name.map(steps.size()).fillna(0).astype("int64")
    frame["expected_per_year"] = net / years if years > 0 else np.nan
    frame["n_animals"] = name.map(met["n_animals"]).fillna(0).astype("int64")
    frame["months"] = name.map(met["months"].to_dict()).astype(object).fillna("").astype(str)
    frame["herd"] = frame["herd"].astype(str)
    return gpd.GeoDataFrame(frame, geometry=boundaries.geometry.to_numpy(), crs=GEOGRAPHIC)


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
        shapely.get_coordinates(herd.fixes.geometry.to_numpy()),
        herd.fixes["animal"].to_numpy(dtype=object),
    )
