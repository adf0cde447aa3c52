"""What the report says of the herd's network: links, redundancy, and what blocks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from corridors.atlas import facts
from corridors.atlas.recorded import Recorded

N_SHOWN = 10


def network_values(tables: Mapping[str, pd.DataFrame], recorded: Recorded) -> dict[str, Any]:
    """Return the links that the connection of the ranges rests on most, and the redundancy."""
    network = pd.DataFrame(tables["network"].drop(columns="geometry"))
    kind = network.set_index("element")["kind"]
    edges = network[network["part"] == "edge"].sort_values(
        ["is_cut", "betweenness", "flux", "element"],
        ascending=[False, False, False, True],
        kind="stable",
    )
    ends = {
        f"{end}_kind": edges[f"{end}_node"].map(kind).fillna("").astype(str)
        for end in ("from", "to")
    }
    return {
        "network": recorded.connect.network,
        "network_edges": facts.records(edges.assign(**ends).head(N_SHOWN)),
        "n_network_edges": len(edges),
    }
