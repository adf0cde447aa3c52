"""Null steps: what an animal near a barrier would do next if the barrier were not there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import shapely
from numba import njit
from shapely import STRtree

from corridors.barriers.crossings import Steps
from corridors.barriers.rays import LineIndex, first_hits, line_index
from corridors.barriers.segments import Pieces, straight_pieces
from corridors.barriers.validity import Validity, middle_us
from corridors.foundation.arrays import Flags, Floats, Geometries, Indices, Labels, Microseconds

Law = Literal["corrected", "crossing_steps"]

# Fewer lengths of crossing steps than this are smoothed by a Weibull law (METHODS 6).
_FEW_CROSSINGS = 30
_WEIBULL_NODES = 256
# Tries behind one law, and tries at a time; bounds the memory to some 30 MB.
_MOST_IN_LAW = 20_000
# The weights of the law are found when no one moves by more than this share of the mean.
_ROUND_TOLERANCE = 1e-4
_MOST_ROUNDS = 500


@dataclass(frozen=True)
class Tries:
    """Steps in the neighbourhood of barriers, in the order of the herd's steps.

    Parameters
    ----------
    step
        Row of the step, shape (n,).
    x_m, y_m, time_us
        Where it starts, and its middle in time.
    heading_rad, turn_rad
        Direction of the step before, and by how much this one turned from it, -pi...pi.
    length_m
        Length of the step.
    line
        The line nearest to the start if that lies within the buffer, else -1.
    crossed
        Whether the step meets any of the lines.
    lag_h
        The most frequent time between fixes; steps with another one are left out.
    n_other_lag, n_no_heading
        Steps within the buffer that are left out because of their time, or because the step before
        is missing or has no direction.
    """

    step: Indices
    x_m: Floats
    y_m: Floats
    time_us: Microseconds
    heading_rad: Floats
    turn_rad: Floats
    length_m: Floats
    line: Indices
    crossed: Flags
    lag_h: float
    n_other_lag: int
    n_no_heading: int


def modal_lag_h(steps: Steps) -> float:
    """Return the most frequent lag, to the minute, h; of equals the shortest; NaN without steps."""
    if not len(steps):
        return float("nan")
    minutes, count = np.unique(np.rint(steps.duration_min), return_counts=True)
    return float(minutes[count.argmax()] / 60)


def tries(
    steps: Steps,
    lines: Geometries,
    validity: Validity,
    *,
    buffer_m: float,
    neighbourhood_m: float,
    lag_tolerance_frac: float,
) -> tuple[Tries, LineIndex]:
    """Return the steps that start in the neighbourhood of a line, and the lines' index.

    Parameters
    ----------
    steps
        The herd's steps.
    lines
        Lines in the working CRS.
    validity
        When each line stands.
    buffer_m
        Steps that start this near to a line that stands are those whose outcome counts, m.
    neighbourhood_m
        Steps that start this near to a line say how animals move there, m.
    lag_tolerance_frac
        A step counts if its lag, and that of the step before, differ from the most frequent one by
        at most this share.
    """
    pieces = straight_pieces(lines)
    index = line_index(pieces.ends, validity.from_us[pieces.owner], validity.to_us[pieces.owner])
    lag_h = modal_lag_h(steps)
    times = middle_us(steps)
    around, line = _near(steps, times, pieces, validity, buffer_m, neighbourhood_m)
    ends = steps.ends
    moved = ends[:, 2:] - ends[:, :2]
    regular = np.abs(steps.duration_min / 60 - lag_h) <= lag_tolerance_frac * lag_h
    follows = steps.frame["next"].to_numpy(bool)
    has_heading = np.zeros(len(steps), dtype=bool)
    has_heading[1:] = follows[:-1] & regular[:-1] & (moved[:-1] != 0).any(axis=1)
    near = line >= 0
    n_other = int((near & ~regular).sum())
    n_headless = int((near & regular & ~has_heading).sum())
    step = np.flatnonzero(around & regular & has_heading)
    before, own = moved[step - 1], moved[step]
    heading = np.arctan2(before[:, 1], before[:, 0])
    length = np.hypot(own[:, 0], own[:, 1])
    direction = np.arctan2(own[:, 1], own[:, 0])
    turn = np.where(length > 0, np.angle(np.exp(1j * (direction - heading))), 0.0)
    x, y = ends[step, 0], ends[step, 1]
    way = first_hits(index, x, y, times[step], direction[:, None], length[:, None])
    found = Tries(
        step, x, y, times[step], heading, turn, length, line[step], np.isfinite(way[:, 0]),
        lag_h, n_other, n_headless,
    )  # fmt: skip
    return found, index


def _near(
    steps: Steps,
    times: Indices,
    pieces: Pieces,
    validity: Validity,
    buffer_m: float,
    neighbourhood_m: float,
) -> tuple[Flags, Indices]:
    """Return which steps start in the neighbourhood, and the nearest line within the buffer."""
    around = np.zeros(len(steps), dtype=bool)
    line = np.full(len(steps), -1, dtype=np.int64)
    if not len(steps) or not pieces.owner.size:
        return around, line
    start = np.asarray(shapely.points(steps.ends[:, :2]), dtype=object)
    tree = STRtree(pieces.lines)
    step, piece = tree.query(start, predicate="dwithin", distance=buffer_m)
    standing = validity.holds(times[step], pieces.owner[piece])
    step, piece = step[standing], piece[standing]
    away = shapely.distance(start[step], tree.geometries[piece])
    order = np.lexsort((pieces.owner[piece], away, step))[::-1]  # the nearest is written last
    line[step[order]] = pieces.owner[piece[order]]
    around[tree.query_nearest(start, max_distance=neighbourhood_m, all_matches=False)[0]] = True
    return around | (line >= 0), line


def stay_chance(
    found: Tries,
    index: LineIndex,
    groups: Labels,
    *,
    law: Law,
    n_headings: int,
    min_steps: int,
) -> Floats:
    """Return the chance of each try within the buffer to stay on its side without the barrier.

    Shape (n,); NaN for tries outside of the buffer.

    Parameters
    ----------
    found, index
        From :func:`tries`.
    groups
        Labels of each try, from coarse to fine, shape (n, m): animals may move otherwise in
        another season or by night, which must not look like another permeability.
    law
        ``corrected``: pairs of turn and length of all tries, each weighted by how easily it could
        have been seen; ``crossing_steps``: lengths of the steps that crossed, turns of all, as
        program `permeability` takes them, for comparison.
    n_headings
        Headings that stand for all turns: medians of this many equally frequent classes.
    min_steps
        The law of a group is its own if it has so many steps, else that of the next coarser one.

    Notes
    -----
    No random number is drawn. From each start rays go out in ``n_headings`` directions; where a ray
    meets the first line at distance d, every length of d or more crosses, so the length is
    integrated exactly over its law and only the turn is rounded.

    The law itself has been through the barrier: where the animals turned away, the steps that
    would have crossed are missing; where they crossed, short steps are. A step seen from start i
    with the outcome y has the density f(turn, length) 1[same outcome from i] / P(outcome from i),
    whatever the permeability, so f has a nonparametric maximum-likelihood estimate free of it
    (Vardi 1985, doi 10.1214/aos/1176346585): f_j = 1 / sum_i (w_ij / W_i), W_i = sum_j w_ij f_j,
    where w_ij is 1 if pair j has the outcome of try i from there. Taking the crossing steps as
    they are makes the null steps too long and the permeability too low.
    """
    stay = np.full(len(found.step), np.nan)
    near = found.line >= 0
    if law == "crossing_steps":
        _fill(stay, found, index, near, near, law, n_headings)
        return stay
    own = law_level(groups, min_steps=min_steps)
    for level in range(groups.shape[1] + 1):
        label = _labels(groups, level)
        wanted = near & (own == level)
        for name in sorted(set(label[wanted])):
            same = label == name
            _fill(stay, found, index, same, wanted & same, law, n_headings)
    return stay


def law_level(groups: Labels, *, min_steps: int) -> Indices:
    """Return by how many of its labels the law of each try is its own, shape (n,).

    ``groups`` and ``min_steps`` as in :func:`stay_chance`. Where it is fewer than the columns up to
    a covariate, a difference of pace would look like one of permeability.

    Examples
    --------
    >>> groups = np.array([["spring", "day"]] * 3 + [["spring", "night"]], dtype=object)
    >>> law_level(groups, min_steps=2).tolist()
    [2, 2, 2, 1]
    """
    out = np.zeros(len(groups), dtype=np.int64)
    for level in range(1, groups.shape[1] + 1):
        _, code, count = np.unique(
            _labels(groups, level).astype(str), return_inverse=True, return_counts=True
        )
        out[count[code.ravel()] >= min_steps] = level
    return out


def _labels(groups: Labels, level: int) -> Labels:
    """Return the first ``level`` labels of each try as one."""
    return np.array(["\0".join(row) for row in groups[:, :level]], dtype=object)


def _fill(
    stay: Floats,
    found: Tries,
    index: LineIndex,
    pool: Flags,
    wanted: Flags,
    law: Law,
    n_headings: int,
) -> None:
    """Write the chance to stay of the ``wanted`` tries, which move as the ``pool`` does."""
    rows = np.flatnonzero(pool)
    rows = rows[:: -(-rows.size // _MOST_IN_LAW) or 1]
    length, turned = found.length_m[rows], found.turn_rad[rows]
    order = np.lexsort((length, turned))
    k = min(n_headings, rows.size)
    edge = (np.arange(k + 1) * rows.size) // max(1, k)
    turn = np.array([np.median(turned[order[a:b]]) for a, b in pairwise(edge)])
    if law == "crossing_steps":
        own = _crossing_lengths(length[found.crossed[rows]])
        lengths, edge = np.tile(own, k), np.arange(k + 1) * own.size
    else:
        classes = np.repeat(np.arange(k), np.diff(edge))
        lengths = length[order]
        lengths = lengths[np.lexsort((lengths, classes))]
    if not lengths.size:
        return

    def places(part: Indices) -> Indices:
        heading = found.heading_rad[part, None] + turn
        reach = np.broadcast_to(lengths[edge[1:] - 1], heading.shape)
        way = first_hits(
            index, found.x_m[part], found.y_m[part], found.time_us[part], heading, reach
        )
        return _places(way, lengths, edge)

    targets = np.flatnonzero(wanted)
    seen = places(rows) if law == "corrected" else None
    if seen is not None:
        weight = _weights(seen, found.crossed[rows], edge, _MOST_ROUNDS, _ROUND_TOLERANCE)
    else:
        weight = np.full(lengths.size, 1.0 / lengths.size)
    cumulated = np.append(0.0, np.cumsum(weight))
    is_whole = seen is not None and rows.size == pool.sum()
    for low in range(0, targets.size, _MOST_IN_LAW):
        part = targets[low : low + _MOST_IN_LAW]
        place = seen[np.searchsorted(rows, part)] if is_whole and seen is not None else places(part)
        chance = (cumulated[place] - cumulated[edge[:-1]]).sum(axis=1)
        # Beyond the rounding of sums: 1 and 0 mean that no null step, or each, crosses.
        chance[(place == edge[1:]).all(axis=1)] = 1.0
        chance[(place == edge[:-1]).all(axis=1)] = 0.0
        stay[part] = np.clip(chance, 0.0, 1.0)


def _crossing_lengths(length_m: Floats) -> Floats:
    """Return sorted lengths of crossing steps; few ones as quantiles of a fitted Weibull law."""
    if length_m.size >= _FEW_CROSSINGS or length_m.size < 2:
        return np.sort(length_m)
    from scipy import stats

    shape, _, scale = stats.weibull_min.fit(length_m, floc=0)
    nodes = (np.arange(_WEIBULL_NODES) + 0.5) / _WEIBULL_NODES
    return np.asarray(stats.weibull_min.ppf(nodes, shape, scale=scale), dtype=np.float64)


@njit(cache=True, nogil=True)
def _places(way: Floats, lengths: Floats, edge: Indices) -> Indices:
    """Return the first length of each class that reaches the line, shape (n, k)."""
    n, k = way.shape
    out = np.zeros((n, k), np.int64)
    for i in range(n):
        for j in range(k):
            low, high = edge[j], edge[j + 1]
            while low < high:
                middle = (low + high) // 2
                if lengths[middle] < way[i, j]:
                    low = middle + 1
                else:
                    high = middle
            out[i, j] = low
    return out


@njit(cache=True, nogil=True)
def _weights(place: Indices, crossed: Flags, edge: Indices, most: int, tolerance: float) -> Floats:
    """Return the weight of each pair, corrected for what each try could not show."""
    n, k = place.shape
    m = edge[k]
    weight = np.full(m, 1.0 / m)
    for _ in range(most):
        cumulated = np.zeros(m + 1)
        for p in range(m):
            cumulated[p + 1] = cumulated[p] + weight[p]
        # Pairs below `place` stay, the others cross: add 1/W to the right side of each class.
        change = np.zeros(m + 1)
        for i in range(n):
            stays = 0.0
            for j in range(k):
                stays += cumulated[place[i, j]] - cumulated[edge[j]]
            chance = 1.0 - stays if crossed[i] else stays
            if chance <= 1e-12:
                continue
            share = 1.0 / chance
            for j in range(k):
                if crossed[i]:
                    change[place[i, j]] += share
                    change[edge[j + 1]] -= share
                else:
                    change[edge[j]] += share
                    change[place[i, j]] -= share
        seen = 0.0
        total = 0.0
        new = np.zeros(m)
        for p in range(m):
            seen += change[p]
            new[p] = 1.0 / seen if seen > 1e-9 * n else weight[p]
            total += new[p]
        largest = 0.0
        for p in range(m):
            new[p] /= total
            largest = max(largest, abs(new[p] - weight[p]))
        weight = new
        if largest * m < tolerance:
            break
    return weight


@dataclass(frozen=True)
class Table:
    """What the model of permeability needs, one row per informative try.

    Parameters
    ----------
    hazard
        Chance of crossing without the barrier as a cumulative hazard, -ln(stay), > 0 and finite.
    crossed
        What happened.
    row
        Row of the try.
    """

    hazard: Floats
    crossed: Flags
    row: Indices


def informative(found: Tries, stay: Floats) -> Table:
    """Return the tries within the buffer from which some null steps cross and some do not.

    Others would do the same whatever the permeability. They are left out by their start alone,
    never by what happened, so leaving them out does not favour either outcome.
    """
    row = np.flatnonzero((found.line >= 0) & (stay > 0) & (stay < 1))
    return Table(-np.log(stay[row]), found.crossed[row], row.astype(np.int64))
