"""The surface of one window as Migration Mapper v3 makes it, to compare with ours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from corridors.foundation.grid import Surface
from corridors.foundation.track import Track
from corridors.movement.estimates import Estimate, Method, begun, choose
from corridors.movement.migration_mapper import centre_surface, trimmed
from corridors.movement.migration_mapper_herd import Peer
from corridors.movement.refusals import NoSurfaceError
from corridors.movement.variance import motion_variance


def peer_estimate(track: Track, method: Method, peer: Peer) -> Estimate:
    """Return what Migration Mapper makes of one window's fixes, or why there is no surface.

    It knows the methods ``bbmm`` and ``fmv``; the others count as ``bbmm``.
    """
    method = replace(method, name="fmv" if method.name == "fmv" else "bbmm")
    lag_h = np.diff(track.time_min) / 60 if track.x_m.size else np.empty(0)
    choice = choose(lag_h, track.x_m.size, method)
    out = begun(lag_h, track.x_m.size, replace(choice, reason="peer_profile"), method)
    if out.error is not None:
        return out
    try:
        out.surface = _surface(track, out, method, peer, max_lag_min=choice.max_lag_h * 60)
    except NoSurfaceError as error:
        out.error = error.refusal
        return out
    out.n_bridges = int(lag_h.size) - out.n_long_lags
    # Rounded to single precision the cells may sum to a little more than 1.
    out.mass = min(1.0, out.surface.total)
    return out


def _surface(
    track: Track, out: Estimate, method: Method, peer: Peer, *, max_lag_min: float
) -> Surface:
    """Return the surface of a window; ``out`` takes its variance."""
    # One error for every fix: the peer knows no dilution of precision.
    error_m = np.full(track.x_m.size, method.location_error_m)
    if out.method == "fmv" and method.s2_fixed_m2_min is not None:
        out.s2_m2_min = method.s2_fixed_m2_min
    else:
        variance = motion_variance(
            track.x_m,
            track.y_m,
            track.time_min,
            error_m,
            max_lag_min=max_lag_min,
            form="bbmm3",
        )
        out.s2_m2_min = variance.s2_m2_min
        out.n_behind_s2 = variance.n_triplets
    surface = centre_surface(
        track.x_m,
        track.y_m,
        track.time_min,
        error_m,
        out.s2_m2_min,
        crs=method.crs,
        cell_m=method.cell_m,
        max_lag_min=max_lag_min,
        time_step_min=peer.time_step_min,
        time_rule="both_ends",
        margin_frac=peer.grid_margin_frac,
        memory_mb=method.memory_mb,
    )
    return trimmed(surface, peer.kept_frac, with_crossing=True)
