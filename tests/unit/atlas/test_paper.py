"""What stands on the fact sheet and on the card of a place."""

from __future__ import annotations

from typing import Any

import pytest

from corridors.atlas.fact_sheet import Line
from corridors.atlas.paper import card_values, factsheet_values

PLACE = {
    "rank": 1.0, "grade": "act", "name": "Fence", "kind": "fence", "status": "existing",
    "from_km": 1.0, "to_km": 3.0, "where": "37.2000° N, 73.1000° E", "action": "Open it.",
    "missing_per_year": 1.234, "missing_p05": 0.5, "missing_p95": 2.0, "steps": ["Here."],
    "is_cost_known": False, "sure": "Sure.", "reason": "Because.", "met": "", "unknown": "",
}  # fmt: skip
PAGE: dict[str, Any] = {
    "herd": "made-up", "called": "Made up", "species": "Ovis ammon", "study": "A study",
    "author": "",
    "tier": "internal", "version": "0", "simulated": False, "years": "2020", "verdict": "Act.",
    "map": b"png",
    "is_tracked": True, "n_ranked": 3, "decided": [PLACE], "n_animals": 3, "n_units": 2,
    "n_usable": 1000, "interval_h": 4.0, "n_migrations": 5, "stopover_km2": None,
    "corridor": {"evidence": "tracked", "season": "all", "low": 420.0, "high": float("nan")},
    "distance": (60.0, 65.0, 70.0), "methods": [("migration", "dbbmm", 5)], "cell_m": 100.0,
    "n_failures": 1, "unit": "per animal",
}  # fmt: skip
LINES = [Line("Winter range", "Stays", "3"), Line("Summer range", "Stays", "4"),
         Line("Winter range", "Area", "9")]  # fmt: skip


def test_a_group_stands_once_with_all_of_its_lines() -> None:
    values = factsheet_values(PAGE, LINES)
    assert [group["name"] for group in values["groups"]] == ["Winter range", "Summer range"]
    assert [line["item"] for line in values["groups"][0]["lines"]] == ["Stays", "Area"]
    assert values["n_left"] == 1


def test_what_is_not_known_is_not_listed_at_a_glance() -> None:
    facts = {fact["item"]: fact["value"] for fact in factsheet_values(PAGE, LINES)["facts"]}
    assert facts["Corridor (tracked)"] == "420 km²"
    assert facts["Migration distance"] == "65 km (60–70)"
    assert "Corridor, high use" not in facts
    assert "Stopovers" not in facts
    nobody = PAGE | {"n_animals": 0, "interval_h": None, "distance": None, "corridor": None}
    facts = {fact["item"]: fact["value"] for fact in factsheet_values(nobody, [])["facts"]}
    assert facts == {"Animals tracked": "0", "Migrations": "5"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"is_tracked": False, "n_ranked": 0}, "No animal was tracked"),
        ({"n_ranked": 0}, "No animal met a barrier"),
        ({}, "At none of the 3 places"),
    ],
)
def test_a_sheet_without_places_says_why(changed: dict[str, Any], said: str) -> None:
    values = factsheet_values(PAGE | {"decided": []} | changed, LINES)
    assert values["places"] == []
    assert values["no_places"].startswith(said)


def test_places_have_the_same_number_on_sheet_and_card() -> None:
    (row,) = factsheet_values(PAGE, LINES)["places"]
    card = card_values(PAGE, PLACE)
    assert row["number"] == card["number"] == "1"
    assert row["name"] == card["name"] == "Fence, km 1.0–3.0"
    assert row["missing"] == "1.2 (0.50–2.0)"


def test_a_card_leaves_out_what_nobody_can_say_and_names_an_unknown_cost() -> None:
    parts = {part["title"]: part["lines"] for part in card_values(PAGE, PLACE)["parts"]}
    assert parts["What to do"] == ["Open it.", "Here."]
    assert parts["Not known"] == ["What it costs is not stated in the configuration."]
    assert "When animals come by on migrations" not in parts
    known = card_values(PAGE, PLACE | {"is_cost_known": True})
    assert "Not known" not in {part["title"] for part in known["parts"]}


def test_sheet_and_card_call_the_herd_as_people_do() -> None:
    assert factsheet_values(PAGE, LINES)["title"] == "Made up"
    assert card_values(PAGE, PLACE)["herd"] == "Made up"
