"""Class of an animal's biological year and the time windows of its migrations.

Source: METHODS section 3, PEERS 2.2 and 2.12.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from corridors.foundation.arrays import Floats
from corridors.movement.displacement import (
    Limits,
    ModelFit,
    akaike_weights,
    daily_median,
    daily_range,
    fit_models,
    net_displacement,
)

ROUND_TRIPS = ("migrant", "mixed_migrant")
_MIN_STAY_FIXES = 10
_MONTH_D = 30.0
# AIC weight, as a share of the best, of a model with considerably less support: 4 units of AIC
# (Burnham & Anderson 2002).
_CLEARLY_LESS = float(np.exp(-2.0))


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
    max_stay_spread_frac: float
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


def classify(time_d: Floats, x_m: Floats, y_m: Floats, *, rules: Rules) -> YearClass:
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


def displacement_from(x_m: Floats, y_m: Floats, anchor: str, *, n_origin: int) -> Floats:
    """Return displacement (km) from the first or the last fixes of the year."""
    if anchor == "last":
        return net_displacement(x_m[::-1], y_m[::-1], n_origin=n_origin)[::-1]
    return net_displacement(x_m, y_m, n_origin=n_origin)


def _anchored(time_d: Floats, x_m: Floats, y_m: Floats, anchor: str, rules: Rules) -> YearClass:
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
    seen = _Seen(time_d - first, x_m, y_m, displacement, daily)
    against = {model: _objection(fits[model], seen, threshold, rules) for model in ranked}
    passed = [model for model in ranked if not against[model]] or ["resident"]
    label = passed[0]
    if label == "nomad" and passed[1:] and weights[passed[1]] > _CLEARLY_LESS * weights[label]:
        # Many legs look like a drift, so a drift must fit clearly better than a move.
        label = passed[1]
        against["nomad"] = f"its AIC weight of {weights['nomad']:.2f} is not clearly larger"
    reason = f"{_words(label)} fits best (AIC weight {weights[label]:.2f})"
    if label != ranked[0]:
        reason = f"{_words(label)}, although {_words(ranked[0])} fits best: {against[ranked[0]]}"
    if fits[label].on_bound:
        reason = f"{reason}; on its bound: {', '.join(fits[label].on_bound)}"
    return YearClass(label, reason, first, anchor, fits, weights)


def _unusable(time_d: Floats, rules: Rules) -> str:
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


@dataclass(frozen=True)
class _Seen:
    """What was seen of the animal: days since its first fix, places, displacement."""

    time_d: Floats
    x_m: Floats
    y_m: Floats
    displacement_km: Floats
    daily_km: Floats

    def spread_km(self, begin_d: float, end_d: float) -> float:
        """Return the median distance from the median position; NaN with fewer than ten fixes."""
        inside = (self.time_d > begin_d) & (self.time_d < end_d)
        if int(inside.sum()) < _MIN_STAY_FIXES:
            return float("nan")
        x, y = self.x_m[inside], self.y_m[inside]
        return float(np.median(np.hypot(x - np.median(x), y - np.median(y)))) / 1000.0

    def reach_km(self, begin_d: float, end_d: float) -> float:
        """Return the 95 % quantile of displacement; NaN with fewer than ten fixes."""
        inside = (self.time_d > begin_d) & (self.time_d < end_d)
        if int(inside.sum()) < _MIN_STAY_FIXES:
            return float("nan")
        return float(np.quantile(self.displacement_km[inside], 0.95))

    def wandered_km(self) -> float:
        """Return how far the places of single months lie from their middle: the upper quartile."""
        month = np.floor(self.time_d / _MONTH_D).astype(int)
        first = np.searchsorted(month, np.unique(month))
        parts = np.split(np.arange(month.size), first[1:])
        x, y = (
            np.array([np.median(axis[part]) for part in parts]) for axis in (self.x_m, self.y_m)
        )
        return float(np.quantile(np.hypot(x - np.median(x), y - np.median(y)), 0.75)) / 1000.0


def _objection(fit: ModelFit, seen: _Seen, threshold_km: float, rules: Rules) -> str:
    """Return why a model cannot count although it may fit best, or ""."""
    match fit.model:
        case "resident":
            wandered = seen.wandered_km()
            if wandered < threshold_km:
                return ""
            return f"single months lie {wandered:.0f} km from their middle, too far for a range"
        case "nomad":
            return _too_short(float(seen.daily_km.max()), "move", threshold_km)
        case "disperser":
            short = _too_short(fit["delta_km"], "move", threshold_km)
            return short or _no_stay(fit, seen, rules.max_stay_spread_frac)
    return _no_round_trip(fit, seen, threshold_km, rules)


def _too_short(length_km: float, way: str, threshold_km: float) -> str:
    if length_km >= threshold_km:
        return ""
    return f"a {way} of {length_km:.1f} km is below the {threshold_km:.1f} km of a migration"


def _no_round_trip(fit: ModelFit, seen: _Seen, threshold_km: float, rules: Rules) -> str:
    is_mixed = fit.model == "mixed_migrant"
    back_km = fit["delta_km"] * (fit["zeta"] if is_mixed else 1.0)
    if short := _too_short(back_km, "way back" if is_mixed else "move", threshold_km):
        return short
    if fit["rho_d"] < rules.min_stay_days:
        return f"a stay of {fit['rho_d']:.0f} days is below the {rules.min_stay_days:g} of a season"
    if fit.theta_back_d > seen.time_d[-1]:
        return "the data end before the animal is half-way back"
    if is_mixed:
        left_km = fit["delta_km"] - back_km
        home_km = seen.reach_km(-np.inf, fit["theta_d"] - 2 * fit["phi_d"])
        if left_km <= home_km:
            return (
                f"the way back ends {left_km:.1f} km from the start, and it had used "
                f"{home_km:.1f} km around it before it left"
            )
    return _no_stay(fit, seen, rules.max_stay_spread_frac)


def _no_stay(fit: ModelFit, seen: _Seen, max_spread_frac: float) -> str:
    """Return why the places between the moves are no ranges, or ""."""
    edges = [-np.inf, fit["theta_d"] - 2 * fit["phi_d"], fit["theta_d"] + 2 * fit["phi_d"]]
    if fit.model in ROUND_TRIPS:
        edges += [fit.theta_back_d - 2 * fit["phi2_d"], fit.theta_back_d + 2 * fit["phi2_d"]]
    edges.append(np.inf)
    spreads = [seen.spread_km(*edges[i : i + 2]) for i in range(0, len(edges), 2)]
    widest = float(np.nanmax([0.0, *spreads]))
    if widest <= max_spread_frac * fit["delta_km"]:
        return ""
    return (
        f"in a stay it was typically {widest:.0f} km from the middle, too far for a range that is "
        f"left for one {fit['delta_km']:.0f} km away"
    )


def _words(model: str) -> str:
    return model.replace("_", " ")
