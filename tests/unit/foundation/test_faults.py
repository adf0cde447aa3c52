"""Faults are collected and raised once; words that somebody may have meant."""

from __future__ import annotations

import pytest

from corridors.foundation.errors import (
    ConfigError,
    CorridorsError,
    Fault,
    InputError,
    MethodError,
    MissingInputError,
)
from corridors.foundation.faults import IN_FILES_FRAC, Faults, did_you_mean, nearest


def raised(*found: tuple[type[CorridorsError], str]) -> CorridorsError:
    faults = Faults()
    for kind, what in found:
        faults.add(kind, Fault(what))
    with pytest.raises(CorridorsError) as error:
        faults.raise_any()
    return error.value


def test_nothing_found_raises_nothing() -> None:
    faults = Faults()
    faults.add(InputError)
    assert faults.collect(lambda: 7) == 7
    faults.raise_any()


def test_all_faults_are_raised_at_once_and_each_once() -> None:
    error = raised((ConfigError, "a"), (ConfigError, "b"), (ConfigError, "a"))
    assert type(error) is ConfigError
    assert [fault.what for fault in error.faults] == ["a", "b"]


def test_what_is_not_there_comes_first_and_gives_the_exit_code() -> None:
    error = raised((InputError, "torn"), (MissingInputError, "gone"), (InputError, "odd"))
    assert type(error) is MissingInputError
    assert [fault.what for fault in error.faults] == ["gone", "torn", "odd"]


def test_several_kinds_of_files_that_are_there_are_an_input_error() -> None:
    assert type(raised((MethodError, "few"), (InputError, "torn"))) is InputError


def test_what_a_reader_raises_is_kept_and_anything_else_goes_on() -> None:
    faults = Faults()

    def refuse() -> int:
        raise MissingInputError([Fault("one"), Fault("two")])

    assert faults.collect(refuse) is None
    with pytest.raises(ZeroDivisionError):
        faults.collect(lambda: 1 // 0)
    with pytest.raises(MissingInputError) as error:
        faults.raise_any()
    assert [fault.what for fault in error.value.faults] == ["one", "two"]


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("HERDS", ["herds", "layers"], "herds"),
        ("herd", ["Herds", "layers"], "Herds"),
        (12, ["112", "x"], "112"),
        ("dam", ["fence", "road"], None),
        ("fence", [], None),
    ],
)
def test_the_nearest_word_whatever_its_capitals(
    word: object, known: list[str], expected: str | None
) -> None:
    assert nearest(word, known) == expected


def test_names_in_files_may_be_less_alike() -> None:
    # Four of seven and nine letters are shared: 8 / 16.
    assert nearest("timeabc", ["timevwxyz"]) is None
    assert nearest("timeabc", ["timevwxyz"], least_alike_frac=IN_FILES_FRAC) == "timevwxyz"


def test_the_question_names_the_word_or_is_not_asked() -> None:
    assert did_you_mean("fense", ["fence"]) == "did you mean fence?"
    assert did_you_mean("dam", ["fence"]) is None
