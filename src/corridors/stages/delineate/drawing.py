"""The herd of each part and season, drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from corridors.config.model import Delineate
from corridors.foundation import tables
from corridors.foundation.artefacts import Layer, Progress, Raster, Table
from corridors.foundation.crs import GEOGRAPHIC
from corridors.foundation.facts import Remark
from corridors.foundation.facts.delineate import DelineateFacts, Season
from corridors.foundation.grid import Grid
from corridors.movement.herd_populations import (
    ALL,
    Key,
    WindowSurface,
    peer_populations,
    populations,
)
from corridors.movement.population import Population
from corridors.movement.shapes import Drawing, Row, drawing_notes, migration_shapes, range_shapes
from corridors.movement.surface_tables import population_table, surfaces_by_animal
from corridors.stages.delineate.stage import Inputs, Results, Settings
from corridors.stages.surface.methods import peer_of

# What the raster says of itself.


def drawn(inputs: Inputs, settings: Settings, progress: Progress) -> Results:
    """Draw corridors, stopovers and ranges of a herd; see stage `delineate`."""
    estimates = inputs.estimates.read()
    is_peer = settings.profile.name == "usgs"
    herds = _populations(inputs, settings, estimates, progress)
    drawing = drawing_of(settings.delineate)
    corridors: list[Row] = []
    stopovers: list[Row] = []
    ranges: list[Row] = []
    seasons: dict[str, Season] = {}
    for done, ((part, season), population) in enumerate(herds.items()):
        progress(f"draw {season}", done / max(1, len(herds)))
        if part == "migration":
            moves = migration_shapes(population, drawing, herd=settings.herd, season=season)
            corridors += moves.corridors
            stopovers += moves.stopovers
            seasons[season] = moves.facts
        else:
            stays = range_shapes(population, drawing, herd=settings.herd, season=season)
            ranges += stays.ranges
            seasons[season] = stays.facts
    expert_ranges = inputs.ranges_expert.read()
    expert_corridors = inputs.corridors_expert.read()
    n_failed = int((estimates["error"] != "").sum())
    notes = drawing_notes(
        herds,
        n_expert_ranges=len(expert_ranges),
        n_expert_corridors=len(expert_corridors),
        n_failed=n_failed,
    )
    lattice = inputs.surface
    return Results(
        # What experts drew comes after what was tracked.
        corridors=Layer.of(
            tables.joined([_layer(corridors, tables.CORRIDORS), expert_corridors], tables.CORRIDORS)
        ),
        stopovers=Layer.of(_layer(stopovers, tables.STOPOVERS)),
        ranges=Layer.of(
            tables.joined([_layer(ranges, tables.RANGES), expert_ranges], tables.RANGES)
        ),
        population=Table.of(population_table(herds)),
        population_raster=_raster(
            herds.get(("migration", ALL)), lattice.crs, lattice.cell_m, is_peer=is_peer
        ),
        facts=DelineateFacts(
            crs=lattice.crs,
            cell_m=lattice.cell_m,
            profile=settings.profile.name,
            n_animals={season: herd.n_tracked for (_, season), herd in herds.items()},
            seasons=seasons,
            n_expert_ranges=len(expert_ranges),
            n_expert_corridors=len(expert_corridors),
            n_windows_without_surface=n_failed,
            notes=([Remark.of("peer_profile")] if is_peer else []) + notes,
        ),
    )


def drawing_of(delineate: Delineate) -> Drawing:
    """Return how the configuration wants a herd to be drawn."""
    return Drawing(
        footprint_isopleth=delineate.footprint_isopleth,
        medium_share=delineate.medium_share,
        high_share=delineate.high_share,
        stopover_area_frac=delineate.stopover_area_frac,
        range_isopleths=delineate.range_isopleths,
        min_area_m2=delineate.min_area_m2,
        max_area_change_frac=delineate.max_area_change_frac,
    )


def _populations(
    inputs: Inputs, settings: Settings, estimates: pd.DataFrame, progress: Progress
) -> Mapping[Key, Population]:
    """Return the herd of each part and season, reading one animal's surfaces at a time."""
    isopleth = settings.delineate.footprint_isopleth
    animals = _animals(inputs, estimates, progress)
    if settings.profile.name != "usgs":
        return populations((windows for _, windows in animals), footprint_isopleth=isopleth)
    migrations = inputs.migrations.read(["migration", "bio_year"])
    return peer_populations(
        animals,
        dict(zip(migrations["migration"], migrations["bio_year"], strict=True)),
        peer_of(settings.profile),
        footprint_isopleth=isopleth,
    )


def _animals(
    inputs: Inputs, estimates: pd.DataFrame, progress: Progress
) -> Iterator[tuple[str, Sequence[WindowSurface]]]:
    """Yield each animal with the surfaces of its windows, and say how far it is."""
    n_animals = estimates.loc[estimates["error"] == "", "animal"].nunique()
    animals = surfaces_by_animal(
        inputs.surfaces, estimates, crs=inputs.surface.crs, cell_m=inputs.surface.cell_m
    )
    for done, one in enumerate(animals):
        progress("add up animals", done / n_animals)
        yield one


def _layer(rows: Sequence[Row], schema: tables.LayerSchema) -> gpd.GeoDataFrame:
    if not rows:
        return tables.empty(schema)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC)


def _raster(everything: Population | None, crs: str, cell_m: float, *, is_peer: bool) -> Raster:
    tags = {"QUANTITY": "mean_occurrence", "UNIT": "mass_per_cell"}  # of all migrations
    if is_peer:
        tags["PROFILE"] = "usgs"
    if everything is not None:
        return Raster.of_surface(everything.surface, tags)
    # One empty cell: the file is there, and says that nothing is known.
    nothing = np.full((1, 1), np.nan, dtype=np.float32)
    return Raster.of(nothing, Grid(crs, cell_m, 0, 0, 1, 1), tags)
