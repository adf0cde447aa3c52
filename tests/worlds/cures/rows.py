"""Cures of what a table of fixes holds."""

from __future__ import annotations

from worlds.cures.studies import (
    COLUMNS,
    CSV,
    GOOD,
    HEADER,
    MOVEBANK,
    NEXT,
    OF_COLLARS,
    OF_MOVEBANK,
    ROW,
    SEEN,
    WORN,
    Case,
    Study,
    movebank,
    tracks,
    worn,
)

AS_MOVEBANK = {
    "animal": "individual-local-identifier",
    "time": "timestamp",
    "lon": "location-long",
    "lat": "location-lat",
}
ZONED = COLUMNS | {"utm_zone": "zone"}


def formed(*forms: str) -> dict[str, object]:
    """Return the columns with forms of the time."""
    return COLUMNS | {"time_format": forms[0] if len(forms) == 1 else list(forms)}


def dated(time: str) -> str:
    """Return a table whose only fix has this time."""
    return HEADER + ROW.replace("2020-01-01 00:00", time)


def quality(dop: str) -> Study:
    """Return a study whose fix has this dilution of precision."""
    text = "animal,time,lon,lat,dop\n" + ROW.replace("\n", f",{dop}\n")
    return tracks(text, columns=COLUMNS | {"dop": "dop"})


def placed(x: float, y: float) -> str:
    """Return a table of three fixes there."""
    return HEADER + "".join(f"Bek,2020-01-01 0{n}:00,{x},{y}\n" for n in range(3))


def zoned(*zones: str) -> str:
    """Return a table of fixes in metres with the UTM zone of each."""
    return "animal,time,lon,lat,zone\n" + "".join(
        f"Bek,2020-01-01 0{n}:00,687000,4107000,{zone}\n" for n, zone in enumerate(zones)
    )


