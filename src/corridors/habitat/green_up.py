"""When the land turns green, and how near to it animals are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridors.foundation.arrays import Flags, Floats

_ITERATIONS = 60
# Share of the way from winter to summer greenness between the 25 % and the 75 % point of a
# logistic curve is this many of its scales.
_QUARTILE_SCALES = 2.0 * np.log(3.0)


@dataclass(frozen=True)
class GreenUp:
    """Green-up of cells in one year.

    Parameters
    ----------
    peak_d
        Day on which greenness rises fastest, in the unit of the days given, (n,); NaN: none.
    scale_d
        Scale of the logistic rise, d, (n,): it takes 2.2 scales from a quarter to three quarters.
    r2
        Share of the variance of the rise that the curve explains, (n,).
    """

    peak_d: Floats
    scale_d: Floats
    r2: Floats


def green_up(
    days: Floats, values: Floats, *, base_quantile: float, min_dates: int, min_r2: float
) -> GreenUp:
    """Return the green-up of cells from a year of greenness.

    Parameters
    ----------
    days
        Dates in days, rising, (t,).
    values
        Greenness such as NDVI in any unit, (t, n); NaN: unknown.
    base_quantile
        Winter greenness is this quantile of the year; snow makes single dates darker.
    min_dates
        A cell with fewer known dates until its greatest greenness has no green-up.
    min_r2
        A cell whose rise a logistic curve explains less well (evergreen, cloudy) has none.

    Notes
    -----
    From the year's beginning to its greatest greenness, values scaled from winter to summer are
    fitted by 1 / (1 + exp((p - t) / s)) with damped Gauss-Newton steps; the instantaneous rate of
    green-up is greatest at p (Bischof et al. 2012, doi:10.1086/667590). Medians of three dates
    take out single clouds. All cells together: O(t n) per step.

    Examples
    --------
    >>> t = np.arange(0.0, 200.0, 8.0)
    >>> one = 40 + 160 / (1 + np.exp((110 - t) / 9))
    >>> green_up(t, one[:, None], base_quantile=0.025, min_dates=8, min_r2=0.8).peak_d.round(1)
    array([110.])
    """
    n = values.shape[1]
    smooth = _median_of_three(values)
    known = np.isfinite(smooth)
    some = known.any(axis=0)
    filled = np.where(known, smooth, -np.inf)
    last = np.argmax(filled, axis=0)
    top = np.where(some, filled[last, np.arange(n)], np.nan)
    base = np.full(n, np.nan)
    if some.any():
        base[some] = np.nanquantile(smooth[:, some], base_quantile, axis=0)
    rising = known & (np.arange(len(days))[:, None] <= last)
    span = top - base
    enough = (rising.sum(axis=0) >= min_dates) & (span > 0)
    scaled = np.where(rising, (smooth - base) / np.where(span > 0, span, 1.0), 0.0)
    peak, scale = _start(days, scaled, rising)
    peak, scale = _fit(days, scaled, rising, peak, scale)
    curve = 1.0 / (1.0 + np.exp(np.clip((peak - days[:, None]) / scale, -50, 50)))
    residual = np.where(rising, scaled - curve, 0.0)
    count = np.maximum(rising.sum(axis=0), 1)
    spread = np.where(rising, scaled - scaled.sum(axis=0) / count, 0.0)
    total = np.square(spread).sum(axis=0)
    r2 = 1.0 - np.square(residual).sum(axis=0) / np.where(total > 0, total, np.inf)
    inside = (peak >= days[0]) & (peak <= days[-1])
    found = enough & (total > 0) & (r2 >= min_r2) & inside
    nothing = np.nan
    return GreenUp(
        np.where(found, peak, nothing), np.where(found, scale, nothing), np.where(some, r2, nothing)
    )


def _median_of_three(values: Floats) -> Floats:
    """Return the median of each date and its neighbours; unknown ones do not count."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    three = np.stack([padded[:-2], padded[1:-1], padded[2:]])
    ordered = np.sort(three, axis=0)  # NaN last
    known = np.isfinite(three).sum(axis=0)
    two = (ordered[0] + ordered[1]) / 2.0
    found = np.where(known == 3, ordered[1], np.where(known == 2, two, ordered[0]))
    # An unknown date stays unknown: its neighbours speak for themselves.
    return np.where(np.isfinite(values), found, np.nan)


