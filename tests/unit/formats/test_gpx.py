"""GPX tracks."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.formats.gpx import read_gpx
from corridors.foundation.errors import InputError

HEAD = '<?xml version="1.0"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">\n'


def write(folder: Path, body: str) -> Path:
    path = folder / "t.gpx"
    path.write_text(HEAD + body + "\n</gpx>\n", encoding="utf-8")
    return path


def point(lat: float, lon: float, more: str = "<time>2020-01-01T00:00:00Z</time>") -> str:
    return f'<trkpt lat="{lat}" lon="{lon}">{more}</trkpt>'


def test_each_track_is_an_animal_over_all_its_segments(tmp_path: Path) -> None:
    body = (
        f"<trk><name>A &amp; B</name><trkseg>{point(37, 71)}</trkseg>"
        f"<trkseg>{point(37.1, 71.1)}</trkseg></trk>"
        f"<trk><trkseg>{point(38, 72)}</trkseg><name>late name</name></trk>"
    )
    frame = read_gpx(write(tmp_path, body), "t.gpx", animal_name=None).frame
    assert frame["animal"].tolist() == ["A & B", "A & B", "late name"]
    assert frame["lat"].tolist() == [37.0, 37.1, 38.0]


def test_times_are_utc_by_the_standard_and_an_offset_is_honoured(tmp_path: Path) -> None:
    body = "<trk><name>a</name><trkseg>{}{}{}</trkseg></trk>".format(
        point(37, 71),
        point(37, 71, "<time>2020-01-01T05:00:00+05:00</time>"),
        point(37, 71, "<time>2020-01-01T00:00:00</time>"),
    )
    frame = read_gpx(write(tmp_path, body), "t.gpx", animal_name=None).frame
    assert {stamp.isoformat() for stamp in frame["time_utc"]} == {"2020-01-01T00:00:00+00:00"}


def test_dilution_and_fix_type_are_read_and_rows_are_lines(tmp_path: Path) -> None:
    quality = "<time>2020-01-01T00:00:00Z</time><fix>2d</fix><hdop>3.5</hdop><pdop>9</pdop>"
    only_pdop = "<time>2020-01-01T00:00:00Z</time><pdop>9</pdop>"
    points = f"\n{point(1, 2, quality)}\n{point(1, 2, only_pdop)}"
    body = f"<trk><name>a</name><trkseg>{points}</trkseg></trk>"
    frame = read_gpx(write(tmp_path, body), "t.gpx", animal_name=None).frame
    assert frame["dop"].tolist() == [3.5, 9.0]
    assert frame["fix_type"].tolist() == ["2d", ""]
    assert frame["source_row"].tolist() == [4, 5]


def test_a_configured_name_stands_for_all_tracks(tmp_path: Path) -> None:
    body = f"<trk><trkseg>{point(37, 71)}</trkseg></trk><wpt lat='1' lon='2'/>"
    tracks = read_gpx(write(tmp_path, body), "t.gpx", animal_name="Bek")
    assert tracks.frame["animal"].tolist() == ["Bek"]
    assert tracks.notes["waypoints_not_read"] == 1


def test_another_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.gpx"
    path.write_text("<kml/>", encoding="utf-8")
    with pytest.raises(InputError, match="not a GPX document"):
        read_gpx(path, "t.gpx", animal_name=None)
