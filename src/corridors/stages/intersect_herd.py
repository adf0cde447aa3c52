"""What stage `intersect` knows of the herd, and what its two halves have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.crossings import Steps, steps_of, window_of
from corridors.barriers.flux import Bridges
from corridors.barriers.segments import Anchors, projected
from corridors.formats.fixes import read_animals
from corridors.formats.parquet import StoredTable, read_json, read_layer, read_table, write_table
from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Indices, Labels, Microseconds, Values
from corridors.foundation.arrow import positions, times_us
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.track import usable, usable_rows
from corridors.movement.step_variances import (
    Running,
    location_errors_m,
    step_variances,
    track_straying,
    track_variances,
)
from corridors.movement.straying import Straying
from corridors.stages.context import StageContext

if TYPE_CHECKING:
    from corridors.config.model import Occurrence

ALL = "all"


@dataclass(frozen=True)
class Places:
    """Usable fixes as columns, one animal after the other.

    Parameters
    ----------
    lon, lat, x_m, y_m
        Position in degrees and in the working CRS, shape (n,).
    animals
        Names, shape (k,).
    edges
        Where the fixes of each animal start, and their end, shape (k + 1,).
    """

    lon: Floats
    lat: Floats
    x_m: Floats
    y_m: Floats
    animals: tuple[str, ...]
    edges: tuple[int, ...]

    @property
    def animal(self) -> Labels:
        """The animal of each fix."""
        n_fixes = np.diff(np.array(self.edges)).astype(np.int64)
        return np.repeat(np.array(self.animals, dtype=object), n_fixes)


@dataclass(frozen=True)
class Herd:
    """What is known of the herd: its steps, bridges, corridor and where it may be.

    Fixes are held as numbers; ``fixes`` with geometry are read when somebody asks for them.
    """

    name: str
    crs: str
    clean_fixes: Path
    places: Places
    steps: Steps
    bridges: Bridges
    corridor: gpd.GeoDataFrame  # low, medium, high; EPSG:4326
    anchors: Anchors  # fixes and corridor polygons in the working CRS
    years: pd.Series[float]

    @cached_property
    def fixes(self) -> gpd.GeoDataFrame:
        """The usable rows of CLEAN_FIXES."""
        fixes = read_layer(self.clean_fixes)
        return usable(fixes)

    def by_animal(self) -> Iterator[tuple[slice, Steps, Bridges]]:
        """Yield the rows, steps and bridges of each animal."""
        animal = self.steps.frame["animal"]
        edges = np.flatnonzero(animal.ne(animal.shift()).to_numpy(bool)).tolist()
        # Without any step there is one animal that took none, for the types of the columns.
        for low, high in pairwise([*(edges or [0]), len(animal)]):
            rows = slice(low, high)
            steps = Steps(self.steps.frame.iloc[rows].reset_index(drop=True))
            yield rows, steps, Bridges(*(column[rows] for column in self.bridges.columns))


def read_herd(context: StageContext, notes: dict[str, Any]) -> Herd:
    """Read the herd's fixes, windows, variances and corridor, one animal at a time."""
    settings = context.settings
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    path = context.read("clean", "fixes.parquet")
    max_lag_h = settings.intersect.max_lag_h
    whole: dict[str, float] = {}
    found: list[tuple[str, Floats]] = []
    for name, fixes, place in _by_animal(path):
        whole |= track_variances(
            fixes,
            _errors_m(fixes, settings.occurrence),
            form=settings.occurrence.variance_form,
            max_lag_h=max_lag_h,
        )
        found.append((name, place))
    lon, lat, x_m, y_m = np.hstack([place for _, place in found])
    places = Places(
        lon,
        lat,
        x_m,
        y_m,
        tuple(name for name, _ in found),
        tuple(np.cumsum([0, *(place.shape[1] for _, place in found)]).tolist()),
    )
    del found
    windows = read_table(context.read("segment", "migrations.parquet"))
    estimates = read_table(context.read("surface", "estimates.parquet"))
    stored = StoredTable(context.read("surface", "variances.parquet"))
    counts: Counter[str] = Counter()
    frames: list[pd.DataFrame] = []
    bridges: list[Bridges] = []
    laws: dict[str, dict[str, float]] = {}
    for name, fixes, _ in _by_animal(path):
        own = windows[windows["animal"] == name]
        steps = steps_of(fixes, own, max_lag_h=max_lag_h)
        made, sources, law = _bridges(
            steps,
            fixes,
            own,
            estimates,
            stored.rows("migration", sorted(own["migration"])),
            whole,
            settings,
        )
        if law is not None:
            laws[name] = asdict(law)
        counts.update(sources)
        frames.append(steps.frame)
        bridges.append(made)
    notes["variance_of_bridges"] = dict(counts)
    notes["straying"] = laws
    walked = Steps(pd.concat(frames, ignore_index=True))
    del frames
    columns = zip(*(made.columns for made in bridges), strict=True)
    corridor = corridor_of(context)
    return Herd(
        context.herd,
        crs,
        path,
        places,
        walked,
        Bridges(*(np.concatenate(column) for column in columns)),
        corridor,
        anchors_of(pd.DataFrame({"x_m": places.x_m, "y_m": places.y_m}), corridor, crs),
        walked.tracking_years(),
    )


