"""What an input consists of: companions, sources of VRTs, and what is refused."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.shutil import copy

from corridors.foundation.errors import InputError, MissingInputError
from corridors.run import references
from corridors.run.digests import Digests
from corridors.run.references import files_of

URL = "https://tiles.example.org/cover.tif"


def _old(*paths: Path) -> None:
    """Make files look settled, so that they are remembered."""
    for path in paths:
        os.utime(path, (1_600_000_000, 1_600_000_000))


def _raster(path: Path, value: int = 1) -> Path:
    """Write a raster of 6 by 4 cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=6,
        height=4,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=rasterio.Affine(0.1, 0, 10, 0, -0.1, 50),
    ) as dataset:
        dataset.write(np.full((1, 4, 6), value, "uint8"))
    return path


def _source(text: str, *, is_relative: bool = True) -> str:
    return (
        f'<SimpleSource><SourceFilename relativeToVRT="{int(is_relative)}">{text}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource>"
    )


def _vrt(path: Path, *sources: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '<VRTDataset rasterXSize="6" rasterYSize="4"><SRS>EPSG:4326</SRS>'
        "<GeoTransform>10, 0.1, 0, 50, 0, -0.1</GeoTransform>"
        f'<VRTRasterBand dataType="Byte" band="1">{"".join(sources)}</VRTRasterBand></VRTDataset>'
    )
    return path


def _ogr(path: Path, source: str, more: str = "") -> Path:
    path.write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="roads">'
        f'<SrcDataSource relativeToVRT="1">{source}</SrcDataSource>{more}'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    return path


def _names(path: Path) -> list[str]:
    return sorted(files_of(path, Digests()))


def _refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        files_of(path, Digests())
    assert all(fault.cure for fault in caught.value.faults)
    return str(caught.value)


# --- companions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["cover.tif.aux.xml", "cover.tif.ovr", "cover.tif.msk", "cover.tfw", "cover.wld", "cover.prj"],
)
def test_a_companion_of_a_raster_counts_from_when_it_is_there(tmp_path: Path, name: str) -> None:
    raster = _raster(tmp_path / "cover.tif")
    _old(raster)
    memory = Digests()
    before = memory.of_input(raster)
    assert sorted(before) == ["cover.tif"]
    if name.endswith(("ovr", "msk")):
        copy(raster, tmp_path / name, driver="GTiff")
    else:
        (tmp_path / name).write_text("<PAMDataset/>" if name.endswith("xml") else "0.1\n")
    after = memory.of_input(raster)
    assert sorted(after) == sorted(["cover.tif", name])
    assert after["cover.tif"] == before["cover.tif"]


@pytest.mark.parametrize(
    ("driver", "name", "companion"),
    [
        ("EHdr", "cover.bil", "cover.hdr"),
        ("ENVI", "cover", "cover.hdr"),
        ("AAIGrid", "cover.asc", "cover.prj"),
        ("SAGA", "cover.sdat", "cover.sgrd"),
        ("RST", "cover.rst", "cover.rdc"),
    ],
)
def test_companions_are_those_of_the_driver(
    tmp_path: Path, driver: str, name: str, companion: str
) -> None:
    copy(_raster(tmp_path / "made" / "a.tif"), tmp_path / name, driver=driver)
    before = Digests().of_input(tmp_path / name)
    assert companion in before
    with (tmp_path / companion).open("a") as file:
        file.write("\n")
    changed = {each for each, digest in Digests().of_input(tmp_path / name).items()
               if digest != before[each]}  # fmt: skip
    assert changed == {companion}


def test_gdal_is_asked_again_only_when_something_of_that_name_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    listed = references.listed_by_gdal

    def counting(path: Path) -> list[str] | None:
        asked.append(path.name)
        return listed(path)

    monkeypatch.setattr(references, "listed_by_gdal", counting)
    raster = _raster(tmp_path / "study" / "cover.tif")
    other = raster.with_name("other.csv")
    other.write_text("a\n")
    _old(raster)
    store = tmp_path / "processed" / ".cache" / "digests.json"
    store.parents[1].mkdir()
    for _ in range(3):
        memory = Digests(store)
        memory.of_input(raster)
        memory.save()
    other.write_text("b\n")
    Digests(store).of_input(raster)
    assert asked == ["cover.tif"]
    raster.with_name("cover.hdr").write_text("ncols 6\n")
    Digests(store).of_input(raster)
    assert asked == ["cover.tif"] * 2


