"""Displacement from the first position of the year, and the five models that are fitted to it.

Source: METHODS section 3 (Bunnefeld 2011, Singh 2016, Spitz 2017). ``t`` is in days since the
animal's first fix of the biological year, displacement in km (the root of net squared
displacement, so that a far range does not outweigh everything else in the sum of squares).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.special import expit

Float = npt.NDArray[np.float64]

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
_GRID_DATES = 30
_GRID_DURATIONS = 3


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
    """

    model: str
    parameters: tuple[float, ...]
    rss_km2: float
    n: int

    def __getitem__(self, name: str) -> float:
        return self.parameters[PARAMETERS[self.model].index(name)]

    @property
    def aic(self) -> float:
        """Akaike's criterion for normal residuals; the error variance counts as a parameter."""
        mean_square = max(self.rss_km2 / self.n, _FLOOR_KM2)
        return self.n * float(np.log(mean_square)) + 2 * (len(self.parameters) + 1)

    @property
    def theta_back_d(self) -> float:
        """Day of half-way back: theta + 2 phi + 2 phi2 + rho."""
        return self["theta_d"] + 2 * self["phi_d"] + 2 * self["phi2_d"] + self["rho_d"]

    def predict(self, days: Float) -> Float:
        """Return the modelled displacement, km."""
        return predict(self.model, self.parameters, days)


def net_displacement(x_m: Float, y_m: Float, *, n_origin: int) -> Float:
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


def daily_median(time_d: Float, value: Float) -> tuple[Float, Float]:
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


def daily_range(time_d: Float, x_m: Float, y_m: Float) -> float:
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


