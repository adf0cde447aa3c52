"""What is said in other languages: complete, with the right forms, and the same numbers."""

from __future__ import annotations

import importlib.util
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from corridors.atlas.words import language as words
from corridors.atlas.words.catalogues import TEMPLATE, bundled, language
from corridors.atlas.words.language import Language, digits, named, said, several, speaking
from corridors.atlas.words.numbers import animals, number, span
from corridors.config.model import LANGUAGES
from corridors.foundation.errors import InputError

OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.fixture(scope="module")
def catalogues(project: Path) -> ModuleType:
    found = importlib.util.spec_from_file_location("catalogues", project / "scripts/catalogues.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_program_has_a_catalogue_for_each_of_its_languages(project: Path) -> None:
    folder = project / "src/corridors/atlas/words/locale"
    assert sorted(path.stem for path in folder.glob("*.po")) == sorted(OTHERS)


def test_catalogues_have_the_messages_of_the_source(catalogues: ModuleType) -> None:
    for path, text in catalogues.wanted().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: scripts/catalogues.py"


def test_a_message_that_no_catalogue_can_have_is_refused(catalogues: ModuleType) -> None:
    assert list(catalogues.messages('said("a {n}", n=f"{x}"); named("k", "b")')) == [
        (None, ("a {n}",)),
        ("k", ("b",)),
    ]
    with pytest.raises(ValueError, match="put together"):
        list(catalogues.messages('said(f"a {n}")'))


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_of_the_program_is_complete(code: str) -> None:
    with speaking(language(code)):
        assert said("What to do") != "What to do"


@pytest.mark.parametrize(
    ("code", "n", "told"),
    [
        ("ru", 1, "1 независимая единица"), ("ru", 2, "2 независимые единицы"),
        ("ru", 5, "5 независимых единиц"), ("ru", 11, "11 независимых единиц"),
        ("ru", 21, "21 независимая единица"), ("ru", 112, "112 независимых единиц"),
        ("fr", 0, "0 unité indépendante"), ("fr", 1, "1 unité indépendante"),
        ("fr", 2, "2 unités indépendantes"), ("es", 0, "0 unidades independientes"),
        ("es", 1, "1 unidad independiente"), ("es", 7, "7 unidades independientes"),
        ("en", 1, "1 independent unit"), ("en", 2, "2 independent units"),
    ],
)  # fmt: skip
def test_a_number_takes_the_form_of_its_language(code: str, n: int, told: str) -> None:
    with speaking(language(code)):
        assert several("{n} independent unit", "{n} independent units", n) == told


@pytest.mark.parametrize(
    ("code", "large", "small"),
    [("en", "12,345", "0.12"), ("ru", "12\u00a0345", "0,12"), ("fr", "12\u202f345", "0,12"),
     ("es", "12.345", "0,12")],
)  # fmt: skip
def test_numbers_have_the_marks_of_the_language(code: str, large: str, small: str) -> None:
    with speaking(language(code)):
        assert digits("12,345") == large
        assert number(0.123) == small
        assert span(0.123, 4.0) == f"{small}–{digits('4.0')}"


@pytest.mark.parametrize(
    ("code", "short", "long", "month"),
    [("en", "7 May", "7 May 2001", "May"), ("ru", "7 мая", "7 мая 2001 г.", "май"),
     ("fr", "7 mai", "7 mai 2001", "mai"), ("es", "7 may", "7 de mayo de 2001", "mayo")],
)  # fmt: skip
def test_days_are_those_of_the_language(code: str, short: str, long: str, month: str) -> None:
    day = date(2001, 5, 7)
    with speaking(language(code)):
        assert words.day_of_month(day, "7 May") == short
        assert re.sub("[\u00a0\u202f]", " ", words.full_date(day, "7 May 2001")) == long
        assert words.month_name(5, "May") == month


def test_what_is_put_into_a_message_is_text_and_nothing_else() -> None:
    with speaking(language("ru")):
        assert said("Tracked {years}", years="{size} {0.__class__}") == (
            "Отслеживание: {size} {0.__class__}"
        )


def test_each_thread_speaks_its_own_language_and_english_afterwards() -> None:
    def spoken(code: str) -> str:
        with speaking(language(code)):
            return " ".join(animals(n, n) for n in range(2, 200))

    alone = {code: spoken(code) for code in LANGUAGES}
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(spoken, [*LANGUAGES] * 5)) == [alone[code] for code in LANGUAGES] * 5
    assert len(set(alone.values())) == len(LANGUAGES)
    assert said("What to do") == "What to do"


def test_a_block_leaves_the_language_that_was_spoken_before() -> None:
    with speaking(language("fr")):
        with pytest.raises(KeyError), speaking(language("es")):
            raise KeyError
        assert named("when", "in spring") == "au printemps"


def test_a_study_may_bring_a_language_of_its_own() -> None:
    own = bundled("ru.po").replace("Что делать".encode(), b"<script>{0.__class__}</script>")
    spoken = language("kk", {"kk": ("kk.po", own)})
    assert spoken.code == "kk"
    with speaking(spoken):
        assert said("What to do") == "<script>{0.__class__}</script>"


HEAD = '"Plural-Forms: nplurals=3; plural='


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('msgstr "Что делать"', 'msgstr ""', "a message is not translated"),
        ('msgid "What to do"', 'msgid "What not to do"', "a message is not translated"),
        ('msgid "What to do"', '#, fuzzy\nmsgid "What to do"', "a message is not translated"),
        ('msgstr[2] "{n} отрезков"', 'msgstr[2] ""', "a message is not translated"),
        ('msgstr "Отслеживание: {years}"', 'msgstr "Отслеживание"', "other names in braces"),
        ('"доступ: {tier}"', '"доступ: {tier} {x}"', "other names in braces"),
        (HEAD, f'{HEAD}n ** 9 ** 9 + ', "plurals|cannot be read|not known"),
        ('msgid "What to do"', 'msgid What to do', "a message is not translated"),
    ],
)  # fmt: skip
def test_a_catalogue_that_would_leave_english_on_a_page_is_refused(
    old: str, new: str, what: str
) -> None:
    text = bundled("ru.po").decode()
    assert text.count(old) == 1
    with pytest.raises(InputError, match=what) as refused:
        language("ru", {"ru": ("my.po", text.replace(old, new).encode())})
    assert "my.po" in str(refused.value)


def test_every_fault_of_a_catalogue_is_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        language("kk", {"kk": ("kk.po", bundled(TEMPLATE))})
    assert str(refused.value).count("is not translated") > 200


@pytest.mark.parametrize("content", [b"\xff\xfe", b"PK\x03\x04 no catalogue"])
def test_a_file_that_is_no_catalogue_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match=r"my\.po"):
        language("ru", {"ru": ("my.po", content)})


def test_a_language_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="language"):
        language("zz", {"zz": ("zz.po", bundled("ru.po"))})


def test_english_needs_no_catalogue() -> None:
    assert language("en") == Language("en")
