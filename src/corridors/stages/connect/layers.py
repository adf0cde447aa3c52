"""Every configured habitat layer on the herd's grid, or all faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.formats.habitat_raster import read_onto_grid
from corridors.formats.habitat_series import check_coverage, read_bands, read_files
from corridors.formats.habitat_terrain import read_elevation_strips
from corridors.formats.raster_file import RasterFile
from corridors.formats.vector import LINES, POINTS, POLYGONS, degree_bounds, read_layer
from corridors.foundation.arrays import Floats
from corridors.foundation.artefacts import Progress, RawFiles
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import InputError, MissingInputError
from corridors.foundation.facts import Remark
from corridors.foundation.facts.connect import LayerFacts
from corridors.foundation.faults import Faults
from corridors.habitat.distance import distance_m, planar_near, surroundings
from corridors.habitat.series import reduce_series
from corridors.habitat.terrain import block_mean, derive

if TYPE_CHECKING:
    from corridors.config.habitat import Habitat, HabitatLayer
    from corridors.foundation.grid import Grid


@dataclass(frozen=True)
class OnGrid:
    """A layer on the herd's grid.

    Parameters
    ----------
    layer
        As configured.
    cells
        Value of each cell, (ny, nx), NaN: unknown.
    facts
        How it was read.
    """

    layer: HabitatLayer
    cells: Floats
    facts: LayerFacts

    @property
    def notes(self) -> list[Remark]:
        """What a reader must know of it."""
        name = self.layer.name
        out = []
        if self.facts.nodata_policy == "all_data":
            out.append(Remark.of("layer_without_nodata", layer=name))
        out += self.remarks
        if self.facts.n_features == 0:
            far_m = self.layer.max_distance_m
            out.append(Remark.of("layer_far_away", layer=name, max_distance_m=far_m))
        return out

    @property
    def remarks(self) -> list[Remark]:
        """What a person should do something about."""
        mark = self.facts.suspected_nodata
        if not mark:
            return []
        return [Remark.of("layer_suspected_nodata", layer=self.layer.name, mark=mark)]


def read_layers(
    raw: RawFiles, habitat: Habitat, grid: Grid, progress: Progress, faults: Faults
) -> list[OnGrid]:
    """Return every layer that can be read; ``faults`` takes what is wrong with the others."""
    found: list[OnGrid] = []
    for done, layer in enumerate(habitat.layers):
        progress(f"read {layer.name}", 0.4 * done / len(habitat.layers))
        try:
            values, own = _read(raw, habitat, layer, grid)
        except (InputError, MissingInputError) as error:
            faults.add(type(error), *error.faults)
            continue
        found.append(OnGrid(layer, values, LayerFacts.model_validate(own)))
    return found


def _read(
    raw: RawFiles, habitat: Habitat, layer: HabitatLayer, grid: Grid
) -> tuple[Floats, dict[str, Any]]:
    if layer.kind == "distance":
        return _distance(raw, layer, grid)
    if layer.is_series:
        return _series(raw, habitat, layer, grid)
    if layer.derive is not None:
        return _derived(raw, habitat, layer, grid)
    raster = read_onto_grid(
        raster_of(raw, layer, layer.paths[0]),
        grid,
        band=layer.band,
        kind=layer.kind,
        nodata=layer.nodata,
        extremes_are_data=layer.extremes_are_data,
        min_coverage_frac=habitat.min_coverage_frac,
        max_source_cells=habitat.max_source_cells,
        label=layer.paths[0],
    )
    return raster.values, raster.facts


def raster_of(raw: RawFiles, layer: HabitatLayer, path: str) -> RasterFile:
    """Return a raster of a layer with what the configuration says of its file."""
    return RasterFile(
        raw.of(path),
        variable=layer.variable,
        crs=layer.crs,
        crs_overrules=layer.crs_overrules,
        is_vrt=layer.format == "vrt",
        tiles=tuple(raw.of(tile) for tile in layer.tiles),
    )


def series_of(
    raw: RawFiles,
    habitat: Habitat,
    layer: HabitatLayer,
    grid: Grid,
    months: Sequence[int],
    facts: dict[str, Any],
) -> Iterator[tuple[date, Floats]]:
    """Yield date and values (ny, nx) of a layer with dates; ``facts`` takes what is known of it."""
    if layer.files is not None:
        files = {day: (raster_of(raw, layer, path), path) for day, path in layer.files.items()}
        return read_files(
            files, grid, band=layer.band, months=months, nodata=layer.nodata,
            extremes_are_data=layer.extremes_are_data,
            max_source_cells=habitat.max_source_cells, facts=facts,
        )  # fmt: skip
    path = layer.paths[0]
    return read_bands(
        raster_of(raw, layer, path), grid, date_format=layer.date_format, dates=layer.dates,
        months=months, nodata=layer.nodata, extremes_are_data=layer.extremes_are_data,
        max_source_cells=habitat.max_source_cells, label=path, facts=facts,
    )  # fmt: skip


def _series(
    raw: RawFiles, habitat: Habitat, layer: HabitatLayer, grid: Grid
) -> tuple[Floats, dict[str, Any]]:
    own: dict[str, Any] = {}
    grids = series_of(raw, habitat, layer, grid, layer.months, own)
    values, days = reduce_series(grids, statistic=layer.statistic)
    own["coverage_frac"] = check_coverage(
        values,
        min_coverage_frac=habitat.min_coverage_frac,
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
    raw: RawFiles, habitat: Habitat, layer: HabitatLayer, grid: Grid
) -> tuple[Floats, dict[str, Any]]:
    path = layer.paths[0]
    own: dict[str, Any] = {}
    values = np.full(grid.shape, np.nan)
    what = layer.derive or "slope_deg"
    for rows, n, fine_m, elevation in read_elevation_strips(
        raster_of(raw, layer, path),
        grid,
        band=layer.band,
        nodata=layer.nodata,
        extremes_are_data=layer.extremes_are_data,
        max_source_cells=habitat.max_source_cells,
        label=path,
        facts=own,
    ):
        values[rows] = block_mean(derive(elevation, what, cell_m=fine_m), n)
    own["coverage_frac"] = check_coverage(
        values, min_coverage_frac=habitat.min_coverage_frac, label=path
    )
    return values, own | {"derived": what}


def _distance(raw: RawFiles, layer: HabitatLayer, grid: Grid) -> tuple[Floats, dict[str, Any]]:
    path = layer.paths[0]
    lon, lat = transformer(grid.crs, GEOGRAPHIC).transform(
        *surroundings(grid, reach_m=layer.max_distance_m)
    )
    found = read_layer(
        raw.of(path),
        path,
        layer=layer.layer,
        columns=(),
        crs=layer.crs,
        crs_overrules=layer.crs_overrules,
        encoding=layer.encoding,
        is_vrt=layer.format == "vrt",
        kinds=(*POINTS, *LINES, *POLYGONS),
        bounds=degree_bounds(np.asarray(lon), np.asarray(lat), margin_km=1.0),
    )
    features = np.asarray(found.frame.geometry.to_numpy(), dtype=object)
    features = features[~(shapely.is_missing(features) | shapely.is_empty(features))]
    shapes = list(planar_near(features, GEOGRAPHIC, grid, reach_m=layer.max_distance_m))
    values = distance_m(shapes, grid, max_distance_m=layer.max_distance_m)
    return values, {
        "resampling": "distance",
        "n_features": len(features),
        "unit": "m",
        "max_distance_m": layer.max_distance_m,
        "overlap_frac": 1.0,
        "coverage_frac": 1.0,
        "within_frac": float(np.mean(values < layer.max_distance_m)),
    }
