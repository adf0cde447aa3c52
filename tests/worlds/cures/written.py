"""Cures of picks, and of layers that features are added to."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from shapely import LineString

from corridors.formats.dbase import DbaseField
from corridors.formats.picks import Pick, picks_text, read_picks
from corridors.formats.shapefile import new_shapefile, read_zipped
from worlds.cures.studies import CSV, GOOD, Case, Study

HEADER = "animal,bio_year,season,part,start_utc,end_utc\n"
PICK = "Bek,2020,spring,migration,2020-01-01T00:00:00Z,2020-01-01T04:00:00Z\n"
WINDOW = Pick(
    "Bek", 2020, "spring", "migration", datetime(2020, 1, 1, tzinfo=UTC),
    datetime(2020, 1, 1, 4, tzinfo=UTC),
)  # fmt: skip
LINE = LineString([(71, 37), (72, 38)])


def picked(text: str | bytes) -> Study:
    """Return a study of good tracks with these picks."""
    files = {"t.csv": GOOD, "p.csv": text}
    return Study(files, CSV, own={"picks": "p.csv"}, is_checked=True)


def release(name: str, *, width: int = 8, code_page: str = "UTF-8") -> Callable[[Path], object]:
    """Return how a line of this name is put behind those of a layer of an earlier release."""

    def attempt(folder: Path) -> None:
        packed(folder / "old.zip", width=width)
        edited(folder / "old.zip", ".cpg", code_page.encode())
        old = read_zipped(folder / "old.zip")
        new = old.with_features([LINE], [{"name": name}], "old.zip")
        (folder / "new.zip").write_bytes(new.packed("new", date(2020, 1, 1)))
        assert read_zipped(folder / "new.zip").table.texts()[-1]["name"] == name

    return attempt


def packed(path: Path, *, width: int = 8) -> None:
    """Write an earlier release of one line."""
    fields = (DbaseField("name", "C", width),)
    whole = new_shapefile("line", fields, "EPSG:4326").with_features([LINE], [{"name": "A"}], "x")
    path.write_bytes(whole.packed("old", date(2020, 1, 1)))


def edited(path: Path, suffix: str, content: bytes) -> None:
    """Give one part of a zipped shapefile another content."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, own in parts.items():
            new.writestr(name, content if name.endswith(suffix) else own)


def damaged(suffix: str) -> Callable[[Path], object]:
    """Return how an earlier release is read of which a part is cut off."""

    def attempt(folder: Path) -> None:
        packed(folder / "old.zip")
        with zipfile.ZipFile(folder / "old.zip") as archive:
            whole = archive.read("old" + suffix)
        edited(folder / "old.zip", suffix, whole[:-10])
        read_zipped(folder / "old.zip")

    return attempt


CASES: tuple[Case, ...] = (
    Case(
        "formats/picks.py: correct herds.<herd>.picks, or leave it out to use the automatic "
        "windows",
        lambda folder: read_picks(folder / "p.csv", "p.csv", {}, migrations=()),
        (picked(HEADER + PICK), Study({"t.csv": GOOD}, CSV)),
    ),
    Case(
        "formats/picks.py: did you mean …?",
        picked(HEADER + PICK.replace("Bek", "Beck")),
        (picked(HEADER + PICK),),
    ),
    Case(
        "formats/picks.py: use a name as in the tracks",
        picked(HEADER + PICK.replace("Bek", "Zuxy")),
        (picked(HEADER + PICK),),
    ),
    Case(
        "formats/picks.py: quote cells that hold a comma",
        picked(HEADER + PICK.replace("Bek", "Bek, the old")),
        (picked(HEADER + PICK.replace("Bek", '"Bek"')),),
    ),
    Case(
        "formats/picks.py: remove it",
        picked(HEADER.replace("\n", ",remark\n") + PICK.replace("\n", ",x\n")),
        (picked(HEADER + PICK),),
    ),
    Case(
        "formats/picks.py: save it again as CSV UTF-8",
        picked(HEADER + PICK.replace("Bek", 'B"e"k').replace("spring", '"spring')),
        (picked(HEADER + PICK),),
    ),
    Case(
        "formats/picks.py: save it as CSV UTF-8",
        picked((HEADER + PICK.replace("Bek", "Bék")).encode("latin-1")),
        (picked("\ufeff" + HEADER + PICK),),
    ),
    Case(
        "formats/picks.py: start from the picks.csv that the stage segment wrote",
        picked("\n"),
        (picked(picks_text([WINDOW])),),
    ),
    Case(
        "formats/dbase.py: save the earlier layer in UTF-8, or write the name in its letters",
        release("Забор", width=12, code_page="ISO-8859-1"),
        (release("Забор", width=12), release("Zabor", width=12, code_page="ISO-8859-1")),
    ),
    Case(
        "formats/dbase.py: shorten it in the configuration (title, names, countries), or widen the "
        "field",
        release("a name that is long"),
        (release("a name"), release("a name that is long", width=40)),
    ),
    Case(
        "formats/dbase.py: save the layer in UTF-8",
        release("A", code_page="nonsense"),
        (release("A"),),
    ),
    Case(
        "formats/dbase.py: download or export the layer again",
        damaged(".dbf"),
        (release("A"),),
    ),
    Case(
        "formats/shapefile.py: download or export the layer again",
        damaged(".shp"),
        (release("A"),),
    ),
)
