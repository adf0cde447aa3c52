"""Class of an animal's biological year and the time windows of its migrations.

Source: METHODS section 3, PEERS 2.2 and 2.12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from corridors.movement.biological_year import DAYS_PER_YEAR
from corridors.movement.displacement import (
    Limits,
    ModelFit,
    akaike_weights,
    daily_median,
    daily_range,
    fit_models,
    net_displacement,
)

Float = npt.NDArray[np.float64]
ROUND_TRIPS = ("migrant", "mixed_migrant")
# Middle of the seasons as day of the year, 21 April and 21 October; swapped south of the equator.
_SPRING_DAY, _AUTUMN_DAY = 111.0, 294.0
_MIN_STAY_FIXES = 10


@dataclass(frozen=True)
class Rules:
    """What makes a year usable and a displacement a migration; see ``config`` for the units."""

    n_origin: int
    min_fixes: int
    min_days: float
    max_interval_days: float
    min_distance_km: float
    min_range_multiple: float
    min_stay_days: float
    margin_days: float
    limits: Limits
    n_starts: int


@dataclass(frozen=True)
class YearClass:
    """One animal's biological year: its class, why, and the models behind it.

    Parameters
    ----------
    label
        One of ``vocabulary.MOVEMENT_CLASSES``.
    reason
        In words.
    first_d
        Day of the first fix since the start of the biological year; the models count from here.
    anchor
        ``first`` or ``last``: the fixes from which displacement counts.
    fits, weights
        Model name -> fit and AIC weight; empty for an unclassified year.
    """

    label: str
    reason: str
    first_d: float
    anchor: str = "first"
    fits: Mapping[str, ModelFit] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def fit(self) -> ModelFit | None:
        """The chosen model."""
        return self.fits.get(self.label)

    @property
    def moves(self) -> list[tuple[float, float]]:
        """(theta, phi) of each way of the chosen model, days since the year's start."""
        fit = self.fit
        if fit is None or self.label not in (*ROUND_TRIPS, "disperser"):
            return []
        out = [(self.first_d + fit["theta_d"], fit["phi_d"])]
        if self.label in ROUND_TRIPS:
            out.append((self.first_d + fit.theta_back_d, fit["phi2_d"]))
        return out


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


def classify(time_d: Float, x_m: Float, y_m: Float, *, rules: Rules) -> YearClass:
    """Return the class of one animal's biological year.

    The five models are fitted to daily medians of displacement. The best model by AIC counts
    unless it is not a migration: the way out, and for a mixed migrant also the way back,
    must reach the larger of ``min_distance_km`` and ``min_range_multiple`` times the median daily
    range; a nomad must have been that far away at all. A round trip must also stay in the far
    range (rho) for ``min_stay_days`` and be half-way back before the data end. Otherwise the next
    best model that passes counts, and ``resident`` always passes.

    Displacement counts from the first fixes. Where these lie more than ``margin_days`` into the
    biological year they may lie on the way or in the far range; if then no round trip is found
    but the data reach the end of the year, displacement is counted from the last fixes, where
    the next year begins, and a round trip found so counts.

    Parameters
    ----------
    time_d
        Usable fixes, days since the start of the biological year, ascending, shape (n,).
    x_m, y_m
        Positions, planar, m.
    rules
        What counts.
    """
    first = float(time_d[0]) if time_d.size else float("nan")
    refused = _unusable(time_d, rules)
    if refused:
        return YearClass("unclassified", refused, first)
    found = _anchored(time_d, x_m, y_m, "first", rules)
    starts_late = first > rules.margin_days
    reaches_end = float(time_d[-1]) >= 365.0 - rules.margin_days
    if found.label in ROUND_TRIPS or not (starts_late and reaches_end):
        return found
    again = _anchored(time_d, x_m, y_m, "last", rules)
    if again.label not in ROUND_TRIPS:
        return found
    reason = (
        f"{again.reason}; displacement counted from the last fixes, because the data begin "
        f"{first:.0f} days into the biological year"
    )
    return replace(again, reason=reason)


def displacement_from(x_m: Float, y_m: Float, anchor: str, *, n_origin: int) -> Float:
    """Return displacement (km) from the first or the last fixes of the year."""
    if anchor == "last":
        return net_displacement(x_m[::-1], y_m[::-1], n_origin=n_origin)[::-1]
    return net_displacement(x_m, y_m, n_origin=n_origin)


def _anchored(time_d: Float, x_m: Float, y_m: Float, anchor: str, rules: Rules) -> YearClass:
    displacement = displacement_from(x_m, y_m, anchor, n_origin=rules.n_origin)
    days, daily = daily_median(time_d, displacement)
    first = float(time_d[0])
    fits = fit_models(
        np.maximum(days - first, 0.0), daily, limits=rules.limits, n_starts=rules.n_starts
    )
    weights = akaike_weights(fits)
    spread = daily_range(time_d, x_m, y_m)
    threshold = max(
        rules.min_distance_km, rules.min_range_multiple * spread if np.isfinite(spread) else 0.0
    )
    ranked = sorted(fits, key=lambda model: fits[model].aic)
    last = float(days[-1]) - first
    against = {
        model: _objection(fits[model], daily, last, threshold, rules.min_stay_days)
        for model in ranked
    }
    label = next(model for model in ranked if not against[model])
    reason = f"{_words(label)} fits best (AIC weight {weights[label]:.2f})"
    if label != ranked[0]:
        reason = f"{_words(label)}, although {_words(ranked[0])} fits best: {against[ranked[0]]}"
    return YearClass(label, reason, first, anchor, fits, weights)


