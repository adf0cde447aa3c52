"""The herd's network, each link with the barriers along it, as a table and as a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from corridors.foundation.arrays import Floats, Geometries
from corridors.threats.link_barriers import barriers_of_links, weights_of_links

_OF_NODE = ("kind", "betweenness")
_ADDED = (
    "n_segments", "free_per_year", "missing_per_year", "missing_share", "n_candidates",
)  # fmt: skip
_OF_EDGE = (
    "cost", "length_km", "is_cut", "betweenness", "detour_frac", "flux", "n_migrations",
    "n_animals", *_ADDED,
)  # fmt: skip


def network_with_barriers(
    network: gpd.GeoDataFrame,
    segments: gpd.GeoDataFrame,
    parts: pd.DataFrame,
    threats: pd.DataFrame,
    candidates: pd.DataFrame,
    use: pd.DataFrame,
    trials: pd.DataFrame,
    *,
    planar: Callable[[gpd.GeoDataFrame], Geometries],
) -> gpd.GeoDataFrame:
    """Return NETWORK_BARRIERS: the herd's network with what its links meet.

    Parameters
    ----------
    network, use
        NETWORK and NETWORK_USE.
    segments
        SEGMENTS that may stop an animal.
    parts, threats, candidates
        THREAT_SEGMENTS, THREATS and CANDIDATES; they may be empty.
    trials
        TRIALS.
    planar
        Projects a layer's geometries to the working CRS, m.
    """
    edges = network[network["part"] == "edge"]
    found = pd.DataFrame(columns=list(_ADDED), index=edges.index, dtype="float64")
    if len(edges):
        stands = (segments["status"] == "existing") & (segments["corridor_class"] != "outside")
        own = segments[stands].sort_values("segment", kind="stable", ignore_index=True)
        middle = shapely.line_interpolate_point(planar(own), 0.5, normalized=True)
        distance_m = shapely.distance(middle[:, None], planar(edges))
        weight = _weights(edges, own["segment"], distance_m, use, trials)
        whole = parts["threat"].map(threats.set_index("threat")["free_per_year"])
        numbers = parts.assign(free=parts["share"] * whole.astype("float64")).set_index("segment")
        numbers = numbers[["free", "missing_per_year"]].astype("float64")
        free, lost = numbers.reindex(own["segment"]).to_numpy().T
        is_candidate = own["segment"].isin(candidates["segment"]).to_numpy()
        found = barriers_of_links(weight, free, lost, is_candidate).set_index(edges.index)
    network = network.join(found)
    counts = ["n_segments", "n_candidates"]
    network[counts] = network[counts].fillna(0).astype("int64")
    return network


def graphml(network: gpd.GeoDataFrame) -> str:
    """Return NETWORK_BARRIERS as GraphML, with the same line ends on every machine."""
    return "\n".join(nx.generate_graphml(_graph(network))) + "\n"


def _weights(
    edges: gpd.GeoDataFrame,
    segments: pd.Series,
    distance_m: Floats,
    use: pd.DataFrame,
    met: pd.DataFrame,
) -> Floats:
    """Return the share of each segment that belongs to each edge."""
    met = met[(met["copy"] < 0) & (met["rule"] == met["rule"].min())]
    met = met[met["segment"].isin(segments)]
    met = met.groupby(["segment", "animal"])["trials"].sum().reset_index()
    names = pd.Index(sorted({*use["animal"], *met["animal"]}))
    is_user = np.zeros((len(names), len(edges)), dtype=np.bool_)
    place = pd.Index(edges["element"])
    is_user[names.get_indexer(use["animal"]), place.get_indexer(use["element"])] = True
    return weights_of_links(
        distance_m,
        is_user,
        pd.Index(segments).get_indexer(met["segment"]).astype(np.int64),
        names.get_indexer(met["animal"]).astype(np.int64),
        met["trials"].to_numpy(float),
    )


def _graph(network: gpd.GeoDataFrame) -> nx.Graph:
    """Return the network with what is known of its nodes and edges."""
    graph = nx.Graph()
    for row in network.to_dict("records"):
        if row["part"] == "node":
            place = {"lon": row["geometry"].x, "lat": row["geometry"].y}
            known = {name: row[name] for name in _OF_NODE}
            graph.add_node(row["element"], **_told(known | place))
        else:
            known = {name: row[name] for name in _OF_EDGE}
            graph.add_edge(row["from_node"], row["to_node"], **_told(known))
    return graph


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values without those that are unknown: GraphML has no word for them."""
    return {name: value for name, value in values.items() if not pd.isna(value)}
