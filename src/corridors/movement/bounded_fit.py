"""Least squares from many starts at once, inside bounds (Levenberg-Marquardt)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from corridors.foundation.arrays import Floats

Model = Callable[[Floats], Floats]
_DAMPING = 1e-2
_TOO_DAMPED = 1e9
_SMALL_GAIN = 1e-7


def fit_from(
    starts: Floats,
    residuals: Model,
    slopes: Model,
    *,
    lower: Floats,
    upper: Floats,
    max_steps: int,
) -> tuple[Floats, Floats]:
    """Return where each start ends and its sum of squares.

    Parameters
    ----------
    starts
        Parameters, inside the bounds, shape (s, p).
    residuals
        Parameters (k, p) -> residuals (k, n).
    slopes
        Parameters (k, p) -> derivatives of the residuals (k, n, p).
    lower, upper
        Bounds, shape (p,).
    max_steps
        Of each start. A start also ends when a step gains less than 1e-7 of the sum.

    Returns
    -------
    tuple of arrays
        Parameters (s, p) and sums of squares (s,); never worse than at the start.

    Notes
    -----
    A parameter on a bound stays there while its gradient points outward (projected step, Kanzow et
    al. 2004, doi 10.1016/j.cam.2004.02.013); the others take the damped step of Marquardt (1963).
    All starts are one array, so that their cost is that of a few.

    Examples
    --------
    >>> ends, sums = fit_from(
    ...     np.array([[1.0], [-3.0]]), lambda p: p - 7.0, lambda p: np.ones((len(p), 1, 1)),
    ...     lower=np.array([-5.0]), upper=np.array([5.0]), max_steps=50,
    ... )
    >>> ends.ravel(), sums
    (array([5., 5.]), array([4., 4.]))
    """
    at = starts.copy()
    left = residuals(at)
    sums = np.einsum("kn,kn->k", left, left)
    damping = np.full(len(at), _DAMPING)
    active = np.arange(len(at))
    gradient, curvature = _normal(slopes(at), left)
    diagonal = np.arange(at.shape[1])
    for _ in range(max_steps):
        if active.size == 0:
            break
        here, slope, bend = at[active], gradient[active], curvature[active].copy()
        held = ((here <= lower) & (slope > 0)) | ((here >= upper) & (slope < 0))
        size = np.maximum(bend[:, diagonal, diagonal], 1e-12)
        bend[held[:, :, None] | held[:, None, :]] = 0.0
        bend[:, diagonal, diagonal] = np.where(held, 1.0, size * (1 + damping[active, None]))
        step = np.linalg.solve(bend, np.where(held, 0.0, -slope)[:, :, None])[:, :, 0]
        tried = np.clip(here + step, lower, upper)
        off = residuals(tried)
        new = np.einsum("kn,kn->k", off, off)
        gain = sums[active] - new
        better = gain > 0
        settled = better & (gain <= _SMALL_GAIN * sums[active])
        moved = active[better]
        at[moved], sums[moved] = tried[better], new[better]
        damping[active] *= np.where(better, 0.2, 6.0)
        if moved.size:
            gradient[moved], curvature[moved] = _normal(slopes(at[moved]), off[better])
        active = active[~settled & (damping[active] < _TOO_DAMPED)]
    return at, sums


def _normal(slopes: Floats, residuals: Floats) -> tuple[Floats, Floats]:
    turned = slopes.transpose(0, 2, 1)
    return (turned @ residuals[:, :, None])[:, :, 0], turned @ slopes
