"""A raster as GDAL has it, opened only if its format is known, with what its file does not say."""

from __future__ import annotations

import math
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCrs
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioIOError, WarpOperationError
from rasterio.io import MemoryFile
from rasterio.shutil import copy as rio_copy

from corridors.formats import vrt
from corridors.formats.drivers import OF_OWN_DATA, open_raster
from corridors.formats.signatures import head_of, pointer, points_elsewhere
from corridors.foundation.errors import Fault, InputError, MissingInputError

_SLACK_DEG = 1e-6
_LATTICE_SLACK = 0.01  # of a cell


@dataclass(frozen=True)
class RasterFile:
    """A raster of the configuration.

    Parameters
    ----------
    path
        The file, or the first of ``tiles``.
    variable
        Which variable of a netCDF or HDF file; None: it has one.
    crs, crs_overrules
        CRS where the file states none or one that cannot be, and whether it counts in any case.
    is_vrt
        The configuration says that it is a GDAL VRT.
    tiles
        More files of the same layer, beside each other.
    """

    path: Path
    variable: str | None = None
    crs: str | None = None
    crs_overrules: bool = False
    is_vrt: bool = False
    tiles: tuple[Path, ...] = ()


@contextmanager
def opened(raster: RasterFile | Path, label: str) -> Iterator[Any]:
    """Open a raster; what GDAL raises inside the ``with`` block becomes an ``InputError``.

    Parameters
    ----------
    raster
        What to open; a plain path has nothing stated.
    label
        The file as the user named it, for messages.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputError
        Not a raster of a known format; it points to other files; several variables and none named;
        another CRS than the one stated; tiles that do not fit together.
    """
    file = raster if isinstance(raster, RasterFile) else RasterFile(raster)
    if not file.path.exists():
        raise MissingInputError(
            Fault("a habitat raster is not there", file=label, cure="check habitat.layers: path")
        )
    try:
        with warnings.catch_warnings(), ExitStack() as stack:
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            # No file that a raster refers to is fetched from a server.
            stack.enter_context(rasterio.Env(CPL_VSIL_CURL_ALLOWED_EXTENSIONS=".none"))
            dataset = _open(file, label, stack)
            if file.tiles:
                dataset = _mosaic(file, dataset, label, stack)
            crs = _counting_crs(dataset, file, label)
            if crs is not None:
                dataset = _with_crs(dataset, crs, stack)
            yield dataset
    except (RasterioIOError, CRSError, WarpOperationError) as error:
        raise InputError(
            Fault(
                "the file cannot be read as a raster",
                file=label,
                expected="a raster that GDAL reads, e.g. GeoTIFF",
                got=str(error.__cause__ or error).replace(str(file.path), label),
                cure="check that the file is complete",
            )
        ) from None


def _open(file: RasterFile, label: str, stack: ExitStack) -> Any:
    what = pointer(head_of(file.path)) if file.path.is_file() else None
    if file.is_vrt:
        vrt.require_confined(file.path, label)
        return stack.enter_context(open_raster(file.path, ["VRT"]))
    if what is not None:
        raise InputError(points_elsewhere(label, what))
    dataset = stack.enter_context(open_raster(file.path, OF_OWN_DATA))
    return _variable(dataset, file, label, stack)


def _variable(dataset: Any, file: RasterFile, label: str, stack: ExitStack) -> Any:
    """Return the variable that is named, or the only one."""
    inside = {name.rsplit(":", 1)[-1].strip('"').lstrip("/"): name for name in dataset.subdatasets}
    if not inside or (dataset.count and file.variable is None):
        own = dataset.tags(1).get("NETCDF_VARNAME") if dataset.count else None
        if file.variable is not None and file.variable != own:
            raise InputError(
                Fault(
                    "the raster has no such variable",
                    file=label,
                    expected=own or "no variable: it is not a netCDF or HDF file with several",
                    got=f"variable: {file.variable}",
                    cure="correct variable in habitat.layers" if own else "remove variable",
                )
            )
        return dataset
    if file.variable is None and len(inside) > 1:
        raise InputError(
            Fault(
                "the raster has several variables",
                file=label,
                expected="variable in habitat.layers",
                got=", ".join(list(inside)[:12]),
                cure=f"say which one counts, e.g. variable: {next(iter(inside))}",
            )
        )
    chosen = file.variable if file.variable is not None else next(iter(inside))
    if chosen not in inside:
        raise InputError(
            Fault(
                "the raster has no such variable",
                file=label,
                expected=", ".join(list(inside)[:12]),
                got=f"variable: {chosen}",
                cure="correct variable in habitat.layers",
            )
        )
    return stack.enter_context(open_raster(inside[chosen], OF_OWN_DATA))


def _counting_crs(dataset: Any, file: RasterFile, label: str) -> str | None:
    """Return the stated CRS where it takes the place of the file's own, else None."""
    if file.crs is None:
        return None
    try:
        given = CRS.from_user_input(file.crs)
    except UnknownCrs:
        raise InputError(
            Fault(
                "unknown CRS",
                file=label,
                expected="an authority code such as EPSG:32642",
                got=file.crs,
                cure="correct crs in habitat.layers",
            )
        ) from None
    if dataset.crs is None:
        return file.crs
    own = CRS.from_wkt(dataset.crs.to_wkt())
    if own.equals(given, ignore_axis_order=True):
        return None
    if file.crs_overrules or (own.is_geographic and not has_degrees(dataset)):
        return file.crs
    raise InputError(
        Fault(
            "two different CRS",
            file=label,
            expected=f"the file's own: {own.name}",
            got=f"crs: {file.crs}",
            cure="remove crs of this layer; or set crs_overrules: true if the file's own is wrong",
        )
    )


