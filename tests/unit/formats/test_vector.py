"""Layers of vector files: CRS, bounds, repairs."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, MultiPolygon, Polygon

from corridors.formats.repair import repair
from corridors.formats.vector import LINES, POLYGONS, degree_bounds, read_layer


def test_features_outside_the_bounds_are_not_read_whatever_the_layers_crs(tmp_path: Path) -> None:
    lines = gpd.GeoDataFrame(
        {"id": [1, 2]},
        geometry=[LineString([(7, 60), (7.1, 60)]), LineString([(9, 60), (9.1, 60)])],
        crs=4326,
    ).to_crs(25833)
    lines.to_file(tmp_path / "l.gpkg")
    lines.to_parquet(tmp_path / "l.parquet")
    for name in ("l.gpkg", "l.parquet"):
        layer = read_layer(
            tmp_path / name,
            name,
            layer=None,
            columns=["id"],
            crs=None,
            kinds=LINES,
            bounds=(6.5, 59.5, 8.0, 60.5),
        )
        assert layer.frame["id"].tolist() == [1]
        assert layer.frame.crs.to_epsg() == 4326


def test_a_declared_crs_serves_a_file_that_states_none(tmp_path: Path) -> None:
    path = tmp_path / "l.shp"
    gpd.GeoDataFrame({"id": [1]}, geometry=[LineString([(5e5, 0), (5e5, 1e3)])], crs=32631).to_file(
        path
    )
    path.with_suffix(".prj").unlink()
    layer = read_layer(
        path, "l.shp", layer=None, columns=[], crs="EPSG:32631", kinds=LINES, bounds=None
    )
    assert layer.frame.total_bounds[0] == pytest.approx(3.0, abs=1e-9)


def test_heights_are_dropped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "l.gpkg"
    gpd.GeoDataFrame(geometry=[LineString([(7, 60, 5), (7.1, 60, 9)])], crs=4326).to_file(path)
    layer = read_layer(path, "l", layer=None, columns=[], crs=None, kinds=LINES)
    assert not layer.frame.has_z.any()
    assert layer.notes["height_dropped"] == 1


def test_a_bow_tie_becomes_two_triangles_and_a_point_like_line_is_left_out() -> None:
    bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    mended, notes = repair(gpd.GeoDataFrame(geometry=[bow_tie], crs=4326), POLYGONS)
    assert isinstance(mended.geometry[0], MultiPolygon)
    assert mended.geometry[0].area == pytest.approx(2.0)
    assert notes == {"polygons_made_valid": 1}
    lines = gpd.GeoDataFrame(
        geometry=[LineString([(1, 1), (1, 1)]), LineString([(0, 0), (1, 0)])], crs=4326
    )
    mended, notes = repair(lines, LINES)
    assert len(mended) == 1
    assert notes == {"degenerate_left_out": 1}


def test_bounds_grow_by_kilometres_and_take_all_longitudes_across_the_antimeridian() -> None:
    west, south, east, north = degree_bounds(np.array([71.0]), np.array([60.0]), margin_km=111.195)
    assert (south, north) == (59.0, 61.0)
    assert (east - west) / 2 == pytest.approx(1 / np.cos(np.radians(61)), abs=2e-3)
    wide = degree_bounds(np.array([178.0, -178.0]), np.array([65.0, 66.0]), margin_km=50.0)
    assert (wide[0], wide[2]) == (-180.0, 180.0)
    assert degree_bounds(np.empty(0), np.empty(0), margin_km=50.0) is None


def test_the_schema_of_a_gml_file_is_not_fetched_from_the_server_that_it_names(
    tmp_path: Path,
) -> None:
    path = tmp_path / "roads.gml"
    calls = []

    def answer() -> None:
        # Ends with an error when the server is closed.
        with contextlib.suppress(OSError):
            while True:
                caller, _ = server.accept()
                calls.append(caller.recv(1_000))
                caller.sendall(b"HTTP/1.0 404 no\r\nContent-Length: 0\r\n\r\n")
                caller.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/wfs"
        query = "SERVICE=WFS&amp;VERSION=1.1.0&amp;REQUEST=DescribeFeatureType&amp;TYPENAME=ns:road"
        path.write_text(
            '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" xmlns:ns="http://ns" '
            'xmlns:gml="http://www.opengis.net/gml" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="http://ns {address}?{query}"><gml:featureMember>'
            '<ns:road gml:id="r1"><ns:line><gml:LineString srsName="EPSG:4326"><gml:posList>'
            "50 10 51 11</gml:posList></gml:LineString></ns:line></ns:road></gml:featureMember>"
            "</wfs:FeatureCollection>"
        )
        layer = read_layer(path, "roads.gml", layer=None, columns=(), crs=None, kinds=LINES)
    assert calls == []
    assert len(layer.frame) == 1
    assert "remarks_of_reader" not in layer.notes
