"""What the report says of places: on migrations, in the whole year, and of their segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from corridors.atlas import facts
from corridors.atlas.figures import written
from corridors.atlas.map_layers import middles
from corridors.atlas.recorded import Recorded
from corridors.atlas.styles import HARM
from corridors.atlas.words.settling import grade_counts, settling_words, verdict
from corridors.atlas.words.threats import GRADE_WORDS, passing, place_name
from corridors.atlas.words.units import unit_words

N_PLACES = 20
N_WHOLE_YEAR = 10
N_SEGMENTS = 60


def place_values(tables: Mapping[str, pd.DataFrame], recorded: Recorded) -> dict[str, Any]:
    """Return the first places on migrations, those of the whole year, and their segments.

    Parameters
    ----------
    tables
        Artefact name -> rows: ``threats threat_segments segments exposure``.
    recorded
        Facts; of the ranking what is missing together and what would settle it.
    """
    threats = gpd.GeoDataFrame(tables["threats"]).sort_values("rank", kind="stable")
    ranked = threats[threats["rank"].notna()]
    harmful = ranked["grade"].isin(HARM)
    listed = _rows(ranked[harmful].head(N_PLACES))
    whole = threats[threats["missing_all_per_year"] > 0].sort_values("rank_all", kind="stable")
    status, is_act = threats["status"], threats["grade"] == "act"
    unmet = threats[(threats["grade"] == "not_known") & (status != "removed")]
    segments, exposure = tables["segments"], tables["exposure"]
    n_planned = int((is_act & (status == "planned")).sum())
    of_harm = float(
        ranked.loc[harmful & (ranked["status"] == "existing"), "missing_per_year"].sum()
    )
    names = {row["threat"]: place_name(row) for row in facts.records(_plain(threats))}
    return {
        "places": listed,
        "n_harmful": int(harmful.sum()),
        "harmless": _rows(ranked[~harmful].head(N_PLACES)),
        "n_places": len(threats),
        "n_ranked": len(ranked),
        "ranking": recorded.rank,
        "n_planned": n_planned,
        "missing_of_harm": of_harm,
        "verdict": verdict(recorded.rank, n_planned=n_planned, of_harm=of_harm),
        "grades": grade_counts(recorded.rank),
        "grade_words": GRADE_WORDS,
        "settling": [settling_words(one, names) for one in recorded.rank.settling],
        "whole_year": _rows(whole.head(N_WHOLE_YEAR)),
        "n_whole_year": len(whole),
        "unmet": _rows(unmet) if len(unmet) <= N_WHOLE_YEAR else [],
        "n_unmet": len(unmet),
        "unit": unit_words(recorded.rank.unit),
        "n_units": recorded.rank.n_units,
        **_segments(tables["threat_segments"], listed, names),
        "exposure": facts.records(_plain(exposure).head(N_PLACES)),
        "n_exposed": len(exposure),
        "n_segments": len(segments),
        "n_no_data": int((~segments["has_data"].astype(bool)).sum()) if len(segments) else 0,
    }


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry"))


def _rows(places: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return places with their name, where they are, and how many of 100 tries pass."""
    rows = []
    for (lon, lat), row in zip(middles(places), facts.records(_plain(places)), strict=True):
        free, here = passing(
            free_frac=row["free_frac"],
            free_per_year=row["free_per_year"],
            missing_per_year=row["missing_per_year"],
        )
        rows.append(
            {
                **row,
                "label": row["name"] or f"Nameless {row['kind']}",
                "where": degrees(lon, lat),
                "geo": f"{lat:.4f},{lon:.4f}",  # RFC 5870
                "lat": lat,
                "lon": lon,
                "passes_free": free,
                "passes_here": here,
                "is_lived_beside": "lived_beside" in str(row["limits"]).split(";"),
            }
        )
    return rows


def degrees(lon: float, lat: float) -> str:
    """Return a position as any map program takes it, to about 10 m.

    Examples
    --------
    >>> degrees(-109.5, 42.75)
    '42.7500° N, 109.5000° W'
    """
    return f"{written(lat, 'lat')}, {written(lon, 'lon')}"


def _segments(
    segments: pd.DataFrame, listed: list[dict[str, Any]], names: Mapping[str, str]
) -> dict[str, Any]:
    """Return the segments of the listed places, place by place, most tries first."""
    order = {row["threat"]: number for number, row in enumerate(listed)}
    own = _plain(segments)
    own = own[own["threat"].isin(order)]
    own = own.assign(order=own["threat"].map(order)).sort_values(
        ["order", "trials_per_year", "segment"], ascending=[True, False, True], kind="stable"
    )
    rows = facts.records(own.head(N_SEGMENTS))
    return {
        "place_segments": [
            {**row, "place_label": names[row["threat"]], "place_rank": listed[row["order"]]["rank"]}
            for row in rows
        ],
        "n_place_segments": len(segments),
    }
