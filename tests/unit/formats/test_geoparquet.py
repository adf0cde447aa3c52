"""GeoParquet files and folders of tiles: what lies near a herd, and nothing else, is read."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandera.pandas as pandera
import pyarrow.parquet as pq
import pytest
from shapely import LineString, Point

from corridors.formats import geoparquet, parquet
from corridors.formats.geoparquet import open_geoparquet, write_tiles
from corridors.formats.vector import LINES, read_layer
from corridors.foundation.errors import InputError


@pytest.fixture(scope="module")
def continent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a GeoPackage of 20,000 short lines over forty degrees, in no order."""
    rng = np.random.default_rng(8)
    at = np.column_stack([rng.uniform(0, 39.9, 20_000), rng.uniform(30, 59.9, 20_000)])
    lines = [LineString([(x, y), (x + 0.01, y + 0.02)]) for x, y in at]
    frame = gpd.GeoDataFrame({"id": np.arange(20_000), "w": "ü"}, geometry=lines, crs=4326)
    path = tmp_path_factory.mktemp("layer") / "roads.gpkg"
    frame.to_file(path)
    return path


@pytest.fixture(scope="module")
def tiles(continent: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiles")
    found = write_tiles(continent, "roads.gpkg", folder, layer=None, tile_deg=5.0)
    assert found == {"features": 20_000, "tiles": 48}
    return folder


BOX = (11.0, 41.0, 12.0, 42.5)


def test_a_box_of_tiles_holds_what_a_box_of_the_layer_does(continent: Path, tiles: Path) -> None:
    wanted = {"columns": ["id"], "layer": None, "crs": None, "kinds": LINES, "bounds": BOX}
    whole = read_layer(continent, "roads.gpkg", **wanted).frame
    cut = read_layer(tiles, "tiles", **wanted).frame.sort_values("source_row")
    assert len(whole) > 20
    assert cut["id"].tolist() == whole.sort_values("source_row")["id"].tolist()
    # Rows are those of the layer, so that a message points at the right feature.
    assert (cut["source_row"] == cut["id"] + 1).all()
    assert (
        cut.geometry.reset_index(drop=True)
        .geom_equals(whole.sort_values("source_row").geometry.reset_index(drop=True))
        .all()
    )


def test_tiles_far_away_are_not_read(tiles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    read = gpd.read_parquet

    def counted(file: Path, **options: object) -> gpd.GeoDataFrame:
        opened.append(file.name)
        return read(file, **options)

    monkeypatch.setattr(geoparquet.gpd, "read_parquet", counted)
    open_geoparquet(tiles, "tiles", BOX)
    # The first is read for the CRS and columns, the second holds the box.
    assert opened == ["lat+30_lon+0.parquet", "lat+40_lon+10.parquet"]


def test_within_a_tile_row_groups_are_small_areas(continent: Path, tmp_path: Path) -> None:
    write_tiles(continent, "roads.gpkg", tmp_path, layer=None, tile_deg=90.0)
    (file,) = tmp_path.iterdir()
    meta = pq.read_metadata(file)
    assert meta.num_row_groups == 5
    near = open_geoparquet(tmp_path, "t", BOX)
    assert len(near) < 100


def test_tiles_are_the_same_bytes_every_time(continent: Path, tiles: Path, tmp_path: Path) -> None:
    write_tiles(continent, "roads.gpkg", tmp_path, layer=None, tile_deg=5.0)
    assert sorted(f.name for f in tmp_path.iterdir()) == sorted(f.name for f in tiles.iterdir())
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (tiles / file.name).read_bytes()


def test_too_many_tiles_are_refused(continent: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too many tiles"):
        write_tiles(continent, "roads.gpkg", tmp_path, layer=None, tile_deg=0.5)
    assert not list(tmp_path.iterdir())


def test_a_layer_without_crs_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        gpd.GeoDataFrame({"a": [1]}, geometry=[Point(0, 0)]).to_file(path)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(InputError, match="states no CRS"):
        write_tiles(path, "x.gpkg", out, layer=None, tile_deg=5.0)


def test_tiles_of_different_crs_are_refused(tmp_path: Path) -> None:
    line = [LineString([(10, 50), (10.1, 50)])]
    gpd.GeoDataFrame({"a": [1]}, geometry=line, crs=4326).to_parquet(tmp_path / "a.parquet")
    utm = gpd.GeoDataFrame({"a": [1]}, geometry=line, crs=4326).to_crs(32632)
    utm.to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputError, match="differ in their CRS"):
        open_geoparquet(tmp_path, "folder", None)


def test_a_projected_file_with_boxes_is_read_by_its_own_coordinates(tmp_path: Path) -> None:
    lines = [LineString([(9 + i, 50), (9 + i, 50.1)]) for i in range(3)]
    frame = gpd.GeoDataFrame({"a": [1, 2, 3]}, geometry=lines, crs=4326).to_crs(32632)
    frame.to_parquet(tmp_path / "a.parquet", write_covering_bbox=True)
    near = open_geoparquet(tmp_path / "a.parquet", "a", (8.9, 49.9, 9.1, 50.2))
    assert near["a"].tolist() == [1]


def test_boxes_for_readers_that_skip_are_no_column_of_the_layer(tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame({"herd": ["a"]}, geometry=[Point(1.0, 2.0)], crs=4326)
    path, schema = tmp_path / "a.parquet", pandera.DataFrameSchema()
    parquet.write_with_boxes(layer, path, schema)
    assert "bbox" in pq.read_schema(path).names
    assert list(parquet.read_layer(path)) == ["herd", "geometry"]
