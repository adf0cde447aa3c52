"""Why a segment ranks where it does, or is a candidate, and what to do there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd

from corridors.atlas.words.columns import with_sentences
from corridors.atlas.words.numbers import counted, number

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
_NONE: Final = "None needed on these data; keep watching."
_PLANNED: Final = "Move the line, or plan crossings before it is built."
_REMOVED: Final = "Confirm that the way is used again; compare tracks before and after."
_SOURCE: Final[Mapping[str, str]] = {
    "observed": "observed",
    "prior": "prior of its class, no encounter yet",
    "estimated": "the herd's steps at its class, no encounter yet",
    "both": "prior and encounters",
    "stated": "stated in the data",
}


def threats_in_words(threats: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return THREATS of one herd with the sentences ``reason`` and ``action``.

    What only the sentences need, ``n_tracked`` and ``worst_season``, is no column any more.
    """
    rows: list[Any] = list(threats.itertuples(index=False))
    return with_sentences(
        threats.drop(columns=["n_tracked", "worst_season"]),
        reason=[_why(row, n_ranked=len(rows)) for row in rows],
        action=[
            action(
                kind=row.kind,
                status=row.status,
                blocked_per_year=row.blocked_per_year,
                season=row.worst_season,
            )
            for row in rows
        ],
    )


def _why(row: Any, *, n_ranked: int) -> str:
    """Return the sentences of a row of THREATS: its score, its place, what opening it gives."""
    parts = (
        reason(
            status=row.status,
            passages_per_year=row.passages_per_year,
            encounters_per_year=row.encounters_per_year,
            blocked_per_year=row.blocked_per_year,
            permeability=(row.permeability_mean, row.permeability_p05, row.permeability_p95),
            permeability_source=row.permeability_source,
            n_animals=row.n_animals,
            n_tracked=row.n_tracked,
            corridor_class=row.corridor_class,
            season=row.worst_season,
            per=row.unit,
        ),
        standing(
            rank_p05=row.rank_p05,
            rank_p95=row.rank_p95,
            n_ranked=n_ranked,
            stability=row.stability,
            source_completeness=row.source_completeness,
        ),
        standing_out(gain_share=row.gain_share, gain_rank=row.gain_rank),
    )
    return " ".join(part for part in parts if part)


