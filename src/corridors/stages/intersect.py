"""Cross the herd's movements with barriers and borders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridors.barriers.borders import (
    boundary_lengths,
    crossing_states,
    national_shares,
    state_of,
)
from corridors.barriers.crossings import (
    Passages,
    Steps,
    count_pairs,
    expected_passages,
    meetings,
    steps_of,
)
from corridors.barriers.encounters import Encounters, encounters
from corridors.barriers.flux import Bridges
from corridors.barriers.segments import (
    is_near,
    joined_lines,
    management_segments,
    projected,
    segment_ends,
)
from corridors.formats.parquet import read_json, read_layer, read_table, write_json, write_table
from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.stages.context import StageContext
from corridors.stages.intersect_bridges import bridges_of

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

# Two lines continue each other where their ends are this near, unless they turn more sharply.
JOINT_M = 1.0
JOINT_TURN_DEG = 60.0
# An animal met a segment, in this month, when a step crosses it or a bridge likely passes it.
LIKELY = 0.5
ALL = "all"


@dataclass(frozen=True)
class _Herd:
    """What is known of the herd: its steps, bridges, corridor and where it may be."""

    name: str
    crs: str
    fixes: gpd.GeoDataFrame
    steps: Steps
    bridges: Bridges
    corridor: gpd.GeoDataFrame  # low, medium, high; EPSG:4326
    anchors: Geometries  # fixes and corridor polygons in the working CRS
    years: pd.Series[float]


def run(context: StageContext) -> None:
    """Read movements, corridors, barriers and boundaries; write segments, crossings, shares."""
    notes: dict[str, Any] = {}
    herd = _read_herd(context, notes)
    _barriers(context, herd, notes)
    _borders(context, herd, notes)
    notes["tracking_years"] = {str(name): float(years) for name, years in herd.years.items()}
    notes["n_steps"] = len(herd.steps)
    notes["max_lag_h"] = context.settings.intersect.max_lag_h
    write_json(notes, context.out / "intersect.json")


def _read_herd(context: StageContext, notes: dict[str, Any]) -> _Herd:
    settings = context.settings
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    fixes = read_layer(context.read("clean", "fixes.parquet"))
    windows = read_table(context.read("segment", "migrations.parquet"))
    estimates = read_table(context.read("surface", "estimates.parquet"))
    steps = steps_of(fixes, windows, max_lag_h=settings.intersect.max_lag_h)
    corridor = _corridor(context)
    usable = fixes[fixes["burst"] >= 0]
    # To whole tens of metres: the reach is kilometres.
    spots = np.unique(np.round(usable[["x_m", "y_m"]].to_numpy(float), -1), axis=0)
    polygons = projected(np.asarray(corridor.geometry.to_numpy(), dtype=object), crs)
    anchors = np.concatenate([np.asarray(shapely.points(spots), dtype=object).ravel(), polygons])
    bridges, notes["variance_of_bridges"] = bridges_of(
        steps,
        usable,
        windows,
        estimates,
        read_table(context.read("surface", "variances.parquet")),
        occurrence=settings.occurrence,
        max_lag_h=settings.intersect.max_lag_h,
    )
    return _Herd(
        context.herd, crs, usable, steps, bridges, corridor, anchors, steps.tracking_years()
    )


def _corridor(context: StageContext) -> gpd.GeoDataFrame:
    """Return the corridor classes: tracked ones of all seasons, else what was modelled."""
    tracked = read_layer(context.read("delineate", "corridors.parquet"))
    tracked = tracked[(tracked["evidence"] == "tracked") & (tracked["season"] == ALL)]
    if len(tracked):
        return tracked.reset_index(drop=True)
    return read_layer(context.read("connect", "modelled.parquet"))


def _write(frame: pd.DataFrame, context: StageContext, name: str, schema: Any) -> None:
    """Write a table; without rows pandas has no types to offer, so the contract's are taken."""
    write_table(frame if len(frame) else tables.empty(schema), context.out / name, schema)


