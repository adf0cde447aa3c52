"""Stage `surface`: the occurrence surface of each migration and seasonal range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridors.formats.fixes import read_animals
from corridors.formats.parquet import (
    TableWriter,
    read_json,
    read_table,
    write_json,
    write_table,
)
from corridors.foundation import tables
from corridors.foundation.arrow import times_us
from corridors.foundation.clock import microseconds
from corridors.foundation.errors import Fault, MethodError
from corridors.foundation.grid import Surface
from corridors.foundation.parallel import in_order
from corridors.foundation.track import Track, location_error_m, usable_rows
from corridors.movement.estimates import Estimate, Method, estimate
from corridors.movement.migration_mapper_estimates import peer_estimate
from corridors.movement.migration_mapper_herd import Peer

if TYPE_CHECKING:
    from corridors.config.model import Occurrence, Profile
    from corridors.stages.context import StageContext


def run(context: StageContext) -> None:
    """Write the surface of every window and why it is as it is.

    A window without a surface (too few fixes, too many long steps, no variance) gets a row with
    its error; the others go on.

    Raises
    ------
    MethodError
        Method ``fmv`` without a value for the herd's species.
    """
    settings: Occurrence = context.settings.occurrence
    windows = read_table(context.read("segment", "migrations.parquet"))
    windows = windows.sort_values("migration", kind="stable").reset_index(drop=True)
    method = method_of(context, has_windows=bool(len(windows)))
    profile = context.settings.profile
    peer = peer_of(profile) if profile.name == "usgs" else None
    tracks = usable_tracks(context, settings) if len(windows) else {}
    rows: list[dict[str, Any]] = []
    with (
        TableWriter(context.out / "surfaces.parquet", tables.SURFACES) as writer,
        TableWriter(context.out / "variances.parquet", tables.VARIANCES) as variances,
    ):
        for window, found in _estimates(windows, tracks, method, peer):
            if found.surface is not None:
                writer.write(_frame(window.migration, found.surface))
            rows.append(_row(window, found))
            if found.error == "" and found.bridge_us.size:
                variances.write(_bridges(window, found))
            context.progress(f"surface of {window.animal}", len(rows) / len(windows))
    estimates = pd.DataFrame(rows) if rows else tables.empty(tables.ESTIMATES)
    write_table(estimates, context.out / "estimates.parquet", tables.ESTIMATES)
    n_failed = int((estimates["error"] != "").sum())
    write_json(
        {
            "crs": method.crs,
            "cell_m": method.cell_m,
            "method": settings.method,
            "profile": profile.name,
            "n_surfaces": len(rows) - n_failed,
            "n_without_surface": n_failed,
        },
        context.out / "surface.json",
    )


def method_of(context: StageContext, *, has_windows: bool) -> Method:
    """Return how the configuration wants surfaces; without windows no variance is looked up."""
    lattice = read_json(context.read("clean", "clean.json"))
    settings: Occurrence = context.settings.occurrence
    species = context.settings.species
    return Method(
        name=settings.method,
        variance_form=settings.variance_form,
        window_fixes=settings.window_fixes,
        margin_fixes=settings.margin_fixes,
        min_fixes=settings.min_fixes,
        max_lag_h=settings.max_lag_h,
        fmv_max_lag_h=settings.fmv_max_lag_h,
        max_long_lag_frac=settings.max_long_lag_frac,
        s2_fixed_m2_min=_fixed_variance(settings, species) if has_windows else None,
        location_error_m=settings.location_error_m,
        line_buffer_m=settings.line_buffer_m,
        time_tolerance=settings.time_tolerance,
        memory_mb=context.settings.working.memory_mb,
        crs=str(lattice["crs"]),
        cell_m=float(lattice["cell_m"]),
    )


def peer_of(profile: Profile) -> Peer:
    """Return what profile ``usgs`` of the configuration chooses."""
    return Peer(
        time_step_min=profile.time_step_min,
        grid_margin_frac=profile.grid_margin_frac,
        kept_frac=profile.kept_frac,
        merged_frac=profile.merged_frac,
        merge_order=profile.merge_order,
    )


def _fixed_variance(settings: Occurrence, species: str | None) -> float | None:
    """Return the motion variance of the species; method ``fmv`` cannot do without."""
    value = settings.fmv_m2_min.get(species or "")
    if value is None and settings.method == "fmv":
        known = ", ".join(sorted(settings.fmv_m2_min)) or "none"
        raise MethodError(
            Fault(
                "method fmv has no motion variance for the herd's species",
                column="occurrence.fmv_m2_min",
                expected=f"a value for {species!r}",
                got=f"values for: {known}",
                cure="add the species with a published value to occurrence.fmv_m2_min,"
                " or use method bbmm",
            )
        )
    return value


def usable_tracks(context: StageContext, settings: Occurrence) -> dict[str, Track]:
    """Return the track of each animal."""
    found: dict[str, Track] = {}
    columns = ["time_utc", "dop", "burst", "x_m", "y_m"]
    for animal, table in read_animals(context.read("clean", "fixes.parquet"), columns):
        time_us = times_us(table["time_utc"])
        rows = usable_rows(table["burst"].to_numpy(), time_us)
        x, y, dop = (table[name].to_numpy()[rows] for name in ("x_m", "y_m", "dop"))
        error = location_error_m(
            dop, error_m=settings.location_error_m, error_per_dop_m=settings.error_per_dop_m
        )
        found[animal] = Track(x, y, time_us[rows], error)
    return found


def _estimates(
    windows: pd.DataFrame, tracks: dict[str, Track], method: Method, peer: Peer | None
) -> Iterator[tuple[Any, Estimate]]:
    """Yield each window and its estimate, in the order of ``windows``.

    The kernels release the interpreter, so threads share the work; only as many surfaces as there
    are threads wait to be written.
    """
    nobody = Track(*(np.empty(0, dtype) for dtype in (float, float, np.int64, float)))
    starts, ends = microseconds(windows["start_utc"]), microseconds(windows["end_utc"])

    def made(track: Track) -> Estimate:
        if peer is None:
            return estimate(track, method)
        return peer_estimate(track, method, peer)

    parts = (
        tracks.get(str(animal), nobody).within(start, end)
        for animal, start, end in zip(windows["animal"], starts, ends, strict=True)
    )
    yield from zip(windows.itertuples(), in_order(made, parts), strict=True)


def _frame(migration: str, surface: Surface) -> pd.DataFrame:
    """Return a surface as rows of SURFACES."""
    return pd.DataFrame(
        {
            "migration": pd.Series([migration], dtype="str").repeat(surface.row.size),
            "row": surface.row,
            "col": surface.col,
            "mass": surface.mass,
        }
    )


def _bridges(window: Any, found: Estimate) -> pd.DataFrame:
    """Return the variances of a window's bridges as rows of VARIANCES."""
    return pd.DataFrame(
        {
            "migration": pd.Series([window.migration], dtype="str").repeat(found.bridge_us.size),
            "animal": window.animal,
            "start_utc": pd.to_datetime(found.bridge_us, unit="us", utc=True).astype(tables.UTC),
            "s2_m2_min": found.bridge_s2,
            "source": found.bridge_source,
        }
    )


def _row(window: Any, found: Estimate) -> dict[str, Any]:
    """Return one row of ESTIMATES."""
    return {
        "migration": window.migration,
        "animal": window.animal,
        "season": window.season,
        "part": window.part,
        "method": found.method,
        "reason": found.reason,
        "s2_m2_min": found.s2_m2_min,
        "s2_low_m2_min": found.s2_low_m2_min,
        "s2_high_m2_min": found.s2_high_m2_min,
        "s2_p05_m2_min": found.s2_p05_m2_min,
        "s2_p95_m2_min": found.s2_p95_m2_min,
        "n_fixes": found.n_fixes,
        "n_bridges": found.n_bridges,
        "n_long_lags": found.n_long_lags,
        "n_edge": found.n_edge,
        "n_breaks": found.n_breaks,
        "mass": found.mass,
        "error": found.error,
    }
