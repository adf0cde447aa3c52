"""The facts of a herd as lines that people read: a report's tables and the package's fact sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from corridors.atlas.figures import Figure, How, Source, figure
from corridors.atlas.pages import number, percent, shared
from corridors.atlas.words.language import marked, said, several
from corridors.atlas.words.names import (
    evidence_name,
    expert_source,
    migration_title,
    range_title,
    season_when,
)
from corridors.foundation.facts.describe import (
    DescribeFacts,
    Spread,
    SufficiencyFacts,
)

# Words, and the column of MIGRATION_FACTS.
MEASURES: tuple[tuple[str, str], ...] = (
    (marked("Days"), "days"),
    (marked("Migration distance (farthest two fixes), km"), "farthest_km"),
    (marked("From first to last fix, km"), "net_km"),
    (marked("Length of the way at every 5 %, km"), "resampled_km"),
    (marked("Length along all fixes, km"), "path_km"),
    (marked("Kilometres per day along all fixes"), "speed_km_d"),
    (marked("Days in stopovers"), "stopover_days"),
)
_DATES = (
    (marked("Median first day"), "median_start"),
    (marked("Median last day"), "median_end"),
)
_ENDS: tuple[How, How] = ("min", "max")
_FACTS, _MOVES, _WINDOWS = "describe.facts", "describe.migration_facts", "segment.migrations"
_N_BOTTLENECKS = 3
_CLASS_WORDS = {
    "low": marked("low use"),
    "medium": marked("medium use"),
    "high": marked("high use"),
}
_ENOUGH = marked(
    "Sufficient: from {enough} of {n} animals on, one more animal adds less than {limit} to the "
    "corridor's area; the last one adds {slope}."
)
_ENOUGH_UNITS = marked(
    "Sufficient: from {enough} of {units} independent units ({n} animals, of which those that "
    "travel together count once) on, one more independent unit adds less than {limit} to the "
    "corridor's area; the last one adds {slope}."
)
_TOO_FEW = marked(
    "Insufficient: the last of {n} animals still adds {slope} to the corridor's area; below "
    "{limit} the sample would count as sufficient."
)
_TOO_FEW_UNITS = marked(
    "Insufficient: the last of {units} independent units ({n} animals, of which those that travel "
    "together count once) still adds {slope} to the corridor's area; below {limit} the sample "
    "would count as sufficient."
)


@dataclass(frozen=True)
class Line:
    """One line of a fact sheet; ``group`` is its heading, ``figures`` the numbers in ``value``."""

    group: str
    item: str
    value: str
    figures: tuple[Figure, ...] = ()


def lines(facts: DescribeFacts) -> list[Line]:
    """Return the fact sheet of a herd."""
    return [*_sample(facts), *_migrations(facts), *_stays(facts), *_areas(facts), *_trust(facts)]


def bottleneck_lines(bottlenecks: pd.DataFrame) -> list[Line]:
    """Return a line for each of the narrowest bottlenecks, the narrowest first."""
    found = []
    for row in bottlenecks.head(_N_BOTTLENECKS).to_dict("records"):
        place = {"bottleneck": row["bottleneck"]}
        width = [
            figure(row[name], Source("describe.bottlenecks", name, place), "ten")
            for name in ("width_m", "width_low_m", "width_high_m")
        ]
        units = figure(row["n_units"], Source("describe.bottlenecks", "n_units", place), "whole")
        item = said(
            "No. {rank}: width of the use, m (95 % interval), independent units", rank=row["rank"]
        )
        found.append(_told(said("Bottlenecks"), item, "{} ({}–{}), {}", *width, units))
    return found


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
        (words, [span(getattr(facts.migrations[season], column)) for season in seasons])
        for words, column in MEASURES
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


def sufficiency_words(found: SufficiencyFacts | None) -> str:
    """Return whether a sample is sufficient, in a sentence; "" without a sample."""
    if found is None:
        return ""
    limit = percent(found.max_slope_frac)
    if found.slope_frac is None:
        return (
            said("Insufficient: one animal says nothing about the others.")
            if found.n_animals == 1
            else several(
                "Insufficient: all {n} animals travel together, and say nothing about the others.",
                "Insufficient: all {n} animals travel together, and say nothing about the others.",
                found.n_animals,
            )
        )
    told = {"slope": shared(found.slope_frac), "limit": limit, "n": found.n_animals}
    is_alone = found.n_units == found.n_animals
    if not is_alone:
        told["units"] = found.n_units
    if found.flag == "sufficient":
        told["enough"] = found.n_sufficient
        return said(_ENOUGH if is_alone else _ENOUGH_UNITS, **told)
    return said(_TOO_FEW if is_alone else _TOO_FEW_UNITS, **told)


def sufficiency_figures(found: SufficiencyFacts | None) -> tuple[Figure, ...]:
    """Return the numbers that :func:`sufficiency_words` may tell."""
    if found is None:
        return ()

    def of(name: str, form: str) -> Figure:
        return figure(getattr(found, name), Source(_FACTS, f"sufficiency.all.{name}"), form)

    told = [of("n_animals", "whole"), of("n_units", "whole"), of("max_slope_frac", "percent")]
    if found.n_sufficient is not None:
        told.append(of("n_sufficient", "whole"))
    if found.slope_frac is not None:
        last = {"season": "all", "corridor_class": "low", "n_units": found.n_units}
        source = Source("describe.sufficiency", "slope_frac", last)
        told.append(figure(found.slope_frac, source, "share"))
    return tuple(told)


def _told(group: str, item: str, form: str, *figures: Figure) -> Line:
    """Return a line whose value is ``form`` with the figures in their places."""
    return Line(group, item, form.format(*(one.text for one in figures)), figures)


def _spread(
    group: str, item: str, found: Spread | None, source: Source, form: str = "number"
) -> Line:
    """Return a line of a mean, with the smallest and the largest; a dash where nothing is known."""
    if found is None:
        return Line(group, item, "–")
    ends = [
        figure(getattr(found, how), replace(source, how=how), form)
        for how in ("mean", "min", "max")
    ]
    return _told(group, item, "{} ({}–{})", *ends)


def _sample(facts: DescribeFacts) -> Iterator[Line]:
    sample, group = facts.sample, said("Animals and data")
    seasons = [season for season in sorted(facts.migrations, reverse=True) if season != "all"]
    n_tracked = figure(sample.n_animals, Source("clean.facts", "n_animals"))
    used = Source(_WINDOWS, "animal", {"season": [*seasons, "winter"]}, "distinct")
    yield _told(group, said("Animals tracked"), "{}", n_tracked)
    yield _told(
        group,
        said("Animals in migrations or on the winter range"),
        "{}",
        figure(sample.n_animals_used, used, "whole"),
    )
    interval = Source(_FACTS, "sample.fix_interval_h")
    known = () if sample.fix_interval_h is None else (figure(sample.fix_interval_h, interval),)
    yield _told(group, said("Median fix interval, h"), "{}" if known else "–", *known)
    ends = [
        figure(year, Source(_WINDOWS, "bio_year", how=how), "whole")
        for year, how in zip(dict.fromkeys(sample.years or ()), _ENDS, strict=False)
    ]
    yield _told(group, said("Biological years"), "–".join("{}" for _ in ends) or "–", *ends)
    moves = [
        figure(sample.n_migrations, Source(_MOVES, "migration", how="rows"), "whole"),
        figure(sample.n_migrants, Source(_MOVES, "animal", how="distinct"), "whole"),
        *(
            figure(
                facts.migrations[season].n,
                Source(_MOVES, "migration", {"season": season}, "rows"),
                "whole",
            )
            for season in seasons
        ),
    ]
    by_season = ", ".join(
        said("{moves} {when}", moves=one.text, when=season_when(season))
        for season, one in zip(seasons, moves[2:], strict=True)
    )
    value = _of_animals(moves[0], sample.n_migrants) + (f" ({by_season})" if seasons else "")
    yield Line(group, said("Migrations"), value, tuple(moves))


def _of_animals(things: Figure, n_animals: int) -> str:
    return several(
        "{things} of {n} animals", "{things} of {n} animals", n_animals, things=things.text
    )


def _day(group: str, item: str, found: str | None, source: Source) -> Line:
    if found is None:
        return Line(group, item, "–")
    return _told(group, item, "{}", figure(found, source, "day"))


def _migrations(facts: DescribeFacts) -> Iterator[Line]:
    for season in measure_rows(facts)["seasons"]:
        found, group = facts.migrations[season], migration_title(season)
        for item, name in _DATES:
            source = Source(_FACTS, f"migrations.{season}.{name}")
            yield _day(group, said(item), getattr(found, name), source)
        for words, column in MEASURES:
            source = Source(_MOVES, column, {"season": season})
            yield _spread(group, _means(said(words)), getattr(found, column), source)


def _means(item: str) -> str:
    return said("{item}: mean (min–max)", item=item)


def _stays(facts: DescribeFacts) -> Iterator[Line]:
    for season, found in sorted(facts.stays.items(), reverse=True):
        group, own = range_title(season), {"part": "range", "season": season}
        stays = (
            figure(found.n, Source(_WINDOWS, "migration", own, "rows"), "whole"),
            figure(found.n_animals, Source(_WINDOWS, "animal", own, "distinct"), "whole"),
        )
        yield Line(group, said("Stays"), _of_animals(stays[0], found.n_animals), stays)
        for item, name in _DATES:
            source = Source("segment.facts", f"seasons.{season}.{name}")
            yield _day(group, said(item), getattr(found, name), source)
        if found.days is None:
            yield Line(group, _means(said("Days")), "–")
        else:
            ends = [
                figure(getattr(found.days, how), Source(_FACTS, f"stays.{season}.days.{how}"))
                for how in ("mean", "min", "max")
            ]
            yield _told(group, _means(said("Days")), "{} ({}–{})", *ends)
    for area in facts.ranges:
        group = range_title(area.season)
        drawn: dict[str, Any] = {"season": area.season, "evidence": area.evidence}
        if area.isopleth is None:
            words = said(
                "Area drawn by an expert ({source}), km²", source=expert_source(area.source)
            )
            drawn["source"] = area.source
        else:
            words = said("Area of {share} of the use, km²", share=percent(area.isopleth))
            drawn["isopleth"] = area.isopleth
        source = Source("delineate.ranges", "area_km2", drawn)
        yield _told(group, words, "{}", figure(area.area_km2, source))


def _areas(facts: DescribeFacts) -> Iterator[Line]:
    for evidence, seasons in sorted(facts.corridor_km2.items(), reverse=True):
        for corridor_class, area in sorted(seasons.get("all", {}).items(), key=_by_class):
            words = said(
                "Corridor, {use}, {evidence}, km²",
                use=said(_CLASS_WORDS[corridor_class]),
                evidence=evidence_name(evidence),
            )
            own = {"season": "all", "evidence": evidence, "corridor_class": corridor_class}
            source = Source("delineate.corridors", "area_km2", own)
            yield _told(said("Areas"), words, "{}", figure(area, source))
    if "all" in facts.stopover_km2:
        source = Source("delineate.stopovers", "area_km2", {"season": "all"}, "sum")
        yield _told(
            said("Areas"), said("Stopovers, km²"), "{}", figure(facts.stopover_km2["all"], source)
        )


def _by_class(item: tuple[str, object]) -> int:
    return list(_CLASS_WORDS).index(item[0])


def _trust(facts: DescribeFacts) -> Iterator[Line]:
    group, sample = said("How far to trust it"), facts.sufficiency.get("all")
    words = sufficiency_words(sample)
    if words:
        yield Line(group, said("Sample of animals"), words, sufficiency_figures(sample))
    for corridor_class, found in sorted(facts.skill.items(), key=_by_class):
        inside = said(
            "Fixes of an animal inside the corridor of the others, {use}",
            use=said(_CLASS_WORDS[corridor_class]),
        )
        yield _spread(
            group,
            _means(inside),
            found.fixes_inside,
            Source("describe.skill", "fixes_inside", {"corridor_class": corridor_class}),
            "percent",
        )
    for season, overlap in sorted(facts.fidelity.items(), reverse=True):
        yield _spread(
            group,
            _means(
                said(
                    "Overlap of an animal's years {when} (Bhattacharyya)", when=season_when(season)
                )
            ),
            overlap.bhattacharyya,
            Source("describe.fidelity", "bhattacharyya", {"season": season}, each="animal"),
        )
