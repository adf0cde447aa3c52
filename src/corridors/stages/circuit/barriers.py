"""What stands in the way of the current: which edges of the grid it cuts, how it lets through."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.closed_lines import planar
from corridors.barriers.sources import is_areal_pressure, is_standing
from corridors.foundation.arrays import Floats
from corridors.foundation.grid import Grid
from corridors.habitat.circuit_grid import Cuts, beyond, crossed_edges
from corridors.stages.circuit.stage import Inputs, Settings
from corridors.threats.priors import best_known


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


def obstacles(inputs: Inputs, settings: Settings, grid: Grid) -> Obstacles:
    """Return what exists in the way on ``grid``; no boundary without a fence does."""
    segments, barriers = inputs.segments.read(), inputs.barriers.read()
    segments = segments[is_standing(segments)].sort_values(
        "segment", kind="stable", ignore_index=True
    )
    barriers = barriers[is_standing(barriers) & ~is_areal_pressure(barriers)]
    barriers = barriers.sort_values("barrier", kind="stable", ignore_index=True)
    own = crossed_edges(planar(segments, grid.crs), grid)
    whole = planar(barriers, grid.crs)
    areal = shapely.get_dimensions(whole) == 2
    rest, kept = beyond(
        crossed_edges(np.where(areal, shapely.boundary(whole), whole), grid),
        own,
        pd.Index(barriers["barrier"]).get_indexer(pd.Index(segments["barrier"])),
        n_edges=4 * grid.n_rows * grid.n_cols,
    )
    estimates = inputs.permeability.read()

    def known(rows: pd.DataFrame) -> pd.DataFrame:
        return best_known(
            rows,
            estimates,
            overrides=settings.priors,
            species=settings.species or "",
            prior_encounters=settings.prior_encounters,
        )

    segments = segments.join(known(segments))
    passing = [segments["used"], known(barriers.iloc[kept])["used"]]
    return Obstacles(
        segments=segments,
        cuts=Cuts(
            np.concatenate([own.line, len(segments) + rest.line]),
            np.concatenate([own.edge, rest.edge]),
        ),
        passing=np.concatenate([values.to_numpy(float) for values in passing]),
        n_rest=kept.size,
    )
