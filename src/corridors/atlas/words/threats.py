"""What is known of harm at a place, how sure it is, and what may be advised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd

from corridors.atlas.words.candidates import FIND_OUT, opening
from corridors.atlas.words.columns import with_sentences
from corridors.atlas.words.language import capital, digits, marked, said
from corridors.atlas.words.names import kind_name, season_when, stretch
from corridors.atlas.words.numbers import animals, kilometres, number, percent, span
from corridors.atlas.words.units import units_in_words

GRADE_WORDS: Final[Mapping[str, str]] = {
    "act": marked("Act"),
    "look_on_site": marked("Look on site"),
    "nothing_seen": marked("Nothing seen"),
    "not_known": marked("Not known"),
}
LIMIT_WORDS: Final[Mapping[str, str]] = {
    "few_units": marked("fewer than three independent units met it"),
    "few_trials": marked("it was tried fewer than five times"),
    "coarse_fixes": marked(
        "fixes are so far apart that passages and ways round an end look alike, so that more may "
        "be missing"
    ),
    "walked_round": marked(
        "many that came by walked round an end, or may have, and what that costs is not counted"
    ),
    "few_copies": marked("what free animals do here is told by the herd's other places"),
    "lived_beside": marked(
        "animals live beside it, where coming and going is the rule, so that figures of the whole "
        "year are weak"
    ),
    "stood_briefly": marked("it stood for less than half of the time tracked"),
}
_ACTION: Final[Mapping[str, str]] = {
    "fence": marked("Open, lower or remove the fence here{when}."),
    "road": marked("Build a crossing structure or slow the traffic here{when}."),
    "rail": marked("Build a crossing structure here; open fences along the line{when}."),
    "canal": marked("Build ramps or a bridge for animals here."),
    "pipeline": marked("Raise or bury the pipe here."),
    "powerline": marked("Mark the line; keep building work away{when}."),
    "border": marked("Agree with the neighbouring state on opening the border fence here{when}."),
    "river": marked("Natural obstacle: keep the banks free of building."),
    "settlement": marked("Keep a free passage beside or through the settlement."),
    "cropland": marked("Keep an unfenced strip through the fields."),
    "energy": marked("Shift the footprint or leave a gap in it."),
    "other": marked("Find out on site what stops the animals."),
}
_MOST_GAIN: Final = 10
_LEAST_GAIN: Final = 0.001  # of the resistance: less is nothing to speak of
_OPEN: Final = 0.9  # kappa from which on a place is called harmless
_LOOK: Final = marked("Look on site{when} before anything is spent, and track more animals here.")
_NONE: Final = marked("None.")
_PLANNED: Final = marked("Move the line, or plan crossings before it is built.")
_REMOVED: Final = marked("Confirm that the way is used again; compare tracks before and after.")
_SOURCE: Final[Mapping[str, str]] = {
    "observed": marked("observed"),
    "prior": marked("prior of its class, nobody tried it"),
    "estimated": marked("the herd's steps at its class, nobody tried it"),
    "both": marked("prior and tries"),
    "stated": marked("stated in the data"),
    "assumed": marked("assumed by the scenario"),
    "unknown": marked("not known"),
}
_STABILITY: Final[Mapping[str, str]] = {
    "firm": marked("firm"),
    "likely": marked("likely"),
    "open": marked("open"),
}


def threats_in_words(threats: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return THREATS of one herd with the sentences ``reason`` and ``action``, and units in words.

    What only the sentences need, ``n_tracked`` and ``worst_season``, is no column any more.
    """
    threats = units_in_words(threats)
    rows: list[Any] = list(threats.itertuples(index=False))
    n_ranked = int(threats["rank"].notna().sum())
    return with_sentences(
        threats.drop(columns=["n_tracked", "worst_season"]),
        reason=[reason(row, n_ranked=n_ranked) for row in rows],
        action=[
            action(grade=row.grade, kind=row.kind, status=row.status, season=row.worst_season)
            for row in rows
        ],
    )


def reason(row: Any, *, n_ranked: int) -> str:
    """Return the sentences of a row of THREATS: evidence, limits, rank, what opening it gives."""
    parts = (
        evidence(row),
        _met(row),
        limits(row.limits),
        ""
        if row.grade == "nothing_seen"  # among places where nothing is missing ranks say nothing
        else standing(
            rank_from=row.rank_from,
            rank_to=row.rank_to,
            n_ranked=n_ranked,
            stability=row.stability,
            source_completeness=row.source_completeness,
        ),
        standing_out(gain_share=row.gain_share, gain_rank=row.gain_rank),
    )
    return " ".join(part for part in parts if part)


