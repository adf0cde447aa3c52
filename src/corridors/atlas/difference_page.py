"""Values of the page of a scenario, and of the page of a barrier before and after its day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from corridors.atlas.facts import records
from corridors.atlas.words.difference import measures_in_words
from corridors.atlas.words.remarks import remarks_in_words
from corridors.atlas.words.threats import GRADE_WORDS
from corridors.atlas.words.units import unit_words
from corridors.foundation.facts.difference import DifferenceFacts

N_LISTED = 25
CHANGES: Mapping[str, str] = {
    "added": "planned",
    "removed": "removed",
    "opened": "opened",
    "changed": "modified",
    "": "not touched",
}


@dataclass(frozen=True)
class _Heading:
    herd: str
    species: str
    study: str
    simulated: bool
    tier: str
    version: str
    name: str
    title: str
    note: str


def _heading(page: _Heading) -> dict[str, Any]:
    return {one.name: getattr(page, one.name) for one in fields(_Heading)}


@dataclass(frozen=True)
class ScenarioPage(_Heading):
    """Everything that the page of a scenario is made from.

    Parameters
    ----------
    herd, species, study, simulated, tier, version
        What it is about, and the program's version.
    name, title, note, author
        Of the scenario.
    facts
        As in ``difference.json``.
    changed
        DIFFERENCE, in words.
    assumptions
        What the scenario assumes, in words.
    files
        Names of the files beside the page.
    map_png
        The map; None where there is nothing to draw.
    """

    author: str
    facts: DifferenceFacts
    changed: pd.DataFrame
    assumptions: list[str]
    files: list[str]
    map_png: bytes | None


def page(about: ScenarioPage) -> dict[str, Any]:
    """Return the values of ``difference.html.jinja``."""
    changed = pd.DataFrame(about.changed.drop(columns="geometry"))
    moved = changed[changed["missing_change"].fillna(0.0) != 0]
    unknown = changed[(changed["change"] != "") & changed["missing_change"].isna()]
    listed = [
        {
            **row,
            "change_words": CHANGES[row["change"]],
            "evidence": GRADE_WORDS.get(row["grade_before"], "–"),
            "label": row["name"] or f"Nameless {row['kind']}",
        }
        for row in records(moved.head(N_LISTED))
    ]
    told = measures_in_words(about.facts)
    measures = {one.measure: row for one, row in zip(about.facts.measures, told, strict=True)}
    return {
        **_heading(about),
        "author": about.author,
        "assumptions": about.assumptions,
        "files": about.files,
        "facts": about.facts.model_dump()
        | {
            "notes": remarks_in_words(about.facts.notes),
            "unit": unit_words(about.facts.unit),
        },
        "map": about.map_png,
        "rows": listed,
        "n_moved": len(moved),
        "n_unknown": len(unknown),
        "n_only_rank": int(((changed["change"] == "") & (changed["missing_change"] == 0)).sum()),
        "measures": told,
        "missing": measures["missing"],
        "cut_off": measures["cut_off"],
        "pieces": measures["pieces"],
        "way": measures["way"],
    }


@dataclass(frozen=True)
class BeforeAfterPage(_Heading):
    """Everything that the page of a barrier before and after its day is made from.

    Parameters
    ----------
    herd, species, study, simulated, tier, version
        What it is about, and the program's version.
    name, title, note
        Of the comparison.
    facts
        As in ``before_after.json``.
    measures
        BEFORE_AFTER, in words.
    animals
        One row per animal and period, or None where single animals must not be shown.
    files
        Names of the files beside the page.
    map_png
        The map; None where there is nothing to draw.
    """

    facts: Mapping[str, Any]
    measures: pd.DataFrame
    animals: pd.DataFrame | None
    files: list[str]
    map_png: bytes | None


def before_after_page(about: BeforeAfterPage) -> dict[str, Any]:
    """Return the values of ``before_after.html.jinja``."""
    return {
        **_heading(about),
        "facts": about.facts,
        "files": about.files,
        "measures": records(about.measures),
        "animals": records(about.animals) if about.animals is not None else None,
        "map": about.map_png,
    }
