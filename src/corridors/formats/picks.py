"""The picks CSV: windows that a person may edit, written safely and read with every check.

Columns ``animal,bio_year,season,part,start_utc,end_utc``. Times are UTC by the name of their
columns unless they carry an offset; a date alone means its first instant as a start and its last
as an end. A row with part ``none`` and empty season and times says that the animal-year has no
window. A cell that a spreadsheet would run as a formula is written with an apostrophe in front,
which reading takes off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from corridors.foundation.errors import Fault, InputError, MissingInputError
from corridors.foundation.faults import IN_FILES_FRAC, nearest
from corridors.foundation.vocabulary import RANGES

COLUMNS = ("animal", "bio_year", "season", "part", "start_utc", "end_utc")
NO_WINDOW = "none"
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
_MAX_ROWS = 1_000_000


@dataclass(frozen=True)
class Pick:
    """One row: a window, or with part ``none`` the statement that there is none."""

    animal: str
    bio_year: int
    season: str
    part: str
    start_utc: datetime | None
    end_utc: datetime | None
    row: int = 0


def picks_text(picks: Iterable[Pick]) -> str:
    """Return picks as CSV, in the order given; the same rows give the same text."""
    file = io.StringIO()
    # The line end also decides which characters are quoted: a lone return must be.
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for pick in picks:
        times = ["" if t is None else _format(t) for t in (pick.start_utc, pick.end_utc)]
        writer.writerow([_safe(pick.animal), pick.bio_year, pick.season, pick.part, *times])
    return file.getvalue()


def write_picks(picks: Iterable[Pick], path: Path) -> None:
    """Write picks; see :func:`picks_text`."""
    path.write_text(picks_text(picks), encoding="utf-8", newline="")


def _format(time: datetime) -> str:
    text = time.astimezone(UTC).strftime(_TIME_FORMAT)
    return text.replace(".000000Z", "Z")


def _safe(cell: str) -> str:
    return "'" + cell if cell.startswith(_RISKY) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RISKY) else cell


def read_picks(
    path: Path,
    name: str,
    tracks: Mapping[str, Mapping[int, Span]],
    *,
    migrations: tuple[str, ...],
) -> list[Pick]:
    """Read and check a picks CSV.

    Parameters
    ----------
    path
        The file.
    name
        How the user calls it, for messages.
    tracks
        animal -> biological year -> what is known of it.
    migrations
        Names that a migration may have as its season.

    Returns
    -------
    list of Pick
        In the order of the file; times UTC, cut to the animal's first and last fix.

    Raises
    ------
    MissingInputError
        No such file.
    InputError
        Anything else that is wrong, all faults at once, with row and column.
    """
    faults: list[Fault] = []
    picks = []
    for number, cells in _rows(path, name):
        row = _Row(number, cells, name)
        pick = _parse(row, tracks, {"migration": migrations, "range": RANGES})
        faults += row.faults
        if pick is not None:
            picks.append(pick)
    faults += _overlaps(picks, name)
    if faults:
        faults.sort(key=lambda fault: (fault.row or 0, fault.column or ""))
        raise InputError(faults)
    return picks


@dataclass(frozen=True)
class Span:
    """What a pick of one animal and biological year must fit.

    Parameters
    ----------
    first_utc, last_utc
        First and last usable fix of the animal, of all years.
    year_utc, next_year_utc
        Start of this biological year and of the next.
    """

    first_utc: datetime
    last_utc: datetime
    year_utc: datetime
    next_year_utc: datetime


def _rows(path: Path, name: str) -> list[tuple[int, dict[str, str]]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise MissingInputError(
            Fault(
                "the picks file cannot be read",
                file=name,
                got=error.strerror or type(error).__name__,
                cure="correct herds.<herd>.picks, or leave it out to use the automatic windows",
            )
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            Fault(
                "the picks file is not UTF-8",
                file=name,
                row=line,
                cure="save it as CSV UTF-8",
            )
        ) from None
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    # strict: a stray quote is a fault and does not swallow the rows behind it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        table = list(reader)
    except csv.Error as error:
        raise InputError(
            Fault(
                f"the picks file is not a table: {error}",
                file=name,
                row=reader.line_num,
                cure="save it again as CSV UTF-8",
            )
        ) from None
    if not table or not any(cell.strip() for cell in table[0]):
        raise InputError(
            Fault(
                "the picks file is empty",
                file=name,
                row=1,
                expected=",".join(COLUMNS),
                cure="start from the picks.csv that the stage segment wrote",
            )
        )
    columns = [cell.strip() for cell in table[0]]
    _check_header(columns, name)
    return _records(columns, table[1:], name)


def _check_header(columns: list[str], name: str) -> None:
    faults = []
    for column in COLUMNS:
        if columns.count(column) != 1:
            wrong = "is missing" if column not in columns else "is there twice"
            faults.append(
                Fault(
                    f"column {column} {wrong}",
                    file=name,
                    row=1,
                    column=column,
                    expected=",".join(COLUMNS),
                    got=",".join(columns)[:200],
                )
            )
    faults += [
        Fault(
            f"unknown column {column[:80]!r}",
            file=name,
            row=1,
            column=column[:80],
            expected=",".join(COLUMNS),
            cure=_meant(column, COLUMNS) or "remove it",
        )
        for column in columns
        if column not in COLUMNS
    ]
    if faults:
        raise InputError(faults)


def _records(
    columns: list[str], table: list[list[str]], name: str
) -> list[tuple[int, dict[str, str]]]:
    faults, records = [], []
    for number, cells in enumerate(table, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            faults.append(
                Fault(
                    "the row has another number of cells than the header",
                    file=name,
                    row=number,
                    expected=str(len(columns)),
                    got=str(len(cells)),
                    cure="quote cells that hold a comma",
                )
            )
        records.append((number, dict(zip(columns, cells, strict=False))))
    if len(records) > _MAX_ROWS:
        faults.append(Fault(f"more than {_MAX_ROWS} rows", file=name))
    if faults:
        raise InputError(faults)
    return records


class _Row:
    """One record of the file, with the faults found in it."""

    def __init__(self, number: int, cells: Mapping[str, str], name: str) -> None:
        self.number, self.cells, self.name = number, cells, name
        self.faults: list[Fault] = []

    def text(self, column: str) -> str:
        return self.cells[column].strip()

    def fault(
        self, what: str, column: str, expected: str | None = None, cure: str | None = None
    ) -> None:
        got = repr(self.cells[column])[:120]
        self.faults.append(Fault(what, self.name, self.number, column, expected, got, cure))


def _parse(
    row: _Row,
    tracks: Mapping[str, Mapping[int, Span]],
    seasons: Mapping[str, tuple[str, ...]],
) -> Pick | None:
    """Return the pick of one row, or None after noting its faults."""
    animal, bio_year, span = _whose(row, tracks)
    part, season = row.text("part").lower(), row.text("season").lower()
    if part == NO_WINDOW:
        for column in ("season", "start_utc", "end_utc"):
            if row.text(column):
                row.fault("a row with part none says nothing else", column, "an empty cell")
        if row.faults:
            return None
        return Pick(animal, bio_year, "", NO_WINDOW, None, None, row.number)
    if part not in seasons:
        row.fault("unknown part", "part", "migration, range or none")
    elif season not in seasons[part]:
        row.fault(f"unknown season of a {part}", "season", " or ".join(seasons[part]))
    times = _times(row, span)
    if row.faults or span is None or times is None:
        return None
    start, end = max(times[0], span.first_utc), min(times[1], span.last_utc)
    return Pick(animal, bio_year, season, part, start, end, row.number)


def _whose(row: _Row, tracks: Mapping[str, Mapping[int, Span]]) -> tuple[str, int, Span | None]:
    """Return animal, biological year and what is known of them; faults where unknown."""
    cell = row.cells["animal"]
    candidates = (cell, _plain(cell), cell.strip(), _plain(cell.strip()))
    animal = next((name for name in candidates if name in tracks), None)
    if animal is None:
        row.fault(
            "no such animal among the usable fixes of this herd",
            "animal",
            cure=_meant(_plain(cell), tracks) or "use a name as in the tracks",
        )
    if not re.fullmatch("[0-9]{4}", row.text("bio_year")):
        row.fault("the biological year is not a year", "bio_year", "four digits, e.g. 2007")
        return animal or "", 0, None
    bio_year = int(row.text("bio_year"))
    if animal is None:
        return "", bio_year, None
    span = tracks[animal].get(bio_year)
    if span is None:
        years = ", ".join(map(str, sorted(tracks[animal])))
        row.fault("the animal has no usable fixes in this biological year", "bio_year", years)
    return animal, bio_year, span


def _times(row: _Row, span: Span | None) -> tuple[datetime, datetime] | None:
    start = _time(row.text("start_utc"), is_end=False)
    end = _time(row.text("end_utc"), is_end=True)
    for column, time in (("start_utc", start), ("end_utc", end)):
        if time is None:
            row.fault("not a time", column, "e.g. 2007-04-15T06:00:00Z or 2007-04-15")
    if start is None or end is None:
        return None
    if start >= end:
        row.fault("the window ends before it starts", "end_utc", f"after {_format(start)}")
    elif span is not None:
        _check_span(start, end, span, row.fault)
    return start, end


def _check_span(start: datetime, end: datetime, span: Span, fault: Callable[..., None]) -> None:
    day = timedelta(days=1)
    track = f"{_format(span.first_utc)} to {_format(span.last_utc)}"
    # A person picks days, so the rest of the first and last day belongs to the track.
    if start < span.first_utc.replace(hour=0, minute=0, second=0, microsecond=0):
        fault("the window starts before the track", "start_utc", track)
    if end > span.last_utc.replace(hour=0, minute=0, second=0, microsecond=0) + day:
        fault("the window ends after the track", "end_utc", track)
    if end <= span.first_utc or start >= span.last_utc:
        fault("the window holds no part of the track", "start_utc", track)
    if end <= span.year_utc or start >= span.next_year_utc:
        fault(
            "the window lies outside its biological year",
            "bio_year",
            f"a window between {_format(span.year_utc)} and {_format(span.next_year_utc)}",
        )


def _time(text: str, *, is_end: bool) -> datetime | None:
    if not re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            time = time.replace(tzinfo=UTC)
        time = time.astimezone(UTC)
        return time + timedelta(days=1) if is_end and len(text) == 10 else time
    except (ValueError, OverflowError):
        return None


def _overlaps(picks: Sequence[Pick], name: str) -> list[Fault]:
    faults = []
    of_animal: dict[str, list[Pick]] = {}
    for pick in picks:
        of_animal.setdefault(pick.animal, []).append(pick)
    for own in of_animal.values():
        empty = {pick.bio_year: pick for pick in own if pick.part == NO_WINDOW}
        windows = [pick for pick in own if pick.start_utc is not None]
        faults += [
            Fault(
                f"row {empty[pick.bio_year].row} says that this animal-year has no window",
                name,
                pick.row,
                "part",
            )
            for pick in windows
            if pick.bio_year in empty
        ]
        windows.sort(key=lambda pick: (str(pick.start_utc), pick.row))
        for earlier, later in pairwise(windows):
            if earlier.end_utc and later.start_utc and later.start_utc < earlier.end_utc:
                faults.append(
                    Fault(
                        f"the window overlaps the one in row {earlier.row}",
                        name,
                        later.row,
                        "start_utc",
                        expected=f"{_format(earlier.end_utc)} or later",
                        got=_format(later.start_utc),
                    )
                )
    return faults


def _meant(word: str, known: Iterable[str]) -> str | None:
    near = nearest(word, known, least_alike_frac=IN_FILES_FRAC)
    return f"did you mean {near!r}?" if near else None
