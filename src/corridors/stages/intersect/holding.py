"""How far barriers hold the herd to its straight steps: laws of straying meet lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.barriers.crossings import Steps
from corridors.barriers.flux import Bridges
from corridors.barriers.holding import Holding, holding
from corridors.barriers.movements import Movements
from corridors.foundation.arrays import Geometries
from corridors.foundation.clock import microseconds
from corridors.foundation.errors import MethodError
from corridors.movement.straying import straying

if TYPE_CHECKING:
    from corridors.config.model import Intersect


class Holder:
    """Holds the sideways bridges of a herd as the lines that stand hold it; keeps how much.

    Parameters
    ----------
    moves
        Of the herd.
    intersect
        The configuration.
    """

    def __init__(self, moves: Movements, intersect: Intersect) -> None:
        self.moves = moves
        self.intersect = intersect
        self.total = Holding(0.0, 0.0)

    @property
    def share(self) -> float:
        """Share of the herd's passages that keep to the straight step."""
        return self.total.share(prior_departures=self.intersect.held_prior)

    def __call__(self, lines: Geometries) -> Bridges:
        """Return the herd's bridges as ``lines``, planar, hold them."""
        bridges = self.moves.bridges
        is_sideways = bridges.tail > 0
        for rows, steps, _ in self.moves.by_animal():
            if is_sideways[rows].any():
                self.total += holding_of(steps, lines, self.intersect)
        return replace(bridges, held=np.where(is_sideways, self.share, 0.0))


def holding_of(steps: Steps, lines: Geometries, intersect: Intersect) -> Holding:
    """Return what the fixes of one animal tell."""
    frame = steps.frame
    time_min = microseconds(frame["start_utc"]) / 6e7
    ends, lag = steps.ends, steps.duration_min
    goes_on = frame["next"].to_numpy(bool)
    # Every start, and the ends from which no step starts, in time.
    t = np.concatenate([time_min, (time_min + lag)[~goes_on]])
    order = np.argsort(t, kind="stable")
    x, y = (np.concatenate([ends[:, k], ends[~goes_on, k + 2]])[order] for k in (0, 1))
    try:
        # As measured, and from the fixes next to each: so are those compared below.
        law = straying(
            x,
            y,
            t[order],
            np.zeros(t.size),
            max_lag_min=intersect.max_lag_h * 60,
            min_triplets=intersect.min_triplets,
            same_hour_beyond_min=np.inf,
        )
    except MethodError:
        return Holding(0.0, 0.0)
    one = np.flatnonzero(goes_on[:-1])
    span = lag[one] + lag[one + 1]
    share = lag[one] / span
    way = np.hypot(*(ends[one + 1, 2:] - ends[one, :2]).T)
    scale = np.sqrt(span * share * (1 - share) * law.variance(way, span))
    return holding(
        np.hstack([ends[one], ends[one + 1, 2:]]),
        share,
        scale,
        law.tails,
        lines,
        max_triplets=intersect.held_triplets,
    )
