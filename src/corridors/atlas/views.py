"""How a herd's project can be looked at: by question, by place, and on a printed sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np

from corridors.atlas import facts
from corridors.atlas.styles import HARM, LABELLED_RANKS
from corridors.atlas.words.threats import place_name
from corridors.formats.qgis import Project, ProjectLayer
from corridors.formats.qgis_views import Bookmark, Sheet, Theme
from corridors.foundation.crs import GEOGRAPHIC

# Question -> the layers that answer it, and those that say where that is. Without any of the
# first there is no such theme.
_GROUND: Final = ("boundary", "corridors", "expert_corridor", "ranges")
_QUESTIONS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "Decision": (
        ("threats",),
        ("crossing_sites", "fence_sections", "bottlenecks", "stopovers", *_GROUND),
    ),
    "Threats": (("threats", "candidates"), ("range_edges", "segments", *_GROUND)),
    "Actions": (
        ("crossing_sites", "fence_sections", "footprints", "border_agreements"),
        ("threats", *_GROUND),
    ),
    "Borders": (
        ("boundary",),
        ("border_agreements", "border_stretches", "border_crossings", *_GROUND),
    ),
    "Habitat": (
        ("resistance", "current"),
        ("modelled_corridor", "segments", *_GROUND),
    ),
    "Behaviour": (("behaviour_index", "behaviour"), ("crossings", "segments", *_GROUND)),
}
_AROUND: Final = 0.6  # of the longer side of a place, on every side
_LEAST_DEG: Final = 0.02


def with_views(project: Project, threats: gpd.GeoDataFrame, *, sources: str) -> Project:
    """Return ``project`` with its themes, a bookmark per place, and a sheet of the first theme.

    Parameters
    ----------
    threats
        THREATS of all herds in the project.
    sources
        What stands below the map of the sheet.
    """
    questions = themes(project.layers)
    return replace(
        project,
        themes=questions,
        bookmarks=place_bookmarks(threats),
        sheet=Sheet("Map sheet", project.title, sources, questions[0].name) if questions else None,
    )


def themes(layers: Sequence[ProjectLayer]) -> tuple[Theme, ...]:
    """Return the themes for which ``layers`` have something, in their order."""
    found = []
    for name, (own, around) in _QUESTIONS.items():
        keys = tuple(layer.key for layer in layers if layer.key in {*own, *around})
        if set(keys) & set(own):
            found.append(Theme(name, keys))
    return tuple(found)


def place_bookmarks(threats: gpd.GeoDataFrame) -> tuple[Bookmark, ...]:
    """Return the first places with evidence of harm, by the number that map and tables use.

    Parameters
    ----------
    threats
        THREATS; the places of a herd stand together. With ``atlas_rank``, the number of the atlas,
        that is the one.
    """
    number = "atlas_rank" if "atlas_rank" in threats else "rank"
    first = threats[(threats["rank"] <= LABELLED_RANKS) & threats["grade"].isin(HARM)]
    first = gpd.GeoDataFrame(first.sort_values(["herd", "rank"], kind="stable")).to_crs(GEOGRAPHIC)
    found = []
    for row, bounds in zip(
        facts.records(first.drop(columns="geometry")), first.bounds.to_numpy(float), strict=True
    ):
        low, high = bounds[:2], bounds[2:]
        margin = max(float((high - low).max()) * _AROUND, _LEAST_DEG)
        corners = np.concatenate([low - margin, high + margin])
        found.append(
            Bookmark(
                f"{row[number]:.0f} {place_name(row)}",
                f"Places of {row['herd']}",
                tuple(map(float, corners)),  # type: ignore[arg-type]
            )
        )
    return tuple(found)
