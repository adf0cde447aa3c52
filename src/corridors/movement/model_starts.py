"""Starting points of the displacement models: a grid on which the amplitude is solved exactly."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from corridors.foundation.arrays import Floats, Indices

_GRID_DATES = 30
_GRID_DURATIONS = 3
_SHARES = 4
# Starts nearer to each other than this end in the same optimum.
_APART_D = 15.0


def starts(model: str, days: Floats, y: Floats, lower: Floats, upper: Floats, n: int) -> Floats:
    """Return up to ``n`` starts, best first, inside the bounds.

    Parameters
    ----------
    model
        ``migrant``, ``mixed_migrant``, ``disperser`` or ``resident``.
    days, y
        Days since the first fix and displacement (km), shape (n_days,).
    lower, upper
        Bounds in the order of the model's parameters.
    n
        How many at most; of the dates' grid no two starts lie within 15 days in every date.

    Returns
    -------
    array
        Shape (up to n, parameters). The same every time.
    """
    if model == "resident":
        rates = -np.geomspace(-upper[1], -lower[1], max(n, 2))
        basis = -np.expm1(np.outer(rates, days))
        gamma, rss = _amplitude(basis @ y, np.sum(basis**2, axis=1), float(y @ y), upper[0])
        grid, date_columns = np.column_stack([gamma, rates]), []
    elif model == "disperser":
        theta, phi, basis = _sigmoids(days, lower, upper)
        delta, rss = _amplitude(basis @ y, np.sum(basis**2, axis=1), float(y @ y), upper[0])
        grid, date_columns = np.column_stack([delta, theta, phi]), [1]
    else:
        grid, rss = _round_trips(model, days, y, lower, upper)
        date_columns = [1, 3]
    chosen = _spread(grid[:, date_columns], rss, n)
    margin = 1e-6 * (upper - lower)
    return np.asarray(np.clip(grid[chosen], lower + margin, upper - margin))


def _sigmoids(days: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats, Floats]:
    dates = np.linspace(lower[1], upper[1], _GRID_DATES)
    durations = np.geomspace(max(lower[2], 1e-3), upper[2] / 1.5, _GRID_DURATIONS)
    theta, phi = (grid.ravel() for grid in np.meshgrid(dates, durations, indexing="ij"))
    return theta, phi, expit((days[None, :] - theta[:, None]) / phi[:, None])


def _amplitude(
    projection: Floats, square: Floats, total: float, top: float
) -> tuple[Floats, Floats]:
    """Return the best amplitude within 0...top for each basis and its residual sum."""
    amplitude = np.clip(projection / np.maximum(square, 1e-30), 0.0, top)
    rss = total - 2 * amplitude * projection + amplitude**2 * square
    return np.asarray(amplitude), np.asarray(rss)


def _round_trips(
    model: str, days: Floats, y: Floats, lower: Floats, upper: Floats
) -> tuple[Floats, Floats]:
    theta, phi, basis = _sigmoids(days, lower, upper)
    gram, projection = basis @ basis.T, basis @ y
    out, back = np.nonzero(theta[None, :] - theta[:, None] >= 2 * phi[:, None] + 2 * phi[None, :])
    if out.size == 0:
        # The record is shorter than any round trip: start from its ends.
        out, back = np.array([0]), np.array([theta.size - 1])
    rho = np.clip(theta[back] - theta[out] - 2 * phi[out] - 2 * phi[back], lower[3], upper[3])
    shares = np.array([1.0]) if model == "migrant" else np.linspace(lower[5], upper[5], _SHARES)
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


def _spread(dates: Floats, rss: Floats, n: int) -> Indices:
    """Return the best rows, each unlike the better ones in one of its dates at least."""
    order = np.argsort(rss, kind="stable")
    if dates.shape[1] == 0:
        return np.asarray(order[:n])
    chosen: list[int] = []
    ranked = dates[order].T
    while order.size and len(chosen) < n:
        chosen.append(int(order[0]))
        unlike = np.zeros(order.size, dtype=bool)
        for date in ranked:
            unlike |= np.abs(date - date[0]) >= _APART_D
        order, ranked = order[unlike], ranked[:, unlike]
    return np.array(chosen, dtype=np.int64)