def _bridges(
    steps: Steps,
    fixes: pd.DataFrame,
    windows: pd.DataFrame,
    estimates: pd.DataFrame,
    variances: pd.DataFrame,
    whole: Mapping[str, float],
    settings: Any,
) -> tuple[Bridges, dict[str, int], Straying | None]:
    """Return one animal's bridges, one per step, where their variance is from, and its law."""
    occurrence, intersect = settings.occurrence, settings.intersect
    error_m = _errors_m(fixes, occurrence)
    window = window_of(steps.frame["animal"], steps.frame["start_utc"], windows)
    s2_m2_min, counts = step_variances(
        steps.frame,
        np.array([*windows["migration"], None], dtype=object)[window],
        fixes,
        error_m,
        estimates=estimates,
        variances=variances,
        whole=whole,
        running=(
            Running(occurrence.variance_form, occurrence.window_fixes, occurrence.margin_fixes)
            if occurrence.method in ("auto", "dbbmm")
            else None
        ),
        max_lag_h=intersect.max_lag_h,
    )
    ends = steps.ends.T.copy()
    bridges = Bridges(
        x0_m=ends[0],
        y0_m=ends[1],
        x1_m=ends[2],
        y1_m=ends[3],
        duration_min=steps.duration_min,
        s2_m2_min=s2_m2_min,
        error0_m=np.asarray(error_m.loc[steps.frame["fix0"]], np.float64),
        error1_m=np.asarray(error_m.loc[steps.frame["fix1"]], np.float64),
    )
    if intersect.bridge != "sideways":
        return bridges, counts, None
    law = track_straying(
        fixes, error_m, max_lag_h=intersect.max_lag_h, min_triplets=intersect.min_triplets
    )
    if law is None:
        return bridges, counts, None
    s2_m2_min = law.variance(bridges.way_m, bridges.duration_min)
    return bridges.straying(s2_m2_min, tails=law.tails), {"sideways": len(bridges)}, law


def _errors_m(fixes: pd.DataFrame, occurrence: Occurrence) -> pd.Series[float]:
    return location_errors_m(
        fixes,
        error_m=occurrence.location_error_m,
        error_per_dop_m=occurrence.error_per_dop_m,
    )


def _by_animal(path: Path) -> Iterator[tuple[str, pd.DataFrame, Floats]]:
    """Yield each animal with its usable fixes, and their lon, lat, x and y, shape (4, n).

    The labels are the rows of the file. Without any animal there is one that has no fixes, for
    the types of the columns.
    """
    columns = ["time_utc", "dop", "x_m", "y_m", "burst", "geometry"]
    first = 0
    for name, table in read_animals(path, columns):
        x, y, dop, burst = (table[key].to_numpy() for key in ("x_m", "y_m", "dop", "burst"))
        time_us = times_us(table["time_utc"])
        rows = usable_rows(burst, time_us)
        place = np.stack([*positions(table["geometry"]), x, y])[:, rows]
        yield name, _fixes(name, first + rows, time_us[rows], place, dop[rows], burst[rows]), place
        first += len(table)
    if not first:
        none = np.zeros(0, dtype=np.int64)
        yield "", _fixes("", none, none, np.zeros((4, 0)), np.zeros(0), none), np.zeros((4, 0))


def _fixes(
    name: str,
    label: Indices,
    time_us: Microseconds,
    place: Floats,
    dop: Floats,
    burst: Values,
) -> pd.DataFrame:
    """Return an animal's fixes as steps and bridges are made of them."""
    return pd.DataFrame(
        {
            "animal": pd.Series(name, index=label, dtype="str"),
            "time_utc": pd.Series(pd.to_datetime(time_us, unit="us", utc=True), index=label),
            "x_m": place[2],
            "y_m": place[3],
            "dop": dop,
            "burst": burst,
        },
        index=label,
    ).astype({"time_utc": tables.UTC})


def anchors_of(fixes: pd.DataFrame, corridor: gpd.GeoDataFrame, crs: str) -> Anchors:
    """Return where the herd may be: its usable fixes and corridors, in the working CRS."""
    # To whole tens of metres: the reach is kilometres.
    x, y = (np.rint(fixes[name].to_numpy(float) / 10).astype(np.int64) for name in ("x_m", "y_m"))
    # One number for both: numpy sorts pairs slowly, and in several copies.
    key = np.unique((x << 32) + y)
    y = ((key + 2**31) & (2**32 - 1)) - 2**31
    spots = np.column_stack([(key - y) >> 32, y]) * 10.0
    polygons = projected(np.asarray(corridor.geometry.to_numpy(), dtype=object), crs)
    return Anchors(polygons, spots)


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
    step: Indices,
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
