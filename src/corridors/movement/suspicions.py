"""What looks wrong in a herd: tracks that contradict themselves, each other, or the calendar.

Every function tells what it found; what is done about it is the caller's. Source: METHODS
section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from corridors.foundation.arrays import Floats, Labels

EARTH_KM = 6371.0088
# GPS counts weeks in ten bits.
ROLLOVER_S = 1024 * 7 * 86400.0


@dataclass(frozen=True)
class Contradiction:
    """Two labels (tags, sources) of one animal that are in two places at the same time.

    Parameters
    ----------
    first, second
        The labels.
    start_s, end_s
        Common time, s since 1970.
    n_fixes
        Fixes of the two in that time.
    apart_km
        Median distance between them, km.
    """

    first: str
    second: str
    start_s: float
    end_s: float
    n_fixes: int
    apart_km: float


@dataclass(frozen=True)
class Rollover:
    """Fixes that are some times 1,024 weeks away from the rest of a track.

    Parameters
    ----------
    n_fixes
        How many.
    start_s, end_s
        First and last of them, s since 1970.
    rest_start_s
        First of the others after them.
    n_times
        By how many times 1,024 weeks they are too early.
    """

    n_fixes: int
    start_s: float
    end_s: float
    rest_start_s: float
    n_times: int


def contradictions(
    label: Labels,
    time_s: Floats,
    lon: Floats,
    lat: Floats,
    *,
    apart_km: float,
    bracket_h: float,
    share: float,
    min_fixes: int,
) -> list[Contradiction]:
    """Return pairs of labels of one animal that cannot both be where it is.

    A fix of one label contradicts the other if it is farther from the straight way between the
    other's fixes before and after than that way is long, and ``apart_km`` more.

    Parameters
    ----------
    label, time_s, lon, lat
        Fixes of one animal with positions (degrees WGS84), shape (n,).
    apart_km
        Distance that location error and short excursions explain, km.
    bracket_h
        Fixes of the other label before and after are at most this far apart, h.
    share
        So many of the fixes that can be compared must contradict, 0...1.
    min_fixes
        And at least this many.

    Examples
    --------
    >>> t = np.arange(8.0) * 3600
    >>> found = contradictions(np.array(["a", "b"] * 4, dtype=object), t,
    ...                        np.array([10.0, 11.0] * 4), np.full(8, 60.0),
    ...                        apart_km=1, bracket_h=12, share=0.2, min_fixes=3)
    >>> [(one.first, one.second, round(one.apart_km)) for one in found]
    [('a', 'b', 56)]
    """
    order = np.argsort(time_s, kind="stable")
    label, time_s, place = label[order], time_s[order], unit_vectors(lon[order], lat[order])
    found = []
    for first, second in combinations(sorted(set(label.tolist())), 2):
        one, other = label == first, label == second
        start = max(time_s[one][0], time_s[other][0])
        end = min(time_s[one][-1], time_s[other][-1])
        common = (time_s >= start) & (time_s <= end)
        compared = [
            _excess_km(time_s[a & common], place[a & common], time_s[b], place[b], 3600 * bracket_h)
            for a, b in ((one, other), (other, one))
        ]
        excess, away = (np.concatenate(parts) for parts in zip(*compared, strict=True))
        wrong = excess > apart_km
        if wrong.sum() < min_fixes or wrong.mean() < share:
            continue
        found.append(
            Contradiction(
                first,
                second,
                float(start),
                float(end),
                int((common & (one | other)).sum()),
                float(np.median(away)),
            )
        )
    return found


def _excess_km(
    time_s: Floats, place: Floats, other_s: Floats, other: Floats, bracket_s: float
) -> tuple[Floats, Floats]:
    """Return distances to the other's way less the length of that way, and the distances, km."""
    after = np.searchsorted(other_s, time_s, side="left")
    after = np.minimum(after, len(other_s) - 1)
    before = np.where(other_s[after] == time_s, after, np.maximum(after - 1, 0))
    lag = other_s[after] - other_s[before]
    usable = (other_s[before] <= time_s) & (time_s <= other_s[after]) & (lag <= bracket_s)
    a, b, lag = before[usable], after[usable], lag[usable]
    passed = np.divide(time_s[usable] - other_s[a], lag, out=np.zeros(len(a)), where=lag > 0)
    middle = other[a] + passed[:, None] * (other[b] - other[a])
    away = EARTH_KM * np.linalg.norm(place[usable] - middle, axis=1)
    return away - EARTH_KM * np.linalg.norm(other[b] - other[a], axis=1), away