def test_gdal_is_not_asked_about_tables_and_vector_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "listed_by_gdal", pytest.fail)
    for name in ("t.csv", "t.gpx", "f.gpkg", "f.shp", "f.geojson", "f.parquet", "o.osm.pbf"):
        (tmp_path / name).write_text("x")
        assert name in _names(tmp_path / name)


def test_a_geopackage_comes_with_the_log_that_holds_its_last_changes(tmp_path: Path) -> None:
    for name in ("a.gpkg", "a.gpkg-wal", "a.gpkg-journal", "a.gpkg-shm"):
        (tmp_path / name).write_text(name)
    assert _names(tmp_path / "a.gpkg") == ["a.gpkg", "a.gpkg-journal", "a.gpkg-wal"]
    (tmp_path / "a.gpkg-wal").write_text("")
    assert _names(tmp_path / "a.gpkg") == ["a.gpkg", "a.gpkg-journal"]


def test_a_folder_is_all_its_files_and_what_describes_it(tmp_path: Path) -> None:
    for name in ("grid/hdr.adf", "grid/below/w001001.adf", "grid/a.lock", "grid.aux.xml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("<PAMDataset/>")
    assert _names(tmp_path / "grid") == [
        "grid.aux.xml",
        "grid/below/w001001.adf",
        "grid/hdr.adf",
    ]


# --- sources of VRTs ------------------------------------------------------------------------------


def test_sources_of_nested_vrts_count_with_their_companions(tmp_path: Path) -> None:
    _raster(tmp_path / "tiles" / "a.tif")
    (tmp_path / "tiles" / "a.tif.aux.xml").write_text("<PAMDataset/>")
    _raster(tmp_path / "b.tif")
    _vrt(tmp_path / "tiles" / "inner.vrt", _source("a.tif"), _source("../b.tif"))
    outer = _vrt(tmp_path / "cover.vrt", _source("tiles/inner.vrt"), _source("b.tif"))
    assert _names(outer) == [
        "b.tif",
        "cover.vrt",
        "tiles/a.tif",
        "tiles/a.tif.aux.xml",
        "tiles/inner.vrt",
    ]


def test_a_changed_tile_changes_the_input_and_nothing_else_of_it(tmp_path: Path) -> None:
    for value in (1, 2):
        _raster(tmp_path / f"tile{value}.tif", value)
    mosaic = _vrt(tmp_path / "cover.vrt", _source("tile1.tif"), _source("tile2.tif"))
    before = Digests().of_input(mosaic)
    _raster(tmp_path / "tile2.tif", 3)
    after = Digests().of_input(mosaic)
    assert {name for name in after if after[name] != before[name]} == {"tile2.tif"}


def test_of_absolute_sources_only_the_name_is_kept(tmp_path: Path) -> None:
    tiles = [_raster(tmp_path / folder / "tile.tif", 1) for folder in ("west", "east")]
    _raster(tmp_path / "north" / "own.tif")
    far = _vrt(tmp_path / "north" / "far.vrt", _source("own.tif"))
    every = [_source(str(path), is_relative=False) for path in (*tiles, far)]
    mosaic = _vrt(tmp_path / "study" / "cover.vrt", *every)
    assert files_of(mosaic, Digests()) == {
        "cover.vrt": mosaic,
        "elsewhere/tile.tif": tiles[0],
        "elsewhere/tile.tif (2)": tiles[1],
        "elsewhere/far.vrt": far,
        "elsewhere/own.tif": tmp_path / "north" / "own.tif",
    }


@pytest.mark.parametrize(
    "written",
    [
        "<B subClass='VRTRawRasterBand'><SourceFileName relativeToVRT='1'>a</SourceFileName></B>",
        "<GDALWarpOptions><SourceDataset relativeToVRT='1'>a.tif</SourceDataset></GDALWarpOptions>",
        "<SIMPLESOURCE><sourcefilename RELATIVETOVRT='1'>a.tif</sourcefilename></SIMPLESOURCE>",
        "<Argument name='gain_dataset_filename_1' relativeToVRT='1'>a.tif</Argument>",
        "<Overview><SourceFilename relativeToVRT='1'>a.tif</SourceFilename></Overview>",
    ],
)
def test_every_way_to_name_a_source_counts(tmp_path: Path, written: str) -> None:
    _raster(tmp_path / "a.tif")
    (tmp_path / "a").write_bytes(bytes(24))
    source = "a" if "VRTRaw" in written else "a.tif"
    assert _names(_vrt(tmp_path / "cover.vrt", written)) == sorted(["cover.vrt", source])


def test_the_part_of_a_netcdf_file_is_that_file(tmp_path: Path) -> None:
    copy(_raster(tmp_path / "made" / "a.tif"), tmp_path / "a.nc", driver="netCDF")
    assert _names(_vrt(tmp_path / "cover.vrt", _source('NETCDF:"a.nc":Band1'))) == [
        "a.nc",
        "cover.vrt",
    ]


def test_sources_count_from_where_a_linked_vrt_stands(tmp_path: Path) -> None:
    _raster(tmp_path / "archive" / "a.tif")
    mosaic = _vrt(tmp_path / "archive" / "cover.vrt", _source("a.tif"))
    link = tmp_path / "study" / "cover.vrt"
    link.parent.mkdir()
    link.symlink_to(mosaic)
    with rasterio.open(link) as dataset:
        assert dataset.read(1).sum() == 24
    assert tmp_path / "archive" / "a.tif" in files_of(link, Digests()).values()


def test_the_source_of_an_ogr_vrt_counts_with_its_companions(tmp_path: Path) -> None:
    line = shapely.LineString([(10, 50), (11, 51)])
    gpd.GeoDataFrame({"id": [1]}, geometry=[line], crs=4326).to_file(tmp_path / "roads.shp")
    assert _names(_ogr(tmp_path / "roads.vrt", "roads.shp")) == [
        "roads.cpg",
        "roads.dbf",
        "roads.prj",
        "roads.shp",
        "roads.shx",
        "roads.vrt",
    ]


def test_what_counts_is_what_gdal_lists(tmp_path: Path) -> None:
    for name in ("a.tif", "sub/b.tif"):
        _raster(tmp_path / name)
    mosaic = _vrt(tmp_path / "cover.vrt", _source("a.tif"), _source("sub/b.tif"))
    with rasterio.open(mosaic) as dataset:
        listed = {Path(os.path.normpath(file)) for file in dataset.files}
    assert set(files_of(mosaic, Digests()).values()) == listed


# --- what is refused ------------------------------------------------------------------------------


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    mosaic = _vrt(tmp_path / "cover.vrt", _source("gone.tif"), _source("lost/too.tif"))
    with pytest.raises(MissingInputError) as caught:
        files_of(mosaic, Digests())
    assert [fault.expected for fault in caught.value.faults] == ["gone.tif", "lost/too.tif"]
    assert all(fault.file == str(mosaic) and fault.cure for fault in caught.value.faults)


def test_vrts_that_refer_to_each_other_are_refused(tmp_path: Path) -> None:
    _vrt(tmp_path / "b.vrt", _source("a.vrt"))
    text = _refusal(_vrt(tmp_path / "a.vrt", _source("b.vrt")))
    assert "a VRT refers to itself" in text
    assert "a.vrt -> b.vrt -> a.vrt" in text


def test_a_vrt_that_leads_through_a_link_of_folders_ends(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert "refers to itself" in _refusal(_vrt(tmp_path / "a.vrt", _source("again/a.vrt")))


@pytest.mark.parametrize(
    "text",
    [
        URL,
        f"/vsicurl/{URL}",
        "/vsizip/archive.zip/a.tif",
        "/vsis3/bucket/a.tif",
        f"vrt://{URL}",
        f"WMS:{URL}",
        f"NETCDF:/vsicurl/{URL}:v",
        "&lt;VRTDataset/&gt;",
    ],
)
@pytest.mark.parametrize("is_relative", [True, False])
def test_a_source_that_is_no_file_is_refused(tmp_path: Path, text: str, is_relative: bool) -> None:
    mosaic = _vrt(tmp_path / "cover.vrt", _source(text, is_relative=is_relative))
    told = _refusal(mosaic)
    assert "refers to something that is no file of this machine" in told
    assert str(mosaic) in told
    assert text.replace("&lt;", "<").replace("&gt;", ">") in told


@pytest.mark.parametrize("text", [URL, "PG:dbname=gis", "WFS:https://host/wfs"])
def test_features_from_a_server_are_refused(tmp_path: Path, text: str) -> None:
    assert "no file of this machine" in _refusal(_ogr(tmp_path / "roads.vrt", text))


def test_sql_of_an_ogr_vrt_names_no_further_source(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    plain = '<SrcSQL>select "a"."id" from "a"</SrcSQL>'
    assert _names(_ogr(tmp_path / "roads.vrt", "a.csv", plain)) == ["a.csv", "roads.vrt"]
    other = "<SrcSQL>select * from a join '/elsewhere/secret.csv'.secret s on a.id = s.id</SrcSQL>"
    assert "secret.csv" in _refusal_or_missing(_ogr(tmp_path / "roads.vrt", "a.csv", other))


def _refusal_or_missing(path: Path) -> str:
    with pytest.raises((InputError, MissingInputError)) as caught:
        files_of(path, Digests())
    return str(caught.value)


def test_a_password_or_token_in_an_address_is_not_shown(tmp_path: Path) -> None:
    address = "/vsicurl/https://me:secret@host/a.tif?key=hidden"
    told = _refusal(_vrt(tmp_path / "a.vrt", _source(address)))
    assert "host/a.tif" in told
    assert "secret" not in told
    assert "hidden" not in told


def test_a_source_that_counts_from_the_working_folder_is_refused(tmp_path: Path) -> None:
    _raster(tmp_path / "a.tif")
    told = _refusal(_vrt(tmp_path / "cover.vrt", _source("a.tif", is_relative=False)))
    assert 'relativeToVRT="1"' in told


def test_a_source_that_is_no_raster_is_refused(tmp_path: Path) -> None:
    (tmp_path / "items.json").write_text('{"type": "FeatureCollection", "stac_version": "1.0.0"}')
    told = _refusal(_vrt(tmp_path / "cover.vrt", _source("items.json")))
    assert "cannot be read as a raster" in told
    assert "items.json" in told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("fences.gpkg", "<OGRVRTDataSource/>"),
        ("cover.tif", "<VRTDataset/>"),
        ("tracks.csv", "a,b\n<OGRVRTDataSource/>"),
        ("cover.tif", f"<GDAL_WMS><Service><ServerUrl>{URL}</ServerUrl></Service></GDAL_WMS>"),
        ("cover.xml", "<WCS_GDAL><ServiceURL>https://host/?</ServiceURL></WCS_GDAL>"),
        ("roads.xml", "<OGRWFSDataSource><URL>https://host/wfs</URL></OGRWFSDataSource>"),
        ("roads.json", '{"type": "gdal_streamed_alg", "command_line": "gdal vector read x"}'),
        ("cover.mrf", "<MRF_META><CachedSource/></MRF_META>"),
    ],
)
def test_a_file_that_points_elsewhere_under_another_name_is_refused(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    assert name in _refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "cover.tif.aux.xml",
            f'<PAMDataset><MDI key="OVERVIEW_FILE">/vsicurl/{URL}</MDI></PAMDataset>',
        ),
        ("cover.tif.ovr", f"<GDAL_WMS><ServerUrl>{URL}</ServerUrl></GDAL_WMS>"),
        ("cover.tif.msk", "<VRTDataset/>"),
    ],
)
def test_a_companion_that_points_elsewhere_is_refused_before_gdal_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setattr(references, "listed_by_gdal", pytest.fail)
    raster = _raster(tmp_path / "cover.tif")
    (tmp_path / name).write_text(text)
    assert name in _refusal(raster)