CASES: tuple[Case, ...] = (
    Case(
        "formats/numbers.py: these are decimal commas: set decimal: ',' of this source",
        tracks(GOOD.replace(",", ";").replace(".", ",")),
        (tracks(GOOD.replace(",", ";").replace(".", ","), decimal=","),),
    ),
    Case(
        "formats/numbers.py: correct the rows; leave the cell empty where there is no value",
        tracks(HEADER + ROW + NEXT.replace("71.2", "east")),
        (tracks(GOOD), tracks(HEADER + ROW + NEXT.replace("71.2", ""))),
    ),
    Case(
        "formats/track_reader.py: fill in the name, or remove the rows",
        tracks(GOOD + NEXT.replace("Bek", "")),
        (tracks(GOOD + NEXT.replace("Bek", "Ada")), tracks(GOOD)),
    ),
    Case(
        "formats/fix_quality.py: correct the rows, or leave this column out of the mapping",
        tracks(
            "animal,time,lon,lat,bad\n" + ROW.replace("\n", ",perhaps\n"),
            columns=COLUMNS | {"outlier": "bad"},
        ),
        (
            tracks(
                "animal,time,lon,lat,bad\n" + ROW.replace("\n", ",true\n"),
                columns=COLUMNS | {"outlier": "bad"},
            ),
            tracks("animal,time,lon,lat,bad\n" + ROW.replace("\n", ",perhaps\n")),
        ),
    ),
    Case(
        "formats/stamps.py: set time_zone of this source to the clock of the file, e.g. UTC",
        tracks(GOOD, time_zone=None),
        (tracks(GOOD, time_zone="UTC"), tracks(GOOD, time_zone="Asia/Dushanbe")),
    ),
    Case(
        "formats/stamps.py: the clock changes there: export in UTC and set time_zone: UTC",
        tracks(HEADER + "Bek,2020-03-29 02:30,10.1,47.1\n", time_zone="Europe/Vienna"),
        (tracks(HEADER + "Bek,2020-03-29 01:30,10.1,47.1\n", time_zone="UTC"),),
    ),
    Case(
        "formats/stamps.py: correct or remove the rows",
        tracks(GOOD + NEXT.replace("2020", "1870")),
        (tracks(GOOD), tracks(HEADER + ROW + NEXT.replace("04", "08"))),
    ),
    Case(
        "formats/stamps.py: write the time of day too, as in 2020-01-31 00:00",
        worn("animal,start,end\nBek,2019-12-31,\n"),
        (worn("animal,start,end\nBek,2019-12-31 00:00,\n"),),
    ),
    Case(
        "formats/movebank.py: export the GPS sensor",
        movebank(SEEN.replace("gps", "acceleration")),
        (movebank(SEEN),),
    ),
    Case(
        "formats/movebank.py: fill in the sensor type, or remove the column if all rows are GPS "
        "fixes",
        movebank(SEEN + SEEN.replace("gps", "").replace("00:00:00", "04:00:00")),
        (
            movebank(SEEN + SEEN.replace("00:00:00", "04:00:00")),
            Study(
                {
                    "t.csv": OF_MOVEBANK.replace("sensor-type,", "")
                    + SEEN.replace("gps,", "")
                    + SEEN.replace("gps,", "").replace("00:00:00", "04:00:00")
                },
                MOVEBANK,
            ),
        ),
    ),
    Case(
        "formats/movebank.py: fill in the name, or remove the rows",
        movebank(SEEN + SEEN.replace("T1,Bek", ",").replace("00:00:00", "04:00:00")),
        (movebank(SEEN), movebank(SEEN + SEEN.replace("00:00:00", "04:00:00"))),
    ),
    Case(
        "stages/ingest/track_files.py: the nearest name is '…'",
        tracks(GOOD, animals=["Beck"]),
        (tracks(GOOD, animals=["Bek"]),),
    ),
    Case(
        "stages/ingest/track_files.py: correct animals",
        tracks(GOOD, animals=["Zuxy"]),
        (tracks(GOOD, animals=["Bek"]),),
    ),
    Case(
        "stages/ingest/track_files.py: correct species of this source, or leave it out",
        movebank(SEEN, species="Ovis amon"),
        (movebank(SEEN, species="Ovis ammon"), movebank(SEEN)),
    ),
    Case(
        "stages/ingest/track_files.py: set species or animals of this source to say what to read",
        movebank(SEEN + SEEN.replace("Ovis ammon,T1,Bek", "Capra sibirica,T2,Ibex")),
        (
            movebank(
                SEEN + SEEN.replace("Ovis ammon,T1,Bek", "Capra sibirica,T2,Ibex"),
                species="Ovis ammon",
            ),
            movebank(
                SEEN + SEEN.replace("Ovis ammon,T1,Bek", "Capra sibirica,T2,Ibex"),
                animals=["Bek"],
            ),
        ),
    ),
    Case(
        "formats/deployments.py: fill in the name, or remove the rows",
        worn("animal,start,end\nBek,2019-12-31 12:00,\n,2020-01-01 12:00,\n"),
        (worn("animal,start,end\nBek,2019-12-31 12:00,\n"),),
    ),
    Case(
        "formats/deployments.py: exchange the two times, or correct them",
        worn("animal,start,end\nBek,2020-02-01 12:00,2019-12-01 12:00\n"),
        (worn("animal,start,end\nBek,2019-12-01 12:00,2020-02-01 12:00\n"),),
    ),
    Case(
        "stages/ingest/track_files.py: correct start and end of their rows",
        worn(WORN + "Ada,B,2019-12-20 12:00,2020-03-01 12:00\n", columns=OF_COLLARS),
        (worn(WORN + "Ada,B,2020-02-01 12:00,2020-03-01 12:00\n", columns=OF_COLLARS),),
    ),
    Case(
        "formats/track_reader.py: leave the cell empty where it is unknown",
        quality("-1"),
        (quality(""),),
    ),
    Case(
        "formats/stamps.py: <cure_of(time_zone)>",
        tracks(GOOD, time_zone="UTC+3"),
        (tracks(GOOD, time_zone="+03:00"), tracks(GOOD, time_zone="Etc/GMT-3")),
        said="write '+03:00', or Etc/GMT-3 (these names turn the sign: Etc/GMT-3 is ahead of UTC)",
    ),
    Case(
        "formats/stamps.py: <cure_of(time_zone)>",
        tracks(GOOD, time_zone="Asia/Dushambe"),
        (tracks(GOOD, time_zone="Asia/Dushanbe"),),
        said="did you mean Asia/Dushanbe?",
    ),
    Case(
        "formats/stamps.py: <cure_of(time_zone)>",
        tracks(GOOD, time_zone="MST"),
        (tracks(GOOD, time_zone="America/Denver"), tracks(GOOD, time_zone="Etc/GMT+7")),
        said="write America/Denver where the clock changes with the season there, Etc/GMT+7 for "
        "-07:00 all year",
    ),
    Case(
        "formats/stamps.py: <cure_of(time_zone)>",
        tracks(GOOD, time_zone="here"),
        (tracks(GOOD, time_zone="UTC"),),
        said="correct time_zone of this source",
    ),
    Case(
        "formats/stamps.py: <self._cure(unreadable, told)>",
        tracks(dated("31.01.2020 04:00")),
        (tracks(dated("31.01.2020 04:00"), columns=formed("%d.%m.%Y %H:%M")),),
        said="set columns.time_format of this source: '%d.%m.%Y %H:%M'",
    ),
    Case(
        "formats/stamps.py: <self._cure(unreadable, told)>",
        tracks(dated("31.01.2020 04:00") + NEXT),
        (tracks(dated("31.01.2020 04:00") + NEXT, columns=formed("iso", "%d.%m.%Y %H:%M")),),
        said="set columns.time_format of this source: [iso, '%d.%m.%Y %H:%M']",
    ),
    Case(
        "formats/stamps.py: <self._cure(unreadable, told)>",
        tracks(dated("noon")),
        (tracks(GOOD),),
        said="correct or remove the rows, or set columns.time_format of this source",
    ),
    Case(
        "formats/stamps.py: <self._cure(unreadable, told)>",
        movebank(SEEN.replace("2020-01-01 00:00:00", "31.01.2020 04:00")),
        (
            Study(
                {"t.csv": OF_MOVEBANK + SEEN.replace("2020-01-01 00:00:00", "31.01.2020 04:00")},
                CSV | {"columns": AS_MOVEBANK | {"time_format": "%d.%m.%Y %H:%M"}},
            ),
        ),
        said="set format: csv of this source, name its columns, and set columns.time_format: "
        "'%d.%m.%Y %H:%M'",
    ),
    Case(
        "formats/stamps.py: <self._cure(unreadable, told)>",
        tracks(dated("2020-01-31 04:00 MST"), columns=formed("%Y-%m-%d %H:%M %Z")),
        (
            tracks(
                dated("2020-01-31 04:00 MST"),
                columns=formed("%Y-%m-%d %H:%M MST"),
                time_zone="Etc/GMT+7",
            ),
        ),
        said="no zone but UTC, GMT and Z is read from the text: set time_zone, and write the "
        "letters of the zone in columns.time_format instead of %Z",
    ),
    Case(
        "formats/stamps.py: where it is midnight set midnight: date_alone of this source, or write "
        "00:00:00 (in R: format(time, '%Y-%m-%d %H:%M:%S') before write.csv)",
        tracks(dated("2020-01-31") + ROW),
        (
            tracks(dated("2020-01-31") + ROW, midnight="date_alone"),
            tracks(dated("2020-01-31 00:00:00") + ROW),
        ),
    ),
    # positions
    Case(
        "formats/positions.py: <cure>",
        tracks(placed(37.1, 139.1)),
        (tracks(placed(37.1, 139.1), columns=COLUMNS | {"lon": "lat", "lat": "lon"}),),
        said="longitude and latitude look swapped: exchange columns.lon and columns.lat",
    ),
    Case(
        "formats/positions.py: <cure>",
        tracks(placed(687_000, 4_107_000)),
        (tracks(placed(687_000, 4_107_000), crs="EPSG:32642"),),
        said="the coordinates look projected: read it as format: csv with its crs, e.g. EPSG:32642",
    ),
    Case(
        "formats/positions.py: the coordinates look like kilometres: set unit: km of this source",
        tracks(placed(687, 4_107), crs="EPSG:32642"),
        (tracks(placed(687, 4_107), crs="EPSG:32642", unit="km"),),
    ),
    Case(
        "formats/positions.py: correct crs of this source; x is columns.lon, y is columns.lat",
        tracks(placed(8_000_000, 687_000), crs="EPSG:32642"),
        (
            tracks(
                placed(8_000_000, 687_000),
                crs="EPSG:32642",
                columns=COLUMNS | {"lon": "lat", "lat": "lon"},
            ),
        ),
    ),
    Case(
        "formats/positions.py: correct crs of this source",
        tracks(placed(687_000, 4_107_000), crs="EPSG:999999"),
        (tracks(placed(687_000, 4_107_000), crs="EPSG:32642"),),
    ),
    Case(
        "formats/track_reader.py: set columns.utm_zone: … of this source; each row is then read in "
        "its own zone",
        tracks(zoned("42S", "43S"), crs="EPSG:32642"),
        (tracks(zoned("42S", "43S"), crs="EPSG:32642", columns=ZONED),),
    ),
    Case(
        "formats/utm_zones.py: <fault[1]>",
        tracks(zoned("42S", "42 east"), crs="EPSG:32642", columns=ZONED),
        (
            tracks(zoned("42S", "42S"), crs="EPSG:32642", columns=ZONED),
            tracks(zoned("42S", "42 east"), crs="EPSG:32642"),
        ),
        said="correct the rows, or set crs instead of columns.utm_zone",
    ),
    Case(
        "formats/utm_zones.py: <fault[1]>",
        tracks(zoned("42", "42"), columns=ZONED),
        (tracks(zoned("42", "42"), columns=ZONED, crs="EPSG:32642"),),
        said="set crs to EPSG:32642 (north) or EPSG:32742 (south); the zone of each row is then "
        "that of the column",
    ),
    Case(
        "formats/utm_zones.py: <fault[1]>",
        tracks(zoned("42N", "42N"), columns=ZONED, crs="EPSG:32742"),
        (tracks(zoned("42N", "42N"), columns=ZONED, crs="EPSG:32642"),),
        said="correct crs of this source",
    ),
    # numbers that are degrees in another form
    Case(
        "formats/positions.py: <cure>",
        tracks(placed(71_100_000, 37_100_000)),
        (tracks(placed(71.1, 37.1)),),
        said="these look like millionths of a degree: divide both columns by 1,000,000",
    ),
    Case(
        "formats/positions.py: <cure>",
        tracks(placed(711_000_000, 371_000_000)),
        (tracks(placed(71.1, 37.1)),),
        said="these look like ten-millionths of a degree: divide both columns by 10,000,000",
    ),
    Case(
        "formats/positions.py: <cure>",
        tracks(HEADER + "Bek,2020-01-01 00:00,07106.123,3706.5\n"),
        (tracks(placed(71 + 6.123 / 60, 37 + 6.5 / 60)),),
        said="these look like degrees and minutes (DDMM.mmm): write DD + MM.mmm / 60, west and "
        "south with a minus",
    ),
    # bytes that are no text
    Case(
        "formats/delimited.py: remove this line",
        tracks(GOOD + "\x1a"),
        (tracks(GOOD),),
    ),
    Case(
        "formats/encodings/streams.py: take the zero bytes out, e.g. tr -d '\\000' < FILE > NEW, "
        "and look at this row",
        tracks(GOOD + 40 * "\x00" + NEXT.replace("04:", "08:")),
        (tracks(GOOD + NEXT.replace("04:", "08:")),),
    ),
    Case(
        "formats/track_reader.py: look for a quotation mark that is not closed, or correct the "
        "name",
        tracks(HEADER + ROW + '"' + NEXT + '"' + NEXT.replace("04:", "08:")),
        (tracks(HEADER + ROW + NEXT + NEXT.replace("04:", "08:")),),
    ),
)
