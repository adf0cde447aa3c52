"""Sentences of the fact sheet and of the cards of places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from corridors.atlas.words.numbers import counted
from corridors.atlas.words.threats import place_name

_NO_COST: Final = "What it costs is not stated in the configuration."


def footer(page: Mapping[str, Any]) -> str:
    """Return what stands at the foot of every sheet; ``page`` has the values of the report.

    Examples
    --------
    >>> footer({"study": "Argali", "author": "", "tier": "internal", "version": "0.1.0"})
    'Argali · tier internal · made with corridors 0.1.0'
    """
    parts = [page["study"], page["author"], f"tier {page['tier']}"]
    return " · ".join([*filter(None, parts), f"made with corridors {page['version']}"])


def place_line(row: Mapping[str, Any]) -> str:
    """Return what a place is called, and that it is planned or gone.

    Examples
    --------
    >>> place_line({"name": "A1", "kind": "road", "from_km": 1, "to_km": 2, "status": "planned"})
    'A1, km 1.0–2.0 (planned)'
    """
    status = "" if row["status"] == "existing" else f" ({row['status']})"
    return f"{place_name(row)}{status}"


def nothing_ranked(*, is_tracked: bool, n_ranked: int) -> str:
    """Return why no place stands on the sheet.

    Examples
    --------
    >>> nothing_ranked(is_tracked=True, n_ranked=4)
    'At none of the 4 places that animals met on migrations does the evidence show harm.'
    """
    if not is_tracked:
        return "No animal was tracked: what the barriers cost is not known."
    if not n_ranked:
        return "No animal met a barrier on a migration."
    return (
        f"At none of the {n_ranked} places that animals met on migrations does the evidence show "
        "harm."
    )


def method_lines(page: Mapping[str, Any]) -> list[str]:
    """Return how the herd was analysed; ``page`` has the values of the report.

    Examples
    --------
    >>> method_lines({"methods": [("migration", "dbbmm", 40)], "cell_m": 50.0,
    ...               "unit": "per animal", "n_failures": 0, "n_ranked": 0})
    ['Occurrence: 40 windows (migration) by dbbmm, on cells of 50 m.']
    """
    told = [
        f"Occurrence: {counted(n, 'window')} ({part}) by {method}, on cells of "
        f"{page['cell_m']:g} m."
        for part, method, n in page["methods"]
    ]
    if page["n_failures"]:
        told.append(f"{counted(page['n_failures'], 'window')} gave no surface.")
    if page["n_ranked"]:
        told.append(
            "Missing passages are those that would happen on migrations each year if the place "
            f"alone were open, less those that do ({page['unit']}); brackets hold 90 % of the "
            "draws that the estimate is the mean of."
        )
    return told


def card_parts(place: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """Return title and sentences of each part of a card; a part may be empty."""
    return [
        ("What to do", [place["action"], *place["steps"]]),
        ("How sure", [place["sure"]]),
        ("When animals come by on migrations", [place["met"]]),
        ("Not known", [place["unknown"], "" if place["is_cost_known"] else _NO_COST]),
        ("In full", [place["reason"]]),
    ]
