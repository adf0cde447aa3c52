"""What stage `intersect` knows of the herd, and what its two halves have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridors.barriers.crossings import Steps, steps_of
from corridors.barriers.flux import Bridges
from corridors.barriers.segments import projected
from corridors.formats.parquet import read_json, read_layer, read_table, write_table
from corridors.foundation import tables
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.stages.context import StageContext
from corridors.stages.intersect_bridges import bridges_of, track_variances

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

ALL = "all"


@dataclass(frozen=True)
class Herd:
    """What is known of the herd: its steps, bridges, corridor and where it may be."""

    name: str
    crs: str
    fixes: gpd.GeoDataFrame
    steps: Steps
    bridges: Bridges
    corridor: gpd.GeoDataFrame  # low, medium, high; EPSG:4326
    anchors: Geometries  # fixes and corridor polygons in the working CRS
    years: pd.Series[float]


def read_herd(context: StageContext, notes: dict[str, Any]) -> Herd:
    """Read the herd's fixes, windows, variances and corridor."""
    settings = context.settings
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    fixes = read_layer(context.read("clean", "fixes.parquet"))
    windows = read_table(context.read("segment", "migrations.parquet"))
    estimates = read_table(context.read("surface", "estimates.parquet"))
    steps = steps_of(fixes, windows, max_lag_h=settings.intersect.max_lag_h)
    corridor = corridor_of(context)
    usable = fixes[fixes["burst"] >= 0]
    anchors = anchors_of(usable, corridor, crs)
    bridges, notes["variance_of_bridges"] = bridges_of(
        steps,
        usable,
        windows,
        estimates,
        read_table(context.read("surface", "variances.parquet")),
        track_variances(
            usable, occurrence=settings.occurrence, max_lag_h=settings.intersect.max_lag_h
        ),
        occurrence=settings.occurrence,
        max_lag_h=settings.intersect.max_lag_h,
    )
    return Herd(
        context.herd, crs, usable, steps, bridges, corridor, anchors, steps.tracking_years()
    )


def anchors_of(usable: pd.DataFrame, corridor: gpd.GeoDataFrame, crs: str) -> Geometries:
    """Return where the herd may be: its usable fixes and corridors, in the working CRS."""
    # To whole tens of metres: the reach is kilometres.
    spots = np.unique(np.round(usable[["x_m", "y_m"]].to_numpy(float), -1), axis=0)
    polygons = projected(np.asarray(corridor.geometry.to_numpy(), dtype=object), crs)
    points = np.asarray(shapely.points(spots), dtype=object).ravel()
    return np.concatenate([points, polygons])


def corridor_of(context: StageContext) -> gpd.GeoDataFrame:
    """Return the corridor classes of all seasons: tracked, else an expert's, else modelled."""
    drawn = read_layer(context.read("delineate", "corridors.parquet"))
    for evidence in ("tracked", "expert"):
        found = drawn[(drawn["evidence"] == evidence) & (drawn["season"] == ALL)]
        if len(found):
            return found.reset_index(drop=True)
    return read_layer(context.read("connect", "modelled.parquet"))


def met(
    herd: Herd,
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


def write(frame: pd.DataFrame, context: StageContext, name: str, schema: Any) -> None:
    """Write a table; without rows pandas has no types to offer, so the contract's are taken."""
    write_table(frame if len(frame) else tables.empty(schema), context.out / name, schema)