def predict(model: str, parameters: tuple[float, ...] | Float, days: Float) -> Float:
    """Return displacement (km) of a model at ``days`` since the first fix.

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
    p = tuple(parameters)
    if model == "nomad":
        return np.asarray(p[0] * days)
    if model == "resident":
        return np.asarray(-p[0] * np.expm1(p[1] * days))
    out = p[0] * expit((days - p[1]) / p[2])
    if model != "disperser":
        back = p[1] + 2 * p[2] + 2 * p[4] + p[3]
        share = p[5] if model == "mixed_migrant" else 1.0
        out = out - share * p[0] * expit((days - back) / p[4])
    return np.asarray(out)


def jacobian(model: str, parameters: tuple[float, ...] | Float, days: Float) -> Float:
    """Return d predict / d parameters, shape (n, number of parameters)."""
    p = tuple(parameters)
    if model == "nomad":
        return days[:, None].copy()
    if model == "resident":
        decay = np.exp(p[1] * days)
        return np.column_stack([-np.expm1(p[1] * days), -p[0] * days * decay])
    out = expit((days - p[1]) / p[2])
    slope = p[0] * out * (1 - out) / p[2]
    columns = [out, -slope, -slope * (days - p[1]) / p[2]]
    if model == "disperser":
        return np.column_stack(columns)
    share = p[5] if model == "mixed_migrant" else 1.0
    lag = (days - (p[1] + 2 * p[2] + 2 * p[4] + p[3])) / p[4]
    back = expit(lag)
    slope_back = share * p[0] * back * (1 - back) / p[4]
    columns[0] = out - share * back
    columns[1] = columns[1] + slope_back
    columns[2] = columns[2] + 2 * slope_back
    columns += [slope_back, slope_back * (2 + lag)]
    if model == "mixed_migrant":
        columns.append(-p[0] * back)
    return np.column_stack(columns)


def fit_models(
    days: Float, displacement_km: Float, *, limits: Limits, n_starts: int
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
    return {
        model: _fit(model, days, displacement_km, top, limits=limits, n_starts=n_starts)
        for model in MODELS
    }


def akaike_weights(fits: Mapping[str, ModelFit]) -> dict[str, float]:
    """Return the AIC weight of each model; they add up to 1."""
    aic = np.array([fit.aic for fit in fits.values()])
    relative = np.exp(-0.5 * (aic - aic.min()))
    return dict(zip(fits, (relative / relative.sum()).tolist(), strict=True))


def _fit(
    model: str, days: Float, y: Float, top: float, *, limits: Limits, n_starts: int
) -> ModelFit:
    if model == "nomad":
        square = float(days @ days)
        beta = max(float(days @ y) / square, 0.0) if square > 0 else 0.0
        return ModelFit(model, (beta,), float(np.sum((y - beta * days) ** 2)), y.size)
    lower, upper = _bounds(model, days, top, limits)
    starts = _starts(model, days, y, lower, upper, n_starts)
    scale = np.where(upper - lower > 0, upper - lower, 1.0)

    def _residuals(parameters: Float) -> Float:
        return predict(model, parameters, days) - y

    def _slopes(parameters: Float) -> Float:
        return jacobian(model, parameters, days)

    best: tuple[float, tuple[float, ...]] | None = None
    for start in starts:
        solution = least_squares(
            _residuals,
            start,
            jac=_slopes,
            bounds=(lower, upper),
            x_scale=scale,
            xtol=1e-6,
            ftol=1e-8,
            gtol=1e-8,
            max_nfev=100,
        )
        found = 2 * float(solution.cost), tuple(float(value) for value in solution.x)
        # A relative margin keeps the earlier start where two end in the same optimum.
        if best is None or found[0] < best[0] * (1 - 1e-9):
            best = found
    if best is None:
        raise ValueError("n_starts must be at least 1")
    return ModelFit(model, best[1], best[0], y.size)


def _bounds(model: str, days: Float, top: float, limits: Limits) -> tuple[Float, Float]:
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


def _starts(model: str, days: Float, y: Float, lower: Float, upper: Float, n: int) -> Float:
    """Return up to ``n`` starts, shape (n, parameters), best first, inside the bounds."""
    if model == "resident":
        rates = -np.geomspace(-upper[1], -lower[1], max(n, 2))
        basis = -np.expm1(np.outer(rates, days))
        gamma, rss = _amplitude(basis @ y, np.sum(basis**2, axis=1), float(y @ y), upper[0])
        grid = np.column_stack([gamma, rates])
    elif model == "disperser":
        theta, phi, basis = _sigmoids(days, lower, upper)
        delta, rss = _amplitude(basis @ y, np.sum(basis**2, axis=1), float(y @ y), upper[0])
        grid = np.column_stack([delta, theta, phi])
    else:
        grid, rss = _round_trips(model, days, y, lower, upper)
    chosen = _spread(grid, rss, n)
    # Strictly inside: the solver refuses a start on a bound.
    margin = 1e-6 * (upper - lower)
    return np.asarray(np.clip(grid[chosen], lower + margin, upper - margin))


def _sigmoids(days: Float, lower: Float, upper: Float) -> tuple[Float, Float, Float]:
    dates = np.linspace(lower[1], upper[1], _GRID_DATES)
    durations = np.geomspace(max(lower[2], 1e-3), upper[2] / 1.5, _GRID_DURATIONS)
    theta, phi = (grid.ravel() for grid in np.meshgrid(dates, durations, indexing="ij"))
    return theta, phi, expit((days[None, :] - theta[:, None]) / phi[:, None])


def _amplitude(projection: Float, square: Float, total: float, top: float) -> tuple[Float, Float]:
    """Return the best amplitude within 0...top for each basis and its residual sum."""
    amplitude = np.clip(projection / np.maximum(square, 1e-30), 0.0, top)
    rss = total - 2 * amplitude * projection + amplitude**2 * square
    return np.asarray(amplitude), np.asarray(rss)


def _round_trips(
    model: str, days: Float, y: Float, lower: Float, upper: Float
) -> tuple[Float, Float]:
    theta, phi, basis = _sigmoids(days, lower, upper)
    gram, projection = basis @ basis.T, basis @ y
    out, back = np.nonzero(theta[None, :] - theta[:, None] >= 2 * phi[:, None] + 2 * phi[None, :])
    if out.size == 0:
        # The record is shorter than any round trip: start from its ends.
        out, back = np.array([0]), np.array([theta.size - 1])
    rho = np.clip(theta[back] - theta[out] - 2 * phi[out] - 2 * phi[back], lower[3], upper[3])
    shares = np.array([1.0]) if model == "migrant" else np.linspace(lower[5], upper[5], 4)
    grids, sums = [], []
    for share in shares:
        delta, rss = _amplitude(
            projection[out] - share * projection[back],
            gram[out, out] - 2 * share * gram[out, back] + share**2 * gram[back, back],
            float(y @ y),
            upper[0],
        )
        columns = [delta, theta[out], phi[out], rho, phi[back]]
        if model == "mixed_migrant":
            columns.append(np.full(out.size, share))
        grids.append(np.column_stack(columns))
        sums.append(rss)
    return np.concatenate(grids), np.concatenate(sums)


def _spread(grid: Float, rss: Float, n: int) -> npt.NDArray[np.int64]:
    """Return the ``n`` best rows of which no two have the same dates (columns 1 and 3)."""
    order = np.argsort(rss, kind="stable")
    dates = grid[order][:, [1, 3]] if grid.shape[1] > 3 else grid[order][:, [1]]
    _, first = np.unique(np.round(dates, 6), axis=0, return_index=True)
    return np.asarray(order[np.sort(first)[:n]])
