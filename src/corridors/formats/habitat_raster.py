"""A user's raster of land cover or of a continuous variable, on the herd's grid."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio import Affine
from rasterio.enums import MaskFlags, Resampling
from rasterio.errors import (
    CRSError,
    NotGeoreferencedWarning,
    RasterioIOError,
    WarpOperationError,
)
from rasterio.warp import reproject

from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.foundation.grid import Grid

# Points per side of the lattice of samples that tells where a grid lies in a raster.
_SAMPLES = 65


@dataclass(frozen=True)
class RasterOnGrid:
    """A band warped to a grid, and what is known about it.

    Parameters
    ----------
    values
        float64 (ny, nx), NaN: no data.
    facts
        JSON-ready: ``crs``, ``shape``, ``nodata``, ``resampling``, ``coverage_frac``.
    """

    values: npt.NDArray[np.float64]
    facts: dict[str, Any]


def read_onto_grid(
    path: Path,
    grid: Grid,
    *,
    band: int,
    kind: Literal["class", "continuous"],
    nodata: float | None,
    min_coverage_frac: float,
    label: str,
) -> RasterOnGrid:
    """Return a band warped once to ``grid``.

    Only the blocks under the grid are read, GDAL's warper holds 64 MB of them at a time. Classes
    take the majority of the source cells where these are smaller than the grid's, else the
    nearest one; continuous values their average, else bilinear interpolation. Where the file
    states no nodata and ``nodata`` is None every value counts as data, except NaN. Scale and
    offset of a continuous band are applied. A rotated raster is read like any other.

    Parameters
    ----------
    path
        Any raster that GDAL reads.
    grid
        The herd's habitat grid.
    band
        1-based.
    kind
        What the values are.
    nodata
        Value without data, overrides the file's; None: as the file states.
    min_coverage_frac
        A raster with data on a smaller share of the grid is refused.
    label
        The file as the user named it, for messages.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputError
        Not a raster; no CRS; no georeference; no such band; complex numbers; validity in a mask
        or alpha band; the raster does not overlap the grid or covers too little of it; class
        codes that are not whole numbers.
    """
    with _opened(path, label) as dataset:
        faults = _faults(dataset, band, nodata, label)
        if faults:
            raise InputError(faults)
        per_cell = _source_cells_per_cell(dataset, grid)
        if per_cell is None:
            raise InputError(_no_overlap(dataset, grid, label))
        resampling = {
            ("class", True): Resampling.mode,
            ("class", False): Resampling.nearest,
            ("continuous", True): Resampling.average,
            ("continuous", False): Resampling.bilinear,
        }[kind, per_cell > 1.0]
        stated = dataset.nodatavals[band - 1] if nodata is None else nodata
        used = math.nan if stated is None and _is_float(dataset, band) else stated
        # Filled here and not by GDAL: without nodata it would leave 0 outside the raster.
        values = np.full(grid.shape, np.nan)
        reproject(
            rasterio.band(dataset, band),
            values,
            src_nodata=used,
            dst_nodata=None if used is None else math.nan,
            dst_transform=Affine(*grid.transform),
            dst_crs=grid.crs,
            resampling=resampling,
            init_dest_nodata=False,
            num_threads=1,
            warp_mem_limit=64,
        )
        if kind == "continuous":
            values = values * dataset.scales[band - 1] + dataset.offsets[band - 1]
        coverage = float(np.isfinite(values).mean())
        facts = {
            "crs": dataset.crs.to_string(),
            "shape": [dataset.height, dataset.width],
            "nodata": None if stated is None or math.isnan(stated) else float(stated),
            "nodata_policy": "every value counts as data" if used is None else "nodata is unknown",
            "resampling": resampling.name,
            "coverage_frac": coverage,
        }
    faults = _value_faults(values, kind, coverage, min_coverage_frac, label)
    if faults:
        raise InputError(faults)
    return RasterOnGrid(values, facts)


@contextmanager
def _opened(path: Path, label: str) -> Iterator[Any]:
    if not path.exists():
        raise MissingInputError(
            Fault("a habitat raster is not there", file=label, cure="check habitat.layers: path")
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as dataset:
                yield dataset
    except (RasterioIOError, CRSError, WarpOperationError) as error:
        raise InputError(
            Fault(
                "the file cannot be read as a raster",
                file=label,
                expected="a raster that GDAL reads, e.g. GeoTIFF",
                got=str(error.__cause__ or error).replace(str(path), label),
                cure="check that the file is complete",
            )
        ) from None


def _is_float(dataset: Any, band: int) -> bool:
    return bool(np.issubdtype(np.dtype(dataset.dtypes[band - 1]), np.floating))


def _faults(dataset: Any, band: int, nodata: float | None, label: str) -> list[Fault]:
    faults = []
    if dataset.crs is None:
        faults.append(
            Fault(
                "the raster states no CRS",
                file=label,
                expected="a CRS in the file",
                got="none",
                cure="write it into the file, e.g. gdal_edit.py -a_srs EPSG:4326 FILE",
            )
        )
    if dataset.transform.is_identity or dataset.transform.determinant == 0:
        faults.append(
            Fault(
                "the raster is not georeferenced",
                file=label,
                expected="an origin and a cell size",
                got="none",
                cure="use the georeferenced original, or write them with gdal_edit.py -a_ullr",
            )
        )
    if not 1 <= band <= dataset.count:
        faults.append(
            Fault(
                "the raster has no such band",
                file=label,
                expected=f"band 1 to {dataset.count}",
                got=f"band {band}",
                cure="change band in habitat.layers",
            )
        )
        return faults
    if np.issubdtype(np.dtype(dataset.dtypes[band - 1]), np.complexfloating):
        faults.append(
            Fault(
                "the band holds complex numbers",
                file=label,
                expected="whole or real numbers",
                got=dataset.dtypes[band - 1],
                cure="convert it, e.g. gdal_translate -ot Float32",
            )
        )
    flags = set(dataset.mask_flag_enums[band - 1])
    if (
        nodata is None
        and MaskFlags.nodata not in flags
        and flags
        & {
            MaskFlags.per_dataset,
            MaskFlags.alpha,
        }
    ):
        faults.append(
            Fault(
                "the raster marks missing data by a mask or alpha band",
                file=label,
                expected="a nodata value",
                got=", ".join(sorted(flag.name for flag in flags)),
                cure="burn it in, e.g. gdalwarp -dstnodata 255 IN OUT, or set nodata in "
                "habitat.layers",
            )
        )
    return faults


def _source_cells_per_cell(dataset: Any, grid: Grid) -> float | None:
    """Return how many source cells lie along a grid cell's edge, None: no overlap."""
    west, south, east, north = grid.bounds
    x, y = np.meshgrid(np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES))
    col, row = _source_index(dataset, grid, x, y)
    inside = (col >= 0) & (col <= dataset.width) & (row >= 0) & (row <= dataset.height)
    if not inside.any():
        return None
    x, y = x[inside], y[inside]
    col, row = col[inside], row[inside]
    counts = []
    for d_x, d_y in ((grid.cell_m, 0.0), (0.0, grid.cell_m)):
        next_col, next_row = _source_index(dataset, grid, x + d_x, y + d_y)
        counts.append(np.hypot(next_col - col, next_row - row))
    # The median: a cell that crosses the antimeridian looks like a whole turn.
    return float(np.nanmedian(np.stack(counts)))


