"""The barriers of stage `circuit`: which edges of the grid they cut, and how they let through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.segments import projected
from corridors.barriers.sources import is_areal_pressure, is_standing
from corridors.foundation.arrays import Floats
from corridors.foundation.grid import Grid
from corridors.habitat.circuit_grid import Cuts, crossed_edges
from corridors.threats.priors import prior_table, with_estimates


@dataclass(frozen=True)
class Expected:
    """What is known of the permeability of a barrier that states none.

    Parameters
    ----------
    species
        Scientific name of the herd's species.
    priors
        Class -> permeability that the study states instead of the packaged prior.
    prior_encounters
        Weight of a prior against the herd's own steps, encounters.
    estimates
        PERMEABILITY of the herd; None: nobody was tracked.
    """

    species: str
    priors: Mapping[str, float]
    prior_encounters: float
    estimates: pd.DataFrame | None


@dataclass(frozen=True)
class Obstacles:
    """Lines that stand in the way: the segments first, then what is left of each barrier.

    Parameters
    ----------
    segments
        The existing segments, SEGMENTS with ``used`` and ``used_source``: the permeability that
        counts and where it is from.
    cuts
        Which edges each line crosses.
    passing
        Permeability of each line, (n_lines,), 0...1.
    n_rest
        Lines that are the rest of a barrier beyond the reach of `intersect`; only burned in.
    """

    segments: gpd.GeoDataFrame
    cuts: Cuts
    passing: Floats
    n_rest: int


def obstacles(
    segments: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    expected: Expected,
    grid: Grid,
) -> Obstacles:
    """Return what stands in the way on ``grid``.

    Parameters
    ----------
    segments, barriers
        SEGMENTS and BARRIERS; only those that exist count, and no boundary without a fence.
    expected
        What is known of the permeability of classes.
    grid
        The cells of the network.
    """
    segments = segments[is_standing(segments)].sort_values(
        "segment", kind="stable", ignore_index=True
    )
    barriers = barriers[is_standing(barriers) & ~is_areal_pressure(barriers)]
    barriers = barriers.sort_values("barrier", kind="stable", ignore_index=True)
    planar = projected(np.asarray(segments.geometry.to_numpy(), dtype=object), grid.crs)
    own = crossed_edges(planar, grid)
    whole = projected(np.asarray(barriers.geometry.to_numpy(), dtype=object), grid.crs)
    areal = shapely.get_dimensions(whole) == 2
    rest = crossed_edges(np.where(areal, shapely.boundary(whole), whole), grid)
    feature = pd.Index(barriers["barrier"]).get_indexer(pd.Index(segments["barrier"]))
    n_edges = 4 * grid.n_rows * grid.n_cols
    is_beyond = ~np.isin(rest.line * n_edges + rest.edge, feature[own.line] * n_edges + own.edge)
    of, edge = rest.line[is_beyond], rest.edge[is_beyond]
    kept, line = np.unique(of, return_inverse=True)
    segments = segments.assign(**_permeability(segments, expected))
    beyond = _permeability(barriers.iloc[kept], expected)["used"]
    return Obstacles(
        segments=segments,
        cuts=Cuts(
            np.concatenate([own.line, len(segments) + line]), np.concatenate([own.edge, edge])
        ),
        passing=np.concatenate([segments["used"].to_numpy(float), beyond.to_numpy(float)]),
        n_rest=kept.size,
    )


def _permeability(frame: gpd.GeoDataFrame, expected: Expected) -> dict[str, pd.Series]:
    """Return permeability and its source: stated, else estimated of the class, else the prior."""
    kinds, classes = frame["kind"], frame["class"]
    prior = prior_table(kinds, classes, overrides=expected.priors, species=expected.species)
    if expected.estimates is None:
        prior["label"] = "prior"
    else:
        prior = with_estimates(
            prior,
            kinds,
            classes,
            expected.estimates,
            prior_encounters=expected.prior_encounters,
        )
    stated = frame["permeability"].astype("float64")
    return {
        "used": stated.fillna(prior["permeability"]),
        "used_source": prior["label"].astype(object).mask(stated.notna(), "stated"),
    }