def unit_vectors(lon: Floats, lat: Floats) -> Floats:
    """Return positions (degrees) on the unit sphere, shape (n, 3)."""
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def chord_km(a: Floats, b: Floats) -> float:
    """Return the distance of two unit vectors through the Earth, km."""
    return float(EARTH_KM * np.linalg.norm(a - b))


def rollover(time_s: Floats, *, slack_s: float) -> Rollover | None:
    """Return the fixes of one track whose week number rolled over, or None.

    Parameters
    ----------
    time_s
        Times of one animal, s since 1970, shape (n,).
    slack_s
        Put right, they are at most this far from the other fixes, s.

    Examples
    --------
    >>> day = 86400.0
    >>> times = np.array([0, 1, 2, 3, 4]) * day + np.array([0, 0, 0, -1, -1]) * ROLLOVER_S
    >>> found = rollover(times, slack_s=30 * day)
    >>> (found.n_fixes, found.n_times) if found else None
    (2, 1)
    """
    ordered = np.sort(time_s)
    if len(ordered) < 2:
        return None
    gaps = np.diff(ordered)
    widest = int(np.argmax(gaps))
    early, late = ordered[: widest + 1], ordered[widest + 1 :]
    for n_times in (1, 2):
        moved = early + n_times * ROLLOVER_S
        fits = moved[0] <= late[-1] + slack_s and moved[-1] >= late[0] - slack_s
        if gaps[widest] > 0.5 * ROLLOVER_S and fits:
            return Rollover(len(early), float(early[0]), float(early[-1]), float(late[0]), n_times)
    return None


def lost_signs(
    lon: Floats, lat: Floats, *, far_km: float, near_km: float
) -> tuple[Floats, list[str | None]]:
    """Return how far each animal lives from its herd, and which change of sign would bring it back.

    Parameters
    ----------
    lon, lat
        Middle of each animal's fixes (degrees WGS84), shape (n,), n >= 3.
    far_km
        An animal is far from here on, km.
    near_km
        From here on, and from five times the usual distance, it is far if a change of sign brings
        it back to where the herd is: near the equator or the meridian of Greenwich a lost sign
        moves it less than ``far_km``.

    Returns
    -------
    apart_km : numpy.ndarray
        Distance from the median of the herd, km.
    sign : list
        ``lon``, ``lat``, ``lon and lat`` or ``exchanged`` for a far animal that would then be where
        the herd is, or nearer than ``far_km``; else None.

    Examples
    --------
    >>> apart, sign = lost_signs(np.array([-110.0, -110.1, 109.9]), np.array([43.0, 43.1, 43.0]),
    ...                          far_km=1500, near_km=200)
    >>> sign
    [None, None, 'lon']
    """
    places = unit_vectors(lon, lat)
    middle = np.median(places, axis=0)
    middle = middle / np.linalg.norm(middle)
    apart = EARTH_KM * np.linalg.norm(places - middle, axis=1)
    usual_km = float(np.median(apart))
    near_km, home_km = max(near_km, 5 * usual_km), max(near_km / 4, 1.5 * usual_km)
    signs: list[str | None] = []
    for i in range(len(lon)):
        if apart[i] <= min(near_km, far_km):
            signs.append(None)
            continue
        enough_km = far_km if apart[i] > far_km else home_km
        changed = {
            "lon": (-lon[i], lat[i]),
            "lat": (lon[i], -lat[i]),
            "lon and lat": (-lon[i], -lat[i]),
            "exchanged": (lat[i], lon[i]),
        }
        near = (
            word
            for word, (x, y) in changed.items()
            if abs(y) <= 90
            and chord_km(unit_vectors(np.array([x]), np.array([y]))[0], middle) <= enough_km
        )
        signs.append(next(near, None))
    return np.asarray(apart), signs
