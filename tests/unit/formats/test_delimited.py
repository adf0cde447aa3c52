"""Collar files as vendors, spreadsheets and R write them: read right, or refused with a cure."""

from __future__ import annotations

import gzip
import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corridors.formats.delimited import open_table
from corridors.formats.kml import scan_kml
from corridors.formats.positions import impossible
from corridors.formats.track_columns import TrackMapping
from corridors.formats.tracks import read_csv
from corridors.foundation.errors import InputError

PLAIN = TrackMapping(animal="id", time="t", lon="lon", lat="lat", time_zone="UTC")
# The same two fixes in every file: animal a, 4 and 8 h on 10 January 2018, 110 W 43 N.
ROWS = "a,2018-01-10 04:00:00,-110.5,43.25\na,2018-01-10 08:00:00,-110.5,43.5\n"
TEXT = "id,t,lon,lat\n" + ROWS
HEAD = "id,t,lon,lat\n"


def read(folder: Path, content: bytes | str, mapping: TrackMapping, name: str = "t.csv", **how):  # type: ignore[no-untyped-def]
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_csv(path, name, mapping, **how)


def assert_right(frame: pd.DataFrame) -> None:
    assert frame["animal"].tolist() == ["a", "a"]
    assert frame["time_utc"].dt.strftime("%Y-%m-%dT%H:%M").tolist() == [
        "2018-01-10T04:00",
        "2018-01-10T08:00",
    ]
    assert frame["lon"].tolist() == pytest.approx([-110.5, -110.5], abs=1e-5)
    assert frame["lat"].tolist() == pytest.approx([43.25, 43.5], abs=1e-5)


