"""How far the barriers of stage `intersect` hold the herd to its straight steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.barriers.crossings import Steps
from corridors.barriers.flux import Bridges
from corridors.barriers.holding import Holding, holding
from corridors.foundation.arrays import Geometries
from corridors.foundation.clock import microseconds
from corridors.foundation.errors import MethodError
from corridors.movement.straying import straying
from corridors.stages.intersect_herd import Herd

if TYPE_CHECKING:
    from corridors.config.model import Intersect


def held_bridges(
    herd: Herd, lines: Geometries, intersect: Intersect, notes: dict[str, Any]
) -> Bridges:
    """Return the herd's bridges, its sideways ones held as barriers hold them; tell how much."""
    total = Holding(0.0, 0.0)
    is_sideways = herd.bridges.tail > 0
    for rows, steps, _ in herd.by_animal():
        if is_sideways[rows].any():
            total += holding_of(steps, lines, intersect)
    share = total.share(prior_departures=intersect.held_prior)
    notes["held"] = {"share": share, "expected": total.expected, "found": total.found}
    return replace(herd.bridges, held=np.where(is_sideways, share, 0.0))


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