def _start(days: Floats, scaled: Floats, rising: Flags) -> tuple[Floats, Floats]:
    """Return first guesses: where the rise last passes a half, and its width."""
    at = []
    for level in (0.25, 0.5, 0.75):
        below = rising & (scaled < level)
        last = np.where(below.any(axis=0), len(days) - 1 - np.argmax(below[::-1], axis=0), 0)
        following = np.minimum(last + 1, len(days) - 1)
        at.append((days[last] + days[following]) / 2.0)
    return at[1], np.maximum((at[2] - at[0]) / _QUARTILE_SCALES, 2.0)


def _fit(
    days: Floats, scaled: Floats, rising: Flags, peak: Floats, scale: Floats
) -> tuple[Floats, Floats]:
    """Return peak and scale of least squares; Levenberg's damping, one per cell."""
    log_scale = np.log(scale)
    damping = np.full(peak.size, 1e-2)

    def curve_of(p: Floats, log_s: Floats) -> tuple[Floats, Floats]:
        z = np.clip((days[:, None] - p) * np.exp(-log_s), -50, 50)
        return 1.0 / (1.0 + np.exp(-z)), z

    def loss_of(p: Floats, log_s: Floats) -> Floats:
        found: Floats = np.square(np.where(rising, scaled - curve_of(p, log_s)[0], 0.0)).sum(axis=0)
        return found

    loss = loss_of(peak, log_scale)
    for _ in range(_ITERATIONS):
        curve, z = curve_of(peak, log_scale)
        slope = np.where(rising, curve * (1.0 - curve), 0.0)
        by_peak, by_scale = -slope * np.exp(-log_scale), -slope * z
        residual = np.where(rising, scaled - curve, 0.0)
        a, b, c = (by_peak**2).sum(0), (by_peak * by_scale).sum(0), (by_scale**2).sum(0)
        f, g = (by_peak * residual).sum(0), (by_scale * residual).sum(0)
        a, c = a * (1 + damping) + 1e-12, c * (1 + damping) + 1e-12
        determinant = a * c - b * b
        d_peak = (c * f - b * g) / determinant
        d_scale = np.clip((a * g - b * f) / determinant, -1.0, 1.0)
        new_peak = peak + np.clip(d_peak, -30.0, 30.0)
        new_scale = np.clip(log_scale + d_scale, np.log(0.5), np.log(100.0))
        new_loss = loss_of(new_peak, new_scale)
        better = new_loss < loss
        peak, log_scale = np.where(better, new_peak, peak), np.where(better, new_scale, log_scale)
        loss = np.where(better, new_loss, loss)
        damping = np.clip(np.where(better, damping / 4.0, damping * 4.0), 1e-9, 1e6)
    return peak, np.exp(log_scale)


@dataclass(frozen=True)
class Surfing:
    """How a migration follows the green wave.

    Parameters
    ----------
    n
        Fixes whose cell has a green-up.
    days_from_peak
        Mean of fix minus peak, d: positive, the animal came after it.
    abs_days_from_peak
        Mean of the absolute values.
    abs_days_if_stayed
        The same at the same times in the cell of the first fix: had it not moved.
    correlation
        Between dates of fixes and of peaks; NaN with fewer than three fixes or without spread.
    wave_d
        Days between the peaks of the last and the first fix's cell.
    """

    n: int
    days_from_peak: float
    abs_days_from_peak: float
    abs_days_if_stayed: float
    correlation: float
    wave_d: float


def surfing(fix_d: Floats, peak_d: Floats) -> Surfing:
    """Return how fixes lie to the green-up of their cells.

    Parameters
    ----------
    fix_d
        Times of fixes in days, in order, (n,).
    peak_d
        Green-up of the cell of each fix in the same days, (n,); NaN: none.

    Examples
    --------
    >>> found = surfing(np.array([100.0, 110.0, 120.0]), np.array([95.0, 105.0, 125.0]))
    >>> round(found.days_from_peak, 2), found.abs_days_from_peak, found.abs_days_if_stayed
    (1.67, 5.0, 15.0)
    """
    known = np.isfinite(peak_d)
    fix_d, peak_d = fix_d[known], peak_d[known]
    if fix_d.size == 0:
        none = float("nan")
        return Surfing(0, none, none, none, none, none)
    late = fix_d - peak_d
    correlation = float("nan")
    if fix_d.size >= 3 and np.ptp(peak_d) > 0 and np.ptp(fix_d) > 0:
        correlation = float(np.corrcoef(fix_d, peak_d)[0, 1])
    return Surfing(
        n=int(fix_d.size),
        days_from_peak=float(late.mean()),
        abs_days_from_peak=float(np.abs(late).mean()),
        abs_days_if_stayed=float(np.abs(fix_d - peak_d[0]).mean()),
        correlation=correlation,
        wave_d=float(peak_d[-1] - peak_d[0]),
    )
