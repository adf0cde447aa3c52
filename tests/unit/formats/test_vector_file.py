"""Layers as collars' owners, registries and editors hand them over: read right or refused."""

from __future__ import annotations

import bz2
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, Point, Polygon

from corridors.atlas.words.remarks import remark_words
from corridors.formats.openstreetmap import read_ways
from corridors.formats.vector import LINES, POLYGONS, Layer, read_layer
from corridors.foundation.errors import BusyError, InputError, MissingInputError

NORTH, SOUTH = LineString([(7, 60), (8, 60)]), LineString([(7, 59), (8, 59)])
HERD = (6.0, 58.0, 9.0, 61.0)


def read(path: Path, *columns: str, **how: Any) -> Layer:
    """Return a layer of lines and polygons near the herd."""
    how = {"layer": None, "crs": None, "kinds": (*LINES, *POLYGONS), "bounds": HERD} | how
    return read_layer(path, path.name, columns=columns, **how)


def refusal(path: Path, *columns: str, error: type = InputError, **how: Any) -> str:
    """Return the words with which a layer is refused."""
    with pytest.raises(error) as refused:
        read(path, *columns, **how)
    return str(refused.value)


def lengths(layer: Layer) -> Any:
    """Return the length of each feature in degrees."""
    return shapely.length(np.asarray(layer.frame.geometry.array))


def areas(layer: Layer) -> Any:
    """Return the area of each feature in square degrees."""
    return shapely.area(np.asarray(layer.frame.geometry.array))


def lines(**columns: Any) -> gpd.GeoDataFrame:
    """Return two lines near the herd."""
    return gpd.GeoDataFrame(columns or {"id": ["n", "s"]}, geometry=[NORTH, SOUTH], crs=4326)


def geojson(path: Path, *features: tuple[dict[str, Any], Any], **members: Any) -> Path:
    """Write GeoJSON of pairs of properties and geometry (shapely, or a mapping)."""
    made = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": shape
            if isinstance(shape, dict | None)
            else shapely.geometry.mapping(shape),
        }
        for properties, shape in features
    ]
    content = {"type": "FeatureCollection", **members, "features": made}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def shapefile(path: Path, words: list[str], encoding: str, driver: int = 0) -> Path:
    """Write a shapefile without .cpg, its language driver byte as given."""
    lines(name=words).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = driver
    path.with_suffix(".dbf").write_bytes(dbf)
    return path


# Where the coordinates are.


def metres(path: Path) -> Path:
    """Write UTM metres as GeoJSON, which without a member crs says degrees."""
    moved = lines().to_crs(32632)
    return geojson(path, *zip(({"id": "n"}, {"id": "s"}), moved.geometry, strict=True))


def test_metres_in_a_geojson_are_refused_with_a_crs_that_works(tmp_path: Path) -> None:
    path = metres(tmp_path / "m.geojson")
    words = refusal(path)
    assert "coordinates that are no degrees" in words
    assert "EPSG:32632, in which they lie at the herd" in words
    layer = read(path, crs="EPSG:32632")
    assert layer.frame.total_bounds == pytest.approx([7, 59, 8, 60], abs=1e-6)
    assert "counts, not the file's own WGS 84" in remark_words(layer.notes["remarks"][0])


@pytest.mark.parametrize(
    "member",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}},
        {"type": "name", "properties": {"name": "EPSG:32632"}},
        {"type": "EPSG", "properties": {"code": 32632}},
    ],
    ids=["urn", "name", "code"],
)
def test_a_geojson_with_a_member_crs_is_read_in_it(tmp_path: Path, member: Any) -> None:
    moved = lines().to_crs(32632).geometry
    path = geojson(tmp_path / "m.geojson", *(({}, shape) for shape in moved), crs=member)
    assert read(path).frame.total_bounds == pytest.approx([7, 59, 8, 60], abs=1e-6)


def test_an_unknown_member_crs_is_no_degrees(tmp_path: Path) -> None:
    member = {"type": "name", "properties": {"name": "Local grid of the park"}}
    path = geojson(tmp_path / "m.geojson", ({}, NORTH), crs=member)
    assert "states no CRS" in refusal(path)
    assert len(read(path, crs="EPSG:4326").frame) == 1


def test_a_member_crs_by_link_is_not_followed(tmp_path: Path) -> None:
    member = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "proj4"}}
    path = geojson(tmp_path / "m.geojson", ({}, NORTH), crs=member)
    assert "by a link" in refusal(path)


