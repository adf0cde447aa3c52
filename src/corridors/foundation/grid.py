"""The lattice of square cells that every raster of a herd lies on.

Cell edges are multiples of the cell size from the CRS origin, so a cell keeps its global
``(row, col)`` when animals are added and rasters of different reruns overlay exactly. Rows count
**northward** in the lattice (``row = floor(y / cell_m)``, ``col = floor(x / cell_m)``); arrays
count southward as rasters do. :class:`Grid` is the only place that converts between the two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np

from corridors.foundation.arrays import Floats, Floats32, Indices, Indices32, Integers

Affine6 = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Grid:
    """A rectangular window of the lattice: CRS, cell size and range of rows and columns.

    Parameters
    ----------
    crs
        Projected CRS as WKT or an authority string, metres.
    cell_m
        Edge of a cell, m, > 0.
    row_min, col_min
        Lattice index of the southernmost row and westernmost column.
    n_rows, n_cols
        Shape, both >= 1.

    Examples
    --------
    >>> grid = Grid("EPSG:32612", 100.0, row_min=2, col_min=-1, n_rows=3, n_cols=4)
    >>> grid.bounds
    (-100.0, 200.0, 300.0, 500.0)
    >>> grid.array_index(np.array([2, 4]), np.array([-1, 2]))  # south-west, north-east cells
    (array([2, 0]), array([0, 3]))
    """

    crs: str
    cell_m: float
    row_min: int
    col_min: int
    n_rows: int
    n_cols: int

    def __post_init__(self) -> None:
        if not (self.cell_m > 0 and math.isfinite(self.cell_m)):
            raise ValueError(f"cell_m must be finite and > 0, got {self.cell_m}")
        if self.n_rows < 1 or self.n_cols < 1:
            raise ValueError(f"a grid has at least one cell, got {self.n_rows} x {self.n_cols}")

    @classmethod
    def covering(cls, crs: str, cell_m: float, bounds: tuple[float, float, float, float]) -> Grid:
        """Return the smallest grid that covers ``bounds`` = (x_min, y_min, x_max, y_max), m."""
        x_min, y_min, x_max, y_max = bounds
        if not (x_max >= x_min and y_max >= y_min):
            raise ValueError(f"bounds are empty or not finite: {bounds}")
        col_min, row_min = math.floor(x_min / cell_m), math.floor(y_min / cell_m)
        return cls(
            crs,
            cell_m,
            row_min,
            col_min,
            max(1, math.ceil(y_max / cell_m) - row_min),
            max(1, math.ceil(x_max / cell_m) - col_min),
        )

    @classmethod
    def around(cls, crs: str, cell_m: float, row: Indices32, col: Indices32) -> Grid:
        """Return the smallest grid that holds the lattice cells ``(row, col)``, shape (n,)."""
        row_min, col_min = int(row.min()), int(col.min())
        return cls(
            crs,
            cell_m,
            row_min,
            col_min,
            int(row.max()) - row_min + 1,
            int(col.max()) - col_min + 1,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Array shape (ny, nx)."""
        return self.n_rows, self.n_cols

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(x_min, y_min, x_max, y_max), m."""
        return (
            self.col_min * self.cell_m,
            self.row_min * self.cell_m,
            (self.col_min + self.n_cols) * self.cell_m,
            (self.row_min + self.n_rows) * self.cell_m,
        )

    @property
    def transform(self) -> Affine6:
        """Affine coefficients (a, b, c, d, e, f) of the north-up array, for ``rasterio.Affine``."""
        return self.cell_m, 0.0, self.bounds[0], 0.0, -self.cell_m, self.bounds[3]

    def array_index(self, row: Indices32, col: Indices32) -> tuple[Indices, Indices]:
        """Return array indices (iy, ix) of lattice cells; row 0 of the array is the north edge."""
        iy = self.row_min + self.n_rows - 1 - np.asarray(row, dtype=np.int64)
        return iy, np.asarray(col, dtype=np.int64) - self.col_min

    def lattice_index(self, iy: Indices, ix: Indices) -> tuple[Indices32, Indices32]:
        """Return lattice (row, col) of array indices: the inverse of :meth:`array_index`."""
        row = self.row_min + self.n_rows - 1 - np.asarray(iy)
        return row.astype(np.int32), (np.asarray(ix) + self.col_min).astype(np.int32)

    def centres(self) -> tuple[Floats, Floats]:
        """Return x of the columns (nx,) and y of the array rows (ny,), north first, m."""
        x = (self.col_min + np.arange(self.n_cols, dtype=np.float64) + 0.5) * self.cell_m
        rows = self.row_min + self.n_rows - 1 - np.arange(self.n_rows, dtype=np.float64)
        y = (rows + 0.5) * self.cell_m
        return x, y

    def padded(self, distance_m: float) -> Grid:
        """Return this grid grown by at least ``distance_m`` on each side."""
        n = math.ceil(distance_m / self.cell_m)
        return Grid(
            self.crs,
            self.cell_m,
            self.row_min - n,
            self.col_min - n,
            self.n_rows + 2 * n,
            self.n_cols + 2 * n,
        )

    def union(self, *others: Grid) -> Grid:
        """Return the smallest grid that holds this one and ``others`` (same CRS and cell)."""
        return reduce(_union, others, self)

    def to_dict(self) -> dict[str, str | float | int]:
        """Return the fields as JSON-ready values."""
        return {
            "crs": self.crs,
            "cell_m": self.cell_m,
            "row_min": self.row_min,
            "col_min": self.col_min,
            "n_rows": self.n_rows,
            "n_cols": self.n_cols,
        }


@dataclass(frozen=True)
class Surface:
    """Probability mass on lattice cells, sparse: only cells that hold mass are stored.

    Parameters
    ----------
    crs, cell_m
        The lattice.
    row, col
        Lattice indices, int32 (n,), unique, sorted by (row, col).
    mass
        Probability mass of each cell, float64 (n,), >= 0, sum <= 1.
    """

    crs: str
    cell_m: float
    row: Indices32
    col: Indices32
    mass: Floats

    @property
    def total(self) -> float:
        """Sum of the mass."""
        return float(self.mass.sum())

    @property
    def grid(self) -> Grid:
        """The smallest grid that holds the surface."""
        return Grid.around(self.crs, self.cell_m, self.row, self.col)

    def to_array(self, grid: Grid) -> Floats:
        """Return the mass on ``grid`` as an array (ny, nx); cells outside ``grid`` are lost."""
        out = np.zeros(grid.shape)
        iy, ix = grid.array_index(self.row, self.col)
        inside = (iy >= 0) & (iy < grid.n_rows) & (ix >= 0) & (ix < grid.n_cols)
        out[iy[inside], ix[inside]] = self.mass[inside]
        return out


@dataclass(frozen=True)
class RasterFacts:
    """Where a raster is and which values above 0 it holds.

    Parameters
    ----------
    crs
        CRS as WKT.
    bounds
        xmin, ymin, xmax, ymax in it.
    positive
        Values that are finite and above 0, float32, shape (n,), in any order.
    """

    crs: str
    bounds: tuple[float, float, float, float]
    positive: Floats32


def weighted_sum(surfaces: Iterable[tuple[Surface, float]]) -> Surface:
    """Return the sum of ``weight * surface`` on the common lattice, cells sorted by (row, col).

    The terms are added in the order given, so the result does not depend on who computed them.
    """
    terms = list(surfaces)
    if not terms:
        raise ValueError("nothing to add")
    first = terms[0][0]
    for surface, _ in terms:
        if surface.crs != first.crs or surface.cell_m != first.cell_m:
            raise ValueError("surfaces lie on different lattices")
    row = np.concatenate([surface.row for surface, _ in terms])
    col = np.concatenate([surface.col for surface, _ in terms])
    mass = np.concatenate([surface.mass * weight for surface, weight in terms])
    key = pack(row, col)
    # A stable sort merges the terms' sorted runs in nearly linear time.
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.ones(key.size, dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=starts[1:])
    unique = ordered[starts]
    inverse = np.empty(key.size, dtype=np.int64)
    inverse[order] = np.cumsum(starts) - 1
    total = np.bincount(inverse, weights=mass, minlength=unique.size).astype(np.float64)
    row, col = unpack(unique)
    return Surface(first.crs, first.cell_m, row, col, total)


def pack(row: Integers, col: Integers) -> Indices:
    """Return one int64 key per lattice cell that sorts like (row, col)."""
    return (np.asarray(row, dtype=np.int64) << 32) + (np.asarray(col, dtype=np.int64) + 2**31)


def unpack(
    key: Indices,
) -> tuple[Indices32, Indices32]:
    """Return (row, col) of keys made by :func:`pack`."""
    return (key >> 32).astype(np.int32), ((key & 0xFFFFFFFF) - 2**31).astype(np.int32)


def _union(a: Grid, b: Grid) -> Grid:
    if a.crs != b.crs or a.cell_m != b.cell_m:
        raise ValueError("grids lie on different lattices")
    row_min, col_min = min(a.row_min, b.row_min), min(a.col_min, b.col_min)
    row_end = max(a.row_min + a.n_rows, b.row_min + b.n_rows)
    col_end = max(a.col_min + a.n_cols, b.col_min + b.n_cols)
    return Grid(a.crs, a.cell_m, row_min, col_min, row_end - row_min, col_end - col_min)
