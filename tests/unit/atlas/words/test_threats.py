"""What is said of a place: evidence, limits, and advice only where evidence is strong enough."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

from corridors.atlas.words.candidates import candidate_action
from corridors.atlas.words.threats import (
    GRADE_WORDS,
    LIMIT_WORDS,
    action,
    evidence,
    limits,
    passing,
    reason,
    threats_in_words,
)
from corridors.foundation import vocabulary
from worlds import barriers

ADVICE = ("open", "lower", "remove", "build", "crossing structure", "raise", "bury", "shift")


def place(**more: Any) -> SimpleNamespace:
    """Return a row of THREATS: nine animals in five units, 3 of 100 tries pass instead of 67."""
    given: dict[str, Any] = {
        "name": "Valley fence", "kind": "fence", "status": "existing", "grade": "act",
        "missing_per_year": 2.144, "missing_p05": 1.2, "missing_p95": 3.04, "p_harm": 0.99,
        "trials_per_year": 3.35, "free_per_year": 2.2445, "free_frac": 0.67, "kappa": 0.045,
        "kappa_p05": 0.0, "kappa_p95": 0.12, "kappa_source": "both", "n_animals": 9,
        "n_units": 5, "n_tracked": 15, "worst_season": "spring", "limits": "",
        "rank_from": 1.0, "rank_to": 2.0, "stability": "firm", "source_completeness": "complete",
        "gain_share": np.nan, "gain_rank": np.nan, "missing_all_per_year": 2.4,
        "unit": "per animal",
    }  # fmt: skip
    return SimpleNamespace(**{**given, **more})


def test_the_words_are_those_of_the_vocabulary() -> None:
    assert tuple(GRADE_WORDS) == vocabulary.GRADES
    assert tuple(LIMIT_WORDS) == vocabulary.LIMITS


def test_evidence_to_act_says_how_much_how_sure_and_what_free_animals_do() -> None:
    assert reason(place(), n_ranked=20) == (
        "About 2.1 passages a year are missing (per animal; 1.2–3.0), most in spring. 9 animals"
        " (5 independent units) of 15 came by, with 3.4 tries a year (per animal). Of 100 tries 3"
        " pass here and 67 at copies of the line moved to where nothing stands (κ 0.04, 0.00–0.12,"
        " relative to free movement; prior and tries). Rank 1 to 2 of 20 (firm)."
    )


def test_what_passes_here_is_what_is_free_less_what_is_missing() -> None:
    free, here = passing(free_frac=0.67, free_per_year=2.2445, missing_per_year=2.144)
    assert free == pytest.approx(67.0)
    assert here == pytest.approx(67.0 * (1 - 2.144 / 2.2445))
    # More pass in the draws' mean than were tried: of 100 no more than 100.
    assert passing(free_frac=1.02, free_per_year=2.0, missing_per_year=0.0) == (100.0, 100.0)
    assert passing(free_frac=0.67, free_per_year=0.0, missing_per_year=0.0)[1] == 67.0


def test_evidence_that_does_not_suffice_says_how_likely_harm_is_and_why_not_more() -> None:
    said = reason(
        place(grade="look_on_site", p_harm=0.684, limits="few_units;few_trials"), n_ranked=3
    )
    assert said.startswith("Harm has a chance of 68 %: about 2.1 passages a year are missing")
    assert "What limits this: fewer than three independent units met it; it was tried" in said


def test_a_place_that_is_passed_freely_is_called_harmless() -> None:
    said = evidence(
        place(grade="nothing_seen", kappa=0.98, missing_per_year=0.002, missing_p95=0.004)
    )
    assert said.startswith("Harmless to these animals")
    assert "fewer than 0.010 passages a year are missing" in said
    rare = evidence(place(grade="nothing_seen", kappa=0.5, missing_per_year=0.01, missing_p95=0.04))
    assert rare.startswith("No harm seen: fewer than 0.040")
    assert "Harmless" not in rare


@pytest.mark.parametrize(
    ("all_year", "words"),
    [
        (np.nan, "Nobody met it: what it does is not known."),
        (0.0, "it costs nothing in the ranges"),
        (0.16, "In the ranges beside it about 0.16 passages a year are missing (per animal)"),
    ],
)
def test_a_place_that_nobody_met_is_not_called_harmless(all_year: float, words: str) -> None:
    unknown = place(
        grade="not_known", missing_per_year=np.nan, missing_all_per_year=all_year,
        trials_per_year=0.0, rank_from=np.nan, rank_to=np.nan, stability="open",
    )  # fmt: skip
    said = reason(unknown, n_ranked=20)
    assert words in said
    assert "nan" not in said
    assert "Rank" not in said


@pytest.mark.parametrize("kind", vocabulary.BARRIER_KINDS)
def test_every_kind_has_an_action(kind: str) -> None:
    said = action(grade="act", kind=kind, status="existing", season="spring")
    assert said.endswith(".")
    assert "{" not in said


@pytest.mark.parametrize("status", ["existing", "planned"])
@pytest.mark.parametrize("grade", [name for name in vocabulary.GRADES if name != "act"])
def test_without_evidence_to_act_nothing_is_advised(grade: str, status: str) -> None:
    for kind in vocabulary.BARRIER_KINDS:
        said = action(grade=grade, kind=kind, status=status, season="spring").lower()
        assert not [word for word in ADVICE if word in said], said
    assert not [word for word in ADVICE if word in candidate_action(gain_share=0.1).lower()]


def test_planned_and_removed_lines_are_told_as_such() -> None:
    said = reason(place(status="planned", kappa_source="prior"), n_ranked=2)
    assert said.startswith("If built, about 2.1 passages a year will be missing")
    assert "κ 0.04 (prior of its class, nobody tried it)" in said
    assert action(grade="act", kind="road", status="planned", season="").startswith("Move the line")
    assert reason(place(status="removed", grade="nothing_seen"), n_ranked=2).startswith("Removed:")


def test_each_limit_is_said_once_and_none_is_nothing() -> None:
    said = limits(";".join(vocabulary.LIMITS))
    assert said.count(";") == len(vocabulary.LIMITS) - 1
    assert limits("") == ""


def test_sentences_take_the_place_of_what_only_they_need() -> None:
    rows = barriers.threats("herd", barriers.segments())
    told = threats_in_words(gpd.GeoDataFrame(rows))
    assert not {"n_tracked", "worst_season"} & set(told.columns)
    assert list(told.columns)[-3:] == ["reason", "action", "geometry"]
    acts = (told["grade"] == "act") & (told["status"] == "existing")
    advised = told["action"].str.lower().str.contains("|".join(ADVICE))
    assert acts.any()
    assert (advised == acts).all()
    assert not told["reason"].str.contains("nan").any()


def test_hostile_names_stay_text_in_the_reason() -> None:
    text = reason(place(unit="herd of 5 (<b>{count}</b>)"), n_ranked=2)
    assert "herd of 5 (<b>{count}</b>)" in text
