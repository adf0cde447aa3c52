"""The facts of a herd as lines that people read: a report's tables and the package's fact sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from corridors.atlas.facts import MONTHS
from corridors.atlas.pages import number, percent
from corridors.foundation.facts.describe import (
    DescribeFacts,
    MigrationsFacts,
    Spread,
    SufficiencyFacts,
)

MEASURES: tuple[tuple[str, Callable[[MigrationsFacts], Spread | None]], ...] = (
    ("Days", lambda found: found.days),
    ("Migration distance (farthest two fixes), km", lambda found: found.farthest_km),
    ("From first to last fix, km", lambda found: found.net_km),
    ("Length of the way at every 5 %, km", lambda found: found.resampled_km),
    ("Length along all fixes, km", lambda found: found.path_km),
    ("Kilometres per day along all fixes", lambda found: found.speed_km_d),
    ("Days in stopovers", lambda found: found.stopover_days),
)
_CLASS_WORDS = {"low": "low use", "medium": "medium use", "high": "high use"}


@dataclass(frozen=True)
class Line:
    """One line of a fact sheet; ``group`` is its heading."""

    group: str
    item: str
    value: str


def lines(facts: DescribeFacts) -> list[Line]:
    """Return the fact sheet of a herd."""
    return [*_sample(facts), *_migrations(facts), *_stays(facts), *_areas(facts), *_trust(facts)]


def table(facts: DescribeFacts) -> pd.DataFrame:
    """Return the fact sheet with columns ``group item value``."""
    return pd.DataFrame(
        [(line.group, line.item, line.value) for line in lines(facts)],
        columns=["group", "item", "value"],
    )


def measure_rows(facts: DescribeFacts) -> dict[str, Any]:
    """Return the seasons and, for each measure, their values as ``mean (min-max)``."""
    seasons: list[str] = [name for name in ("spring", "autumn") if name in facts.migrations]
    seasons += sorted(set(facts.migrations) - {*seasons, "all"})
    rows = [
        (words, [span(measure(facts.migrations[season])) for season in seasons])
        for words, measure in MEASURES
    ]
    return {"seasons": seasons, "rows": rows}


def span(spread: Spread | None) -> str:
    """Return ``mean (min-max)``; a dash where nothing is known.

    Examples
    --------
    >>> span(Spread(n=2, min=3.0, mean=4.5, median=4.5, max=6.0)), span(None)
    ('4.5 (3–6)', '–')
    """
    if spread is None:
        return "–"
    return f"{number(spread.mean)} ({number(spread.min)}–{number(spread.max)})"


def share_span(spread: Spread | None) -> str:
    """Return the same of shares, in percent."""
    if spread is None:
        return "–"
    return f"{percent(spread.mean)} ({percent(spread.min)}–{percent(spread.max)})"


def day(month_day: str | None) -> str:
    """Return ``05-07`` as ``7 May``.

    Examples
    --------
    >>> day("05-07"), day(None)
    ('7 May', '–')
    """
    if month_day is None:
        return "–"
    month, number_in_month = month_day.split("-")
    return f"{int(number_in_month)} {MONTHS[int(month) - 1]}"


def sufficiency_words(found: SufficiencyFacts | None) -> str:
    """Return whether a sample is sufficient, in a sentence; "" without a sample."""
    if found is None:
        return ""
    animals, limit = found.n_animals, percent(found.max_slope_frac)
    if found.slope_frac is None:
        return "Insufficient: one animal says nothing about the others."
    slope = percent(found.slope_frac, 1)
    if found.flag == "sufficient":
        return (
            f"Sufficient: from {found.n_sufficient} of {animals} animals on, one more animal "
            f"adds less than {limit} to the corridor's area; the last one adds {slope}."
        )
    return (
        f"Insufficient: the last of {animals} animals still adds {slope} to the corridor's area; "
        f"below {limit} the sample would count as sufficient."
    )


def _sample(facts: DescribeFacts) -> Iterator[Line]:
    sample, group = facts.sample, "Animals and data"
    yield Line(group, "Animals tracked", number(sample.n_animals))
    yield Line(group, "Animals in migrations or on the winter range", str(sample.n_animals_used))
    yield Line(group, "Median fix interval, h", number(sample.fix_interval_h))
    first, last = sample.years or (None, None)
    years = "–" if first is None else str(first) if first == last else f"{first}–{last}"
    yield Line(group, "Biological years", years)
    seasons = [
        f"{found.n} in {season}"
        for season, found in sorted(facts.migrations.items(), reverse=True)
        if season != "all"
    ]
    sequences = f"{sample.n_migrations} of {sample.n_migrants} animals"
    yield Line(group, "Migrations", f"{sequences} ({', '.join(seasons)})" if seasons else sequences)


def _migrations(facts: DescribeFacts) -> Iterator[Line]:
    measures = measure_rows(facts)
    for i, season in enumerate(measures["seasons"]):
        found, group = facts.migrations[season], f"{season.capitalize()} migration"
        yield Line(group, "Median first day", day(found.median_start))
        yield Line(group, "Median last day", day(found.median_end))
        for words, values in measures["rows"]:
            yield Line(group, f"{words}: mean (min–max)", values[i])


def _stays(facts: DescribeFacts) -> Iterator[Line]:
    for season, found in sorted(facts.stays.items(), reverse=True):
        group = f"{season.capitalize()} range"
        yield Line(group, "Stays", f"{found.n} of {found.n_animals} animals")
        yield Line(group, "Median first day", day(found.median_start))
        yield Line(group, "Median last day", day(found.median_end))
        yield Line(group, "Days: mean (min–max)", span(found.days))
    for area in facts.ranges:
        group = f"{area.season.capitalize()} range"
        words = (
            f"Area drawn by an expert ({area.source}), km²"
            if area.isopleth is None
            else f"Area of {percent(area.isopleth)} of the use, km²"
        )
        yield Line(group, words, number(area.area_km2))


def _areas(facts: DescribeFacts) -> Iterator[Line]:
    for evidence, seasons in sorted(facts.corridor_km2.items(), reverse=True):
        for corridor_class, area in sorted(seasons.get("all", {}).items(), key=_by_class):
            words = f"Corridor, {_CLASS_WORDS[corridor_class]}, {evidence}, km²"
            yield Line("Areas", words, number(area))
    if "all" in facts.stopover_km2:
        yield Line("Areas", "Stopovers, km²", number(facts.stopover_km2["all"]))


def _by_class(item: tuple[str, object]) -> int:
    return list(_CLASS_WORDS).index(item[0])


def _trust(facts: DescribeFacts) -> Iterator[Line]:
    group = "How far to trust it"
    words = sufficiency_words(facts.sufficiency.get("all"))
    if words:
        yield Line(group, "Sample of animals", words)
    for corridor_class, found in sorted(facts.skill.items(), key=_by_class):
        where = f"corridor of the others, {_CLASS_WORDS[corridor_class]}"
        yield Line(
            group,
            f"Fixes of an animal inside the {where}: mean (min–max)",
            share_span(found.fixes_inside),
        )
    for season, overlap in sorted(facts.fidelity.items(), reverse=True):
        yield Line(
            group,
            f"Overlap of an animal's years in {season} (Bhattacharyya): mean (min–max)",
            span(overlap.bhattacharyya),
        )
