"""Fixes from points of vector files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio.raw
import pytest
from shapely import MultiPoint, Point

from corridors.formats.geopoints import read_points
from corridors.formats.track_columns import TrackMapping
from corridors.foundation.errors import InputError

MAPPING = TrackMapping(animal="who", time="when", time_zone="UTC", dop="dop")


def points(crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "who": ["a", "b"],
            "when": ["2020-01-01 00:00", "2020-01-02 00:00"],
            "dop": [1.5, None],
        },
        geometry=[Point(7.1, 60.2, 800.0), Point(7.3, 60.4, 900.0)],
        crs="EPSG:4326",
    )
    return frame.to_crs(crs)


@pytest.mark.parametrize("name", ["t.gpkg", "t.shp", "t.geojson", "t.fgb", "t.parquet"])
def test_every_vector_format_gives_the_same_fixes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    crs = "EPSG:4326" if name == "t.geojson" else "EPSG:32632"
    if name == "t.parquet":
        points(crs).to_parquet(path)
    else:
        points(crs).to_file(path)
    frame = read_points(path, name, MAPPING, layer=None, crs=None).frame.sort_values("animal")
    assert frame["animal"].tolist() == ["a", "b"]
    assert frame["lon"].tolist() == pytest.approx([7.1, 7.3], abs=1e-8)
    assert frame["lat"].tolist() == pytest.approx([60.2, 60.4], abs=1e-8)
    assert frame["dop"].iloc[0] == 1.5
    assert pd.isna(frame["dop"].iloc[1])


@pytest.mark.parametrize("zone", ["UTC", "Asia/Dushanbe"])
def test_times_that_know_their_zone_need_none_declared(tmp_path: Path, zone: str) -> None:
    frame = points()
    frame["when"] = pd.to_datetime(frame["when"]).dt.tz_localize("UTC").dt.tz_convert(zone)
    path = tmp_path / "t.parquet"
    frame.to_parquet(path)
    mapping = TrackMapping(animal="who", time="when")
    got = read_points(path, "t.parquet", mapping, layer=None, crs=None).frame
    assert got["time_utc"].iloc[0] == pd.Timestamp("2020-01-01", tz="UTC")


def test_a_geopackage_with_local_times_is_read_and_what_gdal_remarks_is_noted(
    tmp_path: Path,
) -> None:
    frame = points()
    frame["when"] = pd.to_datetime(frame["when"]).dt.tz_localize("Asia/Dushanbe")
    path = tmp_path / "t.gpkg"
    frame.to_file(path)
    mapping = TrackMapping(animal="who", time="when")
    tracks = read_points(path, "t.gpkg", mapping, layer=None, crs=None)
    assert tracks.frame["time_utc"].iloc[0] == pd.Timestamp("2019-12-31 19:00", tz="UTC")
    assert str(tmp_path) not in str(tracks.notes)


def test_naive_times_need_a_declared_zone(tmp_path: Path) -> None:
    frame = points()
    frame["when"] = pd.to_datetime(frame["when"])
    path = tmp_path / "t.parquet"
    frame.to_parquet(path)
    with pytest.raises(InputError, match="time stamps without a time zone"):
        read_points(path, "t", TrackMapping(animal="who", time="when"), layer=None, crs=None)


@pytest.mark.parametrize("name", ["t.shp", "t.gpkg"])
def test_a_date_without_a_clock_is_no_midnight(tmp_path: Path, name: str) -> None:
    days = np.array(["2020-01-01", "2020-01-01"], dtype="datetime64[D]")
    pyogrio.raw.write(
        tmp_path / name,
        geometry=points().geometry.to_wkb().to_numpy(),
        field_data=[days, np.array(["a", "a"], dtype=object)],
        fields=["when", "who"],
        crs="EPSG:4326",
        geometry_type="Point Z",
    )
    mapping = TrackMapping(animal="who", time="when", time_zone="UTC")
    with pytest.raises(InputError, match="date without time of day"):
        read_points(tmp_path / name, name, mapping, layer=None, crs=None)


def test_seconds_of_a_number_field_are_read_by_their_form(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    points().assign(when=[1577836800, 1577840400]).to_file(path)
    with pytest.raises(InputError, match=r"time_format of this source: unix_s"):
        read_points(path, "t.gpkg", MAPPING, layer=None, crs=None)
    mapping = replace(MAPPING, time_format="unix_s")
    got = read_points(path, "t.gpkg", mapping, layer=None, crs=None).frame
    assert got["time_utc"].iloc[1] == pd.Timestamp("2020-01-01 01:00", tz="UTC")


def test_features_without_geometry_are_kept_without_position(tmp_path: Path) -> None:
    frame = points()
    frame.loc[1, "geometry"] = None
    path = tmp_path / "t.gpkg"
    frame.to_file(path)
    got = read_points(path, "t.gpkg", MAPPING, layer=None, crs=None).frame
    assert got["lon"].isna().tolist() == [False, True]


def test_whole_number_ids_do_not_become_decimals(tmp_path: Path) -> None:
    frame = points().assign(who=[3358.0, 3361.0])
    path = tmp_path / "t.gpkg"
    frame.to_file(path)
    got = read_points(path, "t.gpkg", MAPPING, layer=None, crs=None).frame
    assert got["animal"].tolist() == ["3358", "3361"]


def test_several_points_in_one_feature_are_refused(tmp_path: Path) -> None:
    frame = points().set_geometry([MultiPoint([(1, 2), (3, 4)]), MultiPoint([(1, 2)])], crs=4326)
    path = tmp_path / "t.gpkg"
    frame.to_file(path)
    with pytest.raises(InputError, match="several points in one feature"):
        read_points(path, "t.gpkg", MAPPING, layer=None, crs=None)