def _source_index(
    dataset: Any, grid: Grid, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    there = transformer(grid.crs, dataset.crs.to_wkt()).transform(x, y)
    there_x, there_y = (np.where(np.isfinite(axis), axis, np.nan) for axis in there)
    inverse = ~dataset.transform
    return (
        inverse.a * there_x + inverse.b * there_y + inverse.c,
        inverse.d * there_x + inverse.e * there_y + inverse.f,
    )


def _no_overlap(dataset: Any, grid: Grid, label: str) -> Fault:
    corners = np.array([[0, 0], [dataset.width, 0], [0, dataset.height],
                        [dataset.width, dataset.height]])  # fmt: skip
    to = dataset.transform
    x, y = (
        to.a * corners[:, 0] + to.b * corners[:, 1] + to.c,
        to.d * corners[:, 0] + to.e * corners[:, 1] + to.f,
    )
    lon, lat = transformer(dataset.crs.to_wkt(), GEOGRAPHIC).transform(x, y)
    west, south, east, north = grid.bounds
    own = transformer(grid.crs, GEOGRAPHIC).transform([west, east, west, east],
                                                      [south, south, north, north])  # fmt: skip
    return Fault(
        "the raster does not overlap the herd's habitat grid",
        file=label,
        expected=f"data around {_box(*own)}",
        got=_box(lon, lat),
        cure="use a raster of the herd's area, and check its CRS",
    )


def _box(lon: Any, lat: Any) -> str:
    lon, lat = np.asarray(lon), np.asarray(lat)
    return (
        f"longitude {np.min(lon):.2f} to {np.max(lon):.2f}, "
        f"latitude {np.min(lat):.2f} to {np.max(lat):.2f}"
    )


def _value_faults(
    values: npt.NDArray[np.float64],
    kind: str,
    coverage: float,
    min_coverage_frac: float,
    label: str,
) -> list[Fault]:
    faults = []
    if coverage < min_coverage_frac:
        faults.append(
            Fault(
                "the raster has data on too little of the herd's habitat grid",
                file=label,
                expected=f"at least {min_coverage_frac:.0%} of the grid",
                got=f"{coverage:.1%}",
                cure="use a raster of the whole area, or lower habitat.min_coverage_frac",
            )
        )
    if kind == "class":
        found = np.unique(values[np.isfinite(values)])
        broken = found[found != np.round(found)]
        if broken.size:
            faults.append(
                Fault(
                    "class codes must be whole numbers",
                    file=label,
                    expected="whole numbers",
                    got=", ".join(f"{value:g}" for value in broken[:5].tolist()),
                    cure="set kind: continuous, or use a raster of classes",
                )
            )
    return faults
