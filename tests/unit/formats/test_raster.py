"""Rasters that leave the pipeline."""

from __future__ import annotations

import tracemalloc

import numpy as np
import rasterio

from corridors.formats.raster import write_cog, write_surface
from corridors.foundation.grid import Surface, pack, unpack

CRS = "+proj=laea +lat_0=42.1 +lon_0=-109.8 +datum=WGS84 +units=m +no_defs +type=crs"


def surface(row, col, mass) -> Surface:
    key = pack(np.asarray(row), np.asarray(col))
    order = np.argsort(key)
    row, col = unpack(key[order])
    return Surface(CRS, 50.0, row, col, np.asarray(mass, float)[order])


def test_a_surface_of_several_strips_is_the_same_as_its_dense_array(tmp_path, rng):
    # A south-west to north-east line over more than two strips of 512 rows, off-centre.
    row = np.arange(-700, 601, 1)
    world = surface(row, row // 3 + 40, rng.uniform(0.1, 1.0, row.size))
    grid = write_surface(tmp_path / "sparse.tif", world, {"TITLE": "t"})
    dense = world.to_array(grid).astype(np.float32)
    dense[dense == 0] = np.nan
    with rasterio.open(tmp_path / "sparse.tif") as dataset:
        assert np.array_equal(dataset.read(1), dense, equal_nan=True)
        assert dataset.bounds == grid.bounds
        assert dataset.tags()["TITLE"] == "t"
        assert dataset.overviews(1)
        x, y = (row[7] // 3 + 40.5) * 50.0, (row[7] + 0.5) * 50.0
        assert next(dataset.sample([(x, y)]))[0] == np.float32(world.mass[7])


def test_cells_with_mass_zero_are_unknown(tmp_path):
    write_surface(tmp_path / "x.tif", surface([0, 1], [5, 5], [0.0, 1.0]))
    with rasterio.open(tmp_path / "x.tif") as dataset:
        assert np.array_equal(dataset.read(1), [[1.0], [np.nan]], equal_nan=True)


def test_the_same_surface_gives_the_same_bytes(tmp_path, rng):
    world = surface(np.arange(600), np.zeros(600, dtype=int), rng.uniform(0.1, 1.0, 600))
    for name in ("a.tif", "b.tif"):
        write_surface(tmp_path / name, world, {"B": "2", "A": "1"})
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_a_wide_bounding_box_is_never_held_in_memory(tmp_path):
    # Two cells 8,000 rows and columns apart: the array would take 256 MB.
    world = surface([0, 7999], [0, 7999], [0.5, 0.5])
    tracemalloc.start()
    write_surface(tmp_path / "x.tif", world)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6
    with rasterio.open(tmp_path / "x.tif") as dataset:
        assert dataset.shape == (8000, 8000)


def test_an_array_is_written_with_nan_as_nodata(tmp_path):
    world = surface([3, 4], [-2, 0], [1.0, 1.0])
    array = np.array([[1.0, 2.0, np.nan], [4.0, 5.0, 6.0]], dtype=np.float32)
    write_cog(tmp_path / "x.tif", array, world.grid)
    with rasterio.open(tmp_path / "x.tif") as dataset:
        assert np.isnan(dataset.nodata)
        assert dataset.bounds == (-100.0, 150.0, 50.0, 250.0)
        assert np.array_equal(dataset.read(1), array, equal_nan=True)
