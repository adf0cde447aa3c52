"""The picks CSV: what is written is read back, and every fault has its row and column."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corridors.formats.picks import COLUMNS, Pick, Span, read_picks, write_picks
from corridors.foundation.errors import InputError, MissingInputError

HEADER = ",".join(COLUMNS)


def day(month: int, number: int, hour: int = 0, year: int = 2007) -> datetime:
    return datetime(year, month, number, hour, tzinfo=UTC)


SPAN = Span(day(3, 1, 6), day(1, 20, 18, 2008), day(2, 1), day(2, 1, 0, 2008))
SEASONS = ("spring", "autumn")
TRACKS = {name: {2007: SPAN} for name in ("mm_317", "mm_318", "=SUM(A1)", "'quoted", 'a"b,\nc')}


def read(folder: Path, text: str | bytes) -> list[Pick]:
    path = folder / "picks.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_picks(path, "picks.csv", TRACKS, migrations=SEASONS)


def faults(folder: Path, text: str | bytes) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    assert all(fault.file == "picks.csv" for fault in caught.value.faults)
    return [(fault.row, fault.column, fault.what) for fault in caught.value.faults]


@pytest.mark.parametrize("animal", TRACKS)
def test_what_is_written_is_read_back(tmp_path: Path, animal: str) -> None:
    picks = [
        Pick(animal, 2007, "spring", "migration", day(4, 1), day(4, 20, 7)),
        Pick(animal, 2007, "summer", "range", day(5, 1), datetime(2007, 9, 1, 0, 1, 2, 500, UTC)),
    ]
    write_picks(picks, tmp_path / "out.csv")
    got = read_picks(tmp_path / "out.csv", "out.csv", TRACKS, migrations=SEASONS)
    assert [(p.animal, p.season, p.part, p.start_utc, p.end_utc) for p in got] == [
        (p.animal, p.season, p.part, p.start_utc, p.end_utc) for p in picks
    ]


@pytest.mark.parametrize("animal", ["=SUM(A1)", "+1", "-1", "@x", "\tx", "\rx", "'quoted"])
def test_no_cell_starts_like_a_formula(tmp_path: Path, animal: str) -> None:
    write_picks(
        [Pick(animal, 2007, "spring", "migration", day(4, 1), day(5, 1))], tmp_path / "x.csv"
    )
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        row = list(csv.reader(file))[1]
    assert row[0] == "'" + animal
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize(
    "row",
    [
        "mm_317,2007,spring,migration,2007-04-01,2007-04-20",
        "mm_317,2007,spring,migration,2007-04-01 00:00,2007-04-21T00:00:00Z",
        " mm_317 , 2007 ,SPRING,Migration,2007-04-01T02:00+02:00,2007-04-21 00:00:00",
    ],
)
def test_times_are_utc_and_a_date_as_end_includes_its_day(tmp_path: Path, row: str) -> None:
    (pick,) = read(tmp_path, f"{HEADER}\n{row}\n")
    assert (pick.animal, pick.bio_year, pick.season, pick.part) == (
        "mm_317", 2007, "spring", "migration"
    )  # fmt: skip
    assert (pick.start_utc, pick.end_utc) == (day(4, 1), day(4, 21))


def test_a_spreadsheets_file_is_read(tmp_path: Path) -> None:
    text = "\ufeff" + HEADER.replace(",", ";") + "\r\n"
    text += "mm_317;2007;spring;migration;2007-04-01;2007-04-20\r\n;;;;;\r\n"
    assert len(read(tmp_path, text)) == 1


def test_windows_are_cut_to_the_track(tmp_path: Path) -> None:
    row = "mm_317,2007,spring,migration,2007-03-01,2007-04-20"
    assert read(tmp_path, f"{HEADER}\n{row}\n")[0].start_utc == SPAN.first_utc


def test_an_animal_year_can_be_said_to_have_no_window(tmp_path: Path) -> None:
    (pick,) = read(tmp_path, f"{HEADER}\nmm_317,2007,,none,,\n")
    assert (pick.part, pick.start_utc) == ("none", None)
    write_picks([pick], tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text() == f"{HEADER}\nmm_317,2007,,none,,\n"


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("mm_371,2007,spring,migration,2007-04-01,2007-04-20", "animal", "no such animal"),
        ("mm_317,07,spring,migration,2007-04-01,2007-04-20", "bio_year", "not a year"),
        ("mm_317,2009,spring,migration,2007-04-01,2007-04-20", "bio_year", "no usable fixes"),
        ("mm_317,2007,spring,walk,2007-04-01,2007-04-20", "part", "unknown part"),
        ("mm_317,2007,winter,migration,2007-04-01,2007-04-20", "season", "unknown season"),
        ("mm_317,2007,spring,migration,4/1/2007,2007-04-20", "start_utc", "not a time"),
        ("mm_317,2007,spring,migration,2007-04-01,2007-02-30", "end_utc", "not a time"),
        ("mm_317,2007,spring,migration,2007-04-01,20070420", "end_utc", "not a time"),
        ("mm_317,2007,spring,migration,2007-04-21,2007-04-20", "end_utc", "before it starts"),
        ("mm_317,2007,spring,migration,2007-02-27,2007-04-20", "start_utc", "before the track"),
        ("mm_317,2007,autumn,migration,2007-12-01,2008-01-22", "end_utc", "after the track"),
        ("mm_317,2007,,none,2007-12-01,", "start_utc", "says nothing else"),
    ],
)
def test_each_fault_has_its_row_and_column(
    tmp_path: Path, row: str, column: str, words: str
) -> None:
    good = "mm_318,2007,spring,migration,2007-04-01,2007-04-20"
    found = faults(tmp_path, f"{HEADER}\n{good}\n{row}\n")
    assert [(r, c) for r, c, _ in found] == [(3, column)]
    assert words in found[0][2]


def test_all_faults_are_reported_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    text = f"{HEADER}\nmm_3177,x,spring,walk,?,?\nmm_317,2007,spring,range,2007-04-01,2007-04-20\n"
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    found = caught.value.faults
    assert [fault.row for fault in found] == [2, 2, 2, 2, 2, 3]
    assert found[0].cure == "did you mean 'mm_317'?"


def test_overlapping_windows_of_one_animal_are_refused(tmp_path: Path) -> None:
    rows = [
        "mm_317,2007,summer,range,2007-04-15,2007-09-01",
        "mm_318,2007,spring,migration,2007-04-01,2007-04-20",
        "mm_317,2007,spring,migration,2007-04-01,2007-04-20",
    ]
    found = faults(tmp_path, "\n".join([HEADER, *rows]))
    assert found == [(2, "start_utc", "the window overlaps the one in row 4")]


def test_a_window_beside_the_statement_that_there_is_none_is_refused(tmp_path: Path) -> None:
    rows = ["mm_317,2007,,none,,", "mm_317,2007,spring,migration,2007-04-01,2007-04-20"]
    assert faults(tmp_path, "\n".join([HEADER, *rows]))[0][:2] == (3, "part")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (HEADER.encode() + b"\nmm_\xff317,2007", "not UTF-8"),
        (b"animal,bio_year,season,part,start\n", "column start_utc is missing"),
        (HEADER.encode() + b",note\n", "unknown column 'note'"),
        (HEADER.encode() + b",part\n", "column part is there twice"),
        (HEADER.encode() + b"\nmm_317,2007\n", "another number of cells"),
        (HEADER.encode() + b'\n"mm_317,2007\n', "not a table"),
        (HEADER.encode() + b'\n"mm"_317,2007\n', "not a table"),
    ],
)
def test_a_file_that_is_no_picks_table_is_refused(tmp_path: Path, text: bytes, words: str) -> None:
    assert any(words in what for _, _, what in faults(tmp_path, text))


def test_a_missing_file_is_a_missing_input(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match=r"cannot be read"):
        read_picks(tmp_path / "no.csv", "no.csv", TRACKS, migrations=SEASONS)
    with pytest.raises(MissingInputError):
        read_picks(tmp_path, "folder", TRACKS, migrations=SEASONS)
