"""Simulated animals at barriers of known permeability, without the estimator's own code.

An animal draws a step. If it meets no line, the animal takes it. If it does, and kappa is at most
1, the animal crosses at its i-th refusal with probability kappa / i, else it draws again: the
chance to stay at last is s^kappa, whatever s is, so no chance is ever computed. Above 1 it draws
for each whole unit of kappa, and for the rest, and crosses if any draw does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from corridors.barriers.crossings import Steps
from corridors.barriers.null_steps import Table, informative, null_chances
from corridors.barriers.tries import Near, tries
from corridors.barriers.validity import Validity
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices, Labels

TILE_M = 3000.0
LAG_H = 2.0
_EVER = np.iinfo(np.int64).max
NEAR = Near(
    buffer_m=300.0,
    reach_frac=0.99,
    neighbourhood_m=2000.0,
    max_lag_h=26.0,
    lag_tolerance_frac=0.1,
    dead_zone_sd=2.0,
)
# Lines of one tile: a wavy fence that goes on in the next tile, and one that ends.
_FENCE = np.array(
    [[1400, 0], [1700, 500], [1500, 1000], [1250, 1600], [1350, 2100], [1200, 2600], [1400, 3000]],
    dtype=float,
)
_SPUR = np.array([[1500, 1000], [2100, 1150], [2500, 950]], dtype=float)


@dataclass(frozen=True)
class Walk:
    """How animals walk where nothing is in the way.

    Parameters
    ----------
    shape, scale_m
        Of the Weibull law of step lengths.
    concentration
        Of the von Mises law of turns.
    """

    shape: float = 1.2
    scale_m: float = 300.0
    concentration: float = 1.0


def _pieces() -> Floats:
    tiles = [np.hstack([line[:-1], line[1:]]) for line in (_FENCE, _SPUR)]
    one = np.vstack(tiles)
    shifts = [(i * TILE_M, j * TILE_M) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return np.vstack([one + np.array([x, y, x, y]) for x, y in shifts])


def _meets(x: Floats, y: Floats, dx: Floats, dy: Floats, pieces: Floats) -> Flags:
    """Return whether each step meets any piece, by the sides on which the four ends lie."""
    x, y = x % TILE_M, y % TILE_M
    ax, ay, bx, by = (pieces[:, i] for i in range(4))
    one = dx[:, None] * (ay - y[:, None]) - dy[:, None] * (ax - x[:, None])
    two = dx[:, None] * (by - y[:, None]) - dy[:, None] * (bx - x[:, None])
    ux, uy = bx - ax, by - ay
    three = ux * (y[:, None] - ay) - uy * (x[:, None] - ax)
    four = three + ux * dy[:, None] - uy * dx[:, None]
    meets: Flags = (((one > 0) != (two > 0)) & ((three > 0) != (four > 0))).any(axis=1)
    return meets


def tracks(
    rng: np.random.Generator, kappa: Floats, pace: Floats, walk: Walk
) -> tuple[Floats, Floats]:
    """Return x and y of animals, shape (n_animals, n_steps + 1).

    ``kappa`` is the permeability, ``pace`` a factor of the lengths, for each animal and step,
    shape (n_animals, n_steps).
    """
    n, n_steps = kappa.shape
    pieces = _pieces()
    x, y = (rng.uniform(0, TILE_M, n) for _ in range(2))
    heading = rng.uniform(-np.pi, np.pi, n)
    xs, ys = [x], [y]
    for t in range(n_steps):
        whole = np.floor(kappa[:, t])
        rest = kappa[:, t] - whole
        dx, dy = np.zeros(n), np.zeros(n)
        done = np.zeros(n, dtype=bool)  # has a step that crosses: nothing more to draw
        unit = 0
        while True:  # whole units: one draw each
            asked = np.flatnonzero(~done & (unit < whole))
            if not asked.size:
                break
            new_x, new_y = _draw(rng, heading[asked], pace[asked, t], walk)
            crosses = _meets(x[asked], y[asked], new_x, new_y, pieces)
            dx[asked], dy[asked] = new_x, new_y
            done[asked] = crosses
            unit += 1
        asked = np.flatnonzero(~done & ((rest > 0) | (whole == 0)))
        refusal = 1
        while asked.size:  # the rest: draws until one stays, or the animal goes through
            new_x, new_y = _draw(rng, heading[asked], pace[asked, t], walk)
            crosses = _meets(x[asked], y[asked], new_x, new_y, pieces)
            through = crosses & (rng.uniform(size=asked.size) < rest[asked] / refusal)
            taken = ~crosses | through
            dx[asked[taken]], dy[asked[taken]] = new_x[taken], new_y[taken]
            asked = asked[~taken]
            refusal += 1
        x, y = x + dx, y + dy
        heading = np.arctan2(dy, dx)
        xs.append(x)
        ys.append(y)
    return np.column_stack(xs), np.column_stack(ys)


def _draw(
    rng: np.random.Generator, heading: Floats, pace: Floats, walk: Walk
) -> tuple[Floats, Floats]:
    turn = rng.vonmises(0.0, walk.concentration, heading.size)
    length = walk.scale_m * pace * rng.weibull(walk.shape, heading.size)
    length = np.minimum(length, 0.9 * TILE_M)
    return length * np.cos(heading + turn), length * np.sin(heading + turn)


def steps_of_herd(x: Floats, y: Floats, lag_h: Floats | float = LAG_H) -> Steps:
    """Return the steps of the animals of one herd, all ``lag_h`` long or one for each step."""
    n, m = x.shape[0], x.shape[1] - 1
    lag_us = np.broadcast_to(np.asarray(lag_h) * 3.6e9, (n, m)).astype("timedelta64[us]")
    end = np.datetime64("2022-04-01", "us") + np.cumsum(lag_us, axis=1)
    number = np.repeat(np.arange(n), m)
    frame = pd.DataFrame(
        {
            "animal": np.array([f"animal-{i:02d}" for i in range(n)], dtype=object)[number],
            "start_utc": pd.to_datetime((end - lag_us).ravel(), utc=True),
            "end_utc": pd.to_datetime(end.ravel(), utc=True),
            "x0_m": x[:, :-1].ravel(),
            "y0_m": y[:, :-1].ravel(),
            "x1_m": x[:, 1:].ravel(),
            "y1_m": y[:, 1:].ravel(),
            "fix0": np.arange(n * m),
            "fix1": np.arange(n * m) + 1,
            "season": "other",
            "next": np.tile(np.arange(m) < m - 1, n),
        }
    )
    return Steps(frame)


def lines_around(x: Floats, y: Floats) -> Geometries:
    """Return the lines of all tiles that the animals may have reached."""
    columns = range(int(np.floor(x.min() / TILE_M)) - 1, int(np.floor(x.max() / TILE_M)) + 2)
    rows = range(int(np.floor(y.min() / TILE_M)) - 1, int(np.floor(y.max() / TILE_M)) + 2)
    return np.array(
        [
            shapely.LineString(line + np.array([i * TILE_M, j * TILE_M]))
            for i in columns
            for j in rows
            for line in (_FENCE, _SPUR)
        ],
        dtype=object,
    )


def table_of(
    steps: Steps,
    lines: Geometries,
    *,
    error_m: float,
    near: Near,
    law: str = "corrected",
    level: Labels | None = None,
) -> tuple[Table, Indices]:
    """Return what the steps tell of the lines, and the step of each row.

    ``level`` is a label of each step by which animals may move otherwise.
    """
    error = np.full(len(steps), error_m)
    standing = Validity(np.full(len(lines), -_EVER), np.full(len(lines), _EVER))
    found, index = tries(steps, lines, standing, near, error0_m=error, error1_m=error)
    groups = found.lag.astype(str).astype(object)[:, None]
    if level is not None:
        groups = np.column_stack([groups, level[found.step]])
    null = null_chances(
        found, index, groups, law="corrected" if law == "corrected" else "crossing_steps",
        n_headings=60, min_steps=200,
    )  # fmt: skip
    table = informative(found, null)
    return table, found.step[table.row]