def test_metres_in_a_geopackage_of_degrees_are_not_simply_far_away(tmp_path: Path) -> None:
    path = tmp_path / "m.gpkg"
    lines().to_crs(32632).set_crs(4326, allow_override=True).to_file(path)
    assert "no degrees" in refusal(path)
    assert len(read(path, crs="EPSG:32632").frame) == 2


def test_degrees_under_a_projected_crs_are_refused_with_a_crs_that_works(tmp_path: Path) -> None:
    path = tmp_path / "d.gpkg"
    lines().set_crs(32632, allow_override=True).to_file(path)
    assert "coordinates that are degrees" in refusal(path)
    assert len(read(path, crs="EPSG:4326").frame) == 2


def test_latitude_before_longitude_is_said(tmp_path: Path) -> None:
    path = geojson(tmp_path / "s.geojson", ({}, LineString([(43, -110), (43, -109)])))
    assert "latitude before longitude" in refusal(path)


def test_another_crs_than_the_files_own_counts_only_if_it_is_said_to(tmp_path: Path) -> None:
    path = tmp_path / "z.gpkg"
    lines().to_crs(32632).set_crs(32633, allow_override=True).to_file(path)
    assert "crs_overrules: true" in refusal(path, crs="EPSG:32632")
    layer = read(path, crs="EPSG:32632", crs_overrules=True)
    assert layer.frame.total_bounds == pytest.approx([7, 59, 8, 60], abs=1e-6)


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_lines_beyond_180_degrees_are_moved_and_cut(tmp_path: Path, suffix: str) -> None:
    shapes = [
        LineString([(180.1, 66), (180.1, 66.1)]),
        LineString([(179.9, 66), (180.2, 66)]),
        LineString([(-180.3, 66), (-180.3, 66.1)]),
        LineString([(179.9, 66.2), (-179.9, 66.2)]),
    ]
    path = tmp_path / f"l{suffix}"
    gpd.GeoDataFrame(geometry=shapes, crs=4326).to_file(path)
    layer = read(path, bounds=(-180.0, 65.0, 180.0, 67.0))
    assert layer.notes["moved_by_a_whole_turn"] == 4
    west, _, east, _ = layer.frame.total_bounds
    assert (west, east) == (-180.0, 180.0)
    assert lengths(layer).tolist() == pytest.approx([0.1, 0.3, 0.1, 0.2])


def test_a_projected_line_across_180_degrees_does_not_span_the_globe(tmp_path: Path) -> None:
    path = tmp_path / "p.gpkg"
    crossing = gpd.GeoDataFrame(geometry=[LineString([(179.5, 66), (180.5, 66)])], crs=4326).to_crs(
        "EPSG:3832"
    )
    crossing.to_file(path)
    layer = read(path, bounds=(-180.0, 65.0, 180.0, 67.0))
    assert lengths(layer).sum() == pytest.approx(1.0, abs=1e-6)


# In which encoding the words are.


@pytest.mark.parametrize(
    ("encoding", "driver", "word"),
    [
        ("cp1251", 0xC9, "Памирский тракт"),
        ("cp866", 0x65, "Дорога Мургаб"),
        ("cp1252", 0x03, "Ærøskøbing"),
        ("cp1250", 0xC8, "Železniční"),
        ("utf-8", 0x57, "Памирский тракт"),
    ],
)
def test_a_dbf_without_cpg_is_read_by_its_language_driver_or_as_utf8(
    tmp_path: Path, encoding: str, driver: int, word: str
) -> None:
    path = shapefile(tmp_path / "r.shp", [word, "plain"], encoding, driver)
    layer = read(path, "name")
    assert layer.frame["name"].tolist() == [word, "plain"]
    assert "attributes read as" in remark_words(layer.notes["remarks"][0])


def test_a_dbf_that_says_nothing_is_refused_and_read_with_a_stated_encoding(
    tmp_path: Path,
) -> None:
    path = shapefile(tmp_path / "r.shp", ["Памирский тракт", "x"], "cp1251", 0x57)
    words = refusal(path, "name")
    assert "'Памирский тракт' as windows-1251" in words
    assert "set encoding" in words
    assert read(path, "name", encoding="windows-1251").frame["name"][0] == "Памирский тракт"
    assert "unknown encoding" in refusal(path, "name", encoding="cyrillic-ish")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig"])