def _unusable(time_d: Float, rules: Rules) -> str:
    """Return why the year cannot be classified, or ""."""
    n = time_d.size
    n_days = np.unique(np.floor(time_d)).size
    reasons = []
    if n < rules.min_fixes:
        reasons.append(f"{n} fixes, {rules.min_fixes} needed")
    if n_days < rules.min_days:
        reasons.append(f"fixes on {n_days} days, {rules.min_days:g} needed")
    if n > 1:
        interval = float(np.median(np.diff(time_d)))
        if interval > rules.max_interval_days:
            reasons.append(
                f"median fix interval {interval:.1f} d, at most {rules.max_interval_days:g} d "
                "can show when a migration began"
            )
    if not reasons and n_days < 8:
        reasons.append(f"fixes on {n_days} days, 8 needed to fit the models")
    return "; ".join(reasons)


def _objection(
    fit: ModelFit, daily_km: Float, last_d: float, threshold_km: float, min_stay_days: float
) -> str:
    """Return why a model cannot count although it may fit best, or ""."""
    if fit.model == "resident":
        return ""
    length = float(daily_km.max()) if fit.model == "nomad" else fit["delta_km"]
    if fit.model == "mixed_migrant":
        length *= fit["zeta"]
    if length < threshold_km:
        way = "way back" if fit.model == "mixed_migrant" else "move"
        return f"a {way} of {length:.1f} km is below the {threshold_km:.1f} km of a migration"
    if fit.model in ROUND_TRIPS:
        if fit["rho_d"] < min_stay_days:
            return f"a stay of {fit['rho_d']:.0f} days is below the {min_stay_days:g} of a season"
        if fit.theta_back_d > last_d:
            return "the data end before the animal is half-way back"
    return ""


def _words(model: str) -> str:
    return model.replace("_", " ")


def migration_windows(
    time_d: Float,
    x_m: Float,
    y_m: Float,
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
    and after, with the 95 % quantile of the distances as radius, but at least a tenth and at most
    a quarter of the distance between them. A window starts at the last fix in the range left and
    ends at the next fix in the range reached, both sought within twice the model's window. Where
    a stay has fewer than ten fixes or no such fix is found, the model's own bound counts, moved
    inward to a fix.

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
                before,
                after,
            )
        )
    return out


_Stay = tuple[float, float, float]


def _stay(
    time_d: Float, x_m: Float, y_m: Float, far_d: float, theta: float, half: float
) -> _Stay | None:
    """Return centre and radius of the stay between ``far_d`` and the move, or None."""
    for near in (theta + 2 * half, theta + half):
        inside = (time_d >= min(far_d, near)) & (time_d <= max(far_d, near))
        beyond = near < far_d if half > 0 else near > far_d
        if beyond and int(inside.sum()) >= _MIN_STAY_FIXES:
            x, y = x_m[inside], y_m[inside]
            centre = float(np.median(x)), float(np.median(y))
            return *centre, float(np.quantile(np.hypot(x - centre[0], y - centre[1]), 0.95))
    return None


def _refined(
    time_d: Float,
    x_m: Float,
    y_m: Float,
    model: tuple[float, float],
    search: tuple[float, float],
    before: _Stay | None,
    after: _Stay | None,
) -> Window | None:
    first, last = float(time_d[0]), float(time_d[-1])
    apart = (
        float(np.hypot(before[0] - after[0], before[1] - after[1]))
        if before and after
        else float("inf")
    )
    sought = (time_d >= search[0]) & (time_d <= search[1])
    start = end = None
    if before:
        left = sought & _within(x_m, y_m, before, apart)
        start = float(time_d[left][-1]) if left.any() else None
    if after:
        reached = sought & _within(x_m, y_m, after, apart)
        reached &= time_d > (model[0] if start is None else start)
        end = float(time_d[reached][0]) if reached.any() else None
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
    if inside.size < 2:
        return None
    return Window(float(inside[0]), float(inside[-1]), *is_open)


def _within(x_m: Float, y_m: Float, stay: _Stay, apart: float) -> npt.NDArray[np.bool_]:
    x, y, radius = stay
    # Without a known range at the other end there is nothing to compare the radius with.
    reach = float(np.clip(radius, apart / 10, apart / 4)) if np.isfinite(apart) else radius
    return np.asarray(np.hypot(x_m - x, y_m - y) <= reach)


def season_names(middle_day_of_year: Sequence[float], *, is_south: bool) -> list[str]:
    """Return ``spring`` or ``autumn`` for the moves of one year, in order of time.

    Parameters
    ----------
    middle_day_of_year
        Middle of each window as day of the calendar year, 0...366; at most two.
    is_south
        Whether the animal lives south of the equator, where the seasons are swapped.

    Notes
    -----
    A single move has the name of the nearer of 21 April and 21 October. Two moves, out and back,
    have different names: the assignment with the smaller sum of distances.

    Examples
    --------
    >>> season_names([120.0, 290.0], is_south=False)
    ['spring', 'autumn']
    >>> season_names([120.0, 160.0], is_south=False), season_names([120.0], is_south=True)
    (['spring', 'autumn'], ['autumn'])
    """
    names = ("autumn", "spring") if is_south else ("spring", "autumn")
    cost = [
        [_apart(day, centre) for centre in (_SPRING_DAY, _AUTUMN_DAY)] for day in middle_day_of_year
    ]
    if len(cost) == 2:
        first = 0 if cost[0][0] + cost[1][1] <= cost[0][1] + cost[1][0] else 1
        return [names[first], names[1 - first]]
    return [names[0 if near <= far else 1] for near, far in cost]


def _apart(day: float, other: float) -> float:
    gap = abs(day - other) % 365.25
    return min(gap, 365.25 - gap)
