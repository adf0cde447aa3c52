"""Null steps: what an animal near a barrier would do next if the barrier were not there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numba import njit

from corridors.barriers.rays import LineIndex, first_meetings
from corridors.barriers.tries import Tries
from corridors.foundation.arrays import Flags, Floats, Indices, Labels

Law = Literal["corrected", "crossing_steps"]

# Fewer lengths of crossing steps than this are smoothed by a Weibull law (METHODS 6).
_FEW_CROSSINGS = 30
_WEIBULL_NODES = 256
# Tries behind one law, and tries at a time; bounds the memory to some 50 MB.
_MOST_IN_LAW = 20_000
# The weights of the law are found when no one moves by more than this share of the mean.
_ROUND_TOLERANCE = 1e-4
_MOST_ROUNDS = 500
# A ray along a line meets its dead zone for ever; so far beyond the line it is followed.
_FLATTEST = 0.05


@dataclass(frozen=True)
class Chances:
    """What null steps from each try do.

    Parameters
    ----------
    stay
        Share that meets no line, shape (n,); NaN for tries outside of the buffer.
    odds
        Share of those that meet a line and end outside of its dead zone, over the same share of
        those that stay, shape (n,): 1 without a dead zone, 0 or infinite where one cannot be seen.
    """

    stay: Floats
    odds: Floats


def null_chances(
    found: Tries,
    index: LineIndex,
    groups: Labels,
    *,
    law: Law,
    n_headings: int,
    min_steps: int,
) -> Chances:
    """Return the chance of each try within the buffer to stay on its side without the barrier.

    Parameters
    ----------
    found, index
        From :func:`corridors.barriers.tries.tries`.
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
    integrated exactly over its law and only the turn is rounded. Lengths are taken in units of what
    is usual for their duration, so steps of all durations share one law. Those that end within the
    dead zone, a stretch before and behind the line, are seen as neither.

    The law itself has been through the barrier: where the animals turned away, the steps that
    would have crossed are missing; where they crossed, short steps are. A step seen from start i
    with the outcome y has the density f(turn, length) 1[same outcome from i] / P(outcome from i),
    whatever the permeability, so f has a nonparametric maximum-likelihood estimate free of it
    (Vardi 1985, doi 10.1214/aos/1176346585): f_j = 1 / sum_i (w_ij / W_i), W_i = sum_j w_ij f_j,
    where w_ij is 1 if pair j has the outcome of try i from there. Taking the crossing steps as
    they are makes the null steps too long and the permeability too low.
    """
    out = Chances(np.full(len(found.step), np.nan), np.full(len(found.step), np.nan))
    near = found.line >= 0
    if law == "crossing_steps":
        _fill(out, found, index, near, near, law, n_headings)
        return out
    own = law_level(groups, min_steps=min_steps)
    for level in range(groups.shape[1] + 1):
        label = _labels(groups, level)
        wanted = near & (own == level)
        for name in sorted(set(label[wanted])):
            same = label == name
            _fill(out, found, index, same, wanted & same, law, n_headings)
    return out


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
    out: Chances,
    found: Tries,
    index: LineIndex,
    pool: Flags,
    wanted: Flags,
    law: Law,
    n_headings: int,
) -> None:
    """Write the chances of the ``wanted`` tries, which move as the ``pool`` does."""
    rows = np.flatnonzero(pool)
    rows = rows[:: -(-rows.size // _MOST_IN_LAW) or 1]
    length, turned = found.length_m[rows] / found.scale[rows], found.turn_rad[rows]
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

    def places(part: Indices) -> Places:
        heading = found.heading_rad[part, None] + turn
        scale, dead = found.scale[part, None], found.dead_m[part, None]
        reach = lengths[edge[1:] - 1] * scale
        x, y, time = found.x_m[part], found.y_m[part], found.time_us[part]
        way, sine = first_meetings(index, x, y, time, heading, reach + dead / _FLATTEST)
        half = dead / np.maximum(sine, _FLATTEST)
        at = (_places(one / scale, lengths, edge) for one in (way - half, way, way + half))
        return tuple(at)

    targets = np.flatnonzero(wanted)
    seen = places(rows) if law == "corrected" else None
    if seen is not None:
        low, _, high = seen
        crossed = found.crossed[rows]
        weight = _weights(low, high, crossed, edge, _MOST_ROUNDS, _ROUND_TOLERANCE)
    else:
        weight = np.full(lengths.size, 1.0 / lengths.size)
    cumulated = np.append(0.0, np.cumsum(weight))
    is_whole = seen is not None and rows.size == pool.sum()
    for first in range(0, targets.size, _MOST_IN_LAW):
        part = targets[first : first + _MOST_IN_LAW]
        if is_whole and seen is not None:
            own_rows = np.searchsorted(rows, part)
            low, at, high = (place[own_rows] for place in seen)
        else:
            low, at, high = places(part)
        cross = _share(cumulated, at, edge[1:])
        stay = np.where(cross > 0.0, _share(cumulated, edge[:-1], at), 1.0)
        own_stay, own_cross = _share(cumulated, edge[:-1], low), _share(cumulated, high, edge[1:])
        out.stay[part] = stay
        with np.errstate(divide="ignore", invalid="ignore"):
            out.odds[part] = own_cross / (1.0 - stay) * (stay / own_stay)


Places = tuple[Indices, ...]  # of each heading: first length of the dead zone, that crosses, beyond


def _share(cumulated: Floats, first: Indices, last: Indices) -> Floats:
    """Return the weight from ``first`` up to ``last`` of all headings, shape (n,)."""
    share = (cumulated[last] - cumulated[first]).sum(axis=1)
    # Beyond the rounding of sums: 0 means that no null step does so.
    share[(first == last).all(axis=1)] = 0.0
    return np.asarray(np.clip(share, 0.0, 1.0))


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
def _weights(
    low: Indices, high: Indices, crossed: Flags, edge: Indices, most: int, tolerance: float
) -> Floats:
    """Return the weight of each pair, corrected for what each try could not show."""
    n, k = low.shape
    m = edge[k]
    weight = np.full(m, 1.0 / m)
    for _ in range(most):
        cumulated = np.zeros(m + 1)
        for p in range(m):
            cumulated[p + 1] = cumulated[p] + weight[p]
        # Pairs below `low` stay, those from `high` on cross: add 1/W to that part of each class.
        change = np.zeros(m + 1)
        for i in range(n):
            chance = 0.0
            for j in range(k):
                first, last = edge[j], low[i, j]
                if crossed[i]:
                    first, last = high[i, j], edge[j + 1]
                chance += cumulated[last] - cumulated[first]
            if chance <= 1e-12:
                continue
            share = 1.0 / chance
            for j in range(k):
                first, last = edge[j], low[i, j]
                if crossed[i]:
                    first, last = high[i, j], edge[j + 1]
                change[first] += share
                change[last] -= share
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
    odds
        How much rather a crossing is seen than a stay, > 0 and finite.
    mistaken
        See :class:`~corridors.barriers.tries.Tries`.
    crossed
        What happened.
    row
        Row of the try.
    """

    hazard: Floats
    odds: Floats
    mistaken: Floats
    crossed: Flags
    row: Indices


def informative(found: Tries, null: Chances) -> Table:
    """Return the tries within the buffer from which some null steps cross and some do not.

    Others would do the same whatever the permeability. They are left out by their start alone,
    never by what happened, so leaving them out does not favour either outcome.
    """
    stay, odds = null.stay, null.odds
    row = np.flatnonzero(
        (found.line >= 0) & (stay > 0) & (stay < 1) & np.isfinite(odds) & (odds > 0)
    )
    return Table(
        -np.log(stay[row]), odds[row], found.mistaken[row], found.crossed[row], row.astype(np.int64)
    )
