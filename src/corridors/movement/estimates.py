"""Which method makes the occurrence surface of one window of a track, why, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from corridors.foundation.arrays import Floats, Microseconds
from corridors.foundation.grid import Surface
from corridors.foundation.track import Track
from corridors.foundation.vocabulary import MethodChoice
from corridors.movement.dynamic_variance import (
    EDGE,
    INSIDE,
    SHORT,
    DynamicVariance,
    dynamic_variance,
)
from corridors.movement.line_buffer import line_surface
from corridors.movement.occurrence import bridge_surface
from corridors.movement.refusals import NoSurfaceError, Refusal
from corridors.movement.variance import Form, motion_variance

# What `auto` takes where a method finds no motion variance.
_NEXT = {"dbbmm": "bbmm", "bbmm": "line"}
# How VARIANCES calls where a bridge's variance comes from.
SOURCES = {INSIDE: "windows", EDGE: "edge", SHORT: "track"}


@dataclass(frozen=True)
class Method:
    """How the surfaces of a herd are made.

    Parameters
    ----------
    name
        ``dbbmm``, ``bbmm``, ``fmv``, ``line``, or ``auto``: see :func:`choose`.
    variance_form
        As in :func:`~corridors.movement.variance.motion_variance`; a dynamic variance knows no
        ``bbmm3``.
    window_fixes, margin_fixes
        As in :func:`~corridors.movement.dynamic_variance.dynamic_variance`.
    min_fixes
        Windows with fewer usable fixes have no surface.
    max_lag_h, fmv_max_lag_h
        Longer steps are not bridged, h; the second with method ``fmv``.
    max_long_lag_frac
        A window with a larger share of longer steps has no surface, 0...1.
    s2_fixed_m2_min
        Motion variance of the species, m2/min; None: there is no value.
    location_error_m
        Location error of a fix of which nothing is known, SD per axis, m.
    line_buffer_m
        Half width of method ``line``, m.
    time_tolerance, memory_mb
        As in :func:`~corridors.movement.occurrence.bridge_surface`.
    crs, cell_m
        The herd's lattice.
    """

    name: Literal["auto", "dbbmm", "bbmm", "fmv", "line"]
    variance_form: Form
    window_fixes: int
    margin_fixes: int
    min_fixes: int
    max_lag_h: float
    fmv_max_lag_h: float
    max_long_lag_frac: float
    s2_fixed_m2_min: float | None
    location_error_m: float
    line_buffer_m: float
    time_tolerance: float
    memory_mb: float
    crs: str
    cell_m: float

    @property
    def given_max_lag_h(self) -> float:
        """Longest step that a method named by the user bridges, h."""
        return self.fmv_max_lag_h if self.name == "fmv" else self.max_lag_h


@dataclass(frozen=True)
class Choice:
    """The method of one window.

    Parameters
    ----------
    method
        ``dbbmm``, ``bbmm``, ``fmv`` or ``line``.
    max_lag_h
        Longer steps are left out, h.
    reason
        Why that method.
    error
        Why there is no surface; None where there may be one.
    """

    method: str
    max_lag_h: float
    reason: MethodChoice = "configured"
    error: Refusal | None = None


@dataclass
class Estimate:
    """One window's surface and how it came about."""

    method: str
    max_lag_h: float
    reason: MethodChoice = "configured"
    s2_m2_min: float = np.nan
    s2_low_m2_min: float = np.nan
    s2_high_m2_min: float = np.nan
    s2_p05_m2_min: float = np.nan
    s2_p95_m2_min: float = np.nan
    n_fixes: int = 0
    n_bridges: int = 0
    n_long_lags: int = 0
    n_over_max_lag: int = 0
    n_run_fixes: int = 0
    step_median_h: float = np.nan
    n_behind_s2: int = 0
    n_short: int = 0
    n_still: int = 0
    n_edge: int = 0
    n_breaks: int = 0
    mass: float = np.nan
    error: Refusal | None = None
    surface: Surface | None = field(default=None, repr=False)
    # Start of each bridge with a variance of its own, and that.
    bridge_us: Microseconds = field(default_factory=lambda: np.empty(0, np.int64), repr=False)
    bridge_s2: Floats = field(default_factory=lambda: np.empty(0), repr=False)
    bridge_source: list[str] = field(default_factory=list, repr=False)


