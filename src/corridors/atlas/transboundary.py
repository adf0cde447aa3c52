"""Across borders: boundaries, their sources, crossings, national shares, and what to agree on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corridors.atlas import facts
from corridors.atlas.words.boundaries import boundary_words, no_boundary_words

N_AGREEMENTS = 20


def transboundary_values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return what only the transboundary page shows.

    Parameters
    ----------
    tables
        Artefact name -> rows: ``border_stretches border_agreements``, and what
        :func:`border_values` reads.
    """
    agreements = tables["border_agreements"].drop(columns="geometry")
    return {
        **border_values(tables),
        "stretch_types": _types(tables["border_stretches"]),
        "agreements": facts.records(agreements.head(N_AGREEMENTS)),
        "n_agreements": len(agreements),
        "n_disputed": int((tables["border_report"]["type"] == "disputed").sum()),
        "seasons_across": _seasons(tables["border_crossings"]),
    }


def _types(stretches: pd.DataFrame) -> list[dict[str, Any]]:
    """Return length, length in the corridor and passages of each boundary by type."""
    rows = []
    keys = ["left_state", "right_state", "type"]
    for (left, right, kind), own in stretches.groupby(keys, sort=True):
        inside = own["corridor_class"] != "outside"
        passages = own["expected_per_year"]
        rows.append(
            {
                "states": f"{left} – {right}",
                "type": str(kind),
                "km": float(own["length_m"].sum()) / 1000,
                "corridor_km": float(own.loc[inside, "length_m"].sum()) / 1000,
                "observed": int(own["observed"].sum()),
                # Sums of nothing known are unknown, not none.
                "expected": float(passages.sum(min_count=1)),
            }
        )
    return rows


def _seasons(crossings: pd.DataFrame) -> list[dict[str, Any]]:
    """Return crossings and animals of each season."""
    return [
        {"season": str(season), "n": len(rows), "n_animals": rows["animal"].nunique()}
        for season, rows in crossings.groupby("season", sort=True)
    ]


def border_values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return what both the report and the transboundary page say of boundaries."""
    report, crossings = tables["border_report"], tables["border_crossings"]
    shares = tables["national_shares"]
    return {
        "borders": facts.records(report.drop(columns="geometry")),
        "border_lengths": [
            f"{row['left_state']} – {row['right_state']}: {boundary_words(row)}."
            for row in facts.records(report.drop(columns="geometry"))
        ],
        "border_months": facts.months_table(crossings) if len(crossings) else [],
        "border_directions": facts.directions(crossings),
        "no_boundary": no_boundary_words(sorted(map(str, shares["state"]))),
        "shares": facts.records(shares),
        "states": facts.acting_states(shares, report),
    }
