"""Straightness of a stretch of track, and of all stretches as long around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from corridors.foundation.arrays import Floats, Indices, Microseconds
from corridors.foundation.compiled import to_read


@dataclass(frozen=True)
class Tracks:
    """Fixes of animals, sorted by animal, then time; no animal has two fixes at one time.

    Parameters
    ----------
    animal
        Number of the animal, ascending, shape (n,).
    time_us
        Microseconds since 1970 UTC, shape (n,).
    x_m, y_m
        Working CRS, shape (n,).
    """

    animal: Indices
    time_us: Microseconds
    x_m: Floats
    y_m: Floats

    def __len__(self) -> int:
        return self.animal.size

    @property
    def lag_h(self) -> Floats:
        """Hours since the animal's fix before, NaN for its first, shape (n,)."""
        lag = np.full(len(self), np.nan)
        lag[1:] = np.diff(self.time_us) / 3.6e9
        lag[1:][self.animal[1:] != self.animal[:-1]] = np.nan
        return lag

    @property
    def path_m(self) -> Floats:
        """Length of the animal's track up to each fix, shape (n,)."""
        return _path(to_read(self.animal), to_read(self.x_m), to_read(self.y_m))


@dataclass(frozen=True)
class Own:
    """Straightness of an animal around each event, over all stretches as long as the event.

    Parameters
    ----------
    n
        Number of stretches, shape (k,).
    mean, sd
        NaN without a stretch, and without two, shape (k,).
    """

    n: Indices
    mean: Floats
    sd: Floats


def straightness(tracks: Tracks, first: Indices, last: Indices) -> Floats:
    """Return net displacement over path length, 0...1, of fixes ``first`` to ``last``.

    NaN where there is one fix or the animal did not move.

    Examples
    --------
    >>> tracks = Tracks(np.zeros(3, int), np.arange(3) * 3_600_000_000, np.array([0.0, 3, 3]),
    ...                 np.array([0.0, 0, 4]))
    >>> straightness(tracks, np.array([0, 0, 1]), np.array([2, 1, 1])).round(4).tolist()
    [0.7143, 1.0, nan]
    """
    path = tracks.path_m
    return _ratio(
        np.hypot(tracks.x_m[last] - tracks.x_m[first], tracks.y_m[last] - tracks.y_m[first]),
        path[last] - path[first],
    )


def own_straightness(
    tracks: Tracks,
    run: Indices,
    first: Indices,
    last: Indices,
    *,
    window_h: float,
    slack_h: Floats,
    n_steps: Indices | None = None,
) -> Own:
    """Return how straight the animal moved around each event, over stretches as long as it.

    Parameters
    ----------
    tracks
        The fixes.
    run
        Number of the run of fixes without a gap that each fix belongs to, shape (n,).
    first, last
        First and last fix of each event, shape (k,).
    window_h
        Stretches lie within half of this before the event and half of it after, h.
    slack_h
        A stretch may be this much shorter or longer than the event, h, shape (k,).
    n_steps
        Steps of each stretch, instead of its duration, shape (k,).

    Notes
    -----
    A stretch begins at every fix and has no gap; the event itself and stretches that overlap with
    it are among them. The standard deviation is that of a sample (n - 1). Costs the number of fixes
    within the window, per event.
    """
    n = np.zeros(first.size, dtype=np.int64)
    mean, sd = np.full(first.size, np.nan), np.full(first.size, np.nan)
    steps = np.zeros(first.size, dtype=np.int64) if n_steps is None else n_steps
    half = round(window_h * 3.6e9 / 2)
    slack = np.rint(slack_h * 3.6e9).astype(np.int64)
    animal, time, path = tracks.animal, tracks.time_us, tracks.path_m
    _own(
        to_read(animal),
        to_read(time),
        to_read(tracks.x_m),
        to_read(tracks.y_m),
        path,
        run,
        first,
        last,
        half,
        slack,
        steps,
        n,
        mean,
        sd,
    )
    return Own(n, mean, sd)


def _ratio(net: Floats, path: Floats) -> Floats:
    out = np.full(net.size, np.nan)
    # Rounding may leave the sum of the steps just below the straight line.
    np.divide(net, path, out=out, where=path > 0)
    return np.asarray(np.minimum(out, 1.0))


@njit(cache=True, nogil=True)
def _path(animal: Indices, x: Floats, y: Floats) -> Floats:
    """Return path lengths, from 0 for each animal: no sum depends on who else is in the table."""
    out = np.zeros(x.size)
    for k in range(1, x.size):
        if animal[k] == animal[k - 1]:
            out[k] = out[k - 1] + np.hypot(x[k] - x[k - 1], y[k] - y[k - 1])
    return out


@njit(cache=True, nogil=True)
def _own(
    animal: Indices,
    time: Indices,
    x: Floats,
    y: Floats,
    path: Floats,
    run: Indices,
    first: Indices,
    last: Indices,
    half: int,
    slack: Indices,
    steps: Indices,
    count: Indices,
    mean: Floats,
    sd: Floats,
) -> None:
    for e in range(first.size):
        low, high = first[e], last[e]
        duration = time[high] - time[low]
        while (
            low > 0
            and animal[low - 1] == animal[first[e]]
            and time[low - 1] >= time[first[e]] - half
        ):
            low -= 1
        while (
            high + 1 < time.size
            and animal[high + 1] == animal[last[e]]
            and time[high + 1] <= time[last[e]] + half
        ):
            high += 1
        n, centre, square = 0, 0.0, 0.0
        end = low
        for start in range(low, high + 1):
            if steps[e] > 0:
                end = start + steps[e]
            else:
                end = max(end, start + 1)
                while end < high and time[end] - time[start] < duration - slack[e]:
                    end += 1
            if end > high or run[end] != run[start]:
                continue
            if steps[e] == 0 and abs(time[end] - time[start] - duration) > slack[e]:
                continue
            length = path[end] - path[start]
            if length <= 0:
                continue
            ratio = min(1.0, np.hypot(x[end] - x[start], y[end] - y[start]) / length)
            n += 1
            off = ratio - centre
            centre += off / n
            square += off * (ratio - centre)
        count[e] = n
        if n > 0:
            mean[e] = centre
        if n > 1:
            sd[e] = np.sqrt(square / (n - 1))