def estimate(track: Track, method: Method) -> Estimate:
    """Return the surface of one window's fixes, or why there is none."""
    lag_h = np.diff(track.time_min) / 60 if track.x_m.size else np.empty(0)
    choice = choose(lag_h, track.x_m.size, method)
    out = begun(lag_h, track.x_m.size, choice, method)
    if out.error is not None:
        return out
    try:
        out.surface = _surface(track, choice, out, method)
    except NoSurfaceError as error:
        out.error = error.refusal
        return out
    out.n_bridges = int(lag_h.size) - out.n_long_lags
    out.mass = out.surface.total
    return out


def begun(lag_h: Floats, n_fixes: int, choice: Choice, method: Method) -> Estimate:
    """Return what is known of a window before it has a surface."""
    return Estimate(
        choice.method,
        choice.max_lag_h,
        choice.reason,
        n_fixes=n_fixes,
        n_long_lags=int((lag_h > choice.max_lag_h).sum()),
        n_over_max_lag=int((lag_h > method.max_lag_h).sum()),
        n_run_fixes=longest_run(lag_h, method.max_lag_h) if n_fixes else 0,
        step_median_h=float(np.median(lag_h)) if lag_h.size else np.nan,
        error=choice.error,
    )


def choose(lag_h: Floats, n_fixes: int, method: Method) -> Choice:
    """Return the method of a window with these steps.

    ``auto`` takes the first that applies: fewer than ``min_fixes`` fixes or too many long steps
    for any method, refused; too many steps over ``max_lag_h``, ``fmv`` if the species has a value;
    ``window_fixes`` fixes in a row without such a step, ``dbbmm``; else ``bbmm``.
    """
    is_auto = method.name == "auto"
    choice = Choice("bbmm" if is_auto else method.name, method.given_max_lag_h)
    if n_fixes < method.min_fixes:
        return replace(choice, error=Refusal("few_fixes", n_fixes, method.min_fixes))
    too_long = _too_long(lag_h, choice.max_lag_h, method.max_long_lag_frac)
    if not is_auto:
        return replace(choice, error=too_long)
    if too_long is not None:
        if method.s2_fixed_m2_min is None:
            return replace(choice, error=replace(too_long, code="no_species_value"))
        longer = _too_long(lag_h, method.fmv_max_lag_h, method.max_long_lag_frac)
        return Choice("fmv", method.fmv_max_lag_h, reason="long_steps", error=longer)
    if longest_run(lag_h, method.max_lag_h) >= method.window_fixes:
        return replace(choice, method="dbbmm", reason="run_holds_window")
    return replace(choice, method="bbmm", reason="run_too_short")


def longest_run(lag_h: Floats, max_lag_h: float) -> int:
    """Return the largest number of fixes in a row without a longer step.

    Examples
    --------
    >>> longest_run(np.array([2.0, 2.0, 9.0, 2.0]), 8.0)
    3
    """
    ends = np.flatnonzero(np.concatenate(([True], lag_h > max_lag_h, [True])))
    return int(np.diff(ends).max())


def _too_long(lag_h: Floats, max_lag_h: float, max_frac: float) -> Refusal | None:
    """Return the refusal if too many steps are longer, else None."""
    n_long = int((lag_h > max_lag_h).sum())
    if n_long <= max_frac * lag_h.size:
        return None
    return Refusal("long_steps", n_long / lag_h.size, max_frac)


