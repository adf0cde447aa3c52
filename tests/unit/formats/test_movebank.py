"""Movebank's minimal table and full export."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.formats.movebank import read_movebank
from corridors.foundation.errors import InputError

FULL = (
    "event-id,visible,timestamp,location-long,location-lat,algorithm-marked-outlier,gps:dop,"
    "gps:fix-type-raw,manually-marked-outlier,import-marked-outlier,sensor-type,"
    "individual-taxon-canonical-name,tag-local-identifier,individual-local-identifier,study-name"
)


def write(folder: Path, *lines: str) -> Path:
    path = folder / "m.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def full(**values: str) -> str:
    row = {
        "event-id": "1",
        "visible": "true",
        "timestamp": "2020-01-01 00:00:00.000",
        "location-long": "71.2",
        "location-lat": "37.1",
        "sensor-type": "gps",
        "individual-taxon-canonical-name": "Ovis ammon",
        "tag-local-identifier": "T1",
        "individual-local-identifier": "Bek",
    }
    row.update(
        {key.replace("_", "-").replace("gps-", "gps:"): value for key, value in values.items()}
    )
    return ",".join(row.get(column, "") for column in FULL.split(","))


def test_only_gps_rows_are_fixes_and_the_others_are_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        FULL,
        full(),
        full(sensor_type="acceleration", location_long="", location_lat="", visible="true"),
        full(sensor_type="acceleration"),
        full(sensor_type="accessory-measurements"),
    )
    tracks = read_movebank(path, "m.csv", time_zone="UTC")
    assert len(tracks.frame) == 1
    assert tracks.notes["rows"] == 4
    assert tracks.notes["rows_of_other_sensors"] == {"acceleration": 2, "accessory-measurements": 1}


@pytest.mark.parametrize(
    "mark",
    [
        {"manually_marked_outlier": "true"},
        {"algorithm_marked_outlier": "TRUE"},
        {"import_marked_outlier": "1"},
        {"visible": "false"},
    ],
)
def test_every_way_to_mark_an_outlier_counts(tmp_path: Path, mark: dict[str, str]) -> None:
    path = write(tmp_path, FULL, full(**mark), full(visible=""))
    frame = read_movebank(path, "m.csv", time_zone="UTC").frame
    assert frame["vendor_outlier"].tolist() == [True, False]


def test_quality_columns_and_several_animals_and_taxa_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        FULL,
        full(gps_dop="2.5", gps_fix_type_raw="3D"),
        full(
            individual_local_identifier="Ibex 1",
            individual_taxon_canonical_name="Capra sibirica",
            gps_fix_type_raw="No",
            location_long="",
            location_lat="",
        ),
    )
    frame = read_movebank(path, "m.csv", time_zone="UTC").frame
    assert frame["dop"].iloc[0] == 2.5
    assert frame["fix_type"].tolist() == ["3d", "none"]
    assert frame["species"].tolist() == ["Ovis ammon", "Capra sibirica"]
    assert frame["lon"].isna().tolist() == [False, True]


def test_a_row_without_individual_is_its_tags_and_not_deployed(tmp_path: Path) -> None:
    path = write(tmp_path, FULL, full(individual_local_identifier=""), full())
    frame = read_movebank(path, "m.csv", time_zone="UTC").frame
    assert frame["animal"].tolist() == ["tag:T1", "Bek"]
    assert frame["undeployed"].tolist() == [True, False]


@pytest.mark.parametrize("mark", ["_", ".", ":"])
def test_other_spellings_of_the_attributes_are_the_same(tmp_path: Path, mark: str) -> None:
    header = "timestamp,location-long,location-lat,individual-local-identifier,sensor-type-id"
    path = write(tmp_path, header.replace("-", mark), "2020-01-01 00:00:00,71.2,37.1,Bek,653")
    assert read_movebank(path, "m.csv", time_zone="UTC").frame["animal"].tolist() == ["Bek"]


def test_a_zone_must_be_declared_although_movebank_exports_utc(tmp_path: Path) -> None:
    path = write(tmp_path, FULL, full())
    with pytest.raises(InputError, match="time stamps without a time zone"):
        read_movebank(path, "m.csv", time_zone=None)


def test_stamps_with_an_offset_need_no_declared_zone(tmp_path: Path) -> None:
    path = write(tmp_path, FULL, full(timestamp="2020-01-01T05:00:00+05:00"))
    frame = read_movebank(path, "m.csv", time_zone=None).frame
    assert frame["time_utc"].iloc[0].isoformat() == "2020-01-01T00:00:00+00:00"
