"""What a migration was: days, distances, speed, time in places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridors.foundation.arrays import Floats, Indices
from corridors.foundation.crs import GEOD

# The track is also measured between points at every twentieth of its length.
_N_PARTS = 20
_M_PER_KM = 1000.0


@dataclass(frozen=True)
class Lengths:
    """Lengths of one migration, km, geodesic on WGS84.

    Parameters
    ----------
    net_km
        From the first to the last fix.
    path_km
        Along all fixes; grows with the number of fixes per day.
    resampled_km
        Between points at every 5 % of the path.
    farthest_km
        Between the two fixes that lie farthest apart: the migration distance.
    """

    net_km: float
    path_km: float
    resampled_km: float
    farthest_km: float


def lengths(lon_deg: Floats, lat_deg: Floats) -> Lengths:
    """Return the lengths of a track.

    Parameters
    ----------
    lon_deg, lat_deg
        Fixes in the order of time, degrees WGS84, (n,), finite.

    Returns
    -------
    Lengths
        NaN with fewer than two fixes.

    Notes
    -----
    The farthest pair is sought among all pairs of at most 64 fixes that lie outermost in 64
    directions around the track's middle, which misses the distance by less than 0.2 %; tracks of
    up to 64 fixes are compared in full.

    Examples
    --------
    Out along the equator and back half-way: one degree is 111.3195 km.

    >>> lengths(np.array([0.0, 1.0, 0.5]), np.zeros(3))  # doctest: +ELLIPSIS
    Lengths(net_km=55.65..., path_km=166.97..., resampled_km=16..., farthest_km=111.31...)
    """
    n = lon_deg.size
    if n < 2:
        return Lengths(*[float("nan")] * 4)
    steps = geodesic_m(lon_deg[:-1], lat_deg[:-1], lon_deg[1:], lat_deg[1:])
    one = _outermost(lon_deg, lat_deg)
    first, second = (one[index] for index in np.triu_indices(one.size, 1))
    apart = geodesic_m(lon_deg[first], lat_deg[first], lon_deg[second], lat_deg[second])
    lon, lat = _resampled(lon_deg, lat_deg, steps)
    net = geodesic_m(lon_deg[:1], lat_deg[:1], lon_deg[-1:], lat_deg[-1:])
    return Lengths(
        float(net[0]) / _M_PER_KM,
        float(steps.sum()) / _M_PER_KM,
        float(geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum()) / _M_PER_KM,
        # The first and last fix are a pair, too, whatever the directions found.
        max(float(apart.max(initial=0.0)), float(net[0])) / _M_PER_KM,
    )


def geodesic_m(lon_1: Floats, lat_1: Floats, lon_2: Floats, lat_2: Floats) -> Floats:
    """Return geodesic distances on WGS84, m, (n,)."""
    _, _, distance = GEOD.inv(lon_1, lat_1, lon_2, lat_2)
    return np.asarray(distance, dtype=np.float64)


def _outermost(lon_deg: Floats, lat_deg: Floats) -> Indices:
    """Return the fixes that are outermost in some direction, seen from space along the middle."""
    n_directions = 64
    if lon_deg.size <= n_directions:
        return np.arange(lon_deg.size)
    xyz = _unit_vectors(lon_deg, lat_deg)
    _, _, axes = np.linalg.svd(xyz - xyz.mean(axis=0), full_matrices=False)
    turn = np.arange(n_directions) * (2 * np.pi / n_directions)
    directions = np.stack([np.cos(turn), np.sin(turn)]).T @ axes[:2]
    return np.unique((xyz @ directions.T).argmax(axis=0)).astype(np.int64)


def _unit_vectors(lon_deg: Floats, lat_deg: Floats) -> Floats:
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _resampled(lon_deg: Floats, lat_deg: Floats, steps_m: Floats) -> tuple[Floats, Floats]:
    """Return points at every twentieth of the path, on the straight lines between fixes."""
    along = np.concatenate([[0.0], np.cumsum(steps_m)])
    wanted = np.linspace(0.0, along[-1], _N_PARTS + 1)
    xyz = _unit_vectors(lon_deg, lat_deg)
    x, y, z = (np.interp(wanted, along, xyz[:, axis]) for axis in range(3))
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def fix_weights_days(time_s: Floats, *, max_lag_h: float) -> Floats:
    """Return how many days each fix stands for: half the way in time to its neighbours.

    Parameters
    ----------
    time_s
        Times of one window's fixes, s, increasing, (n,).
    max_lag_h
        Nothing is known of the time between fixes farther apart, h.

    Returns
    -------
    float array (n,)
        Days; their sum is the time of the steps up to ``max_lag_h``.

    Examples
    --------
    >>> fix_weights_days(np.array([0.0, 86400.0, 259200.0]), max_lag_h=30)
    array([0.5, 0.5, 0. ])
    """
    lag = np.diff(time_s)
    lag = np.where(lag <= max_lag_h * 3600.0, lag, 0.0) / 86400.0
    both = 0.5 * (np.concatenate([lag, [0.0]]) + np.concatenate([[0.0], lag]))
    return np.asarray(both[: time_s.size], dtype=np.float64)
