"""The bridges of stage `intersect`: every step with the motion variance nearest to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridors.barriers.crossings import Steps, window_of
from corridors.barriers.flux import Bridges
from corridors.foundation.arrays import Floats
from corridors.foundation.errors import MethodError
from corridors.movement.estimates import Track, dynamic
from corridors.movement.straying import Straying, straying
from corridors.movement.variance import motion_variance

if TYPE_CHECKING:
    from corridors.config.model import Intersect, Occurrence

# A bridge of an animal that strays less than its location error explains is this wide, m2.
_LEAST_M2 = 1.0


def bridges_of(
    steps: Steps,
    fixes: pd.DataFrame,
    windows: pd.DataFrame,
    estimates: pd.DataFrame,
    variances: pd.DataFrame,
    whole: Mapping[str, float],
    *,
    occurrence: Occurrence,
    max_lag_h: float,
) -> tuple[Bridges, dict[str, int]]:
    """Return one bridge per step, and how many have their variance from where.

    ``steps`` and ``fixes`` may be those of one animal; ``whole`` has the variance of the track
    of every animal in the herd (:func:`track_variances`). The variance is the first there is of:
    the bridge's own in its window (VARIANCES); the window's (ESTIMATES); the bridge's own along
    the animal's whole track, if the method is dynamic; the whole track's; the median of the
    animals'.
    """
    frame = steps.frame
    window = window_of(frame["animal"], frame["start_utc"], windows)
    name = np.array([*windows["migration"], None], dtype=object)[window]
    key = pd.MultiIndex.from_arrays([name, frame["start_utc"]])
    own = variances.set_index(["migration", "start_utc"])["s2_m2_min"]
    by_bridge = own.reindex(key).to_numpy(float)
    # A step out of the window starts at its last fix, or is longer than the surface bridges.
    by_window = pd.Series(name).map(estimates.set_index("migration")["s2_m2_min"]).to_numpy(float)
    by_window = np.where(by_window > 0, by_window, np.nan)
    error_m = _location_error_m(fixes, occurrence)
    first, last = (fixes.index.get_indexer(pd.Index(frame[fix])) for fix in ("fix0", "fix1"))
    local = _local(fixes, error_m, occurrence, max_lag_h=max_lag_h)[first]
    middle = float(np.median(list(whole.values()))) if whole else 0.0
    by_animal = frame["animal"].map(whole).to_numpy(float)
    sources = {
        "bridge": by_bridge,
        "window": by_window,
        "bridge_of_track": local,
        "animal": by_animal,
        "herd_median": np.full(len(frame), middle),
    }
    s2, counts = np.full(len(frame), np.nan), {}
    for source, values in sources.items():
        taken = np.isnan(s2) & np.isfinite(values)
        s2[taken] = values[taken]
        counts[source] = int(taken.sum())
    ends = steps.ends.T.copy()
    bridges = Bridges(
        x0_m=ends[0],
        y0_m=ends[1],
        x1_m=ends[2],
        y1_m=ends[3],
        duration_min=steps.duration_min,
        s2_m2_min=s2,
        error0_m=error_m[first],
        error1_m=error_m[last],
    )
    return bridges, counts


def sideways(
    bridges: Bridges, fixes: pd.DataFrame, *, occurrence: Occurrence, intersect: Intersect
) -> tuple[Bridges, Straying | None]:
    """Return the bridges of one animal with its own law of straying, and that.

    An animal with too few fixes keeps its bridges.
    """
    for _, track, _ in tracks(fixes, error_m=_location_error_m(fixes, occurrence)):
        try:
            law = straying(
                track.x_m,
                track.y_m,
                track.time_min,
                track.error_m,
                max_lag_min=intersect.max_lag_h * 60,
                min_triplets=intersect.min_triplets,
            )
        except MethodError:
            return bridges, None
        return strayed(bridges, law), law
    return bridges, None


def strayed(bridges: Bridges, law: Straying) -> Bridges:
    """Return bridges between the same fixes with a law of straying."""
    way = np.hypot(bridges.x1_m - bridges.x0_m, bridges.y1_m - bridges.y0_m)
    s2 = law.variance(way, bridges.duration_min)
    return replace(
        bridges,
        s2_m2_min=np.maximum(s2, _LEAST_M2 / bridges.duration_min),
        tail=np.full(len(bridges), 1.0 / law.tails),
    )


def track_variances(
    fixes: pd.DataFrame, *, occurrence: Occurrence, max_lag_h: float
) -> dict[str, float]:
    """Return one variance for the whole track of each animal that has fixes enough, m2/min."""
    whole: dict[str, float] = {}
    for animal, track, _ in tracks(fixes, error_m=_location_error_m(fixes, occurrence)):
        try:
            whole[animal] = motion_variance(
                track.x_m,
                track.y_m,
                track.time_min,
                track.error_m,
                max_lag_min=max_lag_h * 60,
                form=occurrence.variance_form,
            ).s2_m2_min
        except MethodError:
            continue
    return whole


def _local(
    fixes: pd.DataFrame,
    error_m: Floats,
    occurrence: Occurrence,
    *,
    max_lag_h: float,
) -> Floats:
    """Return the variance of each fix's next step along the track, NaN where there is none."""
    own = np.full(len(fixes), np.nan)
    if occurrence.method in ("auto", "dbbmm"):
        for _, track, rows in tracks(fixes, error_m=error_m):
            # Too few fixes in a row: the track's variance has to do.
            with suppress(MethodError):
                own.loc[index[:-1]] = dynamic(
                    track,
                    form=occurrence.variance_form,
                    window_fixes=occurrence.window_fixes,
                    margin_fixes=occurrence.margin_fixes,
                    max_lag_h=max_lag_h,
                ).s2_m2_min
    return np.asarray(own.loc[steps.frame["fix0"]], np.float64)


def _location_error_m(fixes: pd.DataFrame, occurrence: Occurrence) -> Floats:
    return location_error_m(
        fixes["dop"].to_numpy(float),
        error_m=occurrence.location_error_m,
        error_per_dop_m=occurrence.error_per_dop_m,
    )
