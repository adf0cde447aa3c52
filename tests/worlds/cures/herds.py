"""Cures of a herd as a whole: dates, places, names, collars."""

from __future__ import annotations

from datetime import date

from corridors.config.sources import TrackSource
from corridors.formats.track_columns import TrackMapping
from corridors.formats.track_reader import TrackReader
from corridors.stages.ingest.track_files import mapping_of
from worlds.cures.studies import (
    COLUMNS,
    CSV,
    GOOD,
    HEADER,
    NEXT,
    Case,
    Study,
    tracks,
    worn,
)

BOTH = "animal,collar,start,end\nBek,B,2019-12-01 12:00,\nAda,Bek,2019-12-01 12:00,\n"


def named(**source: object) -> Study:
    """Return a study in which a name is an animal and another one's collar."""
    return Study({"t.csv": GOOD, "d.csv": BOTH}, CSV | {"deployments": "d.csv"} | source)


def rows_of(name: str, year: int, lon: float = 71.1, lat: float = 37.1) -> str:
    """Return fixes of an animal, one a day of a month."""
    return "".join(f"{name},{year}-06-{day:02} 00:00,{lon},{lat}\n" for day in range(1, 31))


def walk(year: int) -> str:
    """Return a table of two animals in a year."""
    return HEADER + rows_of("Ada", year) + rows_of("Bek", year)


def herd_with(name: str, lon: float, lat: float) -> str:
    """Return a table of three animals, and of one that lives there."""
    others = "".join(rows_of(other, 2020) for other in ("Ada", "Bek", "Cem"))
    return HEADER + others + rows_of(name, 2020, lon, lat)


def two_files(**source: object) -> Study:
    """Return a study of two files with one name at two places; ``source`` says of the second."""
    east = HEADER + rows_of("Bek", 2020, 72.1) + rows_of("Ada", 2021, 72.1)
    return Study(
        {"w.csv": HEADER + rows_of("Bek", 2020), "e.csv": east},
        (CSV | {"path": "w.csv"}, CSV | {"path": "e.csv"} | source),
    )


def two_tags(**source: object) -> Study:
    """Return a study of an animal that has two tags at two places, and of when it wore which."""
    tagged = [
        rows_of("Bek", 2020, lon).replace("\n", f",{tag}\n")
        for tag, lon in (("T1", 71.1), ("T2", 72.1))
    ]
    text = HEADER.replace("\n", ",tag\n") + "".join(tagged)
    worn = "collar,animal,start,end\nT1,Bek,2020-01-01 12:00,2020-05-01 12:00\n"
    worn += "T2,Bek,2020-05-01 12:00,\n"
    return Study({"t.csv": text, "d.csv": worn}, CSV | source)


ALIKE = HEADER + rows_of("Bek", 2020) + rows_of("BEK", 2021)
CASES: tuple[Case, ...] = (
    # the herd as a whole
    Case(
        "stages/ingest/census.py: correct the dates (a two-digit year? day and month?), or the "
        "time_format of this source",
        tracks(walk(2090)),
        (tracks(walk(2020)),),
    ),
    Case(
        "stages/ingest/census.py: correct the dates; where they are 1,024 weeks early, set "
        "add_1024_weeks_before: … of this source",
        tracks(walk(1990)),
        (tracks(walk(2020)), tracks(walk(1990), add_1024_weeks_before=date(1994, 1, 1))),
    ),
    Case(
        "stages/ingest/census.py: set add_1024_weeks_before: … of this source",
        tracks(walk(2020) + rows_of("Bek", 2000)),
        (tracks(walk(2020) + rows_of("Bek", 2000), add_1024_weeks_before=date(2020, 1, 1)),),
    ),
    Case(
        "stages/ingest/census.py: if they are two animals, set animal_prefix of one of the "
        "sources; if one, read it from one of them (animals says which animals a source is read "
        "for)",
        two_files(),
        (two_files(animal_prefix="east "), two_files(animals=["Ada"])),
    ),
    Case(
        "stages/ingest/census.py: say when the animal wore which: deployments of this source, a "
        "CSV with the columns collar,animal,start,end",
        two_tags(columns=COLUMNS | {"tag": "tag"}),
        (two_tags(columns=COLUMNS | {"animal": "tag"}, deployments="d.csv"),),
    ),
    Case(
        "stages/ingest/census.py: its longitude and latitude are exchanged: correct the file",
        tracks(herd_with("Dilek", 37.1, 71.1)),
        (tracks(herd_with("Dilek", 71.1, 37.1)),),
    ),
    Case(
        "stages/ingest/census.py: the sign of its … seems lost: correct the file, or leave it out "
        "with animals",
        tracks(herd_with("Dilek", -71.1, 37.1)),
        (
            tracks(herd_with("Dilek", 71.1, 37.1)),
            tracks(herd_with("Dilek", -71.1, 37.1), animals=["Ada", "Bek", "Cem"]),
        ),
    ),
    Case(
        "stages/ingest/census.py: read it as a herd of its own, or correct the file (a wrong CRS "
        "or UTM zone?)",
        tracks(herd_with("Dilek", 100.0, 10.0)),
        (
            tracks(herd_with("Dilek", 71.1, 37.1)),
            tracks(herd_with("Dilek", 100.0, 10.0), animals=["Dilek"]),
        ),
    ),
    # names of animals and of collars
    Case(
        "stages/ingest/census.py: write one name in the file; or say which is which animal: "
        "deployments of this source, a CSV with the columns collar,animal,start,end and these "
        "names as collars",
        tracks(ALIKE),
        (
            tracks(ALIKE.replace("BEK", "Bek")),
            Study(
                {
                    "t.csv": ALIKE,
                    "d.csv": "collar,animal,start,end\nBek,Bek,2020-01-01 12:00,\n"
                    "BEK,Bek 2,2021-01-01 12:00,\n",
                },
                CSV | {"deployments": "d.csv"},
            ),
            # Both at the same time, far apart: two animals, as some projects name them.
            tracks(HEADER + rows_of("Bek", 2020) + rows_of("BEK", 2020, 71.3)),
        ),
    ),
    Case(
        "stages/ingest/track_files.py: add their rows, or read only the others with animals; if "
        "they are names of collars, add a column collar to the deployments, with the collar that "
        "each animal wore",
        worn("animal,start,end\nAda,2019-12-31 12:00,\n"),
        (
            worn("animal,start,end\nBek,2019-12-31 12:00,\n"),
            Study(
                {
                    "t.csv": GOOD + NEXT.replace("Bek", "Ada"),
                    "d.csv": "animal,start,end\nAda,2019-12-31 12:00,\n",
                },
                CSV | {"deployments": "d.csv", "animals": ["Ada"]},
            ),
            worn("animal,collar,start,end\nAda,Bek,2019-12-31 12:00,\n"),
        ),
    ),
    Case(
        "stages/ingest/track_files.py: set deployments_by of … to what the names in it are",
        named(),
        (named(deployments_by="animal"), named(deployments_by="collar")),
    ),
    Case(
        "stages/ingest/track_files.py: set columns",
        lambda _: mapping_of(TrackSource.model_construct(path="t.csv", columns=None)),
        (lambda _: mapping_of(TrackSource.model_validate(CSV)),),
    ),
    Case(
        "formats/track_reader.py: name them in columns of this source",
        lambda _: TrackReader("t.csv", TrackMapping(animal="animal", time="time")),
        (lambda _: TrackReader("t.csv", TrackMapping(**COLUMNS)),),
    ),
)
