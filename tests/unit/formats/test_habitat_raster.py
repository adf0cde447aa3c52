"""Rasters of users on the herd's grid: bands, series, elevation in strips, sizes."""

from __future__ import annotations

import tracemalloc
from datetime import date

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from corridors.formats.habitat_raster import read_onto_grid
from corridors.formats.habitat_series import read_bands, read_files
from corridors.formats.habitat_terrain import read_elevation_strips
from corridors.formats.raster_file import RasterFile
from corridors.foundation.crs import transformer
from corridors.foundation.errors import InputError
from corridors.foundation.grid import Grid
from corridors.habitat.series import reduce_series
from corridors.habitat.terrain import block_mean, derive

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"
GRID = Grid(CRS, 100.0, row_min=20, col_min=-7, n_rows=25, n_cols=40)
NORTH_WEST = Affine(100.0, 0, -700.0, 0, -100.0, 4500.0)
COMMON = {
    "nodata": None, "extremes_are_data": False, "max_source_cells": 1e9,
}  # fmt: skip


def write(path, bands, transform=NORTH_WEST, crs=CRS, nodata=None, names=()):
    bands = np.asarray(bands)
    bands = bands if bands.ndim == 3 else bands[None]
    with rasterio.open(
        path, "w", driver="GTiff", height=bands.shape[1], width=bands.shape[2],
        count=len(bands), dtype=bands.dtype, crs=crs, transform=transform, nodata=nodata,
    ) as dataset:  # fmt: skip
        dataset.write(bands)
        for number, name in enumerate(names, start=1):
            dataset.set_band_description(number, name)
    return path


def read(path, grid=GRID, **options):
    return read_onto_grid(
        path, grid, label="x.tif",
        **({"band": None, "kind": "continuous", "min_coverage_frac": 0.5} | COMMON | options),
    )  # fmt: skip


def test_a_sheared_raster_lands_where_it_belongs(tmp_path):
    # Rows lean to the east by 0.4 cells each; the value is x in kilometres.
    transform = Affine(40.0, 16.0, -2500.0, 3.0, -40.0, 4700.0)
    rows, cols = np.mgrid[:90, :150] + 0.5
    x = transform.a * cols + transform.b * rows + transform.c
    write(tmp_path / "x.tif", (x / 1000.0).astype(np.float32), transform)
    found = read(tmp_path / "x.tif")
    expected = np.tile(GRID.centres()[0] / 1000.0, (25, 1))
    known = np.isfinite(found.values)
    assert known.mean() > 0.9
    assert found.values[known] == pytest.approx(expected[known], abs=0.05)


def test_the_share_inside_the_frame_and_the_share_with_data_are_told_apart(tmp_path):
    values = np.ones((25, 40), dtype=np.float32)
    values[:, :10] = np.nan
    found = read(write(tmp_path / "x.tif", values[:, :30]), min_coverage_frac=0.4)
    assert found.facts["overlap_frac"] == pytest.approx(0.75, abs=0.02)
    assert found.facts["coverage_frac"] == pytest.approx(0.5, abs=0.02)


