"""Profile `usgs` for the stages surface and delineate: as Migration Mapper v3, to compare with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from corridors.formats.parquet import read_table
from corridors.foundation.errors import MethodError
from corridors.foundation.grid import Surface
from corridors.foundation.track import Track
from corridors.movement.migration_mapper import centre_surface, trimmed
from corridors.movement.migration_mapper_herd import PeerHerd
from corridors.movement.population import Population
from corridors.movement.variance import motion_variance
from corridors.stages.context import StageContext
from corridors.stages.surface_methods import Estimate, Method, choose, words
from corridors.stages.window_surfaces import by_animal

ALL = "all"
LABEL = (
    "profile usgs: computed as Migration Mapper v3 does, with its known defects; for comparison"
    " only, not for decisions"
)


def peer_estimate(track: Track, method: Method) -> Estimate:
    """Return what Migration Mapper makes of one window's fixes, or why there is no surface."""
    settings = method.settings
    name = "fmv" if settings.method == "fmv" else "bbmm"
    method = replace(method, settings=settings.model_copy(update={"method": name}))
    lag_h = np.diff(track.time_min) / 60 if track.x_m.size else np.empty(0)
    choice = choose(lag_h, track.x_m.size, method)
    out = Estimate(name, n_fixes=int(track.x_m.size), error=choice.error)
    out.n_long_lags = int((lag_h > choice.max_lag_h).sum())
    if out.error:
        return out
    try:
        out.surface = _surface(track, out, method, max_lag_min=choice.max_lag_h * 60)
    except MethodError as error:
        out.error = "; ".join(words(fault) for fault in error.faults)
        return out
    out.n_bridges = int(lag_h.size) - out.n_long_lags
    # Rounded to single precision the cells may sum to a little more than 1.
    out.mass = min(1.0, out.surface.total)
    out.reason = f"profile usgs, for comparison only; {out.reason}"
    return out


def _surface(track: Track, out: Estimate, method: Method, *, max_lag_min: float) -> Surface:
    """Return the surface of a window; say in ``out`` how."""
    # One error for every fix: the peer knows no dilution of precision.
    track = track.with_error(method.settings.location_error_m)
    if out.method == "fmv" and method.s2_fixed is not None:
        out.s2_m2_min = method.s2_fixed
        out.reason = "motion variance fixed for the species"
    else:
        variance = motion_variance(
            track.x_m,
            track.y_m,
            track.time_min,
            track.error_m,
            max_lag_min=max_lag_min,
            form="bbmm3",
        )
        out.s2_m2_min = variance.s2_m2_min
        out.reason = f"motion variance from {variance.n_triplets} left-out fixes (bbmm3 form)"
    surface = centre_surface(
        track.x_m,
        track.y_m,
        track.time_min,
        track.error_m,
        out.s2_m2_min,
        crs=method.crs,
        cell_m=method.cell_m,
        max_lag_min=max_lag_min,
        time_step_min=method.profile.time_step_min,
        time_rule="both_ends",
        margin_frac=method.profile.grid_margin_frac,
        memory_mb=method.memory_mb,
    )
    return trimmed(surface, method.profile.kept_frac, with_crossing=True)


def peer_populations(
    context: StageContext, estimates: pd.DataFrame
) -> dict[tuple[str, str], Population]:
    """Return the herd of each part and season, and of all migrations."""
    profile, settings = context.settings.profile, context.settings.delineate
    migrations = read_table(
        context.read("segment", "migrations.parquet"), columns=["migration", "bio_year"]
    )
    year = migrations.set_index("migration")["bio_year"]
    n_animals = estimates.loc[estimates["error"] == "", "animal"].nunique()
    herds: dict[tuple[str, str], PeerHerd] = {}
    for done, (animal, windows) in enumerate(by_animal(context, estimates)):
        context.progress("add up animals", done / n_animals)
        uses: dict[tuple[str, str], dict[int, list[Surface]]] = {}
        for about, surface in windows:
            keys = [(about["part"], about["season"])]
            if about["part"] == "migration":
                keys.append(("migration", ALL))
            for key in keys:
                years = uses.setdefault(key, {})
                years.setdefault(int(year[about["migration"]]), []).append(surface)
        for key, years in uses.items():
            if key not in herds:
                herds[key] = PeerHerd(
                    profile.merge_order,
                    kept_frac=profile.merged_frac,
                    footprint_isopleth=settings.footprint_isopleth,
                )
            herds[key].add(animal, years)
    found = ((key, herd.population()) for key, herd in sorted(herds.items()))
    return {key: population for key, population in found if population is not None}
