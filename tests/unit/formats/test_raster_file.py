"""Rasters as climate services and GIS programs hand them over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from corridors.formats.habitat_raster import read_onto_grid
from corridors.formats.raster_file import RasterFile, opened
from corridors.foundation.errors import InputError
from corridors.foundation.grid import Grid

# 20 x 20 cells of 1 km around 7.5 E 60 N.
GRID = Grid("+proj=laea +lat_0=60 +lon_0=7.5 +datum=WGS84", 1000.0, -10, -10, 20, 20)


def write(path: Path, values: Any, *, west: float = 7.0, crs: str | None = "EPSG:4326") -> Path:
    """Write cells of 0.1 degree from 60.5 N down."""
    values = np.asarray(values)
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype=values.dtype, crs=crs, transform=Affine(0.1, 0, west, 0, -0.1, 60.5),
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
    return path


def read(file: RasterFile | Path, **how: Any) -> Any:
    """Return a raster on the grid."""
    common = {"band": None, "kind": "continuous", "nodata": None, "extremes_are_data": False}
    return read_onto_grid(
        file, GRID, min_coverage_frac=0.5, max_source_cells=1e9, label="x", **(common | how)
    )


def ramp(columns: int = 10) -> Any:
    """Return values that grow eastward."""
    return np.tile(np.arange(columns, dtype="int16"), (10, 1))


def test_a_raster_without_crs_is_read_with_a_stated_one(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", ramp(), crs=None)
    with pytest.raises(InputError, match="set crs of this layer"):
        read(path)
    own = read(write(tmp_path / "y.tif", ramp())).values
    assert np.array_equal(read(RasterFile(path, crs="EPSG:4326")).values, own, equal_nan=True)


def test_another_crs_than_the_files_own_needs_to_be_said(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", ramp())
    with pytest.raises(InputError, match="crs_overrules: true"):
        read(RasterFile(path, crs="EPSG:4258"))
    assert read(RasterFile(path, crs="EPSG:4258", crs_overrules=True)).facts["crs"] == "EPSG:4258"


def test_longitudes_from_0_to_360_are_found(tmp_path: Path) -> None:
    grid = Grid("+proj=laea +lat_0=60 +lon_0=-110.5 +datum=WGS84", 1000.0, -10, -10, 20, 20)
    values = np.tile(np.arange(3600, dtype="float32"), (10, 1))
    path = write(tmp_path / "x.tif", values, west=0.0)
    found = read_onto_grid(
        path, grid, band=None, kind="continuous", nodata=None, extremes_are_data=False,
        min_coverage_frac=0.5, max_source_cells=1e9, label="x",
    ).values  # fmt: skip
    assert np.nanmedian(found) == pytest.approx(2494.5, abs=0.6)


def test_tiles_side_by_side_are_one_layer(tmp_path: Path) -> None:
    whole = read(write(tmp_path / "w.tif", ramp())).values
    east = write(tmp_path / "e.tif", ramp()[:, 5:], west=7.5)
    west = write(tmp_path / "a.tif", ramp()[:, :5])
    for first, second in ((west, east), (east, west)):
        found = read(RasterFile(first, tiles=(second,))).values
        assert np.array_equal(found, whole, equal_nan=True)


def test_tiles_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    first = write(tmp_path / "a.tif", ramp()[:, :5])
    shifted = write(tmp_path / "s.tif", ramp()[:, 5:], west=7.53)
    with pytest.raises(InputError, match="one lattice"):
        read(RasterFile(first, tiles=(shifted,)))
    other = write(tmp_path / "o.tif", ramp()[:, 5:].astype("float32"), west=7.5)
    with pytest.raises(InputError, match="do not fit together"):
        read(RasterFile(first, tiles=(other,)))


@pytest.mark.parametrize(("mark", "is_said"), [(-3000, True), (-9999, True), (-7, False)])
def test_a_forgotten_mark_of_missing_data_is_said(tmp_path: Path, mark: int, is_said: bool) -> None:
    values = ramp() + 100
    values[4, 4] = mark
    facts = read(write(tmp_path / "x.tif", values)).facts
    assert ("suspected_nodata" in facts) is is_said
    assert "suspected_nodata" not in read(tmp_path / "x.tif", nodata=float(mark)).facts


def vrt(source: str) -> str:
    """Return a GDAL VRT of one file."""
    return (
        '<VRTDataset rasterXSize="10" rasterYSize="10"><SRS>EPSG:4326</SRS><GeoTransform>7, 0.1, 0,'
        ' 60.5, 0, -0.1</GeoTransform><VRTRasterBand dataType="Int16" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{source}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )


@pytest.mark.parametrize("name", ["x.vrt", "x.tif"])
def test_a_vrt_is_followed_only_if_it_is_said_and_only_beside_it(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    write(folder / "real.tif", ramp())
    write(tmp_path / "outside.tif", ramp())
    path = folder / name
    path.write_text(vrt("real.tif"), encoding="utf-8")
    with pytest.raises(InputError, match="format: vrt"):
        read(path)
    assert np.isfinite(read(RasterFile(path, is_vrt=True)).values).all()
    path.write_text(vrt("../outside.tif"), encoding="utf-8")
    with pytest.raises(InputError, match="outside its folder"):
        read(RasterFile(path, is_vrt=True))


def test_a_description_of_a_server_is_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    path.write_text("<GDAL_WMS><Service name='TMS'><ServerUrl>http://127.0.0.1:9/</ServerUrl>")
    with pytest.raises(InputError, match="web service"), opened(path, "x"):
        pass
