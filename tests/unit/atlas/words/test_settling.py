"""What the ranking as a whole says, and what would settle it."""

from __future__ import annotations

from corridors.atlas.words.settling import grade_counts, settling_words, verdict
from worlds import recorded


def test_the_verdict_says_whether_to_act_and_how_much_is_missing_together() -> None:
    facts = recorded.rank(tracked=True)
    assert verdict(facts, n_planned=0, of_harm=1.23) == (
        "At 5 places the evidence is strong enough to act. At all places that stand, together,"
        " about 3.4 passages a year are missing (per animal; 2.0–5.1), 1.2 of them where the"
        " evidence shows harm."
    )
    none = facts.model_copy(update={"grades": {"look_on_site": 2}, "missing_together": None})
    assert verdict(none, n_planned=0, of_harm=1.23) == (
        "These data support no action yet: at no place is the evidence of harm strong enough."
    )
    assert verdict(recorded.rank(tracked=False), n_planned=0, of_harm=1.23) == ""
    assert "At 5 places (2 of them planned) the" in verdict(facts, n_planned=2, of_harm=1.23)


def test_grades_without_a_place_are_counted_too() -> None:
    counts = grade_counts(recorded.rank(tracked=False))
    assert [(grade, n) for grade, _, n in counts] == [
        ("act", 0), ("look_on_site", 0), ("nothing_seen", 0), ("not_known", 0),
    ]  # fmt: skip


def test_an_open_rank_says_how_many_units_more_and_when() -> None:
    (one,) = recorded.rank(tracked=True).settling
    said = settling_words(one.model_copy(update={"season": ""}), {one.threat: "A, km 1.0–2.0"})
    assert said.startswith("Rank 2 (1–5), A, km 1.0–2.0: 2 independent units met it.")
    assert "Five more that come by would narrow" in said
    assert "in spring" in settling_words(one, {one.threat: "A"})
