"""Cures of files of tracks."""

from __future__ import annotations

import errno

from worlds.cures.studies import (
    COLUMNS,
    CSV,
    GOOD,
    HEADER,
    LATIN,
    NEXT,
    ROW,
    Case,
    Study,
    gpx,
    tracks,
)

GPX = {"path": "t.gpx", "format": "gpx"}
KML = {"path": "t.kml", "format": "kml"}
AT = "<time>2020-01-01T00:00:00Z</time>"
STAMP = "<TimeStamp><when>2020-01-01T00:00:00Z</when></TimeStamp>"
WAYPOINTS = "".join(
    f'<wpt lat="37.1" lon="71.{n}">{AT.replace("T00", f"T0{n}")}<name>{n}</name></wpt>'
    for n in range(4)
)
WAYPOINTS = f"<gpx>{WAYPOINTS}</gpx>"


def kml(when: str, name: str = "<name>Bek</name>", **source: object) -> Study:
    """Return a study of one KML file with two placemarks of an animal."""
    places = "".join(
        f"<Placemark>{name}{when.replace('T00', f'T0{n}')}"
        f"<Point><coordinates>71.1,37.{n}</coordinates></Point></Placemark>"
        for n in (1, 2)
    )
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{places}</Document></kml>'
    return Study({"t.kml": text}, KML | source)


def full(*_: object) -> None:
    """Stand in for writing to a disk that is full."""
    raise OSError(errno.ENOSPC, "No space left on device")


CASES: tuple[Case, ...] = (
    Case(
        "formats/delimited.py: the row is cut off or a text with a delimiter is not quoted",
        tracks(HEADER + ROW + "Bek, the old,2020-01-01 04:00,71.2,37.2\n"),
        (tracks(HEADER + ROW + '"Bek, the old",2020-01-01 04:00,71.2,37.2\n'), tracks(GOOD)),
    ),
    Case(
        "formats/delimited.py: rename or remove the others",
        tracks("animal,time,lon,lat,lat\n" + ROW.replace("\n", ",1\n")),
        (tracks("animal,time,lon,lat,lat2\n" + ROW.replace("\n", ",1\n")), tracks(GOOD)),
    ),
    Case(
        "formats/delimited.py: correct the path in the configuration",
        Study({"other.csv": GOOD}, CSV),
        (Study({"other.csv": GOOD}, CSV | {"path": "other.csv"}),),
    ),
    Case(
        "formats/delimited.py: export it again, or remove the source",
        tracks(HEADER),
        (tracks(GOOD), Study({"t.csv": HEADER, "u.csv": GOOD}, CSV | {"path": "u.csv"})),
    ),
    Case(
        "formats/delimited.py: the nearest column is '…'",
        tracks(GOOD.replace("lat\n", "latitude\n")),
        (tracks(GOOD.replace("lat\n", "latitude\n"), columns=COLUMNS | {"lat": "latitude"}),),
    ),
    Case(
        "formats/delimited.py: name the right column, or add it to the file",
        tracks(GOOD, columns=COLUMNS | {"dop": "quality"}),
        (
            tracks(GOOD),
            tracks(
                "animal,time,lon,lat,quality\n" + ROW.replace("\n", ",1.5\n"),
                columns=COLUMNS | {"dop": "quality"},
            ),
        ),
    ),
    Case(
        "formats/encodings/__init__.py: correct encoding of this source",
        tracks(GOOD, encoding="utf-88"),
        (tracks(GOOD, encoding="utf-8"),),
    ),
    Case(
        "formats/encodings/streams.py: set encoding of this source to the one that reads right "
        "(cp1252, cp1251, latin-1 ...), or save the file as UTF-8",
        tracks(LATIN),
        (tracks(LATIN, encoding="windows-1252"), tracks(LATIN.decode("latin-1"))),
    ),
    Case(
        "formats/encodings/streams.py: correct encoding of this source, or export the file again",
        tracks(LATIN, encoding="utf-8"),
        (tracks(LATIN, encoding="latin-1"), tracks(LATIN.decode("latin-1"), encoding="ascii")),
    ),
    Case(
        "formats/gpx.py: export the track with its times",
        gpx("<name>Bek</name>", time=""),
        (gpx("<name>Bek</name>"),),
    ),
    Case(
        "formats/gpx.py: name the tracks, or set animal of this source",
        gpx(""),
        (gpx("<name>Bek</name>"), gpx("", animal="Bek")),
    ),
    Case(
        "formats/contents.py: export or download it again, or remove the source",
        tracks(""),
        (tracks(GOOD), Study({"t.csv": "", "u.csv": GOOD}, CSV | {"path": "u.csv"})),
    ),
    Case(
        "formats/delimited.py: look for an unclosed quotation mark",
        tracks(HEADER + ROW + '"' + 6 * NEXT),
        (tracks(HEADER + ROW + NEXT),),
        hinder=lambda patch: patch.setattr("corridors.formats.delimited._BLOCK_BYTES", 64),
    ),
    Case(
        "formats/text_file.py: free some space, or set TMPDIR to a folder that has it",
        tracks(GOOD.encode("utf-16")),
        (tracks(GOOD.encode("utf-16")),),
        hinder=lambda patch: patch.setattr("corridors.formats.text_file.shutil.copyfileobj", full),
    ),
    # GPX and KML
    Case(
        "formats/elements.py: <cure>",
        Study({"t.gpx": "<gpx><trk><name>Bek & Ada</name>"}, GPX),
        (gpx("<name>Bek &amp; Ada</name>"),),
        said="export it again as GPX 1.1",
    ),
    Case(
        "formats/gpx.py: export it again as GPX 1.1",
        Study({"t.gpx": "<gpx><trk>"}, GPX),
        (gpx("<name>Bek</name>"),),
    ),
    Case(
        "formats/kml.py: export it again",
        Study({"t.kml": "<kml><Document>"}, KML),
        (kml(STAMP),),
    ),
    Case(
        "formats/gpx.py: a route has no times: export the track",
        Study({"t.gpx": '<gpx><rte><rtept lat="37.1" lon="71.1"/></rte></gpx>'}, GPX),
        (gpx("<name>Bek</name>"),),
    ),
    Case(
        "formats/gpx.py: export it again",
        Study(
            {"t.gpx": f'<gpx><trk><trkseg><trkpt lat="37.1">{AT}</trkpt></trkseg></trk></gpx>'},
            GPX | {"animal": "Bek"},
        ),
        (gpx("<name>Bek</name>"),),
    ),
    Case(
        "formats/gpx.py: set animal of this source to the one animal of the file",
        Study({"t.gpx": WAYPOINTS}, GPX),
        (Study({"t.gpx": WAYPOINTS}, GPX | {"animal": "Bek"}),),
    ),
    Case(
        "formats/kml.py: export the points with their times, or the table as CSV",
        kml(""),
        (kml(STAMP), tracks(GOOD)),
    ),
    Case(
        "formats/kml.py: set animal of this source to the one animal of the file",
        kml(STAMP, name=""),
        (kml(STAMP, name="", animal="Bek"),),
    ),
)
