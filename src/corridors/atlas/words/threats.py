"""What is known of harm at a place, how sure it is, and what may be advised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd

from corridors.atlas.words.candidates import FIND_OUT, opening
from corridors.atlas.words.columns import with_sentences
from corridors.atlas.words.numbers import animals, number, span
from corridors.atlas.words.units import units_in_words

GRADE_WORDS: Final[Mapping[str, str]] = {
    "act": "Act",
    "look_on_site": "Look on site",
    "nothing_seen": "Nothing seen",
    "not_known": "Not known",
}
LIMIT_WORDS: Final[Mapping[str, str]] = {
    "few_units": "fewer than three independent units met it",
    "few_trials": "it was tried fewer than five times",
    "coarse_fixes": "fixes are so far apart that passages and ways round an end look alike, so "
    "that more may be missing",
    "walked_round": "many that came by walked round an end, or may have, and what that costs is "
    "not counted",
    "few_copies": "what free animals do here is told by the herd's other places",
    "lived_beside": "animals live beside it, where coming and going is the rule, so that figures "
    "of the whole year are weak",
    "stood_briefly": "it stood for less than half of the time tracked",
}
_ACTION: Final[Mapping[str, str]] = {
    "fence": "Open, lower or remove the fence here{when}.",
    "road": "Build a crossing structure or slow the traffic here{when}.",
    "rail": "Build a crossing structure here; open fences along the line{when}.",
    "canal": "Build ramps or a bridge for animals here.",
    "pipeline": "Raise or bury the pipe here.",
    "powerline": "Mark the line; keep building work away{when}.",
    "border": "Agree with the neighbouring state on opening the border fence here{when}.",
    "river": "Natural obstacle: keep the banks free of building.",
    "settlement": "Keep a free passage beside or through the settlement.",
    "cropland": "Keep an unfenced strip through the fields.",
    "energy": "Shift the footprint or leave a gap in it.",
    "other": "Find out on site what stops the animals.",
}
_MOST_GAIN: Final = 10
_LEAST_GAIN: Final = 0.001  # of the resistance: less is nothing to speak of
_OPEN: Final = 0.9  # kappa from which on a place is called harmless
_LOOK: Final = "Look on site{when} before anything is spent, and track more animals here."
_NONE: Final = "None."
_PLANNED: Final = "Move the line, or plan crossings before it is built."
_REMOVED: Final = "Confirm that the way is used again; compare tracks before and after."
_SOURCE: Final[Mapping[str, str]] = {
    "observed": "observed",
    "prior": "prior of its class, nobody tried it",
    "estimated": "the herd's steps at its class, nobody tried it",
    "both": "prior and tries",
    "stated": "stated in the data",
    "assumed": "assumed by the scenario",
    "unknown": "not known",
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
        return "Removed: what was gained needs tracks from before and after."
    if row.grade == "not_known":
        return _unmet(row)
    missing = (
        f"about {number(row.missing_per_year)} passages a year are missing ({row.unit}; "
        f"{span(row.missing_p05, row.missing_p95)})"
    )
    most = f", most in {row.worst_season}" if row.worst_season else ""
    if row.status == "planned":
        return (
            f"If built, {missing.replace('are missing', 'will be missing')} of "
            f"{number(row.free_per_year)} that go there{most}."
        )
    if row.grade == "act":
        return f"{missing[0].upper()}{missing[1:]}{most}."
    if row.grade == "look_on_site":
        return f"Harm has a chance of {100 * row.p_harm:.0f} %: {missing}{most}."
    if row.kappa >= _OPEN:
        return (
            "Harmless to these animals: they pass as freely as where nothing stands; fewer than "
            f"{_at_most(row)} passages a year are missing ({row.unit}; 95 % "
            "sure)."
        )
    return (
        f"No harm seen: fewer than {_at_most(row)} passages a year are "
        f"missing ({row.unit}; 95 % sure), since the animals rarely come here."
    )


def _at_most(row: Any) -> str:
    """Return what surely is not missing, never less than the estimate or a hundredth."""
    return number(max(row.missing_p95, row.missing_per_year, 0.01))


def _unmet(row: Any) -> str:
    if row.status == "planned":
        return "Planned, and nobody came by on a migration: what it would cost is not known."
    if not row.missing_all_per_year > 0:  # also where it is unknown
        if math.isnan(row.missing_all_per_year):
            return "Nobody met it: what it does is not known."
        return "Nobody met it on a migration; it costs nothing in the ranges."
    return (
        "Nobody met it on a migration. In the ranges beside it about "
        f"{number(row.missing_all_per_year)} passages a year are missing ({row.unit})."
    )


def _met(row: Any) -> str:
    """Return who met a place and how many passed, there and where nothing stands."""
    source = _SOURCE[row.kappa_source]
    if not row.trials_per_year > 0 or row.status == "removed":
        return ""
    met = f"{animals(row.n_animals, row.n_units)} of {row.n_tracked} came by"
    if row.status == "planned":
        return f"{met}; κ {row.kappa:.2f} ({source})."
    free, here = passing(
        free_frac=row.free_frac,
        free_per_year=row.free_per_year,
        missing_per_year=row.missing_per_year,
    )
    passed = (
        f"Of 100 tries {here:.0f} pass here and {free:.0f} at copies of the line moved to where "
        "nothing stands"
    )
    return (
        f"{met}, with {number(row.trials_per_year)} tries a year ({row.unit}). {passed} "
        f"(κ {row.kappa:.2f}, {row.kappa_p05:.2f}–{row.kappa_p95:.2f}, relative to free movement; "
        f"{source})."
    )


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
    return f"{name or f'Nameless {kind}'}, km {from_km:.1f}–{to_km:.1f}"


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
    return f"What limits this: {'; '.join(LIMIT_WORDS[code] for code in codes.split(';'))}."


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
    partial = "The barrier data are partial: lines may be missing."
    told = [partial] if source_completeness == "partial" else []
    if not math.isnan(rank_from):
        first, last = int(rank_from), int(rank_to)
        place = f"{first}" if first == last else f"{first} to {last}"
        told.insert(0, f"Rank {place} of {n_ranked} ({stability}).")
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
    return f"{opening(gain_share)}, place {gain_rank:.0f} of all barrier segments."


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
        return _REMOVED
    if grade == "act" and status == "planned":
        return _PLANNED
    if grade == "act":
        return _ACTION[kind].format(when=f", above all in {season}" if season else "")
    if grade == "look_on_site":
        return _LOOK.format(when=f" in {season}" if season else "")
    return FIND_OUT if grade == "not_known" else _NONE
