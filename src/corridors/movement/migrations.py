"""Class of an animal's biological year and the time windows of its migrations.

Source: METHODS section 3, PEERS 2.2 and 2.12.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from corridors.foundation.arrays import Floats
from corridors.foundation.vocabulary import Objecting, TooLittle
from corridors.movement.cycles import Places, Way
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
# Fewer days with a fix than this cannot be fitted.
MIN_MODEL_DAYS = 8
_MIN_STAY_FIXES = 10
# Whoever stays in more places than these, stops among them, and has no home is a nomad.
_MOST_PLACES = 5
_MONTH_D = 30.0
# AIC weight, as a share of the best, of a model with considerably less support: 4 units of AIC
# (Burnham & Anderson 2002).
_CLEARLY_LESS = float(np.exp(-2.0))


@dataclass(frozen=True)
class Origin:
    """From where displacement counts: the mean of so many of the first fixes of a year.

    Parameters
    ----------
    n_fixes
        So many of them ...
    max_days
        ... but those that lie farther in time from the first of them, d, are none: of a year that
        begins with few fixes they may lie on the way.
    """

    n_fixes: int
    max_days: float


@dataclass(frozen=True)
class Rules:
    """What makes a year usable and a displacement a migration; see ``config`` for the units."""

    origin: Origin
    min_fixes: int
    min_days: float
    max_interval_days: float
    min_distance_km: float
    min_range_multiple: float
    min_stay_days: float
    max_stay_spread_frac: float
    max_excursion_days: float
    margin_days: float
    limits: Limits
    n_starts: int


@dataclass(frozen=True)
class Amount:
    """What was seen of a year: fixes, days with one, median days between fixes (NaN: none)."""

    n_fixes: int
    n_days: int
    fix_interval_d: float

    @classmethod
    def of(cls, time_d: Floats) -> Self:
        """Return what these fixes are, days in ascending order."""
        interval = float(np.median(np.diff(time_d))) if time_d.size > 1 else float("nan")
        return cls(time_d.size, np.unique(np.floor(time_d)).size, interval)


@dataclass(frozen=True)
class Objection:
    """Why a model does not count although it may fit best.

    Parameters
    ----------
    code
        One of ``vocabulary.YEAR_REASONS``.
    km, limit_km, d, limit_d
        What was found, and what it is held against: lengths, km, or days; NaN: no such number.
    """

    code: Objecting
    km: float = np.nan
    limit_km: float = np.nan
    d: float = np.nan
    limit_d: float = np.nan


@dataclass(frozen=True)
class YearClass:
    """One animal's biological year: its class, why, and the models behind it.

    Parameters
    ----------
    label
        One of ``vocabulary.MOVEMENT_CLASSES``.
    seen
        How much there is to tell it from.
    too_little
        Why the year is unclassified; empty where it is not.
    best
        The model that fits best; "" of an unclassified year.
    objection
        Why that one does not count; None where it does.
    first_d
        Day of the first fix since the start of the biological year; the models count from here.
    anchor
        ``first`` or ``last``: the fixes from which displacement counts.
    fits, weights
        Model name -> fit and AIC weight; empty for an unclassified year.
    ways
        Migrations between stays, where these show more than a model does; see
        :mod:`corridors.movement.cycles`.
    """

    label: str
    seen: Amount
    first_d: float
    too_little: tuple[TooLittle, ...] = ()
    best: str = ""
    objection: Objection | None = None
    anchor: str = "first"
    fits: Mapping[str, ModelFit] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    ways: tuple[Way, ...] = ()

    @property
    def reason(self) -> str:
        """Codes of ``vocabulary.YEAR_REASONS``, with ``;`` between them."""
        if self.too_little:
            return ";".join(self.too_little)
        if self.ways:
            return "stays"
        return self.objection.code if self.objection else "fits_best"

    @property
    def fit(self) -> ModelFit | None:
        """The chosen model; None where stays tell the migrations."""
        return None if self.ways else self.fits.get(self.label)

    @property
    def moves(self) -> list[tuple[float, float]]:
        """(theta, phi) of each migration, days since the year's start.

        A migration between two stays has them as if these were a model's: from theta - 2 phi to
        theta + 2 phi.
        """
        if self.ways:
            return [
                (way.middle_d, (way.after.first_d - way.before.last_d) / 4.0) for way in self.ways
            ]
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
    amount = Amount.of(time_d)
    too_little = _too_little(amount, rules)
    if too_little:
        return YearClass("unclassified", amount, first, too_little)
    found = _anchored(time_d, x_m, y_m, "first", rules)
    starts_late = first > rules.margin_days
    reaches_end = float(time_d[-1]) >= 365.0 - rules.margin_days
    if found.label in ROUND_TRIPS or not (starts_late and reaches_end):
        return found
    again = _anchored(time_d, x_m, y_m, "last", rules)
    return again if again.label in ROUND_TRIPS else found


def told_by_stays(result: YearClass, found: Places) -> YearClass:
    """Return the class of a classified year by its places, where they tell more than its model.

    They show a cycle more than a round trip, or migrations where no model shows one; a disperser's
    move is none, as its model knows of no way back. Or they are many without a home: then a round
    trip is a nomad's.
    """
    is_round_trip = result.label in ROUND_TRIPS
    if len(found.ways) > (len(result.moves) + 1 if is_round_trip else 0):
        return replace(result, label="migrant", objection=None, ways=found.ways)
    if is_round_trip and not found.has_home and found.n_places > _MOST_PLACES:
        objection = None if result.best == "nomad" else Objection("no_home")
        return replace(result, label="nomad", objection=objection)
    return result


def least_km(time_d: Floats, x_m: Floats, y_m: Floats, rules: Rules) -> float:
    """Return the least distance of a migration, km: the configured one, or daily ranges."""
    spread = daily_range(time_d, x_m, y_m)
    daily = rules.min_range_multiple * spread if np.isfinite(spread) else 0.0
    return max(rules.min_distance_km, daily)


def displacement_from(
    time_d: Floats, x_m: Floats, y_m: Floats, anchor: str, origin: Origin
) -> Floats:
    """Return displacement (km) from the first or the last fixes of the year.

    ``time_d`` is in days, ascending; ``anchor`` is ``first`` or ``last``.
    """
    order = slice(None, None, -1) if anchor == "last" else slice(None)
    time, x, y = time_d[order], x_m[order], y_m[order]
    near = int((np.abs(time - time[:1]) <= origin.max_days).sum())
    return net_displacement(x, y, n_origin=min(origin.n_fixes, near))[order]


def _anchored(time_d: Floats, x_m: Floats, y_m: Floats, anchor: str, rules: Rules) -> YearClass:
    displacement = displacement_from(time_d, x_m, y_m, anchor, rules.origin)
    days, daily = daily_median(time_d, displacement)
    first = float(time_d[0])
    fits = fit_models(
        np.maximum(days - first, 0.0), daily, limits=rules.limits, n_starts=rules.n_starts
    )
    weights = akaike_weights(fits)
    threshold = least_km(time_d, x_m, y_m, rules)
    ranked = sorted(fits, key=lambda model: fits[model].aic)
    seen = _Seen(time_d - first, x_m, y_m, displacement, daily)
    against = {model: _objection(fits[model], seen, threshold, rules) for model in ranked}
    passed = [model for model in ranked if not against[model]] or ["resident"]
    label = passed[0]
    if label == "nomad" and passed[1:] and weights[passed[1]] > _CLEARLY_LESS * weights[label]:
        # Many legs look like a drift, so a drift must fit clearly better than a move.
        label = passed[1]
        against["nomad"] = Objection("not_clearly_better")
    return YearClass(
        label,
        Amount.of(time_d),
        first,
        best=ranked[0],
        objection=None if label == ranked[0] else against[ranked[0]],
        anchor=anchor,
        fits=fits,
        weights=weights,
    )


def _too_little(seen: Amount, rules: Rules) -> tuple[TooLittle, ...]:
    """Return why the year cannot be classified."""
    found: list[TooLittle] = []
    if seen.n_fixes < rules.min_fixes:
        found.append("few_fixes")
    if seen.n_days < rules.min_days:
        found.append("few_days")
    if seen.fix_interval_d > rules.max_interval_days:
        found.append("long_interval")
    if not found and seen.n_days < MIN_MODEL_DAYS:
        found.append("few_model_days")
    return tuple(found)


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


def _objection(fit: ModelFit, seen: _Seen, threshold_km: float, rules: Rules) -> Objection | None:
    """Return why a model cannot count although it may fit best; None where it can."""
    match fit.model:
        case "resident":
            wandered = seen.wandered_km()
            if wandered < threshold_km:
                return None
            return Objection("wandering", km=wandered, limit_km=threshold_km)
        case "nomad":
            return _too_short(float(seen.daily_km.max()), "short_move", threshold_km)
        case "disperser":
            short = _too_short(fit["delta_km"], "short_move", threshold_km)
            return short or _no_stay(fit, seen, rules.max_stay_spread_frac)
    return _no_round_trip(fit, seen, threshold_km, rules)


def _too_short(length_km: float, code: Objecting, threshold_km: float) -> Objection | None:
    if length_km >= threshold_km:
        return None
    return Objection(code, km=length_km, limit_km=threshold_km)


def _no_round_trip(
    fit: ModelFit, seen: _Seen, threshold_km: float, rules: Rules
) -> Objection | None:
    is_mixed = fit.model == "mixed_migrant"
    back_km = fit["delta_km"] * (fit["zeta"] if is_mixed else 1.0)
    if short := _too_short(back_km, "short_way_back" if is_mixed else "short_move", threshold_km):
        return short
    if fit["rho_d"] < rules.min_stay_days:
        return Objection("short_stay", d=fit["rho_d"], limit_d=rules.min_stay_days)
    if fit.theta_back_d > seen.time_d[-1]:
        return Objection("no_way_back")
    if is_mixed:
        left_km = fit["delta_km"] - back_km
        home_km = seen.reach_km(-np.inf, fit["theta_d"] - 2 * fit["phi_d"])
        if left_km <= home_km:
            return Objection("other_place", km=left_km, limit_km=home_km)
    return _no_stay(fit, seen, rules.max_stay_spread_frac)


def _no_stay(fit: ModelFit, seen: _Seen, max_spread_frac: float) -> Objection | None:
    """Return why the places between the moves are no ranges; None where they are."""
    edges = [-np.inf, fit["theta_d"] - 2 * fit["phi_d"], fit["theta_d"] + 2 * fit["phi_d"]]
    if fit.model in ROUND_TRIPS:
        edges += [fit.theta_back_d - 2 * fit["phi2_d"], fit.theta_back_d + 2 * fit["phi2_d"]]
    edges.append(np.inf)
    spreads = [seen.spread_km(*edges[i : i + 2]) for i in range(0, len(edges), 2)]
    widest = float(np.nanmax([0.0, *spreads]))
    if widest <= max_spread_frac * fit["delta_km"]:
        return None
    return Objection("wide_stay", km=widest, limit_km=fit["delta_km"])