def _surface(track: Track, choice: Choice, out: Estimate, method: Method) -> Surface:
    """Return the surface by the chosen method; ``out`` takes its variance.

    Where ``auto`` has chosen a method that finds no motion variance, the next one is taken, and
    ``out`` says so.
    """
    if choice.method == "line":
        return line_surface(
            track.x_m,
            track.y_m,
            track.time_min,
            crs=method.crs,
            cell_m=method.cell_m,
            max_lag_min=choice.max_lag_h * 60,
            buffer_m=method.line_buffer_m,
        )
    try:
        variance = _variance(track, choice, out, method)
    except NoSurfaceError:
        after = _NEXT.get(choice.method)
        if method.name != "auto" or after is None:
            raise
        out.method, out.reason = after, "no_variance"
        return _surface(track, replace(choice, method=after), out, method)
    return bridge_surface(
        track.x_m,
        track.y_m,
        track.time_min,
        track.error_m,
        variance,
        crs=method.crs,
        cell_m=method.cell_m,
        max_lag_min=choice.max_lag_h * 60,
        time_tolerance=method.time_tolerance,
        memory_mb=method.memory_mb,
    )


def _variance(track: Track, choice: Choice, out: Estimate, method: Method) -> float | Floats:
    """Return the motion variance, one or one per bridge; ``out`` takes what it rests on."""
    if choice.method == "dbbmm":
        found = dynamic(
            track,
            form=method.variance_form,
            window_fixes=method.window_fixes,
            margin_fixes=method.margin_fixes,
            max_lag_h=choice.max_lag_h,
        )
        _tell(found, track, out)
        return found.s2_m2_min
    if choice.method == "fmv":
        if method.s2_fixed_m2_min is None:
            raise ValueError("method fmv needs a fixed variance")
        out.s2_m2_min = method.s2_fixed_m2_min
        return method.s2_fixed_m2_min
    variance = motion_variance(
        track.x_m,
        track.y_m,
        track.time_min,
        track.error_m,
        max_lag_min=choice.max_lag_h * 60,
        form=method.variance_form,
    )
    out.s2_m2_min = variance.s2_m2_min
    out.s2_low_m2_min, out.s2_high_m2_min = variance.s2_low_m2_min, variance.s2_high_m2_min
    out.n_behind_s2 = variance.n_triplets
    return variance.s2_m2_min


def dynamic(
    track: Track, *, form: Form, window_fixes: int, margin_fixes: int, max_lag_h: float
) -> DynamicVariance:
    """Return the dynamic motion variance of a track.

    Raises
    ------
    ValueError
        The form is ``bbmm3``, which has no windows.
    MethodError
        As :func:`~corridors.movement.dynamic_variance.dynamic_variance`.
    """
    if form == "bbmm3":
        raise ValueError("a dynamic variance has no form bbmm3")
    return dynamic_variance(
        track.x_m,
        track.y_m,
        track.time_min,
        track.error_m,
        max_lag_min=max_lag_h * 60,
        form=form,
        window_fixes=window_fixes,
        margin_fixes=margin_fixes,
    )


def _tell(found: DynamicVariance, track: Track, out: Estimate) -> None:
    """Put the summary of a dynamic variance and each bridge's into ``out``."""
    used = np.flatnonzero(np.isfinite(found.s2_m2_min))
    s2, source = found.s2_m2_min[used], found.source[used]
    weight = np.diff(track.time_min)[used]
    out.s2_m2_min = float(np.average(s2, weights=weight))
    out.s2_p05_m2_min, out.s2_p95_m2_min = (float(q) for q in np.quantile(s2, [0.05, 0.95]))
    out.n_edge = int((source == EDGE).sum())
    out.n_breaks = int(np.unique(found.breaks).size)
    out.bridge_us = track.time_us[used]
    out.bridge_s2 = s2
    out.bridge_source = [SOURCES[int(code)] for code in source]
    out.n_behind_s2 = found.n_windows
    out.n_short = int((source == SHORT).sum())
    out.n_still = int((s2 == 0).sum())
