"""Stages and science tell by codes and numbers; sentences for people are made in atlas/words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from pydantic import ValidationError

from corridors.atlas.words import (
    animal_years,
    before_after,
    behaviour,
    candidates,
    difference,
    habitat,
    surfaces,
)
from corridors.atlas.words.profiles import EXPLANATIONS, TITLES
from corridors.atlas.words.remarks import SENTENCES
from corridors.foundation import tables, vocabulary
from corridors.foundation.facts import Remark
from corridors.movement.profile_steps import CORRECTED, STEPS, USGS

ROOMS = ("stages", "movement", "barriers", "habitat", "threats")
QA = "checks and values of the QA table, which the atlas asks for"
FAULT = "parts of a fault, which is told where it is found"
ELSEWHERE = {
    "barriers/days.py": FAULT,
    "barriers/sources.py": FAULT,
    "habitat/selection.py": FAULT,
    "stages/clean/cleaning.py": FAULT,
    "stages/ingest/boundaries.py": FAULT,
    "stages/ingest/census.py": FAULT,
    "stages/ingest/track_files.py": FAULT,
    "stages/release/checking.py": QA,
    "stages/release/gathering.py": QA,
    "stages/release/herd_arrows.py": QA,
    "stages/release/merging.py": QA,
    "threats/priors.py": "where a prior is from",
}
TOLD = re.compile(r"Error|Fault|fault|warn|progress")


def is_sentence(text: str) -> bool:
    """Return whether a text has at least four words with blanks between them."""
    return len(re.findall(r"(?:^| )[A-Za-z']{2,}", text)) >= 4


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a module that are no docstring, annotation or part of a fault."""
    tree = ast.parse(text)
    above = {below: node for node in ast.walk(tree) for below in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr():
                parts = (part for part in node.values if isinstance(part, ast.Constant))
                words = "".join(str(part.value) for part in parts)
            case ast.Constant(value=str(words)):
                pass
            case _:
                continue
        if isinstance(above[node], ast.Expr | ast.JoinedStr) or not is_sentence(words):
            continue
        place: ast.AST = node
        while place in above and not isinstance(place, ast.stmt):
            place = above[place]
            if isinstance(place, ast.Call) and TOLD.search(ast.unparse(place.func)):
                break
            if isinstance(place, ast.Subscript) and ast.unparse(place.value) == "Annotated":
                break
        else:
            yield words


@pytest.mark.parametrize("room", ROOMS)
def test_no_stage_and_no_science_makes_a_sentence_for_people(project: Path, room: str) -> None:
    package = project / "src" / "corridors"
    found = {
        path.relative_to(package).as_posix(): list(sentences(path.read_text(encoding="utf-8")))
        for path in (package / room).rglob("*.py")
    }
    assert {name: said for name, said in found.items() if said and name not in ELSEWHERE} == {}


@pytest.mark.parametrize(
    ("line", "n"),
    [
        ('notes.append("the herd has no corridor")', 1),
        ('row["reason"] = f"{n} animals and {m} are needed"', 1),
        ("x = call(why='too few fixes in the year')", 1),
        ('"""A text that documents the module."""', 0),
        ('raise ValueError("the herd has no corridor")', 0),
        ('faults.add(Fault("no fixes", cure="set the key of this source"))', 0),
        ('progress("find the least-cost corridor", 0.4)', 0),
        ('code = "no_corridor"', 0),
    ],
)
def test_the_check_sees_sentences_and_leaves_faults_and_texts_of_modules(line: str, n: int) -> None:
    assert len(list(sentences(line))) == n


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_remark_has_a_sentence_with_all_of_its_values() -> None:
    assert {code: fields(words) for code, words in SENTENCES.items()} == {
        code: set(values) for code, values in vocabulary.REMARKS.items()
    }


@pytest.mark.parametrize(
    ("code", "values"),
    [("grid_is_coarse", {}), ("expert_ranges", {}), ("expert_ranges", {"n": 2, "m": 1}),
     ("no_layers", {"n": 2}), ("expert_ranges", {"n": None})],
)  # fmt: skip
def test_a_remark_of_an_unknown_code_or_with_other_values_is_refused(
    code: str, values: dict[str, int]
) -> None:
    Remark.of("expert_ranges", n=2)
    with pytest.raises(ValidationError):
        Remark.of(code, **values)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (habitat.NO_WAY_WORDS, vocabulary.NO_WAY),
        (behaviour.UNKNOWN_WORDS, vocabulary.UNKNOWN_BEHAVIOUR),
        (animal_years.TOO_LITTLE, vocabulary.TOO_LITTLE),
        (animal_years.OBJECTIONS, get_args(vocabulary.Objecting)),
        (difference.MEASURES, get_args(vocabulary.DifferenceMeasure)),
        (before_after.MEASURES, vocabulary.BEFORE_AFTER_MEASURES),
        (before_after.REASONS, vocabulary.FEW_ANIMALS),
        (TITLES, [step.key for step in (USGS, *STEPS, CORRECTED)]),
        (EXPLANATIONS, TITLES),
        (candidates.UNMET_WORDS, vocabulary.UNMET),
        (surfaces.NO_SURFACE_WORDS, vocabulary.NO_SURFACE),
    ],
)
def test_every_code_has_its_words(words: Mapping[str, object], codes: list[str]) -> None:
    assert set(words) == set(codes)


def test_every_reason_of_a_difference_has_its_words() -> None:
    own = get_args(get_args(vocabulary.DifferenceReason)[1])
    assert set(difference.REASONS) == {*vocabulary.NO_WAY, *own}


def test_words_of_a_row_name_columns_of_its_table() -> None:
    years = set(tables.ANIMAL_YEARS.columns)
    limits = set(animal_years.YearLimits.__dataclass_fields__)
    assert {name for said in animal_years.OBJECTIONS.values() for name in fields(said)} <= years
    assert {name for said in animal_years.TOO_LITTLE.values() for name in fields(said)} <= (
        years | limits
    )
    windows = {*tables.ESTIMATES.columns, "n_steps"}
    assert {n for said in surfaces.NO_SURFACE_WORDS.values() for n in fields(said)} <= windows
    measures = set(tables.BEFORE_AFTER.columns) | {"min_animals"}
    assert {name for said in before_after.REASONS.values() for name in fields(said)} <= measures
