"""What the legend of a map says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from corridors.atlas.words.language import capital, marked, said
from corridors.atlas.words.names import kind_name, season_name, status_name
from corridors.atlas.words.threats import GRADE_WORDS

LEGEND: Final[Mapping[str, str]] = {
    "modelled": marked("Modelled corridor"),
    "expert": marked("Corridor drawn by an expert"),
    "bottleneck": marked("Bottleneck"),
    "untracked": marked("Barrier, nobody tracked here"),
    "boundary": marked("State boundary"),
    "disputed": marked("State boundary, disputed"),
    "town": marked("Town"),
}
_CLASSES: Final[Mapping[tuple[str, str], str]] = {
    ("tracked", "low"): marked("Corridor: low use"),
    ("tracked", "medium"): marked("Corridor: medium use"),
    ("tracked", "high"): marked("Corridor: high use"),
    ("modelled", "low"): marked("Modelled: low use"),
    ("modelled", "medium"): marked("Modelled: medium use"),
    ("modelled", "high"): marked("Modelled: high use"),
}


def class_label(evidence: str, corridor_class: str) -> str:
    """Return what a class of a corridor is called."""
    return said(_CLASSES[evidence, corridor_class])


def range_label(season: str, isopleth: float | None = None) -> str:
    """Return what a range is called, with the share of the use in it; None: an expert drew it.

    Examples
    --------
    >>> range_label("winter", 0.5), range_label("wet")
    ('Winter range, 50%', 'wet range (expert)')
    """
    known = {"winter": said("Winter range"), "summer": said("Summer range")}
    title = known.get(season) or said("{season} range", season=_season_words(season))
    if isopleth is None:
        return said("{range} (expert)", range=title)
    return said("{range}, {share}%", range=title, share=f"{100 * isopleth:.0f}")


def stopover_label(season: str) -> str:
    """Return what stopovers of a season are called; those of all have no more words.

    Examples
    --------
    >>> stopover_label("all"), stopover_label("spring")
    ('Stopover', 'Stopover, spring')
    """
    if season == "all":
        return said("Stopover")
    return said("Stopover, {season}", season=season_name(season))


def crossing_label(season: str) -> str:
    """Return what crossings in a season are called.

    Examples
    --------
    >>> crossing_label("other"), crossing_label("spring")
    ('Crossing, outside the seasons', 'Crossing, spring')
    """
    if season == "other":
        return said("Crossing, outside the seasons")
    if season == "all":
        return said("Crossing, all migrations")
    return said("Crossing, {season}", season=season_name(season).lower())


def barrier_label(kind: str, status: str) -> str:
    """Return what barriers of a kind are called, and that they are planned or gone.

    Examples
    --------
    >>> barrier_label("road", "planned")
    'Road (planned)'
    """
    name = capital(kind_name(kind))
    return name if status == "existing" else f"{name} ({status_name(status)})"


def place_label(grade: str) -> str:
    """Return what places of a grade are called.

    Examples
    --------
    >>> place_label("act")
    'Place: act'
    """
    return said("Place: {grade}", grade=said(GRADE_WORDS[grade]).lower())


def _season_words(season: str) -> str:
    # As the styles of the project have it.
    return season.capitalize() if season in ("spring", "autumn") else season
