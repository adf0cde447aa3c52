"""Windows of migrations: from the last fix in the range left to the first in the range reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corridors.foundation.arrays import Flags, Floats
from corridors.movement.biological_year import DAYS_PER_YEAR
from corridors.movement.cycles import Way

_MIN_STAY_FIXES = 10
# Radius of a range as a share of the distance between the two, at least and at most.
_NARROWEST, _WIDEST = 0.05, 0.15
# Two fixes farther apart do not show a migration: twice the window of the shortest model, d.
_UNSEEN_D = 8.0


@dataclass(frozen=True)
class Window:
    """A stretch of one track; times in days since the start of the biological year."""

    start_d: float
    end_d: float
    is_open_before: bool
    is_open_after: bool

    @property
    def is_open(self) -> bool:
        """Whether the edge of the data cuts it."""
        return self.is_open_before or self.is_open_after


def migration_windows(
    time_d: Floats,
    x_m: Floats,
    y_m: Floats,
    moves: Sequence[tuple[float, float]],
    *,
    padding_phi: float,
) -> list[Window | None]:
    """Return the window of each move of one biological year, cut to the fixes.

    Parameters
    ----------
    time_d, x_m, y_m
        The animal's whole track (not only this year), days since the year's start, ascending.
    moves
        (theta, phi) of each move in order of time, days.
    padding_phi
        The model's window is theta -/+ this many phi.

    Returns
    -------
    list
        One per move; None where fewer than two fixes lie inside.

    Notes
    -----
    The range left and the range reached are discs around the median position of the stays before
    and after, with the 95 % quantile of the distances as radius, but at least 5 % and at most
    15 % of the distance between them. A window starts at the last fix in the range left and
    ends at the next fix in the range reached, both sought within twice the model's window and
    then, so that legs and stopovers that the model smooths over are not cut off, as far as
    half-way to the animal's next move. Where a stay has fewer than ten fixes or no such fix is
    found, the model's own bound counts, moved inward to a fix.

    A side is open, and reaches to the edge of the data, when no fix in a range closes it and the
    track ends within twice the model's window.
    """
    if time_d.size == 0:
        return [None for _ in moves]
    first, last = float(time_d[0]), float(time_d[-1])
    half = [padding_phi * phi for _, phi in moves]
    # Stays end where the model's windows begin; searches of neighbours meet half-way.
    edges = [
        (moves[i][0] + half[i] + moves[i + 1][0] - half[i + 1]) / 2 for i in range(len(moves) - 1)
    ]
    out: list[Window | None] = []
    for i, (theta, _) in enumerate(moves):
        low = edges[i - 1] if i else first
        high = edges[i] if i < len(edges) else last
        # Beyond the year lie other seasons, so the outer stays end with it.
        stay_low = moves[i - 1][0] + half[i - 1] if i else max(first, 0.0)
        stay_high = moves[i + 1][0] - half[i + 1] if i < len(edges) else min(last, DAYS_PER_YEAR)
        before = _stay(time_d, x_m, y_m, stay_low, theta, -half[i])
        after = _stay(time_d, x_m, y_m, stay_high, theta, half[i])
        out.append(
            _refined(
                time_d,
                x_m,
                y_m,
                (theta - half[i], theta + half[i]),
                (max(low, theta - 2 * half[i]), min(high, theta + 2 * half[i])),
                (max(low, stay_low), min(high, stay_high)),
                before,
                after,
            )
        )
    return out


def way_windows(
    time_d: Floats, x_m: Floats, y_m: Floats, migrations: Sequence[Way]
) -> list[Window | None]:
    """Return the window of each migration between two stays, cut to the fixes.

    Parameters
    ----------
    time_d, x_m, y_m
        The animal's whole track (not only this year), days since the year's start, ascending.
    migrations
        With days as those of the fixes.

    Notes
    -----
    As :func:`migration_windows`, with the days of the two stays themselves. None where a gap
    between two fixes hides the migration.
    """
    out = []
    for way in migrations:
        left, reached = way.before.last_d, way.after.first_d
        wide = max(reached - left, 1.0)
        farther = way.before.first_d, way.after.last_d
        search = max(left - wide, farther[0]), min(reached + wide, farther[1])
        discs = (
            _disc(x_m, y_m, (time_d >= stay.first_d) & (time_d <= stay.last_d))
            for stay in (way.before, way.after)
        )
        found = _refined(time_d, x_m, y_m, (left, reached), search, farther, *discs)
        out.append(None if found and _is_unseen(found, time_d) else found)
    return out


def _is_unseen(window: Window, time_d: Floats) -> bool:
    """Return whether a window is but the two edges of a gap in which the migration happened."""
    inside = (time_d >= window.start_d) & (time_d <= window.end_d)
    return int(inside.sum()) == 2 and window.end_d - window.start_d > _UNSEEN_D


_Stay = tuple[float, float, float]


def _stay(
    time_d: Floats, x_m: Floats, y_m: Floats, far_d: float, theta: float, half: float
) -> _Stay | None:
    """Return centre and radius of the stay between ``far_d`` and the move, or None."""
    for near in (theta + 2 * half, theta + half):
        inside = (time_d >= min(far_d, near)) & (time_d <= max(far_d, near))
        beyond = near < far_d if half > 0 else near > far_d
        if beyond and (stay := _disc(x_m, y_m, inside)):
            return stay
    return None


def _disc(x_m: Floats, y_m: Floats, inside: Flags) -> _Stay | None:
    """Return centre and radius of these fixes; None of fewer than ten."""
    if int(inside.sum()) < _MIN_STAY_FIXES:
        return None
    x, y = x_m[inside], y_m[inside]
    centre = float(np.median(x)), float(np.median(y))
    return *centre, float(np.quantile(np.hypot(x - centre[0], y - centre[1]), 0.95))


def _refined(
    time_d: Floats,
    x_m: Floats,
    y_m: Floats,
    model: tuple[float, float],
    search: tuple[float, float],
    farther: tuple[float, float],
    before: _Stay | None,
    after: _Stay | None,
) -> Window | None:
    first, last = float(time_d[0]), float(time_d[-1])
    apart = (
        float(np.hypot(before[0] - after[0], before[1] - after[1]))
        if before and after
        else float("inf")
    )
    start = end = None
    if before:
        home = _within(x_m, y_m, before, apart) & (time_d <= search[1])
        for low in (search[0], farther[0]):
            left = time_d[home & (time_d >= low)]
            if start is None and left.size:
                start = float(left[-1])
    if after:
        there = _within(x_m, y_m, after, apart)
        there &= time_d > (model[0] if start is None else start)
        for high in (search[1], farther[1]):
            reached = time_d[there & (time_d >= search[0]) & (time_d <= high)]
            if end is None and reached.size:
                end = float(reached[0])
    # Nobody saw the departure or arrival, and the data end where it might have been seen.
    half = (model[1] - model[0]) / 2
    is_open = (start is None and model[0] - half < first, end is None and model[1] + half > last)
    if start is None:
        start = first if is_open[0] else model[0]
        if end is not None and end <= start:
            start = search[0]
    if end is None:
        end = last if is_open[1] else model[1]
        if end <= start:
            end = search[1]
    inside = time_d[(time_d >= start) & (time_d <= end)]
    # Two fixes far apart are the edges of a gap in which the migration was not seen.
    if inside.size < 2 or (inside.size == 2 and end - start > search[1] - search[0]):
        return None
    return Window(float(inside[0]), float(inside[-1]), *is_open)


def _within(x_m: Floats, y_m: Floats, stay: _Stay, apart: float) -> Flags:
    x, y, radius = stay
    # Without a known range at the other end there is nothing to compare the radius with.
    reach = (
        float(np.clip(radius, _NARROWEST * apart, _WIDEST * apart))
        if np.isfinite(apart)
        else radius
    )
    return np.asarray(np.hypot(x_m - x, y_m - y) <= reach)
