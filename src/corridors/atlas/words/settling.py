"""What the whole ranking says: harm together, and what would settle the ranks that are open."""

from __future__ import annotations

from collections.abc import Mapping

from corridors.atlas.words.language import said, several
from corridors.atlas.words.names import season_when
from corridors.atlas.words.numbers import number, percent, span
from corridors.atlas.words.threats import GRADE_WORDS
from corridors.atlas.words.units import unit_words
from corridors.foundation.facts.rank import RankFacts, Settling


def grade_counts(ranking: RankFacts) -> list[tuple[str, str, int]]:
    """Return grade, how it is called, and its places, strongest evidence first."""
    return [(grade, words, ranking.grades.get(grade, 0)) for grade, words in GRADE_WORDS.items()]


def verdict(ranking: RankFacts, *, n_planned: int, of_harm: float) -> str:
    """Return whether the data support an action, and how much is missing at all, in words.

    ``n_planned`` of the places of grade ``act`` are planned lines; ``of_harm`` passages a year are
    missing where the evidence shows harm, the rest is what remains of the prior at many others.
    """
    if not ranking.n_ranked:
        return ""
    n = ranking.grades.get("act", 0)
    if not n:
        told = said(
            "These data support no action yet: at no place is the evidence of harm strong enough."
        )
    elif n_planned:
        told = several(
            "At {n} place ({planned} of them planned) the evidence is strong enough to act.",
            "At {n} places ({planned} of them planned) the evidence is strong enough to act.",
            n,
            planned=n_planned,
        )
    else:
        told = several(
            "At {n} place the evidence is strong enough to act.",
            "At {n} places the evidence is strong enough to act.",
            n,
        )
    if ranking.missing_together is None:
        return told
    low, high = ranking.missing_together_p05 or 0.0, ranking.missing_together_p95 or 0.0
    together = said(
        "At all places that stand, together, about {missing} passages a year are missing "
        "({unit}; {span}), {of_harm} of them where the evidence shows harm.",
        missing=number(ranking.missing_together),
        unit=unit_words(ranking.unit),
        span=span(low, high),
        of_harm=number(of_harm),
    )
    return f"{told} {together}"


def settling_words(settling: Settling, names: Mapping[str, str]) -> str:
    """Return what would settle an open rank; ``names`` are those of the places.

    Examples
    --------
    >>> settling_words(
    ...     Settling(threat="a", rank=2, rank_from=1, rank_to=9, n_units=2, season="spring",
    ...              fall_of_five_frac=0.39, fall_of_ten_frac=0.52, units_to_halve=9),
    ...     {"a": "Valley fence, km 0–5"},
    ... )
    'Rank 2 (1–9), Valley fence, km 0–5: 2 independent units met it. Five more that come by in \
spring would narrow the interval of what is missing by about 39 %, ten by 52 %; 9 would halve it.'
    """
    met = several(
        "Rank {rank} ({low}–{high}), {place}: {n} independent unit met it.",
        "Rank {rank} ({low}–{high}), {place}: {n} independent units met it.",
        settling.n_units,
        rank=settling.rank,
        low=settling.rank_from,
        high=settling.rank_to,
        place=names[settling.threat],
    )
    more = said(
        "Five more that come by{when} would narrow the interval of what is missing by about "
        "{five}, ten by {ten}; {halve} would halve it.",
        when=f" {season_when(settling.season)}" if settling.season else "",
        five=percent(settling.fall_of_five_frac),
        ten=percent(settling.fall_of_ten_frac),
        halve=settling.units_to_halve,
    )
    return f"{met} {more}"
