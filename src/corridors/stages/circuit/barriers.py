"""What stands in the way of the current: which edges of the grid it cuts, how it lets through."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np

from corridors.barriers.standing_lines import standing_lines
from corridors.foundation.arrays import Floats
from corridors.foundation.grid import Grid
from corridors.habitat.circuit_grid import Cuts, beyond, crossed_edges
from corridors.stages.circuit.stage import Inputs, Settings
from corridors.threats.priors import best_known, of_places


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
    """Return what exists in the way on ``grid``."""
    lines = standing_lines(inputs.segments.read(), inputs.barriers.read(), grid.crs)
    own = crossed_edges(lines.parts, grid)
    rest, kept = beyond(
        crossed_edges(lines.whole, grid),
        own,
        lines.barrier_of,
        n_edges=4 * grid.n_rows * grid.n_cols,
    )
    known = partial(
        best_known,
        estimates=inputs.permeability.read(),
        overrides=settings.priors,
        species=settings.species or "",
        prior_trials=settings.prior_trials,
    )
    of_segments = of_places(lines.segments, known(lines.segments), inputs.places.read())
    of_rest = known(lines.barriers.iloc[kept])
    return Obstacles(
        segments=lines.segments.join(of_segments),
        cuts=Cuts(
            np.concatenate([own.line, lines.parts.size + rest.line]),
            np.concatenate([own.edge, rest.edge]),
        ),
        passing=np.concatenate(
            [of_segments["used"].to_numpy(float), of_rest["used"].to_numpy(float)]
        ),
        n_rest=kept.size,
    )
