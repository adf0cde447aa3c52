"""A user's raster of land cover or of a continuous variable, on the herd's grid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import rasterio
from rasterio import Affine
from rasterio.enums import Resampling
from rasterio.warp import reproject
from rasterio.windows import Window

from corridors.formats import raster_faults
from corridors.formats.raster_file import RasterFile, extent, opened
from corridors.foundation.arrays import Floats
from corridors.foundation.crs import transformer
from corridors.foundation.errors import Fault, InputError
from corridors.foundation.grid import Grid

Kind = Literal["class", "continuous"]

# Points per side of the lattice of samples that tells where a grid lies in a raster.
_SAMPLES = 65
# Source cells that the search for extremes holds at a time.
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class RasterOnGrid:
    """A band warped to a grid, and what is known about it.

    Parameters
    ----------
    values
        float64 (ny, nx), NaN: no data.
    facts
        JSON-ready: ``crs``, ``shape``, ``nodata``, ``resampling``, ``overlap_frac``,
        ``coverage_frac``.
    """

    values: Floats
    facts: dict[str, Any]


@dataclass(frozen=True)
class HabitatRaster:
    """An open raster that lies on the herd's grid; made by :func:`open_habitat_raster`.

    Parameters
    ----------
    dataset
        The rasterio dataset.
    kind
        What the values are.
    nodata
        Configured value without data, None: as the file states.
    source_cells
        How many of its cells lie along a grid cell's edge.
    overlap_frac
        Share of the grid inside the raster's frame.
    window
        The part of the raster under the grid.
    label
        The file as the user named it.
    suspected
        Band: its least value and the product in which that marks missing data, where the file says
        nothing; known after :meth:`faults`.
    """

    dataset: Any
    kind: Kind
    nodata: float | None
    source_cells: float
    overlap_frac: float
    window: Window
    label: str
    suspected: dict[int, str] = field(default_factory=dict)

    def known_nodata(self, band: int) -> float | None:
        """Return the value of a band without data, NaN for floats that state none, else None."""
        dtype = np.dtype(self.dataset.dtypes[band - 1])
        stated = self.dataset.nodatavals[band - 1] if self.nodata is None else self.nodata
        if stated is not None and raster_faults.can_hold(dtype, stated):
            return float(stated)
        return math.nan if np.issubdtype(dtype, np.floating) else None

    def resampling(self, grid: Grid, cell_m: float) -> Resampling:
        """Return how values come onto ``grid``; ``cell_m`` is that of the herd's grid."""
        is_finer = self.source_cells * grid.cell_m / cell_m > 1.0
        return {
            ("class", True): Resampling.mode,
            ("class", False): Resampling.nearest,
            ("continuous", True): Resampling.average,
            ("continuous", False): Resampling.bilinear,
        }[self.kind, is_finer]

    def read(self, band: int, grid: Grid, *, cell_m: float) -> Floats:
        """Return a band warped to ``grid``, (ny, nx), NaN: no data.

        Only the blocks under the grid are read, GDAL's warper holds 64 MB of them at a time.
        Scale and offset of a continuous band are applied.
        """
        used = self.known_nodata(band)
        # Filled here and not by GDAL: without nodata it would leave 0 outside the raster.
        values = np.full(grid.shape, np.nan)
        reproject(
            rasterio.band(self.dataset, band),
            values,
            src_nodata=used,
            dst_nodata=None if used is None else math.nan,
            dst_transform=Affine(*grid.transform),
            dst_crs=grid.crs,
            resampling=self.resampling(grid, cell_m),
            init_dest_nodata=False,
            num_threads=1,
            warp_mem_limit=64,
        )
        if self.kind == "continuous":
            values = values * self.dataset.scales[band - 1] + self.dataset.offsets[band - 1]
        values[~np.isfinite(values)] = np.nan
        return values

    def faults(self, band: int, *, extremes_are_data: bool) -> list[Fault]:
        """Return what is wrong with a band; its cells under the grid are looked at in pieces."""
        faults = raster_faults.band_faults(
            self.dataset, band, kind=self.kind, nodata=self.nodata, label=self.label
        )
        if not faults and self.kind == "continuous" and not extremes_are_data:
            n, value = self._extremes(band)
            if n:
                faults.append(raster_faults.extreme_fault(n, value, self.label))
        return faults

    def _extremes(self, band: int) -> tuple[int, float]:
        nodata = self.known_nodata(band)
        n, extreme = 0, math.nan
        least: list[float] = []
        rows = max(1, _CELLS_AT_ONCE // max(1, self.window.width))
        for top in range(0, self.window.height, rows):
            height = min(rows, self.window.height - top)
            part = Window(self.window.col_off, self.window.row_off + top, self.window.width, height)
            values = self.dataset.read(band, window=part)
            if nodata is None or math.isnan(nodata):
                least = raster_faults.two_least(values, least)
            found = raster_faults.is_extreme(values)
            if nodata is not None:
                found &= values != np.asarray(nodata, dtype=values.dtype)
            if found.any():
                n, extreme = n + int(found.sum()), float(values[found][0])
        mark = raster_faults.likely_nodata(least)
        if mark:
            self.suspected[band] = mark
        return n, extreme

    def facts(self, band: int, grid: Grid) -> dict[str, Any]:
        """Return what is known about a band, JSON-ready."""
        stated = self.dataset.nodatavals[band - 1] if self.nodata is None else self.nodata
        known = self.known_nodata(band)
        return {
            "crs": self.dataset.crs.to_string(),
            "shape": [self.dataset.height, self.dataset.width],
            "nodata": None if stated is None or math.isnan(stated) else float(stated),
            "nodata_policy": "all_data" if known is None else "nodata_is_unknown",
            "resampling": self.resampling(grid, grid.cell_m).name,
            "overlap_frac": self.overlap_frac,
        } | ({"suspected_nodata": self.suspected[band]} if band in self.suspected else {})


def read_onto_grid(
    path: Path | RasterFile,
    grid: Grid,
    *,
    band: int | None,
    kind: Kind,
    nodata: float | None,
    extremes_are_data: bool,
    min_coverage_frac: float,
    max_source_cells: float,
    label: str,
) -> RasterOnGrid:
    """Return a band warped once to ``grid``.

    Classes take the majority of the source cells where these are smaller than the grid's, else
    the nearest one; continuous values their average, else bilinear interpolation. Where the file
    states no nodata and ``nodata`` is None every value counts as data, except NaN. A rotated or
    sheared raster is read like any other.

    Parameters
    ----------
    path
        Any raster that GDAL reads.
    grid
        The herd's habitat grid.
    band
        1-based; None: the raster has one.
    kind
        What the values are.
    nodata
        Value without data, overrides the file's; None: as the file states.
    extremes_are_data
        False: continuous values at the end of their data type are refused.
    min_coverage_frac
        A raster with data on a smaller share of the grid is refused.
    max_source_cells
        A raster with more cells under the grid is refused, before any is read.
    label
        The file as the user named it, for messages.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputError
        Not a raster; no CRS; no georeference; no such band, or several; complex numbers; validity
        in a mask or alpha band; a nodata value that the band cannot hold; values at the end of
        their data type; too many cells; the raster does not overlap the grid or covers too little
        of it; class codes that are not whole numbers.
    """
    with open_habitat_raster(
        path,
        grid,
        band=band,
        kind=kind,
        nodata=nodata,
        max_source_cells=max_source_cells,
        label=label,
    ) as raster:
        number = band or 1
        faults = raster.faults(number, extremes_are_data=extremes_are_data)
        if faults:
            raise InputError(faults)
        values = raster.read(number, grid, cell_m=grid.cell_m)
        facts = raster.facts(number, grid)
    facts["coverage_frac"] = float(np.isfinite(values).mean())
    faults = raster_faults.value_faults(
        values, kind=kind, min_coverage_frac=min_coverage_frac, label=label
    )
    if faults:
        raise InputError(faults)
    return RasterOnGrid(values, facts)


@contextmanager
def open_habitat_raster(
    path: Path | RasterFile,
    grid: Grid,
    *,
    band: int | None,
    kind: Kind,
    nodata: float | None,
    max_source_cells: float,
    label: str,
    any_band: bool = False,
) -> Iterator[HabitatRaster]:
    """Open a raster that lies on ``grid``; parameters and errors as in :func:`read_onto_grid`.

    With ``any_band`` the raster may have several bands although none is named. What GDAL raises
    inside the ``with`` block becomes an ``InputError``.
    """
    with opened(path, label) as dataset:
        faults = raster_faults.place_faults(dataset, label)
        if not any_band:
            faults += raster_faults.which_band(dataset, band, label)
        if faults:
            raise InputError(faults)
        found = _under(dataset, grid)
        if found is None:
            raise InputError(raster_faults.no_overlap(dataset, grid, label))
        source_cells, overlap, window = found
        n_cells = float(window.width) * float(window.height)
        if n_cells > max_source_cells:
            raise InputError(raster_faults.too_many_cells(n_cells, max_source_cells, label))
        yield HabitatRaster(dataset, kind, nodata, source_cells, overlap, window, label)


def _under(dataset: Any, grid: Grid) -> tuple[float, float, Window] | None:
    """Return source cells per grid cell, share of the grid in the raster, and the part under it."""
    west, south, east, north = grid.bounds
    x, y = np.meshgrid(np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES))
    col, row = _source_index(dataset, grid, x, y)
    inside = (col >= 0) & (col <= dataset.width) & (row >= 0) & (row <= dataset.height)
    if not inside.any():
        return None
    x, y, col, row = x[inside], y[inside], col[inside], row[inside]
    counts = []
    for d_x, d_y in ((grid.cell_m, 0.0), (0.0, grid.cell_m)):
        next_col, next_row = _source_index(dataset, grid, x + d_x, y + d_y)
        counts.append(np.hypot(next_col - col, next_row - row))
    # One step of the lattice more: the grid reaches between the samples.
    reach = max(grid.n_rows, grid.n_cols) / (_SAMPLES - 1) * float(np.nanmedian(counts[0]))
    left = max(0, math.floor(col.min() - reach))
    top = max(0, math.floor(row.min() - reach))
    right = min(dataset.width, math.ceil(col.max() + reach))
    bottom = min(dataset.height, math.ceil(row.max() + reach))
    # The median: a cell that crosses the antimeridian looks like a whole turn.
    return (
        float(np.nanmedian(np.stack(counts))),
        float(inside.mean()),
        Window(left, top, right - left, bottom - top),
    )


def _source_index(dataset: Any, grid: Grid, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    there = transformer(grid.crs, dataset.crs.to_wkt()).transform(x, y)
    there_x, there_y = (np.where(np.isfinite(axis), axis, np.nan) for axis in there)
    west, _, east, _ = extent(dataset)
    if dataset.crs.is_geographic and (east > 180 or west < -180):
        there_x = west + (there_x - west) % 360.0  # longitudes from 0 to 360
    inverse = ~dataset.transform
    return (
        inverse.a * there_x + inverse.b * there_y + inverse.c,
        inverse.d * there_x + inverse.e * there_y + inverse.f,
    )