def zipped(*members: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members:
            archive.writestr(name, text)
    return out.getvalue()


def stamps(first: str, second: str) -> str:
    return f'{HEAD}a,"{first}",-110.5,43.25\na,"{second}",-110.5,43.5\n'


def form(text: str | tuple[str, ...], **more: str) -> TrackMapping:
    return replace(PLAIN, time_format=text, **more)  # type: ignore[arg-type]


TWO_ZONES = """id,t,zone,lon,lat
a,2018-01-10 04:00:00,12T,540600,4788700
a,2018-01-10 08:00:00,13T,240600,4788700
"""

READ_RIGHT: dict[str, tuple[bytes | str, TrackMapping]] = {
    # Archives and encodings.
    "gzip": (gzip.compress(TEXT.encode()), PLAIN),
    "zip": (zipped(("t.csv", TEXT)), PLAIN),
    "zip beside a licence": (zipped(("license.txt", "terms"), ("sub/t.csv", TEXT)), PLAIN),
    "utf-8 with a mark": (TEXT.encode("utf-8-sig"), PLAIN),
    "utf-16 with a mark": (TEXT.encode("utf-16"), PLAIN),
    "utf-16 without a mark": (TEXT.encode("utf-16-le"), PLAIN),
    "utf-16 big-endian": (b"\xfe\xff" + TEXT.encode("utf-16-be"), PLAIN),
    "letters of another column in latin-1": (
        b"id,t,lon,lat,note\n"
        + "a,2018-01-10 04:00:00,-110.5,43.25,Bøk\n".encode("latin-1")
        + b"a,2018-01-10 08:00:00,-110.5,43.5,\n",
        PLAIN,
    ),
    # Lines around the table.
    "sep= in front": ("sep=;\n" + TEXT.replace(",", ";"), PLAIN),
    "sep= of an unusual mark": ("sep=^\n" + TEXT.replace(",", "^"), PLAIN),
    "blank first lines": ("\n\n,,,\n" + TEXT, PLAIN),
    "a page above the header": ("Report,1\nSerial,42\n\nFrom,2018-01-01\n" + TEXT, PLAIN),
    "units below the header": (TEXT.replace(HEAD, HEAD + ",UTC,[deg],[deg]\n"), PLAIN),
    "separators at the ends of rows": (
        HEAD + "".join(line + ",\n" for line in ROWS.splitlines()),
        PLAIN,
    ),
    "separators at the end of the header": (TEXT.replace("lat\n", "lat,,\n"), PLAIN),
    "blanks between columns": (
        TEXT.replace("id,t", '"id","t"')
        .replace("a,2", '"a","2')
        .replace(":00,-", ':00",-')
        .replace(",", " "),
        PLAIN,
    ),
    "returns alone as line ends": (TEXT.replace("\n", "\r"), PLAIN),
    "blanks around values": (TEXT.replace(",", " , "), PLAIN),
    # Times.
    "date and time of day apart": (
        "id,d,h,lon,lat\na,01/10/2018,04:00:00,-110.5,43.25\na,01/10/2018,08:00:00,-110.5,43.5\n",
        form("%m/%d/%Y %H:%M:%S", time=("d", "h")),  # type: ignore[arg-type]
    ),
    "year, day of year, hour and minute": (
        "id,y,j,h,m,lon,lat\na,18,10,4,0,-110.5,43.25\na,18,10,8,0,-110.5,43.5\n",
        form("%y %j %H %M", time=("y", "j", "h", "m")),  # type: ignore[arg-type]
    ),
    "two forms": (
        stamps("10.01.2018 04:00", "10.01.2018 08:00:00"),
        form(("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")),
    ),
    "iso and another form": (
        stamps("2018-01-10 04:00:00", "10.01.2018 08:00"),
        form(("iso", "%d.%m.%Y %H:%M")),
    ),
    "twelve hours": (
        stamps("01/10/2018 04:00:00 AM", "01/10/2018 08:00:00 AM"),
        form("%m/%d/%Y %I:%M:%S %p"),
    ),
    "short forms of R": (stamps("2018-01-10 04:00:00", "2018-01-10 08:00:00"), form("%F %T")),
    "days of a spreadsheet": (stamps("43110.1666666667", "43110.33333"), form("excel")),
    "days and parts of a day of a spreadsheet": (
        "id,d,h,lon,lat\na,43110,0.166666667,-110.5,43.25\na,43110,0.333333333,-110.5,43.5\n",
        form("excel", time=("d", "h")),  # type: ignore[arg-type]
    ),
    "seconds of Unix": (stamps("1515556800", "1515571200.0"), form("unix_s", time_zone="+05:00")),
    "milliseconds of Unix": (stamps("1515556800000", "1515571200000"), form("unix_ms")),
    "an offset behind a blank": (
        stamps("2018-01-10 07:00:00 +0300", "2018-01-10 11:00:00 +03:00"),
        PLAIN,
    ),
    "an offset of hours": (stamps("2018-01-09T21:00:00-07", "2018-01-10T01:00:00-07"), PLAIN),
    "the word UTC": (
        stamps("2018-01-10 04:00:00 UTC", "2018-01-10 08:00:00 GMT"),
        replace(PLAIN, time_zone=None),
    ),
    "%Z": (
        stamps("10.01.2018 04:00 UTC", "10.01.2018 08:00 UTC"),
        form("%d.%m.%Y %H:%M %Z", time_zone=None),  # type: ignore[arg-type]
    ),
    "%z behind a blank": (
        stamps("10.01.2018 07:00 +0300", "10.01.2018 11:00 +0300"),
        form("%d.%m.%Y %H:%M %z"),
    ),
    "an offset behind the word UTC": (
        stamps("2018-01-10 07:00:00 GMT+3", "2018-01-10 04:30:00 UTC-03:30"),
        PLAIN,
    ),
    "an offset of three digits": (
        stamps("2018-01-10 07:30 UTC+330", "2018-01-10 11:30 UTC+03:30"),
        PLAIN,
    ),
    "halves of the day as Spanish has them": (
        stamps("01/10/2018 04:00:00 a. m.", "01/10/2018 08:00:00 a.m."),
        form("%m/%d/%Y %I:%M:%S %p"),
    ),
    "a comma before the parts of a second": (
        stamps("2018-01-10 04:00:00,000", "2018-01-10 08:00:00,000"),
        PLAIN,
    ),
    "digits alone": (stamps("201801100400", "201801100800"), form("%Y%m%d%H%M")),
    "the day of the week": (
        stamps("Wed Jan 10 04:00:00 UTC 2018", "Wed Jan 10 08:00:00 UTC 2018"),
        form("%a %b %d %H:%M:%S %Z %Y"),
    ),
    "slashes, year first": (stamps("2018/1/10 4:00", "2018/01/10 08:00:00"), PLAIN),
    "a fixed offset as the zone": (
        stamps("2018-01-10 09:30", "2018-01-10 13:30"),
        replace(PLAIN, time_zone="+05:30"),
    ),
    "Etc names turn the sign": (
        stamps("2018-01-09 21:00", "2018-01-10 01:00"),
        replace(PLAIN, time_zone="Etc/GMT+7"),
    ),
    # Positions.
    "degree signs": (TEXT.replace(",-110.5,", ",-110.5°,").replace("43.25", "43.25°"), PLAIN),
    "degree signs in latin-1": (TEXT.replace("43.25", "43.25°").encode("latin-1"), PLAIN),
    "letters of hemispheres": (
        TEXT.replace("-110.5", "110.5 W").replace("43.25", "43.25N").replace("43.5", "N 43.5"),
        PLAIN,
    ),
    "letters of hemispheres in columns of their own": (
        (
            "id,t,lat,N/S,lon,E/W\na,2018-01-10 04:00:00,43.25,N,110.5,W\n"
            "a,2018-01-10 08:00:00,43.5,N,110.5,W\n"
        ),
        PLAIN,
    ),
    "letters beside numbers that have their sign": (
        (
            "id,t,lat,lat_ns,lon,lon_ew\na,2018-01-10 04:00:00,43.25,N,-110.5,W\n"
            "a,2018-01-10 08:00:00,43.5,N,-110.5,W\n"
        ),
        PLAIN,
    ),
    "a column called news": (
        (
            "id,t,lat,news,lon\na,2018-01-10 04:00:00,43.25,S,-110.5\n"
            "a,2018-01-10 08:00:00,43.5,S,-110.5\n"
        ),
        PLAIN,
    ),
    "degrees, minutes and seconds": (
        TEXT.replace("-110.5", '110° 30\' 0"" W')
        .replace("43.25", "43°15.0'N")
        .replace("43.5", '43°30\'00""N')
        .replace('110° 30\' 0"" W', '"110° 30\' 0"" W"')
        .replace('43°30\'00""N', '"43°30\'00""N"'),
        PLAIN,
    ),
    "longitudes from 0 to 360": (TEXT.replace("-110.5", "249.5"), PLAIN),
    "kilometres": (
        HEAD + "a,2018-01-10 04:00:00,{},{}\na,2018-01-10 08:00:00,{},{}\n",
        replace(PLAIN, crs="EPSG:32612", unit="km"),
    ),
}


def projected(epsg: int, lon: float, lat: float) -> tuple[float, float]:
    from pyproj import Transformer

    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    return float(x), float(y)


@pytest.mark.parametrize("case", READ_RIGHT)
def test_a_file_as_people_have_it_is_read_right(tmp_path: Path, case: str) -> None:
    content, mapping = READ_RIGHT[case]
    if case == "kilometres":
        km = [v / 1000 for lat in (43.25, 43.5) for v in projected(32612, -110.5, lat)]
        content = str(content).format(*km)
    assert_right(read(tmp_path, content, mapping).frame)


REFUSED: dict[str, tuple[bytes | str, TrackMapping, str]] = {
    "letters that differ between encodings": (
        TEXT.replace("a,", "Bøk,").encode("latin-1"),
        PLAIN,
        "byte 0xF8.*set encoding of this source",
    ),
    "a licence page": (
        "<html><body>License Terms: accept the terms</body></html>",
        PLAIN,
        "a licence page instead of data",
    ),
    "a login page": ("<!DOCTYPE html><html>Log in</html>", PLAIN, "a web page instead of data"),
    "two tables in an archive": (
        zipped(("a.csv", TEXT), ("b.csv", TEXT)),
        PLAIN,
        "several tables.*a.csv, b.csv",
    ),
    "a PDF": ("%PDF-1.7", PLAIN, "a PDF document"),
    "day first without a form": (
        stamps("13/01/2018 04:00", "14/01/2018 08:00"),
        PLAIN,
        "set columns.time_format of this source: '%d/%m/%Y %H:%M'$",
    ),
    "day or month first without a form": (
        stamps("03/01/2018 04:00", "03/02/2018 08:00"),
        PLAIN,
        "'%d/%m/%Y %H:%M' or '%m/%d/%Y %H:%M' .which of them",
    ),
    "some rows in another form": (
        stamps("2018-01-10 04:00", "13/01/2018 08:00"),
        PLAIN,
        r"time_format of this source: \[iso, '%d/%m/%Y %H:%M'\]",
    ),
    "numbers of a spreadsheet without a form": (
        stamps("43110.16", "43110.33"),
        PLAIN,
        "time_format of this source: excel",
    ),
    "seconds of Unix without a form": (
        stamps("1515556800", "1515571200"),
        PLAIN,
        "time_format of this source: unix_s",
    ),
    "dates alone": (stamps("2018-01-10", "2018-01-11"), PLAIN, "midnight: date_alone"),
    "JSON": ('[{"id":"a","t":"2018-01-10"}]', PLAIN, "got: JSON.*use format: vector"),
    "GeoJSON": ('{"type": "FeatureCollection", "features": []}', PLAIN, "use format: vector"),
    "a date alone beside a midnight": (
        stamps("2018-01-10", "2018-01-11 00:00:00"),
        PLAIN,
        "date without time of day.*midnight: date_alone",
    ),
    "a zone of letters": (
        stamps("10.01.2018 04:00 MST", "10.01.2018 08:00 MST"),
        form("%d.%m.%Y %H:%M %Z"),
        "write the letters of the zone in columns.time_format instead of %Z",
    ),
    "a sign and a letter": (TEXT.replace("-110.5", "-110.5 W"), PLAIN, "not a number"),
    "a letter that is no longitude's": (TEXT.replace("-110.5", "110.5 N"), PLAIN, "not a number"),
    "kilometres that nobody told": (
        HEAD + "a,2018-01-10 04:00:00,540.6,4788.7\n",
        replace(PLAIN, crs="EPSG:32612"),
        "look like kilometres: set unit: km",
    ),
    "another zone's column": (
        TWO_ZONES,
        replace(PLAIN, crs="EPSG:32612"),
        "also 13T.*set columns.utm_zone: zone",
    ),
    "zones without a hemisphere": (
        "id,t,zone,lon,lat\na,2018-01-10 04:00:00,12S,540600,4788700\n",
        replace(PLAIN, utm_zone="zone"),
        "hemisphere.*EPSG:32612 .north. or EPSG:32712 .south.",
    ),
    "no position at all": (
        HEAD + "a,2018-01-10 04:00:00,0,0\na,2018-01-10 08:00:00,0,0\n",
        PLAIN,
        "the file holds no positions",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_leaves_doubt_is_refused_with_a_cure(tmp_path: Path, case: str) -> None:
    content, mapping, told = REFUSED[case]
    with pytest.raises(InputError) as caught:
        read(tmp_path, content, mapping)
    assert re.search(told, str(caught.value), re.DOTALL)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("UTC+3", "'+03:00', or Etc/GMT-3"),
        ("GMT-7", "'-07:00', or Etc/GMT+7"),
        ("utc +0530", "'+05:30'"),
        ("EAT", "Africa/Nairobi"),
        ("MST", "Etc/GMT+7"),
        ("CET", "Europe/Berlin"),
        ("Dushanbe", "Asia/Dushanbe"),
        ("CST", "Asia/Shanghai"),
    ],
)
def test_zones_as_people_write_them_are_explained(tmp_path: Path, name: str, meant: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, TEXT, replace(PLAIN, time_zone=name))
    assert meant in str(caught.value)


def test_a_stated_encoding_is_read(tmp_path: Path) -> None:
    text = TEXT.replace("a,", "Памир,")
    frame = read(tmp_path, text.encode("cp1251"), PLAIN, encoding="cp1251").frame
    assert frame["animal"].tolist() == ["Памир", "Памир"]


def test_rows_are_counted_from_the_first_line_of_the_file(tmp_path: Path) -> None:
    tracks = read(tmp_path, "page,1\n\n" + TEXT.replace(HEAD, HEAD + ",UTC,deg,deg\n"), PLAIN)
    assert tracks.frame["source_row"].tolist() == [5, 6]
    assert tracks.notes["header_row"] == 3
    assert tracks.notes["units_row"] == 4


def test_midnight_is_a_date_alone_where_nothing_else_can_be_meant(tmp_path: Path) -> None:
    tracks = read(tmp_path, stamps("2018-01-10", "2018-01-10 04:00:00"), PLAIN)
    assert tracks.frame["time_utc"].dt.hour.tolist() == [0, 4]
    assert tracks.notes["midnight_as_a_date_alone"] == 1


def test_fix_types_of_vendors_and_classes_of_argos(tmp_path: Path) -> None:
    mapping = replace(PLAIN, fix_type="q")
    words = ["3D-V Fix", "val. GPS-3D", "2.0", "1.0", "Succeeded (2D)", "Failed (Timeout)"]
    rows = [f"a,2018-01-{d:02} 04:00:00,-110.5,43.25,{w}" for d, w in enumerate(words, 1)]
    tracks = read(tmp_path, "\n".join(["id,t,lon,lat,q", *rows]), mapping)
    assert tracks.frame["fix_type"].tolist() == ["3d", "3d", "2d", "none", "2d", "none"]
    classes = [f"a,2018-01-{d:02} 04:00:00,-110.5,43.25,{w}" for d, w in enumerate("G3B0", 1)]
    argos = read(tmp_path, "\n".join(["id,t,lon,lat,q", *classes]), mapping)
    assert argos.frame["fix_type"].tolist() == ["3d", "2d", "none", "none"]
    assert argos.notes["argos_location_classes"] == {"0": 1, "3": 1, "B": 1, "G": 1}


@pytest.mark.parametrize("nothing", ["0,0", ",", "NA,NA", "0.0,0.000"])
def test_rows_without_a_fix_may_be_most_of_the_file(tmp_path: Path, nothing: str) -> None:
    rows = [f"a,2018-01-{d:02} 05:00:00,{nothing}" for d in range(11, 30)]
    frame = read(tmp_path, TEXT + "\n".join(rows), PLAIN).frame
    assert len(frame) == 21
    placed = np.isfinite(frame["lon"]) & (frame["lon"] != 0)
    assert placed.sum() == 2


def test_each_row_is_read_in_its_own_zone(tmp_path: Path) -> None:
    places = [(12, -108.2), (13, -107.8)]
    rows = []
    for zone, lon in places:
        x, y = projected(32600 + zone, lon, 43.25)
        rows.append(f"a,2018-01-{zone} 04:00:00,{zone}T,{x},{y}")
    mapping = replace(PLAIN, utm_zone="zone")
    frame = read(tmp_path, "\n".join(["id,t,zone,lon,lat", *rows]), mapping).frame
    assert frame["lon"].tolist() == pytest.approx([-108.2, -107.8], abs=1e-6)
    assert frame["lat"].tolist() == pytest.approx([43.25, 43.25], abs=1e-6)


def test_a_workbook_is_read_with_its_dates(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["id", "t", "lon", "lat"])
    for hour, lat in ((4, 43.25), (8, 43.5)):
        sheet.append(["a", pd.Timestamp(2018, 1, 10, hour).to_pydatetime(), -110.5, lat])
    path = tmp_path / "t.xlsx"
    book.save(path)
    assert_right(read_csv(path, "t.xlsx", PLAIN).frame)
    book.create_sheet("other")
    book.save(path)
    with pytest.raises(InputError, match="several sheets"):
        read_csv(path, "t.xlsx", PLAIN)
    assert_right(read_csv(path, "t.xlsx", PLAIN, sheet="Sheet").frame)


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_plain_parquet_is_a_table(tmp_path: Path, zone: str | None) -> None:
    time = pd.to_datetime(["2018-01-10 04:00", "2018-01-10 08:00"])
    table = pa.table(
        {
            "id": pa.array(["a", "a"]).dictionary_encode(),
            "t": pa.array(time, pa.timestamp("ns", zone)),
            "lon": pa.array([-110.5, -110.5]),
            "lat": pa.array([43.25, 43.5], pa.float32()),
        }
    )
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    assert_right(read_csv(path, "t.parquet", PLAIN).frame)


KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2" '
    'xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>{}</Document></kml>'
)