def test_a_gigantic_raster_is_read_only_under_the_grid(tmp_path):
    write(tmp_path / "small.tif", np.arange(16, dtype=np.float32).reshape(4, 4))
    # A million cells of 1 m each way; the grid lies under 2,500 by 4,000 of them.
    (tmp_path / "x.vrt").write_text(
        f'<VRTDataset rasterXSize="1000000" rasterYSize="1000000"><SRS>{CRS}</SRS>'
        "<GeoTransform>-500000, 1, 0, 500000, 0, -1</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename '
        'relativeToVRT="1">small.tif</SourceFilename><SourceBand>1</SourceBand>'
        '<SrcRect xOff="0" yOff="0" xSize="4" ySize="4"/>'
        '<DstRect xOff="0" yOff="0" xSize="1000000" ySize="1000000"/>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    tracemalloc.start()
    found = read(RasterFile(tmp_path / "x.vrt", is_vrt=True))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6
    # The grid lies on both sides of x = 0, in the upper of the two rows that meet at y = 0.
    assert set(np.unique(found.values).round(6)) <= {5.0, 6.0}
    assert found.values[0, 0] == 5.0
    assert found.values[0, -1] == 6.0
    with pytest.raises(InputError, match="too many cells"):
        read(RasterFile(tmp_path / "x.vrt", is_vrt=True), max_source_cells=5e6)


@pytest.mark.parametrize(
    ("dtype", "extreme"),
    [("uint8", 255), ("int16", -32768), ("uint16", 65535), ("int32", 2**31 - 1),
     ("float32", -3.4028235e38)],
)  # fmt: skip
def test_one_cell_with_the_end_of_its_type_is_found_even_where_means_are_taken(
    tmp_path, dtype, extreme
):
    values = np.full((250, 400), 7, dtype=dtype)
    values[31, 44] = extreme
    path = write(tmp_path / "x.tif", values, Affine(10.0, 0, -700.0, 0, -10.0, 4500.0))
    with pytest.raises(InputError, match="extreme of their data type") as caught:
        read(path)
    assert caught.value.faults[0].got.endswith("in 1 cells")
    assert np.nanmin(read(path, nodata=float(np.array(extreme, dtype))).values) == 7.0
    assert read(path, extremes_are_data=True).facts["coverage_frac"] == 1.0


def test_a_nodata_value_that_the_file_states_but_cannot_hold_is_no_value(tmp_path):
    write(tmp_path / "x.tif", np.full((25, 40), 3, dtype=np.uint8))
    vrt = tmp_path / "x.vrt"
    vrt.write_text(
        f'<VRTDataset rasterXSize="40" rasterYSize="25"><SRS>{CRS}</SRS>'
        "<GeoTransform>-700, 100, 0, 4500, 0, -100</GeoTransform>"
        '<VRTRasterBand dataType="Byte" band="1"><NoDataValue>-9999</NoDataValue><SimpleSource>'
        '<SourceFilename relativeToVRT="1">x.tif</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    found = read(RasterFile(vrt, is_vrt=True))
    assert (found.values == 3.0).all()
    assert found.facts["nodata_policy"] == "all_data"


def series(tmp_path, names, **options):
    bands = np.stack([np.full((25, 40), 10.0 * (k + 1), np.float32) for k in range(len(names))])
    bands[1, 0, 0] = np.nan
    path = write(tmp_path / "s.tif", bands, names=names)
    facts: dict = {}
    options = {
        "date_format": "%Y%j", "dates": None, "months": range(1, 13), "label": "s.tif",
    } | COMMON | options  # fmt: skip
    found = list(read_bands(path, GRID, facts=facts, **options))
    return found, facts


def test_bands_come_in_order_of_date_and_only_of_the_months_that_count(tmp_path):
    # Days 200, 150 and 10 of the year: 19 July, 30 May and 10 January.
    found, facts = series(tmp_path, ["2005200", "2005150", "2006010"], months=(5, 6, 7))
    assert [day for day, _ in found] == [date(2005, 5, 30), date(2005, 7, 19)]
    assert [float(values[3, 3]) for _, values in found] == [20.0, 10.0]
    assert facts["resampling"] == "bilinear"
    mean, _ = reduce_series(found, statistic="mean")
    assert (mean[3, 3], mean[0, 0]) == (15.0, 10.0)  # a missing value leaves the other


def test_files_of_one_date_each_are_a_series(tmp_path):
    files = {
        date(2020, 3, 1): (write(tmp_path / "b.tif", np.full((25, 40), 4.0)), "b.tif"),
        date(2020, 1, 1): (write(tmp_path / "a.tif", np.full((25, 40), 1.0)), "a.tif"),
    }
    found = list(read_files(files, GRID, band=None, months=range(1, 13), facts={}, **COMMON))
    assert [(day, float(values[0, 0])) for day, values in found] == [
        (date(2020, 1, 1), 1.0), (date(2020, 3, 1), 4.0),
    ]  # fmt: skip
    assert reduce_series(found, statistic="sd")[0][0, 0] == 1.5
    assert reduce_series(found, statistic="max")[0][0, 0] == 4.0


def test_statistics_of_large_values_do_not_cancel():
    days = [(date(2020, 1, day), np.array([1e9 + day])) for day in range(1, 11)]
    sd, _ = reduce_series(days, statistic="sd")
    assert sd[0] == pytest.approx(np.std(np.arange(1, 11)), rel=1e-6)


@pytest.mark.parametrize("fine_m", [100.0, 25.0])
def test_slopes_of_a_tilted_plane_in_longitude_and_latitude_are_exact(tmp_path, fine_m):
    # A plane in metres on the ground, sampled on a raster of degrees.
    degrees = fine_m / 111_195.0
    n = round(9000 / fine_m)
    transform = Affine(degrees * 1.34, 0, -109.86, 0, -degrees, 42.165)
    rows, cols = np.mgrid[:n, :n] + 0.5
    lon = transform.a * cols + transform.c
    lat = transform.e * rows + transform.f
    x, y = transformer("EPSG:4326", CRS).transform(lon, lat)
    write(tmp_path / "x.tif", (1500 + 0.3 * x - 0.4 * y).astype(np.float32), transform, "EPSG:4326")
    grid = Grid(CRS, 100.0, row_min=5, col_min=-7, n_rows=25, n_cols=40)
    facts: dict = {}
    seen = np.full(grid.shape, np.nan)
    north = np.full(grid.shape, np.nan)
    for rows_, k, cell_m, elevation in read_elevation_strips(
        tmp_path / "x.tif", grid, band=None, label="x.tif", facts=facts, **COMMON
    ):
        assert elevation.shape[1] == 40 * k + 2
        seen[rows_] = block_mean(derive(elevation, "slope_deg", cell_m=cell_m), k)
        north[rows_] = block_mean(derive(elevation, "northness", cell_m=cell_m), k)
    assert facts["slope_cell_m"] == pytest.approx(fine_m, rel=0.3)
    assert np.nanmedian(seen) == pytest.approx(np.degrees(np.arctan(0.5)), abs=0.2)
    assert np.nanmax(np.abs(seen - np.degrees(np.arctan(0.5)))) < 1.5
    assert np.nanmedian(north) == pytest.approx(0.4 / np.sqrt(1.25), abs=0.005)


def test_strips_are_as_good_as_one_piece(tmp_path, monkeypatch, rng):
    heights = rng.normal(1000, 50, (250, 400)).astype(np.float32)
    path = write(tmp_path / "x.tif", heights, Affine(10.0, 0, -700.0, 0, -10.0, 4500.0))

    def slopes():
        out = np.full(GRID.shape, np.nan)
        for rows, n, cell_m, elevation in read_elevation_strips(
            path, GRID, band=None, label="x.tif", facts={}, **COMMON
        ):
            out[rows] = block_mean(derive(elevation, "slope_deg", cell_m=cell_m), n)
        return out

    whole = slopes()
    monkeypatch.setattr("corridors.formats.habitat_terrain._CELLS_AT_ONCE", 12_000)
    assert slopes() == pytest.approx(whole, nan_ok=True, abs=1e-9)
    assert np.isfinite(whole).mean() > 0.8