def candidates_in_words(candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return CANDIDATES with the sentences ``reason`` and ``action``."""
    rows: list[Any] = list(candidates.itertuples(index=False))
    return with_sentences(
        candidates,
        reason=[
            candidate_reason(why=row.why, edge_seasons=row.edge_seasons, gain_share=row.gain_share)
            for row in rows
        ],
        action=[candidate_action(kind=row.kind, gain_share=row.gain_share) for row in rows],
    )


def reason(
    *,
    status: str,
    passages_per_year: float,
    encounters_per_year: float,
    blocked_per_year: float,
    permeability: tuple[float, float, float],
    permeability_source: str,
    n_animals: int,
    n_tracked: int,
    corridor_class: str,
    season: str,
    per: str,
) -> str:
    """Return one sentence or two saying what the score rests on.

    ``n_animals`` of the ``n_tracked`` animals met the segment. ``permeability`` is mean, 5 % and
    95 %; ``per`` says of whom the yearly numbers are, e.g. ``per animal``; ``season`` is the season
    with most blocked passages, "" if there is none.

    Examples
    --------
    >>> reason(status="existing", passages_per_year=3.0, encounters_per_year=15.0,
    ...        blocked_per_year=12.0, permeability=(0.2, 0.1, 0.35),
    ...        permeability_source="observed", n_animals=7, n_tracked=15,
    ...        corridor_class="high", season="spring", per="herd of 40 (count 2020)")
    'About 12 of 15 encounters a year (herd of 40 (count 2020)) did not pass, most in spring; \
permeability 0.20 (0.10–0.35; observed); met by 7 of 15 animals; in the high corridor.'
    """
    where = (
        "outside the corridor"
        if corridor_class == "outside"
        else f"in the {corridor_class} corridor"
    )
    mean, low, high = permeability
    passing = f"permeability {mean:.2f} ({low:.2f}–{high:.2f}; {_SOURCE[permeability_source]})"
    most = f", most in {season}" if season else ""
    met = f"met by {n_animals} of {counted(n_tracked, 'animal')}"
    if status == "removed":
        return (
            f"Removed: {number(passages_per_year)} passages a year ({per}) go through here, "
            f"{where}; what was gained needs tracks from before and after."
        )
    if encounters_per_year <= 0:
        return f"Animals were tracked here and none met it; {where}."
    if n_animals == 0 and status == "existing":
        return (
            f"Animals were tracked within reach, none is likely to have met it; {passing}; {where}."
        )
    if status == "planned":
        return (
            f"If built, about {number(blocked_per_year)} of {number(passages_per_year)} passages a "
            f"year ({per}) would be blocked{most}; {passing}; {met}; {where}."
        )
    return (
        f"About {number(blocked_per_year)} of {number(encounters_per_year)} encounters a year "
        f"({per}) did not pass{most}; {passing}; {met}; {where}."
    )


def standing(
    *, rank_p05: float, rank_p95: float, n_ranked: int, stability: str, source_completeness: str
) -> str:
    """Return how far the place is settled, and whether the data may lack barriers.

    Examples
    --------
    >>> standing(rank_p05=1.0, rank_p95=3.0, n_ranked=20, stability="likely",
    ...          source_completeness="partial")
    'Place 1 to 3 of 20 (likely). The barrier data are partial: lines may be missing.'
    """
    first, last = int(rank_p05), int(rank_p95)
    place = f"{first}" if first == last else f"{first} to {last}"
    partial = source_completeness == "partial"
    return f"Place {place} of {n_ranked} ({stability})." + (
        " The barrier data are partial: lines may be missing." if partial else ""
    )


def candidate_reason(*, why: str, edge_seasons: str, gain_share: float) -> str:
    """Return why a segment that nobody could have met is listed, and what opening it would give.

    Examples
    --------
    >>> candidate_reason(why="range edge", edge_seasons="winter", gain_share=0.034)
    'Nearly all of the use (winter) lies on one side, though the habitat is alike on both. Opening \
it alone would lower the resistance between the ranges by 3.4 %.'
    >>> candidate_reason(why="nobody was tracked here", edge_seasons="", gain_share=math.nan)
    'No tracked animal came within reach. What opening it would give is unknown.'
    """
    first = {
        "no animal tracked": "No animal of the herd was tracked.",
        "nobody was tracked here": "No tracked animal came within reach.",
        "range edge": f"Nearly all of the use ({edge_seasons.replace(';', ', ')}) lies on one "
        "side, though the habitat is alike on both.",
    }[why]
    if math.isnan(gain_share):
        return f"{first} What opening it would give is unknown."
    return f"{first} {_opening(gain_share)}."


def standing_out(*, gain_share: float, gain_rank: float) -> str:
    """Return what opening a segment gives the connection, if it is among the ten that give most.

    Examples
    --------
    >>> standing_out(gain_share=0.034, gain_rank=2.0)
    'Opening it alone would lower the resistance between the ranges by 3.4 %, place 2 of all \
barrier segments.'
    >>> standing_out(gain_share=0.0001, gain_rank=31.0), standing_out(gain_share=0.0, gain_rank=1.0)
    ('', '')
    """
    if not (gain_share > 0 and gain_rank <= _MOST_GAIN):  # also where they are unknown
        return ""
    return f"{_opening(gain_share)}, place {gain_rank:.0f} of all barrier segments."


def _opening(gain_share: float) -> str:
    share = number(100 * gain_share)
    return f"Opening it alone would lower the resistance between the ranges by {share} %"


def candidate_action(*, kind: str, gain_share: float) -> str:
    """Return what to do about a segment that nobody could have met.

    Examples
    --------
    >>> candidate_action(kind="fence", gain_share=0.02)
    'Find out on site, or with tracked animals, whether they come here. If they do: open, lower or \
remove the fence here.'
    >>> candidate_action(kind="fence", gain_share=0.0)
    'None needed on these data; keep watching.'
    """
    if gain_share <= 0:
        return _NONE
    first = _ACTION[kind].format(when="")
    return (
        "Find out on site, or with tracked animals, whether they come here. If they do: "
        f"{first[0].lower()}{first[1:]}"
    )


def action(*, kind: str, status: str, blocked_per_year: float, season: str) -> str:
    """Return what to do about a segment, by its kind and status.

    Examples
    --------
    >>> action(kind="fence", status="existing", blocked_per_year=2.0, season="spring")
    'Open, lower or remove the fence here, above all in spring.'
    """
    if status == "removed":
        return _REMOVED
    if blocked_per_year <= 0:
        return _NONE
    if status == "planned":
        return _PLANNED
    return _ACTION[kind].format(when=f", above all in {season}" if season else "")
