"""Stage `ingest`: tracks, expert ranges, barriers, boundaries and states into tables.

Every source is read before anything is refused, so that all faults of a herd show at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.formats.geoparquet import Bounds
from corridors.formats.parquet import write_json, write_table
from corridors.formats.vector import degree_bounds
from corridors.foundation import tables
from corridors.foundation.arrays import Geometries
from corridors.foundation.faults import Faults
from corridors.stages import ingest_boundaries, ingest_expert, ingest_layers, ingest_tracks

if TYPE_CHECKING:
    import geopandas as gpd

    from corridors.stages.context import StageContext


def run(context: StageContext) -> None:
    """Read everything that the herd's configuration names.

    Raises
    ------
    MissingInputError
        Files or layers that are not there.
    InputError
        All other faults of all sources.
    """
    settings = context.settings
    faults = Faults()
    facts: dict[str, Any] = {"herd": context.herd, "species": settings.herd.species, "tracks": []}
    parts: list[gpd.GeoDataFrame] = []
    for i, source in enumerate(settings.herd.tracks):
        context.progress(f"reading {source.path}", 0.5 * i / len(settings.herd.tracks))
        read = faults.collect(
            lambda s=source: ingest_tracks.read_source(context, settings.herd, s)  # type: ignore[misc]
        )
        if read is not None:
            parts.append(read[0])
            facts["tracks"].append({"source": source.path, "format": source.format, **read[1]})
    fixes = ingest_tracks.join(parts)
    facts["fixes"] = ingest_tracks.summary(fixes)
    ranges = tables.empty(tables.RANGES)
    expert = settings.herd.expert_ranges
    if expert is not None:
        read = faults.collect(lambda: ingest_layers.read_expert_ranges(context, expert))
        if read is not None:
            ranges, notes = read
            facts["expert_ranges"] = {"source": expert.path, **notes}
    corridors = tables.empty(tables.CORRIDORS)
    drawn = settings.herd.expert_corridors
    if drawn is not None:
        read = faults.collect(lambda: ingest_expert.read_expert_corridors(context, drawn))
        if read is not None:
            corridors, notes = read
            facts["expert_corridors"] = {"source": drawn.path, **notes}
    shapes = np.concatenate([ranges.geometry.array, corridors.geometry.array])
    boundaries, fences = _boundaries(context, faults, facts)
    lines = _barriers(context, fixes, shapes, fences, faults, facts)
    states = tables.empty(tables.STATES)
    if settings.states is not None:
        read = faults.collect(lambda: ingest_layers.read_states(context, settings.states))
        if read is not None:
            states, notes = read
            facts["states"] = {"source": settings.states.path, **notes}
    faults.raise_any()
    context.progress("writing tables", 0.9)
    write_table(fixes, context.out / "fixes.parquet", tables.FIXES)
    write_table(ranges, context.out / "ranges_expert.parquet", tables.RANGES)
    write_table(corridors, context.out / "corridors_expert.parquet", tables.CORRIDORS)
    write_table(lines, context.out / "barriers.parquet", tables.BARRIERS)
    write_table(boundaries, context.out / "boundaries.parquet", tables.BOUNDARIES)
    write_table(states, context.out / "states.parquet", tables.STATES)
    write_json(facts, context.out / "ingest.json")


def _barriers(
    context: StageContext,
    fixes: gpd.GeoDataFrame,
    drawn: Geometries,
    border_fences: list[gpd.GeoDataFrame],
    faults: Faults,
    facts: dict[str, Any],
) -> gpd.GeoDataFrame:
    parts = list(border_fences)
    facts["barriers"] = []
    for source in context.settings.barriers:
        context.progress(f"reading {source.path}", 0.6)
        bounds = _bounds(fixes, drawn, source.margin_km)
        read = faults.collect(
            lambda s=source, b=bounds: ingest_layers.read_barriers(context, s, b)  # type: ignore[misc]
        )
        if read is not None:
            parts.append(read[0])
            facts["barriers"].append(
                {
                    "name": source.name,
                    "source": source.path,
                    "bounds_deg": None if bounds is None else list(bounds),
                    **read[1],
                }
            )
    joined = ingest_layers.join(parts, tables.BARRIERS, ["barrier"])
    joined, facts["doubles"] = ingest_layers.without_doubles(
        joined, side_by_side_m=context.settings.doubles.side_by_side_m
    )
    return joined


def _boundaries(
    context: StageContext, faults: Faults, facts: dict[str, Any]
) -> tuple[gpd.GeoDataFrame, list[gpd.GeoDataFrame]]:
    """Return BOUNDARIES, and of each source the fences on them as BARRIERS."""
    parts: list[gpd.GeoDataFrame] = []
    is_bundled: list[bool] = []
    tolerance_m: list[float] = []
    facts["boundaries"] = []
    for source in context.settings.boundaries:
        context.progress(f"reading {source.path}", 0.8)
        read = faults.collect(
            lambda s=source: ingest_boundaries.read_boundaries(context, s)  # type: ignore[misc]
        )
        if read is not None:
            parts.append(read[0])
            is_bundled.append(source.path == ingest_layers.NATURAL_EARTH)
            tolerance_m.append(source.tolerance_m)
            facts["boundaries"].append({"source": source.path, **read[1]})
    parts = ingest_boundaries.with_roles(parts, is_bundled)
    fences = [
        ingest_boundaries.border_fences(part, own)
        for part, own in zip(parts, tolerance_m, strict=True)
    ]
    return ingest_layers.join(parts, tables.BOUNDARIES, ["boundary", "source"]), fences


def _bounds(fixes: gpd.GeoDataFrame, drawn: Geometries, margin_km: float) -> Bounds | None:
    """Return the box of unflagged fixes and what experts drew, grown; None without either."""
    points = fixes.geometry.array[fixes["flags"].to_numpy() == 0]
    xy = np.concatenate(
        [
            shapely.get_coordinates(points),
            shapely.get_coordinates(drawn),
        ]
    )
    return degree_bounds(xy[:, 0], xy[:, 1], margin_km=margin_km)
