"""The motion variance of every step of a herd: the nearest there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation.arrays import Floats, Indices, Labels
from corridors.foundation.errors import MethodError
from corridors.foundation.track import Track, location_error_m, tracks
from corridors.movement.estimates import dynamic
from corridors.movement.straying import Straying, straying
from corridors.movement.variance import Form, motion_variance


@dataclass(frozen=True)
class Running:
    """How a variance that changes along a track is found: see ``estimates.dynamic``."""

    form: Form
    window_fixes: int
    margin_fixes: int


def step_variances(
    steps: pd.DataFrame,
    migration: Labels,
    fixes: pd.DataFrame,
    error_m: pd.Series[float],
    *,
    estimates: pd.DataFrame,
    variances: pd.DataFrame,
    whole: Mapping[str, float],
    running: Running | None,
    max_lag_h: float,
) -> tuple[Floats, dict[str, int]]:
    """Return the variance of each step, m2/min, and how many are from where.

    The variance is the first there is of: the bridge's own in its window (``bridge``); the
    window's (``window``); the bridge's own along the animal's whole track (``bridge_of_track``);
    the whole track's (``animal``); the median of the animals' (``herd_median``).

    Parameters
    ----------
    steps
        ``animal start_utc fix0``: label of the step's first fix.
    migration
        Window in which each step starts, None where in none, shape (n,).
    fixes, error_m
        Usable fixes ``animal time_utc x_m y_m`` of these animals, and the location error of each.
    estimates, variances
        ESTIMATES and VARIANCES of the windows.
    whole
        Variance of the track of every animal in the herd, from :func:`track_variances`.
    running
        None: no variance along the whole track is looked for.
    max_lag_h
        Longer steps tell nothing of the variance along a track, h.
    """
    key = pd.MultiIndex.from_arrays([migration, steps["start_utc"]])
    own = variances.set_index(["migration", "start_utc"])["s2_m2_min"]
    by_bridge = own.reindex(key).to_numpy(float)
    # A step out of the window starts at its last fix, or is longer than the surface bridges.
    of_window = estimates.set_index("migration")["s2_m2_min"]
    by_window = pd.Series(migration).map(of_window).to_numpy(float)
    by_window = np.where(by_window > 0, by_window, np.nan)
    middle = float(np.median(list(whole.values()))) if whole else 0.0
    sources = {
        "bridge": by_bridge,
        "window": by_window,
        "bridge_of_track": _along_tracks(steps, fixes, error_m, running, max_lag_h=max_lag_h),
        "animal": steps["animal"].map(whole).to_numpy(float),
        "herd_median": np.full(len(steps), middle),
    }
    s2, counts = np.full(len(steps), np.nan), {}
    for source, values in sources.items():
        taken = np.isnan(s2) & np.isfinite(values)
        s2[taken] = values[taken]
        counts[source] = int(taken.sum())
    return s2, counts


def track_variances(
    fixes: pd.DataFrame, error_m: pd.Series[float], *, form: Form, max_lag_h: float
) -> dict[str, float]:
    """Return one variance for the whole track of each animal that has fixes enough, m2/min.

    The arguments are those of :func:`step_variances`.
    """
    whole: dict[str, float] = {}
    for animal, track, _ in _tracks(fixes, error_m):
        try:
            whole[animal] = motion_variance(
                track.x_m,
                track.y_m,
                track.time_min,
                track.error_m,
                max_lag_min=max_lag_h * 60,
                form=form,
            ).s2_m2_min
        except MethodError:
            continue
    return whole


def track_straying(
    fixes: pd.DataFrame, error_m: pd.Series[float], *, max_lag_h: float, min_triplets: int
) -> Straying | None:
    """Return the law of straying of the one animal of these fixes; None: too few fixes.

    ``max_lag_h`` and ``min_triplets`` are those of :func:`~corridors.movement.straying.straying`.
    """
    for _, track, _ in _tracks(fixes, error_m):
        with suppress(MethodError):
            return straying(
                track.x_m,
                track.y_m,
                track.time_min,
                track.error_m,
                max_lag_min=max_lag_h * 60,
                min_triplets=min_triplets,
            )
    return None


def location_errors_m(
    fixes: pd.DataFrame, *, error_m: float, error_per_dop_m: float | None
) -> pd.Series[float]:
    """Return the location error of each fix, by its label, SD per axis, m; see foundation."""
    dop = fixes["dop"].to_numpy(float)
    found = location_error_m(dop, error_m=error_m, error_per_dop_m=error_per_dop_m)
    return pd.Series(found, index=fixes.index)


def _along_tracks(
    steps: pd.DataFrame,
    fixes: pd.DataFrame,
    error_m: pd.Series[float],
    running: Running | None,
    *,
    max_lag_h: float,
) -> Floats:
    """Return each step's own variance along its animal's track, NaN where there is none."""
    own = np.full(len(fixes), np.nan)  # by the step's first fix
    if running is not None:
        for _, track, rows in _tracks(fixes, error_m):
            # Too few fixes in a row: the track's variance has to do.
            with suppress(MethodError):
                own[rows[:-1]] = dynamic(
                    track,
                    form=running.form,
                    window_fixes=running.window_fixes,
                    margin_fixes=running.margin_fixes,
                    max_lag_h=max_lag_h,
                ).s2_m2_min
    return own[fixes.index.get_indexer(pd.Index(steps["fix0"]))]


def _tracks(fixes: pd.DataFrame, error_m: pd.Series[float]) -> Iterator[tuple[str, Track, Indices]]:
    return tracks(fixes, error_m=np.asarray(error_m.loc[fixes.index], np.float64))
