"""The page that comes first: the few places that money could go to, each on a map of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corridors.atlas import facts
from corridors.atlas.words.decision import met_words, sure_words, unknown_words

N_DECIDED = 5
N_ACTIONS = 3


def decided(threats: pd.DataFrame, harm: tuple[str, ...]) -> list[str]:
    """Return ``threat`` of the places on the first page: ranked, of a grade in ``harm``."""
    own = threats[threats["rank"].notna() & threats["grade"].isin(harm)]
    return list(own.sort_values("rank", kind="stable")["threat"].head(N_DECIDED))


def decision_values(
    tables: Mapping[str, pd.DataFrame],
    places: list[dict[str, Any]],
    maps: Mapping[str, bytes],
    *,
    n_ranked: int,
    is_internal: bool,
) -> dict[str, Any]:
    """Return what the first page says of each place that has a map.

    Parameters
    ----------
    tables
        Artefact name -> rows: ``threat_segments migrations behaviour behaviour_segments
        fence_sections crossing_sites``.
    places
        Rows of the report's table of places, by rank.
    maps
        Place -> PNG.
    n_ranked
        Places with a rank.
    is_internal
        Months of single encounters may be told.
    """
    met = _months_met(tables) if is_internal else {}
    return {
        "decided": [
            {
                **row,
                "png": maps[row["threat"]],
                "met": met_words(met.get(row["threat"], [])),
                **_steps(tables, row["threat"]),
                "sure": sure_words(row, n_ranked=n_ranked),
                "unknown": unknown_words(row),
            }
            for row in places
            if row["threat"] in maps
        ]
    }


def _months_met(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[tuple[int, int]]]:
    """Return place -> (month, encounters on migrations), months in order.

    Which of them passed is not told: location error crosses a line that nobody passes, and what
    passes a place is what its trials say.
    """
    events, windows = tables["behaviour"], tables["migrations"]
    seasons = windows.loc[windows["part"] == "migration", "season"]
    moving = events.loc[events["season"].isin(seasons), ["event", "start_utc"]]
    near = tables["behaviour_segments"].merge(
        tables["threat_segments"][["segment", "threat"]], on="segment"
    )
    near = near.drop_duplicates(["threat", "event"]).merge(moving, on="event")
    near["month"] = near["start_utc"].dt.month
    counts = near.groupby(["threat", "month"], sort=True).size().reset_index(name="n")
    found: dict[str, list[tuple[int, int]]] = {}
    for row in facts.records(counts):
        found.setdefault(row["threat"], []).append((row["month"], row["n"]))
    return found


def _steps(tables: Mapping[str, pd.DataFrame], threat: str) -> dict[str, Any]:
    """Return the sentences of the first actions at a place, and whether any has a cost."""
    sections, sites = tables["fence_sections"], tables["crossing_sites"]
    own = [threat in str(several).split(";") for several in sections["threats"]]
    here = [_plain(sections[own]), _plain(sites[sites["threat"] == threat])]
    rows = [row for some in here for row in facts.records(some)][:N_ACTIONS]
    costs = [row.get(key) for row in rows for key in ("cost", "remove_cost", "modify_cost")]
    return {
        "steps": [str(row["what"]) for row in rows],
        "is_cost_known": any(cost is not None and cost == cost for cost in costs),
    }


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
