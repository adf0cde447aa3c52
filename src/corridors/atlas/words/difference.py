"""What a scenario comes to for a herd, and what it assumes, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from corridors.atlas.words.habitat import NO_WAY_WORDS
from corridors.atlas.words.units import unit_words
from corridors.foundation.facts.alter import AlterFacts, RuleFacts
from corridors.foundation.facts.difference import DifferenceFacts
from corridors.foundation.vocabulary import DifferenceMeasure

if TYPE_CHECKING:
    from corridors.config.scenarios import Addition, Opening, Scenario, Selection

# Measure -> what it is, and its unit; the name in braces is the unit of passages.
MEASURES: Final[Mapping[DifferenceMeasure, tuple[str, str]]] = {
    "missing": ("missing passages", "passages a year ({per})"),
    "newly_missing": ("newly missing passages", "passages a year ({per})"),
    "gained": ("passages gained", "passages a year ({per})"),
    "cut_off": ("use of the corridor that is cut off", "share"),
    "cut_off_high": ("use of the high class that is cut off", "share"),
    "pieces": ("pieces of the corridor", "number"),
    "way": ("least-cost way between the ranges", "km"),
    "way_cost": ("cost of that way", "km of easiest ground"),
    "without_way": ("parts of the ranges without a way", "share of their ground"),
    "effective_resistance": (
        "effective resistance between the ranges",
        "squares of easiest ground",
    ),
}
REASONS: Final[Mapping[str, str]] = {
    "": "",
    "untracked": "nobody was tracked",
    "no_corridor": "the herd has no corridor",
    "no_high_class": "the herd has no high class",
    "no_way_in_both": "no part of the ranges has a way in both states",
    "ranges_overlap": "the ranges share their ground",
    **NO_WAY_WORDS,
}


def measures_in_words(facts: DifferenceFacts) -> list[dict[str, Any]]:
    """Return each measure with name, unit, values, and why a value is unknown."""
    rows = []
    for one in facts.measures:
        name, unit = MEASURES[one.measure]
        values = one.model_dump(exclude={"measure", "reason"})
        unit = unit.format(per=unit_words(facts.unit))
        rows.append({"measure": name, "unit": unit, **values, "reason": REASONS[one.reason]})
    return rows


def assumptions_in_words(found: AlterFacts, scenario: Scenario) -> Iterator[str]:
    """Yield what a scenario assumes, and how much of the herd's it fits."""
    for source, fact in zip(scenario.add, found.added, strict=True):
        yield (
            f"Added: {source.name}, {fact.n_near} of {fact.barriers} features within reach;"
            f" permeability: {_passing(source)}."
        )
    rules = {(fact.key, fact.position): fact for fact in found.rules}
    for n, rule in enumerate(scenario.remove):
        yield _chosen("Removed", rule, rules["remove", n])
    for n, opening in enumerate(scenario.open):
        more = f"; {_percent(opening.permeability)} pass {_time(opening)}"
        yield _chosen("Opened", opening, rules["open", n], more)
    for n, change in enumerate(scenario.change):
        more = f"; {_percent(change.permeability)} pass"
        yield _chosen("Modified", change, rules["change", n], more)
    yield f"Closed: lines that let less than {_percent(scenario.closed_below)} pass."


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _passing(source: Addition) -> str:
    if source.permeability is not None:
        return f"{_percent(source.permeability)} pass"
    if source.permeability_column:
        return "stated per feature, or the prior of its class"
    return "the prior of its class"


def _chosen(words: str, rule: Selection, fact: RuleFacts, more: str = "") -> str:
    n = fact.n_segments + fact.n_areas
    return f"{words}: {_selection(rule)}; {n} segments within reach{more}."


def _time(rule: Opening) -> str:
    if rule.seasons:
        return "in " + ", ".join(rule.seasons)
    if rule.months:
        return "in the months " + ", ".join(map(str, rule.months))
    return "from {} to {}".format(*rule.days) if rule.days else ""


def _selection(rule: Selection) -> str:
    parts = [
        ", ".join(values)
        for values in (rule.barriers, rule.kinds, rule.classes)
        if values is not None
    ]
    if rule.path:
        parts.append(f"inside the polygons of {rule.path}")
    return "; ".join(parts)