def evidence(row: Any) -> str:
    """Return what is known of harm at a place, by its grade and status."""
    if row.status == "removed":
        return said("Removed: what was gained needs tracks from before and after.")
    if row.grade == "not_known":
        return _unmet(row)
    told = {
        "missing": number(row.missing_per_year),
        "unit": row.unit,
        "span": span(row.missing_p05, row.missing_p95),
        "most": said(", most {when}", when=season_when(row.worst_season))
        if row.worst_season
        else "",
    }
    if row.status == "planned":
        return said(
            "If built, about {missing} passages a year will be missing ({unit}; {span}) of {free} "
            "that go there{most}.",
            free=number(row.free_per_year),
            **told,
        )
    if row.grade == "act":
        return said("About {missing} passages a year are missing ({unit}; {span}){most}.", **told)
    if row.grade == "look_on_site":
        return said(
            "Harm has a chance of {chance}: about {missing} passages a year are missing ({unit}; "
            "{span}){most}.",
            chance=percent(row.p_harm),
            **told,
        )
    if row.kappa >= _OPEN:
        return said(
            "Harmless to these animals: they pass as freely as where nothing stands; fewer than "
            "{most} passages a year are missing ({unit}; 95 % sure).",
            most=_at_most(row),
            unit=row.unit,
        )
    return said(
        "No harm seen: fewer than {most} passages a year are missing ({unit}; 95 % sure), since "
        "the animals rarely come here.",
        most=_at_most(row),
        unit=row.unit,
    )


def _at_most(row: Any) -> str:
    """Return what surely is not missing, never less than the estimate or a hundredth."""
    return number(max(row.missing_p95, row.missing_per_year, 0.01))


def _unmet(row: Any) -> str:
    if row.status == "planned":
        return said("Planned, and nobody came by on a migration: what it would cost is not known.")
    if not row.missing_all_per_year > 0:  # also where it is unknown
        if math.isnan(row.missing_all_per_year):
            return said("Nobody met it: what it does is not known.")
        return said("Nobody met it on a migration; it costs nothing in the ranges.")
    return said(
        "Nobody met it on a migration. In the ranges beside it about {missing} passages a year "
        "are missing ({unit}).",
        missing=number(row.missing_all_per_year),
        unit=row.unit,
    )


def _met(row: Any) -> str:
    """Return who met a place and how many passed, there and where nothing stands."""
    source = said(_SOURCE[row.kappa_source])
    if not row.trials_per_year > 0 or row.status == "removed":
        return ""
    met = {"animals": animals(row.n_animals, row.n_units), "tracked": row.n_tracked}
    kappa = {"kappa": digits(f"{row.kappa:.2f}"), "source": source}
    if row.status == "planned":
        return said("{animals} of {tracked} came by; κ {kappa} ({source}).", **met, **kappa)
    free, here = passing(
        free_frac=row.free_frac,
        free_per_year=row.free_per_year,
        missing_per_year=row.missing_per_year,
    )
    came = said(
        "{animals} of {tracked} came by, with {tries} tries a year ({unit}).",
        tries=number(row.trials_per_year),
        unit=row.unit,
        **met,
    )
    passed = said(
        "Of 100 tries {here} pass here and {free} at copies of the line moved to where nothing "
        "stands (κ {kappa}, {low}–{high}, relative to free movement; {source}).",
        here=f"{here:.0f}",
        free=f"{free:.0f}",
        low=digits(f"{row.kappa_p05:.2f}"),
        high=digits(f"{row.kappa_p95:.2f}"),
        **kappa,
    )
    return f"{came} {passed}"


def place_name(row: Any) -> str:
    """Return what a place is called: its name or kind, and where it is along the line.

    Examples
    --------
    >>> place_name({"name": "Valley fence", "kind": "fence", "from_km": 1.0, "to_km": 3.46})
    'Valley fence, km 1.0–3.5'
    """
    return stretch_name(row["name"], row["kind"], row["from_km"], row["to_km"])


