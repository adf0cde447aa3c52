"""Tracks, expert ranges, barriers, boundaries and states of a herd into tables.

Every source is read before anything is refused, so that all faults of a herd show at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.barriers import remarks
from corridors.formats import natural_earth
from corridors.formats.vector import degree_bounds
from corridors.foundation import tables
from corridors.foundation.arrays import Floats
from corridors.foundation.artefacts import FixTable, Layer, Progress, RawFiles
from corridors.foundation.facts.ingest import IngestFacts
from corridors.foundation.faults import Faults
from corridors.stages.ingest import boundaries, expert, layers, tracks
from corridors.stages.ingest.stage import Inputs, Results, Settings

if TYPE_CHECKING:
    import geopandas as gpd
    import pyarrow as pa


def everything(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `ingest` leaves."""
    raw, herd = inputs.raw, settings.herd
    faults = Faults()
    told: dict[str, Any] = {"tracks": [], "barriers": [], "boundaries": []}
    parts: list[gpd.GeoDataFrame] = []
    seen: list[tuple[str, list[pa.RecordBatch]]] = []
    for i, source in enumerate(herd.tracks):
        progress(f"reading {source.path}", 0.5 * i / len(herd.tracks))
        read = faults.collect(
            lambda s=source: tracks.read_source(raw, settings.name, herd, s)  # type: ignore[misc]
        )
        if read is not None:
            parts.append(read[0])
            seen.append((source.path, read[1]))
            told["tracks"].append({"source": source.path, "format": source.format, **read[2]})
    faults.collect(lambda: tracks.refuse_suspicious(seen))
    fixes = tracks.join(parts)
    points = fixes.geometry.array[fixes["flags"].to_numpy() == 0]
    found = every_layer(raw, settings, shapely.get_coordinates(points), faults, told, progress)
    faults.raise_any()
    said = remarks.of_all(told)
    if said:
        told["notes"] = said
    progress("writing tables", 0.9)
    return Results(
        fixes=FixTable.of(fixes),
        ranges_expert=Layer.of(found.ranges),
        corridors_expert=Layer.of(found.corridors),
        barriers=Layer.of(found.barriers),
        boundaries=Layer.of(found.boundaries),
        states=Layer.of(found.states),
        facts=IngestFacts.model_validate(
            {
                "herd": settings.name,
                "species": herd.species,
                "fixes": tracks.summary(fixes),
                "doubles": found.doubles,
                **told,
            }
        ),
    )


@dataclass(frozen=True)
class LayerTables:
    """What was read of layers, a table by contract, and what was found of lines drawn twice."""

    ranges: gpd.GeoDataFrame
    corridors: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    boundaries: gpd.GeoDataFrame
    states: gpd.GeoDataFrame
    doubles: dict[str, Any]


def every_layer(
    raw: RawFiles,
    settings: Settings,
    places: Floats,
    faults: Faults,
    told: dict[str, Any],
    progress: Progress,
) -> LayerTables:
    """Return the layers of a herd; `check` reads them by this function too.

    Parameters
    ----------
    raw, settings
        Of the stage.
    places
        Longitude and latitude (degrees) of unflagged fixes, or of the corners of their box, shape
        (n, 2): barriers are read around them.
    faults, told
        Take what is wrong, and under the name of its part what is known of each source.
    progress
        Hears what is read.
    """
    herd = settings.herd
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
    places = np.concatenate([places, shapely.get_coordinates(shapes)])
    bounds, fences = _boundaries(raw, settings, faults, told, progress)
    bundled = [notes for notes in told["boundaries"] if notes["source"] == layers.NATURAL_EARTH]
    if bundled:
        frac = natural_earth.unknown_frac(places[:, 0], places[:, 1])
        words = remarks.of_bundled(frac, natural_earth.states()["state"].tolist())
        if words:
            bundled[0]["remarks"] = [words]
    lines, doubles = _barriers(raw, settings, places, fences, faults, told, progress)
    states = tables.empty(tables.STATES)
    of_states = settings.states
    if of_states is not None:
        read = faults.collect(lambda: layers.read_states(raw, of_states))
        if read is not None:
            states, notes = read
            told["states"] = {"source": of_states.path, **notes}
    return LayerTables(ranges, corridors, lines, bounds, states, doubles)


def _barriers(
    raw: RawFiles,
    settings: Settings,
    places: Floats,
    border_fences: list[gpd.GeoDataFrame],
    faults: Faults,
    told: dict[str, Any],
    progress: Progress,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return BARRIERS, and what was found of lines that are drawn twice."""
    parts = list(border_fences)
    for source in settings.barriers:
        progress(f"reading {source.path}", 0.6)
        bounds = degree_bounds(places[:, 0], places[:, 1], margin_km=source.margin_km)
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
