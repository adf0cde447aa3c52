"""Stays in winter and summer ranges between the migrations of a herd.

Source: METHODS section 3: from the 95 % quantile of migration ends to the 5 % quantile of the
next starts, the same dates every year, stays of at least 30 days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import Geod

from corridors.foundation.arrays import Floats, Times
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.movement.biological_year import DAYS_PER_YEAR, in_season

_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Move:
    """Dates of one migration, days since the start of its biological year.

    ``start_d`` or ``end_d`` is NaN where the edge of the data hides it.
    """

    season: str
    start_d: float
    end_d: float


def season_spans(
    moves: Sequence[Move],
    *,
    seasons: tuple[str, str],
    quantile: float,
    min_range_days: float,
) -> dict[str, tuple[float, float]]:
    """Return when the herd is in its ranges, days since the start of the biological year.

    Parameters
    ----------
    moves
        The herd's migrations of all animals and years.
    seasons
        Names of the migration that leaves the winter range and of the one that leads back.
    quantile
        Of the ends (and one minus it of the next starts).
    min_range_days
        A shorter stay is none.

    Returns
    -------
    dict
        ``winter``, ``summer`` -> (from, to); ``to`` may lie in the next biological year (> 365).
        A season without both migrations, or too short, is missing.

    Examples
    --------
    >>> moves = [Move("spring", 60.0, 80.0), Move("autumn", 270.0, 290.0)]
    >>> names = ("spring", "autumn")
    >>> season_spans(moves, seasons=names, quantile=0.95, min_range_days=30.0)
    {'winter': (290.0, 425.25), 'summer': (80.0, 270.0)}
    """
    spans: dict[str, tuple[float, float]] = {}
    # Season of the range -> the migration that leads into it and the one that leaves it.
    between = {"winter": seasons[::-1], "summer": seasons}
    for season, (into, out_of) in between.items():
        ends = _known(move.end_d for move in moves if move.season == into)
        starts = _known(move.start_d for move in moves if move.season == out_of)
        if not (ends.size and starts.size):
            continue
        if starts.mean() < ends.mean():
            starts = starts + DAYS_PER_YEAR
        begin = float(np.quantile(ends, quantile))
        end = float(np.quantile(starts, 1 - quantile))
        if end - begin >= min_range_days:
            spans[season] = begin, end
    return spans


def _known(values: Iterable[float]) -> Floats:
    found = np.array(list(values), dtype=np.float64)
    return np.asarray(found[np.isfinite(found)])


def stay(
    time_d: Floats,
    span: tuple[float, float],
    taken: Sequence[tuple[float, float]],
    *,
    min_range_days: float,
) -> tuple[float, float] | None:
    """Return the part of ``span`` that one animal spent in the range, cut to its fixes.

    Parameters
    ----------
    time_d
        The animal's usable fixes, days, ascending, in the same count as ``span``.
    span
        The herd's dates.
    taken
        Windows of the same animal that the stay must not overlap, e.g. its own late migration.
    min_range_days
        Shortest stay from first to last fix.

    Returns
    -------
    tuple or None
        First and last fix of the longest part that is left; None where it is too short.

    Examples
    --------
    >>> stay(np.arange(0.0, 400.0), (80.5, 270.0), [(85.0, 100.0)], min_range_days=30.0)
    (101.0, 270.0)
    """
    pieces = [span]
    for low, high in taken:
        pieces = [
            part
            for begin, end in pieces
            for part in ((begin, min(end, low)), (max(begin, high), end))
            if part[1] > part[0]
        ]
    # Strictly between the neighbours, so that no fix lies in two windows of one animal.
    edges = {value for window in taken for value in window}
    usable = time_d[~np.isin(time_d, list(edges))] if edges else time_d
    best: tuple[float, float] | None = None
    for begin, end in pieces:
        inside = usable[(usable >= begin) & (usable <= end)]
        if inside.size < 2 or inside[-1] - inside[0] < min_range_days:
            continue
        if best is None or inside[-1] - inside[0] > best[1] - best[0]:
            best = float(inside[0]), float(inside[-1])
    return best


def range_distance_km(
    time_utc: Times,
    x_m: Floats,
    y_m: Floats,
    crs: str,
    *,
    winter_window: tuple[str, str],
    summer_window: tuple[str, str],
    min_days: int,
) -> float:
    """Return the geodesic distance between the median winter and summer position, km.

    Parameters
    ----------
    time_utc, x_m, y_m
        Usable fixes of one biological year; positions in ``crs``, m.
    crs
        The working CRS.
    winter_window, summer_window
        First and last day as MM-DD.
    min_days
        Days with fixes that each season needs.

    Returns
    -------
    float
        NaN where a season has too few days.
    """
    places = []
    for window in (winter_window, summer_window):
        inside = in_season(time_utc, window)
        if np.unique(time_utc[inside].astype("datetime64[D]")).size < max(min_days, 1):
            return float("nan")
        places.append((float(np.median(x_m[inside])), float(np.median(y_m[inside]))))
    back = transformer(crs, GEOGRAPHIC)
    (lon_0, lat_0), (lon_1, lat_1) = (back.transform(x, y) for x, y in places)
    return float(_GEOD.inv(lon_0, lat_0, lon_1, lat_1)[2]) / 1000.0