def test_an_address_in_the_description_of_data_is_no_source(tmp_path: Path) -> None:
    _raster(tmp_path / "a.tif")
    about = f'<Metadata><MDI key="origin">{URL}</MDI></Metadata><Description>{URL}</Description>'
    assert _names(_vrt(tmp_path / "a.vrt", about, _source("a.tif"))) == ["a.tif", "a.vrt"]


def test_a_vrt_within_an_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "roads.zip", "w") as archive:
        archive.writestr("roads.csv", "id\n1\n")
    assert _names(tmp_path / "roads.zip") == ["roads.zip"]
    with zipfile.ZipFile(tmp_path / "roads.zip", "a") as archive:
        archive.writestr("roads.vrt", "<OGRVRTDataSource/>")
    assert "roads.zip" in _refusal(tmp_path / "roads.zip")


@pytest.mark.parametrize(
    "text",
    [
        "<VRTDataset><SRS>",
        "<VRTDataset>&nbsp;</VRTDataset>",
        '<!DOCTYPE a [<!ENTITY b "c">]><VRTDataset>&b;</VRTDataset>',
    ],
)
def test_a_vrt_that_cannot_be_understood_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "cover.vrt").write_text(text)
    assert "the VRT cannot be understood" in _refusal(tmp_path / "cover.vrt")


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: None], ids=["pipe", "nothing"])
def test_what_is_no_file_is_an_error_of_the_system(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "a.csv")
    with pytest.raises(OSError, match=r"a\.csv"):
        files_of(tmp_path / "a.csv", Digests())


def test_copies_of_a_study_elsewhere_have_the_same_names(tmp_path: Path) -> None:
    _raster(tmp_path / "one" / "a.tif")
    _vrt(tmp_path / "one" / "cover.vrt", _source("a.tif"))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    one, two = (Digests().of_input(tmp_path / name / "cover.vrt") for name in ("one", "two"))
    assert one == two
