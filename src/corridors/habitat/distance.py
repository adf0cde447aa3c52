"""Distance from each cell to the nearest feature."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rasterio import Affine
from rasterio.features import rasterize
from scipy.ndimage import distance_transform_edt
from shapely.geometry.base import BaseGeometry

from corridors.foundation.grid import Grid

Array = npt.NDArray[np.float64]


def distance_m(features: Sequence[BaseGeometry], grid: Grid, *, max_distance_m: float) -> Array:
    """Return the distance from each cell's centre to the nearest cell that a feature touches, m.

    Parameters
    ----------
    features
        Points, lines and polygons in the grid's CRS, also those up to ``max_distance_m`` outside
        the grid.
    grid
        The herd's habitat grid.
    max_distance_m
        Larger distances, and those without a feature, get this value.

    Returns
    -------
    array (ny, nx)
        0 in cells with a feature. Off the true distance to the feature by at most the half
        diagonal of a cell.

    Examples
    --------
    >>> from shapely import Point
    >>> grid = Grid("EPSG:32612", 10.0, 0, 0, 1, 4)
    >>> distance_m([Point(-15, 5)], grid, max_distance_m=40.0)
    array([[20., 30., 40., 40.]])
    """
    if not features:
        return np.full(grid.shape, max_distance_m)
    pad = math.ceil(max_distance_m / grid.cell_m)
    wide = grid.padded(max_distance_m)
    touched: npt.NDArray[np.uint8] = rasterize(
        [(feature, 1) for feature in features],
        out_shape=wide.shape,
        transform=Affine(*wide.transform),
        all_touched=True,
        dtype="uint8",
    )
    if not touched.any():
        return np.full(grid.shape, max_distance_m)
    cells: Array = distance_transform_edt(touched == 0)
    inner = cells[pad : pad + grid.n_rows, pad : pad + grid.n_cols]
    return np.minimum(inner * grid.cell_m, max_distance_m)