def _barriers(context: StageContext, herd: _Herd, notes: dict[str, Any]) -> None:
    settings = context.settings.intersect
    barriers = read_layer(context.read("ingest", "barriers.parquet"))
    reach = settings.reach_km * 1000
    planar = projected(np.asarray(barriers.geometry.to_numpy(), dtype=object), herd.crs)
    near = is_near(planar, herd.anchors, reach)
    notes["n_barriers"], notes["n_barriers_near"] = len(barriers), int(near.sum())
    lines = shapely.boundary(planar[near])
    areal = shapely.get_dimensions(planar[near]) == 2
    lines = np.where(areal, lines, planar[near])
    notes["n_areal_barriers_as_outline"] = int(areal.sum())
    pairs, crossing = count_pairs(herd.steps.lines, lines)
    notes["raw_step_barrier_pairs"], notes["raw_steps_crossing"] = pairs, crossing

    segments = management_segments(
        barriers[near].reset_index(drop=True),
        herd.corridor,
        crs=herd.crs,
        segment_length_m=settings.segment_length_m,
    )
    geometry = projected(np.asarray(segments.geometry.to_numpy(), dtype=object), herd.crs)
    kept = is_near(geometry, herd.anchors, reach)
    segments, geometry = segments[kept].reset_index(drop=True), geometry[kept]
    line, sign = joined_lines(
        segment_ends(geometry),
        segments.groupby(["kind", "source"], sort=True).ngroup().to_numpy(np.int64),
        tolerance_m=JOINT_M,
        max_turn_deg=JOINT_TURN_DEG,
    )
    passages = expected_passages(
        herd.bridges,
        geometry,
        segments["tolerance_m"].to_numpy(float),
        line,
        sign,
        flux_floor=settings.flux_floor,
        encounter_distance_m=settings.encounter_distance_m,
        progress=lambda share: context.progress("barrier crossings", 0.9 * share),
    )
    visits = encounters(herd.steps, passages, line, encounter_h=settings.encounter_h)
    reached = np.zeros(len(segments), dtype=bool)
    reached[passages.segment] = True
    segments["has_data"] = reached
    _write(segments, context, "segments.parquet", tables.SEGMENTS)
    observed = _observed(herd, segments, geometry)
    _write(observed.drop(columns="step"), context, "observed.parquet", tables.OBSERVED)
    crossings = _crossings(herd, segments, observed, passages)
    _write(crossings, context, "crossings.parquet", tables.CROSSINGS)
    _write(_encounters(herd, segments, visits), context, "encounters.parquet", tables.ENCOUNTERS)
    notes |= {
        "n_segments": len(segments),
        "n_segments_without_data": int((~reached).sum()),
        "observed_crossings": len(observed),
        "expected_passages": float(passages.net.sum()),
        "n_visits": visits.n_visits,
        "passages_of_visits": float(visits.passages.sum()),
        "approaches": float(visits.approaches.sum()),
        "flux_floor": settings.flux_floor,
        "passages_below_floor": passages.truncated,
        "what": {
            "raw_step_barrier_pairs": "pairs of a step and a barrier feature that meet",
            "raw_steps_crossing": "steps that meet any barrier feature",
            "has_data": "a tracked animal's step came within reach of the segment",
            "expected": "net passages under the Brownian bridge, netted per joined line",
            "passages_of_visits": "net passages, netted over each visit to a joined line; ranked",
            "approaches": "visits to a joined line that end on the side where they began; ranked",
            "validity": "dates of barriers (valid_from, valid_to) are not applied to steps",
        },
    }


def _observed(herd: _Herd, segments: gpd.GeoDataFrame, geometry: Geometries) -> gpd.GeoDataFrame:
    found = meetings(herd.steps.ends, geometry)
    frame = segments[["segment", "barrier", "kind"]].take(found.line)
    return _met(herd, frame, found.step, found.share, found.x_m, found.y_m)


def _met(
    herd: _Herd,
    frame: pd.DataFrame,
    step: npt.NDArray[np.int64],
    share: Floats,
    x_m: Floats,
    y_m: Floats,
) -> gpd.GeoDataFrame:
    """Add animal, interpolated time, month, season, place and the step to a table of meetings."""
    own = herd.steps.frame.take(step).reset_index(drop=True)
    frame = frame.reset_index(drop=True)  # else columns of `own` would align with labels
    lag_us = (own["end_utc"] - own["start_utc"]).dt.total_seconds() * 1e6
    offset = pd.to_timedelta(np.rint(lag_us.to_numpy(float) * share), unit="us")
    time = (own["start_utc"] + offset).astype(tables.UTC)
    lon, lat = transformer(herd.crs, GEOGRAPHIC).transform(x_m, y_m)
    frame = frame.assign(
        animal=own["animal"],
        time_utc=time,
        month=time.dt.month.astype("int64"),
        season=own["season"].astype(str),
        step=step,
    )
    return gpd.GeoDataFrame(
        frame, geometry=gpd.points_from_xy(np.asarray(lon), np.asarray(lat)), crs=GEOGRAPHIC
    )


