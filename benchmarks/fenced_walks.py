"""Animals that walk in ten-minute steps among straight fences, and collars that see them rarely.

They rest and walk in turn, keep their direction for a while, and drift back to where they live. A
closed fence is never passed: an animal that walks into it turns back, or goes along it, or waits. A
harmless one is not there for them. Nothing of the estimator is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numba import njit

from corridors.barriers.crossings import Steps, steps_of
from corridors.foundation.arrays import Floats, Geometries

STEP_MIN = 10
SPACING_M = 4000.0
_NO_WINDOWS = pd.DataFrame(
    columns=["migration", "animal", "season", "part", "start_utc", "end_utc"]
)


@dataclass(frozen=True)
class World:
    """A herd among parallel fences.

    Parameters
    ----------
    is_closed
        Whether nobody passes a fence.
    n_animals, days
        Size of the herd, and for how long it is tracked.
    """

    is_closed: bool
    n_animals: int = 8
    days: int = 90


@njit(cache=True)
def _walk(rng: Any, n: int, closed: bool, c: float, s: float, spacing: float) -> Any:
    """Return x and y of one animal at each step."""
    x, y = np.empty(n + 1), np.empty(n + 1)
    x[0], y[0] = rng.normal(0.0, 3000.0), rng.normal(0.0, 3000.0)
    home_x, home_y = x[0] + rng.normal(0.0, 1500.0), y[0] + rng.normal(0.0, 1500.0)
    heading, left, walks = rng.uniform(-np.pi, np.pi), 0, True
    along = 0
    for t in range(n):
        if left == 0:
            walks = not walks
            left = 1 + int(rng.exponential(24.0 if walks else 18.0))
        left -= 1
        # Home pulls the more the farther away it is.
        dx, dy = home_x - x[t], home_y - y[t]
        pull = min(1.0, np.hypot(dx, dy) / 6000.0)
        heading += rng.normal(0.0, 0.45) + 0.15 * pull * np.sin(np.arctan2(dy, dx) - heading)
        length = rng.gamma(1.5, 80.0) if walks else rng.gamma(1.0, 4.0)
        x[t + 1], y[t + 1] = x[t] + length * np.cos(heading), y[t] + length * np.sin(heading)
        if not closed:
            continue
        side = np.floor((x[t] * c + y[t] * s) / spacing)
        if np.floor((x[t + 1] * c + y[t + 1] * s) / spacing) == side:
            continue
        if along == 0 or rng.random() < 0.1:
            along = 1 if rng.random() < 0.5 else -1
        choice = rng.random()
        if choice < 0.4:  # along the fence, as it came or the other way
            heading = np.arctan2(along * c, -along * s) + rng.normal(0.0, 0.1)
        elif choice < 0.8:  # back
            heading += np.pi + rng.normal(0.0, 0.5)
        else:  # it waits
            length = 0.0
        x[t + 1], y[t + 1] = x[t] + length * np.cos(heading), y[t] + length * np.sin(heading)
        if np.floor((x[t + 1] * c + y[t + 1] * s) / spacing) != side:
            x[t + 1], y[t + 1] = x[t], y[t]
    return x, y


def herd(world: World, seed: list[int]) -> tuple[Floats, Floats, Geometries]:
    """Return x and y of each animal every ten minutes, and the fences."""
    rng = np.random.default_rng(seed)
    turn = rng.uniform(0.0, np.pi)
    c, s = float(np.cos(turn)), float(np.sin(turn))
    n = world.days * 24 * 60 // STEP_MIN
    walks = [_walk(rng, n, world.is_closed, c, s, SPACING_M) for _ in range(world.n_animals)]
    x, y = (np.stack([walk[k] for walk in walks]) for k in (0, 1))
    far = float(np.abs(np.concatenate([x, y])).max()) + 20_000.0
    at = np.arange(-np.ceil(far / SPACING_M), np.ceil(far / SPACING_M) + 1) * SPACING_M
    start, way = at[:, None] * np.array([c, s]), 2 * far * np.array([-s, c])
    return x, y, np.asarray(shapely.linestrings(np.stack([start - way, start + way], axis=1)))


def collared(
    x: Floats, y: Floats, *, lags_h: tuple[float, ...], error_m: float, seed: list[int]
) -> Steps:
    """Return the steps between fixes with an error; each time between fixes is one of ``lags_h``.

    One fix in twenty is lost.
    """
    rng = np.random.default_rng(seed)
    parts = []
    every = np.array([round(lag * 60 / STEP_MIN) for lag in lags_h])
    start = pd.Timestamp("2022-04-01", tz="UTC")
    for animal in range(len(x)):
        at = np.cumsum(rng.choice(every, x.shape[1] // int(every.min()) + 1))
        at = at[at < x.shape[1]]
        at = at[rng.random(at.size) >= 0.05]
        parts.append(
            pd.DataFrame(
                {
                    "animal": f"animal-{animal:02d}",
                    "time_utc": (start + pd.to_timedelta(at * STEP_MIN, "min")).as_unit("us"),
                    "x_m": x[animal, at] + rng.normal(0.0, error_m, at.size),
                    "y_m": y[animal, at] + rng.normal(0.0, error_m, at.size),
                    "burst": 0,
                }
            )
        )
    return steps_of(pd.concat(parts, ignore_index=True), _NO_WINDOWS, max_lag_h=49.0)
