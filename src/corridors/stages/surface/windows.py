"""The surfaces of a herd's windows, made side by side and handed on one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from corridors.foundation import tables
from corridors.foundation.artefacts import Progress, Table
from corridors.foundation.clock import microseconds
from corridors.foundation.facts.surface import SurfaceFacts
from corridors.foundation.parallel import in_order
from corridors.foundation.spool import spool_rows
from corridors.foundation.track import Track
from corridors.movement.estimates import Estimate, Method, estimate
from corridors.movement.herd_tracks import herd_tracks
from corridors.movement.migration_mapper_estimates import peer_estimate
from corridors.movement.migration_mapper_herd import Peer
from corridors.movement.surface_tables import estimate_row, surface_rows, variance_rows
from corridors.stages.surface.methods import method_of, peer_of
from corridors.stages.surface.stage import Inputs, Results, Settings


@dataclass(frozen=True)
class _Window:
    """One row of MIGRATIONS, its ends in microseconds since 1970."""

    migration: str
    animal: str
    season: str
    part: str
    start_us: int
    end_us: int


def estimated(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return the surface of every window and why it is as it is; see stage `surface`."""
    windows = _windows(inputs.migrations.read())
    method = method_of(settings, inputs.clean, has_windows=bool(windows))
    profile, occurrence = settings.profile, settings.occurrence
    peer = peer_of(profile) if profile.name == "usgs" else None
    tracks: Mapping[str, Track] = {}
    if windows:
        tracks = herd_tracks(
            inputs.fixes,
            error_m=occurrence.location_error_m,
            error_per_dop_m=occurrence.error_per_dop_m,
        )
    rows: list[dict[str, str | int | float]] = []
    surfaces, variances = spool_rows("SURFACES"), spool_rows("VARIANCES")
    for window, found in _estimates(windows, tracks, method, peer):
        if found.surface is not None:
            surfaces.add(surface_rows(window.migration, found.surface))
        rows.append(
            estimate_row(
                found,
                migration=window.migration,
                animal=window.animal,
                season=window.season,
                part=window.part,
            )
        )
        if found.error is None and found.bridge_us.size:
            variances.add(variance_rows(window.migration, window.animal, found))
        progress(f"surface of {window.animal}", len(rows) / len(windows))
    n_failed = sum(row["error"] != "" for row in rows)
    return Results(
        surfaces=surfaces.close(),
        estimates=Table.of(pd.DataFrame(rows) if rows else tables.empty(tables.ESTIMATES)),
        variances=variances.close(),
        facts=SurfaceFacts(
            crs=method.crs,
            cell_m=method.cell_m,
            method=occurrence.method,
            profile=profile.name,
            n_surfaces=len(rows) - n_failed,
            n_without_surface=n_failed,
        ),
    )


def _windows(migrations: pd.DataFrame) -> list[_Window]:
    """Return the rows of MIGRATIONS, sorted by their name."""
    ordered = migrations.sort_values("migration", kind="stable")
    names = [ordered[name].tolist() for name in ("migration", "animal", "season", "part")]
    ends = [microseconds(ordered[name]).tolist() for name in ("start_utc", "end_utc")]
    return [_Window(*row) for row in zip(*names, *ends, strict=True)]


def _estimates(
    windows: Sequence[_Window], tracks: Mapping[str, Track], method: Method, peer: Peer | None
) -> Iterator[tuple[_Window, Estimate]]:
    """Yield each window and its estimate, in the order of ``windows``."""
    nobody = Track(*(np.empty(0, dtype) for dtype in (float, float, np.int64, float)))

    def made(track: Track) -> Estimate:
        if peer is None:
            return estimate(track, method)
        return peer_estimate(track, method, peer)

    parts = (
        tracks.get(window.animal, nobody).within(window.start_us, window.end_us)
        for window in windows
    )
    return zip(windows, in_order(made, parts), strict=True)
