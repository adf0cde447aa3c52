"""Where the herd's use ends at a barrier: one that nobody even approaches leaves no tracks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numba import njit

from corridors.foundation.arrays import Flags, Floats, Geometries, Indices, Indices32, Words
from corridors.foundation.compiled import to_read
from corridors.foundation.grid import Grid, Surface, pack

ALIKE, DIFFERENT, UNKNOWN = "alike", "different", "unknown"


@dataclass(frozen=True)
class Strips:
    """The ground on both sides of each segment: a rectangle to the left and one to the right.

    Parameters
    ----------
    x_m, y_m
        Middle of the segment's chord, shape (n,).
    along_x, along_y
        Unit vector from the segment's start to its end; NaN where they are the same place.
    half_width_m
        Half of a rectangle's side along the segment, shape (n,).
    depth_m
        Its side across.
    """

    x_m: Floats
    y_m: Floats
    along_x: Floats
    along_y: Floats
    half_width_m: Floats
    depth_m: float

    def take(self, rows: Indices) -> Strips:
        """Return the strips of some segments."""
        return Strips(
            self.x_m[rows],
            self.y_m[rows],
            self.along_x[rows],
            self.along_y[rows],
            self.half_width_m[rows],
            self.depth_m,
        )


def strips_of(segments: Geometries, *, depth_m: float, least_width_m: float) -> Strips:
    """Return the strips beside each planar segment.

    Parameters
    ----------
    segments
        Lines in the working CRS.
    depth_m
        How far to look from the barrier, m.
    least_width_m
        Shorter segments get strips this wide, m: a crumb says no less than its neighbours.
    """
    start = shapely.get_coordinates(shapely.get_point(segments, 0))
    chord = shapely.get_coordinates(shapely.get_point(segments, -1)) - start
    length = np.hypot(chord[:, 0], chord[:, 1])
    along = np.divide(
        chord, length[:, None], out=np.full_like(chord, np.nan), where=length[:, None] > 0
    )
    middle = start + chord / 2
    half = np.maximum(length, least_width_m) / 2
    return Strips(middle[:, 0], middle[:, 1], along[:, 0], along[:, 1], half, depth_m)


@dataclass(frozen=True)
class Sides:
    """What lies on the left (column 0) and on the right (column 1) of each segment.

    Parameters
    ----------
    mass
        Share of the use, shape (n, 2).
    n_animals
        Largest number of animals in a cell, shape (n, 2).
    nearest_m
        Distance of the nearest used cell's centre from the segment's chord, NaN: none.
    """

    mass: Floats
    n_animals: Indices
    nearest_m: Floats


def sides_of(strips: Strips, surface: Surface, n_animals: Indices32) -> Sides:
    """Return the use of a surface on both sides of each segment, cell by cell.

    Examples
    --------
    A line to the east along y = 0, use at y = 100 alone:

    >>> line = np.array([shapely.LineString([(0, 0), (1000, 0)])])
    >>> use = Surface("EPSG:3857", 200.0, np.array([0], np.int32), np.array([2], np.int32),
    ...               np.array([0.5]))
    >>> sides = sides_of(strips_of(line, depth_m=5000, least_width_m=1000), use,
    ...                  np.array([3], np.int32))
    >>> sides.mass.tolist(), sides.n_animals.tolist(), sides.nearest_m.tolist()
    ([[0.5, 0.0]], [[3, 0]], [[100.0, nan]])
    """
    mass = np.zeros((len(strips.x_m), 2))
    animals = np.zeros((len(strips.x_m), 2), dtype=np.int64)
    nearest = np.full((len(strips.x_m), 2), np.nan)
    _add_cells(
        *_rectangles(strips), surface.cell_m, pack(surface.row, surface.col),
        to_read(surface.mass), n_animals.astype(np.int64), mass, animals, nearest,
    )  # fmt: skip
    return Sides(mass, animals, nearest)


def habitat_of(
    strips: Strips, resistance: Floats, grid: Grid, *, ratio: float
) -> tuple[Words, Floats]:
    """Return whether the habitat on both sides is alike, and the mean resistance of each.

    Parameters
    ----------
    strips
        The two rectangles of each segment.
    resistance
        Cost of one metre, NaN where unknown, (ny, nx) on ``grid``.
    grid
        Its grid, of the same CRS.
    ratio
        Up to this ratio of the larger mean to the smaller the habitat is alike, >= 1.

    Returns
    -------
    habitat, means
        alike, different or unknown, shape (n,), and means (n, 2), NaN where unknown. Unknown: more
        than half of a side has no value, or the whole raster has one value only, as it has where no
        habitat layer is configured.
    """
    n = len(strips.x_m)
    known = resistance[np.isfinite(resistance)]
    if not known.size or known.min() == known.max():
        return np.full(n, UNKNOWN), np.full((n, 2), np.nan)
    total, count, cells = np.zeros((n, 2)), np.zeros((n, 2)), np.zeros((n, 2))
    x_min, _, _, y_max = grid.bounds
    _add_raster(
        *_rectangles(strips), grid.cell_m, x_min, y_max, to_read(resistance),
        total, count, cells,
    )  # fmt: skip
    is_known = (count > 0.5 * cells) & (count > 0)
    means = np.divide(total, count, out=np.full_like(total, np.nan), where=is_known)
    low, high = means.min(axis=1), means.max(axis=1)
    with np.errstate(invalid="ignore"):
        alike = high <= ratio * low
    habitat = np.where(is_known.all(axis=1), np.where(alike, ALIKE, DIFFERENT), UNKNOWN)
    return habitat, means


def _rectangles(strips: Strips) -> tuple[Floats, Floats, Floats, Floats, Floats, float]:
    columns = (strips.x_m, strips.y_m, strips.along_x, strips.along_y, strips.half_width_m)
    x, y, along_x, along_y, half_width = (to_read(column) for column in columns)
    return x, y, along_x, along_y, half_width, float(strips.depth_m)


def is_edge(
    sides: Sides, *, uneven_frac: float, least_mass_frac: float, least_animals: int
) -> Flags:
    """Return where the use lies on one side of the segment only.

    Parameters
    ----------
    sides
        The use on both sides.
    uneven_frac
        Share of the use beside the segment that must lie on one side, above 0.5.
    least_mass_frac
        Share of the herd's use that must lie beside the segment: less is noise.
    least_animals
        So many animals must use one cell of it: one animal's range ends somewhere.
    """
    both = sides.mass.sum(axis=1)
    is_uneven = sides.mass.max(axis=1) >= uneven_frac * both
    is_enough = (both > 0) & (both >= least_mass_frac)
    is_enough &= sides.n_animals.max(axis=1) >= least_animals
    return np.asarray(is_uneven & is_enough, dtype=np.bool_)


@njit(cache=True, nogil=True)
def _side(
    dx: float, dy: float, along_x: float, along_y: float, half_m: float, depth_m: float
) -> float:
    """Return the signed distance from the chord, left > 0, or 0 outside both rectangles."""
    across = along_x * dy - along_y * dx
    if abs(along_x * dx + along_y * dy) > half_m or abs(across) > depth_m:
        return 0.0
    return across


@njit(cache=True, nogil=True)
def _add_cells(
    x_m: Floats, y_m: Floats, along_x: Floats, along_y: Floats, half_m: Floats,
    depth_m: float, cell_m: float, key: Indices, cell_mass: Floats, cell_animals: Indices,
    mass: Floats, animals: Indices, nearest: Floats,
) -> None:  # fmt: skip
    for i in range(x_m.size):
        if not np.isfinite(along_x[i]):
            continue
        reach = np.sqrt(half_m[i] ** 2 + depth_m**2)
        first_col = np.int64(np.floor((x_m[i] - reach) / cell_m))
        last_col = np.int64(np.floor((x_m[i] + reach) / cell_m))
        first_row = np.int64(np.floor((y_m[i] - reach) / cell_m))
        last_row = np.int64(np.floor((y_m[i] + reach) / cell_m))
        for row in range(first_row, last_row + 1):
            base = (row << 32) + 2**31
            at = np.searchsorted(key, base + first_col)
            while at < key.size and key[at] <= base + last_col:
                col = key[at] - base
                across = _side(
                    (col + 0.5) * cell_m - x_m[i], (row + 0.5) * cell_m - y_m[i],
                    along_x[i], along_y[i], half_m[i], depth_m,
                )  # fmt: skip
                if across != 0.0 and cell_mass[at] > 0.0:
                    side = 0 if across > 0 else 1
                    mass[i, side] += cell_mass[at]
                    animals[i, side] = max(animals[i, side], cell_animals[at])
                    if not nearest[i, side] <= abs(across):
                        nearest[i, side] = abs(across)
                at += 1


@njit(cache=True, nogil=True)
def _add_raster(
    x_m: Floats, y_m: Floats, along_x: Floats, along_y: Floats, half_m: Floats,
    depth_m: float, cell_m: float, x_min: float, y_max: float, values: Floats,
    total: Floats, count: Floats, cells: Floats,
) -> None:  # fmt: skip
    n_rows, n_cols = values.shape
    for i in range(x_m.size):
        if not np.isfinite(along_x[i]):
            continue
        reach = np.sqrt(half_m[i] ** 2 + depth_m**2)
        first_col = np.int64(np.floor((x_m[i] - reach - x_min) / cell_m))
        last_col = np.int64(np.floor((x_m[i] + reach - x_min) / cell_m))
        first_row = np.int64(np.floor((y_max - y_m[i] - reach) / cell_m))
        last_row = np.int64(np.floor((y_max - y_m[i] + reach) / cell_m))
        for row in range(first_row, last_row + 1):
            for col in range(first_col, last_col + 1):
                across = _side(
                    x_min + (col + 0.5) * cell_m - x_m[i], y_max - (row + 0.5) * cell_m - y_m[i],
                    along_x[i], along_y[i], half_m[i], depth_m,
                )  # fmt: skip
                if across == 0.0:
                    continue
                side = 0 if across > 0 else 1
                cells[i, side] += 1.0
                if 0 <= row < n_rows and 0 <= col < n_cols and np.isfinite(values[row, col]):
                    count[i, side] += 1.0
                    total[i, side] += values[row, col]