def test_a_geojson_in_another_encoding_never_falls_over(tmp_path: Path, encoding: str) -> None:
    path = geojson(tmp_path / "c.geojson", ({"name": "Café"}, NORTH))
    text = path.read_text(encoding="utf-8").replace("Caf\\u00e9", "Café")
    path.write_bytes(text.encode(encoding))
    if encoding == "latin-1":
        assert "not UTF-8" in refusal(path, "name")
        assert read(path, "name", encoding="latin-1").frame["name"][0] == "Café"
    else:
        assert read(path, "name").frame["name"][0] == "Café"


def test_words_of_a_geopackage_that_are_not_utf8_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "g.gpkg"
    lines(name=["Cafe", "x"]).to_file(path, layer="l")
    with sqlite3.connect(path) as database:
        triggers = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'l'"
        ).fetchall()
        for (name,) in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE l SET name = CAST(x'436166e9' AS TEXT) WHERE fid = 1")
    database.close()
    assert "not UTF-8" in refusal(path, "name")
    assert read(path, "name", encoding="latin-1").frame["name"][0] == "Café"


# Which shapes there are.


def test_gates_among_fences_are_left_out_and_counted(tmp_path: Path) -> None:
    path = geojson(tmp_path / "g.geojson", ({}, NORTH), ({}, Point(7, 60)), ({}, SOUTH))
    layer = read(path)
    assert (len(layer.frame), layer.notes["points_left_out"]) == (2, 1)
    assert "a gate in a fence is a gap" in remark_words(layer.notes["remarks"][0])


def test_collections_are_taken_apart(tmp_path: Path) -> None:
    mixed = shapely.GeometryCollection([NORTH, Point(7, 60), shapely.box(7, 59, 7.1, 59.1)])
    path = geojson(tmp_path / "c.geojson", ({"id": 1}, mixed), ({"id": 2}, SOUTH))
    layer = read(path, "id")
    assert layer.frame.geom_type.tolist() == ["LineString", "Polygon", "LineString"]
    assert layer.frame["id"].tolist() == [1, 1, 2]
    assert layer.notes["collections_taken_apart"] == 1


def test_collections_in_collections_are_taken_apart_and_their_lines_stay_one_feature(
    tmp_path: Path,
) -> None:
    nested = shapely.GeometryCollection([shapely.GeometryCollection([NORTH]), SOUTH])
    layer = read(geojson(tmp_path / "c.geojson", ({"id": 1}, nested)), "id")
    assert layer.frame.geometry.tolist() == [shapely.MultiLineString([NORTH, SOUTH])]


def test_a_geopackage_whose_schema_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.gpkg"
    gpd.GeoDataFrame({"name": ["n"]}, geometry=[NORTH], crs=4326).to_file(path)
    content = path.read_bytes()
    damaged = content.replace(b"CREATE TABLE gpkg_contents", b"CREATE TABLE gpkg_\xff\xb7ntents")
    assert damaged != content
    path.write_bytes(damaged)
    assert "export" in refusal(path)


def test_polygons_in_the_place_of_boundaries_are_explained(tmp_path: Path) -> None:
    path = geojson(tmp_path / "b.geojson", ({}, shapely.box(7, 59, 8, 60)))
    assert "name this file below states" in refusal(path, kinds=LINES)


def test_a_line_of_one_vertex_is_left_out_and_the_rest_of_its_feature_stays(
    tmp_path: Path,
) -> None:
    one = {"type": "LineString", "coordinates": [[7.5, 60]]}
    two = {"type": "MultiLineString", "coordinates": [[[7.5, 60]], [[7, 59], [8, 59]]]}
    path = geojson(tmp_path / "o.geojson", ({"id": "a"}, one), ({"id": "b"}, two))
    layer = read(path, "id")
    assert layer.frame["id"].tolist() == ["b"]
    assert layer.frame["source_row"].tolist() == [2]
    assert lengths(layer).tolist() == [1.0]
    assert (layer.notes["features"], layer.notes["too_few_vertices_left_out"]) == (2, 1)


def test_an_open_ring_is_closed(tmp_path: Path) -> None:
    ring = {"type": "Polygon", "coordinates": [[[7, 59], [8, 59], [8, 60], [7, 60]]]}
    path = geojson(tmp_path / "r.geojson", ({}, ring))
    assert areas(read(path)).tolist() == [1.0]


def test_curves_are_read_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "c.gpkg"
    lines().to_file(path, layer="l")
    arc = struct.pack("<BII6d", 1, 8, 3, 7.0, 60.0, 7.5, 60.5, 8.0, 60.0)
    blob = b"GP\x00\x01" + struct.pack("<i", 4326) + arc
    with sqlite3.connect(path) as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'l'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE l SET geom = ? WHERE fid = 1", (blob,))
        database.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY'")
    database.close()
    layer = read(path, bounds=None)
    assert lengths(layer).max() == pytest.approx(np.pi / 2, abs=1e-3)


