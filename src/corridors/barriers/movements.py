"""The movements of a herd as barriers meet them: steps, bridges, places and where it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.barriers.crossings import Steps
from corridors.barriers.flux import Bridges
from corridors.barriers.segments import Anchors, projected
from corridors.foundation import tables
from corridors.foundation.arrays import Floats, Indices, Labels
from corridors.foundation.crs import GEOGRAPHIC, transformer


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
    time_us
        Microseconds since 1970 UTC, shape (n,).
    """

    lon: Floats
    lat: Floats
    x_m: Floats
    y_m: Floats
    animals: tuple[str, ...]
    edges: tuple[int, ...]
    time_us: Indices

    @property
    def animal(self) -> Labels:
        """The animal of each fix."""
        n_fixes = np.diff(np.array(self.edges)).astype(np.int64)
        return np.repeat(np.array(self.animals, dtype=object), n_fixes)


@dataclass(frozen=True)
class Movements:
    """What is known of how a herd moves.

    Parameters
    ----------
    herd, crs
        Its name and its working CRS.
    places
        Its usable fixes.
    steps, bridges
        One bridge per step, animals one after the other.
    corridor
        CORRIDORS of all seasons: low, medium, high.
    anchors
        Where the herd may be: fixes and corridor polygons, working CRS, m.
    years
        Animal -> years tracked.
    """

    herd: str
    crs: str
    places: Places
    steps: Steps
    bridges: Bridges
    corridor: gpd.GeoDataFrame
    anchors: Anchors
    years: pd.Series[float]

    def by_animal(self) -> Iterator[tuple[slice, Steps, Bridges]]:
        """Yield the rows, steps and bridges of each animal."""
        animal = self.steps.frame["animal"]
        edges = np.flatnonzero(animal.ne(animal.shift()).to_numpy(bool)).tolist()
        # Without any step there is one animal that took none, for the types of the columns.
        for low, high in pairwise([*(edges or [0]), len(animal)]):
            rows = slice(low, high)
            steps = Steps(self.steps.frame.iloc[rows].reset_index(drop=True))
            yield rows, steps, Bridges(*(column[rows] for column in self.bridges.columns))

    def labelled(self, label: Labels) -> Movements:
        """Return the movements with labels in place of the seasons, shape (n_steps,)."""
        season = pd.Series(label, dtype=object).to_numpy()
        return replace(self, steps=Steps(self.steps.frame.assign(season=season)))

    def met(
        self, frame: pd.DataFrame, step: Indices, share: Floats, x_m: Floats, y_m: Floats
    ) -> gpd.GeoDataFrame:
        """Return a table of meetings with animal, interpolated time, month, season, step, place."""
        own = self.steps.frame.take(step).reset_index(drop=True)
        frame = frame.reset_index(drop=True)  # else columns of `own` would align with labels
        lag_us = (own["end_utc"] - own["start_utc"]).dt.total_seconds() * 1e6
        offset = pd.to_timedelta(np.rint(lag_us.to_numpy(float) * share), unit="us")
        time = (own["start_utc"] + offset).astype(tables.UTC)
        lon, lat = transformer(self.crs, GEOGRAPHIC).transform(x_m, y_m)
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
