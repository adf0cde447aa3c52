"""Thinned tracks: net passages predicted from few fixes, and counted along many."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import STRtree

from corridors.barriers.crossings import meetings
from corridors.barriers.flux import Bridges, pair_flux, reach_m
from corridors.barriers.segments import Pieces, straight_pieces
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices
from corridors.foundation.crs import project

# Edges of the bins of |flux|.
EDGES = np.array([0.05, 0.1, 0.2, 0.4, 0.6, 0.8, np.inf])


@dataclass(frozen=True)
class Thinned:
    """One animal's fixes, and which of them are kept.

    Parameters
    ----------
    x_m, y_m, time_min
        All fixes, in time.
    kept
        Indices of the fixes kept.
    """

    x_m: Floats
    y_m: Floats
    time_min: Floats
    kept: Indices

    @property
    def steps(self) -> Floats:
        """All straight steps, ``x0, y0, x1, y1``, m."""
        return np.column_stack([self.x_m[:-1], self.y_m[:-1], self.x_m[1:], self.y_m[1:]])

    @property
    def bridges(self) -> Floats:
        """Straight steps between the fixes kept."""
        x, y = self.x_m[self.kept], self.y_m[self.kept]
        return np.column_stack([x[:-1], y[:-1], x[1:], y[1:]])

    @property
    def lag_h(self) -> Floats:
        """Lag between the fixes kept, h."""
        return np.diff(self.time_min[self.kept]) / 60


@dataclass(frozen=True)
class Expanded:
    """What a model makes of the bridges of a thinned track.

    Parameters
    ----------
    bridges
        Bridges with weights.
    parent
        The bridge of the thinned track that each belongs to.
    weight
        Its share of the parent, which add up to 1 at every moment.
    """

    bridges: Bridges
    parent: Indices
    weight: Floats


Model = Callable[[Thinned, Indices], Expanded]


def read_tracks(path: Path, crs: str) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Return x (m), y (m) and time (min) of each animal in a file with Movebank's columns."""
    raw = pd.read_csv(path)
    raw["time"] = pd.to_datetime(raw["timestamp"], utc=True)
    raw["animal"] = raw["individual-local-identifier"].astype(str)
    raw = raw.drop_duplicates(["animal", "time"]).sort_values(["animal", "time"])
    raw["x"], raw["y"] = project(
        raw["location-long"].to_numpy(float), raw["location-lat"].to_numpy(float), crs
    )
    return {
        str(name): (
            rows["x"].to_numpy(float),
            rows["y"].to_numpy(float),
            (rows["time"] - rows["time"].iloc[0]).dt.total_seconds().to_numpy(float) / 60,
        )
        for name, rows in raw.groupby("animal", sort=True)
    }


def read_lines(path: Path, crs: str, layer: str | None = None) -> Geometries:
    """Return the lines of a layer, which may be left out if it is the only one, in the CRS."""
    lines = gpd.read_file(path, layer=layer).to_crs(crs)
    return np.asarray(lines.geometry.to_numpy(), dtype=object)


def pairs(
    track: Thinned,
    lines: Geometries,
    model: Model,
    *,
    lag_h: tuple[float, float],
    distance_m: float,
) -> pd.DataFrame:
    """Return flux and truth of every bridge and line that are near each other.

    Parameters
    ----------
    track
        The thinned track.
    lines
        Barriers in the working CRS.
    model
        Makes the bridges.
    lag_h
        Shortest and longest bridges that are judged.
    distance_m
        Pairs whose straight step is within this distance are judged, whatever the model.

    Returns
    -------
    DataFrame
        ``flux``; ``truth``: net signed crossings of the straight steps between all fixes within
        the bridge; ``hit``: of the straight step between its two. Positive: to the left of the
        line.
    """
    n = max(1, len(lines))
    judged = np.flatnonzero((track.lag_h >= lag_h[0]) & (track.lag_h <= lag_h[1]))
    straight = Pieces(track.bridges[judged], judged).lines
    one, two = STRtree(lines).query(straight, predicate="dwithin", distance=distance_m)
    key = np.sort(judged[one] * n + two)

    fine = meetings(track.steps, lines)
    window = np.searchsorted(track.kept, fine.step, side="right") - 1
    inside = (window >= 0) & (window < track.kept.size - 1)
    truth = _summed(key, (window * n + fine.line)[inside], _sign(fine.from_left)[inside])
    coarse = meetings(track.bridges, lines)
    hit = _summed(key, coarse.step * n + coarse.line, _sign(coarse.from_left))

    made = model(track, judged)
    pieces = straight_pieces(lines)
    ends = np.column_stack(made.bridges.columns[:4])
    b, p = STRtree(pieces.lines).query(
        Pieces(ends, np.arange(len(ends))).lines,
        predicate="dwithin",
        distance=reach_m(made.bridges, 0.0, flux_floor=1e-6),
    )
    found = pair_flux(made.bridges, pieces.ends, np.zeros(len(pieces.ends)), b, p, accuracy=1e-8)
    flux = _summed(key, made.parent[b] * n + pieces.owner[p], found * made.weight[b])
    return pd.DataFrame({"flux": flux, "truth": truth, "hit": hit})


def _sign(from_left: Flags) -> Floats:
    return np.where(from_left, -1.0, 1.0)


def _summed(key: Indices, keys: Indices, values: Floats) -> Floats:
    """Return the sum of the values of each key; ``key`` is sorted."""
    at = np.minimum(np.searchsorted(key, keys), key.size - 1)
    known = key[at] == keys
    return np.bincount(at[known], weights=values[known], minlength=key.size)


@dataclass(frozen=True)
class Calibration:
    """How well the flux foretells the net passages.

    Parameters
    ----------
    slope
        Of truth on flux, through the origin.
    error, error_of_hits
        Mean squared error of the flux, and of straight-line hits.
    bins
        Row per bin of |flux|: ``flux, truth`` (means, truth in the flux's direction), ``se`` (of
        the truth) and ``n``.
    n_pairs
        Pairs judged.
    """

    slope: float
    error: float
    error_of_hits: float
    bins: pd.DataFrame
    n_pairs: int

    @property
    def worst_bin(self) -> float:
        """Largest difference between mean truth and mean flux in a bin."""
        return float((self.bins["truth"] - self.bins["flux"]).abs().max())


def calibration(found: pd.DataFrame) -> Calibration:
    """Return the calibration of pairs of a bridge and a line."""
    flux, truth = found["flux"].to_numpy(float), found["truth"].to_numpy(float)
    size = np.abs(flux)
    along = truth * np.where(flux < 0, -1.0, 1.0)
    rows = []
    for low, high in itertools.pairwise(EDGES):
        held = (size >= low) & (size < high)
        n = int(held.sum())
        se = float(along[held].std() / np.sqrt(n)) if n else np.nan
        mean = (float(size[held].mean()), float(along[held].mean())) if n else (np.nan, np.nan)
        rows.append({"from": low, "flux": mean[0], "truth": mean[1], "se": se, "n": n})
    return Calibration(
        slope=float((flux * truth).sum() / (flux**2).sum()),
        error=float(((truth - flux) ** 2).mean()),
        error_of_hits=float(((truth - found["hit"].to_numpy(float)) ** 2).mean()),
        bins=pd.DataFrame(rows),
        n_pairs=len(found),
    )
