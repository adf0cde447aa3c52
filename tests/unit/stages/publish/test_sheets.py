"""Sheets in four languages: whole in each, the same numbers, nothing beyond the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from babel.messages.pofile import read_po

from corridors.atlas.words.catalogues import TEMPLATE, bundled
from corridors.config.model import LANGUAGES
from corridors.foundation.artefacts import RawFiles
from corridors.foundation.errors import InputError
from worlds import results
from worlds.results import published as published_whole
from worlds.results import publishing

pytestmark = pytest.mark.xdist_group("publish")

# What is looked at here.
published = partial(published_whole, only=["report", "sheets"])
OTHERS = [code for code in LANGUAGES if code != "en"]
# Sixty letters, more than a line without a place to break.
LONG = "a" * 20 + "-" + "long" * 7 + "-" + "herd-names"
MARKS = {"": ",.", ".ru": "\u00a0,", ".fr": "\u202f,", ".es": ".,"}  # of groups, decimal
# Names of data and methods, which stay as they are.
KEPT = re.compile(
    r"made-up|Border fence <script>alert\(1\)</script>|A study <i>made up</i>|Ovis ammon polii|"
    r"PDF|M41 \"Pamir\" highway & co|Nobody & Co|corridors \S+|d?bbmm"
)


def text_of(path: Path) -> str:
    """Return the words of a PDF or a page, parted by single blanks."""
    if path.suffix == ".html":
        body = path.read_text(encoding="utf-8").partition("</style>")[2]
        said = re.sub(r"<[^>]*>", " ", body) + " ".join(re.findall(r'alt="([^"]*)"', body))
        return re.sub(r"\s+", " ", unescape(said))
    with pdfium.PdfDocument(path) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return re.sub(r"\s+", " ", " ".join(pages).replace("\u0002", "").replace("\ufffe", ""))


def boxes(path: Path) -> Iterator[tuple[int, tuple[float, float, float, float], float, float]]:
    """Yield page, box of each piece of text, and the page's width and height."""
    with pdfium.PdfDocument(path) as document:
        for number, page in enumerate(document):
            text = page.get_textpage()
            for piece in range(text.count_rects()):
                yield number, text.get_rect(piece), *page.get_size()


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of sheets: of a tracked herd, of one drawn by experts, of one with a long name."""
    base = tmp_path_factory.mktemp("sheets")
    many = {"languages": list(LANGUAGES)}
    return {
        "tracked": published(base / "tracked", results.inputs(), publishing(**many)) / "sheets",
        "expert": published(base / "expert", results.inputs(tracked=False), publishing(**many))
        / "sheets",
        "long": published_whole(base / "long", results.inputs(), publishing(LONG, **many), LONG)
        / "sheets",
    }


def test_each_sheet_is_there_in_each_language(sheets: dict[str, Path]) -> None:
    names = {path.name for path in sheets["tracked"].iterdir()}
    english = {name for name in names if name.count(".") == 1 and name.endswith(".pdf")}
    assert {"factsheet.pdf", "place-1.pdf"} <= english
    others = {f"{Path(name).stem}.{code}.pdf" for name in english for code in OTHERS}
    pages = {f"decision.{code}.html" for code in OTHERS}
    assert names == english | others | pages | {"factsheet.json"}


@pytest.mark.parametrize("herd", ["tracked", "expert", "long"])
def test_no_text_reaches_beyond_the_page(sheets: dict[str, Path], herd: str) -> None:
    for path in sheets[herd].glob("*.pdf"):
        found = list(boxes(path))
        assert found
        for _, (left, bottom, right, top), width, height in found:
            assert left > 20, path.name
            assert right < width - 20, path.name
            assert bottom > 10, path.name
            assert top < height - 10, path.name


@pytest.mark.parametrize("herd", ["tracked", "expert", "long"])
def test_a_card_is_one_page_and_a_fact_sheet_two(sheets: dict[str, Path], herd: str) -> None:
    for path in sheets[herd].glob("*.pdf"):
        with pdfium.PdfDocument(path) as document:
            assert len(document) == (2 if path.name.startswith("factsheet") else 1), path.name


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("herd", ["tracked", "expert", "long"])
def test_every_letter_has_a_glyph(sheets: dict[str, Path], herd: str, code: str) -> None:
    ending = "" if code == "en" else f".{code}"
    for path in sheets[herd].glob(f"*{ending}.pdf"):
        content = path.read_bytes()
        assert b"LastResort" not in content
        assert "\ufffd" not in text_of(path)


def test_a_russian_sheet_has_no_other_word_in_latin_letters(sheets: dict[str, Path]) -> None:
    for herd in ("tracked", "expert"):
        for path in sheets[herd].glob("*.ru.*"):
            rest = KEPT.sub(" ", text_of(path))
            assert re.findall(r"[A-Za-z]{3,}", rest) == [], path.name


def english_messages(code: str) -> list[re.Pattern[str]]:
    """Return the messages of three words or more that a language says otherwise."""
    found = []
    for one in read_po(BytesIO(bundled(f"{code}.po"))):
        for text in [one.id] if isinstance(one.id, str) else one.id:
            said = re.sub(r"\{\w+\}", "", text)
            if one.context != "species" and len(re.findall(r"[A-Za-z]{3,}", said)) > 2:
                parts = [re.escape(part) for part in re.split(r"\{\w+\}", text)]
                found.append(re.compile(".{1,60}?".join(parts)))
    return found


@pytest.mark.parametrize("code", OTHERS)
def test_no_english_message_is_left_in_another_language(sheets: dict[str, Path], code: str) -> None:
    messages = english_messages(code)
    for herd in ("tracked", "expert", "long"):
        english = " ".join(text_of(path) for path in sheets[herd].glob("*[a-z0-9].pdf")
                           if path.name.count(".") == 1)  # fmt: skip
        assert sum(bool(one.search(english)) for one in messages) > 8
        for path in sheets[herd].glob(f"*.{code}.*"):
            text = text_of(path)
            assert [one.pattern for one in messages if one.search(text)] == [], path.name


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("herd", ["tracked", "expert", "long"])
def test_the_decision_page_links_to_sheets_that_are_there(
    sheets: dict[str, Path], herd: str, code: str
) -> None:
    html = (sheets[herd] / f"decision.{code}.html").read_text(encoding="utf-8")
    assert f'<html lang="{code}">' in html
    linked = re.findall(r'href="([^":]+)"', html)
    assert f"factsheet.{code}.pdf" in linked
    assert len(linked) == (1 if herd == "expert" else 6)
    assert all((sheets[herd] / name).is_file() for name in linked)
    assert "<script>" not in html
    report = (sheets[herd].parent / "report.html").read_text(encoding="utf-8")
    assert f'href="sheets/decision.{code}.html"' in report


@pytest.mark.parametrize("code", OTHERS)
def test_figures_are_the_same_in_each_language(sheets: dict[str, Path], code: str) -> None:
    def values(path: Path) -> list[str]:
        code = path.suffixes[0] if len(path.suffixes) > 1 else ""
        group, point = MARKS[code]
        with pdfium.PdfDocument(path) as document:
            text = document[1].get_textpage().get_text_bounded().partition("A study")[0]
        text = text.replace(group, "").replace(point, ".")
        return sorted(re.findall(r"\d+(?:\.\d+)?", text))

    folder = sheets["tracked"]
    assert values(folder / f"factsheet.{code}.pdf") == values(folder / "factsheet.pdf")


def test_english_sheets_are_the_same_bytes_beside_other_languages(
    sheets: dict[str, Path], tmp_path: Path
) -> None:
    alone = published(tmp_path / "alone", results.inputs()) / "sheets"
    for path in alone.iterdir():
        assert path.read_bytes() == (sheets["tracked"] / path.name).read_bytes(), path.name


def test_the_same_bytes_come_again(sheets: dict[str, Path], tmp_path: Path) -> None:
    once = publishing(languages=["ru"])
    again = published(tmp_path / "again", results.inputs(), once) / "sheets"
    names = [path.name for path in again.glob("*.ru.pdf")]
    assert names
    for name in names:
        assert (again / name).read_bytes() == (sheets["tracked"] / name).read_bytes(), name


@pytest.mark.parametrize(
    ("code", "said"),
    [("en", "one animal says nothing"), ("ru", "одно животное ничего не говорит"),
     ("fr", "un seul animal ne dit rien"), ("es", "un solo animal no dice nada")],
)  # fmt: skip
def test_a_herd_of_one_animal_is_told_so(alone: Path, code: str, said: str) -> None:
    path = alone / ("factsheet.pdf" if code == "en" else f"factsheet.{code}.pdf")
    assert said in text_of(path)
    for _, (left, _, right, _), width, _ in boxes(path):
        assert left > 20
        assert right < width - 20


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sheets of a herd with one animal."""
    given = results.inputs()
    of_one = given.describe.sufficiency["all"].model_copy(
        update={"n_animals": 1, "n_units": 1, "slope_frac": None}
    )
    describe = given.describe.model_copy(update={"sufficiency": {"all": of_one}})
    own = publishing(languages=list(LANGUAGES))
    folder = tmp_path_factory.mktemp("alone") / "out"
    return published_whole(folder, replace(given, describe=describe), own) / "sheets"


@pytest.fixture
def own_catalogue(tmp_path: Path) -> Callable[[bytes], dict[str, Any]]:
    def make(content: bytes) -> dict[str, Any]:
        path = tmp_path / "kk.po"
        path.write_bytes(content)
        return {
            "given": results.inputs(raw=RawFiles({"kk.po": path})),
            "settings": publishing(languages=["kk"], catalogues={"kk": "kk.po"}),
        }

    return make


def test_a_study_may_bring_a_language_whose_words_are_text(
    own_catalogue: Callable[[bytes], dict[str, Any]], tmp_path: Path
) -> None:
    hostile = '#image(\\"/etc/passwd\\") <script>'
    own = bundled("ru.po").decode().replace("Как это посчитано", hostile)
    made = published(tmp_path / "out", **own_catalogue(own.encode()))
    assert '#image("/etc/passwd") <script>' in text_of(made / "sheets" / "factsheet.kk.pdf")


def test_an_incomplete_language_is_refused_before_anything_is_made(
    own_catalogue: Callable[[bytes], dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"not translated"):
        published(tmp_path / "out", **own_catalogue(bundled(TEMPLATE)))
