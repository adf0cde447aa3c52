"""Resistance to movement: a number per cell, 1 where walking is easiest.

NaN is unknown. A cell that any layer does not know is unknown, and no path leads through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from corridors.foundation.arrays import Floats


def class_resistance(values: Floats, resistance: Mapping[int, float]) -> Floats:
    """Return the resistance of class codes.

    Parameters
    ----------
    values
        Class codes (ny, nx), NaN: no data.
    resistance
        Class code -> resistance, >= 1; a code that is not named becomes NaN.

    Examples
    --------
    >>> class_resistance(np.array([[1.0, 3.0, np.nan]]), {3: 20.0, 1: 1.5})
    array([[ 1.5, 20. ,  nan]])
    """
    if not resistance:
        return np.full(values.shape, np.nan)
    codes = np.array(sorted(resistance), dtype=np.float64)
    table = np.array([resistance[int(code)] for code in codes])
    at = np.minimum(np.searchsorted(codes, values), codes.size - 1)
    return np.where(codes[at] == values, table[at], np.nan)


def continuous_resistance(values: Floats, *, slope: float, zero: float) -> Floats:
    """Return ``max(1, 1 + slope * (values - zero))``; NaN stays NaN.

    Examples
    --------
    >>> continuous_resistance(np.array([5.0, 15.0, np.nan]), slope=0.2, zero=10.0)
    array([ 1.,  2., nan])
    """
    return np.maximum(1.0, 1.0 + slope * (values - zero))


def combine(layers: Sequence[Floats]) -> Floats:
    """Return the product of the layers' resistances: steep *and* ploughed is worse than either.

    A layer with resistance 1 changes nothing, whatever the number of layers; NaN in one layer is
    NaN in the product. (Zeller et al. 2012, doi:10.1007/s10980-012-9737-0, review the ways to
    combine layers.)

    Raises
    ------
    ValueError
        No layer.
    """
    if not layers:
        raise ValueError("nothing to combine")
    out = layers[0].copy()
    for layer in layers[1:]:
        out *= layer
    return out


def selection_resistance(
    log_use: Floats, *, log_best: float, power: float, max_resistance: float
) -> Floats:
    """Return the resistance of ground that is used in proportion to ``exp(log_use)``.

    Parameters
    ----------
    log_use
        Log of the relative use; NaN: unknown, -inf: never used.
    log_best
        The same of the best ground.
    power
        How fast resistance rises as use falls.
    max_resistance
        Resistance of ground that is never used, >= 1.

    Returns
    -------
    array
        ``(best / use) ** power`` between 1 and ``max_resistance``; NaN stays NaN.

    Notes
    -----
    With power 1 the conductance of ground is its use. A random walk on such conductances spends
    its time in proportion to them (Doyle and Snell 1984), so that current through this resistance
    belongs to a walker with the fitted use.

    Examples
    --------
    >>> use = np.array([np.log(4.0), np.log(2.0), np.log(0.5), -np.inf])
    >>> selection_resistance(use, log_best=np.log(2.0), power=1.0, max_resistance=100.0)
    array([  1.,   1.,   4., 100.])
    """
    # Cut before the exponential, which would overflow.
    log_resistance = np.minimum(power * (log_best - log_use), np.log(max_resistance))
    return np.clip(np.exp(np.maximum(log_resistance, 0.0)), 1.0, max_resistance)
