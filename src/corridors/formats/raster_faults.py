"""What can be wrong with a user's raster, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasterio.enums import MaskFlags

from corridors.formats.raster_file import extent, has_degrees
from corridors.foundation.arrays import Flags, Floats, Values
from corridors.foundation.crs import GEOGRAPHIC, transformer
from corridors.foundation.errors import Fault
from corridors.foundation.grid import Grid

# No measured quantity is as large; the lowest float32 is a common mark of missing data.
_LARGEST_FLOAT = 1e30
# Numbers by which known products mark missing data, also where a file has lost that remark.
_MARKS = {
    -3000.0: "MODIS vegetation indices",
    -28672.0: "MODIS",
    -32768.0: "SRTM elevations",
    -9999.0: "CHIRPS, WorldClim, ASCII grids",
    -99999.0: "elevations",
    -1000.0: "NOAA vegetation indices",
}


def place_faults(dataset: Any, label: str) -> list[Fault]:
    """Return what keeps a dataset from being placed on the Earth."""
    faults = []
    if dataset.crs is None:
        faults.append(
            Fault(
                "the raster states no CRS",
                file=label,
                expected="a CRS in the file",
                got="none",
                cure="set crs of this layer in habitat.layers, e.g. crs: EPSG:4326",
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
    if not faults and dataset.crs.is_geographic and not has_degrees(dataset):
        west, south, east, north = extent(dataset)
        faults.append(
            Fault(
                "the raster has coordinates that are no degrees",
                file=label,
                expected="longitudes from -180 to 360 and latitudes from -90 to 90",
                got=f"x from {west:g} to {east:g}, y from {south:g} to {north:g}",
                cure="set crs of this layer to the projected CRS that they are in",
            )
        )
    return faults


def two_least(values: Values, before: list[float]) -> list[float]:
    """Return the two smallest different numbers of values and of those before.

    Examples
    --------
    >>> two_least(np.array([[5, -3000], [7, -3000]]), [-200.0])
    [-3000.0, -200.0]
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return before
    least = finite.min()
    above = finite[finite > least]
    found = {float(least), *before}
    if above.size:
        found.add(float(above.min()))
    return sorted(found)[:2]


def likely_nodata(least: list[float]) -> str:
    """Return the smallest number and whose mark of missing data it is, "" if of none.

    A mark stands apart: the next number is far from it.

    Examples
    --------
    >>> likely_nodata([-3000.0, -2000.0])
    '-3000 (MODIS vegetation indices)'
    >>> likely_nodata([-3000.0, -2999.0])
    ''
    """
    if len(least) < 2 or least[0] not in _MARKS:
        return ""
    is_apart = least[1] - least[0] >= abs(least[0]) / 5
    return f"{least[0]:g} ({_MARKS[least[0]]})" if is_apart else ""


def which_band(dataset: Any, band: int | None, label: str) -> list[Fault]:
    """Return what is wrong with a configured band, None: the raster must have only one."""
    if band is None and dataset.count > 1:
        return [
            Fault(
                "the raster has several bands",
                file=label,
                expected="band, or date_format or dates of a series, in habitat.layers",
                got=f"{dataset.count} bands{_names(dataset)}",
                cure="say which one counts, e.g. band: 1",
            )
        ]
    if band is not None and not 1 <= band <= dataset.count:
        return [
            Fault(
                "the raster has no such band",
                file=label,
                expected=f"band 1 to {dataset.count}",
                got=f"band {band}",
                cure="change band in habitat.layers",
            )
        ]
    return []


def _names(dataset: Any) -> str:
    named = [name for name in dataset.descriptions if name]
    return f" ({', '.join(named[:3])}{', ...' if len(named) > 3 else ''})" if named else ""


