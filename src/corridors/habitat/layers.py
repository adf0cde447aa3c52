"""The herd's habitat grid, and which of its cells a polygon holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from rasterio import Affine
from rasterio.features import rasterize
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from corridors.foundation.arrays import Bytes, Flags, Floats, Indices
from corridors.foundation.grid import Grid


def habitat_grid(
    geometries: Sequence[BaseGeometry], crs: str, *, cell_m: float, margin_m: float
) -> Grid:
    """Return the grid around planar geometries, on the lattice of ``cell_m``.

    Parameters
    ----------
    geometries
        At least one that is not empty, in ``crs``.
    crs
        Working CRS.
    cell_m
        Edge of a habitat cell, m.
    margin_m
        The grid reaches at least this far beyond the geometries, m.

    Raises
    ------
    ValueError
        Nothing to cover.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> habitat_grid([box(310, -90, 790, 40)], "EPSG:32612", cell_m=250.0, margin_m=100.0).bounds
    (0.0, -500.0, 1250.0, 500.0)
    """
    x_min, y_min, x_max, y_max = shapely.total_bounds(np.array(geometries, dtype=object)).tolist()
    bounds = (x_min, y_min, x_max, y_max)
    return Grid.covering(crs, cell_m, bounds).padded(margin_m)


def cells_in(geometry: BaseGeometry, grid: Grid, *, all_touched: bool = False) -> Flags:
    """Return which cells of ``grid`` a planar polygon holds, shape (ny, nx).

    A cell counts if its centre is inside, with ``all_touched`` if any of it is. A polygon too
    small to hold a centre gets the cells that it touches, so that no range is lost to a coarse
    grid.
    """
    inside = np.zeros(grid.shape, dtype=np.bool_)
    inside.flat[cell_numbers(geometry, grid, all_touched=all_touched)] = True
    return inside


def cell_numbers(geometry: BaseGeometry, grid: Grid, *, all_touched: bool = False) -> Indices:
    """Return the cells of :func:`cells_in` as indices into the raveled array, sorted.

    Only the window around the polygon is looked at.
    """
    window = None if geometry.is_empty else _window(geometry, grid)
    if window is None:
        return np.zeros(0, dtype=np.int64)
    inside = _burn(geometry, window, all_touched)
    if not inside.any():
        inside = _burn(geometry, window, True)
    iy, ix = grid.array_index(*window.lattice_index(*np.nonzero(inside)))
    return iy * grid.n_cols + ix


def _window(geometry: BaseGeometry, grid: Grid) -> Grid | None:
    own = Grid.covering(grid.crs, grid.cell_m, geometry.bounds).padded(grid.cell_m)
    row_min, col_min = max(own.row_min, grid.row_min), max(own.col_min, grid.col_min)
    n_rows = min(own.row_min + own.n_rows, grid.row_min + grid.n_rows) - row_min
    n_cols = min(own.col_min + own.n_cols, grid.col_min + grid.n_cols) - col_min
    if n_rows < 1 or n_cols < 1:
        return None
    return Grid(grid.crs, grid.cell_m, row_min, col_min, n_rows, n_cols)


def _burn(geometry: BaseGeometry, grid: Grid, all_touched: bool) -> Flags:
    burnt: Bytes = rasterize(
        [(geometry, 1)],
        out_shape=grid.shape,
        transform=Affine(*grid.transform),
        all_touched=all_touched,
        dtype="uint8",
    )
    return burnt.astype(np.bool_)


def codes_without_resistance(values: Floats, resistance: Mapping[int, float]) -> dict[float, int]:
    """Return the class codes on the grid that the table does not name, with their cells.

    Parameters
    ----------
    values
        Class codes (ny, nx), NaN: no data.
    resistance
        Class code -> resistance.

    Examples
    --------
    >>> codes_without_resistance(np.array([[1.0, 4.0], [np.nan, 4.0]]), {1: 2.0})
    {4.0: 2}
    """
    codes, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    return {
        code: n
        for code, n in zip(codes.tolist(), counts.tolist(), strict=True)
        if code not in resistance
    }


def codes_not_on_grid(values: Floats, codes: Mapping[int, float]) -> list[int]:
    """Return the class codes of the table that no cell has, sorted.

    Parameters
    ----------
    values
        Class codes (ny, nx), NaN: no data.
    codes
        Class code -> anything.

    Examples
    --------
    >>> codes_not_on_grid(np.array([[1.0, 4.0], [np.nan, 4.0]]), {1: 2.0, 3: 2.0})
    [3]
    """
    found = set(np.unique(values[np.isfinite(values)]).tolist())
    return sorted(set(codes) - found)


def line_through(grid: Grid, path: Indices) -> LineString:
    """Return the line through the centres of cells.

    Parameters
    ----------
    grid
        The habitat grid.
    path
        Array indices (iy, ix) of the cells, (n, 2), n >= 2.

    Examples
    --------
    >>> grid = Grid("EPSG:32612", 100.0, row_min=0, col_min=0, n_rows=2, n_cols=2)
    >>> line_through(grid, np.array([[1, 0], [0, 1]])).wkt
    'LINESTRING (50 50, 150 150)'
    """
    x, y = grid.centres()
    return LineString(np.stack([x[path[:, 1]], y[path[:, 0]]], axis=1))
