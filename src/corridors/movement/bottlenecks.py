"""Bottlenecks: where the passages of a route come closest together, with their interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from corridors.foundation.arrays import Flags, Floats, Indices

# An evenly used strip is three times as wide as two passages are apart on average.
_STRIP: Final = 3.0
_LEAST_WIDTH_M: Final = 1.0
_LEAST_UNITS: Final = 3
_INTERVAL: Final = 0.95


@dataclass(frozen=True)
class Rules:
    """What is a bottleneck.

    Parameters
    ----------
    max_ratio
        So many times as wide as the route on either side of it, geometric mean, at most, 0...1.
    min_units
        Independent units that pass it, at least.
    min_share
        Their share of the units of the herd, at least, 0...1.
    level
        Chance that a route of even width has one anywhere, 0...1.
    n_draws, seed
        Draws behind that chance.
    """

    max_ratio: float
    min_units: int
    min_share: float
    level: float
    n_draws: int
    seed: int


@dataclass(frozen=True)
class Widths:
    """How wide the use of a route is.

    Parameters
    ----------
    log_width
        Natural logarithm of metres at each station, shape (n,); NaN where too few units pass.
    influence
        What each unit adds to it, shape (units, n): the sum of their squares is its variance.
    n_units
        Units that pass, shape (n,).
    """

    log_width: Floats
    influence: Floats
    n_units: Indices


@dataclass(frozen=True)
class Neck:
    """One bottleneck.

    Parameters
    ----------
    station
        The narrowest place.
    first, last
        Stations of the stretch that is a bottleneck too.
    width_m, low_m, high_m
        Width of the use at ``station``, and its 95 % interval, m.
    ratio
        Over that of the wider part of the route, before or behind, whichever is narrower.
    n_units
        Units that pass.
    """

    station: int
    first: int
    last: int
    width_m: float
    low_m: float
    high_m: float
    ratio: float
    n_units: int


def widths(sides_m: Floats, unit: Indices) -> Widths:
    """Return how far apart units pass at each station of a route.

    Parameters
    ----------
    sides_m
        Signed distance from the route at which each migration passes each station, m, shape
        (migrations, stations); NaN: it does not.
    unit
        Independent unit of each migration, from 0, shape (migrations,).

    Notes
    -----
    The width is three times the mean distance between passages of two different units: exactly the
    width of a strip that is used evenly, whatever the number of units. Its variance is that of the
    jackknife over units, of the logarithm. O(n log n) in the migrations, per station.

    Examples
    --------
    >>> found = widths(np.array([[0.0], [100.0], [200.0], [np.nan]]), np.array([0, 1, 2, 3]))
    >>> np.exp(found.log_width).round().tolist(), found.n_units.tolist()
    ([400.0], [3])
    """
    n, n_stations = int(unit.max()) + 1 if unit.size else 0, sides_m.shape[1]
    log_width = np.full(n_stations, np.nan)
    influence = np.zeros((n, n_stations))
    n_units = np.zeros(n_stations, dtype=np.int64)
    for station in range(n_stations):
        is_here = ~np.isnan(sides_m[:, station])
        own, apart = _apart_m(sides_m[is_here, station], unit[is_here])
        m = n_units[station] = own.size
        if m < _LEAST_UNITS:
            continue
        whole = apart.sum()
        without = (whole - 2.0 * apart) / ((m - 1) * (m - 2))
        logs = np.log(np.maximum(_STRIP * without, _LEAST_WIDTH_M))
        log_width[station] = np.log(max(_STRIP * whole / (m * (m - 1)), _LEAST_WIDTH_M))
        influence[own, station] = np.sqrt((m - 1) / m) * (logs.mean() - logs)
    return Widths(log_width, influence, n_units)


def corrected_widths(sides_m: Floats, thinned_m: Floats, unit: Indices) -> Widths:
    """Return widths without the error of straight lines between fixes.

    Parameters
    ----------
    sides_m, unit
        As in :func:`widths`.
    thinned_m
        The same passages as half of the fixes tell them, several ways, shape (ways, migrations,
        stations); NaN where ``sides_m`` is.

    Notes
    -----
    Seen at steps of s with any phase, the width is the true one smoothed with a triangle of ±s.
    That reads the sharp end of a neck too wide by a third of what it widens on s; and it forgets
    the variance of a Brownian bridge, a sixth of that of a step. Both are in proportion to s, so
    what is added from s to 2 s is what s has added (Richardson's extrapolation, of first order).
    An interval made of these influences is that of the corrected width.
    """
    whole = widths(sides_m, unit)
    halves = [widths(thinned, unit) for thinned in thinned_m]
    return Widths(
        2.0 * whole.log_width - np.mean([half.log_width for half in halves], axis=0),
        2.0 * whole.influence - np.mean([half.influence for half in halves], axis=0),
        whole.n_units,
    )


def _apart_m(side: Floats, unit: Indices) -> tuple[Indices, Floats]:
    """Return the units, and of each the sum of its mean distances from all others, m."""
    order = np.lexsort((side, unit))
    side, unit = side[order], unit[order]
    own, first, number, size = np.unique(
        unit, return_index=True, return_inverse=True, return_counts=True
    )
    if not own.size:
        return own, np.zeros(0)
    n = size[number].astype(float)
    # Sums over sorted values: |a - b| counts each value as often as it is the larger one.
    within = np.add.reduceat(
        2.0 * (2 * (np.arange(side.size) - first[number]) + 1 - n) * side, first
    )
    rank = np.argsort(side, kind="stable")
    weights, values = 1.0 / n[rank], side[rank]
    below, sums = np.cumsum(weights), np.cumsum(weights * values)
    from_all = np.empty(side.size)
    from_all[rank] = values * (2 * below - below[-1]) - (2 * sums - sums[-1])
    return own, np.add.reduceat(from_all / n, first) - within / size**2


def necks(found: Widths, n_herd: int, rules: Rules) -> list[Neck]:
    """Return the bottlenecks of a route in their order along it.

    Parameters
    ----------
    found
        From :func:`widths`.
    n_herd
        Units of the herd.
    rules
        What counts as one.

    Notes
    -----
    A station is compared with all of the route before it and all behind it, so that a route which
    only tapers has none. The limit is the quantile ``level`` of the least score anywhere on the
    route when each unit's influence is multiplied by a standard normal draw, which keeps how alike
    neighbouring stations are.
    """
    least = max(rules.min_units, rules.min_share * n_herd, _LEAST_UNITS)
    at = np.flatnonzero((found.n_units >= least) & ~np.isnan(found.log_width))
    if at.size < 3:
        return []
    logs, influence, m = found.log_width[at], found.influence[:, at], found.n_units[at]
    sides = [_against_side(logs, influence, turn) for turn in (slice(None), slice(None, None, -1))]
    contrast = np.max([one for one, _ in sides], axis=0)
    rng = np.random.default_rng(rules.seed)
    draws = rng.standard_normal((rules.n_draws, len(influence)))
    scores, drawn = [], []
    for own, adds in sides:
        spread = np.maximum(np.sqrt((adds**2).sum(axis=0)), 1e-9)
        scores.append(stats.norm.ppf(stats.t.cdf(own / spread, m - 1)))
        drawn.append(draws @ (adds / spread))
    limit = np.quantile(np.maximum(*drawn).min(axis=1), rules.level)
    is_sure = np.maximum(*scores) < limit
    return [
        _neck(at, logs, influence, contrast, m, first, last)
        for first, last in _runs(contrast <= np.log(rules.max_ratio))
        if is_sure[first : last + 1].any()
    ]


def _against_side(logs: Floats, influence: Floats, turn: slice) -> tuple[Floats, Floats]:
    """Return each station against the mean of those on one side of it, and its influence."""
    own, adds = logs[turn], influence[:, turn]
    n_before = np.maximum(np.arange(own.size), 1)
    # The first has none before it, and is as wide as itself.
    before = (np.cumsum(own) - own) / n_before
    adds_before = (np.cumsum(adds, axis=1) - adds) / n_before
    before[0], adds_before[:, 0] = own[0], 0.0
    return (own - before)[turn], (adds - adds_before)[:, turn]


def _neck(
    at: Indices,
    logs: Floats,
    influence: Floats,
    contrast: Floats,
    m: Indices,
    first: int,
    last: int,
) -> Neck:
    k = first + int(np.argmin(logs[first : last + 1]))
    wide = stats.t.ppf(0.5 + _INTERVAL / 2, m[k] - 1) * np.sqrt((influence[:, k] ** 2).sum())
    width, low, high = (float(np.exp(logs[k] + by)) for by in (0.0, -wide, wide))
    return Neck(
        int(at[k]), int(at[first]), int(at[last]), width, low, high,
        float(np.exp(contrast[k])), int(m[k]),
    )  # fmt: skip


def _runs(flags: Flags) -> Iterator[tuple[int, int]]:
    """Yield first and last index of each stretch of flags."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():
        yield first, last - 1