def extent(dataset: Any) -> tuple[float, float, float, float]:
    """Return the least x and y and the greatest x and y of a dataset, sheared or not."""
    at = dataset.transform
    corners = [(c, r) for c in (0, dataset.width) for r in (0, dataset.height)]
    x = [at.a * c + at.b * r + at.c for c, r in corners]
    y = [at.d * c + at.e * r + at.f for c, r in corners]
    return min(x), min(y), max(x), max(y)


def has_degrees(dataset: Any) -> bool:
    """Return whether the corners of a dataset can be longitudes (to 360) and latitudes."""
    west, south, east, north = extent(dataset)
    return bool(
        max(abs(west), abs(east)) <= 360 + _SLACK_DEG + abs(dataset.transform.a)
        and max(abs(south), abs(north)) <= 90 + _SLACK_DEG + abs(dataset.transform.e)
    )


def _as_vrt(dataset: Any) -> ET.Element:
    with MemoryFile(ext=".vrt") as memory:
        rio_copy(dataset, memory.name, driver="VRT")
        return ET.fromstring(memory.read())  # noqa: S314 - GDAL has just written it


def _from_vrt(root: ET.Element, stack: ExitStack) -> Any:
    memory = stack.enter_context(MemoryFile(ET.tostring(root), ext=".vrt"))
    return stack.enter_context(memory.open(driver="VRT"))


def _with_crs(dataset: Any, crs: str, stack: ExitStack) -> Any:
    """Return the same raster with another CRS; nothing is copied."""
    root = _as_vrt(dataset)
    for old in root.findall("SRS"):
        root.remove(old)
    srs = ET.Element("SRS")
    srs.text = CRS.from_user_input(crs).to_wkt()
    root.insert(0, srs)
    return _from_vrt(root, stack)


def _mosaic(file: RasterFile, first: Any, label: str, stack: ExitStack) -> Any:
    """Return tiles of one lattice as one raster; nothing is copied."""
    parts = [first]
    for number, tile in enumerate(file.tiles, start=2):
        if not tile.exists():
            raise MissingInputError(
                Fault("a tile is not there", file=tile.name, cure="check habitat.layers: tiles")
            )
        part = _open(replace(file, path=tile, tiles=()), f"{label}, tile {number}", stack)
        if _lattice(part) != _lattice(first) or part.nodatavals != first.nodatavals:
            raise InputError(
                Fault(
                    "tiles of one layer do not fit together",
                    file=tile.name,
                    expected="CRS, cell size, bands, data type and nodata of the first tile",
                    cure="bring them into one form first (gdalwarp, or gdal_merge.py)",
                )
            )
        parts.append(part)
    offsets, size = _offsets(parts, label)
    root = _as_vrt(first)
    bands = root.findall("VRTRasterBand")
    for k, (part, (x, y)) in enumerate(zip(parts, offsets, strict=True)):
        own = bands if k == 0 else _as_vrt(part).findall("VRTRasterBand")
        for band, source in zip(bands, own, strict=True):
            for element in [s for s in source if s.tag.endswith("Source")]:
                target = element.find("DstRect")
                if target is not None:
                    target.set("xOff", str(x))
                    target.set("yOff", str(y))
                if k:
                    band.append(element)
    for band in bands:
        for name in ("blockXSize", "blockYSize"):
            band.attrib.pop(name, None)
    root.set("rasterXSize", str(size[0]))
    root.set("rasterYSize", str(size[1]))
    place = root.find("GeoTransform")
    if place is not None:
        at = first.transform
        west, north = at.c - offsets[0][0] * at.a, at.f - offsets[0][1] * at.e
        place.text = ", ".join(repr(float(v)) for v in (west, at.a, 0, north, 0, at.e))
    return _from_vrt(root, stack)


def _offsets(parts: Sequence[Any], label: str) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Return column and row of each tile in the mosaic, and the mosaic's size, cells."""
    at = parts[0].transform
    x = np.array([(part.transform.c - at.c) / at.a for part in parts])
    y = np.array([(part.transform.f - at.f) / at.e for part in parts])
    x, y = x - x.min(), y - y.min()
    if max(np.abs(x - np.round(x)).max(), np.abs(y - np.round(y)).max()) > _LATTICE_SLACK:
        raise InputError(
            Fault(
                "the cells of two tiles do not lie in one lattice",
                file=label,
                cure="bring them into one lattice first (gdalwarp -tap)",
            )
        )
    columns, rows = np.round(x).astype(int), np.round(y).astype(int)
    width = max(int(c) + part.width for c, part in zip(columns, parts, strict=True))
    height = max(int(r) + part.height for r, part in zip(rows, parts, strict=True))
    return [(int(c), int(r)) for c, r in zip(columns, rows, strict=True)], (width, height)


def _lattice(dataset: Any) -> tuple[Any, ...]:
    a, e = dataset.transform.a, dataset.transform.e
    crs = None if dataset.crs is None else dataset.crs.to_wkt()
    sheared = bool(dataset.transform.b or dataset.transform.d)
    size = (f"{a:.10g}", f"{e:.10g}") if math.isfinite(a) else (math.nan, math.nan)
    return crs, size, sheared, dataset.count, dataset.dtypes