def stretch_name(name: str, kind: str, from_km: float, to_km: float) -> str:
    """Return the same of values that are at hand one by one.

    Examples
    --------
    >>> stretch_name("", "fence", 1.0, 3.46)
    'Nameless fence, km 1.0–3.5'
    """
    return stretch(line_name(name, kind), kilometres(from_km), kilometres(to_km))


def line_name(name: str, kind: str) -> str:
    """Return what a line is called; where it has no name, by its kind.

    Examples
    --------
    >>> line_name("A1", "road"), line_name("", "road")
    ('A1', 'Nameless road')
    """
    return name or capital(said("Nameless {kind}", kind=kind_name(kind)))


def passing(
    *, free_frac: float, free_per_year: float, missing_per_year: float
) -> tuple[float, float]:
    """Return how many of 100 tries pass where nothing stands, and how many here.

    Both are those of the draws: here, what would pass less what is missing.

    Examples
    --------
    >>> passing(free_frac=0.67, free_per_year=2.0, missing_per_year=1.5)
    (67.0, 16.75)
    """
    free = min(100.0, 100.0 * free_frac)
    share = missing_per_year / free_per_year if free_per_year > 0 else 0.0
    return free, free * (1.0 - min(1.0, share))


def limits(codes: str) -> str:
    """Return what limits the answer at a place.

    Examples
    --------
    >>> limits("few_units;few_trials")
    'What limits this: fewer than three independent units met it; it was tried fewer than five \
times.'
    >>> limits("")
    ''
    """
    if not codes:
        return ""
    own = "; ".join(said(LIMIT_WORDS[code]) for code in codes.split(";"))
    return said("What limits this: {limits}.", limits=own)


def standing(
    *, rank_from: float, rank_to: float, n_ranked: int, stability: str, source_completeness: str
) -> str:
    """Return how far the rank is settled, and whether the data may lack barriers.

    Examples
    --------
    >>> standing(rank_from=1.0, rank_to=3.0, n_ranked=20, stability="likely",
    ...          source_completeness="partial")
    'Rank 1 to 3 of 20 (likely). The barrier data are partial: lines may be missing.'
    >>> standing(rank_from=math.nan, rank_to=math.nan, n_ranked=20, stability="open",
    ...          source_completeness="complete")
    ''
    """
    partial = said("The barrier data are partial: lines may be missing.")
    told = [partial] if source_completeness == "partial" else []
    if not math.isnan(rank_from):
        first, last = int(rank_from), int(rank_to)
        place = f"{first}" if first == last else said("{low} to {high}", low=first, high=last)
        own = said(_STABILITY[stability])
        told.insert(
            0, said("Rank {rank} of {n} ({stability}).", rank=place, n=n_ranked, stability=own)
        )
    return " ".join(told)


def standing_out(*, gain_share: float, gain_rank: float) -> str:
    """Return what opening a place gives the connection, if it is among the ten that give most.

    Examples
    --------
    >>> standing_out(gain_share=0.034, gain_rank=2.0)
    'Opening it alone would lower the resistance between the ranges by 3.4 %, place 2 of all \
barrier segments.'
    >>> standing_out(gain_share=0.1, gain_rank=31.0), standing_out(gain_share=0.0001, gain_rank=1.0)
    ('', '')
    """
    if not (gain_share >= _LEAST_GAIN and gain_rank <= _MOST_GAIN):  # also where they are unknown
        return ""
    return said(
        "{opening}, place {place} of all barrier segments.",
        opening=opening(gain_share),
        place=f"{gain_rank:.0f}",
    )


def action(*, grade: str, kind: str, status: str, season: str) -> str:
    """Return what to do about a place; to open, remove or build only with grade ``act``.

    Examples
    --------
    >>> action(grade="act", kind="fence", status="existing", season="spring")
    'Open, lower or remove the fence here, above all in spring.'
    >>> action(grade="look_on_site", kind="fence", status="existing", season="")
    'Look on site before anything is spent, and track more animals here.'
    >>> action(grade="nothing_seen", kind="fence", status="existing", season="")
    'None.'
    """
    if status == "removed":
        return said(_REMOVED)
    if grade == "act" and status == "planned":
        return said(_PLANNED)
    if grade == "act":
        when = said(", above all {when}", when=season_when(season)) if season else ""
        return said(_ACTION[kind], when=when)
    if grade == "look_on_site":
        return said(_LOOK, when=f" {season_when(season)}" if season else "")
    return said(FIND_OUT if grade == "not_known" else _NONE)
