"""Tracks, expert ranges, barriers, boundaries, states and zones of a herd into tables.

Every source is read before anything is refused, so that all faults of a herd show at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.barriers.remarks import of_bundled
from corridors.formats import natural_earth
from corridors.formats.vector import degree_bounds
from corridors.foundation import tables
from corridors.foundation.arrays import Floats
from corridors.foundation.artefacts import Layer, Progress, RawFiles
from corridors.foundation.facts.ingest import IngestFacts
from corridors.foundation.faults import Faults
from corridors.stages.ingest import boundaries, expert, layers, tracks
from corridors.stages.ingest.stage import Inputs, Results, Settings

if TYPE_CHECKING:
    import geopandas as gpd

    from corridors.config.sources import BarrierSource, ZoneSource
    from corridors.formats.geoparquet import Bounds


def everything(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Return what stage `ingest` leaves."""
    raw, herd = inputs.raw, settings.herd
    faults = Faults()
    told: dict[str, Any] = {"barriers": [], "boundaries": []}
    fixes, told["tracks"] = tracks.read_tracks(raw, settings.name, herd, faults, progress)
    found = every_layer(raw, settings, fixes.places(), faults, told, progress)
    faults.raise_any()
    progress("writing tables", 0.9)
    return Results(
        fixes=fixes.spooled(),
        ranges_expert=Layer.of(found.ranges),
        corridors_expert=Layer.of(found.corridors),
        barriers=Layer.of(found.barriers),
        boundaries=Layer.of(found.boundaries),
        states=Layer.of(found.states),
        zones=Layer.of(found.zones),
        facts=IngestFacts.model_validate(
            {
                "herd": settings.name,
                "species": herd.species,
                "fixes": fixes.summary(),
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
    zones: gpd.GeoDataFrame
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
    if len(shapes):
        places = np.concatenate([places, shapely.get_coordinates(shapes)])
    near = natural_earth.boxes(places[:, 0], places[:, 1])
    bounds, fences = _boundaries(raw, settings, near, faults, told, progress)
    bundled = [notes for notes in told["boundaries"] if notes["source"] == layers.NATURAL_EARTH]
    if bundled and len(places):
        known = natural_earth.states(near)
        said = of_bundled(
            natural_earth.unknown_frac(places[:, 0], places[:, 1], known),
            bundled[0]["boundaries"],
            natural_earth.NEAR_KM,
            known["state"].tolist(),
        )
        if said:
            bundled[0]["remarks"] = said
    # Around a herd with nothing but a record no barrier is looked for, instead of all of them.
    sources = settings.barriers if herd.tracks or len(places) else ()
    lines, doubles = _barriers(raw, settings, sources, places, fences, faults, told, progress)
    states = tables.empty(tables.STATES)
    of_states = settings.states
    if of_states is not None:
        read = faults.collect(lambda: layers.read_states(raw, of_states, near))
        if read is not None:
            states, notes = read
            told["states"] = {"source": of_states.path, **notes}
    around = settings.zones if herd.tracks or len(places) else ()
    zones = _zones(raw, around, places, faults, told, progress)
    return LayerTables(ranges, corridors, lines, bounds, states, zones, doubles)


def _zones(
    raw: RawFiles,
    sources: Sequence[ZoneSource],
    places: Floats,
    faults: Faults,
    told: dict[str, Any],
    progress: Progress,
) -> gpd.GeoDataFrame:
    """Return ZONES of all layers; without any nothing is told of them."""
    parts: list[gpd.GeoDataFrame] = []
    for source in sources:
        progress(f"reading {source.path}", 0.85)
        bounds = degree_bounds(places[:, 0], places[:, 1], margin_km=source.margin_km)
        read = faults.collect(
            lambda s=source, b=bounds: layers.read_zones(raw, s, b)  # type: ignore[misc]
        )
        if read is not None:
            parts.append(read[0])
            own = {"name": source.name, "source": source.path, **read[1]}
            told.setdefault("zones", []).append(own)
    return layers.join(parts, tables.ZONES, ["layer", "zone", "class"])


def _barriers(
    raw: RawFiles,
    settings: Settings,
    sources: Sequence[BarrierSource],
    places: Floats,
    border_fences: list[gpd.GeoDataFrame],
    faults: Faults,
    told: dict[str, Any],
    progress: Progress,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return BARRIERS, and what was found of lines that are drawn twice."""
    parts = list(border_fences)
    for source in sources:
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
    near: list[Bounds],
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
            lambda s=source: boundaries.read_boundaries(raw, s, near)  # type: ignore[misc]
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
