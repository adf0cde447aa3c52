"""Displacement from the first position of the year, and the five models that are fitted to it.

Source: METHODS section 3 (Bunnefeld 2011, Singh 2016, Spitz 2017). ``t`` is in days since the
animal's first fix of the biological year, displacement in km (the root of net squared
displacement, so that a far range does not outweigh everything else in the sum of squares).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from corridors.foundation.arrays import Floats
from corridors.movement.bounded_fit import fit_from
from corridors.movement.model_starts import starts

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "migrant": ("delta_km", "theta_d", "phi_d", "rho_d", "phi2_d"),
    "mixed_migrant": ("delta_km", "theta_d", "phi_d", "rho_d", "phi2_d", "zeta"),
    "disperser": ("delta_km", "theta_d", "phi_d"),
    "resident": ("gamma_km", "kappa_per_d"),
    "nomad": ("beta_km_per_d",),
}
MODELS = tuple(PARAMETERS)
# Below this mean square (a metre squared) two fits are equally perfect, and fewer parameters
# win; without it the logarithm in AIC would rank rounding errors.
_FLOOR_KM2 = 1e-6
_MAX_STEPS = 60
# A start has reached the best optimum when its sum of squares is this near, as a share.
_SAME_OPTIMUM = 1e-3
# ... and a parameter its bound when this near, as a share of the span between the bounds.
_ON_BOUND = 1e-4
# More starts are tried until two agree, at most this many times over.
_MOST_ROUNDS = 4


@dataclass(frozen=True)
class Limits:
    """Bounds of the parameters, each (lower, upper).

    Parameters
    ----------
    date_d
        Of theta (half-way out) and rho (stay in the far range), days.
    duration_d
        Of phi and phi2, days.
    zeta
        Share of the way that a mixed migrant comes back.
    kappa_per_d
        Rate at which a resident fills its range, per day, both < 0.
    """

    date_d: tuple[float, float]
    duration_d: tuple[float, float]
    zeta: tuple[float, float]
    kappa_per_d: tuple[float, float]


@dataclass(frozen=True)
class ModelFit:
    """One fitted model.

    Parameters
    ----------
    model
        Name, one of :data:`MODELS`.
    parameters
        In the order of :data:`PARAMETERS`.
    rss_km2
        Residual sum of squares.
    n
        Number of points fitted.
    n_effective
        Number of independent points they are worth, at most ``n`` (:func:`effective_n`).
    reached
        Share of the starts that ended in this optimum.
    on_bound
        Names of the parameters that lie on one of their bounds.
    """

    model: str
    parameters: tuple[float, ...]
    rss_km2: float
    n: int
    n_effective: float
    reached: float
    on_bound: tuple[str, ...]

    def __getitem__(self, name: str) -> float:
        return self.parameters[PARAMETERS[self.model].index(name)]

    @property
    def aic(self) -> float:
        """Akaike's criterion for normal residuals; the error variance counts as a parameter.

        The likelihood is that of ``n_effective`` points.
        """
        mean_square = max(self.rss_km2 / self.n, _FLOOR_KM2)
        return self.n_effective * float(np.log(mean_square)) + 2 * (len(self.parameters) + 1)

    @property
    def theta_back_d(self) -> float:
        """Day of half-way back: theta + 2 phi + 2 phi2 + rho."""
        return self["theta_d"] + 2 * self["phi_d"] + 2 * self["phi2_d"] + self["rho_d"]

    def predict(self, days: Floats) -> Floats:
        """Return the modelled displacement, km."""
        return predict(self.model, self.parameters, days)


def net_displacement(x_m: Floats, y_m: Floats, *, n_origin: int) -> Floats:
    """Return the distance of each fix from the mean of the first ``n_origin`` ones, km.

    Parameters
    ----------
    x_m, y_m
        Usable positions in time order, planar, m, shape (n,).
    n_origin
        Number of fixes that define the origin (fewer if there are fewer).

    Examples
    --------
    >>> net_displacement(np.array([0.0, 0.0, 3000.0]), np.array([0.0, 0.0, 4000.0]), n_origin=2)
    array([0., 0., 5.])
    """
    if x_m.size == 0:
        return np.empty(0)
    origin_x, origin_y = x_m[:n_origin].mean(), y_m[:n_origin].mean()
    return np.asarray(np.hypot(x_m - origin_x, y_m - origin_y) / 1000.0)


def daily_median(time_d: Floats, value: Floats) -> tuple[Floats, Floats]:
    """Return one point per day that has fixes: mean time and median value.

    Fixes a few hours apart say nearly the same, so fitting them all would overstate how sure AIC
    can be, let dense months outweigh sparse ones, and cost time.

    Parameters
    ----------
    time_d
        Times, days, ascending, shape (n,).
    value
        Values, shape (n,).

    Returns
    -------
    tuple of arrays
        Days and medians, shape (n_days,).

    Examples
    --------
    >>> daily_median(np.array([0.0, 0.5, 2.25]), np.array([1.0, 3.0, 7.0]))
    (array([0.25, 2.25]), array([2., 7.]))
    """
    if time_d.size == 0:
        return np.empty(0), np.empty(0)
    day = np.floor(time_d)
    order = np.lexsort((value, day))
    _, first, count = np.unique(day[order], return_index=True, return_counts=True)
    ranked = value[order]
    middle = (ranked[first + (count - 1) // 2] + ranked[first + count // 2]) / 2
    return np.add.reduceat(time_d, first) / count, middle


def daily_range(time_d: Floats, x_m: Floats, y_m: Floats) -> float:
    """Return the median over days of the diagonal that encloses the day's fixes, km.

    Days with a single fix say nothing and are left out; NaN if there is no other.
    """
    day = np.floor(time_d)
    _, first, count = np.unique(day, return_index=True, return_counts=True)
    if not (count > 1).any():
        return float("nan")
    width, height = (
        np.maximum.reduceat(value, first) - np.minimum.reduceat(value, first)
        for value in (x_m, y_m)
    )
    return float(np.median(np.hypot(width, height)[count > 1])) / 1000.0


def predict(model: str, parameters: tuple[float, ...] | Floats, days: Floats) -> Floats:
    """Return displacement (km) of a model at ``days`` since the first fix.

    Parameters
    ----------
    model
        One of :data:`MODELS`.
    parameters
        One set, shape (p,), or several, shape (k, p).
    days
        Shape (n,).

    Returns
    -------
    array
        Shape (n,) or (k, n).

    Notes
    -----
    migrant: d/(1+e^((theta-t)/phi)) - d/(1+e^((theta+2phi+2phi2+rho-t)/phi2));
    mixed migrant: second term times zeta; disperser: first term; resident: g(1-e^(k t));
    nomad: b t.

    Examples
    --------
    >>> days = np.array([0.0, 80.0, 160.0, 330.0])
    >>> predict("migrant", (60.0, 80.0, 3.0, 150.0, 3.0), days).round(3)
    array([ 0., 30., 60.,  0.])
    """
    p = np.asarray(parameters, dtype=np.float64).T[..., None]
    if model == "nomad":
        return np.asarray(p[0] * days)
    if model == "resident":
        return np.asarray(-p[0] * np.expm1(p[1] * days))
    out = p[0] * expit((days - p[1]) / p[2])
    if model != "disperser":
        share = p[5] if model == "mixed_migrant" else 1.0
        out = out - share * p[0] * expit((days - _half_way_back(p)) / p[4])
    return np.asarray(out)


def _half_way_back(p: Floats) -> Floats:
    return np.asarray(p[1] + 2 * p[2] + 2 * p[4] + p[3])


def jacobian(model: str, parameters: tuple[float, ...] | Floats, days: Floats) -> Floats:
    """Return d predict / d parameters, shape (n, p), or (k, n, p) for several sets."""
    p = np.asarray(parameters, dtype=np.float64).T[..., None]
    if model == "nomad":
        columns = [days + 0 * p[0]]
    elif model == "resident":
        decay = np.exp(p[1] * days)
        columns = [1 - decay, -p[0] * days * decay]
    else:
        lead = (days - p[1]) / p[2]
        out = expit(lead)
        slope = p[0] * out * (1 - out) / p[2]
        columns = [out, -slope, -slope * lead]
        if model != "disperser":
            columns = _with_return(model, p, days, columns)
    # In memory one parameter after the other, which the products of the solver want.
    return np.stack(columns, axis=-2).swapaxes(-1, -2)


def _with_return(model: str, p: Floats, days: Floats, way_out: list[Floats]) -> list[Floats]:
    share = p[5] if model == "mixed_migrant" else 1.0
    lag = (days - _half_way_back(p)) / p[4]
    back = expit(lag)
    slope = share * p[0] * back * (1 - back) / p[4]
    columns = [
        way_out[0] - share * back,
        way_out[1] + slope,
        way_out[2] + 2 * slope,
        slope,
        slope * (2 + lag),
    ]
    if model == "mixed_migrant":
        columns.append(-p[0] * back)
    return columns


def fit_models(
    days: Floats, displacement_km: Floats, *, limits: Limits, n_starts: int
) -> dict[str, ModelFit]:
    """Fit the five models by bounded least squares.

    Parameters
    ----------
    days
        Days since the first fix, >= 0, ascending, shape (n,), n >= 8.
    displacement_km
        Displacement, km, >= 0, shape (n,).
    limits
        Bounds; theta is also kept inside the record and delta and gamma below the largest
        displacement seen, since a range where the animal never was is not evidence.
    n_starts
        Starting points of each model, the best of a fixed grid of dates and durations on which
        the amplitude is solved exactly; the same every time.

    Returns
    -------
    dict
        Model name -> fit, in the order of :data:`MODELS`.

    Raises
    ------
    ValueError
        Fewer points than the largest model needs, or a value that is not finite.
    """
    if days.size < len(PARAMETERS["mixed_migrant"]) + 2:
        raise ValueError(f"{days.size} points are too few for displacement models")
    if not (np.isfinite(days).all() and np.isfinite(displacement_km).all()):
        raise ValueError("days and displacement must be finite")
    top = max(float(displacement_km.max()), 1e-3)
    fits = {
        model: _fit(model, days, displacement_km, top, limits=limits, n_starts=n_starts)
        for model in MODELS
    }
    best = min(fits.values(), key=lambda fit: fit.rss_km2)
    # With fewer points than parameters no model could be told from another.
    most = max(len(names) for names in PARAMETERS.values()) + 1
    worth = max(effective_n(best.predict(days) - displacement_km), float(most))
    return {model: replace(fit, n_effective=worth) for model, fit in fits.items()}


def effective_n(residuals: Floats) -> float:
    """Return the number of independent values that a series is worth for its mean.

    Parameters
    ----------
    residuals
        In time order, about evenly spaced, mean near 0, shape (n,).

    Notes
    -----
    n (1 - r)/(1 + r) with r the correlation of neighbours, as for a first-order autoregression
    (Bartlett 1935); negative correlation is not rewarded.

    Examples
    --------
    >>> effective_n(np.tile([1.0, -1.0], 50))
    100.0
    >>> round(effective_n(np.repeat([1.0, -1.0], 50)), 1)
    1.5
    """
    total = float(residuals @ residuals)
    r = float(residuals[1:] @ residuals[:-1]) / total if total > 0 else 0.0
    return residuals.size * (1 - max(r, 0.0)) / (1 + max(r, 0.0))


def akaike_weights(fits: Mapping[str, ModelFit]) -> dict[str, float]:
    """Return the AIC weight of each model; they add up to 1."""
    aic = np.array([fit.aic for fit in fits.values()])
    relative = np.exp(-0.5 * (aic - aic.min()))
    return dict(zip(fits, (relative / relative.sum()).tolist(), strict=True))


def _fit(
    model: str, days: Floats, y: Floats, top: float, *, limits: Limits, n_starts: int
) -> ModelFit:
    if model == "nomad":
        square = float(days @ days)
        beta = max(float(days @ y) / square, 0.0) if square > 0 else 0.0
        rss = float(np.sum((y - beta * days) ** 2))
        return ModelFit(model, (beta,), rss, y.size, y.size, 1.0, ())
    lower, upper = _bounds(model, days, top, limits)
    first = starts(model, days, y, lower, upper, n_starts * _MOST_ROUNDS)
    ends = np.empty((0, lower.size))
    sums = np.empty(0)
    while len(ends) < len(first):
        found, rests = fit_from(
            first[len(ends) : len(ends) + n_starts],
            lambda parameters: predict(model, parameters, days) - y,
            lambda parameters: jacobian(model, parameters, days),
            lower=lower,
            upper=upper,
            max_steps=_MAX_STEPS,
        )
        ends, sums = np.concatenate([ends, found]), np.concatenate([sums, rests])
        agree = sums <= sums.min() * (1 + _SAME_OPTIMUM) + _FLOOR_KM2 * y.size
        if agree.sum() > 1:
            break
    best = int(np.argmin(sums))
    near = _ON_BOUND * (upper - lower)
    held = (ends[best] - lower <= near) | (upper - ends[best] <= near)
    names = np.array(PARAMETERS[model])[held]
    return ModelFit(
        model,
        tuple(ends[best].tolist()),
        float(sums[best]),
        y.size,
        y.size,
        float(agree.mean()),
        tuple(names.tolist()),
    )


def _bounds(model: str, days: Floats, top: float, limits: Limits) -> tuple[Floats, Floats]:
    date_low, date_high = limits.date_d
    theta = (date_low, min(date_high, max(float(days[-1]), date_low + 1.0)))
    of = {
        "delta_km": (0.0, top),
        "gamma_km": (0.0, top),
        "theta_d": theta,
        "phi_d": limits.duration_d,
        "phi2_d": limits.duration_d,
        "rho_d": limits.date_d,
        "zeta": limits.zeta,
        "kappa_per_d": limits.kappa_per_d,
    }
    pairs = np.array([of[name] for name in PARAMETERS[model]], dtype=float)
    return pairs[:, 0], pairs[:, 1]
