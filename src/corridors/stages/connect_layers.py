"""The habitat layers of `connect`: every configured layer on the herd's grid, or all faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.formats.habitat_raster import read_onto_grid
from corridors.formats.habitat_series import check_coverage, read_bands, read_files
from corridors.formats.habitat_terrain import read_elevation_strips
from corridors.formats.vector import LINES, POINTS, POLYGONS, degree_bounds, read_layer
from corridors.foundation.arrays import Floats
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import (
    InputError,
    MissingInputError,
)
from corridors.foundation.faults import Faults
from corridors.habitat.distance import distance_m, planar_near, surroundings
from corridors.habitat.series import reduce_series
from corridors.habitat.terrain import block_mean, derive

if TYPE_CHECKING:
    from corridors.config.habitat import HabitatLayer
    from corridors.foundation.grid import Grid
    from corridors.stages.context import StageContext


def read_layers(
    context: StageContext, grid: Grid, facts: dict[str, Any], faults: Faults
) -> list[tuple[HabitatLayer, Floats]]:
    """Return every layer that can be read with its values (ny, nx), NaN: unknown.

    ``facts`` takes what is known of each under ``layers``; ``faults`` what is wrong.
    """
    layers: list[tuple[HabitatLayer, Floats]] = []
    facts["layers"] = {}
    configured = context.settings.habitat.layers
    for done, layer in enumerate(configured):
        context.progress(f"read {layer.name}", 0.4 * done / len(configured))
        try:
            values, own = _read(context, layer, grid)
        except (InputError, MissingInputError) as error:
            faults.add(type(error), *error.faults)
            continue
        facts["layers"][layer.name] = own
        if own.get("nodata_policy") == "every value counts as data":
            facts["notes"].append(
                f"layer {layer.name} states no value for missing data: every value counts"
            )
        if own.get("n_features") == 0:
            facts["notes"].append(
                f"layer {layer.name} has no feature near the grid: all of it is "
                f"{layer.max_distance_m:g} m away"
            )
        layers.append((layer, values))
    return layers


def _read(context: StageContext, layer: HabitatLayer, grid: Grid) -> tuple[Floats, dict[str, Any]]:
    if layer.kind == "distance":
        return _distance(context, layer, grid)
    if layer.is_series:
        return _series(context, layer, grid)
    if layer.derive is not None:
        return _derived(context, layer, grid)
    settings = context.settings.habitat
    raster = read_onto_grid(
        context.raw_path(layer.paths[0]),
        grid,
        band=layer.band,
        kind=layer.kind,
        nodata=layer.nodata,
        extremes_are_data=layer.extremes_are_data,
        min_coverage_frac=settings.min_coverage_frac,
        max_source_cells=settings.max_source_cells,
        label=layer.paths[0],
    )
    return raster.values, raster.facts


def series_of(
    context: StageContext,
    layer: HabitatLayer,
    grid: Grid,
    months: Sequence[int],
    facts: dict[str, Any],
) -> Iterator[tuple[date, Floats]]:
    """Yield date and values (ny, nx) of a layer with dates; ``facts`` takes what is known of it."""
    settings = context.settings.habitat
    if layer.files is not None:
        files = {day: (context.raw_path(path), path) for day, path in layer.files.items()}
        return read_files(
            files, grid, band=layer.band, months=months, nodata=layer.nodata,
            extremes_are_data=layer.extremes_are_data,
            max_source_cells=settings.max_source_cells, facts=facts,
        )  # fmt: skip
    path = layer.paths[0]
    return read_bands(
        context.raw_path(path), grid, date_format=layer.date_format, dates=layer.dates,
        months=months, nodata=layer.nodata, extremes_are_data=layer.extremes_are_data,
        max_source_cells=settings.max_source_cells, label=path, facts=facts,
    )  # fmt: skip


def _series(
    context: StageContext, layer: HabitatLayer, grid: Grid
) -> tuple[Floats, dict[str, Any]]:
    own: dict[str, Any] = {}
    grids = series_of(context, layer, grid, layer.months, own)
    values, days = reduce_series(grids, statistic=layer.statistic)
    own["coverage_frac"] = check_coverage(
        values,
        min_coverage_frac=context.settings.habitat.min_coverage_frac,
        label=layer.paths[0],
    )
    own |= {
        "statistic": layer.statistic,
        "n_dates": len(days),
        "first_date": days[0].isoformat(),
        "last_date": days[-1].isoformat(),
    }
    return values, own


def _derived(
    context: StageContext, layer: HabitatLayer, grid: Grid
) -> tuple[Floats, dict[str, Any]]:
    settings = context.settings.habitat
    path = layer.paths[0]
    own: dict[str, Any] = {}
    values = np.full(grid.shape, np.nan)
    what = layer.derive or "slope_deg"
    for rows, n, fine_m, elevation in read_elevation_strips(
        context.raw_path(path),
        grid,
        band=layer.band,
        nodata=layer.nodata,
        extremes_are_data=layer.extremes_are_data,
        max_source_cells=settings.max_source_cells,
        label=path,
        facts=own,
    ):
        values[rows] = block_mean(derive(elevation, what, cell_m=fine_m), n)
    own["coverage_frac"] = check_coverage(
        values, min_coverage_frac=settings.min_coverage_frac, label=path
    )
    return values, own | {"derived": what}


def _distance(
    context: StageContext, layer: HabitatLayer, grid: Grid
) -> tuple[Floats, dict[str, Any]]:
    path = layer.paths[0]
    lon, lat = transformer(grid.crs, GEOGRAPHIC).transform(
        *surroundings(grid, reach_m=layer.max_distance_m)
    )
    found = read_layer(
        context.raw_path(path),
        path,
        layer=layer.layer,
        columns=(),
        crs=layer.crs,
        kinds=(*POINTS, *LINES, *POLYGONS),
        bounds=degree_bounds(np.asarray(lon), np.asarray(lat), margin_km=1.0),
    )
    features = np.asarray(found.frame.geometry.to_numpy(), dtype=object)
    features = features[~(shapely.is_missing(features) | shapely.is_empty(features))]
    shapes = planar_near(
        features, found.frame.crs.to_wkt(), grid, reach_m=layer.max_distance_m
    ).tolist()
    values = distance_m(shapes, grid, max_distance_m=layer.max_distance_m)
    return values, {
        "resampling": "distance to the nearest feature",
        "n_features": len(features),
        "unit": "m",
        "max_distance_m": layer.max_distance_m,
        "overlap_frac": 1.0,
        "coverage_frac": 1.0,
        "within_frac": float((values < layer.max_distance_m).mean()),
    }
