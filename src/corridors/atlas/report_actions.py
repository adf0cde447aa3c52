"""What the report says of actions, and of what animals did at barriers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corridors.atlas import facts
from corridors.atlas.recorded import Recorded
from corridors.foundation.vocabulary import BEHAVIOURS

N_SHOWN = 10


def action_values(tables: Mapping[str, pd.DataFrame], recorded: Recorded) -> dict[str, Any]:
    """Return the first rows of each kind of action, and how many there are."""
    kinds = ("fence_sections", "crossing_sites", "footprints", "border_agreements")
    found = {name: _first(tables[name]) for name in kinds}
    counts = {f"n_{name}": len(tables[name]) for name in kinds}
    edges = tables["range_edges"]
    alike = edges[edges["is_range_edge"].astype(bool)] if len(edges) else edges
    return {
        **found,
        **counts,
        "sites_optimal": recorded.act.sites.is_optimal,
        "candidates": _first(tables["candidates"].sort_values("rank", kind="stable")),
        "n_candidates": len(tables["candidates"]),
        "n_candidates_unknown": int(tables["candidates"]["gain"].isna().sum()),
        "is_tracked": bool(recorded.clean.n_animals),
        "range_edges": _first(alike.drop_duplicates("segment")),
        "n_range_edges": int(alike["segment"].nunique()) if len(alike) else 0,
    }


def barrier_values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return how animals behaved at barriers, and the permeability of each kind and class."""
    events = tables["behaviour"]
    by_kind = []
    for kind, rows in events.groupby("kind", sort=True):
        counts = rows["behaviour"].value_counts()
        by_kind.append(
            {
                "kind": str(kind),
                "n": len(rows),
                "n_animals": rows["animal"].nunique(),
                "counts": [int(counts.get(name, 0)) for name in BEHAVIOURS],
            }
        )
    index = tables["behaviour_index"]
    known = index[(index["segment"] == "") & (index["judgement"] == "known")]
    known = known.sort_values(["index", "barrier"], ascending=[False, True], kind="stable")
    permeability = tables["permeability"]
    whole = permeability[permeability["covariate"].isin(["kind", "class"])]
    return {
        "behaviours": list(BEHAVIOURS),
        "behaviour_kinds": by_kind,
        "behaviour_index": _first(known),
        "n_barriers_unjudged": int(
            ((index["segment"] == "") & (index["judgement"] != "known")).sum()
        ),
        "permeabilities": facts.records(whole),
    }


def _first(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return facts.records(plain.head(N_SHOWN))
