"""Cures of habitat rasters."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio import Affine

from corridors.formats.raster_file import RasterFile, opened
from worlds.cures.studies import Case, Study

BOX = [[-110.2, 42.8], [-109.8, 42.8], [-109.8, 43.2], [-110.2, 43.2], [-110.2, 42.8]]
RANGES = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"season": season},
                "geometry": {"type": "Polygon", "coordinates": [BOX]},
            }
            for season in ("winter", "summer")
        ],
    }
)
DRAWN = {
    "path": "r.geojson",
    "season_column": "season",
    "author": "A",
    "date": date(2020, 1, 1),
    "confidence": "low",
}
PLACE = Affine(0.02, 0, -110.6, 0, -0.02, 43.6)
CODES = np.random.default_rng(1).integers(1, 3, (60, 60)).astype("int16")
COVER = {"name": "c", "path": "c.tif", "kind": "class", "resistance": {1: 1.0, 2: 5.0}}
NUMBERS = {"name": "n", "path": "c.tif", "kind": "continuous", "slope": 1.0}
SERIES = NUMBERS | {"date_format": "%Y-%m-%d"}
DAYS = (date(2020, 5, 1), date(2020, 6, 1))
Write = Callable[[Path], object]


def raster(
    bands: Any = CODES,
    *,
    nodata: float | None = None,
    crs: str | None = "EPSG:4326",
    place: Affine | None = PLACE,
    names: tuple[str, ...] = (),
    edit: Callable[[Any], object] | None = None,
) -> Write:
    """Return what writes a GeoTIFF of one band or several, each ``names``, and edits it."""

    def write(path: Path) -> None:
        values = np.asarray(bands)
        values = values if values.ndim == 3 else values[None]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Dataset has no geotransform")
            with rasterio.open(
                path, "w", driver="GTiff", height=values.shape[1], width=values.shape[2],
                count=len(values), dtype=values.dtype, crs=crs, transform=place, nodata=nodata,
            ) as dataset:  # fmt: skip
                dataset.write(values)
                for number, name in enumerate(names, start=1):
                    dataset.set_band_description(number, name)
                if edit is not None:
                    edit(dataset)

    return write


def ground(*files: Write | bytes, habitat: Mapping[str, Any] | None = None, **layer: Any) -> Study:
    """Return a study of drawn ranges and one layer of habitat, from ``c.tif``, ``d.tif``, ..."""
    named = {f"{name}.tif": file for name, file in zip("cd", files, strict=False)}
    keys = {"cell_m": 2000.0} | dict(habitat or {})
    return Study(
        {"r.geojson": RANGES, **named},
        more={"habitat": keys | {"layers": [layer]}},
        own={"expert_ranges": DRAWN},
        is_checked=True,
    )


def read(name: str, *there: str, tiles: tuple[str, ...] = ()) -> Callable[[Path], object]:
    """Return how a raster of tiles is opened beside the files that are there."""

    def attempt(folder: Path) -> None:
        for each in there:
            raster()(folder / each)
        file = RasterFile(folder / name, tiles=tuple(folder / tile for tile in tiles))
        with opened(file, name) as dataset:
            assert dataset.count

    return attempt


def netcdf(*variables: str) -> Write:
    """Return what writes these variables into a netCDF file."""

    def write(path: Path) -> None:
        from scipy.io import netcdf_file

        with netcdf_file(path, "w") as file:
            for name, start, step in (("lat", 43.6, -0.02), ("lon", -110.6, 0.02)):
                file.createDimension(name, 60)
                axis = file.createVariable(name, "d", (name,))
                axis[:] = start + step * (np.arange(60) + 0.5)
                axis.units = {"lat": "degrees_north", "lon": "degrees_east"}[name]
            for name in variables:
                file.createVariable(name, "h", ("lat", "lon"))[:] = CODES

    return write


def masked(dataset: Any) -> None:
    """Give a raster a mask."""
    dataset.write_mask(CODES > 0)


def scaled(dataset: Any) -> None:
    """Give a raster a scale."""
    dataset.scales = (0.5,)


TWO = np.stack([CODES, CODES])
HERE = TWO.astype("float32")
HALF = np.where(np.arange(60) < 24, CODES, -9).astype("int16")
WEST, EAST = raster(CODES[:, :30]), raster(CODES[:, 30:], place=PLACE @ Affine.translation(30, 0))
TILED = COVER | {"tiles": ["d.tif"]}
UTM = "EPSG:32612"
IN_UTM = Affine(2000, 0, 540_000, 0, -2000, 4_830_000)
CASES: tuple[Case, ...] = (
    # where it is
    Case(
        "formats/raster_faults.py: set crs of this layer in habitat.layers, e.g. crs: EPSG:4326",
        ground(raster(crs=None), **COVER),
        (ground(raster(crs=None), **COVER, crs="EPSG:4326"),),
    ),
    Case(
        "formats/raster_faults.py: use the georeferenced original, or write them with gdal_edit.py "
        "-a_ullr",
        ground(raster(place=None), **COVER),
        (ground(raster(), **COVER),),
    ),
    Case(
        "formats/raster_faults.py: set crs of this layer to the projected CRS that they are in",
        ground(raster(place=IN_UTM), **COVER),
        (ground(raster(place=IN_UTM), **COVER, crs=UTM),),
    ),
    Case(
        "formats/raster_faults.py: use a raster of the herd's area, and check its CRS",
        ground(raster(place=Affine.translation(60, 0) @ PLACE), **COVER),
        (ground(raster(), **COVER),),
    ),
    Case(
        "formats/raster_faults.py: use a raster of the whole area, or lower "
        "habitat.min_coverage_frac",
        ground(raster(HALF, nodata=-9), **COVER, habitat={"min_coverage_frac": 0.9}),
        (
            ground(raster(), **COVER, habitat={"min_coverage_frac": 0.9}),
            ground(raster(HALF, nodata=-9), **COVER, habitat={"min_coverage_frac": 0.01}),
        ),
    ),
    Case(
        "formats/raster_faults.py: make a coarser one, e.g. gdalwarp -r average -tr 30 30 IN OUT, "
        "or raise the limit",
        ground(raster(), **COVER, habitat={"max_source_cells": 100.0}),
        (
            ground(
                raster(CODES[::10, ::10], place=PLACE @ Affine.scale(10)),
                **COVER,
                habitat={"max_source_cells": 100.0},
            ),
            ground(raster(), **COVER, habitat={"max_source_cells": 1e6}),
        ),
    ),
    # which band
    Case(
        "formats/raster_faults.py: say which one counts, e.g. band: 1",
        ground(raster(TWO), **COVER),
        (ground(raster(TWO), **COVER, band=1),),
    ),
    Case(
        "formats/raster_faults.py: change band in habitat.layers",
        ground(raster(), **COVER, band=2),
        (ground(raster(), **COVER, band=1), ground(raster(TWO), **COVER, band=2)),
    ),
    # what it holds
    Case(
        "formats/raster_faults.py: convert it, e.g. gdal_translate -ot Float32",
        ground(raster(CODES.astype("complex64")), **NUMBERS),
        (ground(raster(CODES.astype("float32")), **NUMBERS),),
    ),
    Case(
        "formats/raster_faults.py: burn it in, e.g. gdalwarp -dstnodata 255 IN OUT, or set nodata "
        "in habitat.layers",
        ground(raster(edit=masked), **COVER),
        (ground(raster(nodata=255), **COVER), ground(raster(edit=masked), **COVER, nodata=255.0)),
    ),
    Case(
        "formats/raster_faults.py: set nodata in habitat.layers to the value that marks missing "
        "data",
        ground(raster(), **COVER, nodata=1e6),
        (ground(raster(), **COVER, nodata=-9.0),),
    ),
    Case(
        "formats/raster_faults.py: set kind: continuous, or take them out with gdal_edit.py "
        "-unsetscale -unsetoffset",
        ground(raster(edit=scaled), **COVER),
        (ground(raster(edit=scaled), **NUMBERS), ground(raster(), **COVER)),
    ),
    Case(
        "formats/raster_faults.py: set nodata: … in habitat.layers if it marks missing data; else "
        "convert the original to a wider type, or set extremes_are_data: true",
        ground(raster(extreme := np.where(CODES == 2, 32_767, CODES)), **NUMBERS),
        (
            ground(raster(extreme), **NUMBERS, nodata=32_767.0),
            ground(raster(extreme.astype("int32")), **NUMBERS),
            ground(raster(extreme), **NUMBERS, extremes_are_data=True),
        ),
    ),
    Case(
        "formats/raster_faults.py: set kind: continuous, or use a raster of classes",
        ground(raster(CODES + np.float32(0.5)), **COVER),
        (ground(raster(CODES + np.float32(0.5)), **NUMBERS), ground(raster(), **COVER)),
    ),
    # series
    Case(
        "formats/habitat_series.py: list the date of every band in habitat.layers: dates",
        ground(raster(HERE), **NUMBERS, dates=DAYS[:1]),
        (ground(raster(HERE), **NUMBERS, dates=DAYS),),
    ),
    Case(
        "formats/habitat_series.py: take the superfluous bands out of the file",
        ground(raster(HERE, names=("2020-05-01", "2020-05-01")), **SERIES),
        (ground(raster(HERE[:1], names=("2020-05-01",)), **SERIES),),
    ),
    Case(
        "formats/habitat_series.py: change date_format in habitat.layers, or list the dates of the "
        "bands",
        ground(raster(HERE, names=("2020122", "2020153")), **SERIES),
        (
            ground(raster(HERE, names=("2020122", "2020153")), **NUMBERS, date_format="%Y%j"),
            ground(raster(HERE, names=("2020122", "2020153")), **NUMBERS, dates=DAYS),
        ),
    ),
    Case(
        "formats/habitat_series.py: change months in habitat.layers",
        ground(raster(HERE), **NUMBERS, dates=DAYS, months=(11,)),
        (ground(raster(HERE), **NUMBERS, dates=DAYS, months=(5, 6)),),
    ),
    # files
    Case(
        "formats/raster_file.py: check that the file is complete",
        ground(b"II*\x00" + bytes(40), **COVER),
        (ground(raster(), **COVER),),
    ),
    Case(
        "formats/raster_file.py: correct crs in habitat.layers",
        ground(raster(crs=None), **COVER, crs="EPSG:999999"),
        (ground(raster(crs=None), **COVER, crs="EPSG:4326"),),
    ),
    Case(
        "formats/raster_file.py: remove crs of this layer; or set crs_overrules: true if the "
        "file's own is wrong",
        ground(raster(), **COVER, crs="EPSG:4258"),
        (
            ground(raster(), **COVER),
            ground(raster(), **COVER, crs="EPSG:4258", crs_overrules=True),
        ),
    ),
    Case(
        "formats/raster_file.py: say which one counts, e.g. variable: …",
        ground(netcdf("a", "b"), **COVER, crs="EPSG:4326"),
        (ground(netcdf("a", "b"), **COVER, crs="EPSG:4326", variable="a"),),
    ),
    Case(
        "formats/raster_file.py: correct variable in habitat.layers",
        ground(netcdf("a", "b"), **COVER, crs="EPSG:4326", variable="z"),
        (ground(netcdf("a", "b"), **COVER, crs="EPSG:4326", variable="b"),),
    ),
    Case(
        "formats/raster_file.py: remove variable",
        ground(raster(), **COVER, variable="z"),
        (ground(raster(), **COVER),),
    ),
    Case(
        "formats/raster_file.py: bring them into one form first (gdalwarp, or gdal_merge.py)",
        ground(WEST, raster(HERE[0, :, 30:], place=PLACE @ Affine.translation(30, 0)), **TILED),
        (ground(WEST, EAST, **TILED), ground(raster(), **COVER)),
    ),
    Case(
        "formats/raster_file.py: bring them into one lattice first (gdalwarp -tap)",
        ground(WEST, raster(CODES[:, 30:], place=PLACE @ Affine.translation(30.4, 0)), **TILED),
        (ground(WEST, EAST, **TILED),),
    ),
    Case(
        "formats/raster_file.py: check habitat.layers: path",
        read("c.tif"),
        (read("c.tif", "c.tif"),),
    ),
    Case(
        "formats/raster_file.py: check habitat.layers: tiles",
        read("c.tif", "c.tif", tiles=("d.tif",)),
        (read("c.tif", "c.tif", "d.tif", tiles=("d.tif",)),),
    ),
)
