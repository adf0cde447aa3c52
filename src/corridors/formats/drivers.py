"""The raster drivers of GDAL that are used: each reads files of this machine and nothing else."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import DatasetReader
from rasterio.windows import Window

# Not among them: services (WMS, WCS, STAC ...) and headers that name any other data set (ERS, MRF).
RASTER_DRIVERS = (
    "GTiff", "COG", "VRT", "HFA", "netCDF", "HDF5", "HDF5Image", "HDF4", "HDF4Image", "GRIB",
    "GPKG", "AAIGrid", "GRASSASCIIGrid", "AIG", "EHdr", "ENVI", "SAGA", "RST", "RRASTER", "GSAG",
    "GSBG", "GS7BG", "PCRaster", "NWT_GRD", "BT", "SRTMHGT", "USGSDEM", "DTED", "XYZ", "KEA",
    "JP2OpenJPEG", "PNG", "JPEG", "BMP", "GIF", "WEBP",
)  # fmt: skip
_OF_TEXT = ("AAIGrid", "GRASSASCIIGrid", "ISG")
# Those that read what is in the file itself.
OF_OWN_DATA = tuple(driver for driver in RASTER_DRIVERS if driver != "VRT")


@contextmanager
def open_raster(path: Path | str, drivers: Sequence[str] = RASTER_DRIVERS) -> Iterator[Any]:
    """Open a raster of this machine and yield its rasterio dataset.

    Parameters
    ----------
    path
        The file, the folder of an ESRI grid, or GDAL's name of a variable in a file.
    drivers
        Those that may open it.

    Raises
    ------
    rasterio.errors.RasterioIOError
        None of ``drivers`` reads it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with (
            rasterio.Env(),
            DatasetReader(path, driver=list(drivers), sharing=False) as dataset,
        ):
            if dataset.driver in _OF_TEXT:
                _read_through(dataset)
            yield dataset


def _read_through(dataset: Any) -> None:
    """Read a grid of text from its first row to its last.

    GDAL finds a row by those before it, and searches without end for one that is not there.
    """
    for row in range(dataset.height):
        dataset.read(1, window=Window(0, row, dataset.width, 1), out_shape=(1, 1))
