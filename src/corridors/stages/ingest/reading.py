"""Tracks, expert ranges, barriers, boundaries and states of a herd into tables.

Every source is read before anything is refused, so that all faults of a herd show at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.barriers import remarks
from corridors.formats.geoparquet import Bounds
from corridors.formats.vector import degree_bounds
from corridors.foundation import tables
from corridors.foundation.arrays import Geometries
from corridors.foundation.artefacts import FixTable, Layer, Progress, RawFiles
from corridors.foundation.facts.ingest import IngestFacts
from corridors.foundation.faults import Faults
from corridors.stages.ingest import boundaries, expert, layers, tracks
from corridors.stages.ingest.stage import Inputs, Results, Settings

if TYPE_CHECKING:
    import geopandas as gpd


def everything(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `ingest` leaves."""
    raw, herd = inputs.raw, settings.herd
    faults = Faults()
    told: dict[str, Any] = {"tracks": [], "barriers": [], "boundaries": []}
    parts: list[gpd.GeoDataFrame] = []
    for i, source in enumerate(herd.tracks):
        progress(f"reading {source.path}", 0.5 * i / len(herd.tracks))
        read = faults.collect(
            lambda s=source: tracks.read_source(raw, settings.name, herd, s)  # type: ignore[misc]
        )
        if read is not None:
            parts.append(read[0])
            told["tracks"].append({"source": source.path, "format": source.format, **read[1]})
    fixes = tracks.join(parts)
    ranges = tables.empty(tables.RANGES)
    expert_ranges = herd.expert_ranges
    if expert_ranges is not None:
        read = faults.collect(lambda: layers.read_expert_ranges(raw, expert_ranges, settings.name))
        if read is not None:
            ranges, notes = read
            told["expert_ranges"] = {"source": expert_ranges.path, **notes}
    corridors = tables.empty(tables.CORRIDORS)
    drawn = herd.expert_corridors
    if drawn is not None:
        read = faults.collect(lambda: expert.read_expert_corridors(raw, drawn, settings.name))
        if read is not None:
            corridors, notes = read
            told["expert_corridors"] = {"source": drawn.path, **notes}
    shapes = np.concatenate([ranges.geometry.array, corridors.geometry.array])
    bounds, fences = _boundaries(raw, settings, faults, told, progress)
    lines, doubles = _barriers(raw, settings, fixes, shapes, fences, faults, told, progress)
    states = tables.empty(tables.STATES)
    of_states = settings.states
    if of_states is not None:
        read = faults.collect(lambda: layers.read_states(raw, of_states))
        if read is not None:
            states, notes = read
            told["states"] = {"source": of_states.path, **notes}
    faults.raise_any()
    said = remarks.of_all(told)
    if said:
        told["notes"] = said
    progress("writing tables", 0.9)
    return Results(
        fixes=FixTable.of(fixes),
        ranges_expert=Layer.of(ranges),
        corridors_expert=Layer.of(corridors),
        barriers=Layer.of(lines),
        boundaries=Layer.of(bounds),
        states=Layer.of(states),
        facts=IngestFacts.model_validate(
            {
                "herd": settings.name,
                "species": herd.species,
                "fixes": tracks.summary(fixes),
                "doubles": doubles,
                **told,
            }
        ),
    )


def _barriers(
    raw: RawFiles,
    settings: Settings,
    fixes: gpd.GeoDataFrame,
    drawn: Geometries,
    border_fences: list[gpd.GeoDataFrame],
    faults: Faults,
    told: dict[str, Any],
    progress: Progress,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return BARRIERS, and what was found of lines that are drawn twice."""
    parts = list(border_fences)
    for source in settings.barriers:
        progress(f"reading {source.path}", 0.6)
        bounds = _bounds(fixes, drawn, source.margin_km)
        read = faults.collect(
            lambda s=source, b=bounds: layers.read_barriers(raw, s, b)  # type: ignore[misc]
        )
        if read is not None:
            parts.append(read[0])
            told["barriers"].append(
                {
                    "name": source.name,
                    "source": source.path,
                    "bounds_deg": None if bounds is None else list(bounds),
                    **read[1],
                }
            )
    joined = layers.join(parts, tables.BARRIERS, ["barrier"])
    return layers.without_doubles(
        joined, side_by_side_m={str(k): d for k, d in settings.doubles.side_by_side_m.items()}
    )


def _boundaries(
    raw: RawFiles,
    settings: Settings,
    faults: Faults,
    told: dict[str, Any],
    progress: Progress,
) -> tuple[gpd.GeoDataFrame, list[gpd.GeoDataFrame]]:
    """Return BOUNDARIES, and of each source the fences on them as BARRIERS."""
    parts: list[gpd.GeoDataFrame] = []
    is_bundled: list[bool] = []
    tolerance_m: list[float] = []
    for source in settings.boundaries:
        progress(f"reading {source.path}", 0.8)
        read = faults.collect(
            lambda s=source: boundaries.read_boundaries(raw, s)  # type: ignore[misc]
        )
        if read is not None:
            parts.append(read[0])
            is_bundled.append(source.path == layers.NATURAL_EARTH)
            tolerance_m.append(source.tolerance_m)
            told["boundaries"].append({"source": source.path, **read[1]})
    parts = boundaries.with_roles(parts, is_bundled)
    fences = [
        boundaries.border_fences(part, own) for part, own in zip(parts, tolerance_m, strict=True)
    ]
    return layers.join(parts, tables.BOUNDARIES, ["boundary", "source"]), fences


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