def test_kml_gives_tracks_and_placemarks(tmp_path: Path) -> None:
    track = (
        "<Placemark><name>a</name><gx:Track><when>2018-01-10T04:00:00Z</when>"
        "<when>2018-01-10T08:00:00Z</when><gx:coord>-110.5 43.25 0</gx:coord>"
        "<gx:coord>-110.5 43.5 0</gx:coord></gx:Track></Placemark>"
    )
    points = "<Folder><name>a</name>" + "".join(
        f"<Placemark><name>{i}</name><TimeStamp><when>2018-01-10T{hour}:00:00Z</when></TimeStamp>"
        f"<Point><coordinates>-110.5,{lat},0</coordinates></Point></Placemark>"
        for i, (hour, lat) in enumerate((("04", 43.25), ("08", 43.5)))
    )
    for body in (track, points + "</Folder>"):
        path = tmp_path / "t.kml"
        path.write_text(KML.format(body), encoding="utf-8")
        assert_right(scan_kml(path, "t.kml", animal_name=None).tracks().frame)


LEFT_HALF_READ = """
import sys
from pathlib import Path
from corridors.formats.delimited import open_table
path = Path(sys.argv[1])
table = open_table(path, path.name, {"lon"})
parts = table.batches(["t", "lon"], numbers=["lon"])
next(parts)
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_process_may_end_while_a_file_is_half_read(tmp_path: Path, encoding: str) -> None:
    # Arrow reads ahead in a thread of its own; one that needs the interpreter would abort it.
    path = tmp_path / "t.csv"
    path.write_text(HEAD + ROWS * 300_000, encoding=encoding)
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, "-c", LEFT_HALF_READ, str(path)], capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")


def test_numbers_come_as_numbers_until_a_text_is_none(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    late = "a,2018-01-10 12:00:00,43°N,43.5\n"
    path.write_text(HEAD + ROWS * 100_000 + late + ROWS, encoding="utf-8")
    table = open_table(path, path.name, {"lon"})
    parts = list(table.batches(["lon"], numbers=["lon"]))
    assert [str(part.column("lon").type) for part in parts] == ["double", "string"]
    rows = np.concatenate([part.column("source_row").to_numpy() for part in parts])
    assert (rows == np.arange(2, 200_005)).all()
    assert parts[-1].column("lon").to_pylist()[-3:] == ["43°N", "-110.5", "-110.5"]


FOLLOWED = {
    "ISO without separators": ("20180110T040000Z", "20180110T080000Z"),
    "digits alone": ("201801100400", "201801100800"),
    "digits alone, with seconds": ("20180110040000", "20180110080000"),
    "hours alone": ("2018-01-10 04", "2018-01-10 08"),
    "a point between hour and minute": ("10.01.2018 04.00", "10.01.2018 08.00"),
    "the day of the week": ("Wed Jan 10 04:00:00 2018", "Wed Jan 10 08:00:00 2018"),
    "as mail has it": ("Wed, 10 Jan 2018 04:00:00 GMT", "Wed, 10 Jan 2018 08:00:00 GMT"),
    "an offset after the day first": ("10.01.2018 07:00 +0300", "10.01.2018 11:00 +0300"),
    "halves of the day": ("Jan 10 2018 4:00:00 a.m.", "Jan 10 2018 8:00:00 a. m."),
    "months by name": ("10-Jan-2018 04:00", "10-Jan-2018 08:00"),
}


@pytest.mark.parametrize("case", FOLLOWED)
def test_the_form_that_is_told_of_a_time_reads_it(tmp_path: Path, case: str) -> None:
    content = stamps(*FOLLOWED[case])
    with pytest.raises(InputError, match="time cannot be read") as refused:
        read(tmp_path, content, PLAIN)
    told = re.findall(r"'(%[^']*)'", str(refused.value.faults[0].cure))
    frames = [read(tmp_path, content, form(one)).frame for one in told]
    right = [f for f in frames if f["time_utc"].dt.day.tolist() == [10, 10]]
    assert right
    for frame in right:
        assert_right(frame)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [("-999", "-999"), ("255.0", "255.0"), ("1.0", "1.0"), ("-1", "-1"), ("180", "90"),
     ("0.0", "0.0"), ("", ""), ("No Fix", "No Fix"), ("-", "-"), ("n/a", "n/a"), ("#N/A", "#N/A")],
)  # fmt: skip
@pytest.mark.parametrize("n_lost", [1, 11, 90])
def test_what_is_written_for_no_position_is_none_at_any_share(
    tmp_path: Path, lon: str, lat: str, n_lost: int
) -> None:
    if n_lost == 1 and lon in ("-999", "255.0"):
        n_lost = 10  # fewer may be an error of the file
    lost = "".join(f"a,2018-02-01 {n // 60:02}:{n % 60:02}:00,{lon},{lat}\n" for n in range(n_lost))
    frame = read(tmp_path, TEXT + lost, PLAIN).frame
    x, y = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    usable = np.isfinite(x) & ~impossible(x, y)
    assert usable.tolist() == [True, True] + [False] * n_lost


def test_a_file_that_holds_one_impossible_pair_only_has_no_positions(tmp_path: Path) -> None:
    rows = "".join(f"a,2018-01-{day:02} 04:00:00,-999,-999\n" for day in range(1, 31))
    with pytest.raises(InputError, match="the file holds no positions") as refused:
        read(tmp_path, HEAD + rows, PLAIN)
    assert "-999, -999 in every row" in str(refused.value)


def test_a_name_that_a_program_wrote_as_a_number_with_a_point_is_the_same_name(
    tmp_path: Path,
) -> None:
    content = TEXT.replace("a,2018-01-10 04", "7001.0,2018-01-10 04").replace("a,2018", "7001,2018")
    assert read(tmp_path, content, PLAIN).frame["animal"].tolist() == ["7001", "7001"]


def test_a_zip_whose_table_of_contents_points_before_the_file_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(("t.csv", TEXT)))
    at = content.rindex(b"PK\x05\x06") + 16
    told = int.from_bytes(content[at : at + 4], "little")
    content[at : at + 4] = (told + 5000).to_bytes(4, "little")
    with pytest.raises(InputError, match="the archive cannot be read"):
        read(tmp_path, bytes(content), PLAIN)
