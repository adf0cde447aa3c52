"""The network in stage `rank`: each link with the barriers along it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from corridors.barriers.segments import projected
from corridors.formats.parquet import read_json, read_layer, read_table, write_table
from corridors.foundation import tables
from corridors.foundation.arrays import Floats
from corridors.stages.context import StageContext
from corridors.threats.link_barriers import barriers_of_links, weights_of_links

_OF_NODE = ("kind", "betweenness")
_ADDED = (
    "n_segments", "encounters_per_year", "blocked_per_year", "blocked_share", "n_candidates",
)  # fmt: skip
_OF_EDGE = (
    "cost", "length_km", "is_cut", "betweenness", "detour_frac", "flux", "n_migrations",
    "n_animals", *_ADDED,
)  # fmt: skip


def write_network(
    context: StageContext,
    segments: gpd.GeoDataFrame,
    threats: pd.DataFrame,
    candidates: pd.DataFrame,
) -> None:
    """Write the network with what its links meet, as a table and as GraphML.

    ``segments`` are those that may stop an animal; ``threats`` and ``candidates`` may be empty.
    """
    network = read_layer(context.read("connect", "network.parquet"))
    edges = network[network["part"] == "edge"]
    found = pd.DataFrame(columns=list(_ADDED), index=edges.index, dtype="float64")
    if len(edges):
        found = _along(context, edges, segments, threats, candidates).set_index(edges.index)
    network = network.join(found)
    counts = ["n_segments", "n_candidates"]
    network[counts] = network[counts].fillna(0).astype("int64")
    write_table(network, context.out / "network.parquet", tables.NETWORK_BARRIERS)
    # Line ends of the machine would change the bytes.
    (context.out / "network.graphml").write_text(
        "\n".join(nx.generate_graphml(_graph(network))) + "\n", encoding="utf-8", newline="\n"
    )


def _along(
    context: StageContext,
    edges: gpd.GeoDataFrame,
    segments: gpd.GeoDataFrame,
    threats: pd.DataFrame,
    candidates: pd.DataFrame,
) -> pd.DataFrame:
    stands = (segments["status"] == "existing") & (segments["corridor_class"] != "outside")
    own = segments[stands].sort_values("segment", kind="stable", ignore_index=True)
    crs = str(read_json(context.read("clean", "clean.json"))["crs"])
    lines, shapes = (
        projected(np.asarray(layer.geometry.to_numpy(), dtype=object), crs)
        for layer in (edges, own)
    )
    middle = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
    weight = _weights(context, edges, own["segment"], shapely.distance(middle[:, None], lines))
    numbers = threats.set_index("segment")[["encounters_per_year", "blocked_per_year"]]
    met, lost = numbers.astype("float64").reindex(own["segment"]).to_numpy().T
    return barriers_of_links(
        weight, met, lost, own["segment"].isin(candidates["segment"]).to_numpy()
    )


def _weights(
    context: StageContext,
    edges: gpd.GeoDataFrame,
    segments: pd.Series,
    distance_m: Floats,
) -> Floats:
    """Return the share of each segment that belongs to each edge."""
    use = read_table(context.read("connect", "network_use.parquet"))
    met = read_table(context.read("intersect", "encounters.parquet"))
    met = met.assign(encounters=met["passages"] + met["approaches"])
    met = met[met["segment"].isin(segments)]
    names = pd.Index(sorted({*use["animal"], *met["animal"]}))
    is_user = np.zeros((len(names), len(edges)), dtype=np.bool_)
    place = pd.Index(edges["element"])
    is_user[names.get_indexer(use["animal"]), place.get_indexer(use["element"])] = True
    return weights_of_links(
        distance_m,
        is_user,
        pd.Index(segments).get_indexer(met["segment"]).astype(np.int64),
        names.get_indexer(met["animal"]).astype(np.int64),
        met["encounters"].to_numpy(float),
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