def _crossings(
    herd: _Herd, segments: gpd.GeoDataFrame, observed: gpd.GeoDataFrame, passages: Passages
) -> pd.DataFrame:
    names = segments["segment"].to_numpy(dtype=object)
    own = herd.steps.frame.take(passages.bridge)
    likely = pd.DataFrame(
        {
            "segment": names[passages.segment],
            "season": own["season"].to_numpy(dtype=object),
            "animal": own["animal"].to_numpy(dtype=object),
            "month": own["start_utc"].dt.month.to_numpy(np.int64),
            "net": passages.net,
            "step": passages.bridge,
        }
    )
    expected = likely[likely["net"] > 0].groupby(["segment", "season"])["net"].sum()
    key = ["segment", "season"]
    counted = observed.drop_duplicates(["segment", "step"]).groupby(key).size()
    columns = [*key, "animal", "month"]
    who = pd.concat([likely.loc[likely["net"] >= LIKELY, columns], observed[columns]])
    met = who.groupby(key).agg(
        n_animals=("animal", "nunique"),
        months=("month", lambda m: ";".join(map(str, sorted(set(m))))),
    )
    years = float(herd.years.sum())
    out = pd.DataFrame({"expected": expected, "observed": counted}).join(met)
    out = out.rename_axis(key).reset_index().sort_values(key, kind="stable")
    return pd.DataFrame(
        {
            "segment": out["segment"].astype(str),
            "herd": herd.name,
            "season": out["season"].astype(str),
            "expected_per_year": out["expected"].fillna(0.0) / years,
            "observed": out["observed"].fillna(0).astype("int64"),
            "n_animals": out["n_animals"].fillna(0).astype("int64"),
            "months": out["months"].astype(object).fillna("").astype(str),
        }
    )


def _encounters(herd: _Herd, segments: gpd.GeoDataFrame, visits: Encounters) -> pd.DataFrame:
    key = ["segment", "animal", "season"]
    own = herd.steps.frame.take(visits.step)
    frame = pd.DataFrame(
        {
            "segment": segments["segment"].to_numpy(dtype=object)[visits.segment],
            "animal": own["animal"].to_numpy(dtype=object),
            "season": own["season"].to_numpy(dtype=object),
            "passages": visits.passages,
            "approaches": visits.approaches,
        }
    )
    out = frame.groupby(key, sort=True)[["passages", "approaches"]].sum().reset_index()
    out["tracking_years"] = out["animal"].map(herd.years).astype("float64")
    return out.astype(dict.fromkeys(key, str))


def _borders(context: StageContext, herd: _Herd, notes: dict[str, Any]) -> None:
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
    crossed = _met(
        herd,
        boundaries[["boundary"]].take(found.line).assign(from_state=origin, to_state=target),
        found.step,
        found.share,
        found.x_m,
        found.y_m,
    )
    _write(
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
    _write(report, context, "border_report.parquet", tables.BORDER_REPORT)

    shares, elsewhere = _shares(context, herd, states, corridor)
    _write(
        shares.assign(herd=herd.name), context, "national_shares.parquet", tables.NATIONAL_SHARES
    )
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
    herd: _Herd,
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
    frame["expected_per_year"] = net / years if years > 0 else net
    frame["n_animals"] = name.map(met["n_animals"]).fillna(0).astype("int64")
    frame["months"] = name.map(met["months"].to_dict()).astype(object).fillna("").astype(str)
    frame["herd"] = frame["herd"].astype(str)
    return gpd.GeoDataFrame(frame, geometry=boundaries.geometry.to_numpy(), crs=GEOGRAPHIC)


def _shares(
    context: StageContext, herd: _Herd, states: gpd.GeoDataFrame, corridor: Any
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
