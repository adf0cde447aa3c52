"""Rasters: cloud-optimised GeoTIFFs out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.io import MemoryFile
from rasterio.shutil import copy as rio_copy

from corridors.foundation.grid import Grid, Surface


def write_cog(
    path: Path,
    array: npt.NDArray[np.float32],
    grid: Grid,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write a float32 array (ny, nx) on ``grid`` as a COG with NaN as nodata and overviews.

    ``tags`` become GDAL metadata; they hold no time stamps, so the same array gives the same bytes.
    """
    profile = {
        "driver": "GTiff",
        "height": grid.n_rows,
        "width": grid.n_cols,
        "count": 1,
        "dtype": "float32",
        "crs": grid.crs,
        "transform": rasterio.Affine(*grid.transform),
        "nodata": float("nan"),
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as dataset:
            dataset.write(array.astype(np.float32), 1)
            if tags:
                dataset.update_tags(**tags)
        with memory.open() as dataset:
            rio_copy(
                dataset,
                path,
                driver="COG",
                compress="ZSTD",
                predictor=3,
                overview_resampling="average",
                num_threads=1,
            )


def write_surface(path: Path, surface: Surface, tags: Mapping[str, str] | None = None) -> Grid:
    """Write a sparse surface as a COG on its own grid; cells without mass are NaN."""
    grid = surface.grid
    array = surface.to_array(grid).astype(np.float32)
    array[array == 0] = np.nan
    write_cog(path, array, grid, tags)
    return grid
