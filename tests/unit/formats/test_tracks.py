"""Fixes from delimited text: any CSV by a mapping, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corridors.formats.track_columns import TrackMapping
from corridors.formats.tracks import read_csv
from corridors.foundation.errors import InputError

PLAIN = TrackMapping(animal="id", time="when", lon="x", lat="y")


def write(folder: Path, *lines: str, name: str = "t.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_known_by_the_names_in_the_header(tmp_path: Path, mark: str) -> None:
    path = write(
        tmp_path,
        mark.join(["id", "when", "x", "y"]),
        mark.join(["a", "2020-01-01T00:00Z", "7", "60"]),
    )
    frame = read_csv(path, "t.csv", PLAIN).frame
    assert frame[["animal", "lon", "lat"]].iloc[0].tolist() == ["a", 7.0, 60.0]


def test_a_byte_order_mark_does_not_hide_the_first_column(tmp_path: Path) -> None:
    path = write(tmp_path, "id,when,x,y", "a,2020-01-01T00:00Z,7,60", encoding="utf-8-sig")
    assert read_csv(path, "t.csv", PLAIN).frame["animal"].tolist() == ["a"]


def test_row_numbers_are_those_of_a_spreadsheet_also_after_blank_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "id,when,x,y",
        "",
        "a,2020-01-01T00:00Z,7,60",
        ",,,",
        "b,2020-01-01T00:00Z,7,60",
        "",
    )
    frame = read_csv(path, "t.csv", PLAIN).frame
    assert frame["source_row"].tolist() == [3, 5]


def test_hostile_names_come_through_unchanged(tmp_path: Path) -> None:
    names = [
        "a/../b",
        "<script>x</script>",
        "=1+1",
        "Robert'); DROP TABLE fixes;--",
        'say "hi"',
        "雪豹",
    ]
    rows = [f'"{name.replace(chr(34), chr(34) * 2)}",2020-01-01T00:00Z,7,60' for name in names]
    frame = read_csv(write(tmp_path, "id,when,x,y", *rows), "t.csv", PLAIN).frame
    assert frame["animal"].tolist() == names


def test_a_line_break_inside_quotes_is_part_of_the_value(tmp_path: Path) -> None:
    path = write(tmp_path, "id,when,x,y", '"a\nb",2020-01-01T00:00Z,7,60')
    assert read_csv(path, "t.csv", PLAIN).frame["animal"].tolist() == ["a\nb"]


def test_empty_coordinates_are_kept_as_no_position(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "id,when,x,y",
        "a,2020-01-01T00:00Z,,",
        "a,2020-01-02T00:00Z,NA,NaN",
        "a,2020-01-03T00:00Z,7,",
        "a,2020-01-04T00:00Z,7,60",
    )
    tracks = read_csv(path, "t.csv", PLAIN)
    assert np.isnan(tracks.frame["lon"]).tolist() == [True, True, True, False]
    assert tracks.notes["rows_with_half_a_position"] == 1


def test_infinity_is_not_a_number(tmp_path: Path) -> None:
    path = write(tmp_path, "id,when,x,y", "a,2020-01-01T00:00Z,inf,60")
    with pytest.raises(InputError, match="not a number"):
        read_csv(path, "t.csv", PLAIN)


def test_declared_decimal_commas_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "id;when;x;y;d", "a;2020-01-01T00:00Z;7,25;60,5;2,5")
    mapping = TrackMapping(animal="id", time="when", lon="x", lat="y", dop="d", decimal=",")
    frame = read_csv(path, "t.csv", mapping).frame
    assert frame[["lon", "lat", "dop"]].iloc[0].tolist() == [7.25, 60.5, 2.5]


def test_projected_coordinates_come_back_as_degrees(tmp_path: Path) -> None:
    path = write(tmp_path, "id,when,x,y", "a,2020-01-01T00:00Z,500000,0")
    mapping = TrackMapping(animal="id", time="when", lon="x", lat="y", crs="EPSG:32631")
    frame = read_csv(path, "t.csv", mapping).frame
    assert frame[["lon", "lat"]].iloc[0].tolist() == pytest.approx([3.0, 0.0], abs=1e-9)


def test_a_file_of_one_animal_needs_no_animal_column(tmp_path: Path) -> None:
    path = write(tmp_path, "when,x,y", "2020-01-01T00:00Z,7,60")
    mapping = TrackMapping(animal=None, time="when", lon="x", lat="y", animal_name="Bek")
    assert read_csv(path, "t.csv", mapping).frame["animal"].tolist() == ["Bek"]


def test_vendors_words_for_fix_type_and_outlier_are_understood_or_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "id,when,x,y,f,o",
        "a,2020-01-01T00:00Z,7,60,val. GPS-3D,TRUE",
        "a,2020-01-02T00:00Z,7,60,2D,0",
        "a,2020-01-03T00:00Z,7,60,No Fix,",
        "a,2020-01-04T00:00Z,7,60,QFP,false",
    )
    mapping = TrackMapping(animal="id", time="when", lon="x", lat="y", fix_type="f", outlier="o")
    tracks = read_csv(path, "t.csv", mapping)
    assert tracks.frame["fix_type"].tolist() == ["3d", "2d", "none", ""]
    assert tracks.frame["vendor_outlier"].tolist() == [True, False, False, False]
    assert tracks.notes["fix_types_not_understood"] == {"QFP": 1}


def test_a_few_impossible_positions_stay_but_a_file_of_them_is_refused(tmp_path: Path) -> None:
    good = [f"a,2020-01-0{d}T00:00Z,7,60" for d in range(1, 5)]
    few = write(
        tmp_path, "id,when,x,y", *good, "a,2020-01-05T00:00Z,0,0", "a,2020-01-06T00:00Z,7,91"
    )
    assert len(read_csv(few, "t.csv", PLAIN).frame) == 6
    most = write(
        tmp_path, "id,when,x,y", good[0], *[f"a,2020-02-0{d}T00:00Z,7e5,6e6" for d in (1, 2)]
    )
    with pytest.raises(InputError, match="look projected"):
        read_csv(most, "t.csv", PLAIN)


def test_all_kinds_of_faults_are_told_at_once_and_many_rows_are_counted(tmp_path: Path) -> None:
    rows = [f",not a time,east,{i}" for i in range(30)]
    with pytest.raises(InputError) as caught:
        read_csv(write(tmp_path, "id,when,x,y", *rows), "t.csv", PLAIN)
    whats = [fault.what for fault in caught.value.faults]
    for kind in ("time cannot be read", "row without an animal", "not a number"):
        assert whats.count(kind) == 5
        assert f"{kind}: 25 more rows" in whats


@pytest.mark.slow
def test_a_million_rows_are_read_in_seconds(tmp_path: Path) -> None:
    import time

    line = "a%d,2020-01-%02d %02d:%02d:00,71.%06d,37.%06d\n"
    rows = (line % (i % 50, i % 28 + 1, i % 24, i % 60, i, i) for i in range(1_000_000))
    path = tmp_path / "t.csv"
    path.write_text("id,when,x,y\n" + "".join(rows), encoding="utf-8")
    began = time.process_time()
    frame = read_csv(
        path, "t.csv", TrackMapping(animal="id", time="when", lon="x", lat="y", time_zone="UTC")
    ).frame
    assert len(frame) == 1_000_000
    assert time.process_time() - began < 15
