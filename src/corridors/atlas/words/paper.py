"""Sentences of the fact sheet and of the cards of places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from corridors.atlas.words.language import digits, marked, said, several
from corridors.atlas.words.names import status_name, tier_name, window_name
from corridors.atlas.words.threats import place_name

_NO_COST: Final = marked("What it costs is not stated in the configuration.")


def footer(page: Mapping[str, Any]) -> str:
    """Return what stands at the foot of every sheet; ``page`` has the values of the report.

    Examples
    --------
    >>> footer({"study": "Argali", "author": "", "tier": "internal", "version": "0.1.0"})
    'Argali · tier internal · made with corridors 0.1.0'
    """
    made = said("made with corridors {version}", version=page["version"])
    tier = said("tier {tier}", tier=tier_name(page["tier"]))
    return " · ".join([*filter(None, [page["study"], page["author"], tier]), made])


def place_line(row: Mapping[str, Any]) -> str:
    """Return what a place is called, and that it is planned or gone.

    Examples
    --------
    >>> place_line({"name": "A1", "kind": "road", "from_km": 1, "to_km": 2, "status": "planned"})
    'A1, km 1.0–2.0 (planned)'
    """
    status = "" if row["status"] == "existing" else f" ({status_name(row['status'])})"
    return f"{place_name(row)}{status}"


def nothing_ranked(*, is_tracked: bool, n_ranked: int) -> str:
    """Return why no place stands on the sheet.

    Examples
    --------
    >>> nothing_ranked(is_tracked=True, n_ranked=4)
    'At none of the 4 places that animals met on migrations does the evidence show harm.'
    """
    if not is_tracked:
        return said("No animal was tracked: what the barriers cost is not known.")
    if not n_ranked:
        return said("No animal met a barrier on a migration.")
    return several(
        "At none of the {n} places that animals met on migrations does the evidence show harm.",
        "At none of the {n} places that animals met on migrations does the evidence show harm.",
        n_ranked,
    )


def method_lines(page: Mapping[str, Any]) -> list[str]:
    """Return how the herd was analysed; ``page`` has the values of the report.

    Examples
    --------
    >>> method_lines({"methods": [("migration", "dbbmm", 40)], "cell_m": 50.0,
    ...               "unit": "per animal", "n_failures": 0, "n_ranked": 0})
    ['Occurrence: 40 windows (migration) by dbbmm, on cells of 50 m.']
    """
    cell = digits(f"{page['cell_m']:g}")
    told = [
        several(
            "Occurrence: {n} window ({part}) by {method}, on cells of {cell} m.",
            "Occurrence: {n} windows ({part}) by {method}, on cells of {cell} m.",
            n,
            part=window_name(part),
            method=method,
            cell=cell,
        )
        for part, method, n in page["methods"]
    ]
    if page["n_failures"]:
        told.append(
            several(
                "{n} window gave no surface.", "{n} windows gave no surface.", page["n_failures"]
            )
        )
    if page["n_ranked"]:
        told.append(
            said(
                "Missing passages are those that would happen on migrations each year if the place "
                "alone were open, less those that do ({unit}); brackets hold 90 % of the draws "
                "that the estimate is the mean of.",
                unit=page["unit"],
            )
        )
    return told


def card_parts(place: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """Return title and sentences of each part of a card; a part may be empty."""
    return [
        (said("What to do"), [place["action"], *place["steps"]]),
        (said("How sure"), [place["sure"]]),
        (said("When animals come by on migrations"), [place["met"]]),
        (said("Not known"), [place["unknown"], "" if place["is_cost_known"] else said(_NO_COST)]),
        (said("In full"), [place["reason"]]),
    ]


def sheet_labels() -> dict[str, str]:
    """Return what ``factsheet.typ`` says by itself."""
    return {
        "map": said("Map of the herd's corridor, ranges, barriers and places"),
        "places": said("Places where passages are missing"),
        "number": said("No."),
        "evidence": said("Evidence"),
        "place": said("Place and what to do"),
        "missing": said("Missing a year"),
        "method": said("How it was computed"),
    }


def card_labels() -> dict[str, Any]:
    """Return what ``place.typ`` says by itself."""
    return {
        "map": said("Map around the place, and where it lies in the corridor"),
        "seen": said("Seen on site"),
        "asked": [
            said("Date and by whom"),
            said("What stands there"),
            said("Signs of animals"),
            said("What may be done, and what it costs"),
        ],
    }


def simulated_stamp(*, simulated: bool) -> str:
    """Return what is stamped on a sheet."""
    return said("SIMULATED DATA") if simulated else ""


def tracked_words(years: str) -> str:
    """Return from when to when animals were tracked; "" where none was."""
    return said("Tracked {years}", years=years) if years else ""
