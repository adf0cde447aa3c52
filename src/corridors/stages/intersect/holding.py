"""How far the herd passes lines otherwise than by its laws of straying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from corridors.barriers.crossings import Steps
from corridors.barriers.holding import UNCHANGED, Beside, LeftOut, left_out, odds_beside
from corridors.barriers.movements import Movements
from corridors.foundation.arrays import Geometries
from corridors.foundation.clock import microseconds
from corridors.foundation.errors import MethodError
from corridors.movement.straying import straying

if TYPE_CHECKING:
    from corridors.config.crossing import Intersect

# Where the barriers are moved to see what animals do where none stand, m; of each animal's fixes
# as many altogether as at the barriers.
_WAY_M: Final = (1500.0, 2100.0, 2700.0, 3300.0, 4000.0)
MOVES_M: Final = tuple(
    (way * np.cos(angle), way * np.sin(angle))
    for way, angle in zip(_WAY_M, 0.3 + 2 * np.pi * np.arange(5) / 5, strict=True)
)


class Holder:
    """Tells how a herd whose bridges are sideways passes lines; keeps what it saw.

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
        self.real, self.moved = LeftOut.none(), LeftOut.none()
        self.odds = UNCHANGED

    def __call__(self, lines: Geometries) -> Beside:
        """Return the herd's odds of passages, told beside ``lines`` that stand, planar."""
        is_sideways = self.moves.bridges.tail > 0
        for rows, steps, _ in self.moves.by_animal():
            if is_sideways[rows].any():
                real, moved = left_out_of(steps, lines, self.intersect)
                self.real, self.moved = self.real + real, self.moved + moved
        self.odds = odds_beside(
            self.real,
            self.moved,
            law_sd=self.intersect.law_sd,
            held_sd=self.intersect.held_sd,
        )
        return self.odds


def left_out_of(steps: Steps, lines: Geometries, intersect: Intersect) -> tuple[LeftOut, LeftOut]:
    """Return what the fixes of one animal tell: at the lines, and at the same lines moved."""
    frame = steps.frame
    time_min = microseconds(frame["start_utc"]) / 6e7
    ends, lag = steps.ends, steps.duration_min
    goes_on = frame["next"].to_numpy(bool)
    # Every start, and the ends from which no step starts, in time.
    t = np.concatenate([time_min, (time_min + lag)[~goes_on]])
    order = np.argsort(t, kind="stable")
    x, y = (np.concatenate([ends[:, k], ends[~goes_on, k + 2]])[order] for k in (0, 1))
    try:
        # As measured: so are those compared below.
        law = straying(
            x,
            y,
            t[order],
            np.zeros(t.size),
            max_lag_min=intersect.max_lag_h * 60,
            min_triplets=intersect.min_triplets,
        )
    except MethodError:
        return LeftOut.none(), LeftOut.none()
    one = np.flatnonzero(goes_on[:-1])
    span = lag[one] + lag[one + 1]
    share = lag[one] / span
    way = np.hypot(*(ends[one + 1, 2:] - ends[one, :2]).T)
    scale = np.sqrt(span * share * (1 - share) * law.variance(way, span))
    fixes = np.hstack([ends[one], ends[one + 1, 2:]])

    def seen(at: Geometries, most: int) -> LeftOut:
        return left_out(fixes, share, scale, law.tails, at, max_triplets=most)

    moved = LeftOut.none()
    for move_m in MOVES_M:
        moved += seen(_moved(lines, move_m), intersect.held_triplets // len(MOVES_M))
    return seen(lines, intersect.held_triplets), moved


def _moved(lines: Geometries, by_m: tuple[float, float]) -> Geometries:
    return np.asarray(shapely.transform(lines, lambda places: places + np.array(by_m)), object)
