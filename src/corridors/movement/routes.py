"""Routes of a herd: lines along the middle of what its migrations share, and who passes where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import cKDTree

from corridors.foundation.arrays import Floats, Indices

# How often the line is moved to the middle of those that pass it.
_N_MOVES: Final = 3
# Of a path, that says how far away it is; of units, that are compared with each other.
_N_POINTS: Final = 50
_N_COMPARED: Final = 80
# A step past more stations than this jumps across a bend of the line.
_MOST_STATIONS: Final = 4


@dataclass(frozen=True)
class Route:
    """One route.

    Parameters
    ----------
    points_m
        Stations along its line, planar, m, shape (n, 2).
    normals
        Unit vectors to the left, shape (n, 2).
    members
        Paths that follow it, positions in what was given.
    sides_m
        Where each member passes each station, m to the left, shape (members, n); NaN: it does not.
    thinned_m
        The same as seen by half of the fixes, the even and the odd ones, shape (2, members, n).
    """

    points_m: Floats
    normals: Floats
    members: Indices
    sides_m: Floats
    thinned_m: Floats


def routes(
    paths: Sequence[Floats], unit: Indices, *, step_m: float, reach_m: float, min_units: int
) -> list[Route]:
    """Return the routes that at least ``min_units`` units follow, about which most lie first.

    Parameters
    ----------
    paths
        Positions of each migration in time, planar, m, shape (n, 2) each; the direction in which
        it is walked does not matter.
    unit
        Independent unit of each, from 0.
    step_m
        Between stations, m.
    reach_m
        Farther from the line is another route, m; it bends no more sharply than that.
    min_units
        At least 1.

    Notes
    -----
    A line begins as the path that the others are nearest to and is moved to their middle (Hastie &
    Stuetzle 1989, principal curves). Paths that follow it are set apart, and the next line is
    looked for among the rest. Between fixes a path is straight.
    """
    found: list[Route] = []
    dense = [_dense(path, step_m) for path in paths]
    left = np.array([k for k, path in enumerate(dense) if len(path) > 1], dtype=np.int64)
    while np.unique(unit[left]).size >= min_units:
        points = _stations(dense[_middle(dense, unit, left)], step_m, reach_m)
        if len(points) < 3:
            break
        away = np.array([_away_m(dense[k], points) for k in left])
        members = left[away <= reach_m]
        if np.unique(unit[members]).size < min_units:
            break
        own = [dense[k] for k in members]
        for _ in range(_N_MOVES):
            normals = _normals(points)
            sides = np.stack([_sides_m(path, points, normals, reach_m) for path in own])
            moved = _stations(points + _middle_m(sides)[:, None] * normals, step_m, reach_m)
            if len(moved) < 3:  # no longer than it is wide: it would be drawn together to a point
                break
            points = moved
        normals = _normals(points)
        sides = np.stack([_sides_m(path, points, normals, reach_m) for path in own])
        thinned = [
            [_sides_m(path, points, normals, reach_m) for path in _thinned(paths[k], step_m)]
            for k in members
        ]
        found.append(Route(points, normals, members, sides, _known(np.array(thinned), sides)))
        left = left[away > reach_m]
    return found


def _dense(path: Floats, step_m: float) -> Floats:
    """Return a path with a point at every ``step_m`` of its way, and at its fixes."""
    moved = np.r_[True, np.hypot(*np.diff(path, axis=0).T) > 0] if len(path) else []
    path = path[np.asarray(moved, dtype=bool)]
    if len(path) < 2:
        return path
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(path, axis=0).T))]
    at = np.union1d(along, np.arange(0.0, along[-1], step_m))
    return np.column_stack([np.interp(at, along, path[:, axis]) for axis in (0, 1)])


def _thinned(path: Floats, step_m: float) -> list[Floats]:
    """Return a path as its even fixes tell it, and as its odd ones do; both keep its ends."""
    last = len(path) - 1
    return [
        _dense(path[np.unique(np.r_[0, np.arange(first, last, 2), last])], step_m)
        for first in (0, 1)
    ]


def _known(thinned: Floats, sides: Floats) -> Floats:
    """Return thinned passages, shape (2, members, n), where there are any: else the whole ones."""
    swapped = thinned.swapaxes(0, 1)
    return np.where(np.isnan(swapped) | np.isnan(sides), sides, swapped)


def _middle(dense: Sequence[Floats], unit: Indices, left: Indices) -> int:
    """Return the path that the others are nearest to; the longest of each unit is compared."""
    longest: dict[int, int] = {}
    for k in left.tolist():
        best = longest.get(int(unit[k]))
        if best is None or len(dense[k]) > len(dense[best]):
            longest[int(unit[k])] = k
    compared = [longest[name] for name in sorted(longest)][:_N_COMPARED]
    trees = [cKDTree(dense[k]) for k in compared]
    some = [dense[k][np.linspace(0, len(dense[k]) - 1, _N_POINTS).astype(int)] for k in compared]
    apart = [np.median([tree.query(points)[0].mean() for points in some]) for tree in trees]
    return compared[int(np.argmin(apart))]


def _away_m(path: Floats, points: Floats) -> float:
    return float(np.median(cKDTree(points).query(path)[0]))


def _stations(line: Floats, step_m: float, reach_m: float) -> Floats:
    """Return a smooth line with a point at every ``step_m``; loops are cut off."""
    points = _dense(line, step_m)
    for _ in range(2):
        along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
        at = np.arange(0.0, along[-1], step_m)
        even = np.column_stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)])
        if len(even) < 3:
            return even
        points = _smooth(even, reach_m / step_m)
    return points


def _smooth(points: Floats, sd: float) -> Floats:
    """Return points moved to the mean of their neighbours, both ends where they are."""
    n = min(len(points) - 1, int(4 * sd) + 1)
    before = 2 * points[0] - points[n:0:-1]
    behind = 2 * points[-1] - points[-2 : -n - 2 : -1]
    padded = np.concatenate([before, points, behind])
    return np.asarray(gaussian_filter1d(padded, sd, axis=0)[n : n + len(points)], dtype=float)


def _normals(points: Floats) -> Floats:
    along = np.gradient(points, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-12)[:, None]
    return np.column_stack([-along[:, 1], along[:, 0]])


def _middle_m(sides: Floats) -> Floats:
    """Return the mean of those that pass each station, 0 where nobody does."""
    is_here = ~np.isnan(sides)
    return np.asarray(
        np.where(is_here, sides, 0.0).sum(axis=0) / np.maximum(is_here.sum(axis=0), 1)
    )


def _sides_m(path: Floats, points: Floats, normals: Floats, reach_m: float) -> Floats:
    """Return where a path passes each station, m to the left: the mean of its crossings.

    NaN where it comes back on the side from which it came, or passes farther than ``reach_m``.
    """
    n = len(points)
    _, near = cKDTree(points).query(path)
    off = path - points[near]
    step = float(np.hypot(*(points[1] - points[0])))
    normal = normals[near]
    at = near + (off[:, 0] * normal[:, 1] - off[:, 1] * normal[:, 0]) / step
    side = (off * normal).sum(axis=1)
    low, high = np.minimum(at[:-1], at[1:]), np.maximum(at[:-1], at[1:])
    first, last = np.floor(low).astype(np.int64) + 1, np.floor(high).astype(np.int64)
    is_near = np.abs(side) <= reach_m
    steps = is_near[:-1] & is_near[1:] & (high - low <= _MOST_STATIONS)
    count = np.where(steps, np.maximum(last - first + 1, 0), 0)
    row = np.repeat(np.arange(count.size), count)
    station = first[row] + np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
    inside = (station >= 0) & (station < n)
    row, station = row[inside], station[inside]
    share = (station - at[row]) / (at[row + 1] - at[row])
    where = side[row] + share * (side[row + 1] - side[row])
    crossings = np.bincount(station, minlength=n)
    net = np.bincount(station, np.sign(at[row + 1] - at[row]), minlength=n)
    total = np.bincount(station, where, minlength=n)
    return np.where(net != 0, total / np.maximum(crossings, 1), np.nan)