# What names a feature.


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_the_key_of_the_table_can_be_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"k{suffix}"
    if suffix == ".gpkg":
        lines().drop(columns="id").to_file(path)
        assert read(path, "fid").frame["fid"].tolist() == [1, 2]
        return
    content = json.loads(geojson(path, ({}, NORTH), ({}, SOUTH)).read_text(encoding="utf-8"))
    for number, feature in zip((77, 78), content["features"], strict=True):
        feature["id"] = number
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read(path, "id").frame["id"].tolist() == [77, 78]


# What holds the layer.


def zipped(path: Path, *files: Path, below: str = "") -> Path:
    """Pack files into an archive, below a folder of it."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, f"{below}{file.name}")
    return path


def test_a_zip_with_a_folder_in_it_is_read(tmp_path: Path) -> None:
    lines().to_file(tmp_path / "roads.shp")
    path = zipped(tmp_path / "r.zip", *tmp_path.glob("roads.*"), below="export/2024/")
    assert read(path, "id").frame["id"].tolist() == ["n", "s"]


def test_of_several_files_in_a_zip_one_must_be_named(tmp_path: Path) -> None:
    lines().to_file(tmp_path / "roads.gpkg")
    lines().to_file(tmp_path / "rails.geojson")
    path = zipped(tmp_path / "r.zip", tmp_path / "roads.gpkg", tmp_path / "rails.geojson")
    assert "several layers" in refusal(path)
    assert len(read(path, layer="rails").frame) == 2
    assert "nearest layer is 'rails'" in refusal(path, layer="rail", error=MissingInputError)


def test_a_zip_without_a_layer_or_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    path = zipped(tmp_path / "n.zip", tmp_path / "notes.txt")
    assert "holds no layer" in refusal(path)
    path.write_bytes(path.read_bytes()[:40])
    assert "cannot be unpacked" in refusal(path)


KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    "<Folder><name>fences</name><Placemark><name>north</name><LineString><coordinates>7,60,0 "
    "8,60,0</coordinates></LineString></Placemark></Folder></Document></kml>"
)


def test_kml_and_kmz_are_read(tmp_path: Path) -> None:
    (tmp_path / "doc.kml").write_text(KML, encoding="utf-8")
    packed = zipped(tmp_path / "f.kmz", tmp_path / "doc.kml")
    for path in (tmp_path / "doc.kml", packed):
        assert read(path, "Name").frame["Name"].tolist() == ["north"]


def test_a_file_geodatabase_is_read_also_from_a_zip(tmp_path: Path) -> None:
    folder = tmp_path / "roads.gdb"
    pyogrio.write_dataframe(lines(), folder, layer="roads", driver="OpenFileGDB")
    assert read(folder, "id", "OBJECTID").frame["OBJECTID"].tolist() == [1, 2]
    with zipfile.ZipFile(tmp_path / "g.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"data/roads.gdb/{file.name}")
    assert len(read(tmp_path / "g.zip").frame) == 2


# What files may do.

OUTSIDE = "opensesame"


def pointers() -> dict[str, str]:
    """Return files that make GDAL read something else."""
    return {
        "ogr_vrt": '<OGRVRTDataSource><OGRVRTLayer name="l"><SrcDataSource>../outside.csv'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        "behind_a_root": "<kml/><OGRVRTDataSource/>",
        "pipeline": '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}',
        "service": '<WFS_Capabilities version="2.0.0"></WFS_Capabilities>',
        "text": OUTSIDE,
    }


@pytest.mark.parametrize("kind", list(pointers()))
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".kml"])
def test_a_file_that_points_elsewhere_is_not_followed_nor_quoted(
    tmp_path: Path, kind: str, suffix: str
) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "outside.csv").write_text(OUTSIDE, encoding="utf-8")
    path = tmp_path / "study" / f"f{suffix}"
    path.write_text(pointers()[kind], encoding="utf-8")
    assert OUTSIDE not in refusal(path)


def ogr_vrt(source: str, more: str = "") -> str:
    """Return an OGR VRT of one layer."""
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="real"><SrcDataSource relativeToVRT="1">{source}'
        f"</SrcDataSource><SrcLayer>real</SrcLayer>{more}</OGRVRTLayer></OGRVRTDataSource>"
    )


def test_a_vrt_is_read_where_the_configuration_says_so_and_only_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    lines().to_file(folder / "real.gpkg", layer="real")
    lines().to_file(tmp_path / "outside.gpkg", layer="real")
    path = folder / "v.vrt"
    path.write_text(ogr_vrt("real.gpkg"), encoding="utf-8")
    assert "format: vrt" in refusal(path)
    assert len(read(path, is_vrt=True).frame) == 2
    path.write_text(ogr_vrt("../outside.gpkg"), encoding="utf-8")
    assert "outside its folder" in refusal(path, is_vrt=True)
    path.write_text(ogr_vrt("/vsicurl/http://127.0.0.1:9/x.gpkg"), encoding="utf-8")
    assert "may not" in refusal(path, is_vrt=True)
    path.write_text(ogr_vrt("real.gpkg", "<SrcSQL>select 1</SrcSQL>"), encoding="utf-8")
    assert "SQL or code" in refusal(path, is_vrt=True)


def test_another_database_under_the_name_of_a_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE secret (word TEXT)")
    database.close()
    assert "another SQLite database" in refusal(path)


def test_a_geopackage_that_is_being_saved_is_named_as_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "l.gpkg"
    lines().to_file(path)
    monkeypatch.setattr("corridors.formats.geopackage_file.PATIENCE_S", 0.1)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    try:
        assert "locked by another program" in refusal(path, error=BusyError)
    finally:
        database.execute("ROLLBACK")
        database.close()
    assert len(read(path).frame) == 2


def test_a_shapefile_without_its_table_is_refused(tmp_path: Path) -> None:
    lines().to_file(tmp_path / "r.shp")
    (tmp_path / "r.dbf").unlink()
    assert "r.dbf beside it" in refusal(tmp_path / "r.shp", error=MissingInputError)


# OpenStreetMap as editors save it.

RULES = [({"barrier": ["fence"]}, {"kind": "fence", "class": "", "status": "existing"})]
OSM = (
    "<node id='-1' lat='60' lon='7'/><node id='-2' lat='60' lon='8'/>"
    "<node id='11' lat='59' lon='7'/><node id='12' lat='59' lon='8'/>"
    "{way}<way id='5' action='delete'><nd ref='11'/><nd ref='12'/>"
    "<tag k='barrier' v='fence'/></way>"
)
WAY = "<way id='-9'><nd ref='-1'/><nd ref='-2'/><tag k='barrier' v='fence'/></way>"


def osm(body: str) -> bytes:
    """Return an OpenStreetMap file."""
    return f"<?xml version='1.0'?><osm version='0.6' generator='JOSM'>{body}</osm>".encode()


@pytest.mark.parametrize("pack", [lambda content: content, bz2.compress], ids=["plain", "bz2"])
def test_a_new_way_counts_and_a_deleted_one_does_not(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / ("j.osm" if pack is not bz2.compress else "j.osm.bz2")
    path.write_bytes(pack(osm(OSM.format(way=WAY))))
    layer = read_ways(path, path.name, RULES, None)
    assert layer.frame["id"].tolist() == ["way/-9"]
    assert layer.frame.geometry[0].equals(NORTH)
    assert (layer.notes["deleted_left_out"], layer.notes["not_uploaded"]) == (1, 1)


def test_ways_before_their_nodes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "o.osm"
    way = "<way id='5'><nd ref='11'/><nd ref='12'/><tag k='barrier' v='fence'/></way>"
    nodes = "<node id='11' lat='60' lon='7'/><node id='12' lat='60' lon='8'/>"
    path.write_bytes(osm(way + nodes))
    assert read_ways(path, path.name, RULES, None).frame.geometry[0].equals(NORTH)


def test_entities_in_an_osm_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.osm"
    path.write_bytes(b"<!DOCTYPE osm [<!ENTITY a 'b'>]><osm version='0.6'>&a;</osm>")
    with pytest.raises(InputError):
        read_ways(path, path.name, RULES, None)


def test_a_polygon_with_a_hole_across_180_degrees_stays_whole(tmp_path: Path) -> None:
    shape = Polygon(
        [(178, 65), (182, 65), (182, 67), (178, 67)],
        [[(179, 65.5), (181, 65.5), (181, 66.5), (179, 66.5)]],
    )
    path = geojson(tmp_path / "p.geojson", ({}, shape))
    layer = read(path, bounds=(-180.0, 65.0, 180.0, 67.0))
    assert areas(layer).sum() == pytest.approx(6.0)
