"""Rasters: cloud-optimised GeoTIFFs out, and what a style needs to know of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.io import MemoryFile
from rasterio.shutil import copy as rio_copy
from rasterio.windows import Window

from corridors.foundation.arrays import Floats, Floats32
from corridors.foundation.crs import named_crs
from corridors.foundation.grid import Grid, RasterFacts, Surface

_STRIP_ROWS = 512


def write_cog(
    path: Path,
    array: Floats32,
    grid: Grid,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write a float32 array (ny, nx) on ``grid`` as a COG with NaN as nodata and overviews.

    ``tags`` become GDAL metadata; they hold no time stamps, so the same array gives the same bytes.
    """
    with MemoryFile() as memory:
        with memory.open(**_profile(grid)) as dataset:
            dataset.write(array.astype(np.float32), 1)
            if tags:
                dataset.update_tags(**tags)
        with memory.open() as dataset:
            _copy_cog(dataset, path)


def _profile(grid: Grid) -> dict[str, Any]:
    return {
        "driver": "GTiff",
        "height": grid.n_rows,
        "width": grid.n_cols,
        "count": 1,
        "dtype": "float32",
        "crs": named_crs(grid.crs),
        "transform": rasterio.Affine(*grid.transform),
        "nodata": float("nan"),
    }


def _copy_cog(dataset: Any, path: Path) -> None:
    rio_copy(
        dataset,
        path,
        driver="COG",
        compress="ZSTD",
        predictor=3,
        overview_resampling="average",
        num_threads=1,
    )


def read_band(path: Path, crs: str) -> tuple[Floats, Grid]:
    """Return the first band of a raster that a stage wrote, NaN for nodata, and its grid.

    ``crs`` is the working CRS, whose text in the file may differ.
    """
    with rasterio.open(path) as dataset:
        values = dataset.read(1).astype(np.float64)
        cell_m, x_min, y_max = dataset.transform.a, dataset.transform.c, dataset.transform.f
    n_rows, n_cols = values.shape
    row_max = round(y_max / cell_m)
    return values, Grid(crs, cell_m, row_max - n_rows, round(x_min / cell_m), n_rows, n_cols)


def write_surface(path: Path, surface: Surface, tags: Mapping[str, str] | None = None) -> Grid:
    """Write a sparse surface as a COG on its own grid; cells without mass are NaN.

    The bounding box is filled in strips of 512 rows and empty blocks are not stored, so memory
    holds one strip and the compressed file.
    """
    grid = surface.grid
    profile = _profile(grid) | {
        "tiled": True,
        "blockxsize": _STRIP_ROWS,
        "blockysize": _STRIP_ROWS,
        "compress": "ZSTD",
        "SPARSE_OK": "TRUE",
        "BIGTIFF": "IF_SAFER",
    }
    iy, ix = grid.array_index(surface.row, surface.col)
    # Lattice rows count northward: reversed, the cells are sorted by array row.
    iy, ix, mass = iy[::-1], ix[::-1], surface.mass[::-1]
    with MemoryFile() as memory:
        with memory.open(**profile) as dataset:
            for top in range(0, grid.n_rows, _STRIP_ROWS):
                height = min(_STRIP_ROWS, grid.n_rows - top)
                first, last = np.searchsorted(iy, [top, top + height])
                strip = np.full((height, grid.n_cols), np.nan, dtype=np.float32)
                strip[iy[first:last] - top, ix[first:last]] = mass[first:last]
                strip[strip == 0] = np.nan
                if last > first:
                    dataset.write(strip, 1, window=Window(0, top, grid.n_cols, height))
            if tags:
                dataset.update_tags(**tags)
        with memory.open() as dataset:
            _copy_cog(dataset, path)
    return grid


def raster_facts(path: Path) -> RasterFacts:
    """Return CRS, bounds and the positive values of a raster, read block by block."""
    with rasterio.open(path) as dataset:
        found = [np.empty(0, np.float32)]
        for _, window in dataset.block_windows(1):
            block = dataset.read(1, window=window).astype(np.float32, copy=False)
            found.append(block[np.isfinite(block) & (block > 0)])
        return RasterFacts(dataset.crs.to_wkt(), tuple(dataset.bounds), np.concatenate(found))
