"""New features go behind the old ones, which stay as they are; what does not fit is refused.

Production layers are written by GDAL, and looked at by the checker of `worlds.atlas_release`.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
from shapely.geometry import LineString, MultiLineString, Point, Polygon, box

from corridors.atlas.gium import LAYERS, AtlasLayer
from corridors.foundation.errors import InputError, MissingInputError
from corridors.stages.release.features import Feature
from corridors.stages.release.merging import ReleasedLayer, production_in, released_layer
from worlds.atlas_release import faults, read

LAYER = {layer.key: layer for layer in LAYERS}
DAY = date(2026, 11, 3)
OLD_LINES = [LineString([(8, 59), (8.2, 59.3)]), LineString([(9, 59), (9.4, 59.1), (9.5, 59)])]
VALUES = {"herd": "Sæter", "country": "Norway", "season": "spring", "class": "high"}


def production(
    folder: Path,
    geometries: Sequence[Any],
    stem: str = "SeasonalArrowsMerged",
    crs: str = "EPSG:25832",
    **columns: Sequence[Any],
) -> Path:
    """Write a dated layer as GDAL would, zipped."""
    folder.mkdir(exist_ok=True)
    frame = gpd.GeoDataFrame(columns, geometry=list(geometries), crs="EPSG:4326").to_crs(crs)
    loose = folder / "loose"
    name = f"{stem}_June10_2026"
    loose.mkdir()
    pyogrio.write_dataframe(frame, loose / f"{name}.shp", encoding="utf-8")
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(loose.iterdir()):
            archive.write(part, part.name, compress_type=zipfile.ZIP_DEFLATED)
            part.unlink()
    loose.rmdir()
    return path


def old_arrows(folder: Path, **columns: Sequence[Any]) -> Path:
    given: dict[str, Sequence[Any]] = {
        "HERDNAME": ["Ål", "Ål"],
        "Country": ["Norway"] * 2,
        "season": ["spring", "autumn"],
        "CLASS": ["high", "low"],
        "Editor": ["x", None],
        "Rank": [3, 4],
        **columns,
    }
    return production(folder, OLD_LINES, **{k: v for k, v in given.items() if v is not None})


def new_arrow(**values: str) -> Feature:
    line = LineString([(8.5, 60.0), (8.6, 60.2), (8.7, 60.2)])
    return Feature("saeter", line, {**VALUES, **values})


def merged(folder: Path, key: str, features: list[Feature]) -> ReleasedLayer:
    one = released_layer(LAYER[key], production_in(folder).get(key), features, DAY)
    assert one is not None
    return one


def written(one: ReleasedLayer, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / one.name
    path.write_bytes(one.content(DAY))
    return path


def test_old_arrows_stay_byte_by_byte_and_the_new_one_is_in_their_crs(tmp_path: Path) -> None:
    old = old_arrows(tmp_path / "old")
    path = written(merged(tmp_path / "old", "seasonal_arrows", [new_arrow()]), tmp_path / "new")
    assert path.name == "SeasonalArrowsMerged_November3_2026.zip"
    before, after = read_any(old), read(path)
    assert after.shapes[:2] == before[0]
    assert after.rows[:2] == before[1]
    frame = gpd.read_file(path)
    assert frame.crs.to_epsg() == 25832
    assert frame.columns.tolist() == [
        "HERDNAME", "Country", "season", "CLASS", "Editor", "Rank", "geometry",
    ]  # fmt: skip
    assert frame["HERDNAME"].tolist() == ["Ål", "Ål", "Sæter"]
    assert frame["Editor"].isna().tolist() == [False, True, True]
    assert frame["Rank"].isna().tolist() == [False, False, True]
    back = frame.to_crs(4326).geometry.iloc[2]
    assert shapely.get_coordinates(back) == pytest.approx(
        shapely.get_coordinates(new_arrow().geometry), abs=1e-8
    )


def read_any(path: Path) -> tuple[list[bytes], list[bytes]]:
    """Return shapes and rows of an archive that GDAL wrote: its clock and parts are its own."""
    import struct

    with zipfile.ZipFile(path) as archive:
        parts = {Path(name).suffix: archive.read(name) for name in archive.namelist()}
    shapes, at = [], 100
    while at < len(parts[".shp"]):
        size = 2 * struct.unpack(">2i", parts[".shp"][at : at + 8])[1]
        shapes.append(parts[".shp"][at + 8 : at + 8 + size])
        at += 8 + size
    n, length, width = struct.unpack("<IHH", parts[".dbf"][4:12])
    rows = [parts[".dbf"][length + i * width : length + (i + 1) * width] for i in range(n)]
    return shapes, rows


def test_heights_of_a_production_layer_stay_and_new_lines_have_height_0(tmp_path: Path) -> None:
    old = production(
        tmp_path / "old",
        [shapely.force_3d(one, 712.0) for one in OLD_LINES],
        Herd_Name=["a", "b"], Country=["c", "c"], Season=["s", "s"], Class=["low", "low"],
    )  # fmt: skip
    path = written(merged(tmp_path / "old", "seasonal_arrows", [new_arrow()]), tmp_path / "new")
    assert read(path).shapes[:2] == read_any(old)[0]
    frame = gpd.read_file(path)
    z = [shapely.get_coordinates(one, include_z=True)[:, 2].tolist() for one in frame.geometry]
    assert z[0] == [712.0, 712.0]
    assert z[2] == [0.0, 0.0, 0.0]


def test_a_first_release_is_in_the_web_maps_projection_with_every_field(tmp_path: Path) -> None:
    shape = box(8, 59, 9, 60).difference(box(8.4, 59.4, 8.6, 59.6))
    values = {"herd": "Sæter", "country": "Norway", "class": "high", "type": "Winter range"}
    one = released_layer(LAYER["polygon_features"], None, [Feature("saeter", shape, values)], DAY)
    assert one is not None
    frame = gpd.read_file(written(one, tmp_path))
    assert frame.crs.to_epsg() == 3857
    assert frame.columns.tolist() == [
        "Class", "Herd_Name", "Country", "Type", "Source", "Locale", "Migrate_ID", "geometry",
    ]  # fmt: skip
    assert isinstance(frame.geometry.iloc[0], Polygon)
    assert len(frame.geometry.iloc[0].interiors) == 1
    assert frame.to_crs(4326).geometry.iloc[0].area == pytest.approx(1.0 - 0.04, rel=1e-9)


def test_nothing_new_and_nothing_old_is_no_layer(tmp_path: Path) -> None:
    assert released_layer(LAYER["point_barriers"], None, [], DAY) is None


def test_a_layer_without_news_is_carried_over_whole(tmp_path: Path) -> None:
    old_arrows(tmp_path / "old")
    one = merged(tmp_path / "old", "seasonal_arrows", [])
    assert (one.n_before, one.n_added, one.name) == (
        2,
        0,
        "SeasonalArrowsMerged_November3_2026.zip",
    )
    assert len(read(written(one, tmp_path / "new")).shapes) == 2


def test_the_same_features_give_the_same_bytes(tmp_path: Path) -> None:
    old_arrows(tmp_path / "old")
    first, again = (
        merged(tmp_path / "old", "seasonal_arrows", [new_arrow()]).content(DAY) for _ in range(2)
    )
    assert first == again


@pytest.mark.parametrize(
    ("columns", "what", "got"),
    [
        ({"HERDNAME": None}, "exactly one field for herd", "Country"),
        ({"Herd_Name": ["a", "b"]}, "exactly one field for herd", "HERDNAME, Herd_Name"),
        ({"CLASS": [1, 2]}, "the field for class is no text", "dBASE type N"),
    ],
)
def test_a_role_needs_one_field_of_its_kind(
    tmp_path: Path, columns: dict[str, Any], what: str, got: str
) -> None:
    old_arrows(tmp_path / "old", **columns)
    with pytest.raises(InputError, match=what) as caught:
        merged(tmp_path / "old", "seasonal_arrows", [new_arrow()])
    assert got in str(caught.value)


def test_a_text_longer_than_its_field_is_refused_and_not_cut(tmp_path: Path) -> None:
    path = old_arrows(tmp_path / "old")
    narrow(path, "HERDNAME", 5)
    # Six bytes in UTF-8, five letters.
    with pytest.raises(InputError, match="longer than its field") as caught:
        merged(tmp_path / "old", "seasonal_arrows", [new_arrow(herd="Sæter")])
    assert "at most 5 bytes" in str(caught.value)
    one = merged(tmp_path / "old", "seasonal_arrows", [new_arrow(herd="Seter")])
    assert gpd.read_file(written(one, tmp_path / "new"))["HERDNAME"].iloc[2] == "Seter"


def narrow(path: Path, name: str, width: int) -> None:
    """Write the table of an archive anew with a narrower text field."""
    import struct

    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    (key,) = (one for one in parts if one.endswith(".dbf"))
    dbf = parts[key]
    n, length, row_width = struct.unpack("<IHH", dbf[4:12])
    at, offset = 32, 1
    while dbf[at : at + 11].split(b"\0")[0].decode() != name:
        offset += dbf[at + 16]
        at += 32
    cut = dbf[at + 16] - width
    head = bytearray(dbf[:length])
    head[at + 16] = width
    head[10:12] = struct.pack("<H", row_width - cut)
    rows = [dbf[length + i * row_width : length + (i + 1) * row_width] for i in range(n)]
    rows = [row[: offset + width] + row[offset + width + cut :] for row in rows]
    parts[key] = bytes(head) + b"".join(rows) + b"\x1a"
    with zipfile.ZipFile(path, "w") as archive:
        for one, content in parts.items():
            archive.writestr(one, content)


def test_multipart_features_of_production_are_refused(tmp_path: Path) -> None:
    production(
        tmp_path / "old",
        [MultiLineString([[(8, 59), (8.1, 59)], [(8.2, 59), (8.3, 59)]])],
        Herd_Name=["a"], Country=["c"], Season=["s"], Class=["low"],
    )  # fmt: skip
    with pytest.raises(InputError, match="multipart features"):
        merged(tmp_path / "old", "seasonal_arrows", [new_arrow()])


def test_a_layer_of_another_geometry_is_refused(tmp_path: Path) -> None:
    production(
        tmp_path / "old", [Point(8, 59)], Herd_Name=["a"], Country=["c"], Season=["s"],
        Class=["low"],
    )  # fmt: skip
    with pytest.raises(InputError, match="another geometry"):
        merged(tmp_path / "old", "seasonal_arrows", [new_arrow()])


def test_a_new_class_is_warned_about_and_a_new_season_is_not(tmp_path: Path) -> None:
    old_arrows(tmp_path / "old")
    known = merged(tmp_path / "old", "seasonal_arrows", [new_arrow(season="wet")])
    assert known.told == []
    (told,) = merged(tmp_path / "old", "seasonal_arrows", [new_arrow(**{"class": "hihg"})]).told
    assert (told.check, told.status, told.value) == ("new words for class", "warn", "hihg")


def test_a_herd_that_is_there_already_is_told(tmp_path: Path) -> None:
    old_arrows(tmp_path / "old")
    (told,) = merged(tmp_path / "old", "seasonal_arrows", [new_arrow(herd="Ål")]).told
    assert (told.check, told.value) == ("herds there already", "Ål")


def test_the_latest_file_of_a_layer_counts_by_its_date(tmp_path: Path) -> None:
    path = old_arrows(tmp_path / "old")
    later = path.with_name("SeasonalArrowsMerged_September2_2026.zip")
    path.rename(later)
    old_arrows(tmp_path / "old")
    assert production_in(tmp_path / "old")["seasonal_arrows"].path == later


def test_the_layer_of_line_labels_keeps_its_own_name(tmp_path: Path) -> None:
    production(tmp_path / "old", OLD_LINES, "RouteNames", Herd_Name=["a", "b"])
    one = merged(tmp_path / "old", "line_labels", [new_arrow(type="Herd name")])
    assert one.name == "RouteNames_November3_2026.zip"
    assert {row.check for row in one.told} == {
        "field for country", "field for season", "field for type", "field for class",
    }  # fmt: skip


def test_two_unknown_layers_are_refused_and_none_is_missing(tmp_path: Path) -> None:
    production(tmp_path / "old", OLD_LINES, "RouteNames", Herd_Name=["a", "b"])
    production(tmp_path / "old", OLD_LINES, "Roads", Herd_Name=["a", "b"])
    with pytest.raises(InputError, match="not the atlas's"):
        production_in(tmp_path / "old")
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingInputError, match="holds no layer"):
        production_in(tmp_path / "empty")


LABELS = """{
  "type": "FeatureCollection",
  "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}},
  "features": [
    {"type": "Feature", "geometry": {"type": "Point", "coordinates": [890555.9, 8.1e6]},
     "properties": {"HerdName": "Ål",  "Season": "spring", "TYPE": "Arrowhead", "Rotation": 12.50,
                    "Country": null, "note": "kept \\u00e6"}}
  ],
  "bbox": [1, 2, 3, 4]
}
"""


def label(**values: str | float) -> Feature:
    named: dict[str, str | float] = {
        "herd": "Sæter", "season": "spring", "type": "Arrowhead", "rotation": 270,
        "country": "Norway", **values,
    }  # fmt: skip
    return Feature("saeter", Point(9.0, 60.0), named)


def test_labels_stay_letter_by_letter_in_their_crs_and_with_their_keys(tmp_path: Path) -> None:
    (tmp_path / "GIUMPointLabelsMerged_June10_2026.geojson").write_text(LABELS, encoding="utf-8")
    one = merged(tmp_path, "point_labels", [label(), label(type="Rest")])
    text = one.content(DAY).decode()
    head, tail = LABELS.split("\n  ],")
    assert text.startswith(head)
    assert text.endswith("\n  ]," + tail)
    old, new, _ = json.loads(text)["features"]
    assert old == json.loads(LABELS)["features"][0]
    assert new["properties"] == {
        "HerdName": "Sæter", "Season": "spring", "TYPE": "Arrowhead", "Rotation": 270,
        "Country": "Norway", "note": None,
    }  # fmt: skip
    assert new["geometry"]["coordinates"] == pytest.approx([1001875.4, 8399737.9], abs=0.1)
    assert [row.value for row in one.told] == ["Rest"]


def test_a_rotation_kept_as_text_is_refused(tmp_path: Path) -> None:
    text = LABELS.replace("12.50", '"12.50"')
    (tmp_path / "GIUMPointLabelsMerged_June10_2026.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="the field for rotation is no number"):
        merged(tmp_path, "point_labels", [label()])


def test_the_checker_sees_what_is_wrong(tmp_path: Path) -> None:
    """Without this the checks of whole releases might pass whatever they are shown."""
    old = written(released("seasonal_arrows", [new_arrow()]), tmp_path / "old")
    path = written(merged(tmp_path / "old", "seasonal_arrows", [new_arrow()]), tmp_path / "new")
    (tmp_path / "new" / "GIUMIntegration_November3_2026_QA.csv").write_text(
        "section,check,status,value,details\n"
    )
    assert faults(tmp_path / "new", day="November3_2026", before=tmp_path / "old") == [
        "arrows without heads"
    ]
    assert old.exists()
    line = new_arrow().geometry
    heads = [
        Feature("saeter", Point(line.coords[-1]), {**label().values, "rotation": turn})
        for turn in (0, 0)
    ]
    labels = written(released("point_labels", heads), tmp_path / "new")
    assert faults(tmp_path / "new", day="November3_2026", before=tmp_path / "old") == []
    labels.write_text(labels.read_text().replace('"Rotation": 0', '"Rotation": 3'))
    assert "no head fits" in faults(tmp_path / "new", day="November3_2026")[0]
    labels.write_text(labels.read_text().replace('"Rotation": 3', '"Rotation": 360'))
    assert "has rotation 360" in str(faults(tmp_path / "new", day="November3_2026"))
    broken = path.read_bytes()
    path.write_bytes(released("seasonal_arrows", [new_arrow(season="summer")] * 2).content(DAY))
    assert "not as it was" in str(
        faults(tmp_path / "new", day="November3_2026", before=tmp_path / "old")
    )
    path.write_bytes(broken)
    empty = released("seasonal_arrows", [new_arrow(country="")])
    path.write_bytes(empty.content(DAY))
    assert "a blank country" in str(faults(tmp_path / "new", day="November3_2026"))


def released(key: str, features: list[Feature]) -> ReleasedLayer:
    layer: AtlasLayer = LAYER[key]
    one = released_layer(layer, None, features, DAY)
    assert one is not None
    return one