def band_faults(
    dataset: Any, band: int, *, kind: str, nodata: float | None, label: str
) -> list[Fault]:
    """Return what keeps a band from being read as classes or numbers.

    Parameters
    ----------
    dataset
        An open rasterio dataset.
    band
        1-based; the dataset has it.
    kind
        ``class`` or ``continuous``.
    nodata
        Configured value without data.
    label
        The file as the user named it.
    """
    faults = []
    dtype = np.dtype(dataset.dtypes[band - 1])
    if np.issubdtype(dtype, np.complexfloating):
        faults.append(
            Fault(
                "the band holds complex numbers",
                file=label,
                expected="whole or real numbers",
                got=str(dtype),
                cure="convert it, e.g. gdal_translate -ot Float32",
            )
        )
    flags = set(dataset.mask_flag_enums[band - 1])
    masked = flags & {MaskFlags.per_dataset, MaskFlags.alpha}
    if nodata is None and MaskFlags.nodata not in flags and masked:
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
    if nodata is not None and not can_hold(dtype, nodata):
        low, high = limits(dtype)
        faults.append(
            Fault(
                "the nodata value cannot occur in the band",
                file=label,
                expected=f"a {dtype} number, {low:g} to {high:g}",
                got=f"nodata: {nodata:g}",
                cure="set nodata in habitat.layers to the value that marks missing data",
            )
        )
    scaling = dataset.scales[band - 1], dataset.offsets[band - 1]
    if kind == "class" and scaling != (1.0, 0.0):
        faults.append(
            Fault(
                "a raster of classes states a scale or an offset",
                file=label,
                expected="scale 1 and offset 0",
                got=f"scale {scaling[0]:g}, offset {scaling[1]:g}",
                cure="set kind: continuous, or take them out with gdal_edit.py -unsetscale "
                "-unsetoffset",
            )
        )
    return faults


def can_hold(dtype: np.dtype[Any], value: float) -> bool:
    """Return whether a band of ``dtype`` can hold ``value``.

    Examples
    --------
    >>> can_hold(np.dtype("uint8"), -9999.0), can_hold(np.dtype("int16"), -9999.0)
    (False, True)
    >>> can_hold(np.dtype("uint8"), 0.5), can_hold(np.dtype("float32"), float("nan"))
    (False, True)
    """
    if np.isnan(value) or np.issubdtype(dtype, np.floating):
        return bool(np.issubdtype(dtype, np.floating))
    low, high = limits(dtype)
    return low <= value <= high and value == round(value)


def limits(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Return the smallest and the largest number of ``dtype``."""
    if np.issubdtype(dtype, np.integer):
        whole = np.iinfo(dtype)
        return float(whole.min), float(whole.max)
    real = np.finfo(dtype)
    return float(real.min), float(real.max)


def is_extreme(values: Values) -> Flags:
    """Return which values are so extreme for their data type that they look like missing data.

    Examples
    --------
    >>> is_extreme(np.array([0, 254, 255], dtype="uint8"))
    array([False, False,  True])
    >>> is_extreme(np.array([-32768, 0], dtype="int16")).tolist()
    [True, False]
    """
    found: Flags
    if np.issubdtype(values.dtype, np.floating):
        found = np.isfinite(values) & (np.abs(values) >= _LARGEST_FLOAT)
        return found
    whole = np.iinfo(values.dtype)
    found = values == whole.max
    # The least unsigned number is 0, which counts as data.
    return found | (values == whole.min) if whole.min < 0 else found


def extreme_fault(n: int, value: float, label: str) -> Fault:
    """Return that cells hold the largest or smallest number of their data type."""
    return Fault(
        "cells hold the extreme of their data type: missing data, or an overflow",
        file=label,
        expected="numbers that were measured",
        got=f"{value:g} in {n} cells",
        cure=f"set nodata: {value:g} in habitat.layers if it marks missing data; else convert the "
        "original to a wider type, or set extremes_are_data: true",
    )


def too_many_cells(n: float, most: float, label: str) -> Fault:
    """Return that the raster is too fine to be read."""
    return Fault(
        "the raster has too many cells under the herd's habitat grid",
        file=label,
        expected=f"at most {most:,.0f} (habitat.max_source_cells)",
        got=f"{n:,.0f}",
        cure="make a coarser one, e.g. gdalwarp -r average -tr 30 30 IN OUT, or raise the limit",
    )


def no_overlap(dataset: Any, grid: Grid, label: str) -> Fault:
    """Return that the raster lies elsewhere, with both places."""
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


def value_faults(values: Floats, *, kind: str, min_coverage_frac: float, label: str) -> list[Fault]:
    """Return what is wrong with warped values (ny, nx), NaN: no data."""
    faults = []
    coverage = float(np.isfinite(values).mean())
    if coverage < min_coverage_frac:
        faults.append(
            Fault(
                "the raster has data on too little of the herd's habitat grid",
                file=label,
                expected=f"at least {min_coverage_frac:.0%} of the grid",
                got=f"{coverage:.1%}" if coverage else "no data at all: only nodata or NaN",
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
