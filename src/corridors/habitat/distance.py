"""Distance from each cell to the nearest feature."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from rasterio import Affine
from rasterio.features import rasterize
from scipy.ndimage import distance_transform_edt
from shapely.geometry.base import BaseGeometry

from corridors.foundation.arrays import Bytes, Floats, Geometries
from corridors.foundation.crs import transformer
from corridors.foundation.grid import Grid

# Points per side of the lattice that tells where a grid lies in another CRS.
_SAMPLES = 33
# Pieces of an edge as long as the grid: bent as in the working CRS to 1/250,000 of its sagitta.
_PIECES = 500


def surroundings(grid: Grid, *, reach_m: float) -> tuple[Floats, Floats]:
    """Return x and y of points all over a grid and ``reach_m`` beyond, each (n,)."""
    west, south, east, north = grid.padded(reach_m).bounds
    x, y = np.meshgrid(np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES))
    return x.ravel(), y.ravel()


def planar_near(features: Geometries, crs: str, grid: Grid, *, reach_m: float) -> Geometries:
    """Return what of features lies around a grid, in its CRS; none of them empty.

    Parameters
    ----------
    features
        Points, lines and polygons whose edges are straight in ``crs``, (n,).
    crs
        Their CRS.
    grid
        The herd's habitat grid.
    reach_m
        At least all that is this near to the grid is kept, m.

    Notes
    -----
    Features are cut to the surroundings before they are projected, so that the far end of a
    continent does no harm, and edges get vertices, as a parallel is bent on the grid.
    """
    x, y = surroundings(grid, reach_m=reach_m)
    own_x, own_y = (np.asarray(axis) for axis in transformer(grid.crs, crs).transform(x, y))
    size = max(float(np.ptp(own_x)), float(np.ptp(own_y)))
    margin = 2.0 * size / (_SAMPLES - 1)
    cut = shapely.clip_by_rect(
        features,
        float(own_x.min()) - margin,
        float(own_y.min()) - margin,
        float(own_x.max()) + margin,
        float(own_y.max()) + margin,
    )
    cut = cut[~(shapely.is_missing(cut) | shapely.is_empty(cut))]

    def move(points: Floats) -> Floats:
        there = transformer(crs, grid.crs).transform(points[:, 0], points[:, 1])
        return np.column_stack(there)

    out: Geometries = shapely.transform(shapely.segmentize(cut, size / _PIECES), move)
    return out


def distance_m(features: Sequence[BaseGeometry], grid: Grid, *, max_distance_m: float) -> Floats:
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
    touched: Bytes = rasterize(
        [(feature, 1) for feature in features],
        out_shape=wide.shape,
        transform=Affine(*wide.transform),
        all_touched=True,
        dtype="uint8",
    )
    if not touched.any():
        return np.full(grid.shape, max_distance_m)
    cells: Floats = distance_transform_edt(touched == 0)
    inner = cells[pad : pad + grid.n_rows, pad : pad + grid.n_cols]
    return np.minimum(inner * grid.cell_m, max_distance_m)
