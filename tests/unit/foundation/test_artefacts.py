"""Artefacts in memory give back what they were made of."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from corridors.foundation.arrow import positions, times_us
from corridors.foundation.artefacts import FixTable, Layer, Raster, RawFiles, Table
from corridors.foundation.errors import InternalError
from corridors.foundation.grid import Grid, Surface

FRAME = pd.DataFrame({"animal": ["a", "b", "a"], "n": [1, 2, 3]}, index=[7, 8, 9])


def test_a_table_gives_all_rows_some_columns_or_some_rows_numbered_anew() -> None:
    table = Table.of(FRAME)
    assert table.read().to_dict("list") == {"animal": ["a", "b", "a"], "n": [1, 2, 3]}
    assert table.read(["n"]).columns.tolist() == ["n"]
    some = table.rows("animal", ["a"])
    assert some["n"].tolist() == [1, 3]
    assert some.index.tolist() == [0, 1]
    assert table.rows("animal", []).empty


def test_a_layer_keeps_its_geometry_and_crs() -> None:
    layer = Layer.of(gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(1, 2)], crs=4326))
    assert layer.read().crs == "EPSG:4326"
    assert layer.read(["geometry"]).geometry.iloc[0] == shapely.Point(1, 2)


def test_fixes_come_animal_by_animal_with_points_and_times_as_arrow_has_them() -> None:
    times = pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-01"], utc=True)
    fixes = gpd.GeoDataFrame(
        {"animal": ["a", "a", "b"], "time_utc": times.as_unit("us"), "n": [1, 2, 3]},
        geometry=[shapely.Point(10, 50), None, shapely.Point(11, 51)],
        crs=4326,
    )
    found = dict(FixTable.of(fixes).animals(["n", "time_utc", "geometry"]))
    assert list(found) == ["a", "b"]
    assert found["a"]["n"].to_pylist() == [1, 2]
    lon, lat = positions(found["a"]["geometry"])
    np.testing.assert_array_equal(lon, [10, np.nan])
    np.testing.assert_array_equal(lat, [50, np.nan])
    day_us = 86_400_000_000
    assert np.diff(times_us(found["a"]["time_utc"])).tolist() == [day_us]


def test_a_surface_read_as_a_raster_has_its_mass_in_its_cells_and_nan_elsewhere() -> None:
    row, col = np.array([4, 5], np.int32), np.array([7, 9], np.int32)
    surface = Surface("EPSG:32612", 50.0, row, col, np.array([0.25, 0.75]))
    values, grid = Raster.of_surface(surface).read("EPSG:32612")
    assert values.shape == (2, 3)
    assert values[0, 2] == 0.75  # the northern cell is in the first line
    assert values[1, 0] == 0.25
    assert np.isnan(values).sum() == 4
    assert (grid.row_min, grid.col_min) == (4, 7)


def test_an_array_read_as_a_raster_takes_the_working_crs() -> None:
    grid = Grid("EPSG:32612", 50.0, 0, 0, 1, 2)
    values, read = Raster.of(np.array([[1.0, np.nan]], np.float32), grid).read("EPSG:32642")
    assert values.dtype == np.float64
    assert read.crs == "EPSG:32642"


def test_a_raw_file_that_was_not_declared_cannot_be_reached() -> None:
    raw = RawFiles({"tracks.csv": Path("there") / "tracks.csv"})
    assert raw.of("tracks.csv").name == "tracks.csv"
    with pytest.raises(InternalError, match=r"did not declare: other\.csv"):
        raw.of("other.csv")
