"""Why a barrier that nobody could have met is listed, and what to find out there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd

from corridors.atlas.words.columns import with_sentences
from corridors.atlas.words.language import marked, said
from corridors.atlas.words.numbers import number

FIND_OUT: Final = marked("Find out on site, or with tracked animals, whether they come here.")


UNMET_WORDS: Final[Mapping[str, str]] = {
    "no_animal_tracked": "no animal tracked",
    "nobody_tracked_here": "nobody was tracked here",
    "range_edge": "range edge",
}


def candidates_in_words(candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return CANDIDATES with ``why`` in words and the sentences ``reason`` and ``action``."""
    rows: list[Any] = list(candidates.itertuples(index=False))
    return with_sentences(
        candidates.assign(why=candidates["why"].replace(dict(UNMET_WORDS))),
        reason=[
            candidate_reason(why=row.why, edge_seasons=row.edge_seasons, gain_share=row.gain_share)
            for row in rows
        ],
        action=[candidate_action(gain_share=row.gain_share) for row in rows],
    )


def candidate_reason(*, why: str, edge_seasons: str, gain_share: float) -> str:
    """Return why a segment that nobody could have met is listed, and what opening it would give.

    Examples
    --------
    >>> candidate_reason(why="range_edge", edge_seasons="winter", gain_share=0.034)
    'Nearly all of the use (winter) lies on one side, though the habitat is alike on both. Opening \
it alone would lower the resistance between the ranges by 3.4 %.'
    >>> candidate_reason(why="nobody_tracked_here", edge_seasons="", gain_share=math.nan)
    'No tracked animal came within reach. What opening it would give is unknown.'
    """
    first = {
        "no_animal_tracked": "No animal of the herd was tracked.",
        "nobody_tracked_here": "No tracked animal came within reach.",
        "range_edge": f"Nearly all of the use ({edge_seasons.replace(';', ', ')}) lies on one "
        "side, though the habitat is alike on both.",
    }[why]
    if math.isnan(gain_share):
        return f"{first} What opening it would give is unknown."
    return f"{first} {opening(gain_share)}."


def candidate_action(*, gain_share: float) -> str:
    """Return what to do about a segment that nobody could have met: never to build or to open.

    Examples
    --------
    >>> candidate_action(gain_share=0.02)
    'Find out on site, or with tracked animals, whether they come here.'
    >>> candidate_action(gain_share=0.0)
    'None: opening it would connect nothing.'
    """
    return "None: opening it would connect nothing." if gain_share <= 0 else FIND_OUT


def opening(gain_share: float) -> str:
    """Return what opening a segment alone would give the connection of the ranges."""
    return said(
        "Opening it alone would lower the resistance between the ranges by {share} %",
        share=number(100 * gain_share),
    )
